"""An article that was named by earlier rules is known by today's: it keeps its id, and no second one is made of it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import ErasedKind, alias, erased, feed, page, publication
from services.ingest.canonical import CANONICAL_VERSION
from services.ingest.queues import frontier, identities, publications
from services.ingest.queues.leases import from_now
from services.ingest.urls import Names, article_id, canonical_url
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    SENTENCES,
    Site,
    add_pages,
    article_page,
    events,
    json_feed,
    open_replica,
    open_site,
    rows_of,
)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


async def store_before(engine: AsyncEngine, version: int, *urls: str) -> UUID:
    """Have the pages stored as earlier rules did, which took them for one article; return its id."""
    (name,) = {canonical_url(url, version) for url in urls}
    known = {"text_sha256": "0", "revision": 1, "published_revision": 1}
    await add_pages(engine, *urls)
    async with engine.begin() as connection:
        await connection.execute(insert(publication).values(article_id=article_id(name), canonical_url=name, **known))
        await connection.execute(
            update(page)
            .where(page.c.url.in_(urls))
            .values(article_id=article_id(name), outcome="published", due_at=None)
        )
    return article_id(name)


async def name_anew(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        return await identities.name_anew(connection)


async def read_feed(engine: AsyncEngine, site: Site, *paths: str) -> list[UUID]:
    """Have a feed list the paths, dated anew; return the ids of the articles that are published."""
    for path in paths:
        site.pages[path] = article_page(f"{SENTENCES} This is {path}.")
    site.pages["/feed"] = json_feed(*(site.url(path) for path in paths), modified="2026-10-06T08:00:00Z")
    kept = KeptRecords()
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"))
        await connection.execute(update(feed).values(next_poll_at=from_now(0)))
    async with open_replica(engine, [site], kept) as replica:
        await replica.run_until_done()
    return [
        event.article_id
        for event in sorted(events(kept), key=lambda event: paths.index(event.url[len(site.url("")) :]))
    ]


@pytest.mark.parametrize(
    ("version", "path"),
    [(1, "/a/index.html"), (1, "/a?print=1"), (1, "/a.amp.html"), (2, "/tag/amp"), (2, "/a?format=print")],
)
@pytest.mark.parametrize("is_named_anew", [True, False])
async def test_page_of_before_is_known_when_the_feed_lists_it_again(
    engine: AsyncEngine, site: Site, version: int, path: str, *, is_named_anew: bool
) -> None:
    old = await store_before(engine, version, site.url(path))
    if is_named_anew:
        await name_anew(engine)
    assert await read_feed(engine, site, path) == [old]
    assert [row.article_id for row in await rows_of(engine, publication)] == [old]
    assert [row.article_id for row in await rows_of(engine)] == [old]
    async with engine.connect() as connection:
        assert await publications.find_article(connection, canonical_url(site.url(path))) == old


async def test_article_of_before_is_known_at_another_url_that_means_the_same_today(
    engine: AsyncEngine, site: Site
) -> None:
    old = await store_before(engine, 1, site.url("/a/index.html"))
    assert await name_anew(engine) == 1
    assert await read_feed(engine, site, "/a/") == [old]
    assert len(await rows_of(engine, publication)) == 1


async def test_two_pages_that_were_taken_for_one_are_two(engine: AsyncEngine, site: Site) -> None:
    old = await store_before(engine, 2, site.url("/tag"), site.url("/tag/amp"))
    await name_anew(engine)
    first, second = await read_feed(engine, site, "/tag", "/tag/amp")
    assert (first, second) == (old, article_id(site.url("/tag/amp")))
    assert await read_feed(engine, site, "/tag", "/tag/amp") == []


async def test_two_articles_of_one_name_today_both_stay(engine: AsyncEngine, site: Site) -> None:
    first = await store_before(engine, 1, site.url("/a/"))
    second = await store_before(engine, 1, site.url("/a/index.html"))
    await name_anew(engine)
    assert await read_feed(engine, site, "/a/", "/a/index.html") == [first, first]
    assert {row.article_id for row in await rows_of(engine, publication)} == {first, second}


async def test_replicas_name_all_anew_in_batches_and_once(engine: AsyncEngine) -> None:
    count = 2 * identities.AT_ONCE + 7
    names = [f"https://news.example/{number}/index.html" for number in range(count)]
    rows = [{"article_id": article_id(name), "canonical_url": name} for name in [*names, "file:///a.html"]]
    async with engine.begin() as connection:
        await connection.execute(insert(publication), rows)

    async def work() -> None:
        while await name_anew(engine) == identities.AT_ONCE:
            await asyncio.sleep(0)

    await asyncio.gather(work(), work(), work())
    assert await name_anew(engine) == 0
    named = {row.canonical_url: row.article_id for row in await rows_of(engine, alias)}
    assert named == {name.removesuffix("index.html"): article_id(name) for name in names}
    async with engine.begin() as connection:
        version = select(func.min(publication.c.canonical_version))
        assert await connection.scalar(version) == CANONICAL_VERSION
        await connection.execute(
            insert(publication).values(article_id=article_id("x"), canonical_url="https://x.example/a.amp")
        )
    assert await name_anew(engine) == 1  # by a replica of the version before
    async with engine.begin() as connection:
        assert await publications.find_article(connection, "https://x.example/a") == article_id("x")


async def test_replica_of_the_version_before_finds_what_this_one_named(engine: AsyncEngine, site: Site) -> None:
    (made,) = await read_feed(engine, site, "/a/index.html?print=1")
    assert made == article_id(site.url("/a/"))
    async with engine.connect() as connection:
        for version in (1, 2):
            name = canonical_url(site.url("/a/index.html?print=1"), version)
            assert await publications.find_article(connection, name) == made
    assert [row.canonical_url for row in await rows_of(engine, publication)] == [site.url("/a/")]


async def test_page_of_a_mobile_host_keeps_the_article_that_was_its_own(engine: AsyncEngine) -> None:
    old, url = article_id("https://m.news.example/a"), "https://m.news.example/a"
    await store_before(engine, 1, url)
    names = Names("https://news.example/b", before=(url,))
    async with engine.begin() as connection:
        assert await identities.settle(connection, names, {url}, article_id(names.now)) == old
    async with engine.begin() as connection:
        assert await publications.find_article(connection, names.now) == old
        assert await identities.settle(connection, Names(names.now), {url}, article_id(names.now)) == old


async def test_what_was_erased_under_a_name_of_before_stays_erased(engine: AsyncEngine, site: Site) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(erased).values(kind=ErasedKind.URL, value=site.url("/a?print=1")))
    assert await read_feed(engine, site, "/a?print=1&utm_source=feed") == []
    assert [row.outcome for row in await rows_of(engine)] == ["erased"]


async def test_page_that_no_rules_tell_apart_costs_one_name(engine: AsyncEngine, site: Site) -> None:
    assert await read_feed(engine, site, "/bridge") == [article_id(site.url("/bridge"))]
    assert await rows_of(engine, alias) == []
