"""Migrations: which schema the database has, and how it comes to be the one that this code needs."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import schemas
from services.database import sqlstate
from services.lifecycle import Backoff, Progress

logger = logging.getLogger(__name__)

MIGRATING_LOOK_SECONDS = 1.0
"""How often it is looked whether another process still migrates."""

# No SELECT: its snapshot would stay with the transaction until the next statement, and indices wait for snapshots.
_BE_ALONE = text("""
    DO $$ BEGIN
        IF NOT pg_try_advisory_xact_lock(7164208212674963815) THEN  -- "claimmig" in ASCII
            RAISE lock_not_available;
        END IF;
        PERFORM set_config('idle_in_transaction_session_timeout', '0', true);
    END $$
""")
_NOT_HAD = "55P03"


class SchemaNotReady(Exception):
    """The database does not have the schema this code needs: run ``claimwire migrate``."""


def _config(output: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(Path(schemas.__file__).parent / "migrations"))
    return config


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[None]:
    """Wait until no other process migrates, and keep others waiting.

    By a transaction beside those of the steps, which no pooler takes apart. It asks again and again instead of waiting
    in the database: an index is built there only once all who look at anything have ended.
    """
    async with engine.connect() as connection:
        while not await _is_alone(connection):
            logger.info("another process migrates the database: waiting for it")
            await asyncio.sleep(MIGRATING_LOOK_SECONDS)
        yield


async def _is_alone(connection: AsyncConnection) -> bool:
    try:
        await connection.execute(_BE_ALONE)
    except DBAPIError as error:
        if sqlstate(error) != _NOT_HAD:
            raise
        await connection.rollback()
        return False
    return True


async def migrate(engine: AsyncEngine, *, revision: str = "head") -> bool:
    """Bring the schema to ``revision``; does nothing where it is there already. Takes two connections.

    Waits for others that migrate. Returns False where the schema is of a later version: it serves this one too, and is
    left as it is.

    Raises:
        sqlalchemy.exc.DBAPIError: a lock was not had in time, or the database refused; the steps before stay, and it
            goes on from there when run again.
    """

    def run(connection: Connection) -> bool:
        if _is_later(_heads(connection)):
            return False
        connection.rollback()  # what was asked began a transaction; each step is to have its own
        config = _config()
        config.attributes["connection"] = connection
        down = revision == "base" or revision.startswith("-")
        (command.downgrade if down else command.upgrade)(config, revision)
        return True

    async with _alone(engine), engine.connect() as connection:
        return await connection.run_sync(run)


async def check_schema(engine: AsyncEngine) -> None:
    """Raise ``SchemaNotReady`` unless the schema is this code's, or a later one (later ones only add)."""
    wanted, _ = _steps()
    async with engine.connect() as connection:
        heads = await connection.run_sync(_heads)
    if wanted not in heads and not _is_later(heads):
        raise SchemaNotReady(f"the database is at {', '.join(heads) or 'no'} schema, {wanted} is needed")


def _heads(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def _is_later(heads: tuple[str, ...]) -> bool:
    """Tell whether the schema is of a later version: it has a step that this code does not know."""
    _, known = _steps()
    return not set(heads) <= known


@cache
def _steps() -> tuple[str | None, frozenset[str]]:
    """Return the schema this code needs and all it knows; read once, for readiness asks again and again."""
    script = ScriptDirectory.from_config(_config())
    return script.get_current_head(), frozenset(step.revision for step in script.walk_revisions())


async def wait_for_schema(engine: AsyncEngine, stop: asyncio.Event, progress: Progress) -> None:
    """Wait, alive but not ready, until the database is there and has the schema; so the order of starting is free."""
    backoff = Backoff()
    while not stop.is_set():
        progress.turn("wait_for_schema")
        try:
            await check_schema(engine)
        except (SchemaNotReady, SQLAlchemyError, OSError) as error:
            logger.info("waiting for the database: %s: %s", type(error).__name__, error)
            await backoff.wait(stop)
        else:
            break
    progress.done("wait_for_schema")


def schema_sql() -> str:
    """Return the SQL that makes the whole schema, as ``schemas/database.sql`` keeps it."""
    output = io.StringIO()
    command.upgrade(_config(output), "head", sql=True)
    return output.getvalue()
