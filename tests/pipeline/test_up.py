"""`claimwire up`: everything on one machine from one command, and nothing left when it ends, however it ends."""

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from services.cli import samples
from services.engines.ports import CANDIDATES, is_free
from tests.conftest import JARS
from tests.pipeline.walkthrough import check_walkthrough
from tests.processes import is_alive

SECONDS = 120.0
BLOCK = 5
"""Ports that `up` takes: of the api, the samples and the metrics of three services."""


def find_free_ports() -> int:
    """The first of a block of ports that are free: beside those among which engines choose while `up` starts them."""
    blocks = range(CANDIDATES.stop, CANDIDATES.stop + 2_000, BLOCK)
    return next(at for at in random.sample(blocks, len(blocks)) if all(is_free(at + n) for n in range(BLOCK)))


class Up:
    """One `claimwire up` on a state folder and ports of its own."""

    def __init__(self) -> None:
        self.state = Path(tempfile.mkdtemp(prefix="claimwire-up-"))
        self.state.chmod(0o755)
        if JARS.is_dir():
            shutil.copytree(JARS, self.state / "jars")
        port = find_free_ports()
        self.api = f"http://127.0.0.1:{port}"
        self.environment: Mapping[str, str] = {
            **os.environ,
            "CLAIMWIRE_STATE": str(self.state),
            "CLAIMWIRE_API_PORT": str(port),
            "CLAIMWIRE_SAMPLES_PORT": str(port + 1),
            "CLAIMWIRE_UP_METRICS_PORT": str(port + 2),
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *feeds: str) -> None:
        with (self.state / "up.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", "up", *feeds, env=self.environment, stdout=log, stderr=log
            )

    @property
    def said(self) -> str:
        return (self.state / "up.log").read_text()

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()

    async def ask(self, path: str) -> Any:
        async with ClientSession() as http, http.get(f"{self.api}{path}") as response:
            return await response.json()

    async def until_articles(self, number: int) -> list[Any]:
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    items = (await self.ask("/v1/articles?limit=100"))["items"]
                    if len(items) >= number:
                        return list(items)
                except (ClientError, OSError):
                    assert self.process is not None
                    assert self.process.returncode is None, self.said
                await asyncio.sleep(0.2)

    def processes(self) -> list[int]:
        """All processes on this machine that run on this state folder: engines, supervisors, services, workers."""
        return [pid for pid in _all_pids() if self._is_ours(pid)]

    def _is_ours(self, pid: int) -> bool:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return f"CLAIMWIRE_STATE={self.state}".encode() in environment and is_alive(pid)

    async def until_nothing_is_left(self) -> None:
        async with asyncio.timeout(60):
            while self.processes():
                await asyncio.sleep(0.1)


@asynccontextmanager
async def open_up() -> AsyncIterator[Up]:
    up = Up()
    try:
        yield up
    except BaseException:
        sys.stderr.write(up.said)
        for log in (up.state / "logs").glob("*.log"):
            sys.stderr.write(f"{log}\n{log.read_text()[-2000:]}\n")
        raise
    finally:
        if up.process is not None:
            await up.end(signal.SIGKILL)
        await up.until_nothing_is_left()
        shutil.rmtree(up.state)


def _all_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def sample_pages() -> list[Path]:
    return sorted(samples.FOLDER.rglob("*.html"))


async def test_samples_are_read_and_the_next_run_goes_on_from_there() -> None:
    async with open_up() as up:
        await up.start()
        articles = await up.until_articles(len(sample_pages()))
        assert len({article["publisher"]["domain"] for article in articles}) == 4
        for article in articles:
            claims = (await up.ask(f"/v1/articles/{article['article_id']}/claims"))["items"]
            assert claims, f"no claim of {article['url']}"
        await check_walkthrough(up.api)
        assert await up.end(signal.SIGINT) == 0
        await up.until_nothing_is_left()
        assert "claim " in up.said

        await up.start()
        assert {one["article_id"] for one in await up.until_articles(1)} <= {one["article_id"] for one in articles}
        assert len(await up.until_articles(len(articles))) == len(articles)
        assert await up.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
async def test_nothing_is_left_when_the_command_dies(number: signal.Signals) -> None:
    async with open_up() as up:
        await up.start()
        await up.until_articles(1)
        assert len(up.processes()) > 5
        await up.end(number)
        await up.until_nothing_is_left()


async def test_command_can_be_stopped_while_it_starts() -> None:
    async with open_up() as up:
        await up.start()
        async with asyncio.timeout(SECONDS):
            while "start PostgreSQL" not in up.said:
                await asyncio.sleep(0.02)
        assert await up.end(signal.SIGINT) == 0
        await up.until_nothing_is_left()
        assert "Traceback" not in up.said


async def test_service_that_dies_is_started_again() -> None:
    async with open_up() as up:
        await up.start()
        await up.until_articles(1)
        victims = [
            pid for pid in up.processes() if b"services.cli\0extract" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        for pid in victims:
            if b"supervisor" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        await up.until_articles(len(sample_pages()))


async def test_taken_port_is_one_clear_line() -> None:
    async with open_up() as up:
        port = int(up.api.rpartition(":")[2])
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
        async with server:
            await up.start()
            assert up.process is not None
            assert await up.process.wait() == 1
        assert up.said == (
            f"claimwire: port {port} is taken by another program; choose another one with CLAIMWIRE_API_PORT\n"
        )


async def test_url_that_is_no_feeds_is_one_clear_line() -> None:
    async with open_up() as up:
        await up.start("file:///etc/passwd")
        assert up.process is not None
        assert await up.process.wait() == 1
        assert "claimwire: file:///etc/passwd is no feed's URL" in up.said
        assert "Traceback" not in up.said


async def test_commands_find_the_engines_of_a_running_up() -> None:
    async with open_up() as up:
        await up.start()
        await up.until_articles(1)

        async def run(*arguments: str) -> tuple[int, str]:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", *arguments, env=up.environment, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await process.communicate()
            return process.returncode or 0, out.decode()

        code, listed = await run("feeds", "list", "--json")
        assert (code, len(listed.splitlines())) == (0, 4)
        assert {json.loads(line)["outcome"] for line in listed.splitlines()} <= {"polled", None}
        code, shown = await run("offsets", "show", "--json")
        assert (code, len(shown.splitlines())) == (0, 6)
        code, _ = await run("feeds", "remove", "https://unknown.example/feed")
        assert code == 3
        page = up.state / "page.txt"
        page.write_text('The mayor was clear. "We will build the bridge," said Anna Weller, elected in May. ' * 20)
        code, submitted = await run("submit", str(page), "--api-url", up.api, "--json")
        assert code == 0
        status = json.loads(submitted)["status"]
        async with asyncio.timeout(SECONDS), ClientSession() as http:
            while True:
                async with http.get(status) as response:
                    if (found := await response.json())["outcome"] == "published":
                        break
                await asyncio.sleep(0.2)
        assert found["article_id"]
