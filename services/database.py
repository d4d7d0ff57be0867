"""PostgreSQL: opening it from any libpq URI, and telling passing failures from permanent ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from typing_extensions import override

from services import metrics

CONNECT_SECONDS = 10.0
"""How long one attempt to connect may take: a fail-over answers sooner, a black hole never."""

COMMAND_SECONDS = 60.0
"""The most one statement may take before we give it up and its transaction with it; far above the slowest of ours."""

POOL_WAIT_SECONDS = 30.0
"""How long a request waits for a connection of the pool before it counts as a passing failure: a burst of a thousand
requests on a loaded machine has passed by then."""

STATEMENTS_KEPT = 200
"""Prepared statements kept on a connection: more than any service has, so each is parsed once a connection."""

PERMANENT_CLASSES = frozenset({"22", "23", "54"})
"""SQLSTATE classes that are the data's fault (PostgreSQL, appendix A): data exception, integrity, program limit."""

PASSING_CLASSES = frozenset({"08", "0A", "25", "28", "3D", "40", "53", "55", "57", "58", "XX"})
"""SQLSTATE classes that pass: connection, a plan that a migration outdated, a server that is a standby just now,
authorisation and catalog (both set by an operator), rollback, resources, object in use, operator intervention, system
and internal error."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose next transaction may begin with settings of its own, in the same round trip."""

    next_settings = ""

    @override
    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:
        if self.next_settings and query.startswith("BEGIN"):
            query, self.next_settings = f"{query} {self.next_settings}", ""
        return str(await super().execute(query, *args, timeout=timeout))


@asynccontextmanager
async def open_database(
    url: SecretStr,
    *,
    application_name: str,
    pool_size: int = 5,
    prepare: bool = True,
    command_seconds: float | None = COMMAND_SECONDS,
) -> AsyncIterator[AsyncEngine]:
    """Open a pool of connections to the PostgreSQL at a libpq URI; connects only when used.

    ``prepare=False`` names no prepared statement, which PgBouncer in transaction mode needs. ``command_seconds``: None
    for work whose statements may take hours.
    """

    async def connect(*_: object, **__: object) -> object:
        return await _connect(
            url,
            command_timeout=command_seconds,
            server_settings={"application_name": f"claimwire-{application_name}"},
            statement_cache_size=STATEMENTS_KEPT if prepare else 0,  # 0: it names none
        )

    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "async_creator_fn": connect,
            "prepared_statement_cache_size": STATEMENTS_KEPT if prepare else 0,
        },
        json_deserializer=orjson.loads,  # four times as fast as the standard library's
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        hide_parameters=True,  # they hold articles, and errors are logged
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    metrics.DATABASE_CONNECTIONS.set(pool_size)
    metrics.DATABASE_CONNECTIONS_USED.set_function(engine.pool.checkedout)  # type: ignore[attr-defined]
    try:
        yield engine
    finally:
        metrics.DATABASE_CONNECTIONS_USED.set_function(float)
        await engine.dispose()


async def _connect(url: SecretStr, **settings: Any) -> object:
    try:
        return await asyncpg.connect(_dsn(url), connection_class=_Connection, timeout=CONNECT_SECONDS, **settings)
    except ValueError as error:
        if isinstance(error, asyncpg.InterfaceError):
            raise
        # asyncpg's own words would show a part of the URL, which may be of the password
        raise asyncpg.InterfaceError("the database's URL cannot be read: is its port a number?") from None


@asynccontextmanager
async def begin(engine: AsyncEngine, settings: str) -> AsyncIterator[AsyncConnection]:
    """Hold a transaction that begins with ``settings`` (SQL, of ``SET LOCAL``), committed on leaving."""
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        if not isinstance(driver, _Connection):
            raise TypeError("the engine is not of open_database")
        driver.next_settings = settings
        try:
            async with connection.begin():
                yield connection
        finally:
            driver.next_settings = ""  # where no statement came, no transaction began


def _dsn(url: SecretStr) -> str:
    """Return the URI in the spelling asyncpg reads: some tools write SQLAlchemy's ``+asyncpg`` into it."""
    return url.get_secret_value().replace("+asyncpg", "", 1)


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool replace a connection that ended while nobody used it; asking the server costs three statements."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE code of a failure, found along its causes, or None where the server gave none."""
    seen: BaseException | None = error
    while seen is not None:
        code = getattr(seen, "sqlstate", None)
        if isinstance(code, str):
            return code
        seen = seen.orig if isinstance(seen, DBAPIError) and seen.orig is not seen else seen.__cause__
    return None


def is_permanent(error: BaseException) -> bool:
    """Tell whether the data is at fault, so that trying again would fail again."""
    return (sqlstate(error) or "")[:2] in PERMANENT_CLASSES


def is_passing(error: BaseException) -> bool:
    """Tell whether the database, the network or the pool is at fault, so that waiting may help."""
    code = sqlstate(error)
    if code is not None:
        return code[:2] in PASSING_CLASSES
    return isinstance(error, (OSError, TimeoutError, PoolTimeoutError, OperationalError, InterfaceError)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
