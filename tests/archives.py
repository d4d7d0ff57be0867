"""WARC files as crawlers write them, made for a test."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

AT = datetime(2024, 5, 1, 10, tzinfo=UTC)


def record(
    url: str,
    body: bytes = b"",
    *,
    kind: str = "response",
    status: str = "200 OK",
    content_type: str = "text/html; charset=utf-8",
    at: datetime = AT,
    http: str = "",
    warc: str = "",
) -> bytes:
    """Return one record, not packed; ``http`` and ``warc`` are more header lines, each with its line's end."""
    is_http = kind in {"response", "revisit"}
    answer = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{http}\r\n".encode() if is_http else b""
    block = answer + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, f'{kind} {url}')}>\r\n"
        f"WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Target-URI: {url}\r\n{warc}"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def archive(path: Path, *records: bytes, cut: int = 0) -> Path:
    """Write records to a file, each packed for itself where it is a ``.gz``, without the last ``cut`` bytes."""
    packed = [gzip.compress(each) if path.suffix == ".gz" else each for each in records]
    whole = b"".join(packed)
    path.write_bytes(whole[: len(whole) - cut])
    return path
