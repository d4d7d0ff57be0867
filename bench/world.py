"""A world to measure: the embedded engines, ingest and extract as processes of their own, and news sites to read."""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from aiohttp import ClientError, ClientSession, web
from aiohttp.hdrs import IF_NONE_MATCH
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import cpu
from bench.cpu import Cpu
from bench.pages import ROOT, Printed, write_feed
from schemas.events import CLAIMS_TOPIC
from schemas.tables import change, page
from services import kafka
from services.database import open_database
from services.engines.child import Child, Command
from services.engines.embedded import Engines, open_engines
from services.engines.engine import read_reason
from services.engines.ports import LOOPBACK, find_free_port
from services.ingest.queues.frontier import add_feed
from services.migrations import migrate
from services.settings import Settings

HOSTS = 8
"""Sites the pages are dealt to, each a port: one host is asked for one page at a time."""

START_SECONDS = 60.0
"""How long a service may take until it is ready, on a loaded machine."""

SETTLE_SECONDS = 150.0
"""How long a round may take until its last change is published."""

LOOK_SECONDS = 0.5
"""How often the claims topic is looked at for the end of a round: Kafka answers, whose CPU is shown apart."""

GRACE_SECONDS = 25.0


class Unsettled(Exception):
    """A round did not end in time; the message says how far it came."""


@dataclass
class Site:
    """Hosts that all serve the same paths."""

    ports: Sequence[int]
    pages: dict[str, str]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve a page or a feed, never changed; everything else, robots.txt too, is not there."""
        if IF_NONE_MATCH in request.headers:
            return web.Response(status=304)
        found = self.pages.get(request.path)
        if found is None:
            return web.Response(status=404)
        kind = "application/feed+json" if request.path.endswith(".json") else "text/html"
        return web.Response(text=found, content_type=kind)

    def publish(self, printed: Sequence[Printed], name: str) -> list[str]:
        """Serve pages from now on, dealt to the hosts; return the URLs of the few feeds that list them."""
        self.pages |= {page.path: page.html for page in printed}
        bases = [f"http://{LOOPBACK}:{port}" for port in self.ports]
        urls = [f"{base}{page.path}" for base, page in zip(cycle(bases), printed, strict=False)]
        feeds = min(HOSTS, len(bases))
        for number in range(feeds):
            self.pages[f"/{name}/feed-{number}.json"] = write_feed(urls[number::feeds])
        return [f"{base}/{name}/feed-{number}.json" for number, base in enumerate(bases[:feeds])]


@dataclass(frozen=True)
class World:
    """What runs, by name, and how it is fed and watched."""

    settings: Settings
    engine: AsyncEngine
    site: Site
    pids: Mapping[str, int]
    engines: Engines

    def read_cpu(self) -> dict[str, Cpu]:
        """Return what every part has taken until now."""
        return {name: cpu.read(pid) for name, pid in self.pids.items()}

    async def ingest(self, printed: Sequence[Printed], name: str, *, seconds: float = SETTLE_SECONDS) -> dict[str, Cpu]:
        """Have pages read; return what every part took from the first fetch until the last change was published.

        Raises:
            Unsettled: some were not published in time.
        """
        end = await self._published() + len(printed)
        before = self.read_cpu()
        await self.offer(printed, name)
        try:
            async with asyncio.timeout(seconds):
                while await self._published() < end or await self._unmarked():  # noqa: ASYNC110 (nobody could wake us)
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            missing = end - await self._published()
            raise Unsettled(f"{name}: {missing} of {len(printed)} are missing; {await self._told()}") from None
        return {part: after.since(before[part]) for part, after in self.read_cpu().items()}

    async def offer(self, printed: Sequence[Printed], name: str) -> None:
        """Serve pages from now on, and have the feeds polled that list them."""
        urls = self.site.publish(printed, name)
        async with self.engine.begin() as connection:
            for url in urls:
                await add_feed(connection, url)

    async def _published(self) -> int:
        return sum((await kafka.Watcher(self.settings).end_offsets(CLAIMS_TOPIC)).values())

    async def _unmarked(self) -> int:
        async with self.engine.connect() as connection:
            unmarked = select(func.count()).select_from(change).where(change.c.published_at.is_(None))
            return int((await connection.execute(unmarked)).scalar_one())

    async def _told(self) -> str:
        async with self.engine.connect() as connection:
            outcomes = await connection.execute(select(page.c.outcome, func.count()).group_by(page.c.outcome))
            return ", ".join(f"{count} {outcome}" for outcome, count in outcomes)


@asynccontextmanager
async def open_world(
    services: Sequence[str] = ("ingest", "extract"), *, hosts: int = HOSTS, environment: Mapping[str, str] | None = None
) -> AsyncIterator[World]:
    """Start engines, so many sites and services in a temporary folder; leaving ends them and removes it.

    ``environment`` sets what the services read besides their places.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(open_folder())
        engines = await stack.enter_async_context(open_engines(folder / "engines", jars=ROOT / ".state" / "jars"))
        settings = Settings(database_url=SecretStr(engines.database_url), kafka_servers=engines.kafka_servers)
        engine = await stack.enter_async_context(open_database(settings.database_url, application_name="bench"))
        await migrate(engine)
        await kafka.create_topics(settings)
        site = await stack.enter_async_context(_open_site(hosts))
        allowed = {"CLAIMWIRE_FETCH_ALLOW": ",".join(f"{LOOPBACK}/32:{port}" for port in site.ports)}
        given = allowed | dict(environment or {})
        pids = {name: await _start_service(stack, name, folder, engines, given) for name in services}
        pids |= {"PostgreSQL": engines.postgres.pid, "Kafka": engines.kafka.pid}
        yield World(settings, engine, site, pids, engines)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Hold a temporary folder that PostgreSQL's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="claimwire-bench-"))
    try:
        folder.chmod(0o755)  # PostgreSQL's user must reach it, also where we are root
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _open_site(hosts: int) -> AsyncIterator[Site]:
    # Held from the first to the last: two of many free ports may be the same.
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(hosts)]
    site = Site([held.getsockname()[1] for held in sockets], {})
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        for held in sockets:
            await web.SockSite(runner, held).start()
        yield site
    finally:
        await runner.cleanup()


async def _start_service(
    stack: AsyncExitStack, name: str, folder: Path, engines: Engines, environment: Mapping[str, str]
) -> int:
    port = find_free_port()
    settings = {
        **os.environ,
        "CLAIMWIRE_DATABASE_URL": engines.database_url,
        "CLAIMWIRE_KAFKA_SERVERS": engines.kafka_servers,
        "CLAIMWIRE_HOST_INTERVAL_SECONDS": "0",
        "CLAIMWIRE_METRICS_PORT": str(port),
        **environment,
    }
    arguments = (sys.executable, "-m", "services.cli", name)
    child = Child(Command(arguments, folder / f"{name}.log", GRACE_SECONDS, environment=settings, folder=ROOT))
    await child.start()
    stack.push_async_callback(child.stop)
    await until_ready(port, child.command)
    return child.pid


async def until_ready(port: int, command: Command) -> None:
    """Wait until what listens on a port is ready; raises Unsettled, with the end of its log, if not in time."""
    try:
        async with asyncio.timeout(START_SECONDS), ClientSession() as http:
            while True:
                try:
                    async with http.get(f"http://{LOOPBACK}:{port}/readyz") as answer:
                        if answer.ok:
                            return
                except ClientError:
                    pass  # it does not listen yet
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        name, told = command.arguments[-1], read_reason(command.log)
        raise Unsettled(f"{name} was not ready in {START_SECONDS:.0f} s: {told}") from None
