"""What ingest finds and what that costs, beside trafilatura, news-please and newspaper4k on the same pages.

**Found**: real pages are served on loopback, fetched by the real service, and their articles read from Kafka; the
main text is compared with what people marked, by that benchmark's own measure. Dates are read from the pages as they
are, and stripped of the JSON-LD that states them.

**Cost** is CPU time, user and system, of whole process trees: of ``clean`` (all metadata with it) beside
``trafilatura.extract``, and beside its peers, each a process of its own that is given the HTML; of the service with its
workers (fetching, guarding, cleaning, publishing; PostgreSQL and Kafka are left out) beside a loop of aiohttp and
``trafilatura.bare_extraction(with_metadata=True)``. All take turns, after a round to warm up; ratios are of one
round, and medians are shown. Feeds a minute are counted by the clock, and in a minute of the process's CPU time beside
it, since one process has no more of a core. The clock is judged where the machine was idle when the bench began; else
what others ran says more than we do, the CPU time is judged, and the row says so. Memory is the proportional set size
of the service and four workers, read while pages come without a pause; its growth is of the last quarter over the
second.

Linux only. What is absent here, the pages or a peer, is named and left out; then the samples are read.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console

from bench import rivals
from bench.agreement import agree, f1, is_day, stated_dates, without_json_ld
from bench.contest import Lost, Turn, compete, gain, open_contestants, ratio
from bench.fetching import Polls, outcomes, poll_unchanged, read_pages, read_texts, watch_memory
from bench.memory import growth
from bench.pages import FETCHED_AT, TRUTH, Marked, Printed, load_marked, load_pages, print_editions
from bench.table import Row, show
from bench.world import Unsettled, World, open_world
from schemas.outcomes import PageOutcome
from services.engines.failure import EngineFailed
from services.ingest.cleaning.cleaner import Page, Rejected, clean

ROUNDS = 3
"""Of each contest, in turn."""

FETCHES = 20_000
"""Pages read while memory is watched: each worker is replaced five times meanwhile."""

FEEDS = 5_000
"""Feeds polled once, all due at once: a minute's worth at the floor."""

FEED_HOSTS = 100
"""Hosts that have them: each is asked by one poll at a time."""

PAGE_HOSTS = 126
"""Hosts that serve the pages: as many as the real ones are of."""

IDLE_LOAD = 0.25
"""The load a core, over a minute before the bench begins, up to which the machine counts as idle."""

POLLS_FLOOR, POLLS_AIM = 5_000, 10_000

BUSY = {"CLAIMWIRE_INGEST_PROCESSES": "4"}
WIDE = {"CLAIMWIRE_FETCH_CONCURRENCY": "64"}
"""Polls get a quarter of it."""

OURS, EXTRACT, LOOP = "claimwire", "trafilatura", "aiohttp + trafilatura"


async def measure(say: Console, fetches: int, feeds: int, rounds: int) -> AsyncIterator[Row]:
    """Run everything that can be run here, and yield its rows as they are known."""
    marked = load_marked()
    if not marked:
        say.print(f"skipped, since {TRUTH} is absent: main text, dates; the samples are read instead")
    htmls = [page.html for page in marked] or load_pages()
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    say.print(f"{len(htmls)} pages, {cores} cores, load {load:.1f}")
    for row in date_rows(marked):
        yield row
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pages.json"
        async with open_world(("ingest",), hosts=PAGE_HOSTS) as world:
            for row in await _beside_loop(world, htmls, marked, file, rounds):
                yield row
        pages = [(page.url, page.html) for page in marked] or [("http://127.0.0.1/", html) for html in htmls]
        for row in await _beside_libraries(_list(file, pages), rounds, say):
            yield row
    async with open_world(("ingest",), hosts=FEED_HOSTS, environment=WIDE) as world:
        polls = await poll_unchanged(world, feeds)
    for row in poll_rows(polls, load / cores):
        yield row
    async with open_world(("ingest",), environment=BUSY) as world:
        held = await watch_memory(world, htmls, fetches)
    for row in memory_rows(held, fetches):
        yield row


def date_rows(marked: Sequence[Marked]) -> Iterator[Row]:
    """Yield how often the date that a page's JSON-LD states is found, with it and without."""
    stated = [(page, dates) for page in marked if (dates := stated_dates(page.html))]
    if stated:
        whole = sum(is_day(_published(page.url, page.html), dates) for page, dates in stated)
        bare = sum(is_day(_published(page.url, without_json_ld(page.html)), dates) for page, dates in stated)
        yield Row(
            f"dates found, of {len(stated)} pages whose JSON-LD states one (share)", whole / len(stated), 1.0, 1.0
        )
        yield Row("dates found in the same pages stripped of it (share)", bare / len(stated), 0.85)


def _published(url: str, html: str) -> datetime | None:
    try:
        return clean(Page(url, url, html, FETCHED_AT)).published.at
    except Rejected:
        return None


async def _beside_libraries(file: Path, rounds: int, say: Console) -> list[Row]:
    """Return what cleaning costs beside trafilatura and the peers, given the HTML."""
    others: Sequence[str] = ()
    python = sys.executable
    try:
        python = await asyncio.to_thread(rivals.install, say.print)
        others = tuple(rivals.RIVALS)
    except rivals.Absent as absent:
        say.print(f"skipped, since they cannot be installed here: {', '.join(rivals.RIVALS)} ({absent})")
    async with open_contestants((OURS, EXTRACT)) as ours, open_contestants(others, python=python) as theirs:
        taken = await compete([*ours, *theirs], file, rounds)
    return list(contest_rows(taken))


def contest_rows(taken: Mapping[str, Sequence[Turn]]) -> Iterator[Row]:
    """Yield what cleaning costs beside each of the others."""
    yield Row(
        f"CPU of cleaning with metadata, over {EXTRACT}.extract (ratio)", ratio(taken, OURS, EXTRACT), 0.80, 0.65, True
    )
    for name, (floor, aim) in rivals.RIVALS.items():
        if name in taken:
            yield Row(f"articles a CPU second, over {name} (times)", gain(taken, OURS, name), floor, aim)
    for name, turns in taken.items():
        yield Row(f"{name} (articles a CPU second)", median(turn.rate for turn in turns))
        yield Row(f"{name} (pages that gave a text)", turns[-1].articles)


async def _beside_loop(
    world: World, htmls: Sequence[str], marked: Sequence[Marked], file: Path, rounds: int
) -> list[Row]:
    """Return what the service finds in the pages, and what it costs beside a loop that fetches the same ones."""
    async with open_contestants((LOOP,)) as (loop,):
        first = [Printed(f"/first/{number}.html", html) for number, html in enumerate(htmls)]
        await read_pages(world, first, "first")
        rows = text_rows(await read_texts(world), await outcomes(world), marked)
        ratios, costs = [], []
        for number in range(rounds + 1):
            printed = print_editions(htmls, len(htmls), f"round-{number}")
            taken = await read_pages(world, printed, f"round-{number}")
            turn = await loop.read(_list(file, [(_url(world, page), "") for page in printed]))
            if number:
                ratios.append(taken["ingest"].whole / turn.seconds)
                costs.append({name: part.whole for name, part in taken.items()} | {LOOP: turn.seconds})
    yielded = [Row(f"CPU of the whole ingest process, over {LOOP} (ratio)", median(ratios), 0.85, 0.65, True)]
    for name in costs[0]:
        cpu = 1_000 * median(cost[name] for cost in costs) / len(htmls)
        yielded.append(Row(f"{name} (CPU ms a page)", cpu, lower_is_better=True))
    return [*rows, *yielded]


def _list(file: Path, pages: Sequence[tuple[str, str]]) -> Path:
    file.write_text(json.dumps(pages), "utf-8")
    return file


def _url(world: World, page: Printed) -> str:
    return f"http://127.0.0.1:{world.site.ports[0]}{page.path}"


def text_rows(texts: Mapping[str, str], ended: Mapping[str, int], marked: Sequence[Marked]) -> list[Row]:
    """Return how well main text was found, and how many pages ended as articles."""
    articles = Row("pages that end as articles", ended.get(PageOutcome.PUBLISHED, 0), 180, 181)
    if not marked:
        return [articles._replace(floor=None, aim=None)]
    found = [agree(page.text, texts.get(f"/first/{number}.html", "")) for number, page in enumerate(marked)]
    return [Row(f"main text of {len(marked)} pages (F1)", f1(found), 0.955, 0.965), articles]


def memory_rows(held: Sequence[float], fetches: int) -> list[Row]:
    """Return the most that the service held, and how it grew."""
    return [
        Row(f"memory with 4 workers, in {fetches} fetches (MiB at most)", max(held), None, 600, True),
        Row("memory's growth, last quarter over second (ratio)", growth(held), 1.05, 1.0, True),
    ]


def poll_rows(polls: Polls, load: float) -> list[Row]:
    """Return the polls a minute by the clock and by CPU time; ``load`` a core before the bench says which is judged."""
    by_clock = Row("unchanged feeds a minute, by the clock", 60 * polls.feeds / polls.seconds)
    by_cpu = Row("unchanged feeds a minute of CPU time", 60 * polls.feeds / polls.cpu_seconds)
    if load <= IDLE_LOAD:
        return [by_clock._replace(floor=POLLS_FLOOR, aim=POLLS_AIM), by_cpu]
    why = f"{by_cpu.measure}, judged since the load before was {load:.1f} a core"
    return [by_clock, by_cpu._replace(measure=why, floor=POLLS_FLOOR, aim=POLLS_AIM)]


async def collect(say: Console, fetches: int, feeds: int, rounds: int) -> list[Row]:
    """Return all rows, and say each as it is known: the whole takes an hour on two cores."""
    rows = []
    async for row in measure(say, fetches, feeds, rounds):
        rows.append(row)
        say.print(f"{row.measure}: {row.value:.3g}")
    return rows


def main() -> None:
    """Measure, show, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fetches", type=int, default=FETCHES, help="pages read while memory is watched")
    parser.add_argument("--feeds", type=int, default=FEEDS, help="feeds polled, all unchanged")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each contest")
    asked, say = parser.parse_args(), Console()
    try:
        rows = asyncio.run(collect(say, asked.fetches, asked.feeds, asked.rounds))
    except (EngineFailed, Unsettled, Lost) as error:
        sys.exit(f"bench: {error}")
    show("ingest", rows, say)


if __name__ == "__main__":
    main()
