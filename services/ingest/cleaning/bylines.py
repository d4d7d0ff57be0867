"""Bylines: who wrote an article, and the wire it was taken from."""

import re
from collections.abc import Collection, Iterable

from services.ingest.characters import label

AUTHORS_MAX = 20
"""More names are an imprint."""

AGENCIES = {
    "AAP": "AAP", "AFP": "AFP", "Agence France-Presse": "AFP", "ANI": "ANI", "ANSA": "ANSA", "AP": "AP",
    "The Associated Press": "AP", "Associated Press": "AP", "APA": "APA", "Bloomberg News": "Bloomberg News",
    "Canadian Press": "The Canadian Press", "The Canadian Press": "The Canadian Press", "CNN Wire": "CNN Wire",
    "dpa": "dpa", "EFE": "EFE", "IANS": "IANS", "Interfax": "Interfax", "Kyodo News": "Kyodo News",
    "PA Media": "PA Media", "Press Association": "PA Media", "PTI": "PTI", "Press Trust of India": "PTI",
    "Reuters": "Reuters", "TASS": "TASS", "UPI": "UPI", "Ukrinform": "Ukrinform", "Xinhua": "Xinhua",
}  # fmt: skip
"""News agencies by the names they are credited under, with the one name that is stored."""

CREDIT_PARAGRAPHS = 2
"""A dateline stands in one of the first paragraphs, a closing credit in one of the last."""

CREDIT_MAX = 200
"""Code points of a paragraph that is nothing but a credit."""

_NAMES = "|".join(sorted(map(re.escape, AGENCIES), key=len, reverse=True))
_DATELINE = re.compile(rf"[^\n]{{0,60}}?[(\[](?P<name>{_NAMES})[)\]]\s*[-\u2013—:]")
_CLOSING = re.compile(
    rf"(?:©\s*(?:\d{{4}}\s*)?|\(c\)\s*(?:\d{{4}}\s*)?|Source:\s*|Copyright\s+(?:\d{{4}}\s+)?|[-\u2013—]\s*With\s+)?[(\[\u2013—-]*\s*"
    rf"(?P<name>{_NAMES})\s*[)\]]?\.?(?:\s+All rights reserved\..*)?"
)
_SPLIT = re.compile(r"\s*(?:[;|\n]|,(?!\s*(?:Jr|Sr|III?|MD|PhD)\b)|\band\b|&)\s*", re.IGNORECASE)
_BY = re.compile(r"(?:(?:written|reported|posted|story|words)\s+)?by:?\s+", re.IGNORECASE)
_MAILED = re.compile(r"\S+@\S+\s*\((.+)\)")
_NO_PERSON = re.compile(
    r"[@*():]|https?:|www\.|\d|^(?:the|about|sobre|über)\b|\b(?:staff|desk|team|editors?|editorial|newsroom|reporters?"
    r"|correspondents?|bureau|agency|agencies|news|media|admin|administrator|webmaster|contributors?|online|inc|ltd|llc"
    r"|columnists?|unknown|anonymous)\b",
    re.IGNORECASE,
)
"""Signs and words of no person's name, though pages type desks as persons."""

_SELDOM_PERSON = re.compile(
    r"\b(?:press|guest|service|wire|magazine|times|post|network|group|radio|television|tv|com|author|writers?|critic"
    r"|user)\b",
    re.IGNORECASE,
)
"""Words that persons bear as names, and believed only of those that the page types as persons."""


def read_authors(stated: Iterable[object], *, publisher: str | None, typed: Collection[str] = ()) -> tuple[str, ...]:
    """Return the persons among the stated authors, in order: no desks, agencies, addresses or publishers.

    ``typed`` are those stated that the page types as persons.
    """
    found: dict[str, None] = {}
    for words in stated:
        line = label(words) or ""
        mailed = _MAILED.fullmatch(line)
        for part in _SPLIT.split(mailed[1] if mailed else _BY.sub("", line, count=1) if _BY.match(line) else line):
            name = part.strip(" .·•-\u2013—")
            is_person = _is_person(name) and (words in typed or not _SELDOM_PERSON.search(name))
            if is_person and (publisher is None or name.casefold() != publisher.casefold()):
                found.setdefault(name)
    return tuple(found)[:AUTHORS_MAX]


def _is_person(name: str) -> bool:
    words = name.split()
    return (
        2 <= len(words) <= 6  # noqa: PLR2004 (a first and a last name; titles and particles besides)
        and not _NO_PERSON.search(name)
        and name not in AGENCIES
        and not words[0][0].islower()
        and not words[-1][0].islower()
    )


def find_wire_credit(authors: Iterable[object], paragraphs: list[str]) -> str | None:
    """Return the agency that the article is credited to: as author, in the dateline, or in a closing line."""
    for words in authors:
        line = label(words) or ""
        for part in _SPLIT.split(_BY.sub("", line, count=1)):
            if part in AGENCIES:
                return AGENCIES[part]
    for paragraph in paragraphs[:CREDIT_PARAGRAPHS]:
        if (found := _DATELINE.match(paragraph)) is not None:
            return AGENCIES[found["name"]]
    for paragraph in paragraphs[-CREDIT_PARAGRAPHS:]:
        if len(paragraph) <= CREDIT_MAX and (found := _CLOSING.fullmatch(paragraph)) is not None:
            return AGENCIES[found["name"]]
    return None
