"""Words as the reader sees them: a text cut into words and marks with their offsets, and how each is written."""

import re
from collections.abc import Sequence
from enum import IntEnum

from schemas.extraction import Span

WORD = re.compile(
    r"""
      https?://\S+ | [\w.+-]{1,64}+@[\w-]{1,255}+\.[\w.]+ | [@\#]\w+
    | (?:[A-Z]\.){2,}                                               # U.S.
    | (?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|St|Jr|Sr|Prof|Rev|Jan|Feb|Aug|Sept|Oct|Nov|Dec|No|vs)\.(?=\s)
    | ['’](?:s|S|re|ve|ll|d|m|RE|VE|LL|D|M)\b                       # what is glued to a word
    | \d+(?:[.,:]\d+)*
    | (?:(?!n['’]t\b)[^\W_]){1,64}+(?:(?<=[a-zA-Z])&(?=[A-Z]))?[^\W_]{0,64}?(?=n['’]t\b) | n['’]t\b
    | [^\W\d_]+(?:['’](?!(?:s|S|re|ve|ll|d|m|RE|VE|LL|D|M)\b)[^\W\d_]+)* | [^\W_]+
    | \.\.\.+ | --+ | \S
    """,  # noqa: RUF001 (the marks that newspapers print)
    re.VERBOSE,
)
"""Linear: what may be tried in vain at each character looks no further than a fixed number of them."""

TITLE_SHARE, UPPER_SHARE, LINE_MIN_WORDS = 0.6, 0.8, 4
"""From which share of its words on a line is in title or upper case; a shorter line tells nothing."""


class Shape(IntEnum):
    """How a word is written; an uncased encoder would not see it."""

    NONE = 0
    LOWER = 1
    CAPITAL = 2
    UPPER = 3
    INITIAL = 4
    MIXED = 5
    DIGITS = 6
    MARK = 7
    OTHER = 8


class Line(IntEnum):
    """How a line is written: in title case a capital is no name."""

    PLAIN = 0
    TITLE = 1
    UPPER = 2
    LOWER = 3


def find_words(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the ``[start, end)`` of every word and mark, in code points."""
    return [found.span() for found in WORD.finditer(text, start, len(text) if end is None else end)]


def shape_of(word: str) -> Shape:  # noqa: PLR0911 (a list of cases)
    """Return how a word is written."""
    if not any(character.isalnum() for character in word):
        return Shape.MARK
    if any(character.isdigit() for character in word):
        return Shape.DIGITS
    if word.islower():
        return Shape.LOWER
    if len(word) == 1:
        return Shape.INITIAL if word.isupper() else Shape.OTHER
    if word.isupper():
        return Shape.UPPER
    if word[0].isupper() and word[1:].islower():
        return Shape.CAPITAL
    return Shape.MIXED if any(character.isupper() for character in word) else Shape.OTHER


def line_of(shapes: Sequence[Shape]) -> Line:
    """Return how the line is written whose words have these shapes."""
    letters = [shape for shape in shapes if shape in {Shape.LOWER, Shape.CAPITAL, Shape.UPPER, Shape.MIXED}]
    if len(letters) < LINE_MIN_WORDS:
        return Line.PLAIN
    if sum(shape is Shape.UPPER for shape in letters) > UPPER_SHARE * len(letters):
        return Line.UPPER
    if sum(shape is not Shape.LOWER for shape in letters) > TITLE_SHARE * len(letters):
        return Line.TITLE
    return Line.LOWER if all(shape is Shape.LOWER for shape in letters) else Line.PLAIN
