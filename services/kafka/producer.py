"""The producer: a record is published once Kafka has acknowledged it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, RecordTooLargeError

from schemas.events import MESSAGE_MAX_BYTES
from services import metrics
from services.kafka.client import KafkaUnavailable, RecordTooLarge, client_options, in_time, let_go
from services.settings import Settings

Headers = Sequence[tuple[str, bytes]]


class Producer(Protocol):
    """Something that publishes records and knows when they are kept."""

    async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
        """Return once Kafka has acknowledged the record.

        Raises:
            KafkaUnavailable: it is not known to be kept; publish it again.
            RecordTooLarge: it never can be.
        """
        ...

    async def reset(self) -> None:
        """Cut off what is being sent: nothing of it arrives after this returns; the next record connects anew."""
        ...


def event_headers(*, ce_id: str, ce_type: str, ce_time: datetime, traceparent: str | None = None) -> Headers:
    """Return the CloudEvents headers (Kafka protocol binding 1.0, binary mode) of an event."""
    pairs = [
        ("ce_specversion", "1.0"),
        ("ce_id", ce_id),
        ("ce_type", ce_type),
        ("ce_source", "/claimwire"),
        ("ce_time", ce_time.isoformat()),
        ("content-type", "application/json"),
    ]
    if traceparent is not None:
        pairs.append(("traceparent", traceparent))
    return [(name, value.encode()) for name, value in pairs]


class _RebuiltProducer:
    """An idempotent producer that is thrown away and built anew when a call of it fails or never ends."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._options = client_options(settings) | {
            "client_id": client_id,
            "enable_idempotence": True,
            "acks": "all",
            "compression_type": "zstd",
            "max_request_size": MESSAGE_MAX_BYTES,
            "linger_ms": 5,
        }
        self._client: Any = None
        self._lock = asyncio.Lock()

    async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
        client = await self._started()
        try:
            sending = client.send_and_wait(topic, value, key=key, headers=list(headers))
            await in_time("publish", sending)
        except KafkaUnavailable as error:
            if isinstance(error.__cause__, (MessageSizeTooLargeError, RecordTooLargeError)):
                raise RecordTooLarge(str(error)) from error
            await self._drop(client)
            raise
        metrics.PUBLISHED_EVENTS.labels(topic).inc()

    async def _started(self) -> Any:
        async with self._lock:
            if self._client is None:
                client = AIOKafkaProducer(**self._options)
                try:
                    await in_time("start_producer", client.start())
                except KafkaUnavailable:
                    await let_go(client)
                    raise
                self._client = client
            return self._client

    async def _drop(self, client: Any) -> None:
        async with self._lock:
            if self._client is client:
                self._client = None
                await let_go(client)

    async def reset(self) -> None:
        if self._client is not None:
            await self._drop(self._client)


@asynccontextmanager
async def open_producer(settings: Settings, client_id: str) -> AsyncIterator[Producer]:
    """Open a producer; it connects at its first record, so opening never fails."""
    producer = _RebuiltProducer(settings, client_id)
    try:
        yield producer
    finally:
        await producer.reset()
