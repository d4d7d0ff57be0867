"""The workers that read records: outside the event loop, and killed when a text takes too much."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from schemas.outcomes import DeadLetterReason
from services.extract.records import Reading, Unusable, read
from services.kafka import Record
from services.workers import WorkerKilled, Workers, open_workers

logger = logging.getLogger(__name__)

CPU_SECONDS = 10.0
"""The most CPU one text may take: a hundred times what the longest text allowed does."""

WALL_SECONDS = 30.0
"""The longest one text may take, on a loaded machine."""

MEMORY_BYTES = 1024 * 1024 * 1024
"""The address space of a worker: with its modules it takes a third of it."""

ATTEMPTS = 2
"""A record that killed its worker is read once more: the first death may have been another's fault."""


class Readers:
    """Reads records side by side, and answers for those that kill their worker."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def read(self, records: Sequence[Record]) -> list[Reading]:
        """Return a reading of each record, in order."""
        return list(await asyncio.gather(*(self.read_one((record.key, record.value)) for record in records)))

    async def read_one(self, record: tuple[bytes | None, bytes | None]) -> Reading:
        """Return the reading of a record's key and value."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._workers.run(read, record)
            except WorkerKilled as killed:
                logger.warning("a record killed its worker (%s), attempt %d", killed.reason, attempt)
                reason = killed.reason
        return Unusable(DeadLetterReason.WORKER_KILLED, f"over the limit of {reason} in {ATTEMPTS} attempts")


@asynccontextmanager
async def open_readers(processes: int) -> AsyncIterator[Readers]:
    """Hold worker processes that read records; leaving ends them."""
    async with open_workers(
        processes,
        modules=[read.__module__],
        cpu_seconds=CPU_SECONDS,
        memory_bytes=MEMORY_BYTES,
        wall_seconds=WALL_SECONDS,
    ) as workers:
        yield Readers(workers)
