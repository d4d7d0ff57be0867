"""Databases with the schema of this version, made from one template that is migrated once a run."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from services.database import open_database
from services.migrations import migrate

if TYPE_CHECKING:
    from tests.conftest import Databases


@pytest_asyncio.fixture(scope="session")
async def template(databases: "Databases") -> str:
    """The name of a migrated database that nobody is connected to."""
    url = await databases.create("template")
    async with open_database(SecretStr(url), application_name="tests", pool_size=2) as engine:
        await migrate(engine)
    return url.rpartition("/")[2]


@pytest_asyncio.fixture
async def migrated_url(databases: "Databases", template: str, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database for this test alone."""
    return await databases.create(request.node.name, template=template)


@pytest_asyncio.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(SecretStr(migrated_url), application_name="tests") as engine:
        yield engine


@pytest_asyncio.fixture
async def second_engine(
    databases: "Databases", template: str, request: pytest.FixtureRequest
) -> AsyncIterator[AsyncEngine]:
    """Another database, for a test that compares two."""
    url = await databases.create(f"{request.node.name} 2", template=template)
    async with open_database(SecretStr(url), application_name="tests") as engine:
        yield engine
