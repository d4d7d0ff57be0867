"""Dead letters are redriven, a text is read again and a publisher erased, all while the extract loop is at work."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from schemas import tables
from schemas.events import ArticleIngested, Publisher
from schemas.outcomes import DeadLetterReason, RecordOutcome
from services import kafka
from services.cli import erasing
from services.extract import letters, reextraction, store
from services.extract.consumer import ExtractConsumer
from services.extract.records import Reading, Unusable, read
from services.extract.reextraction import Choice
from services.kafka import Record
from services.lifecycle import Progress
from services.settings import Settings
from tests.builders import TEXT, article, record, record_of
from tests.fakes import ReadersHere

SECONDS = 60.0
NUMBERS = count(1)
ARTICLES = 40


class Patient(ReadersHere):
    """Reads slowly, so that others come between."""

    @override
    async def read(self, records: Sequence[Record]) -> list[Reading]:
        await asyncio.sleep(0.02)
        return await super().read(records)


async def read_slowly(one: tuple[bytes | None, bytes | None]) -> Reading:
    await asyncio.sleep(0.003)
    return read(one)


def numbered(number: int, revision: int, **changes: Any) -> ArticleIngested:
    text = f'{TEXT} "This is text {revision}," said Mara Venn.'
    return article(text, url=f"https://news.example/{number}", revision=revision, **changes)


@pytest.fixture
def settings(kafka_servers: str, migrated_url: str) -> Settings:
    return Settings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers)


@asynccontextmanager
async def running(settings: Settings, engine: AsyncEngine, records: Sequence[Record]) -> AsyncIterator[None]:
    """An extract loop on a topic with these records, until all are handled."""
    topic = f"redrive-{next(NUMBERS)}"
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    await admin.close()
    async with kafka.open_producer(settings, "tests") as producer:
        for one in records:
            await producer.publish(topic, one.key or b"", one.value, [])
    stop = asyncio.Event()
    async with kafka.open_consumer(settings, topic, group=topic, client_id="tests") as consumer:
        loop = ExtractConsumer(
            consumer,
            Patient(),
            engine,
            cluster_id="cluster",
            version="1",
            batch_records=5,
            progress=Progress(),
            problems={},
            clock=asyncio.get_running_loop().time,
        )
        task = asyncio.create_task(loop.run(stop))
        yield
        async with asyncio.timeout(SECONDS):
            while sum(row.next_offset for row in await rows(engine, tables.consumer_offset)) < len(records):
                assert not task.done()
                await asyncio.sleep(0.05)
        stop.set()
        await task


async def rows(engine: AsyncEngine, table: Any) -> Sequence[Any]:
    async with engine.connect() as connection:
        return (await connection.execute(select(table).order_by(*table.primary_key.columns))).all()


async def add_letters(engine: AsyncEngine, *events: ArticleIngested) -> None:
    async with engine.begin() as connection:
        for offset, event in enumerate(events):
            unusable = Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug of then", event.article_id)
            await letters.add(connection, "past", record_of(event, offset=offset), unusable)


async def redrive(engine: AsyncEngine) -> list[RecordOutcome]:
    return [outcome async for _, outcome in letters.redrive(engine, read_slowly)]


async def until_revision(engine: AsyncEngine, number: int) -> None:
    async with asyncio.timeout(SECONDS):
        while sum(row.revision > 0 for row in await rows(engine, tables.article)) < number:
            await asyncio.sleep(0.01)


async def test_redrive_and_the_loop_leave_each_article_at_its_highest_revision(
    settings: Settings, engine: AsyncEngine
) -> None:
    """The letters are of revisions before and after those that come just now; some that come are poison."""
    await add_letters(engine, *(numbered(n, revision) for revision in (1, 3) for n in range(ARTICLES)))
    coming = [record_of(numbered(n, 2)) for n in range(ARTICLES)]
    poison = [record(b"{", b"k%d" % n) for n in range(4)]
    async with running(settings, engine, [*coming[:20], *poison, *coming[20:]]):
        await until_revision(engine, 1)
        both = await asyncio.gather(redrive(engine), redrive(engine))
    assert {*both[0], *both[1]} <= {RecordOutcome.SAVED, RecordOutcome.OUTDATED, RecordOutcome.DEAD_LETTERED}
    assert [row.revision for row in await rows(engine, tables.article)] == [3] * ARTICLES
    waiting = [row for row in await rows(engine, tables.dead_letter) if row.redriven_at is None]
    assert {row.reason for row in waiting} == {"not_json"}
    assert len(waiting) == len(poison)
    live = [row for row in await rows(engine, tables.claim) if row.retracted_at is None]
    assert {row.revision for row in live} == {3}
    assert len({row.article_id for row in live}) == ARTICLES
    logged: dict[Any, list[int]] = {}
    for row in sorted(await rows(engine, tables.change), key=lambda row: row.sequence):
        logged.setdefault(row.article_id, []).append(row.revision)
    assert all(revisions == sorted(set(revisions)) and revisions[-1] == 3 for revisions in logged.values())


async def test_reading_again_beside_the_loop_loses_and_doubles_nothing(settings: Settings, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for n in range(ARTICLES):
            found: Any = read((str(numbered(n, 1).article_id).encode(), numbered(n, 1).model_dump_json().encode()))
            older = found.extraction.model_copy(update={"extractor_version": 0})
            await store.save(connection, [replace(found, extraction=older)])
    async with running(settings, engine, [record_of(numbered(n, 2)) for n in range(0, ARTICLES, 2)]):
        async for _ in reextraction.reextract(engine, read_slowly, Choice()):
            await asyncio.sleep(0.02)
    assert await reextraction.count(engine, Choice()) == 0
    stored = await rows(engine, tables.article)
    assert sorted(row.revision for row in stored) == [1] * (ARTICLES // 2) + [2] * (ARTICLES // 2)
    at = {row.article_id: (row.revision, row.extractor_version) for row in stored}
    live = [row for row in await rows(engine, tables.claim) if row.retracted_at is None]
    assert {(row.article_id, (row.revision, row.extractor_version)) for row in live} == set(at.items())


async def test_publisher_erased_beside_the_loop_and_a_redrive_leaves_no_word(
    settings: Settings, engine: AsyncEngine
) -> None:
    gull = Publisher(domain="gull.example", name="The Gull")
    await add_letters(engine, *(numbered(n, 3, publisher=gull) for n in range(ARTICLES // 2)))
    coming = [record_of(numbered(n, 2, publisher=gull)) for n in range(ARTICLES)]
    named = erasing.understand("gull.example")
    async with running(settings, engine, coming):
        await until_revision(engine, 3)
        await asyncio.gather(redrive(engine), erasing.carry_out(settings, named, lambda _: None))
    found = await erasing.look(settings, named)
    assert found.is_nothing, found
    for table in (tables.article, tables.claim, tables.revision, tables.change, tables.dead_letter, tables.mention):
        kept = str(await rows(engine, table))
        assert "gull" not in kept.lower()
        assert "Weller" not in kept
    erased = [row.article_id for row in await rows(engine, tables.change) if row.kind == "erased"]
    assert sorted(erased) == sorted(numbered(n, 1).article_id for n in range(ARTICLES))
