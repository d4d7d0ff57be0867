"""The engines that tests run on: a real PostgreSQL and a real Kafka, started once a run; a run without them fails."""

import itertools
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.engines.embedded import Engines, open_engines
from services.engines.kafka import Kafka
from services.engines.postgres import Postgres, PostgresSettings

pytest_plugins = ("tests.acceptance.tally",)
"""Loaded here, since the process that gathers the reports of others reads no folder's own conftest."""

JARS = Path(__file__).parent.parent / ".state" / "jars"
"""Where `make run` keeps them too: fetched once a checkout."""

NAMED_BYTES_MAX = 16
"""Longer bytes do not name a test: packed ones hold the time, and every process of a run must find the same names."""

HASTY = {"fsync": "off"}
"""Tests kill processes, never the machine: what was written is in the system's cache and survives."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter of many bytes by its argument; the others as pytest does."""
    return argname if isinstance(val, bytes) and len(val) > NAMED_BYTES_MAX else None


class Databases:
    """Makes fresh databases on the run's PostgreSQL."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._numbers = itertools.count(1)

    async def create(self, name: str = "test", *, template: str = "template1") -> str:
        """Makes a database named after `name`, like `template` (to which nobody may be connected); returns its URL."""
        fresh = f"{re.sub('[^a-z0-9]+', '_', name.lower())[:40]}_{next(self._numbers)}"
        connection = await asyncpg.connect(self._postgres.url())
        try:
            await connection.execute(f'CREATE DATABASE "{fresh}" TEMPLATE "{template}"')
        finally:
            await connection.close()
        return self._postgres.url(fresh)


@pytest.fixture(scope="session")
def engines_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach, also where the tests run as root: pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="claimwire-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="session")
async def engines(engines_folder: Path) -> AsyncIterator[Engines]:
    async with open_engines(
        engines_folder / "run", jars=JARS, postgres=PostgresSettings(extra_settings=HASTY)
    ) as engines:
        yield engines


@pytest.fixture(scope="session")
def postgres(engines: Engines) -> Postgres:
    return engines.postgres


@pytest.fixture(scope="session")
def kafka(engines: Engines) -> Kafka:
    return engines.kafka


@pytest.fixture(scope="session")
def kafka_servers(engines: Engines) -> str:
    return engines.kafka_servers


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    return Databases(postgres)


@pytest_asyncio.fixture
async def database_url(databases: Databases, request: pytest.FixtureRequest) -> str:
    """The URL of an empty database for this test alone."""
    return await databases.create(request.node.name)


@pytest.fixture
def open_folder(engines_folder: Path) -> Path:
    """A folder for a test that starts engines of its own."""
    folder = Path(tempfile.mkdtemp(dir=engines_folder))
    folder.chmod(0o755)
    return folder
