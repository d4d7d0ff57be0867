"""The gateway on a database of its own, asked without a socket; what it shows is saved by the real store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from services.api.app import create_app
from services.database import open_database
from services.extract.records import Erasure, Read
from services.extract.store import save
from services.lifecycle import Readiness
from services.migrations import check_schema
from services.settings import ApiSettings
from tests.builders import article, claim, reading


@dataclass(frozen=True)
class Api:
    client: httpx2.AsyncClient
    database: AsyncEngine
    app: FastAPI

    async def save(self, *readings: Read | Erasure) -> None:
        async with self.database.begin() as connection:
            await save(connection, readings)

    async def get(self, path: str, status: int = 200, **parameters: Any) -> Any:
        """Ask, check the status, and return the JSON; a problem must say its own status."""
        answer = await self.client.get(path, params=parameters or None)
        assert answer.status_code == status, answer.text
        return problem(answer) if status >= 400 else answer.json()

    async def walk(self, path: str, **parameters: Any) -> list[list[Any]]:
        """Follow a list to its end and return the items of each answer."""
        found = []
        cursor: dict[str, Any] = {}
        while True:
            answer = await self.get(path, **parameters, **cursor)
            found.append(answer["items"])
            if answer["next_cursor"] is None:
                return found
            cursor = {"cursor": answer["next_cursor"]}


async def cursor_of(api: Api, path: str) -> str:
    """The cursor after the first of two items."""
    for number in range(2):
        event = article(url=f"https://news.example/{number}")
        await api.save(reading(event, claim(event.text, "The bridge is closed.", speaker="Anna Weller")))
    return str((await api.get(path, limit=1))["next_cursor"])


def problem(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "code", "detail"} <= body.keys()
    return body


def api_settings(url: str, **changes: object) -> ApiSettings:
    values: dict[str, object] = {"database_url": SecretStr(url), "api_drain_seconds": 0}
    return ApiSettings.model_validate({**values, **changes})


@asynccontextmanager
async def open_app(database: AsyncEngine, settings: ApiSettings) -> AsyncIterator[Api]:
    app = create_app(settings, database, Readiness(database=lambda: check_schema(database)))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Api(client, database, app)
    if app.state.keyring is not None:
        await app.state.keyring.settle()


@asynccontextmanager
async def open_api(url: str, **changes: object) -> AsyncIterator[Api]:
    settings = api_settings(url, **changes)
    async with (
        open_database(settings.database_url, application_name="test", pool_size=20) as database,
        open_app(database, settings) as api,
    ):
        yield api
