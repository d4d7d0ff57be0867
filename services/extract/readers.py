"""The workers that read records: outside the event loop, and killed when a text takes too much."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from schemas.outcomes import DeadLetterReason
from services import traces
from services.extract.reading.model.reader import WEIGHTS
from services.extract.records import Reading, Unusable, prepare, read
from services.kafka import Record
from services.workers import KillReason, WorkerKilled, Workers, open_workers

logger = logging.getLogger(__name__)

A = TypeVar("A")
R = TypeVar("R")

CPU_SECONDS = 40.0
"""The most CPU one text may take: thrice what the worst text takes that we know of, of the greatest length allowed; CPU
time itself grows where cores are shared."""

WALL_SECONDS = 120.0
"""The longest one text may take, on a loaded machine."""

MEMORY_BYTES = 1024 * 1024 * 1024
"""What a worker may hold: with its modules and its model it takes a fifth, with the worst text we know of half."""

ATTEMPTS = 2
"""A record that killed its worker is read once more, but for its CPU time: the first death may have been another's
fault."""


class Readers:
    """Reads records side by side, and answers for those that kill their worker."""

    def __init__(self, workers: Workers, model: Path = WEIGHTS) -> None:
        self._workers = workers
        self._read = partial(read, model=model)

    async def read(self, records: Sequence[Record]) -> list[Reading]:
        """Return a reading of each record, in order."""
        return list(await asyncio.gather(*(self._read_record(record) for record in records)))

    async def _read_record(self, record: Record) -> Reading:
        with traces.span("read", parent=record.traceparent):
            return await self.read_one((record.key, record.value))

    async def run(self, function: Callable[[A], R], argument: A) -> R:
        """Return ``function(argument)``, computed in one of the workers; raises WorkerKilled past its limits."""
        return await self._workers.run(function, argument)

    async def read_one(self, record: tuple[bytes | None, bytes | None]) -> Reading:
        """Return the reading of a record's key and value."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._workers.run(self._read, record)
            except WorkerKilled as killed:
                logger.warning("a record killed its worker (%s), attempt %d", killed.reason, attempt)
                reason = killed.reason
            if reason is KillReason.CPU:
                break
        return Unusable(DeadLetterReason.WORKER_KILLED, f"over the limit of {reason}, attempt {attempt}")


@asynccontextmanager
async def open_readers(processes: int, model: Path | None = None) -> AsyncIterator[Readers]:
    """Hold worker processes that read records with the model of a folder (None: ours); leaving ends them.

    Raises:
        BadModel: the folder lacks a file, or one is damaged.
    """
    folder = (model or WEIGHTS).absolute()
    async with open_workers(
        processes,
        prepare=partial(prepare, folder),
        cpu_seconds=CPU_SECONDS,
        memory_bytes=MEMORY_BYTES,
        wall_seconds=WALL_SECONDS,
    ) as workers:
        yield Readers(workers, folder)
