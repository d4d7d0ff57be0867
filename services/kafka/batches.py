"""Batches of records as the consumer reads them, also where the name of a header is no UTF-8.

Kafka never looks at the names of headers, and clients in other languages send any bytes. aiokafka decodes them strictly
while it reads a batch, so one such name would make every record from there on unreadable for ever.
"""

from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from typing_extensions import override

LENGTH = slice(8, 12)
"""Where a batch keeps the length of what follows (Kafka protocol, record batch): after its base offset."""

MAGIC_AT = 16
"""Where it keeps the version of its format; all but 2 are of before 2017."""

MAGIC = 2


class _Name(bytes):
    """Bytes that are always text: what is no UTF-8 is written as escapes."""

    @override
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return super().decode(encoding, "backslashreplace")


class _Buffer(bytearray):
    """A batch's bytes, whose slices are such text where they are decoded."""

    @override
    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Name(found) if isinstance(at, slice) else found


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]
    """One batch, read by aiokafka's own code in Python: the compiled one cannot be told how to decode."""

    @override
    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = _Buffer(self._buffer)


class Batches:
    """The batches of one partition's fetch, in order; a last one that was cut off is left out."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)

    def size_in_bytes(self) -> int:
        """Return how many bytes are not read yet."""
        return len(self._data)

    def has_next(self) -> bool:
        """Tell whether a whole batch is left."""
        return LENGTH.stop <= len(self._data) and self._length() <= len(self._data)

    def _length(self) -> int:
        return LENGTH.stop + int.from_bytes(self._data[LENGTH], "big")

    def next_batch(self) -> Any:
        """Return the next batch, or None where none is left."""
        if not self.has_next():
            return None
        batch, self._data = self._data[: self._length()], self._data[self._length() :]
        if batch[MAGIC_AT] != MAGIC:
            return MemoryRecords(bytes(batch)).next_batch()
        return _Batch(batch)


def read_any_header() -> None:
    """Have aiokafka's consumers of this process read batches so; it offers no other place to say it."""
    fetcher.MemoryRecords = Batches
