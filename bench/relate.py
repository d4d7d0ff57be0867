"""What relating an article costs as the store grows, stage by stage, and how many of the candidates are found.

**Cost**: articles of twenty claims are compared with stores of more and more statements (``bench/statements.py``) by
the extract service's own functions, one stage after the other for all of them; counted is the CPU time, user and
system, of this process and of PostgreSQL together. The articles are of the store's newest affairs, so they have
neighbours. Building the index of vectors is shown apart: the store is filled first.

**Recall**: the neighbours that are found, of those that PostgreSQL finds when it looks at every statement: the closest,
and the nearest that share an entity; and, shown apart, of those that share only one that very many name.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import Row as SqlRow
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import cpu, statements
from bench.statements import CLAIMS_PER_ARTICLE, Made, Originals
from bench.table import Row, show
from bench.world import open_folder
from services.database import begin, open_database
from services.engines.failure import EngineFailed
from services.engines.postgres import Postgres, PostgresSettings, open_postgres
from services.extract.relating import leases, neighbours
from services.extract.relating.comparing import Compared, compare
from services.extract.relating.leases import Leased
from services.extract.relating.neighbours import Neighbourhood, find_neighbourhood
from services.extract.relating.saving import mark, save_relations
from services.extract.relating.weaving import weave_all
from services.migrations import migrate

SIZES = (1_000, 10_000, 100_000)
"""Statements in the store; a million is half a day's news of all the world, and takes half an hour to fill."""

BASE = 10_000
"""The size that larger ones are compared with."""

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

_OWN = text("SELECT embedding::text AS vector, entities FROM statement WHERE claim_id = :id")

_FREQUENT = f"""
    SELECT entity FROM unnest(CAST(:entities AS uuid[])) AS entity
     WHERE (SELECT count(*) FROM statement WHERE entities @> ARRAY[entity]) > {neighbours.FREQUENT}
"""
_NEAREST = """
    SELECT claim_id FROM (
        SELECT claim_id, embedding <=> CAST(CAST(:vector AS text) AS halfvec) AS distance FROM statement
         WHERE article_id <> CAST(:article_id AS uuid) AND {} ORDER BY distance LIMIT {}
    ) AS nearest WHERE distance <= {}
"""
_ANY = "CAST(:entities AS uuid[]) IS NOT NULL"
_ALL = "entities && CAST(:entities AS uuid[])"
_RARE = f"{_ALL} AND entities && ARRAY(SELECT unnest(CAST(:entities AS uuid[])) EXCEPT ({_FREQUENT}))"

EXACT = {
    "the closest": text(
        _NEAREST.format("CAST(:entities AS uuid[]) IS NOT NULL", neighbours.NEIGHBOURS_MAX, neighbours.CLOSE)
    ),
    "those that share an entity": text(_NEAREST.format(_RARE, neighbours.NEIGHBOURS_MAX, neighbours.FARTHEST)),
    "all that share one, however frequent": text(_NEAREST.format(_ALL, neighbours.NEIGHBOURS_MAX, neighbours.FARTHEST)),
}
"""What neighbours there are, found by looking at every statement."""

WITHOUT_FLOOR = "all that share one, however frequent"


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
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(open_folder())
        postgres = await stack.enter_async_context(open_postgres(folder, PostgresSettings(extra_settings=HASTY)))
        engine = await stack.enter_async_context(open_database(SecretStr(postgres.url()), application_name="bench"))
        store = Store(postgres, engine, await asyncpg.connect(postgres.url()), originals, say)
        stack.push_async_callback(store.connection.close)
        await migrate(engine)
        await statements.prepare(store.connection, originals)
        costs: dict[int, float] = {}
        for size in sizes:
            costs[size] = await store.measure(size, rows)
    if BASE in costs and max(costs) > BASE:
        growth = costs[max(costs)] / costs[BASE]
        measured = f"CPU an article at {max(costs):,} statements against {BASE:,} (ratio)"
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
        recall = await self._recall(found)
        whole = sum(stages.taken.values()) / ARTICLES
        shown = ", ".join(
            f"{name} {1_000 * taken / ARTICLES:.1f} (here {1_000 * stages.here[name] / ARTICLES:.1f})"
            for name, taken in stages.taken.items()
        )
        pairs = sum(len(near.pairs) for near in found) / ARTICLES
        self.say.print(
            f"{size:,}: {1_000 * whole:.1f} CPU ms an article ({shown}); {pairs:.0f} pairs; recall "
            f"{', '.join(f'{share:.4f}' for share in recall.values())}; index built in {built:.0f} s",
            highlight=False,
        )
        rows += [
            Row(f"CPU an article at {size:,} (ms)", 1_000 * whole, lower_is_better=True),
            *(
                Row(f"  {name} (ms)", 1_000 * taken / ARTICLES, lower_is_better=True)
                for name, taken in stages.taken.items()
            ),
            Row("  index of vectors built (CPU s)", built, lower_is_better=True),
            *(
                Row(f"  recall of {kind}", share, None if kind == WITHOUT_FLOOR else RECALL)
                for kind, share in recall.items()
            ),
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

    async def _recall(self, found: Sequence[Neighbourhood]) -> dict[str, float]:
        """Return the shares of the exact neighbours of some statements that were found."""
        pairs = {(a, b) for near in found for a, b, _ in near.pairs}
        hits = dict.fromkeys(EXACT, 0)
        totals = dict.fromkeys(EXACT, 0)
        for number in range(self.filled - ARTICLES * CLAIMS_PER_ARTICLE, self.filled, CLAIMS_PER_ARTICLE // 2):
            (made,) = statements.make(self.originals, number, number + 1)
            for kind, query in EXACT.items():
                for row in await self._ask(query, made):
                    totals[kind] += 1
                    hits[kind] += (min(made.claim_id, row.claim_id), max(made.claim_id, row.claim_id)) in pairs
        return {kind: hits[kind] / max(1, totals[kind]) for kind in EXACT}

    async def _ask(self, query: TextClause, made: Made) -> Sequence[SqlRow[Any]]:
        async with begin(
            self.engine, "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;"
        ) as connection:
            own = (await connection.execute(_OWN, {"id": made.claim_id})).one()
            asked = {"vector": own.vector, "article_id": made.article_id, "entities": list(own.entities)}
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
