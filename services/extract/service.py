"""Run the extract service: read the articles topic, number the change log, publish it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import ARTICLES_TOPIC
from services import changes, failpoints, kafka, metrics
from services.database import is_passing, open_database
from services.extract import backlog
from services.extract.consumer import ExtractConsumer
from services.extract.entities.settling import settle
from services.extract.readers import Readers, open_readers
from services.extract.relating.weaving import weave
from services.extract.relating.work import relate_some
from services.extract.retention import Keep, prune_some
from services.kafka import KafkaUnavailable, Producer
from services.lifecycle import Progress, Readiness, persist, repeat, sleep_unless, stop_on_signal
from services.migrations import check_schema, wait_for_schema
from services.offsets import CONSUMER
from services.probes import open_probes
from services.registry import Service
from services.settings import ExtractSettings
from services.traces import open_traces

logger = logging.getLogger(__name__)

NUMBER_SECONDS = 0.2
"""How often the change log is looked at for rows without a position, and so how late its readers are at most."""

RELATE_SECONDS = 0.5
"""How often it is looked for articles that were not compared."""

WEAVE_SECONDS = 1.0
"""How often it is looked for threads that changed; those of articles that come together are built together."""

SETTLE_SECONDS = 0.5
"""How often new entities are looked for, and so how long one known by a surname alone stands apart at most."""

PUBLISH_SECONDS = 0.2
"""How often it is looked at for rows that Kafka has not had."""

PRUNE_SECONDS = 60.0
"""How often it is looked for what is too old."""

PRUNE_REST_SECONDS = 0.5
"""Between two batches of it: a first look may find years, and others need the database too."""

RENEW_SECONDS = 5.0
"""How often the lease of publishing is renewed."""

WATCH_SECONDS = 10.0
"""How often what waits is looked at; a scrape is rarer."""

RENEW_SHARE = 0.25
"""Of a lease too short for that: past it, it is renewed."""

SEND_SHARE = 0.75
"""Of the lease: past it, sends are cut off. A turn begins in its first quarter, so it has half a lease at least."""

LEASE_LOOK_SECONDS = 5.0
"""How often a replica that does not hold the lease of publishing asks for it."""


class Held(NamedTuple):
    """The lease of publishing: its token, and the loop's time from which it lasts."""

    token: UUID
    since: float


class PlacesUnknown(Exception):
    """A partition cannot go on by itself; the log and /readyz say why."""


@dataclass(frozen=True)
class Extract:
    """What the loops of one process share."""

    settings: ExtractSettings
    engine: AsyncEngine
    readers: Readers
    producer: Producer
    progress: Progress
    problems: dict[str, str] = field(default_factory=dict)

    async def consume(self, stop: asyncio.Event) -> None:
        """Join the group and handle records; when Kafka fails, join anew."""
        cluster_id = await kafka.find_cluster_id(self.settings)
        async with kafka.open_consumer(
            self.settings, ARTICLES_TOPIC, group=CONSUMER, client_id="claimwire-extract"
        ) as consumer:
            loop = ExtractConsumer(
                consumer,
                self.readers,
                self.engine,
                cluster_id=cluster_id,
                version=version("claimwire"),
                batch_records=self.settings.batch_records,
                progress=self.progress,
                problems=self.problems,
                clock=asyncio.get_running_loop().time,
            )
            await persist("consume", loop.run, stop, self.progress, is_passing=_is_databases)

    async def number(self, stop: asyncio.Event) -> None:
        """Give the rows of the change log their positions."""
        while not stop.is_set():
            self.progress.turn("number")
            if await changes.number(self.engine) == 0:
                await sleep_unless(stop, NUMBER_SECONDS)

    async def settle(self, stop: asyncio.Event) -> None:
        """Decide which of the entities that were saved are one."""
        while not stop.is_set():
            self.progress.turn("settle")
            if await settle(self.engine) == 0:
                await sleep_unless(stop, SETTLE_SECONDS)

    async def publish(self, stop: asyncio.Event) -> None:
        """Send the change log to Kafka while this replica holds the lease; give it back at the end."""
        held: Held | None = None
        try:
            while not stop.is_set():
                self.progress.turn("publish")
                held = await self._hold(held)
                if held is None:
                    await sleep_unless(stop, LEASE_LOOK_SECONDS)
                elif not await self._publish_some(held):
                    await sleep_unless(stop, PUBLISH_SECONDS)
        finally:
            if held is not None:
                await changes.give_lease_back(self.engine, held.token)

    async def _hold(self, held: Held | None) -> Held | None:
        """Take the lease of publishing, or renew it once it is due."""
        seconds = self.settings.publish_lease_seconds
        # Taken before the database takes its own: so what we count from ends no later than the lease.
        now = asyncio.get_running_loop().time()
        if held is not None and now < held.since + min(RENEW_SECONDS, seconds * RENEW_SHARE):
            return held
        token = await changes.take_lease(self.engine, seconds, token=held and held.token)
        return None if token is None else Held(token, now)

    async def _publish_some(self, held: Held) -> bool:
        rows = await changes.list_unpublished(self.engine)
        if not rows:
            return False
        failpoints.reach("changes.before_publish")
        await self._send(rows, until=held.since + self.settings.publish_lease_seconds * SEND_SHARE)
        await changes.mark_published(self.engine, held.token, rows)
        return True

    async def _send(self, rows: Sequence[Row[Any]], *, until: float) -> None:
        """Send rows well inside the lease: what is under way past ``until`` is cut off, so that nothing comes late."""
        sends = [asyncio.ensure_future(changes.publish(self.producer, row)) for row in rows]
        try:
            async with asyncio.timeout_at(until):
                await asyncio.gather(*sends)
        except TimeoutError:
            raise KafkaUnavailable("publishing the change log took longer than its lease allows") from None
        finally:
            if not all(send.done() and not send.cancelled() and send.exception() is None for send in sends):
                await self._cut_off(sends)

    async def _cut_off(self, sends: Sequence[asyncio.Future[None]]) -> None:
        for send in sends:
            send.cancel()
        await asyncio.wait(sends)
        await self.producer.reset()

    async def relate(self, stop: asyncio.Event) -> None:
        """Compare the articles that wait."""
        seconds = self.settings.relate_lease_seconds
        while not stop.is_set():
            self.progress.turn("relate")
            if await relate_some(self.engine, self.readers.run, lease_seconds=seconds) == 0:
                await sleep_unless(stop, RELATE_SECONDS)

    async def weave(self, stop: asyncio.Event) -> None:
        """Build the threads that changed."""
        while not stop.is_set():
            self.progress.turn("weave")
            if await weave(self.engine) == 0:
                await sleep_unless(stop, WEAVE_SECONDS)

    async def prune(self, stop: asyncio.Event) -> None:
        """Do away with what is older than the settings say."""
        keep = Keep.of(self.settings)
        while not stop.is_set():
            self.progress.turn("prune")
            gone = await prune_some(self.engine, keep)
            await sleep_unless(stop, PRUNE_REST_SECONDS if any(gone.values()) else PRUNE_SECONDS)

    async def check_places(self) -> None:
        """Raise ``PlacesUnknown`` while a partition stays paused."""
        if self.problems:
            raise PlacesUnknown(str(self.problems))


def _is_databases(error: Exception) -> bool:
    """Tell whether PostgreSQL failed, passing or for a reason unknown: the group need not be joined anew for that.

    The consumer counts the unknown ones: after some tries it puts the record aside.
    """
    failed = isinstance(error, DBAPIError) or (not isinstance(error, KafkaUnavailable) and is_passing(error))
    if failed:
        metrics.DATABASE_FAILURES.inc()
    return failed


def _is_worlds(error: Exception) -> bool:
    """Tell whether the world failed; what is our own fault, such as a wrong statement, ends the process."""
    if isinstance(error, (KafkaUnavailable, changes.LeaseLost)):
        return True
    return is_passing(error) and _is_databases(error)


async def run(settings: ExtractSettings) -> None:
    """Open what the service holds, work until stopped, close it in reverse."""
    progress = Progress()
    async with (
        stop_on_signal(deadline_seconds=settings.stop_seconds) as stop,
        open_traces(settings.otlp_endpoint, Service.EXTRACT),
        open_database(settings.database_url, application_name="extract", prepare=settings.database_prepare) as engine,
        open_readers(settings.extract_processes, settings.extract_model) as readers,
        kafka.open_producer(settings, "claimwire-extract") as producer,
    ):
        extract = Extract(settings, engine, readers, producer, progress)
        readiness = Readiness(
            database=lambda: check_schema(engine),
            kafka=kafka.Check(settings),
            places=extract.check_places,
            work=progress.check_work,
        )
        async with open_probes(
            Service.EXTRACT, settings.metrics_host, settings.metrics_port, progress=progress, readiness=readiness
        ):
            await wait_for_schema(engine, stop, progress)
            async with asyncio.TaskGroup() as tasks:
                for name, work in (
                    ("consume", extract.consume),
                    ("number", extract.number),
                    ("publish", extract.publish),
                    ("settle", extract.settle),
                    ("relate", extract.relate),
                    ("weave", extract.weave),
                    *([] if Keep.of(settings).is_all else [("prune", extract.prune)]),
                ):
                    tasks.create_task(persist(name, work, stop, progress, is_passing=_is_worlds))
                watch = partial(backlog.measure, engine)
                tasks.create_task(repeat("watch", watch, WATCH_SECONDS, stop, progress, is_passing=_is_worlds))
                await stop.wait()
                readiness.stopping = True
