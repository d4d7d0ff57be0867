"""Venues: the outlet or the occasion at which the words of an article's main point were first said or printed."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator

from schemas.comparison import Venue
from schemas.extraction import MentionType, Span
from services.extract.reading.language.lexicon import CALENDAR
from services.extract.sourcing.credits import credited
from services.extract.sourcing.report import Report
from services.lexemes import fold_name

LEAD_SHARE = 0.4
"""Of an article's prose: what is told after it is seldom the main point."""

LEAD_SENTENCES = 4
"""Of a short article so many sentences at least."""

_TELLING = (
    r"\b(?:told|tells|telling|address(?:ed|es|ing)|(?:testif(?:ied|ies|ying)|evidence|spoke|speaks|speaking)"
    r" (?:to|at|before)|(?:said|announced|stated) (?:at|during|in))"
)
_OCCASION = (
    r"(?:meetings?|conference|briefing|inquiry|commission|committee|hearing|court|tribunal|council|parliament|congress"
    r"|senate|assembly|chamber|legislature|summit|rally|session|forum|gathering|jury|inquest|convention|congregation"
    r"|symposium|seminar|vigil|ceremony|interview)"
)
"""Where several hear what is said."""

_CROWD = r"(?:crowd|audience|people|residents|delegates|supporters|parents|members|workers|shareholders|villagers)"
"""Who hears it: a venue only with a place or an occasion behind it."""

_WORD = r"[^\s,.;:“”\"()]+"
_CAPITALS = r"(?:(?:the|a|an) )?[A-Z]\S*(?: [A-Z]\S*)*\b"
_SPOT = rf"(?:the|an?) (?:{_WORD} ){{0,2}}?(?i:{_OCCASION}|hall|gym|church|school|square|theatre|stadium)\b"
_OWN = r"(?:us|me|him|her|them|reporters?|journalists?|the press|this|our|that|it)\b"
_OCCASIONS = re.compile(
    rf"{_TELLING} (?!{_OWN})(?P<where>"
    rf"(?:(?:{_WORD} ){{0,5}}?(?i:{_OCCASION})\b(?: (?:at|in|of) (?:{_SPOT}|{_CAPITALS}))?"
    rf"|(?:{_WORD} ){{0,2}}?(?:crowd|audience) of (?:{_WORD} ){{0,3}}\w+"
    rf"|(?:{_WORD} ){{0,5}}?{_CROWD} (?:at|in) (?:{_SPOT}|{_CAPITALS})))"
)
_HEARD = re.compile(
    rf"(?P<where>(?i:{_OCCASION})(?: (?:at|in|of) (?:{_SPOT}|{_CAPITALS}))?)"
    r" (?:has |have )?(?:heard|(?:was|were|been) told)\b"
)
_OPENING = re.compile(
    r"(?P<where>(?:The )?(?:commission of inquiry|(?:public )?(?:inquiry|hearing)|inquest|tribunal))\b"
)
_MEETING_PLACE = re.compile(
    rf"\b(?i:(?:conversation|interview|encounter|meet|met|meeting) (?:her |him |them )?(?:in|at)) (?P<where>the"
    rf" (?:{_WORD} ){{1,3}}?of (?:the )?[A-Z]\S*(?: [A-Z]\S*)*\b)"
)
_NAME = r"(?P<where>(?:[Tt]he )?[A-Z0-9][\w’'.&-]*(?: (?:(?:of|and|the|&) )?[A-Z0-9][\w’'.&-]*){0,5})"
_INTERVIEW = re.compile(
    rf"\b(?i:in (?:an? |his |her |their )?(?:\w+ )?(?:interview|conversation|podcast|op-ed|article|essay|letter|column)"
    rf" (?:with|to|for|in|published (?:in|by))) {_NAME}"
)
_TO_OUTLET = re.compile(
    rf"\b(?i:told|tells|speaking (?:to|on|with)|spoke (?:to|on|with)|wrote in|writing in|appearing on) {_NAME}"
)
_OUTLET = re.compile(
    r"\b(?:News|Radio|TV|Television|Times|Post|Herald|Tribune|Gazette|Journal|Guardian|Telegraph|Courier|Chronicle"
    r"|Observer|Star|Sun|Mirror|Express|Mail|Broadcasting|Broadcaster|Channel|Network|Press|Agency|Magazine|Review"
    r"|Weekly|Daily|Today|Standard|Independent|Globe|Dispatch|Argus|Bugle|Echo|Examiner|Bulletin|Record|Podcast|FM|Wire"
    r"|Newspaper|Media|Report|[A-Z]{2,4})\b|[a-z](?:blad|tidende|zeitung|presse)\b"
)
"""Words in the names of newspapers, stations and agencies."""


def find_venue(report: Report) -> Venue | None:
    """Return where the words of the main point were first said or printed, as the article names it, else null.

    Never the publisher itself, nor an agency that a credit names: these tell who printed the words here.
    """
    own = (fold_name(report.publisher or ""), *(credit.name for credit in credited(report)))
    reach = max(LEAD_SENTENCES, round(LEAD_SHARE * len(report.prose)))
    for sentence in report.prose[:reach]:
        for span in _places(report, sentence):
            if not report.is_quoted(span) and not any(_is_one(report.shown(span), name) for name in own):
                return Venue(
                    name=re.sub(r"\A(?:the|an?) ", "", report.shown(span), flags=re.IGNORECASE),
                    words=report.words(span),
                )
    return None


def _is_one(name: str, known: str) -> bool:
    """Tell whether two names are one, or one the short form of the other."""
    folded, known = fold_name(name).removeprefix("the "), known.removeprefix("the ")
    return bool(known) and (folded in known or known in folded)


def _places(report: Report, sentence: Span) -> Iterator[Span]:
    for match in (*_INTERVIEW.finditer(report.text, *sentence), *_TO_OUTLET.finditer(report.text, *sentence)):
        span = _without_day(report, match.span("where"))
        if span and (match.re is _INTERVIEW or _OUTLET.search(report.shown(span))) and not _is_person(report, span):
            yield span
    for pattern in (_OCCASIONS, _HEARD, _MEETING_PLACE):
        yield from (match.span("where") for match in pattern.finditer(report.text, *sentence))
    opening = _OPENING.match(report.text, *sentence)
    if opening is not None:
        yield opening.span("where")


def _without_day(report: Report, span: Span) -> Span | None:
    """Return a name without the days that stand behind it with a capital."""
    words = report.shown(span).split(" ")
    while words and words[-1].lower().strip(".,") in CALENDAR:
        words.pop()
    return (span[0], span[0] + len(" ".join(words))) if words else None


def _is_person(report: Report, span: Span) -> bool:
    """Tell whether a name is a person's, as read; nobody is called "the"."""
    if report.shown(span)[:4].lower() == "the ":
        return False
    mentions = report.extraction.mentions
    return any(m.type is MentionType.PERSON and m.span[0] < span[1] and span[0] < m.span[1] for m in mentions)
