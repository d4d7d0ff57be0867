"""Every hostile input ends in its outcome, inside of what one page may cost, and its neighbour is published."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import feed, host
from services.ingest.queues import frontier
from services.ingest.queues.leases import from_now
from services.ingest.service import CPU_SECONDS, MEMORY_BYTES, MODULES
from services.workers import Workers, open_workers
from tests.fakes import KeptRecords
from tests.integration.dialling import NamesOf
from tests.integration.hostile_inputs import GOOD, INPUTS, Found, Hostile, Served
from tests.integration.hostile_server import HostileServer, Request, Write, answer, open_server
from tests.integration.newsroom import Site, add_pages, events, nothing_is_due, open_replica, rows_of

HOST = "hostile.example"
NEIGHBOUR = "good.example"

SHARED = 3
"""How much more CPU time the same work may cost on cores that others keep busy."""


@pytest.fixture(scope="module")
async def workers() -> AsyncIterator[Workers]:
    """Workers with the limits of the service, but for the CPU time that cores add which are shared."""
    async with open_workers(
        2, modules=MODULES, cpu_seconds=SHARED * CPU_SECONDS, memory_bytes=MEMORY_BYTES, wall_seconds=60.0
    ) as opened:
        yield opened


@asynccontextmanager
async def open_web(given: Hostile) -> AsyncIterator[HostileServer]:
    """Serve the input on its host and a good page on every other."""
    answers: dict[str, Mapping[str, Served]] = {}
    times: dict[str, int] = {}

    async def handle(request: Request, write: Write) -> None:
        name = request.headers["host"].partition(":")[0]
        found = answers["own"].get(request.target) if name == HOST else GOOD
        if found is None or (name != HOST and request.target == "/robots.txt"):
            found = answer(status=404)
        if not isinstance(found, bytes):
            times[request.target] = times.get(request.target, -1) + 1
            found = found[min(times[request.target], len(found) - 1)]
        await write(found)

    async with open_server(handle) as server:
        answers["own"] = given.serve(f"http://{HOST}:{server.port}")
        yield server


async def find(engine: AsyncEngine, server: HostileServer, kept: KeptRecords) -> Found:
    own = f"http://{HOST}:{server.port}/"
    feeds = [row for row in await rows_of(engine, feed) if row.url.startswith(own)]
    pages = [row for row in await rows_of(engine) if not row.url.startswith(f"http://{NEIGHBOUR}")]
    asked = [each.target for each in server.requests if each.headers["host"] == f"{HOST}:{server.port}"]
    said = [event for event in events(kept) if event.final_url.startswith(own)]
    return Found(feeds[0] if feeds else None, pages, said, asked)


async def both_are_done(engine: AsyncEngine) -> bool:
    """Tell whether the feed was polled and its neighbour published."""
    polled = any(row.polled_at is not None for row in await rows_of(engine, feed))
    return polled and any(row.outcome == "published" and "/good" in row.url for row in await rows_of(engine))


async def due_again(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(feed).where(feed.c.polled_at.is_not(None)).values(next_poll_at=from_now(0)))
        await connection.execute(update(host).values(free_at=from_now(0)))


def test_every_number_has_its_inputs() -> None:
    assert {given.number for given in INPUTS} == set(range(1, 37))
    assert len({str(given) for given in INPUTS}) == len(INPUTS)


@pytest.mark.parametrize("given", INPUTS, ids=str)
async def test_hostile_input_ends_in_its_outcome_and_its_neighbour_goes_on(
    engine: AsyncEngine, workers: Workers, given: Hostile
) -> None:
    kept, killed = KeptRecords(), sum(workers.killed.values())
    async with open_web(given) as server:
        own, good = (f"http://{name}:{server.port}" for name in (HOST, NEIGHBOUR))
        await add_pages(engine, f"{good}/good", *([] if given.is_feed else [f"{own}/page"]))
        if given.is_feed:
            async with engine.begin() as connection:
                await frontier.add_feed(connection, f"{own}/feed")
        async with open_replica(
            engine, [Site(port=server.port)], kept, workers=workers, resolver=NamesOf(["127.0.0.1"])
        ) as replica:
            for _ in range(given.rounds):
                await replica.run_until(partial(nothing_is_due if given.reads_pages else both_are_done, engine))
                found = await find(engine, server, kept)
                await due_again(engine)
    outcome = found.feed.outcome if given.is_feed else found.pages[0].outcome
    reason = found.feed.reason if given.is_feed else found.pages[0].reason
    assert (outcome, sum(workers.killed.values()) - killed) == (given.outcome, 0), reason
    assert given.check(found)
    (neighbour,) = [row for row in await rows_of(engine) if row.url.startswith(good)]
    assert neighbour.outcome == "published"
