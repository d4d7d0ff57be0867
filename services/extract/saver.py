"""The saver: what a partition's records say is saved in the transaction that moves its offset, both or neither.

When our own code cannot handle a record, the fault is the record's and it becomes a dead letter. Permanent failures of
the database are told from passing ones: a batch that fails for good is redone record by record.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.outcomes import DeadLetterReason, RecordOutcome
from services import failpoints, offsets, traces
from services.database import is_passing, is_permanent
from services.extract import letters, store
from services.extract.records import Erasure, Read, Reading, Unusable
from services.extract.tally import count
from services.kafka import Partition, Record

logger = logging.getLogger(__name__)

STRANGE_RETRIES = 3
"""How often a failure that is neither the data's nor passing is tried again before its record goes aside."""


class Saver:
    """Saves readings and moves offsets."""

    def __init__(self, engine: AsyncEngine, *, cluster_id: str, version: str) -> None:
        self._engine = engine
        self._cluster_id = cluster_id
        self._version = version
        self._strange = 0

    async def save(
        self, partition: Partition, place: offsets.Place, records: Sequence[Record], readings: Sequence[Reading]
    ) -> offsets.Place:
        """Save what records say and return the place after them; fewer, where the partition must pause before the end.

        Raises:
            MovedByAnother: another consumer moved the offset; nothing was saved.
            DBAPIError | OSError: PostgreSQL is away, or failed in a way that is tried again; nothing was saved.
        """
        try:
            place = await self._save_batch(partition, place, records, readings)
        except DBAPIError as error:
            if is_passing(error) or self._is_strange(error):
                raise
            logger.warning("a batch of %d is redone record by record: %s", len(records), error.orig)
        else:
            self._strange = 0
            return place
        for record, reading in zip(records, readings, strict=True):
            place = await self._save_one(partition, place, record, reading)
            if place.paused_by_version is not None:
                break
        return place

    def _is_strange(self, error: DBAPIError) -> bool:
        """Tell whether a failure is of no known kind and was not yet tried often enough to blame the records."""
        if is_permanent(error) or self._strange >= STRANGE_RETRIES:
            return False
        self._strange += 1
        return True

    async def _save_one(
        self, partition: Partition, place: offsets.Place, record: Record, reading: Reading
    ) -> offsets.Place:
        try:
            return await self._save_batch(partition, place, [record], [reading])
        except DBAPIError as error:
            if is_passing(error):
                raise
            unusable = Unusable(DeadLetterReason.DATABASE_REFUSED, f"{type(error.orig).__name__}: {error.orig}"[:500])
            return await self._save_batch(partition, place, [record], [unusable])

    async def _save_batch(
        self, partition: Partition, place: offsets.Place, records: Sequence[Record], readings: Sequence[Reading]
    ) -> offsets.Place:
        """Save as many records as the partition has room for before it must pause; return the place after them."""
        dead = [isinstance(reading, Unusable) for reading in readings]
        room = place.room(dead)
        records, readings, dead = records[:room], readings[:room], dead[:room]
        after = place.after(dead, version=self._version, next_offset=records[-1].offset + 1)
        parents = [record.traceparent for record in records]
        with traces.spans("store", parents) as spans:
            outcomes = await self._save_moved(partition, place, after, records, readings)
            for span, outcome in zip(spans, outcomes, strict=True):
                span.note(outcome=outcome)
        failpoints.reach("extract.after_commit")
        for record, reading, outcome in zip(records, readings, outcomes, strict=True):
            count(record, reading, outcome)
        return after

    async def _save_moved(
        self,
        partition: Partition,
        place: offsets.Place,
        after: offsets.Place,
        records: Sequence[Record],
        readings: Sequence[Reading],
    ) -> list[RecordOutcome]:
        """Move the offset and save the readings, both or neither."""
        async with self._engine.begin() as connection:
            await offsets.move(connection, self._cluster_id, partition, expected=place.next_offset, to=after)
            failpoints.reach("extract.mid_transaction")
            return await self._save_readings(connection, records, readings)

    async def _save_readings(
        self, connection: AsyncConnection, records: Sequence[Record], readings: Sequence[Reading]
    ) -> list[RecordOutcome]:
        pairs = zip(records, readings, strict=True)
        usable = [_traced(record, reading) for record, reading in pairs if not isinstance(reading, Unusable)]
        saved = iter(await store.save(connection, usable))
        outcomes: list[RecordOutcome] = []
        for record, reading in zip(records, readings, strict=True):
            if isinstance(reading, Unusable):
                await letters.add(connection, self._cluster_id, record, reading)
                outcomes.append(RecordOutcome.DEAD_LETTERED)
            else:
                outcomes.append(next(saved))
        return outcomes


def _traced(record: Record, reading: Read | Erasure) -> Read | Erasure:
    """Return a reading that names the span of its record, for the row of the change log."""
    if record.traceparent is None or isinstance(reading, Erasure):
        return reading
    return replace(reading, traceparent=record.traceparent)
