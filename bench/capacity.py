"""What a site needs: CPU, disk and memory an article, for the whole path with all comparing, on real engines.

Pages served on loopback are read by ``ingest`` and ``extract`` with their default settings, as in ``bench.throughput``,
but the clock of CPU time runs until every article is compared with the others, every thread is woven and every change
published, and Kafka counts. Each page comes in some editions, which differ in one sentence: as if so many papers
printed each report. Disk is what tables with their indices, write-ahead log and topics have grown by; memory is the
most that a process has held (``VmHWM``), the broker's and the database's left out, which are set by hand.

Pages are those that publishers served, where they are at hand, and the samples. How comparing grows with what is
stored is ``bench.relate``'s to say. Linux only.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.cpu import Cpu
from bench.pages import load_pages, print_editions
from bench.table import Row, show
from bench.world import Unsettled, World, open_world
from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC
from services.engines.failure import EngineFailed

EDITIONS = 2
"""Of each page: news has about as many reports that are nearly one."""

WARM_UP = 40
"""Articles read before: the first pages of tables and indices, connections, caches."""

SETTLE_SECONDS = 3_600.0
"""How long it may take until all is read and compared, on a loaded machine."""

LOOK_SECONDS = 1.0

KINDS: Mapping[str, tuple[str, ...]] = {
    "texts": ("article", "revision"),
    "claims": ("claim", "mention", "statement"),
    "entities": ("entity", "entity_alias", "entity_merge", "entity_pin", "entity_mark", "relate_mark"),
    "comparing": (
        *("relation", "thread", "thread_claim", "thread_successor", "thread_mark"),
        *("origin", "origin_pair"),
    ),
    "change log": ("change",),
    "fetching": ("feed", "page", "host", "publication", "alias", "submission"),
}
"""Tables by what they are for; the rest do not grow with articles."""

_WAITING = text("""
    SELECT (SELECT count(*) FROM article WHERE related_at IS NULL AND card IS NOT NULL)
         + (SELECT count(*) FROM entity_mark) + (SELECT count(*) FROM relate_mark)
         + (SELECT count(*) FROM thread_mark)
         + (SELECT count(*) FROM change WHERE published_at IS NULL OR position IS NULL)
""")

_SIZES = text("""
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
""")

_VECTORS = text("SELECT pg_relation_size('ix_statement_embedding')")

_WAL = text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")

_COUNTS: Mapping[str, str] = {
    "articles": "SELECT count(*) FROM article",
    "claims": "SELECT count(*) FROM claim",
    "claims compared": "SELECT count(*) FROM statement",
    "relations": "SELECT count(*) FROM relation",
    "code points of text": "SELECT coalesce(sum(char_length(text)), 0) FROM revision",
}


async def measure(say: Console, editions: int) -> list[Row]:
    """Read the pages in so many editions, and return what an article took."""
    pages = load_pages()
    count = len(pages) * editions
    say.print(f"{len(pages)} pages in {editions} editions, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    async with open_world() as world:
        await world.ingest(print_editions(pages, WARM_UP, "warm-up"), "warm-up", seconds=SETTLE_SECONDS)
        await until_compared(world.engine)
        cpu, before = world.read_cpu(), await read_store(world)
        started = time.monotonic()
        await world.ingest(print_editions(pages, count, "measured"), "measured", seconds=SETTLE_SECONDS)
        await until_compared(world.engine)
        say.print(f"{count} articles in {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
        after = await read_store(world)
        taken = {part: now.since(cpu[part]) for part, now in world.read_cpu().items()}
        grown = {name: after[name] - before[name] for name in after}
        return [*cpu_rows(taken, grown["articles"]), *disk_rows(grown), *memory_rows(world.pids)]


async def until_compared(engine: AsyncEngine) -> None:
    """Wait until nothing is left to settle, compare, weave, number or publish; raises Unsettled if not in time."""
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            # Twice, since what is done last may make other work.
            while await _is_waiting(engine) or await _is_waiting(engine):  # noqa: ASYNC110 (nobody could wake us)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Unsettled("not every article was compared in time") from None


async def _is_waiting(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        return bool(await connection.scalar(_WAITING))


async def read_store(world: World) -> dict[str, float]:
    """Return how many rows and bytes there are, by what they are for."""
    async with world.engine.connect() as connection:
        found = {name: float(await connection.scalar(text(question)) or 0) for name, question in _COUNTS.items()}
        sizes = {row.relname: row[1] for row in await connection.execute(_SIZES)}
        found |= {f"{kind}, bytes": float(sum(sizes[name] for name in names)) for kind, names in KINDS.items()}
        found["vectors' index, bytes"] = float(await connection.scalar(_VECTORS) or 0)
        found["write-ahead log, bytes"] = float(await connection.scalar(_WAL) or 0)
    for topic in (ARTICLES_TOPIC, CLAIMS_TOPIC):
        found[f"{topic}, bytes"] = float(_log_bytes(world.engines.kafka.folder / "data", topic))
    return found


def _log_bytes(data: Path, topic: str) -> int:
    return sum(path.stat().st_size for path in data.glob(f"{topic}-*/*.log"))


def cpu_rows(taken: Mapping[str, Cpu], articles: float) -> Iterator[Row]:
    """Yield the CPU time of an article, by part."""
    whole = sum(part.whole for part in taken.values())
    yield Row("articles a day and core", 86_400 * articles / whole)
    yield Row("CPU an article (ms)", 1_000 * whole / articles, lower_is_better=True)
    for name, part in taken.items():
        yield Row(f"  {name} (ms)", 1_000 * part.whole / articles, lower_is_better=True)


def disk_rows(grown: Mapping[str, float]) -> Iterator[Row]:
    """Yield what an article holds, and the bytes that it takes."""
    articles = grown["articles"]
    for name, value in grown.items():
        if name != "articles" and not name.endswith(", bytes"):
            yield Row(f"{name} an article", value / articles)
    stored = sum(grown[f"{kind}, bytes"] for kind in KINDS)
    yield Row("PostgreSQL (GB a million articles)", stored / articles / 1_000, lower_is_better=True)
    for name, value in grown.items():
        kind, _, unit = name.rpartition(", ")
        if unit == "bytes":
            yield Row(f"  {kind} (GB a million articles)", value / articles / 1_000, lower_is_better=True)


def memory_rows(pids: Mapping[str, int]) -> Iterator[Row]:
    """Yield the most memory that the services' processes have held."""
    for name in ("ingest", "extract"):
        pid = pids[name]
        workers = [_peak_mib(int(child)) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        yield Row(f"{name} (MiB at most)", _peak_mib(pid), lower_is_better=True)
        yield Row(f"  a worker of {name} (MiB at most)", max(workers), lower_is_better=True)


def _peak_mib(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1_024


def main() -> None:
    """Measure, show, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editions", type=int, default=EDITIONS, help="how many editions of each page are read")
    asked, say = parser.parse_args(), Console()
    try:
        show("capacity", asyncio.run(measure(say, asked.editions)), say)
    except (EngineFailed, Unsettled) as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
