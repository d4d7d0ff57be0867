"""The words of a text, cut by a regular expression, and how much two groups of spans share of them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from schemas.extraction import Span

WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")
"""A run of letters, digits and underscores, or one mark: the units of exact spans."""

WORD = re.compile(r"\w+")
"""The same without marks, for measures in which quotation marks and full stops count nothing."""


class Cut:
    """A text cut into words, which are named by their numbers."""

    def __init__(self, text: str, pattern: re.Pattern[str] = WORD_OR_MARK) -> None:
        self.text = text
        self.spans: list[Span] = [found.span() for found in pattern.finditer(text)]
        self._starts = [start for start, _ in self.spans]
        self._ends = [end for _, end in self.spans]

    def numbers(self, span: Span) -> range:
        """Return the numbers of the words that the span (code points) touches."""
        return range(bisect_right(self._ends, span[0]), bisect_left(self._starts, span[1]))

    def inside(self, spans: Iterable[Span]) -> frozenset[int]:
        """Return the numbers of the words that any of the spans touches."""
        return frozenset(number for span in spans for number in self.numbers(span))


def jaccard(some: AbstractSet[int], others: AbstractSet[int]) -> float:
    """Return what both share of what either has, 0 to 1; two empty groups are the same (Jaccard, 1901)."""
    return len(some & others) / len(some | others) if some or others else 1.0


def share(part: float, of: int) -> float | None:
    """Return a percentage; null of nothing."""
    return 100 * part / of if of else None
