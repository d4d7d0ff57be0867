"""The crew: keeps a bounded number of leased pieces of work in hand, and pauses while Kafka or PostgreSQL are away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.outcomes import PageOutcome
from schemas.tables import host, page
from services import metrics
from services.database import is_passing
from services.ingest.fetching.responses import FetchFailed
from services.ingest.queues import leases
from services.ingest.queues.hosts import HostBusy, Turn, remember
from services.ingest.queues.journeys import WAITS_MAX, Journey, go_on
from services.ingest.queues.leases import RENEW_SECONDS, Lease, LeaseLost
from services.ingest.urls import host_key
from services.kafka import KafkaUnavailable
from services.lifecycle import Backoff, Progress, sleep_unless

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
"""How often a crew with room looks for work that has become due; below the shortest sensible host interval."""

TAKE_SECONDS = 0.1
"""How long a crew with work in hand waits until it looks for more: for one piece it costs as much as for many."""

BUSY_HOST_SECONDS = 15.0
"""When work is due again of which not even one more step could be made, since the host was not free in time."""

PIECE_SECONDS = 600.0
"""The most a piece of work may take: above the longest fetch (300 s), its waits, and cleaning."""


@dataclass(frozen=True)
class Piece:
    """One leased piece of work: ``do`` ends by saving its outcome; ``turn`` is its turn at a host, if it needs one.

    ``fail`` saves what is to become of it where ``do`` raised what nobody expected. ``journey`` is how far it had come.
    """

    lease: Lease
    do: Callable[[], Coroutine[Any, Any, None]]
    fail: Callable[[Exception], Coroutine[Any, Any, None]]
    turn: Turn | None = None
    journey: Journey | None = None


def is_away(error: BaseException) -> bool:
    """Tell whether Kafka or PostgreSQL are to blame, so that waiting may help and nothing of the work's is at fault."""
    return isinstance(error, KafkaUnavailable) or is_passing(error)


class Crew:
    """Takes due work while there is room, and starts each piece as a task of its own."""

    def __init__(
        self,
        name: str,
        *,
        engine: AsyncEngine,
        take: Callable[[int], Awaitable[Sequence[Piece]]],
        find_problems: Callable[[], Awaitable[object]],
        progress: Progress,
        most: int,
    ) -> None:
        self._name = name
        self._engine = engine
        self._take = take
        self._find_problems = find_problems
        self._progress = progress
        self._most = most
        self._tasks: dict[asyncio.Task[bool], Piece] = {}
        self._renewed = 0.0
        self._taken = -TAKE_SECONDS
        self._backoff = Backoff()

    async def run(self, stop: asyncio.Event, *, drain_seconds: float) -> None:
        """Work until ``stop`` is set; then end the pieces in hand, and give back those that take too long.

        An unexpected failure outside of the pieces ends the crew with it.
        """
        try:
            while not stop.is_set():
                self._progress.turn(self._name)
                await self._renew()
                if self._backoff.failures and await self._find_problems():
                    await self._backoff.wait(stop)
                    continue
                await self._fill(stop)
                await self._collect(stop)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=drain_seconds)
        finally:
            await self._let_go()
            self._progress.done(self._name)

    async def _fill(self, stop: asyncio.Event) -> None:
        """Take work up to the room there is; wait a moment where none is due."""
        room = self._most - len(self._tasks)
        if room == 0 or self._is_early(room):
            return
        try:
            pieces = await self._take(room)
        except Exception as error:
            if not is_away(error):
                raise
            await self._fail(error, stop)
            return
        self._taken = asyncio.get_running_loop().time()
        self._tasks |= {asyncio.create_task(self._work(piece)): piece for piece in pieces}
        if not self._tasks:
            await sleep_unless(stop, IDLE_SECONDS)

    def _is_early(self, room: int) -> bool:
        """Tell whether more places, or more hosts, may soon be free, so that one look for work fills them all."""
        return 0 < room < self._most and asyncio.get_running_loop().time() - self._taken < TAKE_SECONDS

    async def _collect(self, stop: asyncio.Event) -> None:
        """Wait a moment for pieces to end; back off where one failed for Kafka's or PostgreSQL's sake."""
        if not self._tasks:
            return
        seconds = TAKE_SECONDS if self._is_early(self._most - len(self._tasks)) else IDLE_SECONDS
        done, _ = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._tasks[task]
        failures = [error for task in done if (error := task.exception()) is not None]
        for error in failures:
            if not is_away(error):
                raise error
        if failures:
            await self._fail(failures[0], stop)
        elif any(task.result() for task in done):
            self._backoff.reset()

    async def _renew(self) -> None:
        """Let the leases in hand last; where the database is away they end, and their work is another's."""
        now = asyncio.get_running_loop().time()
        if now - self._renewed < RENEW_SECONDS or not self._tasks:
            return
        self._renewed = now
        pieces = self._tasks.values()
        tables = {piece.lease.table for piece in pieces}
        try:
            async with self._engine.begin() as connection:
                for table in sorted(tables, key=str):
                    held = [(piece.lease.id, piece.lease.token) for piece in pieces if piece.lease.table is table]
                    await leases.renew(connection, table, held)
                hosts = [piece.turn.held for piece in pieces if piece.turn is not None]
                await leases.renew(connection, host, [held for held in hosts if held is not None])
        except Exception as error:
            if not is_away(error):
                raise
            logger.warning("leases were not renewed: %s", error)

    async def _fail(self, error: BaseException, stop: asyncio.Event) -> None:
        logger.warning("%s wait for Kafka or PostgreSQL: %s", self._name, error)
        if not isinstance(error, KafkaUnavailable):
            metrics.DATABASE_FAILURES.inc()
        await self._backoff.wait(stop)

    async def _work(self, piece: Piece) -> bool:
        """Do one piece; give it back where it could not be ended. Returns whether it was."""
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                await self._do(piece)
        except LeaseLost as lost:
            metrics.LEASES_LOST.labels(self._name).inc()
            logger.info("another replica has taken over %s; nothing of ours was saved", lost)
            return False
        except HostBusy as busy:
            metrics.HOSTS_BUSY.inc()
            logger.info("the host %s is busy; to be gone on with", busy)
            await self._put_off(piece, go_on(piece.journey, busy))
            return False
        except BaseException as error:
            if isinstance(error, Exception) and not is_away(error):
                logger.exception("not even the failure could be saved; the lease ends by itself")
                return False
            await self._give_back(piece, 0.0)
            raise
        return True

    async def _do(self, piece: Piece) -> None:
        """Do one piece, or save that it failed as nobody expected: that is its own failure, and the others go on."""
        try:
            await piece.do()
        except LeaseLost:
            raise
        except HostBusy as busy:
            journey = go_on(piece.journey, busy)
            if journey is None or journey.waits < WAITS_MAX:
                raise
            await piece.fail(FetchFailed(PageOutcome.TIMED_OUT, f"{busy} was not free in {WAITS_MAX} tries"))
        except Exception as error:
            if is_away(error):
                raise
            await piece.fail(error)
        if piece.turn is not None:
            await piece.turn.leave()

    async def _put_off(self, piece: Piece, journey: Journey | None) -> None:
        """Have the piece go on with its next step as soon as that step's host is free, in its place in the line."""
        if journey is None:
            await self._give_back(piece, BUSY_HOST_SECONDS)
            return
        values: dict[str, Any] = {"journey": journey.as_json()}
        if piece.lease.table is page:
            values["host"] = host_key(journey.next)  # by which it is leased
        await self._give_back(piece, BUSY_HOST_SECONDS if journey.waits else 0.0, **values)

    async def _give_back(self, piece: Piece, seconds: float, **values: Any) -> None:
        """End the piece's leases now; where the database is away they end by themselves."""
        try:
            async with self._engine.begin() as connection:
                if "host" in values:
                    await remember(connection, {values["host"]})
                await leases.give_back(connection, piece.lease, seconds=seconds, **values)
            if piece.turn is not None:
                await piece.turn.leave()
        except Exception as error:
            if not is_away(error):
                raise
            logger.info("a lease ends by itself, the database being away")

    async def _let_go(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                if (error := task.exception()) is not None and not is_away(error):
                    raise error
