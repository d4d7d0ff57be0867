"""The topic is read a second time, from its first record on: the tables stay as they are, and nobody is told."""

import asyncio
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from schemas.events import ARTICLES_TOPIC
from services import kafka
from services.engines.kafka import Kafka
from services.kafka.client import client_options
from tests.snapshot import Snapshot, assert_same, take_snapshot
from tests.world import World, open_world

PAGES = 8
REVISED = 4
POISON = ((b"no id", b"{"), (b"no id", b""))

FILLED = frozenset(
    {"article", "revision", "claim", "mention", "statement", "entity", "entity_alias", "relation", "thread"}
    | {"thread_claim", "origin", "origin_pair", "change", "dead_letter", "erased"}
)
"""Tables that must hold something, else the comparison says little."""


async def test_replay_from_the_earliest_offset_changes_no_table_and_tells_nobody(
    migrated_url: str, own_kafka: Kafka, tmp_path: Path
) -> None:
    async with open_world(migrated_url, own_kafka.servers, tmp_path, pages=PAGES) as world:
        await asyncio.gather(world.ingest.start(), world.extract.start())
        await world.until_settled(PAGES)
        world.site.revise(REVISED)
        await world.until_settled(PAGES)
        await world.ingest.stop()
        await send_doubles_poison_and_an_erasure(world)
        await world.until_at_rest()
        await world.extract.stop()
        before, told = await take_snapshot(world.engine), await world.sent()
        check_filled(before)

        records = sum((await kafka.Watcher(world.settings).end_offsets(ARTICLES_TOPIC)).values())
        said = await world.command("offsets", "reset", "--to", "earliest")
        assert said.count("goes on at 0") == len(said.splitlines()) == world.settings.kafka_partitions
        assert await world.lag() == records
        await world.extract.start()
        await world.until_at_rest()

        outcomes = await count_outcomes(world)
        assert outcomes.pop("dead_lettered") == len(POISON)
        assert outcomes.keys() == {"outdated", "erased", "refused_erased"}, outcomes
        assert sum(outcomes.values()) == records - len(POISON)
        await world.extract.stop()
        assert_same(before, await take_snapshot(world.engine))
        assert await world.sent() == told


async def send_doubles_poison_and_an_erasure(world: World) -> None:
    """Send what the topic holds once more, so that old revisions follow new ones, and then what is no article."""
    records = await list_records(world)
    async with AIOKafkaProducer(bootstrap_servers=world.settings.kafka_servers) as producer:
        for record in records[::2]:
            await producer.send_and_wait(ARTICLES_TOPIC, record.value, key=record.key)
        for key, value in POISON:
            await producer.send_and_wait(ARTICLES_TOPIC, value, key=key)
        erased = records[-1]
        await producer.send_and_wait(ARTICLES_TOPIC, None, key=erased.key)
        await producer.send_and_wait(ARTICLES_TOPIC, erased.value, key=erased.key)


async def list_records(world: World) -> list[Any]:
    """All records of the articles topic."""
    ends = await kafka.Watcher(world.settings).end_offsets(ARTICLES_TOPIC)
    found: list[Any] = []
    async with AIOKafkaConsumer(**client_options(world.settings), group_id=None) as client:
        for place, end in ends.items():
            partition = TopicPartition(*place)
            client.assign([partition])
            client.seek(partition, 0)
            while await client.position(partition) < end:
                found += [record for some in (await client.getmany(timeout_ms=500)).values() for record in some]
    return found


async def count_outcomes(world: World) -> dict[str, int]:
    """What became of the records that extract has read since it started."""
    _, shown = await world.extract.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(shown)}
    samples = [one for one in families["claimwire_extract_records"].samples if one.name.endswith("_total")]
    return {one.labels["outcome"]: int(one.value) for one in samples if one.value}


def check_filled(snapshot: Snapshot) -> None:
    assert {name for name, rows in snapshot.items() if rows} >= FILLED
