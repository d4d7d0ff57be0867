"""A contest: readers of pages as processes of their own, asked in turn, so that whatever else runs falls on all."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.pages import ROOT


class Lost(Exception):
    """A contestant's process ended; the message names it."""


class Turn(NamedTuple):
    """What one reading of some pages took, in CPU seconds, and how many of them gave a text."""

    seconds: float
    articles: int

    @property
    def rate(self) -> float:
        """Articles a CPU second."""
        return self.articles / self.seconds


class Contestant:
    """A process that reads pages by one library; `open_contestants` starts it."""

    def __init__(self, name: str, process: Process) -> None:
        self.name = name
        self._process = process

    async def read(self, file: Path) -> Turn:
        """Have all pages of the file read. Raises ``Lost``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{file}\n".encode())
        await self._process.stdin.drain()
        answer = await self._process.stdout.readline()
        if not answer:
            raise Lost(f"{self.name} ended with {await self._process.wait()}")
        return Turn(**json.loads(answer))

    async def end(self) -> None:
        """Let the process go."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


@asynccontextmanager
async def open_contestants(names: Iterable[str], *, python: str = sys.executable) -> AsyncIterator[list[Contestant]]:
    """Start a process for each of the names, by the Python that has its library; leaving ends them."""
    async with AsyncExitStack() as stack:
        started = []
        for name in names:
            arguments = (python, "-m", "bench.contestants", name)
            process = await asyncio.create_subprocess_exec(
                *arguments, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=ROOT
            )
            started.append(Contestant(name, process))
            stack.push_async_callback(started[-1].end)
        yield started


async def compete(contestants: Sequence[Contestant], file: Path, rounds: int) -> dict[str, list[Turn]]:
    """Return what each took in each round, after one that warms up."""
    taken: dict[str, list[Turn]] = {each.name: [] for each in contestants}
    for number in range(rounds + 1):
        for each in contestants:
            turn = await each.read(file)
            if number:
                taken[each.name].append(turn)
    return taken


def ratio(taken: Mapping[str, Sequence[Turn]], ours: str, theirs: str) -> float:
    """Return the median of our CPU time over theirs, round by round."""
    pairs = zip(taken[ours], taken[theirs], strict=True)
    return median(one.seconds / other.seconds for one, other in pairs)


def gain(taken: Mapping[str, Sequence[Turn]], ours: str, theirs: str) -> float:
    """Return the median of our articles a CPU second over theirs, round by round."""
    pairs = zip(taken[ours], taken[theirs], strict=True)
    return median(one.rate / other.rate for one, other in pairs)
