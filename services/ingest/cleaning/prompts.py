"""Prompts: lines among an article's that speak to the reader about the site, and to nobody about the news.

A line is one by how it begins, or since it is nothing but an address, a day or a label: what a sentence of the article
says stays. Told apart by English words, and by the few of other languages that stand before related links.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from schemas.events import ParagraphKind
from services.ingest.cleaning.paragraphs import Block

LINE_MAX = 400
"""Code points; a longer one has more to say than that something can be subscribed to."""

TEASERS_LEAST = 4
"""So many headings in a row head nothing: they are the titles of other articles."""


def _one_of(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})"


_DASHES = "\u2013\u2014-"
_SECTION = r"(?-i:[A-Z][\w\u2019'&-]*(?: [A-Z&][\w\u2019'&-]*){0,4})"
"""A part of a site or a publication: its words begin with capitals."""

_LINKING = _one_of(
    r"related(?: (?:articles?|stor(?:y|ies)|posts?|news|content|topics|links|coverage))?",
    r"(?:read|see|watch|listen)(?: (?:more|also|next|this|on|now|live|below|the video))?|also (?:read|see|watch)",
    rf"more (?:stories|news|on this(?: story| topic)?|to read)|more (?:from|in) {_SECTION}|up next",
    r"don[\u2019']t miss(?: (?:it|this))?|(?:you )?(?:may|might) also like|what to read next"
    r"|recommended|trending(?: now)?",
    rf"popular (?:on|in) {_SECTION}|most (?:read|popular|viewed)(?: (?:on|in) {_SECTION})?|top stories",
    r"leggi anche|(?:à )?lire aussi|mehr zum thema|lesen sie auch|lea también|leia (?:também|mais)|czytaj także",
)
_LISTING = _one_of(r"filed under|tags?|topics|categor(?:y|ies)|keywords|source")
_LABELLED = re.compile(
    rf"[\[(►▶•*>{_DASHES}]*\s*(?:{_LINKING}|(?P<listing>{_LISTING}))"
    r"(?:\s*:(?!\d)\s*(?P<rest>.*)|\s*[.…>»\])]*|\s*[|►▶].*)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r".*[.!][\"\u201d\u2019»)]*")
_SAYING = re.compile(
    r"\b(?:said|says|(?<!your )say|told|tells|asked|asks|wrote|writes|spoke|speaks|added|adds|warned|warns"
    r"|announced|announces|argued|argues|insisted|insists|replied|replies|admitted|admits|denied|denies"
    r"|confirmed|confirms|revealed|reveals|declared|declares|claimed|claims|stated|testified|urged?|urges"
    r"|plead(?:s|ed)?|begs|begged|shouted|tweeted|reported|according to)\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r"\b(?:he|she|they|was|were|had)\b", re.IGNORECASE)
"""Words of a tale: who asks the reader for something speaks of the site and of now."""

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|\u2018[^\u2019]*\u2019")
_WHOLE = re.compile(
    _one_of(
        r"(?:(?:post|add|leave|view|show|read) )?(?:a |all |the )?comments?(?: \(\d*\+?\))?"
        r"|back to top|scroll to continue",
        r"(?:article |story )?continues below(?: (?:this )?ad(?:vertisement)?)?|advertisement"
        r"|loading|home|menu|close|skip|by",
        r"share(?: this(?: article| story| post)?)?|print(?: article)?|e?-?mail(?: article)?|tweet"
        r"|pin it",
        r"\d+ min(?:ute)?s? read|reading time|invalid email|something went wrong",
        r"thanks for signing up|(?:enter )?your email(?: address)?",
    )
    + r"[\s.:!…(+)]*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:[^.!?]{0,120}[.!?]\s+)?[\[(>*]*(?:please )?"
    + _one_of(
        r"sign(?:ing)? up\b|subscribe\b|click (?:here|to)\b|tap here\b|register (?:now|here|today"
        r"|for)|log ?in\b|donate\b",
        r"get (?:the |our |all |access |more |breaking |daily |unlimited |[\w ]{2,30} (?:delivered|app|on the go))",
        r"download (?:the|our)\b|join (?:our|us|the conversation|now|the discussion)\b|become a (?:member|subscriber)",
        r"follow (?:us|@|him\b|her\b|them\b|[\w\u2019'. ]{2,40} on )|like us\b|support (?:our|us)\b|want more\b",
        r"(?:like|share|rate) this (?:story|article|post|page|with)\b|if you (?:enjoyed|liked) this|send (?:us|your)\b",
        r"already a (?:member|subscriber)|(?:have|got) an? (?:news )?(?:tip|story)\b|tell us\b"
        r"|let us know\b|write to\b",
        r"contact (?:us|the (?:author|reporter|writer))|email (?:us|the|[\w. ]{2,40} at )"
        r"|reach (?:him|her)\b",
        r"listen to\b|watch (?:the|our)\b|start your (?:day|free)",
    ),
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"newsletters?\b|\binbox|\bapp\b|subscri|sign(?:ing)? up|podcast|@|https?:|\bhere\b|click|member|account|\bshare\b"
    r"|twitter|facebook|instagram|youtube|whatsapp|telegram|linkedin|bluesky|tiktok"
    r"|\bfree\b|letters? to the editor|\bcomments?\b|\bus\b|unlimited|advert|opinion",
    re.IGNORECASE,
)
"""What the reader is asked for; without it the same words begin a sentence of the news."""

_YEAR = r"(?:19|20)\d\d\b"
_OWNED = re.compile(
    rf"(?:copyright\W{{0,3}})?(?:[©ⓒ]|\(c\)\s*{_YEAR})|copyright\W{{0,3}}(?:\(c\)|{_YEAR})"
    rf"|copyright [^.!?]{{2,60}}? {_YEAR}(?:\s*[|,{_DASHES}][^.!?]{{0,60}})?[.\s]*$"
    rf"|(?:.{{0,120}}[.,;|{_DASHES}]\s*)?all rights reserved(?:\s*[.|]|$)"
    r"|this (?:material|copy|content|article) (?:may|must|can)(?:not| not) be"
    r" (?:published|republished|reproduced|broadcast|rewritten|redistributed|copied)"
    r"|this (?:material|copy|content) is (?:for your (?:own|personal)|subject to (?:copyright|our))",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"\(?(?:(?:additional|with|further) )?(?:reporting|writing|editing) by (?P<names>.+)", re.IGNORECASE
)
_BESIDE_NAMES = re.compile(
    r"additional|reporting|writing|editing|by|with|further|and|in|at|for|from|the"
    r"|van|von|der|den|de|del|della|da|di|dos|du|la|le|al|el|bin|ben|ter|y|e",
    re.IGNORECASE,
)
"""Words without a capital that stand between the names of a sign-off; any other makes it a sentence."""

_BARE = re.compile(
    r"\S+@\S+\.\S+|(?:https?://)?(?:www\.)?(?:twitter|x|facebook|instagram|youtube)\.com/\S+|@\w+|(?:[a-z]+-){2,}[a-z]+"
)
"""An address, a handle, or a name of a style sheet's."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = _one_of(
    rf"{_MONTH} \d\d?(?:st|nd|rd|th)?,? \d{{4}}",
    rf"\d\d?(?:st|nd|rd|th)? {_MONTH},? \d{{4}}",
    r"\d{4}-\d\d-\d\d",
    r"\d\d?[./]\d\d?[./]\d{4}",
)
_CLOCK = r"(?:at )?\d\d?[:.]\d\d(?::\d\d)?\s?(?:[ap]\.?m\.?)?\s?\(?(?:[a-z]{2,4}|[+-]\d\d:?\d\d)?\)?"
_TOLD = r"(?:(?:first |last )?(?:published|posted|updated|modified|created|date)(?: (?:on|at))?\s*:?\s*)"
_MOMENT = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
    rf"{_DAY}[ ,|/{_DASHES}]*(?:{_CLOCK})?"
)
_LAPSE = r"\d+ (?:minutes?|hours?|days?) ago"
_DATED = re.compile(
    rf"{_TOLD}?{_MOMENT}(?:[ /|,{_DASHES}]+{_TOLD}(?:{_MOMENT}|{_CLOCK}|{_LAPSE}))?\.?|{_TOLD}(?:{_CLOCK}|{_LAPSE})\.?",
    re.IGNORECASE,
)


def without_prompts(blocks: Iterable[Block], bylines: Collection[str] = ()) -> Iterator[Block]:
    """Yield the blocks, each a line, without prompts and bylines, long rows of headings, and headings at the end."""
    kept = [(words, kind) for words, kind in blocks if not is_prompt(words) and words not in bylines]
    rows = [list(row) for _, row in groupby(kept, key=lambda block: block[1] is ParagraphKind.HEADING)]
    for number, row in enumerate(rows, 1):
        heads_nothing = len(row) >= TEASERS_LEAST or number == len(rows)
        if row[0][1] is not ParagraphKind.HEADING or not heads_nothing:
            yield from row


def is_prompt(words: str) -> bool:
    """Tell whether a line, cleaned of white space, is none of the article's."""
    if len(words) > LINE_MAX:
        return False
    return (
        any(pattern.fullmatch(words) for pattern in (_BARE, _WHOLE, _DATED))
        or _is_labelled(words)
        or _is_sign_off(words)
        or (_OWNED.match(words) is not None and not _tells(words))
        or (_ASKING.match(words) is not None and _WANTED.search(words) is not None and not _is_tale(words))
    )


def _is_labelled(words: str) -> bool:
    found = _LABELLED.fullmatch(words)
    if found is None or not found["rest"]:
        return found is not None
    return _SENTENCE.fullmatch(found["rest"]) is None and not (found["listing"] and _tells(found["rest"]))


def _is_sign_off(words: str) -> bool:
    found = _SIGN_OFF.fullmatch(words)
    names = re.split(r"[\s,;.&/()]+", found["names"]) if found else ["none"]
    return all(not name or name[0].isupper() or _BESIDE_NAMES.fullmatch(name) for name in names)


def _tells(words: str) -> bool:
    return _SAYING.search(_QUOTED.sub("", words)) is not None


def _is_tale(words: str) -> bool:
    return _tells(words) or _OF_OTHERS.search(_QUOTED.sub("", words)) is not None
