"""What reading costs in a worker of the extract service."""

from collections.abc import Iterable

from bench.quality.load import Cost, spend
from bench.quality.rows import Row, row
from services.extract.readers import MEMORY_BYTES
from services.extract.records import read
from services.workers import open_workers

GROUP = "cost"

LIMIT_SECONDS = 300.0
"""For a reading far slower than any so far; the whole bench may take ten minutes."""

MEGABYTE = 1_000_000


async def measure(texts: Iterable[str]) -> list[Row]:
    """Have a worker with its usual modules and memory read the texts, one after the other.

    - words a CPU second: of everything in ``extract``, on one core, user and system time, after one unmeasured pass.
    - worker memory: the most that was resident (VmHWM) from its start on, articles of ordinary length being read.
    """
    async with open_workers(
        1,
        modules=[read.__module__],
        cpu_seconds=LIMIT_SECONDS,
        memory_bytes=MEMORY_BYTES,
        wall_seconds=LIMIT_SECONDS,
    ) as workers:
        cost: Cost = await workers.run(spend, tuple(texts))
    return [
        row(GROUP, "words a CPU second", cost.words / cost.cpu_seconds),
        row(GROUP, "worker memory (MB)", cost.peak_bytes / MEGABYTE, lower_is_better=True),
    ]
