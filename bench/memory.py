"""Memory of process trees, read from ``/proc``: what a process and all below it hold, shared pages by their share."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

MIB = 1_024
"""KiB, in which Linux counts."""


def read_mib(pid: int) -> float:
    """Return the proportional set size of a process and of all below it; one that ends meanwhile holds nothing."""
    return sum(_kib(each) for each in _tree(pid)) / MIB


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def growth(held: Sequence[float]) -> float:
    """Return the mean of the last quarter over that of the second: in the first, caches and heaps still fill.

    Raises:
        ValueError: there are fewer than eight readings.
    """
    quarter = len(held) // 4
    if quarter < 2:  # noqa: PLR2004 (a mean of one is none)
        raise ValueError(f"{len(held)} readings tell of no growth")
    return fmean(held[-quarter:]) / fmean(held[quarter : 2 * quarter])
