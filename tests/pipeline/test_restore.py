"""A database is backed up under load and restored as docs/operations.md says; the services find what it has lost."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from services.changes import KAFKA_KINDS
from services.database import open_database
from services.engines.account import find_account
from services.engines.cluster import find_binaries
from services.engines.postgres import Postgres
from services.engines.progress import report_nothing
from services.migrations import migrate
from tests.integration.test_any_order import account
from tests.world import World, open_world

if TYPE_CHECKING:
    from tests.conftest import Databases

GUIDE = Path(__file__).parents[2] / "docs" / "operations.md"
OWNER, PASSWORD = "newsdesk", "only-for-this-test"
PAGES, LATER, REVISED = 5, 2, 3


class Shell(NamedTuple):
    """Runs the guide's blocks of commands with the engine's own tools."""

    folder: Path
    environment: dict[str, str]

    async def run(self, block: str) -> None:
        process = await asyncio.create_subprocess_exec(
            "bash",
            *("-euo", "pipefail", "-c", block),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said


def blocks(heading: str) -> list[str]:
    """The blocks of commands below a heading of the guide."""
    section = re.split(r"^#+ (.+)$", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    below = section[section.index(heading) + 1]
    found = re.findall(r"^( *)```sh\n(.*?)^ *```$", below, re.MULTILINE | re.DOTALL)
    return ["".join(line.removeprefix(indent) for line in body.splitlines(keepends=True)) for indent, body in found]


@pytest_asyncio.fixture
async def owned_url(databases: "Databases", postgres: Postgres, request: pytest.FixtureRequest) -> str:
    """A migrated database that belongs to a role without any other right, as a site's does."""
    url = await databases.create(request.node.name)
    name = url.rpartition("/")[2]
    async with open_database(SecretStr(url), application_name="tests", pool_size=1) as admin, admin.begin() as begun:
        await begun.execute(text("CREATE EXTENSION vector"))
        await begun.execute(text(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'"))
        await begun.execute(text(f'ALTER DATABASE "{name}" OWNER TO {OWNER}'))
    owned = re.sub(r"//[^@]+@", f"//{OWNER}:{PASSWORD}@", url)
    async with open_database(SecretStr(owned), application_name="tests") as engine:
        await migrate(engine)
    return owned


@pytest.fixture
def shell(owned_url: str, postgres: Postgres, tmp_path: Path) -> Shell:
    binaries = find_binaries(find_account(postgres.data), report_nothing)
    known = {
        "ADMIN_URL": postgres.url("postgres"),
        "CLAIMWIRE_DATABASE_URL": owned_url,
        "DATABASE": owned_url.rpartition("/")[2],
        "OWNER": OWNER,
        "PATH": f"{binaries}:{os.environ['PATH']}",
    }
    return Shell(tmp_path, known)


@pytest_asyncio.fixture
async def world(owned_url: str, kafka_servers: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(owned_url, kafka_servers, tmp_path, pages=PAGES) as world:
        await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
        await world.until_settled(PAGES)
        yield world


async def test_database_restored_from_a_backup_finds_again_what_it_has_lost(world: World, shell: Shell) -> None:
    [back_up] = blocks("Backup and restore")
    [restore] = blocks("Restore")
    first = await log_of(world)
    await shell.run(back_up)

    world.site.revise(REVISED)
    world.site.add(LATER, first=PAGES + 1)
    await world.until_settled(PAGES + LATER)
    erased = await article_at(world, f"/news/{PAGES}.html")
    assert "erased" in await world.command("erase", erased, "--yes")
    await world.until_at_rest()
    lost, claims, log = await account(world.engine), await live_claims(world.engine), await log_of(world)
    assert len(log) > len(first)
    assert lost["relations"]

    assert (await world.ingest.stop(), await world.extract.stop()) == (0, 0)
    await shell.run(restore)
    assert "the schema of this version" in await world.command("migrate")
    await world.until(lambda: serves(world, f"/v1/articles/{erased}", 200), "the api answers from the backup")
    assert await log_of(world) == first
    assert await live_claims(world.engine) != claims
    assert (await get(world, f"/v1/changes?after={len(log)}"))[1]["code"] == "ahead_of_log"

    await asyncio.gather(world.ingest.start(), world.extract.start())
    await world.until(lambda: has(world, claims), "the same claims as before")
    await world.until_acknowledged()
    await world.until_at_rest()
    assert await account(world.engine) == lost
    assert (await get(world, f"/v1/articles/{erased}"))[0] == 410

    again = await log_of(world)
    assert again[: len(first)] == first
    assert told(log) <= told(again), "an event that was published is not published again under its id"
    assert [change.position for change in again] == list(range(1, len(again) + 1))
    assert await world.count(tables.dead_letter) == 0


async def get(world: World, path: str) -> tuple[int, Any]:
    async with ClientSession() as http, http.get(f"{world.api_url}{path}") as response:
        return response.status, await response.json()


async def serves(world: World, path: str, status: int) -> bool:
    return (await get(world, path))[0] == status


async def article_at(world: World, path: str) -> str:
    async with world.engine.connect() as connection:
        query = select(tables.page.c.article_id).where(tables.page.c.url == world.site.url(path))
        return str((await connection.execute(query)).scalar_one())


async def live_claims(engine: AsyncEngine) -> set[tuple[Any, ...]]:
    columns = (tables.claim.c.article_id, tables.claim.c.claim_id, tables.claim.c.content)
    async with engine.connect() as connection:
        rows = await connection.execute(select(*columns).where(tables.claim.c.retracted_at.is_(None)))
        return {tuple(row) for row in rows}


async def has(world: World, claims: set[tuple[Any, ...]]) -> bool:
    return await live_claims(world.engine) == claims


class Change(NamedTuple):
    """A change of the log."""

    position: int
    change_id: UUID
    kind: str


async def log_of(world: World) -> list[Change]:
    query = select(*(tables.change.c[name] for name in Change._fields)).order_by(tables.change.c.position)
    async with world.engine.connect() as connection:
        return [Change(*row) for row in await connection.execute(query)]


def told(log: Sequence[Change]) -> set[UUID]:
    """The ids of the events that Kafka is told of."""
    return {change.change_id for change in log if change.kind in KAFKA_KINDS}
