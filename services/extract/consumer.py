"""The extract loop: read article records, find what they claim, save it and move on, in one transaction.

Delivery is at least once, and saving is idempotent. What becomes of a record that cannot be saved is the saver's to
say; when PostgreSQL or Kafka fail, the fault is the world's and the loop waits.

The loop, not Kafka, knows its place. An assignment voids it: the partition comes paused, under a new number; the loop
reads the place from PostgreSQL, seeks and resumes, and throws away what was fetched under another number.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from services import kafka, metrics, offsets, traces
from services.extract.records import Reading
from services.extract.saver import Saver
from services.kafka import Partition, Record
from services.lifecycle import Progress
from services.logs import bound

logger = logging.getLogger(__name__)

POLL_MS = 500
"""How long one poll waits, and so how long a stop may go unseen."""

PAUSED_LOOK_SECONDS = 5.0
"""How often a paused partition's row is looked at: somebody may have let it go on."""

READ_AT_ONCE = 8
"""Records read between two turns of the loop: if each took all its CPU time, two workers take 100 CPU seconds, less
than the age at which a loop counts as dead."""

BATCH_SECONDS = 30.0
"""A batch that takes longer to read is saved as far as it got: far below the time after which the group gives its
partition away, and below the time to stop."""

LAG_SECONDS = 10.0
"""How often the lag is measured, and so how late a broker that went away is noticed."""

STALL_SECONDS = 15.0
"""A client that gives nothing for so long although there is something has lost its way, and is opened anew."""


class Readers(Protocol):
    """The workers that read records."""

    async def read(self, records: Sequence[Record]) -> list[Reading]:
        """Return a reading of each record, in order; a record that kills its worker is unusable."""
        ...


class Held(NamedTuple):
    """A place that was sought, and the number of the assignment under which it was."""

    number: int
    place: offsets.Place


class ExtractConsumer:
    """Handles article records, a partition's batch at a time, until told to stop."""

    def __init__(
        self,
        consumer: kafka.Consumer,
        readers: Readers,
        engine: AsyncEngine,
        *,
        cluster_id: str,
        version: str,
        batch_records: int,
        progress: Progress,
        problems: dict[str, str],
        clock: Callable[[], float],
    ) -> None:
        self._consumer = consumer
        self._readers = readers
        self._saver = Saver(engine, cluster_id=cluster_id, version=version)
        self._engine = engine
        self._cluster_id = cluster_id
        self._version = version
        self._batch_records = batch_records
        self._progress = progress
        self._problems = problems
        self._held: dict[Partition, Held] = {}
        self._measure_at = 0.0
        self._came_at = 0.0
        self._lost: set[tuple[Partition, int]] = set()
        self._stuck: dict[Partition, tuple[int, float]] = {}
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Poll and handle; once ``stop`` is set, leave after the batch in hand.

        Raises:
            KafkaUnavailable: the client must be opened anew.
            DBAPIError | OSError: PostgreSQL is away; nothing was saved, so begin again.
        """
        for partition in list(self._held):  # a batch that failed is behind the client's own position
            self._void(partition)
        self._came_at = self._clock()
        while not stop.is_set():
            self._progress.turn("consume")
            await self._find_places()
            await self._measure_lag()
            batches = await self._consumer.poll(timeout_ms=POLL_MS, max_records=self._batch_records)
            for partition, records in batches.items():
                await self._handle(partition, records)
            if batches:
                self._came_at = self._clock()

    async def _find_places(self) -> None:
        """Seek in every partition whose place is not known under its current number."""
        numbers = self._consumer.numbers
        self._held = {p: held for p, held in self._held.items() if numbers.get(p) == held.number}
        self._stuck = {p: stuck for p, stuck in self._stuck.items() if numbers.get(p) == stuck[0]}
        for name in self._problems.keys() - {str(partition) for partition in numbers}:
            del self._problems[name]
        for partition, number in numbers.items():
            if partition not in self._held and self._due(partition):
                await self._find_place(partition, number)
        metrics.PARTITIONS_HELD.set(len(numbers))
        metrics.PARTITIONS_PAUSED.set(len(self._stuck))

    def _due(self, partition: Partition) -> bool:
        return partition not in self._stuck or self._clock() >= self._stuck[partition][1]

    async def _find_place(self, partition: Partition, number: int) -> None:
        name = str(partition)
        metrics.RECORDS_LOST.labels(partition.number)  # from now on 0, so that a first loss is an increase
        earliest, end = await self._consumer.bounds(partition)
        async with self._engine.begin() as connection:
            place = await offsets.find_place(connection, self._cluster_id, partition, earliest=earliest)
        problem = self._problem(partition, place, earliest, end)
        if problem is not None:
            if partition not in self._stuck:
                logger.error("%s stays paused: %s", name, problem)
            self._stuck[partition] = (number, self._clock() + PAUSED_LOOK_SECONDS)
            self._problems[name] = problem
            return
        if place.paused_by_version is not None:
            place = offsets.Place(place.next_offset, "", None)
        self._problems.pop(name, None)
        self._stuck.pop(partition, None)
        self._held[partition] = Held(number, place)
        self._consumer.seek(partition, place.next_offset)
        self._consumer.resume(partition)
        self._came_at = self._clock()  # what it holds could not come before
        await self._consumer.commit_first(partition, place.next_offset)

    def _problem(self, partition: Partition, place: offsets.Place, earliest: int, end: int) -> str | None:
        """Tell why a partition cannot go on; another version of the code may handle what this one could not."""
        if place.next_offset < earliest:
            if (partition, earliest) not in self._lost:
                self._lost.add((partition, earliest))
                metrics.RECORDS_LOST.labels(partition.number).inc(earliest - place.next_offset)
            return f"records {place.next_offset} to {earliest - 1} are gone; see 'claimwire offsets reset'"
        if place.next_offset > end:
            return f"offset {place.next_offset} is beyond the end {end}; see 'claimwire offsets reset'"
        if place.paused_by_version == self._version:
            return "too many dead letters; see 'claimwire dead-letters resume'"
        return None

    async def _measure_lag(self) -> None:
        """Ask Kafka for the ends now and then: a poll of a dead broker is as empty as one without news."""
        if self._clock() < self._measure_at:
            return
        self._measure_at = self._clock() + LAG_SECONDS
        ends = {partition: (await self._consumer.bounds(partition))[1] for partition in self._held}
        metrics.LAG_RECORDS.clear()  # the lag of what went to another replica would stand for ever
        lags = {partition: max(0, end - self._held[partition].place.next_offset) for partition, end in ends.items()}
        for partition, lag in lags.items():
            metrics.LAG_RECORDS.labels(*partition).set(lag)
        if not any(lags.values()):
            self._came_at = self._clock()  # there was nothing to come
        elif self._clock() - self._came_at > STALL_SECONDS:
            behind = ", ".join(f"{partition} has {lag} records" for partition, lag in lags.items() if lag > 0)
            raise kafka.KafkaUnavailable(f"{behind}, and none of them comes")

    async def _handle(self, partition: Partition, records: Sequence[Record]) -> None:
        """Save what one partition's records say and move its offset, both or neither."""
        held = self._held.get(partition)
        if held is None or self._consumer.numbers.get(partition) != held.number:
            return
        records = [record for record in records if record.offset >= held.place.next_offset]
        if not records:
            return
        fetched = records[-1]
        place_of = {"topic": partition.topic, "partition": partition.number, "offset": records[0].offset}
        with bound(**place_of), _consuming(records) as traced:
            records, readings = await self._read(traced)
            try:
                place = await self._saver.save(partition, held.place, records, readings)
            except offsets.MovedByAnother as moved:
                logger.info("seeking anew: %s", moved)
                self._void(partition)
                return
            self._go_on(partition, held.number, place, last=fetched)
            await self._consumer.commit(partition, place.next_offset)

    async def _read(self, records: Sequence[Record]) -> tuple[Sequence[Record], list[Reading]]:
        """Read records until the batch has taken long enough; those behind are fetched again in their turn."""
        until = self._clock() + BATCH_SECONDS
        readings: list[Reading] = []
        for start in range(0, len(records), READ_AT_ONCE):
            readings += await self._readers.read(records[start : start + READ_AT_ONCE])
            self._progress.turn("consume")
            if self._clock() > until:
                break
        return records[: len(readings)], readings

    def _void(self, partition: Partition) -> None:
        self._held.pop(partition, None)
        self._consumer.pause(partition)

    def _go_on(self, partition: Partition, number: int, place: offsets.Place, *, last: Record) -> None:
        self._held[partition] = Held(number, place)
        if place.paused_by_version is not None or place.next_offset <= last.offset:
            self._void(partition)


@contextmanager
def _consuming(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Have a span for each record while it is handled, in the trace that its headers name."""
    if not traces.are_on():
        yield records
        return
    parents = [traces.parent_of(record.headers) for record in records]
    with traces.spans("consume", parents, kind=traces.Kind.CONSUMER) as spans:
        for record, span in zip(records, spans, strict=True):
            span.note(partition=record.partition.number, offset=record.offset)
        yield [record._replace(traceparent=span.traceparent) for record, span in zip(records, spans, strict=True)]
