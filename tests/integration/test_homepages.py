"""A home page is looked through for a feed once, and again only where the one that was found is lost."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import feed, host
from services.ingest.discovery.sources import FAILED_LONG
from services.ingest.queues import frontier
from services.ingest.queues.leases import from_now
from tests.fakes import KeptRecords
from tests.integration.newsroom import Site, json_feed, open_replica, open_site, rows_of, status

HOME = "<!doctype html><html><head></head><body><p>Welcome</p></body></html>"
NAMING = HOME.replace("<head>", '<head><link rel="alternate" type="application/feed+json" href="/named">')


async def poll(engine: AsyncEngine, site: Site, **before: Any) -> dict[str, Any]:
    """Have the home page polled, with this in the row of the feed that was found in it; return all feeds by path."""
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/"))
        await connection.execute(update(feed).values(next_poll_at=from_now(3_600)))
        await connection.execute(update(feed).where(feed.c.found_in.is_not(None)).values(before or {"reason": None}))
        home = update(feed).where(feed.c.found_in.is_(None))
        await connection.execute(home.values(next_poll_at=from_now(0), outcome=None))
        await connection.execute(update(host).values(free_at=from_now(0)))
    site.asked.clear()

    async def is_polled() -> bool:
        rows = await rows_of(engine, feed)
        return all(row.outcome and row.lease_token is None for row in rows)

    async with open_replica(engine, [site], KeptRecords()) as replica:
        await replica.run_until(is_polled)
    return {row.url.removeprefix(site.url("")): row for row in await rows_of(engine, feed)}


@pytest.mark.parametrize(
    "lives",
    [{"failures": 0}, {"failures": FAILED_LONG - 1, "outcome": "timed_out"}, {"ended_at": from_now(0)}],
    ids=["answers", "fails", "moved to what is polled"],
)
async def test_home_page_is_not_looked_through_again_while_its_feed_lives(
    engine: AsyncEngine, lives: dict[str, Any]
) -> None:
    async with open_site({"/": HOME, "/rss": json_feed("http://127.0.0.1:1/a")}) as site:
        found = await poll(engine, site)
        assert (set(found), site.paths()[:3]) == ({"/", "/rss"}, ["/", "/feed", "/rss"])
        again = await poll(engine, site, **lives)
        assert site.paths() == ["/"]
    assert set(again) == {"/", "/rss"}
    assert (again["/"].outcome, again["/"].reason) == ("polled", "names 1 feeds")


@pytest.mark.parametrize(
    "lost",
    [{"failures": FAILED_LONG, "outcome": "not_found"}, {"ended_at": from_now(0), "outcome": "gone"}],
    ids=["fails for long", "gone"],
)
async def test_home_page_whose_feed_is_lost_is_looked_through_again(engine: AsyncEngine, lost: dict[str, Any]) -> None:
    async with open_site({"/": HOME, "/rss": json_feed("http://127.0.0.1:1/a")}) as site:
        assert set(await poll(engine, site)) == {"/", "/rss"}
        site.pages |= {"/rss": status(410), "/atom.xml": json_feed("http://127.0.0.1:1/a")}
        found = await poll(engine, site, **lost)
        assert "/atom.xml" in site.paths()
    assert set(found) == {"/", "/atom.xml"}


async def test_feed_that_the_home_page_names_by_now_takes_the_place_of_one_that_was_found(engine: AsyncEngine) -> None:
    async with open_site({"/": HOME, "/rss": json_feed("http://127.0.0.1:1/a")}) as site:
        await poll(engine, site)
        site.pages |= {"/": NAMING, "/named": json_feed("http://127.0.0.1:1/a")}
        assert set(await poll(engine, site)) == {"/", "/named"}
