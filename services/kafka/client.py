"""What all clients of Kafka share: their options, a deadline on every call, and one error for a broker that is away."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable
from typing import Any, NamedTuple, TypeVar

from aiokafka.errors import KafkaError
from typing_extensions import override

from services import metrics
from services.settings import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T")

CALL_SECONDS = 15.0
"""The deadline of one call: above a leader election, below every lease and the age at which a loop counts as dead."""

METADATA_SECONDS = 30.0
"""How long a topic that got more partitions goes unnoticed: new ones are not read before, and may hold what is due."""

STOP_SECONDS = 3.0
"""How long a client may take to close; then it is let go, since a broken one never does."""


class KafkaUnavailable(Exception):
    """Kafka did not answer in time, or answered that it cannot now; also what a wrong password looks like."""


class RecordTooLarge(Exception):
    """The record exceeds what producer, topic and consumer allow; trying again would fail again."""


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int

    @override
    def __str__(self) -> str:
        return f"{self.topic}-{self.number}"


class Record(NamedTuple):
    """What Kafka delivers: a record with its place; ``key`` and ``value`` may be missing or anything."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    traceparent: str | None = None
    """The span of ours that handles it, where traces are on; its headers name the one that it comes from."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Return what every aiokafka client is built with: servers, security, time limit."""
    options: dict[str, Any] = {
        "bootstrap_servers": [server.strip() for server in settings.kafka_servers.split(",")],
        "security_protocol": settings.kafka_security.upper(),
        "request_timeout_ms": int(CALL_SECONDS * 1_000),
        "metadata_max_age_ms": int(METADATA_SECONDS * 1_000),
    }
    if settings.kafka_security != "plaintext":
        options["ssl_context"] = _tls(settings)
    if settings.kafka_security == "sasl_ssl":
        options["sasl_mechanism"] = settings.kafka_mechanism
        options["sasl_plain_username"] = settings.kafka_user
        if settings.kafka_password_file is not None:
            options["sasl_plain_password"] = settings.kafka_password_file.read_text("utf-8").strip()
    return options


def _tls(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_certificate_file is not None:
        context.load_cert_chain(settings.kafka_certificate_file, settings.kafka_key_file)
    return context


async def in_time(call: str, awaitable: Awaitable[T], seconds: float = CALL_SECONDS) -> T:
    """Await with a deadline; every failure of Kafka's becomes ``KafkaUnavailable`` and is counted."""
    try:
        async with asyncio.timeout(seconds):
            return await awaitable
    except (TimeoutError, KafkaError, OSError) as error:
        metrics.KAFKA_FAILURES.labels(call).inc()
        raise KafkaUnavailable(f"{call}: {error!r}") from error
    except asyncio.CancelledError as error:
        if _is_being_cancelled():
            raise
        metrics.KAFKA_FAILURES.labels(call).inc()
        raise KafkaUnavailable(f"{call}: the client gave up") from error


def _is_being_cancelled() -> bool:
    """Tell whether somebody cancels us: a client whose own task was cancelled raises the same, and means itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def let_go(client: Any) -> None:
    """Close a client, but not for longer than it takes: one that lost its broker never ends by itself."""
    closing = asyncio.ensure_future(client.stop())
    done, _ = await asyncio.wait({closing}, timeout=STOP_SECONDS)
    if not done:
        closing.cancel()
        await asyncio.wait({closing}, timeout=STOP_SECONDS)
        await _cut_off(client)
    elif closing.cancelled() or closing.exception() is not None:
        logger.info("a Kafka client did not close in order")
        await _cut_off(client)


async def _cut_off(client: Any) -> None:
    """Close the connections under a client that would not stop: what it still holds must not be sent late."""
    connections = getattr(client, "client", None) or getattr(client, "_client", None)
    if connections is not None:
        await asyncio.wait({asyncio.ensure_future(connections.close())}, timeout=STOP_SECONDS)
