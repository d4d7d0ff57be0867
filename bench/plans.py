"""Time in PostgreSQL of what the gateway sends: its own statements, prepared and run as it runs them.

The gateway is asked in this process and its statements are taken down as they are sent. They are then prepared on a
connection of ours and run again, with the settings among them, under EXPLAIN (ANALYZE): after some runs PostgreSQL
chooses between a plan for these values and one for any, as it does for the gateway; what it chose is what is timed.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx2
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.api.app import create_app
from services.database import open_database
from services.lifecycle import Readiness
from services.settings import ApiSettings

WARM_UP = 8
"""Runs before any is timed: five until PostgreSQL may choose a general plan, and some for what must be read once."""

SETTING = "set_config"
"""In a statement that only sets how the next ones run; its own time is a round trip."""


@dataclass(frozen=True)
class Sent:
    """A statement with its values."""

    statement: str
    values: Sequence[Any]


@dataclass
class Gateway:
    """The gateway without a socket, and the statements it sent last."""

    client: httpx2.AsyncClient
    sent: list[Sent] = field(default_factory=list)

    async def ask(self, path: str, **parameters: str | int) -> tuple[Any, list[Sent]]:
        """Return an answer's JSON and the statements that were sent for it."""
        self.sent.clear()
        answer = await self.client.get(path, params=parameters)
        answer.raise_for_status()
        return answer.json(), list(self.sent)


@asynccontextmanager
async def open_gateway(url: str) -> AsyncIterator[Gateway]:
    """Open the gateway on a database."""
    async with open_database(SecretStr(url), application_name="bench-plans") as engine:
        settings = ApiSettings(database_url=SecretStr(url), api_statement_seconds=60, api_requests_per_minute=0)
        app = create_app(settings, engine, Readiness())
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
            gateway = Gateway(client)
            _take_down(engine, gateway.sent)
            yield gateway


def _take_down(engine: AsyncEngine, sent: list[Sent]) -> None:
    def note(_: object, __: object, statement: str, values: Sequence[Any], *___: object) -> None:
        sent.append(Sent(statement, values))

    event.listen(engine.sync_engine, "before_cursor_execute", note)


class Prepared:
    """A connection of ours on which statements are prepared as the gateway prepares them: once a text."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._names: dict[str, str] = {}

    async def settle(self, sent: Sequence[Sent]) -> None:
        """Run the statements of a request until their plans are settled."""
        for _ in range(WARM_UP):
            await self.run(sent)

    async def run(self, sent: Sequence[Sent]) -> float:
        """Run the statements of a request in a transaction; return the milliseconds of planning and running them."""
        transaction = self._connection.transaction(readonly=True)
        await transaction.start()
        try:
            return sum([await self._run_one(one) for one in sent])
        finally:
            await transaction.rollback()

    async def _run_one(self, sent: Sent) -> float:
        execute = await self._prepare(sent)
        if SETTING in sent.statement:
            await self._connection.execute(execute)
            return 0.0
        told = json.loads(await self._connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {execute}"))[0]
        return float(told["Execution Time"]) + float(told["Planning Time"])

    async def _prepare(self, sent: Sent) -> str:
        """Return the command that runs a statement, prepared before."""
        if sent.statement not in self._names:
            name = f"s{len(self._names)}"
            await self._connection.execute(f"PREPARE {name} AS {sent.statement}")
            self._names[sent.statement] = name
        values = ", ".join([await self._quote(value) for value in sent.values])
        return (
            f"EXECUTE {self._names[sent.statement]}({values})" if values else f"EXECUTE {self._names[sent.statement]}"
        )

    async def _quote(self, value: object) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, (list, tuple)):
            written = await self._connection.fetchval("SELECT $1::text[]::text", [str(each) for each in value])
        else:
            written = str(value)
        return str(await self._connection.fetchval("SELECT quote_literal($1::text)", written))
