"""Difference: what one text keeps, deletes and inserts of another, in words.

The words kept are the longest common subsequence (Hyyrö's bit-parallel algorithm, as rapidfuzz has it). Its cost is
words times words, so it is bounded: texts that differ in too many are compared by lines, and then word by word only
between the lines kept, as far as the bound allows.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import accumulate, takewhile
from typing import NamedTuple

from rapidfuzz.distance import Indel

CELLS_MAX = 32_000_000
"""Of one difference, words times words: some 25 ms and 4 MB. Texts of 5,600 words that share none are just below it."""

_WORDS = re.compile(r"\S+\s*|\s+")
_LINES = re.compile(r"[^\n]*\n+|[^\n]+")


class Kind(StrEnum):
    """What became of a part of the texts."""

    KEPT = "kept"
    DELETED = "deleted"
    INSERTED = "inserted"


class Part(NamedTuple):
    """A run of words with its place in either text, ``[start, end)`` in code points: empty where it is not."""

    kind: Kind
    before: tuple[int, int]
    after: tuple[int, int]


class Run(NamedTuple):
    """What both texts hold: where it starts in either, and its length."""

    before: int
    after: int
    length: int


def compare(before: str, after: str) -> list[Part]:
    """Return the parts in their order: those not inserted are together ``before``, those not deleted ``after``."""
    bound = _Bound(CELLS_MAX)
    kept = bound.match(_WORDS, before, after)
    if kept is None:
        lines = bound.match(_LINES, before, after) or []
        between = [
            Run(start.before + run.before, start.after + run.after, run.length)
            for start, end in _gaps(lines, len(before), len(after))
            for run in bound.match(_WORDS, before[start.before : end.before], after[start.after : end.after]) or []
        ]
        kept = sorted([*lines, *between])
    return list(_parts(kept, len(before), len(after)))


class _Bound:
    """What may still be spent on comparing."""

    def __init__(self, cells: int) -> None:
        self._cells = cells

    def match(self, pieces: re.Pattern[str], before: str, after: str) -> list[Run] | None:
        """Return what both texts hold in the same order, or None where to find it costs too much."""
        old, new = pieces.findall(before), pieces.findall(after)
        first = _same(old, new)
        last = _same(old[first:][::-1], new[first:][::-1])
        cells = (len(old) - first - last) * (len(new) - first - last)
        if cells > self._cells:
            return None
        self._cells -= cells
        numbers: dict[str, int] = {}  # rapidfuzz compares hashes, and only those of numbers differ for sure
        numbered = ([numbers.setdefault(piece, len(numbers)) for piece in text] for text in (old, new))
        starts, others = ([0, *accumulate(map(len, text))] for text in (old, new))
        blocks = Indel.opcodes(*numbered).as_matching_blocks()
        return [Run(starts[b.a], others[b.b], starts[b.a + b.size] - starts[b.a]) for b in blocks if b.size]


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many pieces both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _gaps(kept: Sequence[Run], before: int, after: int) -> Iterator[tuple[Run, Run]]:
    """Return what stands around the kept runs, each as the place where it starts and the run that ends it."""
    start = Run(0, 0, 0)
    for run in (*kept, Run(before, after, 0)):
        yield start, run
        start = Run(run.before + run.length, run.after + run.length, 0)


def _parts(kept: Sequence[Run], before: int, after: int) -> Iterator[Part]:
    """Return the kept runs and, between them, what was deleted and then what was inserted."""
    for start, run in _gaps(kept, before, after):
        if start.before < run.before:
            yield Part(Kind.DELETED, (start.before, run.before), (start.after, start.after))
        if start.after < run.after:
            yield Part(Kind.INSERTED, (run.before, run.before), (start.after, run.after))
        if run.length:
            ends = run.before + run.length, run.after + run.length
            yield Part(Kind.KEPT, (run.before, ends[0]), (run.after, ends[1]))
