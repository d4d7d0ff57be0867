"""Running: brings a stock in, page by page, with the pipeline of the service, and tells how far it has come.

Its memory is the rows of the pages: stopped in whatever way and begun again, it goes on with what is not done.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.outcomes import PageOutcome
from services.ingest.backfill.planting import find_ended, plant_files, plant_urls
from services.ingest.backfill.stock import Page, Stock
from services.ingest.crew import Crew, Piece
from services.ingest.intake import PageIntake
from services.ingest.pipeline import Pipeline
from services.ingest.queues import waiting
from services.ingest.queues.work import Work, from_page
from services.ingest.service import DRAIN_SHARE, Parts, open_parts
from services.kafka import Check
from services.lifecycle import Progress, Readiness, sleep_unless, stop_on_signal
from services.migrations import check_schema
from services.settings import IngestSettings

WINDOW = 1_000
"""Pages planted and not done: enough that no host of a list keeps the others waiting, few enough to ask for at once."""

LOOK_SECONDS = 0.5
"""How often is looked which pages are done."""


class Shown(Protocol):
    """What shows how far it has come."""

    def __call__(self, more: int) -> None:
        """So many more pages are done."""

    def expect(self, total: int) -> None:
        """There are about so many in all."""


@dataclass
class Tally:
    """What became of the pages: how many of each outcome, and how many wait to be tried again later.

    ``was_stopped`` says that it was told to stop before all were done.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    was_stopped: bool = False


class Backfill:
    """Plants a stock's pages, a window at a time, and counts them as they are done."""

    def __init__(self, engine: AsyncEngine, stock: Stock, show: Shown) -> None:
        self._engine = engine
        self._stock = stock
        self._show = show
        self._planted = 0
        self._open = set[UUID]()
        self.tally = Tally()

    async def run(self, stop: asyncio.Event) -> None:
        """Plant and count until all pages are done, or ``stop`` is set. Raises ``BadStock`` and ``OSError``."""
        batches = self._stock.batches()
        while not stop.is_set() and (batch := await asyncio.to_thread(_next, batches)):
            await self._plant(batch)
            while len(self._open) >= WINDOW and not stop.is_set():
                await self._look(stop)
        self._show.expect(self._planted)
        while self._open and not stop.is_set():
            await self._look(stop)
        self.tally.was_stopped = bool(self._open) or stop.is_set()

    async def _plant(self, batch: list[Page]) -> None:
        plant = plant_urls if self._stock.is_list else plant_files
        async with self._engine.begin() as connection:
            planted = await plant(connection, batch)
        self._planted += len(batch)
        self._show.expect(max(self._planted, round(self._planted / max(batch[-1].share, 1e-9))))
        self._open |= planted.ids
        self.tally.outcomes[PageOutcome.BAD_URL] += planted.bad
        self._show(len(batch) - len(planted.ids))

    async def _look(self, stop: asyncio.Event) -> None:
        async with self._engine.connect() as connection:
            ended = await find_ended(connection, self._open, is_list=self._stock.is_list)
        self._open -= {each.id for each in ended}
        self.tally.waiting += sum(each.waits for each in ended)
        self.tally.outcomes.update(each.outcome for each in ended if each.outcome and not each.waits)
        self._show(len(ended))
        if not ended:
            await sleep_unless(stop, LOOK_SECONDS)


def _next(batches: Iterator[list[Page]]) -> list[Page]:
    return next(batches, [])


class FileIntake:
    """Takes the files and records of one stock, and nothing else, for the pipeline."""

    def __init__(self, engine: AsyncEngine, pipeline: Pipeline, below: str) -> None:
        self._engine = engine
        self._pipeline = pipeline
        self._below = below

    async def take(self, room: int) -> list[Piece]:
        """Return up to ``room`` pieces that are due."""
        async with self._engine.begin() as connection:
            rows = await waiting.lease_files(connection, folders=[self._below], most=room)
        return [self._piece(from_page(row)) for row in rows]

    def _piece(self, work: Work) -> Piece:
        return Piece(work.lease, partial(self._pipeline.handle, work, None), partial(self._pipeline.fail, work))


async def backfill(settings: IngestSettings, stock: Stock, show: Shown) -> Tally:
    """Bring in a stock, from wherever an earlier run was stopped; return what became of it.

    URLs of a list are fetched as politely as ever: by the services that run, which take part in it, and by us.

    Raises:
        BadStock: nothing can be read from there.
        OSError: a file cannot be read.
        SchemaNotReady: the database has another schema.
    """
    settings = settings.model_copy(update={"folders": () if stock.is_list else (stock.path,)})
    async with (
        stop_on_signal(deadline_seconds=settings.stop_seconds) as asked,
        open_parts(settings, "backfill") as parts,
    ):
        await check_schema(parts.engine)
        return await _run(parts, stock, show, asked)


async def _run(parts: Parts, stock: Stock, show: Shown, asked: asyncio.Event) -> Tally:
    readiness = Readiness(kafka=Check(parts.settings), database=lambda: check_schema(parts.engine))
    crew = Crew(
        "pages",
        engine=parts.engine,
        take=_intake(parts, stock).take,
        find_problems=readiness.problems,
        progress=Progress(),
        most=parts.settings.fetch_concurrency,
    )
    filling = Backfill(parts.engine, stock, show)
    done = asyncio.Event()
    reading = asyncio.create_task(crew.run(done, drain_seconds=parts.settings.stop_seconds * DRAIN_SHARE))
    counting = asyncio.create_task(filling.run(asked))
    await asyncio.wait({reading, counting}, return_when=asyncio.FIRST_COMPLETED)
    done.set()
    if reading.done():
        counting.cancel()
        await reading
    await asyncio.wait({reading, counting})
    await counting
    await reading
    return filling.tally


def _intake(parts: Parts, stock: Stock) -> PageIntake | FileIntake:
    if stock.is_list:
        return PageIntake(engine=parts.engine, hosts=parts.hosts(), pipeline=parts.pipeline(), folders=())
    return FileIntake(parts.engine, parts.pipeline(), stock.below)
