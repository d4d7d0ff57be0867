"""The tail: the newest changes of the log, read and written as events once a process, for all streams to send.

One task looks for them, and only while there are streams; it asks rather than listens, since PgBouncer lends
connections for a transaction only. Streams take what is new from here at their own pace, by position. The tail waits
for the fastest of them, never for a slow one: what is further behind than the tail reaches has to be let go.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from schemas.outcomes import StreamEnd
from services import metrics
from services.api.http.problems import Away, NotReady, TooManyStreams
from services.api.http.transactions import Transactions
from services.api.queries import changes as queries
from services.api.resources import changes
from services.api.resources.recent import RECENT_BYTES, Event, Recent, write_event
from services.lifecycle import sleep_unless

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""How often the log is looked at: as often as its rows are numbered."""

AT_ONCE = 100
"""Changes read at once; also the bound of claims they name, so that a stream that reads the log holds some 200 KB."""

BACKLOGS_AT_ONCE = 3
"""Streams that read the log at the same moment, of the pool's ten connections: requests have the others."""

PACE_SECONDS = 1.0
"""How long the tail waits for the fastest stream before it reads on."""

RETRY_SECONDS = 15
"""What a client is told to wait when there is no room, or the service stops."""


class Stream:
    """A stream as the tail knows it: woken by what is new, and told when it has to end."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.end: StreamEnd | None = None
        self.sending: asyncio.Timeout | None = None

    def finish(self, why: StreamEnd) -> None:
        """End the stream soon, also where it waits for its client just now; the first reason counts."""
        if self.end is None:
            self.end = why
            self.news.set()
            if self.sending is not None and not self.sending.expired():
                self.sending.reschedule(asyncio.get_running_loop().time())


class _SetBack(Exception):
    """The log is shorter than it was."""

    def __init__(self, end: int) -> None:
        super().__init__(end)
        self.end = end


class Tail:
    """Reads the end of the log for all streams of a process."""

    def __init__(
        self,
        transactions: Transactions,
        *,
        most_streams: int,
        recent_bytes: int = RECENT_BYTES,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._transactions = transactions
        self._most_streams = most_streams
        self._recent_bytes = recent_bytes
        self._look_seconds = look_seconds
        self._streams: set[Stream] = set()
        self._recent: Recent | None = None
        self._opening = asyncio.Lock()
        self._backlogs = asyncio.Semaphore(BACKLOGS_AT_ONCE)
        self._shared: dict[int, asyncio.Task[list[Event]]] = {}
        self._reached = asyncio.Event()
        self._stop = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    @contextmanager
    def joined(self) -> Iterator[Stream]:
        """Take a place for a stream while it lasts.

        Raises:
            TooManyStreams: there is none left.
            NotReady: the service stops.
        """
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if self._stop.is_set():
            raise NotReady("The service is stopping", headers=headers)
        if len(self._streams) >= self._most_streams:
            raise TooManyStreams("There is no room for another stream; try again", headers=headers)
        stream = Stream()
        self._streams.add(stream)
        metrics.STREAMS.inc()
        try:
            yield stream
        finally:
            self._streams.remove(stream)
            metrics.STREAMS.dec()
            if stream.end is not None:
                metrics.STREAMS_ENDED.labels(stream.end).inc()

    async def open(self, after: int | None) -> int:
        """Return where a stream begins: after the position asked for, or at the log's end.

        Raises:
            AheadOfLog: the log has not come to that position.
            Away: the database does not answer.
        """
        async with self._opening:
            if self._recent is None:
                async with self._transactions.reading() as connection:
                    end = await queries.find_end(connection)
                self._recent = Recent(end, most_bytes=self._recent_bytes)
                self._reading = asyncio.create_task(self._read(self._recent))
            recent = self._recent
        if after is None:
            return recent.top
        if after > recent.top:  # the process it comes from may have read a little further
            async with self._transactions.reading() as connection:
                await changes.find_end(connection, after)
        return after

    def after(self, position: int) -> list[Event] | None:
        """Return what is new after a position, or None where it has to be read from the log."""
        found = None if self._recent is None else self._recent.after(position)
        if found == []:
            self._reached.set()
        return found

    async def read_log(self, position: int) -> list[Event]:
        """Return the next events after a position that lies behind the tail; raises Away.

        Many come back at once from the same place, where a replica ended: they share what is read for one of them.
        """
        reading = self._shared.get(position)
        if reading is None:
            reading = self._shared[position] = asyncio.create_task(self._read_log(position))
            reading.add_done_callback(lambda done: self._forget(position, done))
        return await asyncio.shield(reading)

    def _forget(self, position: int, done: asyncio.Task[list[Event]]) -> None:
        del self._shared[position]
        if not done.cancelled():
            done.exception()  # where nobody waits any longer it is no news

    async def _read_log(self, position: int) -> list[Event]:
        async with self._backlogs, self._transactions.reading() as connection:
            found = await changes.read_changes(connection, position, limit=AT_ONCE, most_ids=AT_ONCE)
        return [write_event(change) for change in found]

    async def stop(self) -> None:
        """End all streams and take no more; return when nothing is read any longer."""
        self._stop.set()
        self._reached.set()
        self._finish(StreamEnd.STOPPING)
        reading = {task for task in (self._reading, *self._shared.values()) if task is not None}
        if reading:
            await asyncio.wait(reading)

    def _finish(self, why: StreamEnd) -> None:
        for stream in self._streams:
            stream.finish(why)

    async def _read(self, recent: Recent) -> None:
        """Read the log while there are streams."""
        why = StreamEnd.FAILED
        try:
            while self._streams and not self._stop.is_set():
                events = await self._read_some(recent.top)
                if events:
                    await self._hand_out(recent, events)
                else:
                    await sleep_unless(self._stop, self._look_seconds)
        except Away:
            pass  # it is logged and counted
        except _SetBack as error:
            logger.warning("the change log was set back from position %d to %d", recent.top, error.end)
            why = StreamEnd.SET_BACK
        except Exception:
            logger.exception("the log's tail failed")
        finally:
            self._recent = None
            self._finish(why)

    async def _read_some(self, top: int) -> list[Event]:
        async with self._transactions.reading() as connection:
            end = await queries.find_end(connection)
            if end < top:
                raise _SetBack(end)
            if end == top:
                return []
            found = await changes.read_changes(connection, top, limit=AT_ONCE, most_ids=changes.IDS_AT_ONCE)
        return [write_event(change) for change in found]

    async def _hand_out(self, recent: Recent, events: Sequence[Event]) -> None:
        """Wake all streams; wait until one has taken everything, so that reading fast lets go nobody who is well."""
        recent.add(events)
        self._reached.clear()
        for stream in self._streams:
            stream.news.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(PACE_SECONDS):
                await self._reached.wait()
