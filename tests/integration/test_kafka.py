"""What we ask of Kafka, on a broker of its own: it is away, comes back, refuses, and nobody waits for it too long."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from pydantic import SecretStr
from typing_extensions import override

from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC, MESSAGE_MAX_BYTES
from services import kafka
from services.engines.kafka import Kafka, open_kafka
from services.engines.ports import find_free_port
from services.kafka import KafkaUnavailable, Partition, Record, RecordTooLarge, Watcher, event_headers, open_producer
from services.kafka.client import CALL_SECONDS, STOP_SECONDS, client_options, in_time, let_go
from services.kafka.topics import CHECK_HOLDS_SECONDS
from services.settings import Settings
from tests.asking import make_topic
from tests.builders import FETCHED_AT
from tests.conftest import JARS
from tests.secured import make_certificates

DEADLINE_SECONDS = CALL_SECONDS + 2 * STOP_SECONDS + 2
"""The most that a call of a dead broker may take, its client closed."""


@pytest_asyncio.fixture(scope="module")
async def broker(engines_folder: Path) -> AsyncIterator[Kafka]:
    folder = Path(tempfile.mkdtemp(dir=engines_folder))
    async with open_kafka(folder / "kafka", jars=JARS) as broker:
        yield broker


@pytest.fixture
def settings(broker: Kafka) -> Settings:
    return settings_for(broker.servers)


def settings_for(servers: str, **more: Any) -> Settings:
    return Settings(database_url=SecretStr("postgresql://unused"), kafka_servers=servers, kafka_partitions=2, **more)


async def test_topic_that_the_broker_refuses_is_told(broker: Kafka) -> None:
    with pytest.raises(KafkaUnavailable, match=f"{ARTICLES_TOPIC}: .*[Rr]eplication factor"):
        await kafka.create_topics(settings_for(broker.servers, kafka_replication=3))


async def test_topics_are_created_once_also_by_two_at_once(settings: Settings) -> None:
    with pytest.raises(KafkaUnavailable):
        await kafka.check(settings)
    both = await asyncio.gather(kafka.create_topics(settings), kafka.create_topics(settings))
    assert sorted(name for names in both for name in names) == [ARTICLES_TOPIC, CLAIMS_TOPIC]
    assert await kafka.create_topics(settings) == []
    await kafka.check(settings)
    places = [Partition(CLAIMS_TOPIC, 0), Partition(CLAIMS_TOPIC, 1)]
    assert await Watcher(settings).end_offsets(CLAIMS_TOPIC) == dict.fromkeys(places, 0)
    assert [str(place) for place in places] == [f"{CLAIMS_TOPIC}-0", f"{CLAIMS_TOPIC}-1"]


async def test_passed_check_holds_for_a_while_and_a_failed_one_does_not(settings: Settings) -> None:
    now = 0.0
    await kafka.create_topics(settings)
    check = kafka.Check(settings, clock=lambda: now)
    await check()
    check._settings = settings_for(f"127.0.0.1:{find_free_port()}")
    now = CHECK_HOLDS_SECONDS - 1
    await check()
    now = CHECK_HOLDS_SECONDS
    for _ in range(2):
        await fails_in_time(check())


async def test_cluster_keeps_its_id_over_a_restart(broker: Kafka, settings: Settings) -> None:
    before = await kafka.find_cluster_id(settings)
    await broker.stop()
    await broker.start()
    assert await kafka.find_cluster_id(settings) == before


async def publish_nowhere(settings: Settings) -> None:
    async with open_producer(settings, "tests") as producer:
        await producer.publish(CLAIMS_TOPIC, b"k", b"v", [])


async def join_nowhere(settings: Settings) -> None:
    async with kafka.open_consumer(settings, CLAIMS_TOPIC, group="g", client_id="tests"):
        pass


CALLS: list[Callable[[Settings], Awaitable[Any]]] = [
    kafka.find_cluster_id,
    kafka.create_topics,
    kafka.check,
    publish_nowhere,
    join_nowhere,
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
async def test_port_with_nobody_is_unavailable_in_time(call: Callable[[Settings], Awaitable[Any]]) -> None:
    await fails_in_time(call(settings_for(f"127.0.0.1:{find_free_port()}")))


async def test_server_that_never_answers_is_unavailable_in_time() -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        settings = settings_for(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await asyncio.gather(*(fails_in_time(call(settings)) for call in CALLS))


async def test_tls_on_a_broker_without_is_unavailable_in_time(broker: Kafka) -> None:
    await fails_in_time(kafka.find_cluster_id(settings_for(broker.servers, kafka_security="ssl")))


async def fails_in_time(call: Awaitable[Any]) -> None:
    started = time.monotonic()
    with pytest.raises(KafkaUnavailable):
        await call
    assert time.monotonic() - started < DEADLINE_SECONDS


async def test_broker_that_dies_under_a_producer_is_waited_for_and_published_to_again(
    broker: Kafka, settings: Settings
) -> None:
    await kafka.create_topics(settings)
    async with open_producer(settings, "tests") as producer:
        await producer.publish(CLAIMS_TOPIC, b"k", b"1", [])
        await broker.kill()
        await fails_in_time(producer.publish(CLAIMS_TOPIC, b"k", b"lost", []))
        await broker.start()
        await producer.publish(CLAIMS_TOPIC, b"k", b"2", [])
        await producer.reset()
        await producer.publish(CLAIMS_TOPIC, b"k", b"3", [])
    values = [record.value for record in await read_all(settings, CLAIMS_TOPIC)]
    assert [value for value in values if value != b"lost"] == [b"1", b"2", b"3"]


async def test_record_too_large_is_no_fault_of_the_brokers(settings: Settings) -> None:
    await kafka.create_topics(settings)
    async with open_producer(settings, "tests") as producer:
        with pytest.raises(RecordTooLarge):
            await producer.publish(ARTICLES_TOPIC, b"k", b"x" * (MESSAGE_MAX_BYTES + 1), [])
        await producer.publish(ARTICLES_TOPIC, b"k", b"x" * (MESSAGE_MAX_BYTES - 2_000), [])
    assert [len(record.value or b"") for record in await read_all(settings, ARTICLES_TOPIC)] == [
        MESSAGE_MAX_BYTES - 2_000
    ]


async def test_event_has_the_headers_of_cloud_events(settings: Settings) -> None:
    headers = dict(event_headers(ce_id="1", ce_type="t", ce_time=FETCHED_AT, traceparent="00-ab"))
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": b"1",
        "ce_type": b"t",
        "ce_source": b"/claimwire",
        "ce_time": b"2026-10-05T12:00:00+00:00",
        "content-type": b"application/json",
        "traceparent": b"00-ab",
    }


class Client:
    """A client of aiokafka's that does not close in order."""

    def __init__(self, stopping: Callable[[], Awaitable[None]]) -> None:
        self.stop = stopping
        self.client = self
        self.cut_off = False

    async def close(self) -> None:
        self.cut_off = True


async def test_client_that_never_stops_or_fails_to_is_cut_off() -> None:
    async def hangs() -> None:
        await asyncio.sleep(600)

    async def fails() -> None:
        raise ConnectionError

    for client in (Client(hangs), Client(fails)):
        await asyncio.wait_for(let_go(client), STOP_SECONDS * 3)
        assert client.cut_off


async def test_client_that_gives_up_by_itself_is_unavailable_and_our_own_wish_is_not() -> None:
    given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    given_up.cancel()
    with pytest.raises(KafkaUnavailable, match="call: the client gave up"):
        await in_time("call", given_up)
    ours = asyncio.create_task(in_time("call", asyncio.sleep(600)))
    await asyncio.sleep(0)
    ours.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ours


def test_security_is_by_settings_alone(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    (tmp_path / "password").write_text("secret\n")
    options = client_options(
        settings_for(
            "a:1, b:2",
            kafka_security="sasl_ssl",
            kafka_user="me",
            kafka_password_file=tmp_path / "password",
            kafka_ca_file=certificates.certificate,
            kafka_certificate_file=certificates.certificate,
            kafka_key_file=certificates.key,
        )
    )
    assert options["bootstrap_servers"] == ["a:1", "b:2"]
    assert (options["security_protocol"], options["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("me", "secret")
    assert options["ssl_context"].get_ca_certs() != []
    assert "ssl_context" not in client_options(settings_for("a:1"))


class Bytes(str):
    """A header's name that is sent as bytes which are no UTF-8."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


@pytest.mark.parametrize("compression", [0, 1], ids=["plain", "gzip"])
async def test_headers_that_are_no_utf_8_hide_no_record(settings: Settings, compression: int) -> None:
    topic = await fresh_topic(settings, f"headers-{compression}")
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_servers) as client:
        for _ in range(2):
            batch = client.create_batch()
            batch._builder = _DefaultRecordBatchBuilderPy(
                magic=2,
                compression_type=compression,
                is_transactional=0,
                producer_id=-1,
                producer_epoch=-1,
                base_sequence=-1,
                batch_size=100_000,
            )
            for name in ("first", Bytes("x"), "ñandú"):
                batch.append(key=b"k", value=name[:1].encode(), timestamp=None, headers=[(name, b"\xff"), ("n", None)])
            batch.close()
            await (await client.send_batch(batch, topic, partition=0))
    records = await read_all(settings, topic)
    assert [record.offset for record in records] == list(range(6))
    assert [record.headers for record in records[:3]] == [
        ((name, b"\xff"), ("n", None)) for name in ("first", "\\xff\\xfe", "ñandú")
    ]


async def fresh_topic(settings: Settings, name: str) -> str:
    await make_topic(settings.kafka_servers, name)
    return name


async def read_all(settings: Settings, topic: str) -> list[Record]:
    """Every record of the topic, as our consumer reads them from the first on."""
    watcher = Watcher(settings)
    starts, ends = await watcher.first_offsets(topic), await watcher.end_offsets(topic)
    found: list[Record] = []
    async with (
        asyncio.timeout(60),
        kafka.open_consumer(settings, topic, group=f"read-{topic}", client_id="tests") as consumer,
    ):
        sought: dict[Partition, int] = {}
        while len(found) < sum(ends[place] - starts[place] for place in ends):
            for batch in (await consumer.poll(timeout_ms=200, max_records=100)).values():
                found += batch
            for place, number in consumer.numbers.items():
                if sought.get(place) != number:
                    assert await consumer.bounds(place) == (starts[place], ends[place])
                    consumer.seek(place, starts[place])
                    consumer.resume(place)
                    sought[place] = number
        for place, end in ends.items():
            await consumer.commit(place, end)
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def test_partition_of_another_is_left_alone(settings: Settings) -> None:
    topic = await fresh_topic(settings, "others")
    async with kafka.open_consumer(settings, topic, group="mine", client_id="tests") as consumer:
        strange = Partition(topic, 99)
        consumer.seek(strange, 5)
        consumer.pause(strange)
        consumer.resume(strange)
        await consumer.commit(strange, 5)
        assert await consumer.poll(timeout_ms=10, max_records=1) == {}
        assert strange not in consumer.numbers
