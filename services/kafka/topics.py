"""The topics: made where they do not exist, looked at for lag."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC, MESSAGE_MAX_BYTES
from services.kafka.client import STOP_SECONDS, KafkaUnavailable, Partition, client_options, in_time, let_go
from services.settings import Settings

RETENTION_MS = 30 * 86_400_000
"""How long articles stay in their topic: above the longest time a database may be set back by a restore."""

TOPIC_CONFIGS = {
    ARTICLES_TOPIC: {"cleanup.policy": "compact,delete", "retention.ms": str(RETENTION_MS)},
    CLAIMS_TOPIC: {"cleanup.policy": "compact"},
}
"""How each topic is kept: articles for 30 days, claims for good, of each article the last."""

CHECK_HOLDS_SECONDS = 10.0
"""How long a passed check holds: each takes a client of its own, and what Kafka fails shows in the work at once."""


@asynccontextmanager
async def _open_admin(settings: Settings) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await in_time("start_admin", admin.start())
        yield admin
    finally:
        await in_time("close_admin", admin.close(), STOP_SECONDS)


async def find_cluster_id(settings: Settings) -> str:
    """Return the id of the cluster: offsets of one cluster mean nothing in another.

    Raises:
        KafkaUnavailable: the broker is away, or refuses us.
    """
    async with _open_admin(settings) as admin:
        cluster = await in_time("describe_cluster", admin.describe_cluster())
    return str(cluster["cluster_id"])


async def create_topics(settings: Settings) -> list[str]:
    """Create the topics that do not exist; return their names.

    Raises:
        KafkaUnavailable: the broker is away, or refuses us.
    """
    async with _open_admin(settings) as admin:
        there = await in_time("list_topics", admin.list_topics())
        wanted = [name for name in TOPIC_CONFIGS if name not in there]
        return [name for name in wanted if await _create(admin, _new_topic(settings, name))]


async def _create(admin: Any, topic: Any) -> bool:
    """Create a topic; return False where another was faster, which a broker may not have heard of yet."""
    try:
        await in_time("create_topics", _ask_for(admin, topic))
    except KafkaUnavailable as error:
        if not isinstance(error.__cause__, TopicAlreadyExistsError):
            raise
        return False
    return True


async def _ask_for(admin: Any, topic: Any) -> None:
    """Raise what the broker answered: aiokafka hands its refusals back as numbers."""
    response = await admin.create_topics([topic])
    for _, code, *told in response.topic_errors:
        if code != NoError.errno:
            raise for_code(code)(*(f"{topic.name}: {words}" for words in told if words))


def _new_topic(settings: Settings, name: str) -> Any:
    configs = TOPIC_CONFIGS[name] | {"max.message.bytes": str(MESSAGE_MAX_BYTES)}
    return NewTopic(name, settings.kafka_partitions, settings.kafka_replication, topic_configs=configs)


class Watcher:
    """Looks at the ends of topics without being part of any group."""

    def __init__(self, settings: Settings) -> None:
        self._options = client_options(settings)

    async def end_offsets(self, topic: str) -> dict[Partition, int]:
        """Return the offset after the last record of each partition.

        Raises:
            KafkaUnavailable: the broker is away, or has no such topic.
        """
        return await self._offsets(topic, "end_offsets")

    async def first_offsets(self, topic: str) -> dict[Partition, int]:
        """Return the offset of the first record that each partition still holds.

        Raises:
            KafkaUnavailable: the broker is away, or has no such topic.
        """
        return await self._offsets(topic, "beginning_offsets")

    async def _offsets(self, topic: str, which: str) -> dict[Partition, int]:
        client = AIOKafkaConsumer(topic, **self._options, group_id=None)  # named, so that its partitions are looked up
        try:
            await in_time("start_watcher", client.start())
            places = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
            found = await in_time(which, getattr(client, which)(places))
        finally:
            await let_go(client)
        return {Partition(*place): offset for place, offset in found.items()}


async def check(settings: Settings) -> None:
    """Raise ``KafkaUnavailable`` unless the broker answers and the topics are there."""
    client = AIOKafkaConsumer(*TOPIC_CONFIGS, **client_options(settings), group_id=None)  # fails where one is missing
    try:
        await in_time("check", client.start())
        await in_time("check", client.end_offsets([TopicPartition(topic, 0) for topic in TOPIC_CONFIGS]))
    finally:
        await let_go(client)


class Check:
    """The check of readiness: ``check``, made again only once the last one that passed is some seconds old."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._holds_until = float("-inf")

    async def __call__(self) -> None:
        """Raise ``KafkaUnavailable`` unless the broker answers and the topics are there."""
        if self._clock() >= self._holds_until:
            await check(self._settings)
            self._holds_until = self._clock() + CHECK_HOLDS_SECONDS
