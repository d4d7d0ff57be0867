"""CPU time of process trees, read from ``/proc``: what each process took, and what its ended children took."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

_TICKS = os.sysconf("SC_CLK_TCK")
"""The unit of ``/proc/<pid>/stat``: ticks a second, 100 on Linux."""

_PARENT, _USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 1, 11, 12, 13, 14
"""Fields of ``/proc/<pid>/stat`` after the command's closing bracket (proc(5) counts them from 3)."""


class Cpu(NamedTuple):
    """CPU seconds, user and system: of a process itself, and of everything below it, ended or not."""

    own: float
    below: float

    @property
    def whole(self) -> float:
        """Both together."""
        return self.own + self.below

    def since(self, before: Self) -> "Cpu":
        """Return what was taken between two readings of one process."""
        return Cpu(self.own - before.own, self.below - before.below)


def read(pid: int) -> Cpu:
    """Return what a process and all below it have taken since they started.

    A child that ends is added to its parent's count when the parent reaps it, so the tree is read until it is the same
    before and after: else a child that ends meanwhile would count twice or not at all.

    Raises:
        FileNotFoundError: there is no such process.
    """
    while True:
        before = _stats()
        tree = list(_below(pid, before))
        after = _stats()
        if tree == list(_below(pid, after)):
            own = _seconds(after[pid], _USER, _SYSTEM)
            ended = _seconds(after[pid], _CHILDREN_USER, _CHILDREN_SYSTEM)
            every = (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM)
            return Cpu(own, ended + sum(_seconds(after[child], *every) for child in tree))


def _stats() -> dict[int, list[str]]:
    """Return the fields of every process, in order of their ids."""
    found: dict[int, list[str]] = {}
    for folder in sorted(Path("/proc").iterdir()):
        if folder.name.isdecimal():
            try:
                found[int(folder.name)] = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def _below(pid: int, stats: dict[int, list[str]]) -> Iterator[int]:
    if pid not in stats:
        raise FileNotFoundError(f"/proc/{pid}")
    for child, fields in stats.items():
        if int(fields[_PARENT]) == pid:
            yield child
            yield from _below(child, stats)


def _seconds(fields: list[str], *which: int) -> float:
    return sum(int(fields[number]) for number in which) / _TICKS
