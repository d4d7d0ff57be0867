"""What tests ask of the engines themselves, past our services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.events import ARTICLES_TOPIC, ArticleIngested

SECONDS = 60.0


async def ask(url: str, statement: str, **options: object) -> object:
    connection = await asyncpg.connect(url, **options)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def admin(servers: str, **options: object) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=servers, **options)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def send(servers: str, topic: str, value: bytes, **options: object) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_request_size=4 * 1024 * 1024, **options)
    await producer.start()
    try:
        await asyncio.wait_for(producer.send_and_wait(topic, value), SECONDS)
    finally:
        await producer.stop()


async def receive(servers: str, topic: str, **options: object) -> bytes:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest", **options)
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), SECONDS)
        return bytes(record.value)
    finally:
        await consumer.stop()


async def read_articles(servers: str) -> list[ArticleIngested]:
    """Every event that the topic of articles holds now; a null value is none."""
    consumer = AIOKafkaConsumer(ARTICLES_TOPIC, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[ArticleIngested] = []
        async with asyncio.timeout(SECONDS):
            while any([await consumer.position(partition) < end for partition, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [ArticleIngested.model_validate_json(record.value) for record in records if record.value]
        return found
    finally:
        await consumer.stop()


async def make_topic(servers: str, topic: str, **options: object) -> None:
    async with admin(servers, **options) as client:
        await client.create_topics([NewTopic(topic, 1, 1)])
