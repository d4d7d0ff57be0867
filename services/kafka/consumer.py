"""The consumer: a member of a group that reads nothing of a partition until its place was sought."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, NoOffsetForPartitionError
from typing_extensions import override

from schemas.events import MESSAGE_MAX_BYTES
from services.kafka.batches import read_any_header
from services.kafka.client import CALL_SECONDS, KafkaUnavailable, Partition, Record, client_options, in_time, let_go
from services.settings import Settings

logger = logging.getLogger(__name__)

JOIN_SESSIONS = 3.0
"""How many session times joining may take: members that died are waited for during one."""

MAX_POLL_MS = 300_000
"""How long a batch may take before the group gives its partitions away; extract saves what it has after 30 s."""

FETCH_BYTES = 2 * MESSAGE_MAX_BYTES
"""The most one partition's fetch may hold, and so what a consumer keeps in memory a partition."""


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc]
    """Pauses every partition when it is assigned and raises its number: its place is not known until it is sought."""

    def __init__(self) -> None:
        self.client: Any = None
        self.numbers: dict[Partition, int] = {}
        self.joining_since: float | None = time.monotonic()
        self._number = 0

    @override
    def on_partitions_revoked(self, revoked: Any) -> None:
        self.numbers.clear()
        self.joining_since = time.monotonic()

    @override
    def on_partitions_assigned(self, assigned: Any) -> None:
        for partition in assigned:
            self.client.pause(partition)
            self._number += 1
            self.numbers[Partition(*partition)] = self._number
        self.joining_since = None


class Consumer:
    """A member of a consumer group that reads nothing of a partition until its place was sought."""

    def __init__(self, client: Any, assignments: _Assignments, *, join_seconds: float) -> None:
        self._client = client
        self._assignments = assignments
        self._join_seconds = join_seconds

    @property
    def numbers(self) -> dict[Partition, int]:
        """The partitions held, each with the number of its assignment; a new assignment has a new number."""
        return dict(self._assignments.numbers)

    def seek(self, partition: Partition, offset: int) -> None:
        """Go on at ``offset``; a partition that was just taken away is left alone."""
        if partition in self._assignments.numbers:
            self._client.seek(TopicPartition(*partition), offset)

    def pause(self, partition: Partition) -> None:
        """Read nothing more of the partition for now."""
        if partition in self._assignments.numbers:
            self._client.pause(TopicPartition(*partition))

    def resume(self, partition: Partition) -> None:
        """Read the partition again."""
        if partition in self._assignments.numbers:
            self._client.resume(TopicPartition(*partition))

    async def poll(self, *, timeout_ms: int, max_records: int) -> dict[Partition, list[Record]]:
        """Return what has come, at most ``max_records``; nothing is no news of the broker's health.

        Raises:
            KafkaUnavailable: the client is broken and must be opened anew.
        """
        self._check_joined()
        try:
            seconds = CALL_SECONDS + timeout_ms / 1_000
            batches = await in_time(
                "poll", self._client.getmany(timeout_ms=timeout_ms, max_records=max_records), seconds
            )
        except KafkaUnavailable as error:
            if isinstance(error.__cause__, NoOffsetForPartitionError):
                return {}
            raise
        return {
            Partition(*partition): [_record(record) for record in records] for partition, records in batches.items()
        }

    def _check_joined(self) -> None:
        """A client that lost its coordinator may wait for ever to join again, and say nothing of it."""
        since = self._assignments.joining_since
        if since is not None and time.monotonic() - since > self._join_seconds:
            raise KafkaUnavailable(f"the group was not joined within {self._join_seconds:.0f} s")

    async def bounds(self, partition: Partition) -> tuple[int, int]:
        """Return the partition's first offset and the one after its last.

        Raises:
            KafkaUnavailable: Kafka did not tell.
        """
        place = TopicPartition(*partition)
        first = await in_time("bounds", self._client.beginning_offsets([place]))
        end = await in_time("bounds", self._client.end_offsets([place]))
        return first[place], end[place]

    async def commit(self, partition: Partition, next_offset: int) -> None:
        """Tell Kafka the place, for lag tools only; that the partition went to another consumer is no failure."""
        try:
            await in_time("commit", self._client.commit({TopicPartition(*partition): next_offset}))
        except KafkaUnavailable as error:
            if not isinstance(error.__cause__, (CommitFailedError, IllegalStateError)):
                raise
            logger.info("%s-%d is no longer ours to commit", *partition)

    async def commit_first(self, partition: Partition, next_offset: int) -> None:
        """Tell Kafka the place of a partition that none was ever told of: until then lag tools see no lag, or too much.

        Raises:
            KafkaUnavailable: Kafka did not tell, or did not take it.
        """
        if await in_time("committed", self._client.committed(TopicPartition(*partition))) is None:
            await self.commit(partition, next_offset)


def _record(record: Any) -> Record:
    place = Partition(record.topic, record.partition)
    return Record(place, record.offset, record.key, record.value, tuple(record.headers))


@asynccontextmanager
async def open_consumer(settings: Settings, topic: str, *, group: str, client_id: str) -> AsyncIterator[Consumer]:
    """Join a consumer group on ``topic``.

    Raises:
        KafkaUnavailable: the broker is away, or refuses us.
    """
    read_any_header()
    assignments = _Assignments()
    session_ms = int(settings.kafka_session_seconds * 1_000)
    client = AIOKafkaConsumer(
        **client_options(settings),
        client_id=client_id,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=session_ms // 10,
        max_poll_interval_ms=MAX_POLL_MS,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    assignments.client = client
    client.subscribe([topic], listener=assignments)
    try:
        await in_time("start_consumer", client.start())
        yield Consumer(client, assignments, join_seconds=JOIN_SESSIONS * settings.kafka_session_seconds)
    finally:
        await let_go(client)
