"""Records that are gone before they were read: what the runbook says brings their articles back."""

import asyncio
import json
import re
import shlex
from pathlib import Path

from aiohttp import ClientSession
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from schemas import tables
from schemas.events import ARTICLES_TOPIC
from services import kafka
from services.engines.kafka import Kafka
from tests.world import BODY, World, open_world

RUNBOOK = Path(__file__).parents[2] / "deploy" / "runbook.md"
STORED, LOST = 2, 3
TEXT = " ".join(line.format(n=77) for line in BODY)


def remedy() -> list[list[str]]:
    """The commands that the runbook's section tells, in their order; of the numbers there one stands for all."""
    section = RUNBOOK.read_text("utf-8").partition("## ClaimwireRecordsLost")[2].partition("\n## ")[0]
    told = re.findall(r"`claimwire ([^`]+)`", section.partition("**Remedy.**")[2])
    return [shlex.split(re.sub(r" --partition \d+", "", command)) for command in told]


async def lose(world: World) -> None:
    """Delete every record of the articles topic, as retention would."""
    ends = await kafka.Watcher(world.settings).end_offsets(ARTICLES_TOPIC)
    admin = AIOKafkaAdminClient(bootstrap_servers=world.settings.kafka_servers)
    await admin.start()
    await admin.delete_records({TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items() if end})
    await admin.close()


async def submit_text(world: World) -> None:
    async with ClientSession() as http:

        async def is_taken() -> bool:
            async with http.post(f"{world.api_url}/v1/articles", json={"text": TEXT, "title": "Port 77"}) as answer:
                return answer.status == 202

        await world.until(is_taken, "the text is taken")


async def test_runbooks_remedy_brings_back_what_was_lost(migrated_url: str, own_kafka: Kafka, tmp_path: Path) -> None:
    async with open_world(migrated_url, own_kafka.servers, tmp_path, pages=STORED) as world:
        await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
        await world.until_stored(STORED)
        await world.extract.stop()
        world.site.add(LOST, first=STORED + 1)
        await submit_text(world)
        await world.until_acknowledged()

        async def is_read() -> bool:
            return await world.count(tables.submission, tables.submission.c.outcome == "published") == 1

        await world.until(is_read, "the text is published")
        await lose(world)
        await world.extract.start()
        await world.until(lambda: waits(world), "extract waits for a person")

        reset, look, again = remedy()
        await world.command(*reset)
        await world.until_at_rest()
        assert json.loads(await world.command(*look, "--json")) == {"articles": LOST + 1}
        done = json.loads(await world.command(*again, "--json"))
        assert done == {"articles": LOST + 1, "pages": LOST, "submissions": 1}
        await world.until_stored(STORED + LOST + 1)
        await world.until_at_rest()
        assert json.loads(await world.command(*look, "--json")) == {"articles": 0}
        assert await world.count(tables.article) == STORED + LOST + 1
        assert await world.count(tables.dead_letter) == 0


async def waits(world: World) -> bool:
    return (await world.extract.get("/readyz"))[0] == 503 and "are gone" in world.extract.log.read_text()
