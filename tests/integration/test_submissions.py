"""What people hand in: a URL is fetched by us, a text of theirs is an article of its own and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import Arrival, Evidence
from schemas.tables import ErasedKind, erased, feed, host, page, submission
from services.ingest.queues import hosts, submissions
from services.ingest.queues.leases import from_now
from tests.builders import sha256
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    SENTENCES,
    Site,
    add_pages,
    article_page,
    events,
    open_replica,
    open_site,
    rows_of,
    status,
)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site({"/a": article_page()}) as site:
        yield site


async def submit(engine: AsyncEngine, **values: Any) -> UUID:
    row = {"submission_id": uuid4(), "submitter": "desk", "body_sha256": sha256("body")} | values
    async with engine.begin() as connection:
        await connection.execute(insert(submission).values(row))
    return UUID(str(row["submission_id"]))


async def ingest(engine: AsyncEngine, site: Site, kept: KeptRecords | None = None) -> KeptRecords:
    kept = kept or KeptRecords()

    async def all_are_done() -> bool:
        return all(row.done_at is not None for row in await rows_of(engine, submission))

    async with open_replica(engine, [site], kept) as replica:
        await replica.run_until(all_are_done)
    return kept


async def find(engine: AsyncEngine, submission_id: UUID) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(select(submission).filter_by(submission_id=submission_id))).one()


async def test_submitted_url_is_fetched_and_is_its_hosts_article(engine: AsyncEngine, site: Site) -> None:
    submitted = await submit(engine, url=site.url("/a"), publisher_domain="gull.example")
    (event,) = events(await ingest(engine, site))
    assert (event.arrival, event.article_id) == (Arrival.FETCHED, uuid5(NAMESPACE_URL, site.url("/a")))
    assert event.publisher.domain == "127.0.0.1"
    row = await find(engine, submitted)
    assert (row.outcome, row.article_id, row.due_at) == ("published", event.article_id, None)


async def test_submitted_url_that_was_known_gets_its_article_too(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/a"))
    kept = KeptRecords()
    async with open_replica(engine, [site], kept) as replica:
        await replica.run_until_done()
    submitted = await submit(engine, url=site.url("/a?utm_source=x"))
    site.pages["/a?utm_source=x"] = site.pages["/a"]
    await ingest(engine, site, kept)
    row = await find(engine, submitted)
    assert (row.outcome, row.article_id, len(kept.records)) == ("unchanged", events(kept)[0].article_id, 1)


@pytest.mark.parametrize("was_fetched", [True, False])
@pytest.mark.parametrize("path", ["/a", "/a?utm_source=x", "/short", "/moved"])
async def test_submitted_url_of_a_feeds_page_is_read_as_the_page_is(
    engine: AsyncEngine, site: Site, path: str, was_fetched: bool
) -> None:
    await add_pages(engine, site.url("/a"), publisher="gull.example")
    kept = KeptRecords()
    if was_fetched:
        async with open_replica(engine, [site], kept) as replica:
            await replica.run_until_done()
    entry = {"url": site.url("/a"), "authors": ["Odra Venn"], "section": "Harbour"}
    async with engine.begin() as connection:
        await connection.execute(update(page).values(due_at=None, entry=entry))
        await connection.execute(update(feed).values(publisher_name="Not yet the page's"))
    changed = article_page(
        SENTENCES.replace("eleven", "twelve"), head=f'<link rel="canonical" href="{site.url("/a")}">'
    )
    site.pages |= {"/a": changed, "/a?utm_source=x": changed, "/short": changed, "/moved": status(301, Location="/a")}
    await submit(engine, url=site.url(path), publisher_domain="other.example", publisher_name="Other")
    event = events(await ingest(engine, site, kept))[-1]
    assert (len(kept.records), "twelve" in event.text) == (2 if was_fetched else 1, True)
    assert (event.arrival, event.article_id) == (Arrival.FETCHED, uuid5(NAMESPACE_URL, site.url("/a")))
    assert (event.publisher.domain, event.publisher.name) == ("gull.example", None)
    assert (event.feed_url, event.authors, event.section) == ("http://127.0.0.1/feed", ("Odra Venn",), "Harbour")


async def test_publisher_of_a_feed_elsewhere_does_not_count_for_a_submitted_url(
    engine: AsyncEngine, site: Site
) -> None:
    await add_pages(engine, site.url("/a"), publisher="gull.example")
    async with engine.begin() as connection:
        await connection.execute(update(page).values(due_at=None))
        await connection.execute(update(feed).values(url="http://elsewhere.example/feed"))
    await submit(engine, url=site.url("/a"))
    (event,) = events(await ingest(engine, site))
    assert (event.publisher.domain, event.feed_url) == ("127.0.0.1", "http://elsewhere.example/feed")


async def test_submitted_url_of_no_feeds_page_stays_its_hosts(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/other"), publisher="gull.example")
    async with engine.begin() as connection:
        await connection.execute(update(page).values(due_at=None))
    await submit(engine, url=site.url("/a"))
    (event,) = events(await ingest(engine, site))
    assert (event.publisher.domain, event.feed_url) == ("127.0.0.1", None)


async def test_submitted_text_is_an_article_of_its_own(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/a"))
    at = datetime(2026, 10, 4, 12, tzinfo=UTC)
    named = {"publisher_domain": "desk.example", "publisher_name": "The Desk", "published_at": at}
    submitted = await submit(engine, url=site.url("/a"), text=SENTENCES, title="Bridge closed", **named)
    kept = await ingest(engine, site)
    event = next(event for event in events(kept) if event.arrival is Arrival.SUBMITTED)
    assert event.url == event.canonical_url == event.final_url == f"urn:claimwire:submission:{submitted}"
    assert event.article_id != uuid5(NAMESPACE_URL, site.url("/a"))
    assert (event.publisher.domain, event.publisher.name) == ("desk.example", "The Desk")
    assert (event.published.at, event.published.evidence) == (at, Evidence.SUBMITTER)
    assert (await find(engine, submitted)).article_id == event.article_id


async def test_submitted_html_never_replaces_the_page_it_names(engine: AsyncEngine, site: Site) -> None:
    link = f'<link rel="canonical" href="{site.url("/a")}"><meta property="og:site_name" content="The Gull">'
    await submit(engine, url=site.url("/a"), html=article_page(SENTENCES.replace("eleven", "two"), head=link))
    (event,) = events(await ingest(engine, site))
    assert (event.arrival, event.publisher.domain, event.publisher.name) == (Arrival.SUBMITTED, "submitted", None)
    assert event.canonical_url.startswith("urn:claimwire:submission:")
    assert site.paths() == []


async def test_same_text_of_the_same_submitter_is_one_article(engine: AsyncEngine, site: Site) -> None:
    first = await submit(engine, text=SENTENCES)
    kept = await ingest(engine, site)
    again = await submit(engine, text=SENTENCES)
    other = await submit(engine, text=SENTENCES, submitter="another desk")
    await ingest(engine, site, kept)
    rows = [await find(engine, submitted) for submitted in (first, again, other)]
    assert [row.outcome for row in rows] == ["published", "unchanged", "published"]
    assert rows[0].article_id == rows[1].article_id != rows[2].article_id
    assert len(kept.records) == 2


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"url": "ftp://news.example/"}, "bad_url"),
        ({"url": "http://10.0.0.1/"}, "refused_address"),
        ({"html": "<html><p>Too short.</p>"}, "too_short"),
        ({"html": "no markup"}, "not_html"),
        ({"text": " \u200b "}, "no_text"),
        ({"text": "word " * 150_000}, "too_large"),
    ],
)
async def test_submission_that_makes_no_article_ends_in_its_outcome(
    engine: AsyncEngine, site: Site, values: dict[str, str], outcome: str
) -> None:
    submitted = await submit(engine, **values)
    kept = await ingest(engine, site)
    row = await find(engine, submitted)
    assert (row.outcome, row.article_id, kept.records) == (outcome, None, [])
    assert row.reason


async def test_erased_text_is_refused_when_it_is_submitted_again(engine: AsyncEngine, site: Site) -> None:
    await submit(engine, text=SENTENCES)
    (event,) = events(await ingest(engine, site))
    async with engine.begin() as connection:
        await connection.execute(insert(erased).values(kind=ErasedKind.TEXT, value=event.text_sha256))
    again = await submit(engine, text=SENTENCES, title="Bridge closed", submitter="another desk")
    await ingest(engine, site)
    row = await find(engine, again)
    assert (row.outcome, row.text, row.title) == ("erased", None, None)


async def test_submission_on_which_a_fault_of_ours_shows_ends_alone(engine: AsyncEngine, site: Site) -> None:
    first = await submit(engine, text=SENTENCES)
    await ingest(engine, site, KeptRecords(ZeroDivisionError()))
    second = await submit(engine, text=SENTENCES.replace("eleven", "two"))
    kept = await ingest(engine, site)
    rows = [await find(engine, submitted) for submitted in (first, second)]
    assert [row.outcome for row in rows] == ["hostile_markup", "published"]
    assert (rows[0].reason, rows[0].due_at) == ("our own code failed on it: ZeroDivisionError", None)
    assert len(kept.records) == 1


async def test_submitted_url_waits_for_its_host_without_an_attempt(engine: AsyncEngine, site: Site) -> None:
    submitted = await submit(engine, url=site.url("/a"))
    async with engine.begin() as connection:
        await connection.execute(insert(host).values(host=f"127.0.0.1:{site.port}", free_at=from_now(1.5)))
    began = asyncio.get_running_loop().time()
    await ingest(engine, site)
    assert min(each.began for each in site.asked) > began + 1.4
    row = await find(engine, submitted)
    assert (row.outcome, row.attempts) == ("published", 1)


async def test_submitted_url_that_fails_in_passing_is_tried_again(engine: AsyncEngine, site: Site) -> None:
    site.pages["/page"] = status(500)
    submitted = await submit(engine, url=site.url("/page"))
    async with open_replica(engine, [site], KeptRecords()) as replica:

        async def was_tried() -> bool:
            return bool((await find(engine, submitted)).attempts)

        await replica.run_until(was_tried)
    row = await find(engine, submitted)
    assert (row.outcome, row.done_at) == ("server_error", None)
    site.pages["/page"] = article_page()
    async with engine.begin() as connection:
        await connection.execute(update(submission).values(due_at=from_now(0)))
    await ingest(engine, site)
    row = await find(engine, submitted)
    assert (row.outcome, row.reason, row.attempts) == ("published", None, 2)


async def test_host_with_many_submitted_urls_delays_nobody_else(engine: AsyncEngine) -> None:
    async def lease() -> set[UUID]:
        async with engine.begin() as connection:
            return {row.submission_id for row in await submissions.lease_submissions(connection, most=4)}

    busy = {await submit(engine, url=f"https://busy.example/{number}") for number in range(20)}
    other = await submit(engine, url="https://other.example/a")
    text = await submit(engine, text="Words of their own.", url="https://busy.example/text")
    first = await lease()
    assert (len(first), len(first & busy), first - busy) == (3, 1, {other, text})
    async with engine.begin() as connection:
        assert await hosts.take(connection, {"busy.example"}, uuid4())
    assert await lease() == set()
    last = await submit(engine, url="https://last.example/a")
    assert await lease() == {last}
