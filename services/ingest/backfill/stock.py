"""Stock: the pages that an archive, a folder or a list of URLs holds, in batches, in an order that stays the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from services.ingest.dates import date_in_url
from services.ingest.fetching.transcoding import as_utf8
from services.ingest.folders import File, find_files
from services.ingest.warc import BadArchive, find_records, is_archive

BATCH = 500
"""Pages of one statement: its parameters stay far below the protocol's 32,767."""

LIST_MAX_BYTES = 512 * 1024 * 1024
"""Five million URLs; a longer list is better cut."""


class BadStock(ValueError):
    """Nothing can be read from there; the message says why."""


class Page(NamedTuple):
    """A page to read: a file or record with its state, or a URL; ``share`` is how much of all lies before its end."""

    url: str
    state: str | None
    share: float


@dataclass(frozen=True)
class Stock:
    """What to read, at most ``limit`` pages of it, and none from before ``since``.

    A record is from when it was fetched, a file from when it was changed, a URL from the day that its path states; one
    whose time is unknown is read.
    """

    path: Path
    limit: int | None = None
    since: datetime | None = None

    @property
    def is_list(self) -> bool:
        """Whether it lists URLs that are to be fetched; else it has the pages themselves."""
        return self.path.is_file() and not is_archive(self.path)

    @property
    def below(self) -> str:
        """How the URLs of all its files and records begin."""
        base = self.path.resolve().as_uri().rstrip("/")
        return f"{base}/" if self.path.is_dir() else f"{base}#"

    def batches(self) -> Iterator[list[Page]]:
        """Yield the pages in batches. Raises `BadStock`, or `OSError` where something cannot be read."""
        pages = islice(self._pages(), self.limit)
        while batch := list(islice(pages, BATCH)):
            yield batch

    def _pages(self) -> Iterator[Page]:
        if self.path.is_dir():
            yield from self._in_folder()
        elif is_archive(self.path):
            yield from self._in_archive(self.path, 0.0, 1.0)
        elif self.path.is_file():
            yield from self._in_list()
        else:
            raise BadStock(f"{self.path} is no WARC file, no folder and no list of URLs")

    def _in_folder(self) -> Iterator[Page]:
        root = self.path.resolve()
        archives = sorted(path for path in root.rglob("*") if is_archive(path) and path.resolve().is_relative_to(root))
        sizes = [path.stat().st_size for path in archives]
        files = [file for file in find_files(root) if self._is_wanted(_changed_at(file))]
        whole = sum(sizes) + sum(int(file.state.rpartition(":")[2]) for file in files) or 1
        before = 0
        for file in files:
            before += int(file.state.rpartition(":")[2])
            yield Page(file.url, file.state, before / whole)
        for path, size in zip(archives, sizes, strict=True):
            yield from self._in_archive(path, before / whole, size / whole)
            before += size

    def _in_archive(self, path: Path, before: float, part: float) -> Iterator[Page]:
        size = path.stat().st_size or 1
        try:
            for record in find_records(path):
                if self._is_wanted(record.fetched_at):
                    yield Page(record.url, record.record_id, before + part * record.offset / size)
        except BadArchive as error:
            raise BadStock(str(error)) from None

    def _in_list(self) -> Iterator[Page]:
        if self.path.stat().st_size > LIST_MAX_BYTES:
            raise BadStock(f"{self.path} is larger than {LIST_MAX_BYTES} bytes")
        lines = as_utf8(self.path.read_bytes()).decode().splitlines()
        now = datetime.now(UTC)
        for number, line in enumerate(lines, start=1):
            url = line.partition("\t")[0].strip()
            if url and not url.startswith("#") and self._is_wanted(_stated_at(url, now)):
                yield Page(url, None, number / len(lines))

    def _is_wanted(self, at: datetime | None) -> bool:
        return self.since is None or at is None or at >= self.since


def _changed_at(file: File) -> datetime:
    return datetime.fromtimestamp(int(file.state.partition(":")[0]) / 1e9, UTC)


def _stated_at(url: str, now: datetime) -> datetime | None:
    try:
        return date_in_url(urlsplit(url).path, now=now).at
    except ValueError:
        return None
