"""Titles: the statements of a headline, each a claim in the headline's own voice."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator, Sequence

from schemas.extraction import Span
from services.extract.reading.language.finite import is_verb
from services.extract.reading.language.tokens import tokens_of

STATEMENT_MIN_WORDS = 2
"""Words; one alone states nothing."""

STATEMENTS_MAX = 6
"""Of one headline; more parts are a list of topics."""

_SURE = re.compile(r"\s*;\s+|\s+[–—]\s+|, (?:and|but|yet) ")
_PERHAPS = re.compile(r"(?:,|:) ")


def find_headline_statements(text: str, headline: Span, quoted: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans of a headline's statements: parted by a semicolon, a dash, "and", or a comma before a predicate.

    ``quoted``: the quotations in it, inside which nothing is parted.
    """
    start, end = headline
    cuts = [(match.start(), match.end()) for match in _SURE.finditer(text, start, end)]
    for match in _PERHAPS.finditer(text, start, end):
        sides = ((start, match.start()), (match.end(), end))
        if text[match.start()] == "," and all(_states(text, side) for side in sides):
            cuts.append((match.start(), match.end()))
    for before, after in sorted(cuts)[: STATEMENTS_MAX - 1]:
        if start < before and not any(s <= before < e for s, e in quoted):
            yield from _whole(text, (start, before))
            start = after
    yield from _whole(text, (start, end))


def _whole(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    while start < end and text[start] in " ,;:–—-":
        start += 1
    while start < end and text[end - 1] in " ,;:–—-":
        end -= 1
    if len(text[start:end].split()) >= STATEMENT_MIN_WORDS:
        yield start, end


def _states(text: str, span: Span) -> bool:
    return any(is_verb(token) for token in tokens_of(text, *span))
