"""What streams cost: 500 clients follow the change log for a minute, and all get every change once, in order.

The gateway runs as a process with its default settings; the clients are connections of the bench's own process, which
also saves real readings by the real store, two articles a second, and numbers their changes. Memory is what the gateway
holds resident at most while they follow, above what it holds once it has answered some requests and a stream. The delay
of a change is counted from its commit until each client has it. Linux only.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from pathlib import Path
from statistics import median, quantiles
from uuid import NAMESPACE_URL, uuid5

import aiohttp
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import cpu
from bench.library import read_originals
from bench.pages import ROOT
from bench.table import Row, show
from bench.world import GRACE_SECONDS, Unsettled, open_folder, until_ready
from services import changes
from services.database import open_database
from services.engines.child import Child, Command
from services.engines.failure import EngineFailed
from services.engines.ports import LOOPBACK, find_free_port
from services.engines.postgres import PostgresSettings, open_postgres
from services.extract.records import Read
from services.extract.store import save
from services.migrations import migrate

CLIENTS = 500
SECONDS = 60.0

CHANGES_A_SECOND = 2.0
"""170,000 articles a day: more than all the feeds of a country."""

LATE_SECONDS = 10.0
"""How long after the last change its last client may have it."""

LOOK_SECONDS = 0.25
"""How often the gateway's memory is read."""


@dataclass
class Follower:
    """One client, and what it got: the position of each change, and when."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    positions: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    async def follow(self) -> None:
        """Take what comes until the stream ends; each piece of it is one chunk (RFC 9112, 7.1)."""
        while size := int(await self.reader.readline(), 16):
            piece = await self.reader.readexactly(size + 2)
            head, _, data = piece.partition(b"\ndata: ")
            if data:
                self.positions.append(int(head.split(b"\n", 1)[0].removeprefix(b"id: ")))
                self.times.append(time.monotonic())


async def connect(port: int) -> Follower:
    """Open a stream; return once it has begun.

    Raises:
        Unsettled: it was refused.
    """
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(b"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise Unsettled(f"a stream was refused: {head.decode()}")
    return Follower(reader, writer)


def print_news() -> Iterator[Read]:
    """Yield real readings without end, each of an article of its own."""
    for number, reading in zip(count(), cycle(list(read_originals())), strict=False):
        url = f"https://paper-{number % 40}.example/{number}"
        own = {"article_id": uuid5(NAMESPACE_URL, url), "url": url, "canonical_url": url}
        yield replace(reading, event=reading.event.model_copy(update=own))


class Writer:
    """Saves articles at a steady rate; ``saved`` tells when each position was there to be read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._news = print_news()
        self.saved: list[float] = []

    async def write(self, seconds: float) -> None:
        """Save for so long."""
        began = time.monotonic()
        while (due := began + len(self.saved) / CHANGES_A_SECOND) < began + seconds:
            await asyncio.sleep(due - time.monotonic())
            await self.write_one()

    async def write_one(self) -> None:
        """Save one article and give its change a position."""
        async with self._engine.begin() as connection:
            await save(connection, [next(self._news)])
        self.saved.append(time.monotonic())
        await changes.number(self._engine)


class Memory:
    """The most that a process holds resident while it is watched, in bytes."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.most = 0

    def read(self) -> int:
        """Return what it holds now."""
        held = int(Path(f"/proc/{self._pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        self.most = max(self.most, held)
        return held

    async def watch(self) -> None:
        """Read it again and again."""
        while True:
            self.read()
            await asyncio.sleep(LOOK_SECONDS)


async def measure(
    folder: Path, url: str, say: Console, *, clients: int = CLIENTS, seconds: float = SECONDS
) -> list[Row]:
    """Measure on a migrated database that nothing else writes to; ``folder`` takes the gateway's log."""
    async with (
        open_database(SecretStr(url), application_name="bench") as engine,
        open_api(folder, url) as (port, pid),
    ):
        memory, writer = Memory(pid), Writer(engine)
        await _warm_up(writer, port)
        idle = memory.read()
        followers = [await connect(port) for _ in range(clients)]
        before, watching = cpu.read(pid), asyncio.create_task(memory.watch())
        following = [asyncio.create_task(follower.follow()) for follower in followers]
        await writer.write(seconds)
        await _until_all_have(followers, len(writer.saved))
        used = cpu.read(pid).since(before).whole
        watching.cancel()
        for follower, task in zip(followers, following, strict=True):
            task.cancel()
            follower.writer.transport.abort()
        await asyncio.wait({watching, *following})
    held = memory.most - idle
    say.print(
        f"{clients} streams, {len(writer.saved)} changes in {seconds:.0f} s: {held / 1e6:.1f} MB above"
        f" {idle / 1e6:.1f}, {used:.1f} CPU s",
        highlight=False,
    )
    return summarise(followers, writer.saved, held, used / seconds)


def summarise(followers: Sequence[Follower], saved: Sequence[float], held: int, cores: float) -> list[Row]:
    """Return the measures as rows."""
    first = min((follower.positions[0] for follower in followers if follower.positions), default=0)
    expected = list(range(first, first + len(saved)))
    right = sum(follower.positions == expected for follower in followers)
    delays = [
        at - saved[position - first]
        for follower in followers
        for position, at in zip(follower.positions, follower.times, strict=True)
        if 0 <= position - first < len(saved)
    ]
    name = f"{len(followers)} streams"
    return [
        Row(f"{name}: clients that got every change once, in order (share)", right / len(followers), 1.0, 1.0),
        Row(f"{name}: memory of the api above idle (MB)", held / 1e6, 150, 60, lower_is_better=True),
        Row(f"{name}: delay of a change, median (ms)", 1_000 * median(delays), lower_is_better=True),
        Row(f"{name}: delay of a change, 99 % (ms)", 1_000 * quantiles(delays, n=100)[-1], lower_is_better=True),
        Row(f"{name}: CPU of the api (cores)", cores, lower_is_better=True),
    ]


async def _warm_up(writer: Writer, port: int) -> None:
    """Have the gateway answer what it will have to, so that what it loads once counts as idle."""
    follower = await connect(port)
    await writer.write_one()
    writer.saved.clear()
    async with aiohttp.ClientSession(f"http://{LOOPBACK}:{port}") as http:
        for path in ("/v1/changes", "/v1/claims") * 20:
            async with http.get(path) as answer:
                await answer.read()
    await follower.reader.readuntil(b"\ndata: ")
    follower.writer.transport.abort()


async def _until_all_have(followers: Sequence[Follower], changes_made: int) -> None:
    until = time.monotonic() + LATE_SECONDS
    while time.monotonic() < until and any(len(each.positions) < changes_made for each in followers):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def open_api(folder: Path, url: str) -> AsyncIterator[tuple[int, int]]:
    """Run the gateway with its default settings; yield its port and its pid."""
    port, probes = find_free_port(), find_free_port()
    environment = {
        **os.environ,
        "CLAIMWIRE_DATABASE_URL": url,
        "CLAIMWIRE_API_PORT": str(port),
        "CLAIMWIRE_METRICS_PORT": str(probes),
        "CLAIMWIRE_API_STREAMS": str(CLIENTS),
    }
    arguments = (sys.executable, "-m", "services.cli", "api")
    child = Child(Command(arguments, folder / "stream.log", GRACE_SECONDS, environment=environment, folder=ROOT))
    await child.start()
    try:
        await until_ready(probes, child.command)
        yield port, child.pid
    finally:
        await child.stop()


async def _run(say: Console) -> list[Row]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(open_folder())
        settings = PostgresSettings(extra_settings={"fsync": "off"})
        postgres = await stack.enter_async_context(open_postgres(folder / "postgres", settings))
        async with open_database(SecretStr(postgres.url()), application_name="bench") as engine:
            await migrate(engine)
        return await measure(folder, postgres.url(), say)


def main() -> None:
    """Measure, show, and write the figures."""
    say = Console()
    try:
        show("api_stream", asyncio.run(_run(say)), say)
    except (EngineFailed, Unsettled) as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
