"""What ``claimwire up`` shows: how the start goes, where to look, the first claims, and a line of counts."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.events import ARTICLES_TOPIC
from schemas.tables import article, claim, dead_letter, page, publication
from services import kafka, offsets
from services.database import open_database
from services.engines import progress as engines
from services.lifecycle import sleep_unless
from services.settings import Settings, UpSettings

LOOK_SECONDS = 1.0
"""How often the counts are read."""

LAG_LOOKS = 5
"""Every so many looks Kafka is asked for the lag: that opens a connection."""

FIRST_CLAIMS = 5
"""How many of the first claims are shown: enough to see what a claim is."""


@dataclass(frozen=True)
class Counts:
    """How much has passed each station; ``lag`` is null while Kafka does not tell."""

    fetched: int
    published: int
    extracted: int
    claims: int
    dead_letters: int
    lag: int | None

    def line(self) -> str:
        """Return the counts as one line."""
        return "  ".join(f"{name.replace('_', ' ')} {'?' if n is None else n}" for name, n in asdict(self).items())


class Screen:
    """Where the command writes: a live line on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._last = ""

    def say(self, words: str) -> None:
        """Write a line."""
        self._console.print(escape(words), highlight=False, soft_wrap=True)

    @contextmanager
    def starting(self) -> Iterator[engines.Report]:
        """Show the engines' progress while open; yield what they report to."""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(*columns, console=self._console, transient=True) as bars:
            shown: dict[engines.Step, TaskID] = {}

            def report(now: engines.Progress) -> None:
                if now.step not in shown:
                    shown[now.step] = bars.add_task(now.step.value, total=now.total)
                    if not self._console.is_terminal:
                        self.say(now.step.value)
                bars.update(shown[now.step], completed=now.done, total=now.total, visible=now.done < now.total)

            yield report

    def show_addresses(self, settings: UpSettings) -> None:
        """Write where to look."""
        api = f"http://127.0.0.1:{settings.api_port}"
        ports = ", ".join(str(settings.up_metrics_port + number) for number in range(3))
        self.say(f"API        {api}/v1/claims   documentation {api}/docs")
        self.say(f"metrics    http://127.0.0.1:PORT/metrics on ports {ports} (ingest, extract, api)")
        self.say(f"logs       {settings.state / 'logs'}")
        self.say("Ctrl-C stops everything; the state is kept, and the next run goes on from there.")

    @contextmanager
    def live(self) -> Iterator[None]:
        """Keep one line at the bottom of a terminal up to date while open."""
        if not self._console.is_terminal:
            yield
            return
        with Live("", console=self._console, refresh_per_second=4) as self._live:
            yield
        self._live = None

    def update(self, counts: Counts) -> None:
        """Show the counts; where there is no terminal, only if they changed."""
        line = counts.line()
        if self._live is not None:
            self._live.update(line)
        elif line != self._last:
            self.say(line)
        self._last = line

    def show_claim(self, shown: dict[str, Any]) -> None:
        """Write a claim: who said what, and where it is."""
        speaker = shown.get("speaker") or {}
        who = speaker.get("name") or speaker.get("text") or f"({shown['voice']})"
        self.say(f"claim      {who}: {shown['content']['text']}")
        self.say(f"           /v1/claims/{shown['claim_id']}")


async def follow(connection: Settings, settings: UpSettings, screen: Screen, stop: asyncio.Event) -> None:
    """Show the counts and the first claims until told to stop."""
    watcher = kafka.Watcher(connection)
    shown = 0
    looks = 0
    lag: int | None = None
    async with (
        open_database(
            connection.database_url, application_name="up", pool_size=1, prepare=connection.database_prepare
        ) as engine,
        aiohttp.ClientSession() as http,
    ):
        cluster_id = await kafka.find_cluster_id(connection)
        with screen.live():
            while not await sleep_unless(stop, LOOK_SECONDS):
                try:
                    if looks % LAG_LOOKS == 0:
                        lag = await _find_lag(engine, watcher, cluster_id)
                    counts = await _count(engine, lag)
                except (SQLAlchemyError, OSError, kafka.KafkaUnavailable):
                    continue
                looks += 1
                screen.update(counts)
                if shown == 0 and counts.claims:
                    shown = await _show_first(http, settings, screen)


async def _show_first(http: aiohttp.ClientSession, settings: UpSettings, screen: Screen) -> int:
    url = f"http://127.0.0.1:{settings.api_port}/v1/claims?voice=attributed&limit={FIRST_CLAIMS}"
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
            listed = await response.json()
    except (aiohttp.ClientError, TimeoutError):
        return 0
    for one in listed.get("items", []):
        screen.show_claim(one)
    return len(listed.get("items", []))


async def _find_lag(engine: AsyncEngine, watcher: kafka.Watcher, cluster_id: str) -> int:
    ends = await watcher.end_offsets(ARTICLES_TOPIC)
    async with engine.connect() as connection:
        return sum((await offsets.find_lag(connection, cluster_id, ends)).values())


async def _count(engine: AsyncEngine, lag: int | None) -> Counts:
    async with engine.connect() as connection:
        return Counts(
            fetched=await _number(connection, select(func.count()).where(page.c.done_at.is_not(None))),
            published=await _number(connection, select(func.count(publication.c.published_revision))),
            extracted=await _number(connection, select(func.count()).where(article.c.revision > 0)),
            claims=await _number(connection, select(func.count()).where(claim.c.retracted_at.is_(None))),
            dead_letters=await _number(connection, select(func.count()).where(dead_letter.c.redriven_at.is_(None))),
            lag=lag,
        )


async def _number(connection: AsyncConnection, query: Any) -> int:
    return int((await connection.execute(query)).scalar_one())
