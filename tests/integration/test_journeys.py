"""A fetch that needs two hosts, or one slow host several times, makes a step a turn, and comes to its end."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.outcomes import PageOutcome
from schemas.tables import feed, page, submission
from services.ingest.fetching.redirects import MAX_REDIRECTS, Way
from services.ingest.fetching.responses import FetchFailed
from services.ingest.queues import frontier
from services.ingest.queues.hosts import HostBusy
from services.ingest.queues.journeys import WAITS_MAX, Journey, go_on, journey_of
from services.ingest.queues.leases import from_now
from services.ingest.urls import host_key
from tests.builders import sha256
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    Site,
    add_pages,
    article_page,
    body,
    events,
    json_feed,
    open_replica,
    open_site,
    rows_of,
    status,
)
from tests.integration.test_crew import crew_of, giving, piece, run_for

SLOW = body(b"User-agent: *\nCrawl-delay: 2\n", "text/plain")
"""Longer than a replica of the tests waits for a host within one piece of work."""

HOME = "<!doctype html><html><head></head><body><p>Welcome</p></body></html>"


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site({"/robots.txt": SLOW}) as site:
        yield site


@pytest_asyncio.fixture
async def other() -> AsyncIterator[Site]:
    async with open_site({"/robots.txt": SLOW}) as site:
        yield site


async def run(engine: AsyncEngine, table: Any, *sites: Site) -> KeptRecords:
    """Run a replica until the first row of the table has an outcome and nobody holds it."""
    kept = KeptRecords()

    async def is_done() -> bool:
        return all(row.outcome and row.lease_token is None for row in (await rows_of(engine, table))[:1])

    async with open_replica(engine, sites, kept) as replica:
        await replica.run_until(is_done, seconds=60)
    return kept


def apart(site: Site) -> list[float]:
    """Return the seconds between the requests of a site's pages."""
    began = [each.began for each in site.asked if each.path != "/robots.txt"]
    return [later - before for before, later in pairwise(began)]


async def poll(engine: AsyncEngine, site: Site, path: str, *others: Site) -> Any:
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url(path))
        await connection.execute(update(feed).values(next_poll_at=from_now(0), outcome=None))
    await run(engine, feed, site, *others)
    return (await rows_of(engine, feed))[0]


async def test_home_page_of_a_slow_host_is_looked_through_place_by_place(engine: AsyncEngine, site: Site) -> None:
    site.pages |= {"/": HOME, "/rss.xml": json_feed(site.url("/a"))}
    home = await poll(engine, site, "/")
    assert (home.outcome, home.reason, home.journey) == ("polled", "names 1 feeds", None)
    assert site.paths()[:4] == ["/", "/feed", "/rss", "/rss.xml"]
    assert site.paths().count("/") == 1
    assert min(apart(site)) > 1.8
    assert [row.found_in for row in await rows_of(engine, feed)] == [None, home.feed_id]


async def test_home_page_of_a_slow_host_without_a_feed_comes_to_its_end(engine: AsyncEngine, site: Site) -> None:
    site.pages["/"] = HOME
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/"))
        last = Journey(Way((site.url("/sitemap.xml"),)), (site.url("/sitemap.xml"), site.url("/sitemap_index.xml")))
        await connection.execute(update(feed).values(journey=last.as_json()))
    await run(engine, feed, site)
    (home,) = await rows_of(engine, feed)
    assert (home.outcome, home.failures, home.journey) == ("not_a_feed", 1, None)
    assert site.paths() == ["/sitemap.xml", "/sitemap_index.xml"]


async def test_feed_that_moved_between_slow_hosts_is_followed(engine: AsyncEngine, site: Site, other: Site) -> None:
    site.pages |= {"/old": status(301, Location=other.url("/old")), "/new": json_feed()}
    other.pages["/old"] = status(301, Location=site.url("/new"))
    found = await poll(engine, site, "/old", other)
    assert (found.outcome, found.moved_to, found.journey) == ("polled", site.url("/new"), None)
    assert (site.paths(), other.paths()) == (["/old", "/new"], ["/old"])
    assert min(apart(site)) > 1.8


async def test_page_behind_redirects_between_slow_hosts_is_read(engine: AsyncEngine, site: Site, other: Site) -> None:
    site.pages |= {"/a": status(302, Location=other.url("/b")), "/c": article_page()}
    other.pages["/b"] = status(302, Location=site.url("/c"))
    await add_pages(engine, site.url("/a"))
    kept = await run(engine, page, site, other)
    (event,) = events(kept)
    assert (event.url, event.final_url) == (site.url("/a"), site.url("/c"))
    (row,) = await rows_of(engine)
    assert (row.outcome, row.attempts, row.journey, row.host) == ("published", 1, None, host_key(row.url))
    assert (site.paths(), other.paths()) == (["/a", "/c"], ["/b"])


async def test_redirects_between_slow_hosts_come_to_their_end(engine: AsyncEngine, site: Site, other: Site) -> None:
    for here, there in ((site, other), (other, site)):
        here.pages["/a"] = status(302, Location=there.url("/a"))
    await add_pages(engine, site.url("/a"))
    await run(engine, page, site, other)
    (row,) = await rows_of(engine)
    assert (row.outcome, row.journey, row.due_at) == ("too_many_redirects", None, None)
    assert len(site.paths() + other.paths()) == MAX_REDIRECTS + 1


async def test_submitted_url_behind_redirects_between_slow_hosts_is_read(
    engine: AsyncEngine, site: Site, other: Site
) -> None:
    site.pages |= {"/a": status(302, Location=other.url("/b")), "/c": article_page()}
    other.pages["/b"] = status(302, Location=site.url("/c"))
    row = {"submission_id": uuid4(), "submitter": "desk", "body_sha256": sha256("body"), "url": site.url("/a")}
    async with engine.begin() as connection:
        await connection.execute(insert(submission).values(row))
    await run(engine, submission, site, other)
    (found,) = await rows_of(engine, submission)
    assert (found.outcome, found.journey) == ("published", None)
    assert (site.paths(), other.paths()) == (["/a", "/c"], ["/b"])


async def test_step_whose_host_is_never_free_fails_in_the_end(engine: AsyncEngine) -> None:
    failures = list[Exception]()

    async def busy() -> None:
        interrupted = HostBusy("b.example")
        interrupted.way = Way(("https://a.example/1",))
        raise interrupted

    async def fail(error: Exception) -> None:
        failures.append(error)

    journeys = [None, *(Journey(Way(("https://a.example/1",)), waits=waits) for waits in (3, WAITS_MAX - 1))]
    pieces = [replace(await piece(engine, busy, fail), journey=journey) for journey in journeys]
    await run_for(crew_of(engine, giving(*pieces)), 0.5)
    assert [type(error) for error in failures] == [FetchFailed]
    assert failures[0].outcome is PageOutcome.TIMED_OUT  # type: ignore[attr-defined]
    rows = {row.page_id: row for row in await rows_of(engine)}
    kept = [journey_of(rows[each.lease.id]) for each in pieces[:2]]
    assert [each and each.waits for each in kept] == [1, 4]


@pytest.mark.parametrize(("urls", "places", "waits"), [(("a", "b"), (), 0), (("a",), ("a", "b"), 0), (("a",), (), 1)])
def test_journey_that_begins_counts_as_waiting_where_no_step_was_made(
    urls: tuple[str, ...], places: tuple[str, ...], waits: int
) -> None:
    interrupted = HostBusy("b")
    interrupted.way, interrupted.places = Way(urls), places
    journey = go_on(None, interrupted)
    assert journey == Journey(Way(urls), places, waits)
    again = go_on(journey, interrupted)
    assert again is not None
    assert again.waits == waits + 1
