"""The articles topic gets more partitions while it is written and read: keys move, members join, nothing is lost."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from services import kafka
from services.kafka import Producer, Record
from services.settings import Settings
from tests.builders import TEXT, article, record_of
from tests.integration.test_consumer import Loop, settings, topic

__all__ = ["settings", "topic"]

ARTICLES = 40
GROWN = 5
SECONDS = 120.0
"""Above the age at which clients look anew for partitions, and a rebalance."""


def revision(number: int) -> list[Record]:
    """Each article with a text of its own in this revision."""
    return [
        record_of(article(f"{TEXT} {n}, {number}.", url=f"https://news.example/{n}", revision=number))
        for n in range(ARTICLES)
    ]


async def publish(producer: Producer, topic: str, records: Sequence[Record]) -> None:
    for one in records:
        await producer.publish(topic, one.key or b"", one.value, [])


async def grow(settings: Settings, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_servers)
    await admin.start()
    await admin.create_partitions({topic: NewPartitions(GROWN)})
    await admin.close()


async def partitions_of(settings: Settings, topic: str) -> dict[bytes, set[int]]:
    """The partitions in which each key stands."""
    client = AIOKafkaConsumer(bootstrap_servers=settings.kafka_servers, auto_offset_reset="earliest")
    await client.start()
    found: dict[bytes, set[int]] = defaultdict(set)
    places = [TopicPartition(topic, number) for number in range(GROWN)]
    client.assign(places)
    ends = await client.end_offsets(places)
    while any([await client.position(place) < end for place, end in ends.items()]):
        for place, records in (await client.getmany(timeout_ms=200)).items():
            for record in records:
                found[record.key].add(place.partition)
    await client.stop()
    return found


async def revisions(engine: AsyncEngine) -> dict[UUID, int]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(tables.article.c.article_id, tables.article.c.revision))
        return {row.article_id: row.revision for row in rows}


async def test_more_partitions_lose_nothing_and_keep_the_last_text(
    settings: Settings, engine: AsyncEngine, topic: str
) -> None:
    one, two = Loop(settings, engine, topic), Loop(settings, engine, topic)
    async with asyncio.timeout(SECONDS), kafka.open_producer(settings, "tests") as producer, one.running():
        await publish(producer, topic, revision(1))
        await grow(settings, topic)
        await publish(producer, topic, revision(2))  # by a producer that has not heard of it yet
        async with kafka.open_producer(settings, "tests") as late:
            await publish(late, topic, revision(3))  # and by one that has
        await until_handled(one, 3 * ARTICLES)  # the member that was there finds the new partitions by itself
        async with two.running():
            await publish(producer, topic, revision(4))
            await until_handled(one, 4 * ARTICLES)
    assert set((await revisions(engine)).values()) == {4}
    assert len(await revisions(engine)) == ARTICLES
    assert one.problems == two.problems == {}
    stood = await partitions_of(settings, topic)
    assert {number for numbers in stood.values() for number in numbers} == set(range(GROWN))
    assert any(len(numbers) > 1 for numbers in stood.values())  # a key that has moved, which is what is to be borne
    await check_claims(engine)


async def until_handled(loop: Loop, number: int) -> None:
    while await loop.handled() < number:
        await asyncio.sleep(0.1)
    assert await loop.handled() == number


async def check_claims(engine: AsyncEngine) -> None:
    """Live claims are of the last revision, and an article's changes are in the order of its revisions."""
    async with engine.connect() as connection:
        live = select(tables.claim.c.revision).where(tables.claim.c.retracted_at.is_(None)).distinct()
        assert list((await connection.execute(live)).scalars()) == [4]
        change = tables.change
        rows = await connection.execute(select(change.c.article_id, change.c.revision).order_by(change.c.sequence))
        order: dict[UUID, list[int]] = defaultdict(list)
        for row in rows:
            order[row.article_id].append(row.revision)
    assert all(of == sorted(set(of)) for of in order.values())
