"""What a poll leaves in the feed's row: its pace, its rest, where it has moved to, and whether it has ended."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import feed, host
from services.ingest.queues import frontier
from services.ingest.queues.leases import from_now
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    Answer,
    Site,
    article_page,
    body,
    json_feed,
    open_replica,
    open_site,
    rows_of,
    status,
)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site({"/a": article_page()}) as site:
        yield site


async def poll(engine: AsyncEngine, site: Site, *paths: str) -> list[Any]:
    """Add the feeds, have every feed polled that has not ended, and return all."""
    async with engine.begin() as connection:
        for path in paths:
            await frontier.add_feed(connection, site.url(path))
        await connection.execute(update(feed).values(next_poll_at=from_now(0), outcome=None))
        await connection.execute(update(host).values(free_at=from_now(0)))

    async def are_polled() -> bool:
        return all(row.outcome or row.ended_at for row in await rows_of(engine, feed))

    async with open_replica(engine, [site], KeptRecords(), fetch_seconds=2.0) as replica:
        await replica.run_until(are_polled)
    return await rows_of(engine, feed)


def wait_of(row: Any) -> float:
    return float((row.next_poll_at - row.polled_at).total_seconds())


def rss(stated: str, *hours_ago: float) -> Answer:
    dates = [format_datetime(datetime.now(UTC) - timedelta(hours=hours)) for hours in hours_ago]
    items = "".join(
        f"<item><title>A</title><link>https://a.example/{number}</link><pubDate>{date}</pubDate></item>"
        for number, date in enumerate(dates)
    )
    return body(f"<rss version='2.0'><channel><title>t</title>{stated}{items}</channel></rss>".encode(), "text/xml")


async def test_feed_is_polled_at_the_pace_of_its_entries_from_the_first(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/busy": rss("", *(hours / 10 for hours in range(1, 51))), "/quiet": rss("", 24 * 300, 24 * 299)}
    busy, quiet = await poll(engine, site, "/busy", "/quiet")
    assert (busy.changes_per_day, wait_of(busy)) == (pytest.approx(240, rel=0.01), 300)
    assert wait_of(quiet) == 86_400


async def test_rest_is_kept_for_when_the_feed_is_not_modified(engine: AsyncEngine, site: Site) -> None:
    site.pages["/feed"] = rss("<ttl>90</ttl><skipHours><hour>3</hour></skipHours>", *range(1, 50))
    (row,) = await poll(engine, site, "/feed")
    assert (row.ttl_seconds, row.skip_hours, row.skip_days) == (5_400, [3], [])
    assert wait_of(row) >= 5_400
    site.pages["/feed"] = status(304)
    async with engine.begin() as connection:
        await connection.execute(update(feed).values(etag='"a"'))
    (row,) = await poll(engine, site)
    assert (row.outcome, row.ttl_seconds, row.skip_hours) == ("not_modified", 5_400, [3])
    assert wait_of(row) >= 5_400
    assert row.next_poll_at.hour != 3


async def test_feed_that_moved_for_good_is_polled_there_and_keeps_its_name(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/old": status(301, Location="/older"), "/older": status(308, Location="/new")}
    site.pages["/new"] = json_feed(site.url("/a"))
    (row,) = await poll(engine, site, "/old")
    assert (row.url, row.moved_to, row.outcome) == (site.url("/old"), site.url("/new"), "polled")
    site.asked.clear()
    await poll(engine, site)
    assert [path for path in site.paths() if path != "/a"] == ["/new"]


async def test_feed_that_moved_for_now_is_polled_where_it_was(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/old": status(302, Location="/new"), "/new": json_feed(site.url("/a"))}
    (row,) = await poll(engine, site, "/old")
    assert (row.moved_to, row.outcome) == (None, "polled")


async def test_feed_that_moved_to_what_is_no_feed_stays(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/old": status(301, Location="/new"), "/new": body(b"%PDF-1.7", "application/pdf")}
    (row,) = await poll(engine, site, "/old")
    assert (row.moved_to, row.outcome) == (None, "not_a_feed")


async def test_feed_that_moved_to_where_another_is_polled_ends(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/new": json_feed(site.url("/a")), "/old": status(301, Location="/new")}
    there, here = await poll(engine, site, "/new", "/old")
    assert (there.ended_at, here.ended_at is None) == (None, False)
    assert here.reason == f"moved to {site.url('/new')}, which is polled"


async def test_place_that_is_lost_is_given_up_for_the_feeds_own_url(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/old": status(301, Location="/new"), "/new": json_feed(site.url("/a"))}
    await poll(engine, site, "/old")
    site.pages["/new"] = status(410)
    (row,) = await poll(engine, site)
    assert (row.moved_to, row.ended_at, row.outcome, row.failures) == (None, None, "gone", 1)
    site.pages["/old"] = json_feed(site.url("/a"))
    (row,) = await poll(engine, site)
    assert (row.outcome, row.failures) == ("polled", 0)


async def test_feed_that_is_gone_is_polled_no_more(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/feed": status(410), "/other": json_feed(site.url("/a"))}
    gone, _ = await poll(engine, site, "/feed", "/other")
    assert gone.ended_at is not None
    site.asked.clear()
    await poll(engine, site)
    assert "/feed" not in site.paths()
