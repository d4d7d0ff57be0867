"""Folders: HTML files on disk that are pages like any other, read without the network.

A file's article is named by the file's own URL, never by what stands in the file: nobody can pass a text off as a
publisher's by handing us a file with a link to it. A record of an archive is the page that its crawler asked for.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.outcomes import PageOutcome
from schemas.tables import page
from services.ingest.fetching.responses import Fetched, FetchFailed
from services.ingest.queues.waiting import FILE_HOST
from services.ingest.warc import is_record, read_record

SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
"""What counts as a page; other files of a folder are left alone."""

BATCH_FILES = 500
"""Files of one statement: its parameters stay far below the protocol's 32,767."""

FILE_DOMAIN = "file"
"""The publisher of a file: nothing that could vouch for another one is known."""

MAX_URL_CHARACTERS = 2_000
"""A file with a longer URL is left alone: it is a key of an index, whose rows end at 2,700 bytes."""


class File(NamedTuple):
    """A file that may be a page, and what tells whether it has changed."""

    url: str
    state: str


def folder_urls(folders: Iterable[Path]) -> list[str]:
    """Return the ``file:///`` URLs below which each folder's files are; each ends in a slash."""
    return [folder.resolve().as_uri().rstrip("/") + "/" for folder in folders]


def find_files(folder: Path) -> list[File]:
    """Return the pages in a folder and below it, by URL; a link that leads out of the folder is no page of it."""
    root = folder.resolve()
    found = []
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file() and path.resolve().is_relative_to(root):
            status = path.stat()
            found.append(File(path.as_uri(), f"{status.st_mtime_ns}:{status.st_size}"))
    return [file for file in found if len(file.url) <= MAX_URL_CHARACTERS]


async def save_files(connection: AsyncConnection, files: Sequence[File]) -> int:
    """Make a due page of each file not known yet, and of each that has changed; return how many are due now."""
    due = 0
    for first in range(0, len(files), BATCH_FILES):
        rows = [_page_row(file) for file in files[first : first + BATCH_FILES]]
        statement = insert(page).values(rows)
        upsert = statement.on_conflict_do_update(
            index_elements=[page.c.url],
            set_={"entry": statement.excluded.entry, "due_at": func.now(), "attempts": 0},
            where=statement.excluded.entry["state"].astext.is_distinct_from(page.c.entry["state"].astext),
        )
        due += (await connection.execute(upsert)).rowcount
    return due


def _page_row(file: File) -> dict[str, object]:
    return {
        "page_id": uuid5(NAMESPACE_URL, file.url),
        "url": file.url,
        "host": FILE_HOST,
        "arrival": Arrival.FILE.value,
        "publisher_domain": FILE_DOMAIN,
        "entry": {"state": file.state},
    }


async def read_file(url: str, folders: Sequence[Path], *, max_bytes: int) -> Fetched:
    """Return a file as if it had been fetched, or the record of an archive that was.

    When a file was changed is no evidence of anything, so it is not told.

    Raises:
        FetchFailed: it is gone, too large, unreadable, or outside the folders.
    """
    return await asyncio.to_thread(read_record if is_record(url) else _read, url, folders, max_bytes)


def _read(url: str, folders: Sequence[Path], max_bytes: int) -> Fetched:
    path = Path(unquote(urlsplit(url).path)).resolve()
    if not any(path.is_relative_to(folder.resolve()) for folder in folders):
        raise FetchFailed(PageOutcome.REFUSED_ADDRESS, "outside the folders")
    try:
        with path.open("rb") as file:
            body = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise FetchFailed(PageOutcome.NOT_FOUND, "no such file") from error
    except OSError as error:
        raise FetchFailed(PageOutcome.BAD_RESPONSE, f"unreadable: {error.strerror}") from error
    if len(body) > max_bytes:
        raise FetchFailed(PageOutcome.TOO_LARGE, f"more than {max_bytes} bytes")
    return as_fetched(url, body)


def as_fetched(url: str, body: bytes, at: datetime | None = None) -> Fetched:
    """Return bytes that did not come over the network in the shape of those that did."""
    return Fetched(
        requested_url=url,
        final_url=url,
        status=200,
        content_type=None,
        charset=None,
        body=body,
        truncated=False,
        etag=None,
        last_modified=None,
        fetched_at=at or datetime.now(UTC),
        cache_max_age_seconds=None,
        redirects=(),
        moved_permanently_to=None,
    )
