import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from schemas import tables
from services import kafka, metrics, offsets
from services.extract.consumer import ExtractConsumer, Readers
from services.extract.records import Read, Reading, read
from services.kafka import Partition, Record
from services.lifecycle import Progress
from services.settings import Settings
from tests.builders import TEXT, article, record_of
from tests.fakes import ReadersHere, ScriptedConsumer

SECONDS = 40.0
NUMBERS = count(1)


@pytest.fixture
def settings(kafka_servers: str, migrated_url: str) -> Settings:
    return Settings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers)


@pytest.fixture
async def topic(kafka_servers: str) -> AsyncIterator[str]:
    name = f"consumer-{next(NUMBERS)}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_servers)
    await admin.start()
    await admin.create_topics([NewTopic(name, 2, 1)])
    await admin.close()
    yield name
    with suppress(KeyError):
        metrics.PUBLISHED_EVENTS.remove(name)  # the process's figures know the real topics alone


async def send(settings: Settings, topic: str, *records: Record | tuple[bytes, bytes | None]) -> None:
    """Send records to the topic; keys decide the partition, as in life."""
    async with kafka.open_producer(settings, "tests") as producer:
        for one in records:
            key, value = (one.key, one.value) if isinstance(one, Record) else one
            await producer.publish(topic, key or b"", value, [])


class Loop:
    """An extract loop on real engines, run until something is true."""

    def __init__(self, settings: Settings, engine: AsyncEngine, topic: str, readers: Readers | None = None) -> None:
        self.settings, self.engine, self.topic = settings, engine, topic
        self.readers = readers or ReadersHere()
        self.problems: dict[str, str] = {}
        self.version = "1"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with kafka.open_consumer(self.settings, self.topic, group=self.topic, client_id="tests") as consumer:
            task = asyncio.create_task(self.over(consumer).run(stop))
            try:
                yield
            finally:
                stop.set()
                await task

    def over(self, consumer: Any, clock: Callable[[], float] | None = None) -> ExtractConsumer:
        return ExtractConsumer(
            consumer,
            self.readers,
            self.engine,
            cluster_id="cluster",
            version=self.version,
            batch_records=50,
            progress=Progress(),
            problems=self.problems,
            clock=clock or asyncio.get_running_loop().time,
        )

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(SECONDS), self.running():
            while not await true():
                await asyncio.sleep(0.05)

    async def count(self, table: Any) -> int:
        async with self.engine.connect() as connection:
            return len((await connection.execute(select(table))).all())

    async def handled(self) -> int:
        async with self.engine.connect() as connection:
            return sum(place.next_offset for place in (await offsets.list_places(connection)).values())

    def has_handled(self, number: int) -> Callable[[], Any]:
        async def true() -> bool:
            return await self.handled() >= number

        return true


def articles(number: int) -> list[Record]:
    return [record_of(article(f"{TEXT} {n}", url=f"https://news.example/{n}")) for n in range(number)]


async def test_records_are_saved_and_poison_goes_aside(settings: Settings, engine: AsyncEngine, topic: str) -> None:
    good = articles(20)
    poison = [(b"k", b"{"), (b"", b""), (str(article().article_id).encode(), b'{"schema_version": "2.0"}')]
    await send(settings, topic, *good[:10], *poison, *good[10:])
    loop = Loop(settings, engine, topic)
    await loop.until(loop.has_handled(23))
    assert await loop.count(tables.article) == 20
    async with engine.connect() as connection:
        letters = (await connection.execute(select(tables.dead_letter).order_by(tables.dead_letter.c.reason))).all()
    assert [letter.reason for letter in letters] == ["empty_value", "not_json", "unknown_version"]
    assert letters[0].value == b""


async def test_place_comes_from_postgres_not_from_kafka(settings: Settings, engine: AsyncEngine, topic: str) -> None:
    await send(settings, topic, *articles(30))
    first = Loop(settings, engine, topic)
    await first.until(first.has_handled(30))
    async with engine.begin() as connection:  # the database goes back in time; Kafka's own offsets do not
        await connection.execute(update(tables.consumer_offset).values(next_offset=0))
        for table in (tables.change, tables.statement, tables.claim, tables.mention, tables.revision, tables.article):
            await connection.execute(table.delete())
    again = Loop(settings, engine, topic)
    await again.until(again.has_handled(30))
    assert await again.count(tables.article) == 30


async def find_committed(settings: Settings, topic: str) -> dict[int, int]:
    """What the group of the topic's name has committed to Kafka, as KEDA asks for it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_servers)
    await admin.start()
    found = await admin.list_consumer_group_offsets(topic)
    await admin.close()
    return {place.partition: kept.offset for place, kept in found.items() if kept.offset >= 0}


def has_committed(settings: Settings, topic: str, wanted: dict[int, int]) -> Callable[[], Any]:
    async def true() -> bool:
        return await find_committed(settings, topic) == wanted

    return true


async def test_first_place_is_committed_before_any_record(settings: Settings, engine: AsyncEngine, topic: str) -> None:
    loop = Loop(settings, engine, topic)
    await loop.until(has_committed(settings, topic, {0: 0, 1: 0}))


async def test_first_place_committed_is_the_tables_not_the_topics(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    class Stopped(ReadersHere):
        @override
        async def read(self, records: Sequence[Record]) -> list[Reading]:
            raise ConnectionError("nothing is read")

    await send(settings, topic, *articles(20))
    ends = await kafka.Watcher(settings).end_offsets(topic)
    async with engine.begin() as connection:
        await offsets.reset(connection, "cluster", Partition(topic, 0), next_offset=ends[Partition(topic, 0)])
        await offsets.reset(connection, "cluster", Partition(topic, 1), next_offset=2)
    loop = Loop(settings, engine, topic, Stopped())
    with suppress(ConnectionError):
        await loop.until(has_committed(settings, topic, {0: ends[Partition(topic, 0)], 1: 2}))
    assert await find_committed(settings, topic) == {0: ends[Partition(topic, 0)], 1: 2}


async def test_place_that_kafka_has_is_not_committed_again(settings: Settings, engine: AsyncEngine, topic: str) -> None:
    await send(settings, topic, *articles(20))
    ends = {place.number: end for place, end in (await kafka.Watcher(settings).end_offsets(topic)).items()}
    first = Loop(settings, engine, topic)
    await first.until(has_committed(settings, topic, ends))
    async with engine.begin() as connection:  # the database went back; Kafka's place stays until records are saved
        for number in ends:
            await offsets.reset(connection, "cluster", Partition(topic, number), next_offset=0)

    seen: list[dict[int, int]] = []

    class Looking(ReadersHere):
        @override
        async def read(self, records: Sequence[Record]) -> list[Reading]:
            seen.append(await find_committed(settings, topic))
            return await super().read(records)

    await Loop(settings, engine, topic, Looking()).until(lambda: asyncio.sleep(0, bool(seen)))
    assert seen[0] == ends


async def test_two_members_share_the_topic_and_double_nothing(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    one, two = Loop(settings, engine, topic), Loop(settings, engine, topic)
    await send(settings, topic, *articles(40))
    async with asyncio.timeout(SECONDS), one.running():
        await asyncio.sleep(0.5)
        async with two.running():
            while await one.handled() < 40:
                await asyncio.sleep(0.05)
        await send(settings, topic, *articles(60)[40:])
        while await one.handled() < 60:
            await asyncio.sleep(0.05)
    assert await one.count(tables.article) == 60
    assert await one.count(tables.change) == 60


async def test_too_many_dead_letters_pause_the_partition_until_resumed(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    key = next(record.key for record in articles(1)) or b""
    await send(settings, topic, *[(key, b"poison") for _ in range(60)])
    loop = Loop(settings, engine, topic)

    async def paused() -> bool:
        return any("too many dead letters" in problem for problem in loop.problems.values())

    await loop.until(paused)
    assert await loop.count(tables.dead_letter) == 26

    again = Loop(settings, engine, topic)  # started again, the same version stays paused
    again_paused = again.problems
    await again.until(lambda: asyncio.sleep(0, bool(again_paused)))
    assert await again.count(tables.dead_letter) == 26

    async with engine.begin() as connection:
        assert await offsets.resume(connection) == 1
    await again.until(again.has_handled(52))
    assert await again.count(tables.dead_letter) == 52


async def test_another_version_of_the_code_goes_on_by_itself(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    key = next(record.key for record in articles(1)) or b""
    await send(settings, topic, *[(key, b"poison") for _ in range(30)])
    loop = Loop(settings, engine, topic)
    await loop.until(loop.has_handled(26))
    newer = Loop(settings, engine, topic)
    newer.version = "2"
    await newer.until(newer.has_handled(30))
    assert newer.problems == {}


async def test_records_gone_from_the_topic_are_counted_and_wait_for_a_person(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    await send(settings, topic, *articles(10))
    loop = Loop(settings, engine, topic)
    async with engine.begin() as connection:
        for number in (0, 1):
            await offsets.reset(connection, "cluster", Partition(topic, number), next_offset=0)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_servers)
    await admin.start()
    ends = await kafka.Watcher(settings).end_offsets(topic)
    await admin.delete_records(
        {TopicPartition(*place): RecordsToDelete(before_offset=end) for place, end in ends.items()}
    )
    await admin.close()
    before = lost()
    await loop.until(lambda: asyncio.sleep(0, len(loop.problems) == 2))
    assert lost() - before == 10
    assert all("gone" in problem for problem in loop.problems.values())
    async with engine.begin() as connection:
        for place, end in ends.items():
            await offsets.reset(connection, "cluster", place, next_offset=end)
    await loop.until(lambda: asyncio.sleep(0, not loop.problems))


def lost() -> float:
    return sum(
        sample.value for sample in next(iter(metrics.RECORDS_LOST.collect())).samples if sample.name.endswith("_total")
    )


async def test_place_beyond_the_end_waits_for_a_person(settings: Settings, engine: AsyncEngine, topic: str) -> None:
    loop = Loop(settings, engine, topic)
    async with engine.begin() as connection:
        await offsets.reset(connection, "cluster", Partition(topic, 0), next_offset=99)
    await loop.until(lambda: asyncio.sleep(0, bool(loop.problems)))
    assert "beyond the end" in loop.problems[f"{topic}-0"]


async def test_record_that_the_database_refuses_goes_aside_alone(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    def with_nul(record: tuple[bytes | None, bytes | None]) -> Reading:
        reading = read(record)
        if isinstance(reading, Read) and reading.event.canonical_url.endswith("/3"):
            broken = reading.event.model_copy(update={"title": "nul \x00"})
            return replace(reading, event=broken)
        return reading

    await send(settings, topic, *articles(8))
    loop = Loop(settings, engine, topic, ReadersHere(with_nul))
    await loop.until(loop.has_handled(8))
    assert await loop.count(tables.article) == 7
    async with engine.connect() as connection:
        letter = (await connection.execute(select(tables.dead_letter))).one()
    assert (letter.reason, str(letter.article_id)) == (
        "database_refused",
        str(article(url="https://news.example/3").article_id),
    )


PLACE = Partition("scripted", 0)


def scripted(*batches: Sequence[Record]) -> ScriptedConsumer:
    consumer = ScriptedConsumer()
    consumer.numbers = {PLACE: 1}
    consumer.batches = [{PLACE: list(batch)} for batch in batches]
    return consumer


def placed(number: int) -> list[Record]:
    return [record._replace(partition=PLACE, offset=n) for n, record in enumerate(articles(number))]


async def run_once(loop: Loop, consumer: ScriptedConsumer, clock: Callable[[], float] | None = None) -> None:
    stop = asyncio.Event()
    turns = len(consumer.batches) + 2

    def on_poll() -> None:
        nonlocal turns
        turns -= 1
        if turns == 0:
            stop.set()

    consumer.on_poll = on_poll
    await loop.over(consumer, clock).run(stop)


async def test_offset_moved_by_another_saves_nothing_and_seeks_anew(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted(placed(5))

    class Zombie(ReadersHere):
        @override
        async def read(self, records: Sequence[Record]) -> list[Reading]:
            async with engine.begin() as connection:
                await connection.execute(update(tables.consumer_offset).values(next_offset=3))
            return await super().read(records)

    loop = Loop(settings, engine, "scripted", Zombie())
    await run_once(loop, consumer)
    assert await loop.count(tables.article) == 0
    assert consumer.sought == [(PLACE, 0), (PLACE, 3)]
    assert PLACE in consumer.paused


async def test_batch_fetched_under_an_old_assignment_is_thrown_away(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted(placed(5), placed(5))
    polls = count(1)
    loop = Loop(settings, engine, "scripted")
    stop = asyncio.Event()

    def on_poll() -> None:
        if (poll := next(polls)) == 1:
            consumer.numbers = {PLACE: 2}  # a rebalance inside the poll: the partition came back
        if poll == 3:
            stop.set()

    consumer.on_poll = on_poll
    await loop.over(consumer).run(stop)
    assert isinstance(loop.readers, ReadersHere)
    assert loop.readers.batches == [[0, 1, 2, 3, 4]]
    assert consumer.sought == [(PLACE, 0), (PLACE, 0)]


async def test_records_below_the_place_are_dropped(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted(placed(5))
    loop = Loop(settings, engine, "scripted")
    async with engine.begin() as connection:
        await offsets.reset(connection, "cluster", PLACE, next_offset=3)
    await run_once(loop, consumer)
    assert await loop.count(tables.article) == 2
    assert consumer.committed == [(PLACE, 5)]


async def test_batch_that_takes_long_is_saved_as_far_as_it_was_read(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted(placed(20))

    class Slow(ReadersHere):
        now = 0.0

        @override
        async def read(self, records: Sequence[Record]) -> list[Reading]:
            self.now += 25.0
            return await super().read(records)

    readers = Slow()
    loop = Loop(settings, engine, "scripted", readers)
    await run_once(loop, consumer, clock=lambda: readers.now)
    assert [len(batch) for batch in readers.batches] == [8, 8]
    assert await loop.count(tables.article) == 16
    assert consumer.committed == [(PLACE, 16)]
    assert consumer.sought == [(PLACE, 0), (PLACE, 16)]


async def test_slow_batch_is_no_stall(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted(placed(2), [], [])

    class Slow(ReadersHere):
        now = 0.0

        @override
        async def read(self, records: Sequence[Record]) -> list[Reading]:
            self.now += 20.0
            return await super().read(records)

    readers = Slow()
    await run_once(Loop(settings, engine, "scripted", readers), consumer, clock=lambda: readers.now)


async def test_client_that_gives_nothing_although_there_is_something_is_given_up(
    settings: Settings, engine: AsyncEngine
) -> None:
    consumer = scripted([], [], [])
    seconds = count(0, 10)
    with pytest.raises(kafka.KafkaUnavailable, match="none of them comes"):
        await run_once(Loop(settings, engine, "scripted"), consumer, clock=lambda: float(next(seconds)))


class Turns:
    """A clock that every poll puts on, and a stop after some polls."""

    def __init__(self, consumer: ScriptedConsumer, *, polls: int, seconds: float) -> None:
        self.now, self.polls, self.seconds = 0.0, polls, seconds
        self.stop = asyncio.Event()
        consumer.on_poll = self.on_poll

    def on_poll(self) -> None:
        self.now += self.seconds
        self.polls -= 1
        if self.polls == 0:
            self.stop.set()


async def test_record_after_a_long_silence_is_no_stall(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted()
    consumer.bounds_now = (0, 0)
    turns = Turns(consumer, polls=4, seconds=11.0)
    loop = Loop(settings, engine, "scripted").over(consumer, lambda: turns.now)
    await loop.run(turns.stop)
    consumer.bounds_now = (0, 1)  # it came while the last poll ended, and the next one would bring it
    await loop._measure_lag()


async def test_backlog_of_a_partition_that_is_new_is_no_stall(settings: Settings, engine: AsyncEngine) -> None:
    consumer = scripted()
    consumer.bounds_now = (0, 0)
    turns = Turns(consumer, polls=3, seconds=16.0)
    loop = Loop(settings, engine, "scripted").over(consumer, lambda: turns.now)
    await loop.run(turns.stop)
    turns.now += 16.0
    consumer.numbers = {PLACE: 1, Partition("scripted", 1): 2}  # the topic has grown
    consumer.bounds_now = (0, 5)
    await loop._find_places()
    await loop._measure_lag()


async def test_same_loss_is_counted_once(settings: Settings, engine: AsyncEngine) -> None:
    consumer = ScriptedConsumer(bounds=(100, 200))
    consumer.numbers = {PLACE: 1}
    consumer.batches = [{}, {}, {}]
    numbers = count(2)
    stop = asyncio.Event()

    def on_poll() -> None:
        number = next(numbers)
        consumer.numbers = {PLACE: number}  # assigned anew each time
        if number > 4:
            stop.set()

    consumer.on_poll = on_poll
    async with engine.begin() as connection:
        await offsets.reset(connection, "cluster", PLACE, next_offset=0)
    before = lost()
    await Loop(settings, engine, "scripted").over(consumer).run(stop)
    assert lost() - before == 100
