"""Transactions: one a request, bounded in time, and closed before the answer is sent."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services import metrics
from services.api.http.problems import Away
from services.database import begin, is_passing

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2
"""What a client is told to wait: a fail-over takes some seconds, a restart less."""

LIMITS = {
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "enable_seqscan": "off",
    "plan_cache_mode": "force_custom_plan",
}
"""What a request may cost besides time: it waits for no lock longer than a step of a migration holds one, leaves no
transaction open if the process stalls, takes one core of the database and not several, compiles nothing for what takes
milliseconds, reads no table from end to end that has an index for what is asked (as PostgreSQL would, where it takes a
grown table for a small one), and plans each statement for the values it comes with."""


class Transactions:
    """Opens transactions on the database.

    Raises:
        Away: from either, where the database is away, full or slower than ``statement_seconds``.
    """

    def __init__(self, database: AsyncEngine, *, statement_seconds: float) -> None:
        self._database = database
        self._limits = LIMITS | {"statement_timeout": f"{statement_seconds * 1_000:.0f}ms"}

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that cannot write."""
        return self._begin(read_only="on")

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that is committed on leaving."""
        return self._begin(read_only="off")

    @asynccontextmanager
    async def _begin(self, *, read_only: str) -> AsyncIterator[AsyncConnection]:
        try:
            # They end with the transaction, so PgBouncer may share the connection.
            limits = {**self._limits, "transaction_read_only": read_only}
            settings = " ".join(f"SET LOCAL {name} = '{value}';" for name, value in limits.items())
            async with begin(self._database, settings) as connection:
                yield connection
        except Exception as error:
            if not is_passing(error):
                raise
            metrics.DATABASE_FAILURES.inc()
            logger.warning("the database failed: %s", type(error).__name__)
            away = "The database does not answer; try again"
            raise Away(away, headers={"Retry-After": str(RETRY_SECONDS)}) from error


def reading(request: Request) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a transaction that cannot write, for one request; raises as ``Transactions`` does."""
    transactions: Transactions = request.app.state.transactions
    return transactions.reading()


def writing(request: Request) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a transaction that is committed on leaving, for one request; raises as ``Transactions`` does."""
    transactions: Transactions = request.app.state.transactions
    return transactions.writing()
