"""Spans: what several of them have in common."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from schemas.extraction import Span


def overlap(some: Iterable[Span], others: Sequence[Span]) -> bool:
    """Tell whether any span of some and any of others have code points in common."""
    return any(s < end and start < e for s, e in some for start, end in others)


def holds(outer: Sequence[Span], inner: Iterable[Span]) -> bool:
    """Tell whether each of some spans lies wholly in one of others."""
    return all(any(s <= start and end <= e for s, e in outer) for start, end in inner)


def at_place(ends: Sequence[int], place: int) -> int:
    """Return the index of the sentence that holds a place, by where the sentences end; the last one past them all."""
    return min(bisect_right(ends, place), len(ends) - 1)


def share(some: Sequence[Span], others: Sequence[Span]) -> float:
    """Return what two contents share of what either has, in code points, 0 to 1 (Jaccard 1901)."""
    both = sum(max(0, min(e, end) - max(s, start)) for s, e in some for start, end in others)
    either = sum(end - start for start, end in (*some, *others)) - both
    return both / either if either else 1.0


def without(span: Span, taken: Span) -> list[Span]:
    """Return what is left of a span, before and behind what is taken out of it."""
    left = ((span[0], min(span[1], taken[0])), (max(span[0], taken[1]), span[1]))
    return [(start, end) for start, end in left if start < end]
