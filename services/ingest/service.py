"""The ingest service: polls feeds, reads pages, files and submissions, and publishes each article with its revision."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp.abc import AbstractResolver
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import ARTICLES_TOPIC
from services import metrics, offsets
from services.database import open_database
from services.ingest import folders
from services.ingest.crew import Crew, is_away
from services.ingest.fetching.fetcher import Fetcher, open_fetcher
from services.ingest.fetching.guard import Guard
from services.ingest.fetching.robots import Robots
from services.ingest.fetching.rulebooks import Rulebooks
from services.ingest.intake import FeedIntake, PageIntake
from services.ingest.pipeline import Pipeline
from services.ingest.polling.poller import Poller
from services.ingest.queues import backlog, identities
from services.ingest.queues.hosts import Hosts
from services.kafka import Check, Producer, Watcher, find_cluster_id, open_producer
from services.lifecycle import Progress, Readiness, persist, repeat, stop_on_signal
from services.migrations import check_schema, wait_for_schema
from services.probes import open_probes
from services.registry import Service
from services.settings import IngestSettings
from services.traces import open_traces
from services.workers import Workers, open_workers

logger = logging.getLogger(__name__)

DATABASE_POOL = 8
"""Connections of one process: transactions are short, so far fewer than pages in flight."""

MODULES = ("services.ingest.articles", "services.ingest.polling.poller")
"""What a worker has imported before its first task."""

CPU_SECONDS = 2.0
"""The CPU time of reading one page or feed: the dearest of some hundred real pages takes a thirtieth of it."""

MEMORY_BYTES = 500_000_000
"""The memory of a worker with its modules, which take 70 MB; honest pages of 3 MB were seen to take 120 MB more."""

WALL_SECONDS = 60.0
"""The time of reading one page or feed, on a machine that has other work; CPU time ends it sooner."""

FEEDS_SHARE = 4
"""One poll at once for so many pages: polls are short, and feeds far fewer than pages."""

DRAIN_SHARE = 0.5
"""Of the time to stop: what pieces in hand may take to end, before they are given back."""

WATCH_SECONDS = 10.0
"""How often lag and the pages that wait are looked at; a scrape is rarer."""

FORGET_SECONDS = 60.0
"""How often rulebooks that have long expired are deleted."""

NAME_SECONDS = 60.0
"""How often is looked for articles that a replica of an older version has named."""

FOLDER_SECONDS = 15.0
"""How often folders are looked through for new and changed files."""


@dataclass(frozen=True)
class Parts:
    """What reading pages takes; `open_parts` opens it."""

    settings: IngestSettings
    engine: AsyncEngine
    workers: Workers
    fetcher: Fetcher
    producer: Producer

    def hosts(self) -> Hosts:
        """Return how hosts are asked."""
        robots = Robots(self.fetcher, self.settings.user_agent.partition("/")[0], Rulebooks(self.engine))
        return Hosts(self.engine, robots, self.settings.host_interval_seconds)

    def pipeline(self) -> Pipeline:
        """Return what brings a page from its row to Kafka."""
        return Pipeline(
            engine=self.engine,
            fetcher=self.fetcher,
            workers=self.workers,
            producer=self.producer,
            folders=self.settings.folders,
        )


@asynccontextmanager
async def open_parts(
    settings: IngestSettings, name: str, resolver: AbstractResolver | None = None
) -> AsyncIterator[Parts]:
    """Open what reading pages takes, for a process of that name; close it in reverse."""
    async with (
        open_database(
            settings.database_url, application_name=name, pool_size=DATABASE_POOL, prepare=settings.database_prepare
        ) as engine,
        _open_workers(settings) as workers,
        _open_fetcher(settings, resolver) as fetcher,
        open_producer(settings, f"claimwire-{name}") as producer,
    ):
        yield Parts(settings, engine, workers, fetcher, producer)


async def run(settings: IngestSettings, *, resolver: AbstractResolver | None = None) -> None:
    """Open what the service holds, ingest until stopped, close it in reverse; ``resolver`` is else the system's."""
    progress = Progress()
    async with (
        stop_on_signal(deadline_seconds=settings.stop_seconds) as stop,
        open_traces(settings.otlp_endpoint, Service.INGEST),
        open_parts(settings, "ingest", resolver) as parts,
    ):
        readiness = Readiness(kafka=Check(settings), database=lambda: check_schema(parts.engine))
        async with open_probes(
            Service.INGEST, settings.metrics_host, settings.metrics_port, progress=progress, readiness=readiness
        ):
            await wait_for_schema(parts.engine, stop, progress)
            await persist("name", partial(_name_anew, parts, progress), stop, progress, is_passing=is_away)
            async with asyncio.TaskGroup() as loops:
                for crew in _crews(parts, readiness, progress):
                    loops.create_task(crew.run(stop, drain_seconds=settings.stop_seconds * DRAIN_SHARE))
                again = partial(repeat, stop=stop, progress=progress, is_passing=is_away)
                loops.create_task(again("watch", partial(_watch, parts), WATCH_SECONDS))
                loops.create_task(again("forget", partial(_forget, parts), FORGET_SECONDS))
                loops.create_task(again("name", partial(_name_anew, parts, progress, stop), NAME_SECONDS))
                if settings.folders:
                    loops.create_task(again("folders", partial(_scan, parts), FOLDER_SECONDS))
                await stop.wait()
                readiness.stopping = True


def _open_workers(settings: IngestSettings) -> AbstractAsyncContextManager[Workers]:
    return open_workers(
        settings.ingest_processes,
        modules=MODULES,
        cpu_seconds=CPU_SECONDS,
        memory_bytes=MEMORY_BYTES,
        wall_seconds=WALL_SECONDS,
    )


def _open_fetcher(settings: IngestSettings, resolver: AbstractResolver | None) -> AbstractAsyncContextManager[Fetcher]:
    return open_fetcher(
        user_agent=settings.user_agent,
        guard=Guard(settings.fetch_allow),
        total_timeout_seconds=settings.fetch_timeout_seconds,
        connections=2 * settings.fetch_concurrency,
        resolver=resolver,
    )


def _crews(parts: Parts, readiness: Readiness, progress: Progress) -> tuple[Crew, Crew]:
    settings, engine, fetcher, workers = parts.settings, parts.engine, parts.fetcher, parts.workers
    hosts = parts.hosts()
    poller = Poller(
        engine=engine,
        fetcher=fetcher,
        workers=workers,
        interval_seconds=settings.poll_interval_seconds,
        longest_seconds=settings.poll_longest_seconds,
    )
    pages = PageIntake(engine=engine, hosts=hosts, pipeline=parts.pipeline(), folders=settings.folders)
    feeds = FeedIntake(engine=engine, hosts=hosts, poller=poller)

    def crew(name: str, intake: PageIntake | FeedIntake, most: int) -> Crew:
        return Crew(
            name, engine=engine, take=intake.take, find_problems=readiness.problems, progress=progress, most=most
        )

    most = settings.fetch_concurrency
    return crew("pages", pages, most), crew("feeds", feeds, max(1, most // FEEDS_SHARE))


async def _watch(parts: Parts) -> None:
    """Report what waits for us, and what waits for extract: also where no consumer runs."""
    async with parts.engine.connect() as connection:
        await backlog.measure(connection)
    cluster_id = await find_cluster_id(parts.settings)
    ends = await Watcher(parts.settings).end_offsets(ARTICLES_TOPIC)
    async with parts.engine.connect() as connection:
        lag = await offsets.find_lag(connection, cluster_id, ends)
    for partition, records in lag.items():
        metrics.LAG_RECORDS.labels(*partition).set(records)


async def _forget(parts: Parts) -> None:
    """Delete what hosts' robots.txt said that nobody has asked for again."""
    await Rulebooks(parts.engine).forget()


async def _name_anew(parts: Parts, progress: Progress, stop: asyncio.Event) -> None:
    """Note today's names of all articles that other rules named: before anything is read, and of those named since."""
    while not stop.is_set():
        progress.turn("name")
        async with parts.engine.begin() as connection:
            if await identities.name_anew(connection) < identities.AT_ONCE:
                return


async def _scan(parts: Parts) -> None:
    """Make due pages of new and changed files."""
    for folder in parts.settings.folders:
        files = await asyncio.to_thread(folders.find_files, folder)
        async with parts.engine.begin() as connection:
            due = await folders.save_files(connection, files)
        if due:
            logger.info("%d files of %s are new or changed", due, folder)
