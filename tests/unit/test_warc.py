"""Archives: which of their records are pages, and what each says."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.outcomes import PageOutcome
from services.ingest.fetching.responses import Fetched, FetchFailed
from services.ingest.warc import BadArchive, find_records, read_record
from tests.archives import AT, archive, record

URL = "https://news.example/1"
PAGE = b"<html><p>Words</p></html>"
MOST = 1_000


def read(path: Path, number: int = 0, *, most: int = MOST) -> Fetched:
    return read_record(list(find_records(path))[number].url, [path.parent], most)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_record_is_read_by_its_place(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / name, *(record(f"{URL}{number}", PAGE * number) for number in range(1, 4)))
    assert len({found.url for found in find_records(path)}) == 3
    fetched = read(path, 1)
    assert (fetched.requested_url, fetched.final_url, fetched.body) == (f"{URL}2", f"{URL}2", PAGE * 2)
    assert (fetched.content_type, fetched.charset, fetched.fetched_at) == ("text/html", "utf-8", AT)


def test_only_pages_are_found(tmp_path: Path) -> None:
    others = [
        record("urn:x", b"software: x\r\n", kind="warcinfo"),
        record(URL, b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record(URL, b"fetchTimeMs: 1", kind="metadata"),
        record(URL, kind="revisit"),
        record(f"{URL}/404", PAGE, status="404 Not Found"),
        record(f"{URL}/301", status="301 Moved", http="Location: /2\r\n"),
        record(f"{URL}/p.png", b"\x89PNG", content_type="image/png"),
        record("dns:news.example", b"20240501 127.0.0.1"),
        record("ftp://news.example/1", PAGE),
    ]
    path = archive(tmp_path / "a.warc.gz", *others, record(f"<{URL}>", PAGE), *others)
    (found,) = find_records(path)
    assert (found.fetched_at, found.record_id.startswith("<urn:uuid:")) == (AT, True)
    assert read(path).final_url == URL


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (gzip.compress(PAGE), "Content-Encoding: gzip\r\n"),
        (f"{len(PAGE):x}\r\n".encode() + PAGE + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
    ],
)
def test_encodings_of_the_answer_are_undone(tmp_path: Path, body: bytes, header: str) -> None:
    assert read(archive(tmp_path / "a.warc", record(URL, body, http=header))).body == PAGE


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (PAGE, "Content-Encoding: gzip\r\n"),
        (PAGE, "Content-Encoding: br\r\n"),
        (PAGE, "Transfer-Encoding: chunked\r\n"),
        (b"\xef\xbb\xbf\r\n" + PAGE, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        (gzip.compress(PAGE), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        (b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
    ],
)
def test_body_stored_decoded_is_read_as_it_is(tmp_path: Path, body: bytes, header: str) -> None:
    fetched = read(archive(tmp_path / "a.warc.gz", record(URL, body, http=header), record(f"{URL}2", PAGE)))
    assert fetched.body.endswith(PAGE)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (gzip.compress(PAGE)[:10] + b"\xff" * 20, "Content-Encoding: gzip\r\n"),
        (b"ffff\r\n" + PAGE, "Transfer-Encoding: chunked\r\n"),
    ],
)
def test_body_whose_encoding_is_broken_is_refused(tmp_path: Path, body: bytes, header: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        read(archive(tmp_path / "a.warc", record(URL, body, http=header)))
    assert failed.value.outcome is PageOutcome.BAD_RESPONSE


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_file_that_is_cut_gives_what_is_whole(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / name, record(URL, PAGE), record(f"{URL}2", PAGE * 10), cut=30)
    assert read(path, 0).body == PAGE
    with pytest.raises(FetchFailed, match="cut short") as failed:
        read(path, 1)
    assert failed.value.outcome is PageOutcome.BAD_RESPONSE


def test_record_that_was_cut_when_it_was_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="cut short"):
        read(archive(tmp_path / "a.warc", record(URL, PAGE, warc="WARC-Truncated: length\r\n")))


def test_large_body_and_bomb_are_refused(tmp_path: Path) -> None:
    bomb = record(URL, gzip.compress(bytes(10_000_000)), http="Content-Encoding: gzip\r\n")
    for number, each in enumerate((record(URL, bytes(MOST + 1)), bomb)):
        with pytest.raises(FetchFailed) as failed:
            read(archive(tmp_path / f"{number}.warc.gz", each), most=10_000 if number else MOST)
        assert failed.value.outcome is PageOutcome.TOO_LARGE


def test_record_outside_the_folders_is_not_read(tmp_path: Path) -> None:
    (found,) = find_records(archive(tmp_path / "a.warc", record(URL, PAGE)))
    (tmp_path / "other").mkdir()
    with pytest.raises(FetchFailed) as failed:
        read_record(found.url, [tmp_path / "other"], MOST)
    assert failed.value.outcome is PageOutcome.REFUSED_ADDRESS


@pytest.mark.parametrize(
    ("place", "outcome"),
    [
        ("#7", PageOutcome.BAD_RESPONSE),
        ("#999999", PageOutcome.BAD_RESPONSE),
        ("#x", PageOutcome.BAD_RESPONSE),
        ("2#0", PageOutcome.NOT_FOUND),
    ],
)
def test_place_without_a_record_is_an_outcome(tmp_path: Path, place: str, outcome: PageOutcome) -> None:
    path = archive(tmp_path / "a.warc", record(URL, PAGE))
    with pytest.raises(FetchFailed) as failed:
        read_record(f"{path.as_uri()}{place}", [tmp_path], MOST)
    assert failed.value.outcome is outcome


def test_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(PAGE)
    with pytest.raises(BadArchive, match="no WARC file"):
        list(find_records(tmp_path / "a.warc"))


def test_file_packed_as_a_whole_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(record(URL, PAGE) + record(f"{URL}2", PAGE)))
    with pytest.raises(BadArchive, match="as a whole"):
        list(find_records(tmp_path / "a.warc.gz"))


def test_time_of_a_record_is_in_utc(tmp_path: Path) -> None:
    at = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert read(archive(tmp_path / "a.warc", record(URL, PAGE, at=at))).fetched_at == at
