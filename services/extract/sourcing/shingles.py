"""Shingles: the runs of words of a text as numbers, their MinHash signature, and the bands to find alike ones by.

The signature is Broder's ("On the resemblance and containment of documents", 1997), with multiply-shift hashing
(Dietzfelbinger et al., 1997) of fixed numbers, so that signatures that are kept go on being comparable.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np

WORDS = 5
"""Words of a shingle: so many in a row are seldom the same by chance, and survive small changes around them."""

BANDS = 42
"""Bands of a signature: two texts with a third of their shingles in common share one with a probability of 0.8, with
half of them of 0.996, and two with none never."""

ROWS = 3
"""Numbers of a band: texts that share a hundredth of their shingles meet in one of 24,000 pairs."""

EMPTY = 2**32 - 1
"""The numbers of the signature of nothing."""

_BITS = 64


def digest(words: str) -> int:
    """Return a number of 64 bits for words, the same for ever."""
    return int.from_bytes(blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


_FACTORS = np.array([digest(f"factor {n}") | 1 for n in range(BANDS * ROWS)], dtype=np.uint64)
_SHIFTS = np.array([digest(f"shift {n}") for n in range(BANDS * ROWS)], dtype=np.uint64)


def shingles_of(words: Sequence[str]) -> frozenset[int]:
    """Return the shingles of a run of words; a shorter run is one shingle, and nothing has none."""
    if not words:
        return frozenset()
    return frozenset(digest(" ".join(words[at : at + WORDS])) for at in range(max(1, len(words) - WORDS + 1)))


def sign(shingles: Iterable[int]) -> tuple[int, ...]:
    """Return the signature of shingles: of each of ``BANDS * ROWS`` orders the least, of 32 bits."""
    found = np.fromiter(sorted(shingles), dtype=np.uint64)
    if not found.size:
        return (EMPTY,) * (BANDS * ROWS)
    hashed = (found[:, None] * _FACTORS + _SHIFTS) >> np.uint64(32)
    return tuple(int(number) for number in hashed.min(axis=0))


def jaccard(a: Sequence[int], b: Sequence[int]) -> float:
    """Return about which share of the shingles of two texts are in both, by their signatures."""
    same = sum(x == y for x, y in zip(a, b, strict=True))
    return 0.0 if a[0] == EMPTY or b[0] == EMPTY else same / len(a)


def shared(a: Sequence[int], b: Sequence[int], count_a: int, count_b: int) -> float:
    """Return about how many shingles two texts share, by their signatures and how many each has."""
    alike = jaccard(a, b)
    return min(count_a, count_b, alike * (count_a + count_b) / (1 + alike))


def bands_of(signature: Sequence[int]) -> list[int]:
    """Return a number for each band, signed and of 64 bits as PostgreSQL holds them; none for nothing."""
    if signature[0] == EMPTY:
        return []
    rows = (signature[at : at + ROWS] for at in range(0, BANDS * ROWS, ROWS))
    return [signed(digest(f"band {number} {row}")) for number, row in enumerate(rows)]


def signed(number: int) -> int:
    """Return a number of 64 bits as PostgreSQL's ``bigint`` holds it."""
    return number - (1 << _BITS) if number >> (_BITS - 1) else number
