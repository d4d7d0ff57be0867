"""Articles a CPU second: the whole path, through real services and engines, against bare cleaning and reading.

**Whole path**: pages served on loopback are listed by feeds, fetched, cleaned, numbered and published by ``ingest``,
read and stored by ``extract``, and their changes are published; both run as processes with the default settings, but
for the pause between two requests of a host, which is 0. Counted is all CPU time, user and system, that ingest, its
workers, extract, its workers and PostgreSQL (every backend and background process) take from the moment the feeds are
added until the last change is published; processes that end meanwhile count, as their parents' reaped children, and so
do workers that are replaced, with their start. Kafka is shown apart, since it is shared with others and not ours to
tune. The server of the pages and what watches for the end belong to the bench's own process and do not count, but for
some 20 statements in PostgreSQL.

**Bare**: this process calls ``clean`` and ``extract`` on the same pages, already decoded, one after the other.

Rounds alternate after a warm-up, each with URLs of its own, and medians are shown. Linux only.
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from rich.console import Console

from bench.cpu import Cpu
from bench.pages import Printed, load_pages, print_editions, read_bare
from bench.table import Row, show
from bench.world import Unsettled, World, open_world
from services.engines.failure import EngineFailed

ARTICLES = 600
"""Articles of a round: some 20 CPU seconds of the whole path, a thousand times the kernel's tick."""

WARM_UP = 100
"""Articles read before: prepared statements, connections, caches of patterns, the first pages of tables."""

ROUNDS = 3
"""Of each kind, in turn, so that what else the machine does falls on both."""

APART = "Kafka"


class Round(NamedTuple):
    """What one round of both kinds took, in CPU seconds."""

    whole: Mapping[str, Cpu]
    bare: float

    @property
    def path(self) -> float:
        """All that counts of the whole path."""
        return sum(part.whole for name, part in self.whole.items() if name != APART)


async def measure(say: Console) -> list[Round]:
    """Run all rounds."""
    pages = load_pages()
    say.print(f"{len(pages)} pages, {ARTICLES} articles a round, {os.cpu_count()} cores")
    async with open_world() as world:
        warm = print_editions(pages, WARM_UP, "warm-up")
        await world.ingest(warm, "warm-up")
        read_bare(warm)
        return [await _round(world, print_editions(pages, ARTICLES, f"round-{n}"), n, say) for n in range(ROUNDS)]


async def _round(world: World, printed: Sequence[Printed], number: int, say: Console) -> Round:
    started = time.monotonic()
    whole = await world.ingest(printed, f"round-{number}")
    seconds = time.monotonic() - started
    before = time.process_time()
    claims = read_bare(printed)
    measured = Round(whole, time.process_time() - before)
    say.print(
        f"round {number + 1}: {measured.path:.1f} CPU s in {seconds:.0f} s for the whole path, {measured.bare:.1f} bare"
        f" ({claims} claims)"
    )
    return measured


def summarise(rounds: Sequence[Round]) -> list[Row]:
    """Return the medians of all rounds, a row a measure."""
    # The ratio's floor and aim belong to reading with a model: rules cost so little that the path weighs more.
    rows = [
        Row("whole path over bare (ratio)", median(each.bare / each.path for each in rounds)),
        Row("whole path (articles a CPU second)", ARTICLES / median(each.path for each in rounds)),
        Row("bare (articles a CPU second)", ARTICLES / median(each.bare for each in rounds)),
    ]
    costs = {"bare": [each.bare for each in rounds], "path beyond bare": [each.path - each.bare for each in rounds]}
    for name in rounds[0].whole:
        parts = [each.whole[name] for each in rounds]
        if name in {"ingest", "extract"}:
            costs[name] = [part.own for part in parts]
            costs[f"{name}'s workers"] = [part.below for part in parts]
        else:
            costs[f"{name}, not counted" if name == APART else name] = [part.whole for part in parts]
    return rows + [
        Row(f"{name} (CPU ms an article)", 1_000 * median(seconds) / ARTICLES, lower_is_better=True)
        for name, seconds in costs.items()
    ]


def main() -> None:
    """Measure, show, and write the figures."""
    say = Console()
    try:
        show("throughput", summarise(asyncio.run(measure(say))), say)
    except (EngineFailed, Unsettled) as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
