"""The loops of the extract service, and the service itself, on real engines."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientError, ClientSession
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from schemas import tables
from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC
from schemas.outcomes import DeadLetterReason
from services import changes, kafka, offsets
from services.database import open_database
from services.engines.ports import find_free_port
from services.extract import store
from services.extract.readers import MEMORY_BYTES, Readers
from services.extract.reading.model.reader import WEIGHTS
from services.extract.records import Erasure, Read, Unusable, prepare
from services.extract.service import Extract, PlacesUnknown, _is_worlds, run
from services.kafka import Headers, KafkaUnavailable
from services.lifecycle import Progress
from services.migrations import migrate
from services.registry import Service
from services.settings import ExtractSettings
from services.workers import open_workers
from tests.builders import TEXT, article, claim, reading, record_of
from tests.exposition import check_exposition
from tests.fakes import KeptRecords

SECONDS = 30.0
WHOLE = "The harbour office said on Tuesday that the boats of number {n} had not been counted yet. "


@pytest.fixture
async def readers() -> Any:
    async with open_workers(
        1, prepare=partial(prepare, WEIGHTS), cpu_seconds=1.0, memory_bytes=MEMORY_BYTES, wall_seconds=60.0
    ) as workers:
        yield Readers(workers)


async def test_record_that_holds_its_reader_is_a_dead_letter_and_the_next_is_read(readers: Readers) -> None:
    long = "".join(WHOLE.format(n=n) for n in range(5_000))
    records = [record_of(article(long)), record_of(article(), offset=1)]
    held, good = await readers.read(records)
    assert isinstance(held, Unusable)
    assert (held.reason, held.exception) == (
        DeadLetterReason.WORKER_KILLED,
        "over the limit of cpu, attempt 1",
    )
    assert isinstance(good, Read)


class Loops:
    """The loops that serve the change log, over a producer of the test's."""

    def __init__(self, engine: AsyncEngine, producer: KeptRecords, *, lease_seconds: float = 5.0) -> None:
        settings = ExtractSettings(
            database_url=SecretStr("postgresql://unused"),
            kafka_servers="127.0.0.1:1",
            publish_lease_seconds=lease_seconds,
        )
        self.engine, self.producer = engine, producer
        self.extract = Extract(settings, engine, Readers(None), producer, Progress())  # type: ignore[arg-type]

    async def until(self, true: Callable[[], bool]) -> None:
        """Number and publish until something is true."""
        stop = asyncio.Event()
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(self.extract.number(stop))
            tasks.create_task(self.extract.publish(stop))
            while not true():
                await asyncio.sleep(0.02)
            stop.set()

    async def unpublished(self) -> int:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(tables.change).where(tables.change.c.published_at.is_(None)))
            return len(rows.all())


async def save(engine: AsyncEngine, *readings: Read | Erasure) -> None:
    async with engine.begin() as connection:
        await store.save(connection, readings)


async def test_changes_are_numbered_and_published_and_the_lease_given_back(engine: AsyncEngine) -> None:
    await save(engine, reading(article(), claim(TEXT, "slow")), reading(article(url="https://news.example/b")))
    loops = Loops(engine, KeptRecords())
    await loops.until(lambda: len(loops.producer.records) == 2)
    assert sorted(int(headers["position"]) for _, _, _, headers in loops.producer.records) == [1, 2]
    assert {topic for topic, _, _, _ in loops.producer.records} == {CLAIMS_TOPIC}
    assert await loops.unpublished() == 0
    assert await changes.take_lease(engine, 30) is not None


async def test_replica_without_the_lease_publishes_nothing(engine: AsyncEngine) -> None:
    assert await changes.take_lease(engine, 30, token=uuid4()) is not None
    await save(engine, reading())
    loops = Loops(engine, KeptRecords())
    waited = asyncio.get_running_loop().time() + 1.0
    await loops.until(lambda: asyncio.get_running_loop().time() > waited)
    assert (loops.producer.records, await loops.unpublished()) == ([], 1)


class Stuck(KeptRecords):
    """A producer that never hears of its records."""

    resets = 0

    @override
    async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
        await asyncio.sleep(SECONDS)

    @override
    async def reset(self) -> None:
        self.resets += 1


async def test_sending_past_the_lease_is_cut_off_and_begun_again(engine: AsyncEngine) -> None:
    await save(engine, reading())
    assert await changes.number(engine) == 1
    loops = Loops(engine, stuck := Stuck(), lease_seconds=2.0)
    async with asyncio.timeout(2.0):
        with pytest.raises(KafkaUnavailable, match="longer than its lease allows"):
            await loops.extract.publish(asyncio.Event())
    assert stuck.resets == 1
    assert await loops.unpublished() == 1


async def test_partition_that_stays_paused_is_a_problem_of_readiness(engine: AsyncEngine) -> None:
    extract = Loops(engine, KeptRecords()).extract
    await extract.check_places()
    extract.problems["t-0"] = "too many dead letters"
    with pytest.raises(PlacesUnknown, match="t-0"):
        await extract.check_places()


def test_engines_and_leases_pass_and_our_own_faults_do_not() -> None:
    passing = (KafkaUnavailable("x"), changes.LeaseLost("x"), OperationalError("x", {}, OSError()), ConnectionError())
    assert all(_is_worlds(error) for error in passing)
    assert not any(_is_worlds(error) for error in (KeyError("x"), TypeError("x"), offsets.MovedByAnother("x")))


async def test_service_handles_records_tells_so_and_stops_on_a_signal(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str
) -> None:
    settings = ExtractSettings(
        database_url=SecretStr(migrated_url),
        kafka_servers=kafka_servers,
        kafka_session_seconds=6,
        metrics_port=find_free_port(),
        extract_processes=1,
    )
    await kafka.create_topics(settings)
    cluster_id = await kafka.find_cluster_id(settings)
    async with engine.begin() as connection:
        for place, end in (await kafka.Watcher(settings).end_offsets(ARTICLES_TOPIC)).items():
            await offsets.reset(connection, cluster_id, place, next_offset=end)
    event = article(url="https://news.example/service")
    async with kafka.open_producer(settings, "tests") as producer:
        await producer.publish(ARTICLES_TOPIC, str(event.article_id).encode(), event.model_dump_json().encode(), [])

    async def settled() -> bool:
        async with engine.connect() as connection:
            rows = (await connection.execute(select(tables.change))).all()
        return [row.published_at is not None for row in rows] == [True] and await get(settings, "/readyz") == 200

    async with serving(settings) as service:
        async with asyncio.timeout(2 * SECONDS):
            while not await settled():
                assert not service.done()
                await asyncio.sleep(0.1)
        assert await get(settings, "/livez") == 200
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{settings.metrics_port}/metrics") as answer:
            check_exposition(await answer.text(), Service.EXTRACT)
    assert await get(settings, "/livez") is None


async def test_service_started_before_its_schema_waits_alive_and_not_ready(
    database_url: str, kafka_servers: str
) -> None:
    settings = ExtractSettings(
        database_url=SecretStr(database_url),
        kafka_servers=kafka_servers,
        metrics_port=find_free_port(),
        extract_processes=1,
    )
    await kafka.create_topics(settings)
    async with serving(settings), asyncio.timeout(2 * SECONDS):
        while await get(settings, "/readyz") is None:
            await asyncio.sleep(0.1)
        assert (await get(settings, "/livez"), await get(settings, "/readyz")) == (200, 503)
        async with open_database(settings.database_url, application_name="tests") as migrating:
            await migrate(migrating)
        while await get(settings, "/readyz") != 200:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def serving(settings: ExtractSettings) -> AsyncIterator[asyncio.Task[None]]:
    """Run the service in this process, and stop it by a signal, also where a test fails: it must not outlive it."""
    service = asyncio.create_task(run(settings))
    try:
        yield service
    finally:
        if not service.done():
            os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(service, SECONDS)


async def get(settings: ExtractSettings, path: str) -> int | None:
    try:
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{settings.metrics_port}{path}") as response:
            return response.status
    except ClientError:
        return None
