"""Whatever somebody adds as a feed: a home page, an index of sitemaps, a list; its articles come in."""

import gzip
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import Arrival, Publisher
from schemas.tables import feed, host
from schemas.tables import page as page_table
from services.ingest.discovery.sitemaps import ENTRIES_MAX
from services.ingest.discovery.sources import save_sources
from services.ingest.queues import frontier
from services.ingest.queues.leases import from_now
from services.ingest.queues.slots import BATCH_SECONDS, HORIZON
from services.ingest.queues.work import Source, find_publisher
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    SENTENCES,
    Answer,
    Site,
    article_page,
    body,
    events,
    json_feed,
    open_replica,
    open_site,
    rows_of,
    status,
)

ARTICLES = {f"/{number}": article_page(f"{SENTENCES} Part {number}.", title=f"Part {number}") for number in range(1, 4)}


def page(head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body><p>Welcome</p></body></html>"


def urlset(site: Site, *paths: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{site.url(path)}</loc></url>' for path in paths)}</urlset>".encode()


def index(site: Site, *paths: str) -> str:
    return (
        f"<sitemapindex>{''.join(f'<sitemap><loc>{site.url(path)}</loc></sitemap>' for path in paths)}</sitemapindex>"
    )


async def read(engine: AsyncEngine, site: Site, *paths: str) -> list[str]:
    """Poll what is added until nothing is due; return the paths of the articles."""
    kept = KeptRecords()
    async with engine.begin() as connection:
        for path in paths:
            await frontier.add_feed(connection, site.url(path), "news.example", "The News")
        await connection.execute(update(feed).values(next_poll_at=from_now(0)))
    async with open_replica(engine, [site], kept) as replica:
        await replica.run_until_done()
    return sorted(event.url.removeprefix(site.url("")) for event in events(kept))


async def feeds(engine: AsyncEngine, site: Site) -> dict[str, Any]:
    return {row.url.removeprefix(site.url("")): row for row in await rows_of(engine, feed)}


async def test_home_page_leads_to_the_feed_that_it_names(engine: AsyncEngine) -> None:
    async with open_site(dict(ARTICLES)) as site:
        site.pages["/"] = page('<link rel="alternate" type="application/feed+json" href="/news.json">')
        site.pages["/news.json"] = json_feed("/1", "/2")
        assert await read(engine, site, "/") == ["/1", "/2"]
        found = await feeds(engine, site)
    assert (found["/"].outcome, found["/"].reason) == ("polled", "names 1 feeds")
    assert found["/news.json"].found_in == found["/"].feed_id
    assert (found["/news.json"].publisher_domain, found["/news.json"].publisher_name) == ("news.example", "The News")


async def test_feed_of_another_site_is_that_sites_own(engine: AsyncEngine) -> None:
    named = ["https://b.example/rss", "https://feeds.a.example/rss", "https://www.a.example/rss", "https://a.org/rss"]
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "https://www.a.example/", publisher_name="The A")
        await frontier.add_feed(connection, "https://a.org/", "lamp.example", "The Lamp")
        org, home = await frontier.list_feeds(connection)
        assert await save_sources(connection, home, named)
        assert await save_sources(connection, org, ["https://feeds.lamp.example/rss", "https://www.a.org/rss"])
        rows = {row.url: row for row in await frontier.list_feeds(connection) if row.found_in is not None}
    assert {url.split("/")[2]: (row.publisher_domain, row.publisher_name) for url, row in rows.items()} == {
        "b.example": ("b.example", None),
        "feeds.a.example": ("a.example", "The A"),
        "www.a.example": ("a.example", "The A"),
        "a.org": ("a.org", None),
        "feeds.lamp.example": ("lamp.example", "The Lamp"),
        "www.a.org": ("lamp.example", "The Lamp"),
    }
    listed = Source("https://b.example/1", Arrival.FETCHED, rows[named[0]].publisher_domain, None, feed_url=named[0])
    assert find_publisher(listed, "https://b.example/1") == Publisher(domain="b.example")


async def test_home_page_that_names_none_has_its_feed_in_the_usual_place(engine: AsyncEngine) -> None:
    async with open_site(dict(ARTICLES)) as site:
        site.pages |= {"/": page(), "/feed": page(), "/rss.xml": json_feed(), "/atom.xml": json_feed("/1")}
        assert await read(engine, site, "/") == ["/1"]
        assert set(await feeds(engine, site)) == {"/", "/atom.xml"}
        assert site.paths()[:6] == ["/", "/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml"]


async def test_sitemap_of_news_in_robots_is_found_first(engine: AsyncEngine) -> None:
    async with open_site(dict(ARTICLES)) as site:
        robots = (
            f"User-agent: *\nDisallow: /feed\nSitemap: {site.url('/all.xml')}\nSitemap: {site.url('/news.xml.gz')}\n"
        )
        site.pages |= {"/": page(), "/robots.txt": body(robots.encode(), "text/plain")}
        site.pages["/news.xml.gz"] = body(gzip.compress(urlset(site, "/1", "/3")), "application/gzip")
        assert await read(engine, site, "/") == ["/1", "/3"]
        assert "/feed" not in site.paths()


async def test_site_in_trouble_is_not_asked_for_more_places(engine: AsyncEngine) -> None:
    async with open_site({"/": page(), "/feed": status(503)}) as site:
        assert await read(engine, site, "/") == []
        assert site.paths() == ["/", "/feed"]
        found = await feeds(engine, site)
    assert (found["/"].outcome, found["/"].failures) == ("server_error", 1)


async def test_page_of_a_site_without_a_feed_is_no_feed(engine: AsyncEngine) -> None:
    async with open_site({"/": page()}) as site:
        assert await read(engine, site, "/") == []
        found = await feeds(engine, site)
    assert (found["/"].outcome, "names no feed" in found["/"].reason) == ("not_a_feed", True)


async def test_index_has_its_sitemaps_polled_while_it_names_them(engine: AsyncEngine) -> None:
    async with open_site(dict(ARTICLES)) as site:
        site.pages["/sitemap.xml"] = body(index(site, "/a.xml", "/b.xml", "/sitemap.xml").encode(), "text/xml")
        site.pages |= {
            f"/{name}.xml": body(urlset(site, path), "text/xml") for name, path in (("a", "/1"), ("b", "/2"))
        }
        assert await read(engine, site, "/sitemap.xml", "/b.xml") == ["/1", "/2"]
        assert set(await feeds(engine, site)) == {"/sitemap.xml", "/a.xml", "/b.xml"}
        site.pages["/sitemap.xml"] = body(index(site, "/c.xml").encode(), "text/xml")
        site.pages["/c.xml"] = body(urlset(site, "/3"), "text/xml")
        assert await read(engine, site) == ["/3"]
        assert set(await feeds(engine, site)) == {"/sitemap.xml", "/b.xml", "/c.xml"}  # b was added by hand too
        async with engine.begin() as connection:
            await frontier.remove_feed(connection, site.url("/sitemap.xml"))
        assert set(await feeds(engine, site)) == {"/b.xml"}
    assert len(await rows_of(engine)) == 3


async def test_indices_that_go_on_for_ever_end(engine: AsyncEngine) -> None:
    async with open_site() as site:
        for number in range(6):
            site.pages[f"/{number}.xml"] = body(index(site, f"/{number + 1}.xml", "/0.xml").encode(), "text/xml")
        assert await read(engine, site, "/0.xml") == []
        found = await feeds(engine, site)
    assert set(found) == {"/0.xml", "/1.xml", "/2.xml"}
    assert "found itself" in found["/2.xml"].reason


async def test_feed_that_turns_out_a_page_is_none(engine: AsyncEngine) -> None:
    async with open_site({"/other": page('<link rel="alternate" type="application/rss+xml" href="/x">')}) as site:
        site.pages["/"] = page('<link rel="alternate" type="application/rss+xml" href="/other">')
        assert await read(engine, site, "/") == []
        found = await feeds(engine, site)
    assert found["/other"].outcome == "not_a_feed"
    assert set(found) == {"/", "/other"}


async def test_text_file_of_urls_is_polled(engine: AsyncEngine) -> None:
    async with open_site(dict(ARTICLES)) as site:
        site.pages["/urls.txt"] = body(f"{site.url('/1')}\n{site.url('/2')}\n".encode(), "text/plain")
        assert await read(engine, site, "/urls.txt") == ["/1", "/2"]


async def poll(engine: AsyncEngine, site: Site, *, interval_seconds: float = 0.0) -> Any:
    """Poll every feed once, with no page read; return the row of the only one."""
    async with engine.begin() as connection:
        await connection.execute(update(feed).values(next_poll_at=from_now(0), outcome=None))
        await connection.execute(update(host).values(free_at=from_now(0)))

    async def is_polled() -> bool:
        return all(row.outcome for row in await rows_of(engine, feed))

    async with open_replica(engine, [site], KeptRecords(), interval_seconds=interval_seconds, pages=False) as replica:
        await replica.run_until(is_polled)
    return (await rows_of(engine, feed))[0]


async def listed(engine: AsyncEngine) -> dict[str, Any]:
    async with engine.connect() as connection:
        return {
            row.url.rpartition("/")[2]: row
            for row in await connection.execute(select(page_table.c.url, page_table.c.due_at))
        }


def sitemap_of(site: Site, *numbers: int) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == f'"{len(numbers)}"':
            return web.Response(status=304)
        markup = urlset(site, *(f"/{number}" for number in numbers))
        return web.Response(body=markup, content_type="text/xml", headers={"ETag": f'"{len(numbers)}"'})

    return answer


async def test_every_url_of_a_large_undated_sitemap_has_its_turn(engine: AsyncEngine) -> None:
    async with open_site() as site:
        async with engine.begin() as connection:
            await frontier.add_feed(connection, site.url("/sitemap.xml"))
        site.pages["/sitemap.xml"] = sitemap_of(site, *range(5_000))
        for polls in range(1, 6):
            row = await poll(engine, site)
            pages = await listed(engine)
            assert len(pages) == row.entries == polls * ENTRIES_MAX
            assert (row.next_poll_at - row.polled_at).total_seconds() <= BATCH_SECONDS
            assert {"0", "4999"} <= pages.keys()
        assert (row.etag, row.outcome) == ('"5000"', "polled")
        assert (await poll(engine, site)).outcome == "not_modified"
        site.pages["/sitemap.xml"] = sitemap_of(site, *range(2_500), 7_000, *range(2_500, 5_000), 7_001)
        row = await poll(engine, site)
        assert {"7000", "7001"} <= (await listed(engine)).keys()
    assert row.entries == 5_002


async def test_past_of_a_sitemap_does_not_delay_its_news(engine: AsyncEngine) -> None:
    async with open_site() as site:
        async with engine.begin() as connection:
            await frontier.add_feed(connection, site.url("/sitemap.xml"))
        site.pages["/sitemap.xml"] = sitemap_of(site, *range(1_500))
        row = await poll(engine, site, interval_seconds=60.0)
        pages = await listed(engine)
        slots = sorted(each.due_at for each in pages.values())
        assert {other - one for one, other in pairwise(slots)} == {timedelta(seconds=120)}
        assert 0.99 < (slots[-1] - slots[0]) / HORIZON <= 1.01  # no slot is further ahead
        assert (row.etag, row.entries) == (None, len(pages))
        now = datetime.now(UTC)
        fresh = f"<url><loc>{site.url('/new')}</loc><lastmod>{now.isoformat()}</lastmod></url>"
        site.pages["/sitemap.xml"] = body(
            urlset(site, *(f"/{number}" for number in range(1_500))).replace(b"<url>", fresh.encode() + b"<url>", 1),
            "text/xml",
        )
        await poll(engine, site, interval_seconds=60.0)
        new = (await listed(engine))["new"]
    assert sum(each.due_at <= new.due_at for each in pages.values()) <= 2
