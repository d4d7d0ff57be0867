"""Small doubles of our own with the real interfaces."""

from collections.abc import Callable, Sequence

from services.extract.records import Reading, read
from services.kafka import Headers, Partition, Record


class ReadersHere:
    """Reads records in this process; ``reads`` may stand in for the real reading."""

    def __init__(self, reads: Callable[[tuple[bytes | None, bytes | None]], Reading] = read) -> None:
        self._read = reads
        self.batches: list[list[int]] = []

    async def read(self, records: Sequence[Record]) -> list[Reading]:
        self.batches.append([record.offset for record in records])
        return [self._read((record.key, record.value)) for record in records]


class KeptRecords:
    """A producer that keeps what it was given; ``fail`` is raised instead, as often as it says."""

    def __init__(self, *fail: Exception) -> None:
        self.records: list[tuple[str, bytes, bytes | None, dict[str, bytes]]] = []
        self._fail = list(fail)

    async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
        if self._fail:
            raise self._fail.pop(0)
        self.records.append((topic, key, value, dict(headers)))

    async def reset(self) -> None:
        pass


class ScriptedConsumer:
    """A consumer whose assignments and batches the test decides."""

    def __init__(self, *, bounds: tuple[int, int] = (0, 1_000)) -> None:
        self.numbers: dict[Partition, int] = {}
        self.batches: list[dict[Partition, list[Record]]] = []
        self.sought: list[tuple[Partition, int]] = []
        self.paused: list[Partition] = []
        self.committed: list[tuple[Partition, int]] = []
        self.first: list[tuple[Partition, int]] = []
        self.on_poll: Callable[[], None] = lambda: None
        self.bounds_now = bounds

    def seek(self, partition: Partition, offset: int) -> None:
        self.sought.append((partition, offset))

    def pause(self, partition: Partition) -> None:
        self.paused.append(partition)

    def resume(self, partition: Partition) -> None:
        pass

    async def poll(self, *, timeout_ms: int, max_records: int) -> dict[Partition, list[Record]]:
        self.on_poll()
        return self.batches.pop(0) if self.batches else {}

    async def bounds(self, partition: Partition) -> tuple[int, int]:
        return self.bounds_now

    async def commit(self, partition: Partition, next_offset: int) -> None:
        self.committed.append((partition, next_offset))

    async def commit_first(self, partition: Partition, next_offset: int) -> None:
        self.first.append((partition, next_offset))
