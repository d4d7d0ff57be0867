"""All that a database holds, table by table, so that two states of it can be compared."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import metadata

Snapshot = Mapping[str, list[str]]
"""Of each table its rows as PostgreSQL writes them, sorted."""

BOOKKEEPING = frozenset({"consumer_offset", "task"})
"""What tells how far the services are, and not what they know."""


async def take_snapshot(engine: AsyncEngine) -> Snapshot:
    """Read every table but the bookkeeping, as of one moment."""
    names = [table.name for table in metadata.sorted_tables if table.name not in BOOKKEEPING]
    found: dict[str, list[str]] = {}
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        for name in names:
            rows = await connection.execute(text(f'SELECT one::text FROM "{name}" AS one'))
            found[name] = sorted(rows.scalars())
    return found


def assert_same(one: Snapshot, other: Snapshot) -> None:
    """Assert that two states are one, naming the table that differs."""
    assert one.keys() == other.keys()
    for name, rows in one.items():
        assert rows == other[name], (name, set(rows) ^ set(other[name]))
