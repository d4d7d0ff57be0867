"""What comes in from archives: whose it is, what it never replaces, and how a backfill counts and stops."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import Arrival, ArticleIngested
from schemas.tables import ErasedKind, erased, page, publication
from services.ingest.backfill.planting import SOON_SECONDS, find_ended, plant_files, plant_urls
from services.ingest.backfill.running import Backfill
from services.ingest.backfill.stock import Page, Stock
from services.ingest.queues.leases import from_now
from tests.archives import AT, archive, record
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    SENTENCES,
    add_pages,
    article_page,
    events,
    make_due,
    open_replica,
    open_site,
    rows_of,
)

URL = "https://www.news.example/2024/bridge?utm_source=x"
CANONICAL = "https://www.news.example/2024/bridge"


class Shown:
    """Keeps what a bar was told."""

    def __init__(self) -> None:
        self.done = 0
        self.expected = 0

    def __call__(self, more: int) -> None:
        self.done += more

    def expect(self, total: int) -> None:
        self.expected = total


async def read(engine: AsyncEngine, path: Path) -> Sequence[ArticleIngested]:
    """Read all of an archive or folder here, and return what was published."""
    kept = KeptRecords()
    async with engine.begin() as connection:
        for batch in Stock(path).batches():
            await plant_files(connection, batch)
    folder = path if path.is_dir() else path.parent
    async with open_replica(engine, [], kept, folders=[folder]) as replica:
        await replica.run_until_done()
    return events(kept)


async def test_page_of_an_archive_is_its_publishers_and_was_fetched_when_it_says(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    (event,) = await read(engine, archive(tmp_path / "a.warc.gz", record(URL, article_page().encode())))
    assert (event.url, event.final_url, event.canonical_url) == (URL, URL, CANONICAL)
    assert (event.publisher.domain, event.arrival, event.fetched_at) == ("news.example", Arrival.FILE, AT)
    (row,) = await rows_of(engine)
    assert (row.outcome, row.article_id, row.url.startswith((tmp_path / "a.warc.gz").as_uri())) == (
        "published",
        event.article_id,
        True,
    )


async def test_archive_that_is_read_again_publishes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc", record(URL, article_page().encode()))
    assert len(await read(engine, path)) == 1
    assert await read(engine, path) == []
    await make_due(engine)
    assert await read(engine, path) == []


async def test_page_that_two_archives_hold_comes_in_once(engine: AsyncEngine, tmp_path: Path) -> None:
    other = article_page(SENTENCES.replace("eleven", "twelve"))
    archive(tmp_path / "a.warc", record(URL, article_page().encode()), record(CANONICAL, article_page().encode()))
    archive(tmp_path / "b.warc", record(URL, other.encode()))
    published = {(event.article_id, event.revision) for event in await read(engine, tmp_path)}
    assert published == {(row.article_id, row.published_revision) for row in await rows_of(engine, publication)}
    assert len(published) == 1
    assert {row.outcome for row in await rows_of(engine)} == {"duplicate_url", "published"}


async def test_archive_does_not_replace_what_was_fetched_but_is_replaced_by_it(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    async with open_site({"/1": article_page(), "/2": article_page(SENTENCES.replace("eleven", "nine"))}) as site:
        await add_pages(engine, site.url("/1"))
        kept = KeptRecords()
        async with open_replica(engine, [site], kept) as replica:
            await replica.run_until_done()
        old = article_page(SENTENCES.replace("eleven", "twelve")).encode()
        path = archive(tmp_path / "a.warc", record(site.url("/1"), old), record(site.url("/2"), old))
        (archived,) = await read(engine, path)
        assert archived.canonical_url == site.url("/2")
        await add_pages(engine, site.url("/2"))
        async with open_replica(engine, [site], kept) as replica:
            await replica.run_until_done()
    fetched = {event.canonical_url: event for event in events(kept)}
    assert fetched[site.url("/2")].article_id == archived.article_id
    assert fetched[site.url("/2")].revision > archived.revision
    assert len(await rows_of(engine, publication)) == 2


@pytest.mark.parametrize("named", [(ErasedKind.URL, CANONICAL), (ErasedKind.PUBLISHER, "news.example")])
async def test_what_was_erased_does_not_come_back_from_an_archive(
    engine: AsyncEngine, tmp_path: Path, named: tuple[ErasedKind, str]
) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(erased).values(kind=named[0].value, value=named[1]))
    assert await read(engine, archive(tmp_path / "a.warc", record(URL, article_page().encode()))) == []
    assert [row.outcome for row in await rows_of(engine)] == ["erased"]


async def test_url_that_is_known_is_not_fetched_again(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        pages = [Page(url, None, 1.0) for url in ("https://a.example/1", "https://A.example/1", "nonsense")]
        planted = await plant_urls(connection, pages)
        assert (len(planted.ids), planted.bad) == (1, 1)
        assert await find_ended(connection, planted.ids, is_list=True) == []
    async with engine.begin() as connection:
        await connection.execute(update(page).values(due_at=None, outcome="published"))
        assert (await plant_urls(connection, pages)).ids == planted.ids
        ((_, outcome, waits),) = await find_ended(connection, planted.ids, is_list=True)
    assert (outcome, waits) == ("published", False)


async def test_backfill_counts_and_does_not_wait_for_what_is_tried_again_later(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("https://a.example/1\nhttps://b.example/1\nnonsense\n")
    shown = Shown()
    filling = Backfill(engine, Stock(path), shown)
    running = asyncio.create_task(filling.run(asyncio.Event()))
    while not await rows_of(engine):
        await asyncio.sleep(0.05)
    await make_due(engine, attempts=1, outcome="timed_out")
    await asyncio.sleep(1)
    assert not running.done()  # due now: to be waited for
    later = f"due_at = now() + interval '{2 * SOON_SECONDS} seconds'"
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE page SET {later} WHERE host = 'a.example'")
        await connection.exec_driver_sql(
            "UPDATE page SET due_at = NULL, outcome = 'published' WHERE host = 'b.example'"
        )
    await asyncio.wait_for(running, 30)
    assert {name: count for name, count in filling.tally.outcomes.items() if count} == {"published": 1, "bad_url": 1}
    assert (filling.tally.waiting, filling.tally.was_stopped) == (1, False)
    assert (shown.done, shown.expected) == (3, 3)


async def test_file_that_failed_is_waited_for(engine: AsyncEngine, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(article_page())
    async with engine.begin() as connection:
        (batch,) = Stock(tmp_path).batches()
        planted = await plant_files(connection, batch)
        await connection.execute(update(page).values(due_at=from_now(2 * SOON_SECONDS), attempts=1))
        assert await find_ended(connection, planted.ids, is_list=False) == []
        ((_, _, waits),) = await find_ended(connection, planted.ids, is_list=True)
    assert waits


async def test_backfill_that_is_told_to_stop_says_so(engine: AsyncEngine, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(article_page())
    filling, stop = Backfill(engine, Stock(tmp_path), Shown()), asyncio.Event()
    running = asyncio.create_task(filling.run(stop))
    while not await rows_of(engine):
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(running, 10)
    assert filling.tally.was_stopped
