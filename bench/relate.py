"""What relating an article costs as the store grows, stage by stage, and how many of the candidates are found.

**Cost**: articles of twenty claims are compared with stores of more and more statements (``bench/statements.py``) by
the extract service's own functions, one stage after the other for all of them; counted is the CPU time, user and
system, of this process and of PostgreSQL together. The articles are of the store's newest affairs, so they have
neighbours. Building the index of vectors is shown apart: the store is filled first.

**Recall**: the pairs that the index finds, of those that PostgreSQL finds when it looks at every statement.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import cpu, statements
from bench.statements import CLAIMS_PER_ARTICLE, Originals
from bench.table import Row, show
from services.database import migrate, open_database
from services.engines.failure import EngineFailed
from services.engines.postgres import Postgres, PostgresSettings, open_postgres
from services.extract.relating import leases, neighbours
from services.extract.relating.comparing import Compared, compare
from services.extract.relating.leases import Leased
from services.extract.relating.neighbours import Neighbourhood, find_neighbourhood
from services.extract.relating.saving import mark, save_relations
from services.extract.relating.weaving import weave_all

SIZES = (1_000, 10_000, 100_000)
"""Statements in the store; a million is half a day's news of all the world, and takes half an hour to fill."""

ARTICLES = 40
"""Compared at each size."""

GROWTH = 2.5
"""What an article may cost at the largest size, of what it costs at ten thousand."""

RECALL = 0.99

HASTY = {
    "fsync": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "2GB",
    "autovacuum": "off",
}
"""The store is thrown away, and fits into memory as it should in production; statistics are made by hand."""

INDEX = "ix_statement_embedding"

T = TypeVar("T")


@dataclass
class Stages:
    """CPU seconds of all articles by stage."""

    postgres: int
    taken: dict[str, float] = field(default_factory=dict)
    here: dict[str, float] = field(default_factory=dict)
    """The part of it that this process took."""

    async def time(self, stage: str, work: Awaitable[T]) -> T:
        """Await work, and add what it took here and in PostgreSQL."""
        before, own = cpu.read(self.postgres).whole, time.process_time()
        result = await work
        here = time.process_time() - own
        there = cpu.read(self.postgres).whole - before
        self.here[stage] = self.here.get(stage, 0.0) + here
        self.taken[stage] = self.taken.get(stage, 0.0) + here + there
        return result


async def measure(say: Console, sizes: Sequence[int]) -> list[Row]:
    """Fill a store to each size in turn, and compare articles with it."""
    originals = statements.read_originals()
    say.print(f"{len(originals.claims)} real claims", highlight=False)
    folder = Path(tempfile.mkdtemp(prefix="claimwire-bench-"))
    folder.chmod(0o755)
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        postgres = await stack.enter_async_context(open_postgres(folder, PostgresSettings(extra_settings=HASTY)))
        engine = await stack.enter_async_context(open_database(SecretStr(postgres.url()), application_name="bench"))
        store = Store(postgres, engine, await asyncpg.connect(postgres.url()), originals, say)
        stack.push_async_callback(store.connection.close)
        await migrate(engine)
        await statements.prepare(store.connection, originals)
        costs: dict[int, float] = {}
        for size in sizes:
            costs[size] = await store.measure(size, rows)
    if 10_000 in costs and max(costs) > 10_000:
        growth = costs[max(costs)] / costs[10_000]
        measured = f"CPU an article at {max(costs):,} statements against 10,000 (ratio)"
        rows.insert(0, Row(measured, growth, GROWTH, 1.5, lower_is_better=True))
    return rows


@dataclass
class Store:
    """A store that grows."""

    postgres: Postgres
    engine: AsyncEngine
    connection: asyncpg.Connection
    originals: Originals
    say: Console
    filled: int = 0

    async def measure(self, size: int, rows: list[Row]) -> float:
        """Fill the store to a size and compare articles with it; return the CPU seconds of one."""
        built = await self._fill(size - ARTICLES * CLAIMS_PER_ARTICLE)
        await self._add(size)
        stages = Stages(self.postgres.pid)
        found = await self._relate(stages)
        recall, count = await self._recall([near.rows for near in found])
        whole = sum(stages.taken.values()) / ARTICLES
        shown = ", ".join(
            f"{name} {1_000 * taken / ARTICLES:.1f} (here {1_000 * stages.here[name] / ARTICLES:.1f})"
            for name, taken in stages.taken.items()
        )
        pairs = sum(len(near.pairs) for near in found) / ARTICLES
        self.say.print(
            f"{size:,}: {1_000 * whole:.1f} CPU ms an article ({shown}); {pairs:.0f} pairs; recall {recall:.4f} of "
            f"{count}; index built in {built:.0f} s",
            highlight=False,
        )
        rows += [
            Row(f"CPU an article at {size:,} (ms)", 1_000 * whole, lower_is_better=True),
            *(
                Row(f"  {name} (ms)", 1_000 * taken / ARTICLES, lower_is_better=True)
                for name, taken in stages.taken.items()
            ),
            Row(f"  index of vectors built (CPU s)", built, lower_is_better=True),
            Row(f"  recall of candidates", recall, RECALL),
        ]
        return whole

    async def _fill(self, size: int) -> float:
        """Fill the store without its index, then build that; return the CPU seconds that it took."""
        definition = await self.connection.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = $1", INDEX)
        await self.connection.execute(f"DROP INDEX {INDEX}")
        await statements.fill(self.connection, self.originals, self.filled, size, related=True)
        self.filled = size
        before = cpu.read(self.postgres.pid).whole
        await self.connection.execute(definition, timeout=7_200)
        built = cpu.read(self.postgres.pid).whole - before
        await self.connection.execute("VACUUM (ANALYZE)", timeout=3_600)
        return built

    async def _add(self, size: int) -> None:
        """Add the articles that are to be compared."""
        await statements.fill(self.connection, self.originals, self.filled, size, related=False)
        self.filled = size

    async def _relate(self, stages: Stages) -> list[Neighbourhood]:
        leased: list[Leased] = []
        while some := await stages.time("lease", leases.take(self.engine, 4)):
            leased += some
        found = [await stages.time("find", find_neighbourhood(self.engine, one.article_id)) for one in leased]
        judged = [await stages.time("judge", _judge(near)) for near in found]
        for one, near, compared in zip(leased, found, judged, strict=True):
            await stages.time("save", self._save(one, near, compared))
        await stages.time("weave", weave_all(self.engine))
        return found

    async def _save(self, leased: Leased, near: Neighbourhood, compared: Compared) -> None:
        if compared.failure is not None:
            raise RuntimeError(compared.failure)
        async with self.engine.begin() as connection:
            await leases.hold(connection, leased)
            await save_relations(connection, leased, near, compared.found)
            await mark(connection, leased, near)
            await leases.finish(connection, leased)

    async def _recall(self, found: Sequence[object]) -> tuple[float, int]:
        """Return the share of the exact neighbours of some statements that the index finds, and how many there are."""
        some = range(self.filled - ARTICLES * CLAIMS_PER_ARTICLE, self.filled, CLAIMS_PER_ARTICLE // 2)
        hit = total = 0
        for number in some:
            exact = await self._neighbours(
                number, "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;"
            )
            near = await self._neighbours(number, neighbours.SETTINGS)
            hit, total = hit + len(exact & near), total + len(exact)
        return hit / max(1, total), total

    async def _neighbours(self, number: int, settings: str) -> set[UUID]:
        """Return the neighbours of a statement by both ways of asking."""
        (made,) = statements.make(self.originals, number, number + 1)
        own = (
            await self._rows(
                settings,
                text("SELECT embedding::text AS vector FROM statement WHERE claim_id = :id"),
                {"id": made.claim_id},
            )
        )[0]
        asked = {"vector": own.vector, "article_id": made.article_id}
        found: set[UUID] = set()
        for query, more, farthest in (
            (neighbours.CLOSEST, {}, neighbours.CLOSE),
            (neighbours.SHARING, {"entities": made.entities}, neighbours.FARTHEST),
        ):
            rows = await self._rows(settings, query, {**asked, **more})
            found |= {row.claim_id for row in rows if row.distance <= farthest}
        return found

    async def _rows(self, settings: str, query: object, asked: dict[str, object]) -> Sequence[object]:
        from services.database import begin

        async with begin(self.engine, settings) as connection:
            return (await connection.execute(query, asked)).all()


async def _judge(near: Neighbourhood) -> Compared:
    return compare(near)


def main() -> int:
    """Measure, show, write, and tell whether every floor is met."""
    parser = argparse.ArgumentParser(prog="python -m bench.relate", description=__doc__)
    parser.add_argument("--statements", type=int, nargs="+", default=SIZES, help="the sizes of the store, growing")
    given = parser.parse_args()
    say = Console()
    try:
        rows = asyncio.run(measure(say, given.statements))
    except EngineFailed as error:
        sys.exit(f"bench: {error}")
    show("relate", rows, say)
    missed = [row.measure for row in rows if row.missed]
    if missed:
        say.print(f"beyond the floor: {'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
