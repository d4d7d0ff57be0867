"""Stocks: the pages of a folder, an archive or a list, in an order that stays the same."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ingest.backfill.stock import BATCH, BadStock, Page, Stock
from tests.archives import AT, archive, record

PAGE = b"<p>Words</p>"


def pages(stock: Stock) -> list[Page]:
    return [page for batch in stock.batches() for page in batch]


def test_list_gives_urls_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_bytes("\ufeff# ours\r\nhttps://a.example/1\r\n\r\nhttps://b.example/é\t2024\r\nnonsense\r\n".encode())
    stock = Stock(path)
    assert stock.is_list
    assert [page.url for page in pages(stock)] == ["https://a.example/1", "https://b.example/é", "nonsense"]
    assert pages(stock)[-1].share == 1


def test_list_since_a_day_leaves_out_what_its_path_dates_before(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("https://a.example/2024/05/01/x\nhttps://a.example/2024/05/03/y\nhttps://a.example/z\n")
    found = pages(Stock(path, since=datetime(2024, 5, 2, tzinfo=UTC)))
    assert [page.url[-1] for page in found] == ["y", "z"]


def test_folder_gives_its_files_and_the_records_of_its_archives(tmp_path: Path) -> None:
    (tmp_path / "2024" / "05").mkdir(parents=True)
    (tmp_path / "b.html").write_bytes(PAGE)
    (tmp_path / "a.htm").write_bytes(PAGE)
    (tmp_path / "notes.txt").write_bytes(PAGE)
    archive(tmp_path / "2024" / "05" / "CC-NEWS-1.warc.gz", record("https://a.example/1", PAGE))
    stock = Stock(tmp_path)
    found = pages(stock)
    names = [page.url.rpartition("/")[2].partition("#")[0] for page in found]
    assert (stock.is_list, names) == (False, ["a.htm", "b.html", "CC-NEWS-1.warc.gz"])
    assert all(page.url.startswith(stock.below) for page in found)
    shares = [page.share for page in found]
    assert shares == sorted(shares)
    assert shares[-1] <= 1


def test_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    archive(tmp_path / "out.warc", record("https://a.example/1", PAGE))
    (tmp_path / "in" / "link.warc").symlink_to(tmp_path / "out.warc")
    assert pages(Stock(tmp_path / "in")) == []


def test_archive_since_a_time_leaves_out_earlier_records(tmp_path: Path) -> None:
    late = datetime(2024, 6, 1, tzinfo=UTC)
    path = archive(
        tmp_path / "a.warc", record("https://a.example/1", PAGE), record("https://a.example/2", PAGE, at=late)
    )
    assert len(pages(Stock(path, since=AT))) == 2
    (found,) = pages(Stock(path, since=late))
    assert found.url.startswith(Stock(path).below)


def test_file_since_a_time_is_judged_by_its_last_change(tmp_path: Path) -> None:
    for name, at in (("old.html", AT), ("new.html", datetime(2024, 6, 1, tzinfo=UTC))):
        (tmp_path / name).write_bytes(PAGE)
        os.utime(tmp_path / name, (at.timestamp(), at.timestamp()))
    assert [page.url[-8:] for page in pages(Stock(tmp_path, since=datetime(2024, 5, 2, tzinfo=UTC)))] == ["new.html"]


def test_limit_counts_from_the_beginning_and_batches_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("".join(f"https://a.example/{number}\n" for number in range(2 * BATCH + 1)))
    assert [len(batch) for batch in Stock(path).batches()] == [BATCH, BATCH, 1]
    assert [page.url[-1] for page in pages(Stock(path, limit=3))] == ["0", "1", "2"]


def test_what_is_not_there_is_no_stock(tmp_path: Path) -> None:
    with pytest.raises(BadStock, match="no WARC file, no folder and no list"):
        pages(Stock(tmp_path / "gone"))
    (tmp_path / "a.warc").write_bytes(b"nonsense")
    with pytest.raises(BadStock, match="no WARC file"):
        pages(Stock(tmp_path / "a.warc"))
