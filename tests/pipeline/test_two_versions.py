"""This version beside the next one: the next one's schema under our services, and the next one's events before them."""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from aiokafka import AIOKafkaProducer
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import ARTICLES_TOPIC, ArticleIngested
from schemas.outcomes import DeadLetterReason, RecordOutcome
from services.database import is_passing
from services.extract import letters
from services.extract.records import Reading, read
from tests.builders import article, key_of
from tests.world import World, check_nothing_lost_or_doubled, open_world

PAGES, LATER, REVISED = 6, 2, 3


async def test_services_go_on_while_the_next_versions_schema_comes(
    migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    async with open_world(migrated_url, kafka_servers, tmp_path, pages=PAGES) as world:
        await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
        await world.until_stored(1)
        await migrate_to_the_next(world.engine)
        await world.until_settled(PAGES)

        world.site.revise(REVISED)
        world.site.add(LATER, first=PAGES + 1)
        await world.until_settled(PAGES + LATER)
        for path in ("/v1/articles", "/v1/claims", "/v1/threads", "/v1/entities", "/v1/changes", "/v1/feeds"):
            assert await status_of(world, f"{path}?limit=100") == 200

        assert await world.extract.stop() == 0  # a pod of this version may also start beside the later schema
        said = await world.command("migrate")
        assert "the schema of a later version" in said
        await world.extract.start()
        world.site.revise(1)
        await world.until_settled(PAGES + LATER)
        assert [(await one.get("/readyz"))[0] for one in (world.ingest, world.extract)] == [200, 200]
        await world.stop()
        await check_nothing_lost_or_doubled(world)


async def migrate_to_the_next(engine: AsyncEngine) -> None:
    """Do what a later step of the schema may do to every table, in one transaction, as the migration Job does."""
    steps = [
        step
        for name in (table.name for table in tables.metadata.sorted_tables)
        for step in (
            f"ALTER TABLE \"{name}\" ADD COLUMN mood text NOT NULL DEFAULT 'calm'",
            f'CREATE INDEX ix_{name}_mood ON "{name}" (mood)',
        )
    ]
    steps += ["CREATE TABLE mood (name text PRIMARY KEY)", "UPDATE alembic_version SET version_num = '9999'"]
    async with asyncio.timeout(60):
        while not await take_steps(engine, steps):
            await asyncio.sleep(0.2)


async def take_steps(engine: AsyncEngine, steps: list[str]) -> bool:
    """Take all steps or none; False where a lock was not had."""
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            for step in steps:
                await connection.execute(text(step))
    except DBAPIError as error:
        if not is_passing(error):
            raise
        return False
    return True


async def status_of(world: World, path: str) -> int:
    async with ClientSession() as http, http.get(f"{world.api_url}{path}") as response:
        return response.status


def as_next_minor(event: ArticleIngested) -> dict[str, Any]:
    """The event as a later minor version may write it: with members that we do not know, at every depth."""
    written = json.loads(event.model_dump_json())
    for part in (written, written["publisher"], written["published"], *written["paragraphs"]):
        part["mood"] = {"calm": True}
    return {**written, "schema_version": "1.7"}


def as_next_major(event: ArticleIngested) -> dict[str, Any]:
    """The event as a later major version may write it: we cannot know what it means."""
    written = json.loads(event.model_dump_json())
    return {"schema_version": "2.0", "article_id": written["article_id"], "body": written}


def with_unknown_arrival(event: ArticleIngested) -> dict[str, Any]:
    """A value that a closed list of ours does not have: no minor version may write it."""
    return {**json.loads(event.model_dump_json()), "schema_version": "1.7", "arrival": "dreamt"}


async def read_as_the_next(record: tuple[bytes | None, bytes | None]) -> Reading:
    """Read a record as the next version would, which knows both majors."""
    key, value = record
    written = json.loads(value or b"{}")
    return read((key, json.dumps(written["body"]).encode() if written["schema_version"] == "2.0" else value))


async def test_next_versions_events_are_read_or_put_aside_and_none_is_lost(
    migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    ours, minor, major, strange = (article(url=f"https://news.example/{name}") for name in ("a", "b", "c", "d"))
    sent = [
        (ours, json.loads(ours.model_dump_json())),
        (minor, as_next_minor(minor)),
        (major, as_next_major(major)),
        (strange, with_unknown_arrival(strange)),
    ]
    async with open_world(migrated_url, kafka_servers, tmp_path) as world:
        await world.extract.start()
        async with AIOKafkaProducer(bootstrap_servers=kafka_servers) as producer:
            for event, written in sent:
                key, value = key_of(event.article_id), json.dumps(written).encode()
                await producer.send_and_wait(ARTICLES_TOPIC, value, key=key)
        await world.until_at_rest()
        await world.extract.stop()

        assert await stored(world.engine) == {ours.article_id, minor.article_id}
        async with world.engine.connect() as connection:
            waiting = {row.article_id: row.reason for row in await letters.list_letters(connection)}
        assert waiting == {
            major.article_id: DeadLetterReason.UNKNOWN_VERSION,
            strange.article_id: DeadLetterReason.INVALID_EVENT,
        }

        chosen = letters.Chosen(reason=DeadLetterReason.UNKNOWN_VERSION)
        redriven = [outcome async for _, outcome in letters.redrive(world.engine, read_as_the_next, chosen)]
        assert redriven == [RecordOutcome.SAVED]
        assert await stored(world.engine) == {ours.article_id, minor.article_id, major.article_id}


async def stored(engine: AsyncEngine) -> set[Any]:
    async with engine.connect() as connection:
        return set((await connection.execute(select(tables.article.c.article_id))).scalars())
