"""What is asked of ingest in a world of its own: to read pages, to poll unchanged feeds, to go on for long."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from aiokafka import AIOKafkaConsumer
from sqlalchemy import func, select, update

from bench.cpu import Cpu
from bench.memory import read_mib
from bench.pages import Printed, print_editions
from bench.world import Unsettled, World
from schemas.events import ARTICLES_TOPIC, ArticleIngested
from schemas.outcomes import FeedOutcome
from schemas.tables import feed, page
from services.ingest.queues.frontier import add_feed

LOOK_SECONDS = 0.2
"""How often the rows are counted; at the end of some seconds of work."""

PAGE_SECONDS = 1.0
"""What a page may take, on a machine that has other work, before a lot of them counts as stuck; and a minute more."""

LOT = 1_000
"""Pages served at once while memory is watched: what the bench itself holds."""

READINGS = 5
"""Of memory, in each lot."""


class Polls(NamedTuple):
    """What polling some feeds once took."""

    feeds: int
    seconds: float
    cpu_seconds: float


async def read_pages(world: World, printed: Sequence[Printed], name: str) -> dict[str, Cpu]:
    """Have pages fetched, cleaned and published; return what every part took. Raises ``Unsettled``."""
    end = await _done(world) + len(printed)
    before = world.read_cpu()
    await world.offer(printed, name)
    await _until_done(world, end, len(printed))
    return {part: after.since(before[part]) for part, after in world.read_cpu().items()}


async def _until_done(world: World, end: int, pages: int) -> None:
    try:
        async with asyncio.timeout(60 + PAGE_SECONDS * pages):
            while await _done(world) < end:  # noqa: ASYNC110 (nobody could wake us)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Unsettled(f"{end - await _done(world)} of {pages} pages were not read; {await outcomes(world)}") from None


async def _done(world: World) -> int:
    async with world.engine.connect() as connection:
        return int((await connection.execute(select(func.count()).where(page.c.done_at.is_not(None)))).scalar_one())


async def outcomes(world: World) -> dict[str, int]:
    """Return how many pages ended in each outcome."""
    async with world.engine.connect() as connection:
        counted = await connection.execute(select(page.c.outcome, func.count()).group_by(page.c.outcome))
        return {str(outcome): count for outcome, count in counted}


async def read_texts(world: World) -> Mapping[str, str]:
    """Return the text of every article that is in the topic, by the path of its page."""
    consumer = AIOKafkaConsumer(
        ARTICLES_TOPIC, bootstrap_servers=world.settings.kafka_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[ArticleIngested] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [ArticleIngested.model_validate_json(record.value) for record in records if record.value]
    finally:
        await consumer.stop()
    return {urlsplit(event.url).path: event.text for event in found}


async def poll_unchanged(world: World, feeds: int) -> Polls:
    """Have feeds polled once that all answer 304, dealt to all hosts; return what it took. Raises ``Unsettled``."""
    ports = world.site.ports
    async with world.engine.begin() as connection:
        for number in range(feeds):
            await add_feed(connection, f"http://127.0.0.1:{ports[number % len(ports)]}/unchanged/{number}.json")
        # Known before, and due together: what follows is nothing but polls.
        await connection.execute(update(feed).values(etag='"as-before"', next_poll_at=func.now()))
    before, started = world.read_cpu()["ingest"], time.monotonic()
    try:
        async with asyncio.timeout(60 + PAGE_SECONDS * feeds):
            while await _polled(world) < feeds:  # noqa: ASYNC110 (nobody could wake us)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Unsettled(f"{await _polled(world)} of {feeds} feeds were polled") from None
    seconds = time.monotonic() - started
    return Polls(feeds, seconds, world.read_cpu()["ingest"].since(before).whole)


async def _polled(world: World) -> int:
    unchanged = select(func.count()).where(feed.c.outcome == FeedOutcome.NOT_MODIFIED)
    async with world.engine.connect() as connection:
        return int((await connection.execute(unchanged)).scalar_one())


async def watch_memory(world: World, pages: Sequence[str], fetches: int) -> list[float]:
    """Have so many pages read, lot after lot; return what ingest held meanwhile, in MiB. Raises ``Unsettled``."""
    held: list[float] = []
    done = await _done(world)
    for number, first in enumerate(range(0, fetches, LOT)):
        printed = print_editions(pages, min(LOT, fetches - first), f"lot-{number}")
        await world.offer(printed, f"lot-{number}")
        for part in range(1, READINGS + 1):
            await _until_done(world, done + first + len(printed) * part // READINGS, len(printed))
            held.append(read_mib(world.pids["ingest"]))
        world.site.pages.clear()
    return held
