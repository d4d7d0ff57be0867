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
_LABEL = _one_of(
    r"related(?: (?:articles?|stor(?:y|ies)|posts?|news|content|topics|links|coverage))?",
    r"(?:read|see|watch|listen)(?: (?:more|also|next|this|on|now|live|below|the video))?|also (?:read|see|watch)",
    r"more (?:stories|news|on this(?: story| topic)?|to read)|more (?:from|in) [^.:]{2,40}|explore further|up next",
    r"don[\u2019']t miss(?: (?:it|this))?|(?:you )?(?:may|might) also like|what to read next"
    r"|recommended|trending(?: now)?",
    r"popular (?:on|in) [^.:]{2,40}|most (?:read|popular|viewed)(?: (?:on|in) [^.:]{2,40})?|top stories|partner news",
    r"filed under|tags?|topics|categor(?:y|ies)|keywords|share|tweet|source",
    r"leggi anche|(?:à )?lire aussi|mehr zum thema|lesen sie auch|lea también|leia (?:também|mais)|czytaj także",
)
_LABELLED = re.compile(rf"[\[(►▶•*>{_DASHES}]*\s*{_LABEL}(?:\s*:(?!\d)|\s*[.…>»\])]*$|\s*[|►▶])", re.IGNORECASE)
_WHOLE = re.compile(
    _one_of(
        r"(?:(?:post|add|leave|view|show|read) )?(?:a |all |the )?comments?(?: \(\d*\+?\))?"
        r"|back to top|scroll to continue",
        r"(?:article |story )?continues below(?: (?:this )?ad(?:vertisement)?)?|advertisement"
        r"|loading|home|menu|close|skip|by",
        r"share(?: this(?: article| story| post)?)?|print(?: article)?|e?-?mail(?: article)?|tweet"
        r"|pin it|order reprints",
        r"\d+ min(?:ute)?s? read|reading time|tempo de leitura: \d+ minutos?|text size"
        r"|invalid email|something went wrong",
        r"sorry|thank you|thanks for signing up|this article has been sent to|(?:enter )?your email(?: address)?",
        r"an error has occurred, please try again later",
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
        r"|reach (?:the reporters?|him|her)\b",
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

_RIGHTS = re.compile(
    r"(?:copyright|©|\(c\)|ⓒ)(?:\s|©|\d)|.{0,120}\ball rights reserved\b"
    r"|this (?:material|copy|content) (?:may not be|is for your|is subject to)"
    r"|this article (?:may|cannot|must not) (?:not )?be (?:republished|reproduced)",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(r"\(?(?:(?:additional|with) )?(?:reporting|writing|editing) by\b", re.IGNORECASE)
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
_DATED = re.compile(
    r"(?:(?:first |last )?(?:published|posted|updated|modified|created|date)(?: (?:on|at))?\s*:?\s*)?"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
    rf"{_DAY}[ ,|/{_DASHES}]*"
    r"(?:(?:at )?\d\d?[:.]\d\d(?::\d\d)?\s?(?:[ap]\.?m\.?)?\s?\(?(?:[a-z]{2,4}|[+-]\d\d:?\d\d)?\)?)?"
    rf"(?:[ /|,{_DASHES}]+(?:updated|modified)\b.{{0,60}})?\.?"
    r"|(?:first |last )?(?:published|posted|updated)(?: at|:)? .{0,60}\d.{0,40}",
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
    asks = _ASKING.match(words) is not None and _WANTED.search(words) is not None
    return (
        asks
        or any(pattern.fullmatch(words) for pattern in (_BARE, _WHOLE, _DATED))
        or any(pattern.match(words) for pattern in (_LABELLED, _RIGHTS, _SIGN_OFF))
    )
