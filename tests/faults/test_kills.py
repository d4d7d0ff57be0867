"""kill -9 of any one process while articles flow loses nothing and doubles nothing once it is back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from schemas import tables
from services.engines.embedded import Engines
from tests.world import Service, World, check_nothing_lost_or_doubled, open_world

PAGES = 24
REVISED = 8


@pytest_asyncio.fixture
async def world(migrated_url: str, kafka_servers: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(migrated_url, kafka_servers, tmp_path, pages=PAGES) as world:
        yield world


async def finish(world: World, *, accepted: Sequence[str] = ()) -> None:
    await world.until_settled(PAGES)
    await world.stop()
    await check_nothing_lost_or_doubled(world, accepted=accepted)


@pytest.mark.parametrize("step", ["numbered", "acknowledged"])
async def test_ingest_killed_between_two_steps_of_a_revision(world: World, step: str) -> None:
    await asyncio.gather(world.ingest.start(f"ingest.{step}:{PAGES + 3}"), world.extract.start())
    await world.until_settled(PAGES)
    world.site.revise(REVISED)
    assert await world.ingest.ended() == -signal.SIGKILL
    await world.ingest.start()
    await finish(world)


@pytest.mark.parametrize(
    "failpoint",
    [
        *("extract.mid_transaction:2", "extract.after_commit:2", "changes.before_publish:1", "changes.after_ack:1"),
        *("relate.before_save:2", "relate.mid_transaction:2", "weave.before_commit:1"),
    ],
)
async def test_extract_killed_between_two_steps_of_revisions(world: World, failpoint: str) -> None:
    await asyncio.gather(world.ingest.start(), world.extract.start())
    await world.until_settled(PAGES)
    assert await world.extract.stop() == 0
    world.site.revise(REVISED)
    await world.extract.start(failpoint)
    assert await world.extract.ended() == -signal.SIGKILL
    await world.until_acknowledged()
    world.site.revise(REVISED // 2)
    await world.extract.start()
    await finish(world)


@pytest.mark.parametrize("name", ["ingest", "extract"])
async def test_worker_killed_while_articles_flow(world: World, name: str) -> None:
    await asyncio.gather(world.ingest.start(), world.extract.start())
    victim: Service = getattr(world, name)
    for number in (2, 8):
        await world.until_stored(number)
        for pid in victim.workers():
            os.kill(pid, signal.SIGKILL)
    await finish(world)


async def test_api_killed_after_it_accepted_an_article(world: World) -> None:
    world.site.pages["/other.html"] = world.site.pages.pop(f"/news/{PAGES}.html")  # which the feed does not list
    await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
    accepted: list[str] = []

    async def accept() -> bool:
        async with ClientSession() as http:
            body = {"url": world.site.url("/other.html")}
            async with http.post(f"{world.api_url}/v1/articles", json=body) as response:
                if response.status == 202:
                    accepted.append((await response.json())["submission_id"])
                return bool(accepted)

    await world.until(accept, "a submission accepted")
    await world.api.kill()

    async def done() -> bool:
        return await world.count(tables.submission, tables.submission.c.done_at.is_not(None)) == 1

    await world.until(done, "the submission done")
    await world.until_settled(PAGES)
    await world.api.start()

    async def served() -> bool:
        async with ClientSession() as http, http.get(f"{world.api_url}/v1/articles?limit=100") as response:
            return len((await response.json())["items"]) == PAGES

    await world.until(served, "every article served")
    await finish(world, accepted=accepted)


@pytest.mark.parametrize("name", ["postgres", "kafka"])
async def test_engine_killed_while_revisions_flow(world: World, engines: Engines, name: str) -> None:
    await asyncio.gather(world.ingest.start(), world.extract.start())
    await world.until_settled(PAGES)
    world.site.revise(PAGES)

    async def flowing() -> bool:
        return await world.count(tables.revision) >= PAGES + 2

    await world.until(flowing, "two revisions stored")
    victim = engines.postgres if name == "postgres" else engines.kafka
    await victim.kill()
    await asyncio.sleep(2)
    await victim.start()
    await finish(world)
    assert (await world.ingest.stop(), await world.extract.stop()) == (0, 0)
