"""WARC: pages as a crawler archived them (ISO 28500; CC-NEWS is laid out so), each read by its place in its file.

What an archive says is believed like a server: whoever runs us hands it in. It never replaces a text that is known.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from schemas.outcomes import PageOutcome
from services.ingest.fetching.decoding import header_charset
from services.ingest.fetching.responses import Fetched, FetchFailed, read_media_type
from services.ingest.urls import BadUrl, resolve

SUFFIXES = (".warc", ".warc.gz")

Decoded = Literal["all", "content", "transfer", "none"]
"""Which of an answer's encodings are undone, of those that its headers state."""

HEADER_MAX_BYTES = 64 * 1024
"""Of one record and of its answer; the longest headers of real answers have 16 KB."""

_HTML = frozenset({None, "text/html", "application/xhtml+xml"})
_MAGIC = (b"WARC/", b"\x1f\x8b")
_WAYS: tuple[Decoded, ...] = ("content", "transfer", "none")
_BEGINS = b"\xef\xbb\xbf \t\r\n"


class BadArchive(ValueError):
    """This is no WARC file that can be read; the message says why."""


class Record(NamedTuple):
    """A page in an archive: the URL that names its place in the file, its id, when it was fetched, and that place."""

    url: str
    record_id: str
    fetched_at: datetime | None
    offset: int


def is_archive(path: Path) -> bool:
    """Tell whether a file is called as WARC files are."""
    return path.name.lower().endswith(SUFFIXES)


def is_record(url: str) -> bool:
    """Tell whether a ``file:///`` URL names a record of a file: the URL of a file itself has no fragment."""
    return "#" in url


def find_records(path: Path) -> Iterator[Record]:
    """Yield the pages in an archive, in its order: what was answered with status 200 and HTML.

    A file that is cut yields what is before the cut. Raises `BadArchive`, or `OSError` where it cannot be read.
    """
    with path.open("rb") as places:
        if not places.read(8).startswith(_MAGIC):
            raise BadArchive(f"{path} is no WARC file")
        base, last = path.resolve().as_uri(), -1
        for record in _read(path, WarcRecordType.response):
            places.seek(record.stream_pos)
            if record.stream_pos == last or not places.read(8).startswith(_MAGIC):
                raise BadArchive(
                    f"{path} is compressed as a whole; each record is to be, so that it can be found again"
                )
            last = record.stream_pos
            if _is_page(record):
                yield Record(f"{base}#{last}", record.record_id or "", record.record_date, last)


def read_record(url: str, folders: Sequence[Path], max_bytes: int) -> Fetched:
    """Return a record as if it had been fetched, when and where the archive says.

    Raises:
        FetchFailed: it is gone, too large, cut, no page, or outside the folders.
    """
    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    if not any(path.is_relative_to(folder.resolve()) for folder in folders):
        raise FetchFailed(PageOutcome.REFUSED_ADDRESS, "outside the folders")
    try:
        return _find(path, int(parts.fragment), max_bytes)
    except FileNotFoundError as error:
        raise FetchFailed(PageOutcome.NOT_FOUND, "no such file") from error
    except BadUrl as error:
        raise FetchFailed(PageOutcome.BAD_URL, error.reason) from error
    except (OSError, ValueError) as error:
        raise FetchFailed(PageOutcome.BAD_RESPONSE, f"unreadable: {type(error).__name__}") from error


def _find(path: Path, offset: int, max_bytes: int) -> Fetched:
    """Return the record at a place, also where the crawler undid an encoding and kept the header that states it.

    Markup must come out then: what is truly encoded, and broken, is none.
    """
    try:
        return _fetched(path, offset, max_bytes, "all")
    except OSError:
        for decoded in _WAYS:
            with suppress(OSError):
                fetched = _fetched(path, offset, max_bytes, decoded)
                if fetched.body.lstrip(_BEGINS).startswith(b"<"):
                    return fetched
        raise


def _fetched(path: Path, offset: int, max_bytes: int, decoded: Decoded) -> Fetched:
    if not _is_whole(path, offset, max_bytes):
        raise FetchFailed(PageOutcome.BAD_RESPONSE, "cut short in the archive")
    with path.open("rb") as file:
        file.seek(offset)
        record = _first(_read(file, WarcRecordType.any_type, decoded=decoded))
        if not _is_page(record) or record.http_headers is None:
            raise FetchFailed(PageOutcome.NOT_HTML, "no page in the archive any more")
        body = record.reader.read(max_bytes + 1)
        if len(body) > max_bytes:
            raise FetchFailed(PageOutcome.TOO_LARGE, f"more than {max_bytes} bytes")
        asked = resolve("", _target(record))
        said = record.http_headers.get("Content-Type")
        return Fetched(
            requested_url=asked,
            final_url=asked,
            status=HTTPStatus.OK,
            content_type=read_media_type(said),
            charset=header_charset(said),
            body=body,
            truncated=False,
            etag=None,
            last_modified=None,
            fetched_at=record.record_date or datetime.now(UTC),
            cache_max_age_seconds=None,
            redirects=(),
            moved_permanently_to=None,
        )


def _is_whole(path: Path, offset: int, max_bytes: int) -> bool:
    """Tell whether all of the record is there: of a cut one the reader gives what there is, and says nothing."""
    with path.open("rb") as file:
        file.seek(offset)
        record = _first(_read(file, WarcRecordType.any_type, parsed=False))
        least = min(record.content_length, max_bytes)
        return "WARC-Truncated" not in record.headers and len(record.reader.read(least)) == least


def _read(
    source: Path | BinaryIO, kinds: WarcRecordType, *, parsed: bool = True, decoded: Decoded = "none"
) -> Iterator[WarcRecord]:
    return iter(
        ArchiveIterator(
            source,
            record_types=kinds,
            parse_http=parsed,
            auto_decode=decoded,
            max_header_len=HEADER_MAX_BYTES,
            fsspec_args=False,
        )
    )


def _first(records: Iterator[WarcRecord]) -> WarcRecord:
    record = next(records, None)
    if record is None:
        raise FetchFailed(PageOutcome.BAD_RESPONSE, "no record at this place")
    return record


def _is_page(record: WarcRecord) -> bool:
    headers = record.http_headers
    if record.record_type != WarcRecordType.response or headers is None or headers.status_code != HTTPStatus.OK:
        return False
    return _target(record).startswith(("http://", "https://")) and read_media_type(headers.get("Content-Type")) in _HTML


def _target(record: WarcRecord) -> str:
    """Return the URL that was asked; some crawlers put it in angle brackets, as WARC 0.18 did."""
    return (record.headers.get("WARC-Target-URI") or "").strip("<>")
