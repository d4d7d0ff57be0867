"""Drift: where a headline, a lead or a later sentence puts something more firmly than the words it rests on."""

import re
from collections.abc import Iterator

from schemas.comparison import Flag, Flagged
from schemas.events import ParagraphKind
from schemas.extraction import Claim, Force, Form, Polarity, Span, SpeechAct, Voice
from services.extract.reading.language.lexicon import words
from services.extract.sourcing.firmness import Firmness, firmness_of, leaves_open
from services.extract.sourcing.report import Report, hull, stems_of

SHARED_WORDS = 2
"""Words, but for function words, that two statements of one matter share at least; a number counts as two."""

COMPARED_MAX = 40
"""Claims compared with as many others: more has only what is no report."""

LEAD_SENTENCES = 2
"""The lead: what a reader takes from the article who reads no more."""

QUOTED = frozenset((Form.DIRECT, Form.MIXED))

_NUMBERS = words("one two three four five six seven eight nine ten")
"""Small numbers in words, which any two statements may share."""

_NOUN = re.compile(r"\b(?:offer|promise|pledge|vow|decision|plan|agreement|demand)\b", re.IGNORECASE)
_DISOWNED = re.compile(
    r"\b(?:(?:said|made|given|promised|offered|claimed|suggested|proposed|vowed|admitted|agreed to)"
    r" (?:no such (?:thing|offer|promise|pledge|statement|remark|claim)|nothing of the (?:kind|sort))"
    r"|misquoted|misreported|out of context|not what (?:he|she|they|I|we) (?:had )?(?:said|meant))\b",
    re.IGNORECASE,
)
"""By which somebody says never to have said what was told before."""

_SAYING = re.compile(
    r"\b(?:says?|said|tells?|told|admits?|vows?|confirms?|den(?:y|ies)|rejects?|dismisses|reveals?|warns?|claims?|insists?"
    r"|pledges?|promises?|accuses?|signals?|agrees?|offers?|threatens?|refuses?|demands?|urges?|slams?)\b|\bto [a-z]",
    re.IGNORECASE,
)


def find_drifts(report: Report) -> Iterator[Flagged]:
    """Yield the flags of what grows or is not borne out, each with the stronger words and then the weaker ones."""
    headline = report.headline
    if headline is not None and not report.is_quoted(headline):
        weaker = _weaker_than_headline(report, headline)
        if weaker is not None:
            yield Flagged(flag=Flag.HEADLINE_STRONGER_THAN_BODY, words=(report.words(headline), report.words(weaker)))
        if _is_unsupported(report, headline, drifts=weaker is not None):
            yield Flagged(flag=Flag.HEADLINE_NOT_SUPPORTED_BY_QUOTE, words=(report.words(headline),))
    pairs = ((Flag.LEAD_STRONGER_THAN_QUOTE, _weaker_than_lead(report)), (Flag.WORDING_GROWS_IN_BODY, _growing(report)))
    yield from (
        Flagged(flag=flag, words=tuple(report.words(span) for span in pair)) for flag, pair in pairs if pair is not None
    )


def _firmness_of_headline(report: Report, headline: Span) -> Firmness:
    """Return how firmly a headline puts it; one of several statements, "A says so; B denies it", by the weakest."""
    stated = [claim.content.text for claim in report.claims if claim.voice is Voice.HEADLINE]
    return min(map(firmness_of, stated if len(stated) > 1 else [report.shown(headline)]))


def _weaker_than_headline(report: Report, headline: Span) -> Span | None:
    """Return the firmest words of the body on the headline's matter, if they are weaker than it; else null."""
    firm = _firmness_of_headline(report, headline)
    if _is_denial(report) and (opened := _left_open(report)) is not None:
        return opened
    about = [
        claim for claim in _body(report) if _on_one_matter(report.shown(headline), report.shown(_around(report, claim)))
    ]
    named = {mention.name for mention in report.extraction.mentions if headline[0] <= mention.span[0] < headline[1]}
    own = [claim for claim in about if claim.voice is Voice.ARTICLE]
    if not _SAYING.search(report.shown(headline)) and any(firmness_of(_put(report, claim)) >= firm for claim in own):
        return None
    sourced = [claim for claim in about if claim.voice is Voice.ATTRIBUTED]
    sourced = [claim for claim in sourced if _speaker(claim) in named] or sourced
    sourced = sourced or [claim for claim in own if claim.force is Force.REPORTED]
    if not sourced:
        return None
    firmest = max(sourced, key=lambda claim: (firmness_of(_put(report, claim)), -hull(claim)[0]))
    return hull(firmest) if firmness_of(_put(report, firmest)) < firm else None


def _is_denial(report: Report) -> bool:
    heads = [claim for claim in report.claims if claim.voice is Voice.HEADLINE]
    return any(claim.polarity is Polarity.DENIED and claim.speech_act is SpeechAct.DENY for claim in heads)


def _left_open(report: Report) -> Span | None:
    """Return where the one whose denial the headline reports leaves open what it denies."""
    heads = {claim.speaker.name for claim in report.claims if claim.voice is Voice.HEADLINE and claim.speaker}
    for claim in _body(report):
        speaker = claim.speaker.name if claim.speaker else None
        if speaker is not None and (speaker in heads or not heads) and claim.cue and leaves_open(claim.cue.text):
            return hull(claim)
    return None


def _is_unsupported(report: Report, headline: Span, *, drifts: bool) -> bool:
    """Tell whether a headline states what no quotation says: none is there, or none is on its matter.

    The words around a quotation count with it, but for a headline that ``drifts`` from the body.
    """
    shown = report.shown(headline)
    quotes = [claim for claim in _body(report) if claim.form in QUOTED]
    if not quotes:
        return any(claim.voice is Voice.HEADLINE for claim in report.claims)
    places = (hull(claim) if drifts else _passage(report, claim) for claim in quotes)
    reports = drifts or _SAYING.search(shown) is not None
    return reports and not any(_on_one_matter(shown, report.shown(place)) for place in places)


def _passage(report: Report, claim: Claim) -> Span:
    """Return the paragraph of a claim with the one before it, in which a quotation that it leads up to is told."""
    place = report.layout.places[claim.sentence]
    before = max(place - 1, 0)
    first = place if report.layout.paragraphs[before].kind is not ParagraphKind.TEXT else before
    return report.layout.paragraphs[first].span[0], report.layout.paragraphs[place].span[1]


def _weaker_than_lead(report: Report) -> tuple[Span, Span] | None:
    """Return the lead's statement and a weaker quotation of the same speaker on its matter, or where he disowns it."""
    lead = [claim for claim in _body(report) if _in_lead(report, claim) and claim.form is Form.INDIRECT]
    for claim in lead:
        firm = firmness_of(_put(report, claim))
        for quote in _body(report):
            same = claim.speaker and quote.speaker and claim.speaker.name == quote.speaker.name is not None
            weaker = quote.form in QUOTED and firmness_of(report.shown(quote.content.spans[0])) < firm
            if same and weaker and _on_one_matter(claim.content.text, quote.content.text):
                return hull(claim), hull(quote)
    return _disowned(report)


def _disowned(report: Report) -> tuple[Span, Span] | None:
    """Return what the lead says that somebody quoted has said, and where he says that he has not."""
    quoted = {_speaker(claim) for claim in _body(report) if claim.form in QUOTED}
    own = [claim for claim in _body(report) if _speaker(claim) in quoted - {None}]
    lead = {_speaker(claim): claim for claim in reversed(own) if _in_lead(report, claim)}
    for claim in own:
        said = lead.get(_speaker(claim))
        if said is not None and said is not claim and _DISOWNED.search(_put(report, claim)):
            return hull(said), hull(claim)
    return None


def _growing(report: Report) -> tuple[Span, Span] | None:
    """Return the first sourced words on a matter and later ones of the same speaker by a noun that says more."""
    sourced = [claim for claim in _body(report) if claim.cue and _speaker(claim) is not None]
    nouns = [claim for claim in sourced if claim.cue and _NOUN.fullmatch(claim.cue.text)][:COMPARED_MAX]
    speakers = {_speaker(claim) for claim in nouns}
    named = [claim for claim in sourced if _speaker(claim) in speakers]
    weak = [claim for claim in named if firmness_of(_put(report, claim)) < Firmness.WILLING][:COMPARED_MAX]
    for claim in weak:
        for later in nouns:
            behind = _speaker(claim) == _speaker(later) and hull(claim)[1] < hull(later)[0]
            if behind and _on_one_matter(claim.content.text, later.content.text):
                return hull(claim), hull(later)
    return None


def _speaker(claim: Claim) -> str | None:
    return claim.speaker.name if claim.speaker else None


def _in_lead(report: Report, claim: Claim) -> bool:
    at = claim.content.spans[0][0]
    return any(start <= at < end for start, end in report.prose[:LEAD_SENTENCES])


def _body(report: Report) -> list[Claim]:
    return [claim for claim in report.claims if claim.voice is not Voice.HEADLINE]


def _put(report: Report, claim: Claim) -> str:
    return report.shown(hull(claim))


def _around(report: Report, claim: Claim) -> Span:
    """Return the sentence of a claim."""
    return report.layout.sentences[claim.sentence]


def _on_one_matter(a: str, b: str) -> bool:
    both = stems_of(a) & stems_of(b)
    return len(both - _NUMBERS) + sum(form.isdigit() for form in both) >= SHARED_WORDS
