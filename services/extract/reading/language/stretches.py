"""Stretches of text: sentences that share a quotation, as units in which a quotation is one piece."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.extraction import Span
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.layout.quotes import Quote

STRETCH_MAX_UNITS = 1_500
"""Words and marks; more without a full stop is not prose, and reading it would cost the square of its length."""


class Unit(NamedTuple):
    """A word, a mark, or a whole piece of a quotation (``quote`` is its index, ``word`` empty)."""

    start: int
    end: int
    word: str
    capital: bool
    quote: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences that share a quotation, or one sentence: its units, first sentence and paragraph."""

    units: tuple[Unit, ...]
    sentence: int
    paragraph: int
    heading: bool = False


def find_stretches(
    text: str,
    sentences: Sequence[Span],
    places: Sequence[int],
    quotes: Sequence[Quote],
    headings: frozenset[int] = frozenset(),
) -> Iterator[Stretch]:
    """Yield the stretches in order. ``places``: the paragraph of each sentence; too long ones come without units."""
    pieces = [(span, number) for number, quote in enumerate(quotes) for span in quote.spans]
    at = sentence = 0
    while sentence < len(sentences):
        first, (start, end) = sentence, sentences[sentence]
        sentence += 1
        held: list[tuple[Span, int]] = []
        while at < len(pieces) and pieces[at][0][0] < end:
            held.append(pieces[at])
            while sentence < len(sentences) and sentences[sentence][0] < pieces[at][0][1]:
                end = sentences[sentence][1]
                sentence += 1
            at += 1
        units = tuple(_units(text, start, end, held))
        kept = units if len(units) <= STRETCH_MAX_UNITS else ()
        yield Stretch(kept, first, places[first], first in headings)


def _units(text: str, start: int, end: int, quotes: Sequence[tuple[Span, int]]) -> Iterator[Unit]:
    for (opens, closes), number in quotes:
        yield from (Unit(*token) for token in tokens_of(text, start, opens))
        yield Unit(opens, closes, "", capital=False, quote=number)
        start = closes
    yield from (Unit(*token) for token in tokens_of(text, start, max(start, end)))
