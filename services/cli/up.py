"""Everything on one machine: the embedded engines, the three services as processes, and something to read."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services import kafka
from services.cli import samples
from services.cli.samples import Feed
from services.cli.status import Screen, follow
from services.database import open_database
from services.engines.child import Child, Command
from services.engines.embedded import Engines, open_engines
from services.engines.engine import Engine, read_reason
from services.engines.failure import EngineFailed, failing_as
from services.engines.ports import is_free
from services.lifecycle import sleep_unless
from services.migrations import migrate
from services.settings import ENGINES_FILE, ServiceSettings, Settings, UpSettings

logger = logging.getLogger(__name__)

SERVICES = ("ingest", "extract", "api")
"""In the order of starting; each may start before the others."""

STARTS_MAX = 5
"""A service or engine that ends this often within ``STARTS_SECONDS`` will not come up by being started again."""

STARTS_SECONDS = 60.0

AddFeeds = Callable[[ServiceSettings, Sequence[Feed]], Awaitable[None]]


@dataclass(frozen=True)
class Plan:
    """What to run."""

    settings: UpSettings
    feeds: Sequence[str]
    add_feeds: AddFeeds
    screen: Screen


async def run(plan: Plan) -> None:
    """Start everything, show how it goes, and stop it in order on SIGINT, SIGTERM or a closed terminal.

    Raises:
        EngineFailed: something could not start or stay up; the message is one line for a person.
    """
    _check_ports(plan.settings, with_samples=not plan.feeds)
    with _stopped_by_signal() as stop:
        async with AsyncExitStack() as stack:
            starting = asyncio.create_task(_start(plan, stack))
            await _first_of(starting, stop)
            if not stop.is_set():
                engines, connection = await starting
                try:
                    await _serve(plan, stack, engines, connection, stop)
                except* (EngineFailed, kafka.KafkaUnavailable) as failed:
                    raise failed.exceptions[0] from None


async def _first_of(starting: asyncio.Task[Any], stop: asyncio.Event) -> None:
    """Wait for the start, but give it up when told to stop: it may be downloading."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set():
        starting.cancel()
        await asyncio.wait({starting})


async def _start(plan: Plan, stack: AsyncExitStack) -> tuple[Engines, Settings]:
    with plan.screen.starting() as report:
        engines = await stack.enter_async_context(open_engines(plan.settings.state, report=report))
        connection = await _prepare(plan.settings.state, engines)
        await plan.add_feeds(connection, await _open_feeds(stack, plan))
    return engines, connection


async def _serve(
    plan: Plan, stack: AsyncExitStack, engines: Engines, connection: Settings, stop: asyncio.Event
) -> None:
    children = {name: _child(name, plan.settings, connection, with_samples=not plan.feeds) for name in SERVICES}
    stack.push_async_callback(_stop_in_order, children, plan.screen)
    async with asyncio.TaskGroup() as tasks:
        keepers = [tasks.create_task(_keep(name, child, stop)) for name, child in children.items()]
        keepers += [tasks.create_task(_keep_engine(e, stop)) for e in (engines.postgres, engines.kafka)]
        plan.screen.show_addresses(plan.settings)
        await follow(connection, plan.settings, plan.screen, stop)
        for keeper in keepers:
            keeper.cancel()
    plan.screen.say("stopping")


def _check_ports(settings: UpSettings, *, with_samples: bool) -> None:
    wanted = {"CLAIMWIRE_API_PORT": settings.api_port}
    wanted |= {f"CLAIMWIRE_UP_METRICS_PORT+{n}": settings.up_metrics_port + n for n in range(len(SERVICES))}
    if with_samples:
        wanted["CLAIMWIRE_SAMPLES_PORT"] = settings.samples_port
    for name, port in wanted.items():
        if not is_free(port):
            raise EngineFailed(f"port {port} is taken by another program; choose another one with {name.split('+')[0]}")


@contextmanager
def _stopped_by_signal() -> Iterator[asyncio.Event]:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _prepare(state: Path, engines: Engines) -> Settings:
    """Write down how the engines are reached, migrate the database and create the topics."""
    known = {"CLAIMWIRE_DATABASE_URL": engines.database_url, "CLAIMWIRE_KAFKA_SERVERS": engines.kafka_servers}
    with failing_as(f"{state / ENGINES_FILE} cannot be written"):
        _write_secret(state / ENGINES_FILE, "".join(f"{name}={value}\n" for name, value in known.items()))
    settings = Settings(database_url=SecretStr(engines.database_url), kafka_servers=engines.kafka_servers)
    async with open_database(settings.database_url, application_name="up", prepare=settings.database_prepare) as engine:
        await migrate(engine)
    await kafka.create_topics(settings)
    return settings


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


async def _open_feeds(stack: AsyncExitStack, plan: Plan) -> list[Feed]:
    if plan.feeds:
        return [Feed(url) for url in plan.feeds]
    if not samples.FOLDER.is_dir():
        raise EngineFailed("there are no sample pages here; name the feeds to read")
    port = plan.settings.samples_port
    await stack.enter_async_context(samples.serve(port))
    return samples.list_feeds(port)


def _child(name: str, settings: UpSettings, connection: Settings, *, with_samples: bool) -> Child:
    logs = settings.state / "logs"
    logs.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "CLAIMWIRE_DATABASE_URL": connection.database_url.get_secret_value(),
        "CLAIMWIRE_KAFKA_SERVERS": connection.kafka_servers,
        "CLAIMWIRE_METRICS_PORT": str(settings.up_metrics_port + SERVICES.index(name)),
        "CLAIMWIRE_API_PORT": str(settings.api_port),
        "CLAIMWIRE_STOP_SECONDS": str(settings.stop_seconds),
    }
    if with_samples:
        environment["CLAIMWIRE_FETCH_ALLOW"] = f"{samples.LOOPBACK}/32:{settings.samples_port}"
    command = Command(
        arguments=(sys.executable, "-m", "services.cli", name),
        log=logs / f"{name}.log",
        grace_seconds=settings.stop_seconds + 5.0,
        environment=environment,
    )
    return Child(command)


async def _keep(name: str, child: Child, stop: asyncio.Event) -> None:
    """Run a service, and start it again when it ends by itself, as an orchestrator would."""
    await child.start()
    await _restart(name, child, child.command.log, stop)


async def _keep_engine(engine: Engine, stop: asyncio.Event) -> None:
    await _restart(engine.title, engine, engine.log, stop)


async def _restart(name: str, child: Child | Engine, log: Path, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    ends: list[float] = []
    while True:
        status = await child.wait()
        if stop.is_set():
            return
        ends = [at for at in ends if loop.time() - at < STARTS_SECONDS] + [loop.time()]
        if len(ends) >= STARTS_MAX:
            raise EngineFailed(f"{name} ended {STARTS_MAX} times: {read_reason(log)} (see {log})")
        logger.warning("%s ended with %d and is started again", name, status)
        if await sleep_unless(stop, 1.0):
            return
        await child.start()


async def _stop_in_order(children: dict[str, Child], screen: Screen) -> None:
    for name, child in children.items():
        await child.stop()
        screen.say(f"{name} stopped")
