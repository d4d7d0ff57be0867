"""The bounds of a name: its words without the title, article and possessive that a reader may have marked with it."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re

from schemas.extraction import Span
from services.extract.reading.language.lexicon import CALENDAR, GROUPS, TITLES, words
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.model.marks import Name, NameKind

_ARTICLES = words("the a an")
_POSSESSIVE = re.compile(r"(?<=[^\W\d_])['’]s?\Z", re.IGNORECASE)
_ONE_HOLDER = words("pope king queen emperor sultan emir")
"""Titles that newspapers write for a name: there is one holder."""

_OWNER = re.compile(r"([^\W\d_]+)['’]s\s+(?=[A-Z])")
_PLAIN = re.compile(r"(?:[a-z]{5,}\s+)+(?=[A-Z])")
"""Words without a capital before a name; shorter ones may be particles."""

_EDGES = ' \t\r\n\u00a0,;:"“”«»'
"""Marks at the ends of a span that belong to no name."""

NAME_MAX_CODE_POINTS = 160
"""A longer span is no name but a run-on line."""


def trimmed(text: str, name: Name) -> Name | None:
    """Return the name without title, article, possessive and marks around it; None where nothing is left."""
    start, end = name.span
    shown = text[start : min(end, start + NAME_MAX_CODE_POINTS)]
    if end - start > NAME_MAX_CODE_POINTS or not shown.strip(_EDGES):
        return None
    start, end = start + len(shown) - len(shown.lstrip(_EDGES)), end - len(shown) + len(shown.rstrip(_EDGES))
    start = _start(text, (start, end), name.kind)
    start = _proper(text, (start, end)) if name.kind is NameKind.ORG else start
    end = _before_open_bracket(text, start, end)
    match = _POSSESSIVE.search(text[start:end])
    end = start + match.start() if match else end
    if (
        start >= end
        or text[start:end].lower() in CALENDAR
        or (name.kind is NameKind.PERSON and text[start:end].lower() in TITLES - _ONE_HOLDER)
        or not any(character.isalnum() for character in text[start:end])
    ):
        return None
    return Name((start, end), name.kind, name.score)


def _proper(text: str, span: Span) -> int:
    """Return where a body's own name begins: "parliamentary Committee on Roads", "the Council's Safety Board"."""
    start, end = span
    owner = _OWNER.match(text, start, end)
    if owner is not None and owner[1].lower() in GROUPS:
        start = owner.end()
    plain = _PLAIN.match(text, start, end)
    return plain.end() if plain else start


def _before_open_bracket(text: str, start: int, end: int) -> int:
    """Return where a name ends that runs into brackets which it does not close: "Ines Caldo (Left-Harbour"."""
    opens = text.find("(", start + 1, end)
    return end if opens < 0 or ")" in text[opens:end] else start + len(text[start:opens].rstrip())


def _start(text: str, span: Span, kind: NameKind) -> int:
    """Return where the words begin that are no article, and in a person's name no title; a name keeps its last word."""
    tokens = list(tokens_of(text, *span))
    at = 0
    while at < len(tokens) - 1 and _is_before(tokens[at].word, kind) and tokens[at + 1].word != "of":
        at += 1
    return tokens[at].start


def _is_before(word: str, kind: NameKind) -> bool:
    return word in _ARTICLES or (kind is NameKind.PERSON and (word in TITLES or word in {".", ","}))
