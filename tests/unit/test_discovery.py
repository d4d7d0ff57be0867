"""Sitemaps, lists of URLs and home pages, and how an answer is told to be one of them."""

import gzip
import time
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingest.discovery import sitemaps
from services.ingest.discovery.beyond import MENDED_MAX, PART_LEAST, PART_MOST, TURN_SECONDS, list_further, list_turn
from services.ingest.discovery.entries import Feed, FeedBody, FeedKind, Item, NotAFeed, follow
from services.ingest.discovery.feeds import BODY_MAX_BYTES
from services.ingest.discovery.homepages import list_places
from services.ingest.discovery.listings import max_bytes, read_listing
from services.ingest.discovery.sitemaps import ENTRIES_MAX, SITEMAP_MAX_BYTES, SOURCES_MAX, URLS_MAX

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SITE = "https://news.example"
PROTOCOL = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def read(body: str | bytes, url: str = f"{SITE}/sitemap.xml") -> Feed:
    return read_listing(FeedBody(url, body.encode() if isinstance(body, str) else body, NOW))


def located(number: int, **fields: str) -> str:
    said = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<loc>{SITE}/{number}</loc>{said}"


def sitemap(*urls: str) -> str:
    inner = "".join(f"<url>{url}</url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {PROTOCOL} {NEWS}>{inner}</urlset>'


def index(*locations: str) -> str:
    return f"<sitemapindex {PROTOCOL}>{''.join(f'<sitemap>{one}</sitemap>' for one in locations)}</sitemapindex>"


def numbers(feed: Feed) -> list[int]:
    return [int(entry.url.rpartition("/")[2]) for entry in feed.entries]


def test_sitemap_is_read_the_newest_first() -> None:
    feed = read(sitemap(located(1, lastmod="2026-06-01"), located(2, lastmod="2026-06-14T10:00:00+02:00"), located(3)))
    assert (feed.kind, numbers(feed)) == (FeedKind.SITEMAP, [2, 1, 3])
    assert feed.entries[0].modified.at == datetime(2026, 6, 14, 8, tzinfo=UTC)


def test_news_sitemap_gives_titles_and_dates() -> None:
    said = "<news:news><news:publication><news:name>The News</news:name></news:publication>"
    said += "<news:publication_date>2026-06-14T10:00:00Z</news:publication_date>"
    said += "<news:title>Bridge &amp; road</news:title></news:news>"
    picture = '<i:image xmlns:i="https://i.example"><i:loc>https://x.example/p.jpg</i:loc></i:image>'
    (entry,) = read(sitemap(picture + located(1) + said)).entries
    assert (entry.url, entry.title) == (f"{SITE}/1", "Bridge & road")
    assert entry.published.at == datetime(2026, 6, 14, 10, tzinfo=UTC)


def test_one_time_for_all_is_no_articles_time() -> None:
    feed = read(sitemap(*(located(number, lastmod="2026-06-14") for number in range(20))))
    assert len(feed.entries) == 20
    assert all(entry.modified.at is None for entry in feed.entries)


def test_packed_sitemap_is_unpacked_once() -> None:
    once = gzip.compress(sitemap(located(1)).encode())
    assert numbers(read(once)) == [1]
    with pytest.raises(NotAFeed, match="packed twice"):
        read(gzip.compress(once))


def test_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"<urlset>" + bytes(SITEMAP_MAX_BYTES), 1)
    with pytest.raises(NotAFeed, match="unpacked"):
        read(bomb)
    with pytest.raises(NotAFeed, match="gzip"):
        read(bomb[:12] + b"broken")


def test_sitemap_of_too_many_urls_is_bounded() -> None:
    started = time.process_time()
    feed = read(sitemap(*(located(number) for number in range(URLS_MAX + 1))))
    assert (len(feed.entries), len(feed.further), feed.dropped) == (ENTRIES_MAX, URLS_MAX - ENTRIES_MAX, 1)
    assert {0, URLS_MAX - 1} <= set(numbers(feed))  # undated: the new ones are at one of both ends
    assert time.process_time() - started < 5


def test_sitemap_lists_every_url_once_the_newest_first() -> None:
    times = [NOW - timedelta(hours=number) for number in range(ENTRIES_MAX * 5)]
    dated = [located(number, lastmod=time.isoformat()) for number, time in enumerate(times)]
    undated = [located(number) for number in range(len(times), len(times) + 100)]
    feed = read(sitemap(*undated, *reversed(dated)))
    further = [int(each.url.rpartition("/")[2]) for each in feed.further]
    assert numbers(feed) == list(range(ENTRIES_MAX))
    assert further[:2_900] == list(range(ENTRIES_MAX, ENTRIES_MAX + 2_900))  # to the second, then by day
    days = [(number + 11) // 24 for number in further[:-100]]
    assert days == sorted(days)
    assert sorted(further) == list(range(ENTRIES_MAX, len(times) + 100))
    assert set(further[-100:]) == set(range(len(times), len(times) + 100))
    assert feed.further[0].modified == times[ENTRIES_MAX].isoformat()


PIECES = [*"abXY01-_.~!$&'()*+,;=:@/?%# \u0627\\[\"|", "%C3%A9", "%d8%a7", "%41"]
URL_TEXT = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
ORIGINS = [
    "https://news.example",
    "http://NEWS.example:80",
    "https://u@n.example",
    "http://1.2.3",
    "https://\u0627.example",
]


@given(st.sampled_from(ORIGINS), st.lists(URL_TEXT.map("/{}".format) | URL_TEXT, max_size=20))
@example(
    "https://news.example", ["/a/../b", "/%41", "/a;", "/a?", "/./", "//a", "", "?x", "/a?b=c;d", "/.a/..", "/A%d8%a7"]
)
def test_further_url_is_what_following_its_link_leads_to(origin: str, paths: list[str]) -> None:
    links = [origin + path for path in paths]
    found, _ = list_further(SITE, [Item(link) for link in links], NOW)
    assert [each.url for each in found] == [url for link in links if (url := follow(SITE, link)) is not None]


def test_urls_of_odd_spelling_have_their_hour() -> None:
    items = [Item(f"{SITE}/a/../{number}#x") for number in range(2 * MENDED_MAX + 5)]
    hours = [list_further(SITE, items, NOW + timedelta(hours=number)) for number in range(3)]
    assert [(len(found), waits) for found, waits in hours] == [(MENDED_MAX, True), (MENDED_MAX, True), (5, True)]
    assert len({each.url for found, _ in hours for each in found}) == len(items)
    assert list_further(SITE, items[:5], NOW)[1] is False


def test_cut_sitemap_gives_what_was_whole() -> None:
    whole = sitemap(located(1), located(2), located(3))
    assert numbers(read(whole[: whole.index("/3<")])) == [1, 2]


def test_sitemap_of_entities_reads_no_file() -> None:
    body = sitemap(located(1), "<loc>&x;</loc>").replace(
        "<urlset", '<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset', 1
    )
    assert "root:" not in repr(read(body))


def test_links_that_lead_nowhere_are_skipped() -> None:
    feed = read(sitemap("<loc>javascript:alert(1)</loc>", "<loc/>", "", located(1)))
    assert (numbers(feed), feed.skipped) == ([1], 3)


def test_index_names_its_newest_sitemaps() -> None:
    days = [f"{NOW - timedelta(days=number):%Y-%m-%d}" for number in range(40)]
    feed = read(index(*(located(number, lastmod=day) for number, day in enumerate(days))))
    assert (feed.kind, feed.entries, feed.has_more) == (FeedKind.INDEX, (), False)
    assert feed.sources == tuple(f"{SITE}/{number}" for number in range(40))


@pytest.mark.parametrize("dated", [True, False])
def test_every_sitemap_of_a_vast_index_has_its_turn(*, dated: bool) -> None:
    days = [{"lastmod": f"{NOW - timedelta(days=number):%Y-%m-%d}"} if dated else {} for number in range(1_000)]
    vast = index(*(located(number, **day) for number, day in enumerate(days)))
    parts = [
        read_listing(FeedBody(f"{SITE}/sitemap.xml", vast.encode(), NOW + timedelta(seconds=number * TURN_SECONDS)))
        for number in range(32)
    ]
    assert all(part.has_more and SOURCES_MAX < len(part.sources) <= SOURCES_MAX + 2 * PART_LEAST for part in parts)
    assert {url for part in parts for url in part.sources} == {f"{SITE}/{number}" for number in range(1_000)}
    newest = range(SOURCES_MAX) if dated else [*range(SOURCES_MAX // 2), *range(1_000 - SOURCES_MAX // 2, 1_000)]
    assert all({f"{SITE}/{number}" for number in newest} <= set(part.sources) for part in parts)


def test_index_contrived_to_have_one_turn_is_bounded() -> None:
    alike = [url for number in range(60_000) if crc32((url := f"{SITE}/{number}").encode()) % 64 == 0]
    assert len(list_turn(alike, NOW - timedelta(seconds=NOW.timestamp() % (64 * TURN_SECONDS)))) == PART_MOST


def test_index_does_not_name_itself() -> None:
    assert read(index(f"<loc>{SITE}/sitemap.xml</loc>", located(1))).sources == (f"{SITE}/1",)
    with pytest.raises(NotAFeed, match="no sitemaps"):
        read(index(f"<loc>{SITE}/sitemap.xml</loc>"))


def test_list_of_urls_is_a_listing() -> None:
    feed = read(f"# ours\n{SITE}/1\r\n\n{SITE}/2\n")
    assert (feed.kind, numbers(feed)) == (FeedKind.LIST, [1, 2])


@pytest.mark.parametrize("body", ["http is a protocol\nof the web", "# heading", "words alone", "\0\1\2", "[1]"])
def test_other_text_is_no_listing(body: str) -> None:
    with pytest.raises(NotAFeed):
        read(body)


def page(head: str) -> str:
    return f"<!doctype html><html><head><title>News</title>{head}</head><body><p>Words</p></body></html>"


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate", title: str = "News") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}" title="{title}">'


def test_home_page_names_its_feeds() -> None:
    head = (
        link("/rss")
        + link("atom.xml", "application/atom+xml")
        + link("/rss")
        + link("f.json", "Application/feed+json; x=y")
    )
    feed = read(page(head), f"{SITE}/world/")
    assert feed.kind is FeedKind.PAGE
    assert feed.sources == (f"{SITE}/rss", f"{SITE}/world/atom.xml", f"{SITE}/world/f.json")


@pytest.mark.parametrize(
    "before",
    [
        f"<!-- {'licence ' * 1_000} -->",
        f"<script>{'x = 1; ' * 1_000}</script>",
        "<!-- <rss > and <urlset > -->",
        f"<!-- <feed > {'licence ' * 1_000} -->",
        "<!doctype html><!-- <feed > --> <script>'<rss >'</script>",
    ],
)
def test_home_page_is_one_whatever_comes_before_it(before: str) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    feed = read(f"{before}<html><head>{head}</head><body><feed ></feed></body></html>", f"{SITE}/")
    assert (feed.kind, feed.sources) == (FeedKind.PAGE, (f"{SITE}/rss",))


@pytest.mark.parametrize("before", ["<!-- made from <html> -->", f"<!-- {'licence ' * 1_000} -->"])
def test_feed_is_one_whatever_its_comments_and_items_hold(before: str) -> None:
    item = f"<item><title>A</title><link>{SITE}/1</link><description><![CDATA[<html><body>]]></description></item>"
    feed = read(f'{before}<rss version="2.0"><channel><title>t</title>{item}</channel></rss>')
    assert (feed.kind, numbers(feed)) == (FeedKind.FEED, [1])


def test_base_of_a_home_page_counts() -> None:
    assert read(page('<base href="https://cdn.example/x/">' + link("rss"))).sources == ("https://cdn.example/x/rss",)


@pytest.mark.parametrize(
    "head",
    [
        link("/comments/feed"),
        link("/f", title="News » Comments"),
        link("/wp-json", "application/json"),
        link("/style.css", "text/css", "stylesheet"),
        link("javascript:x"),
        '<a href="/rss">RSS</a>',
    ],
)
def test_other_links_name_no_feed(head: str) -> None:
    assert read(page(head)).sources == ()


def test_dear_page_is_not_parsed() -> None:
    with pytest.raises(NotAFeed, match="too dear"):
        read(page("<link " + " ".join(f"a{number}=1" for number in range(40_000)) + ">"))


def test_sitemaps_of_news_are_looked_at_first_and_others_last() -> None:
    named = [f"{SITE}/all.xml", f"{SITE}/google-news.xml"]
    places = list_places(f"{SITE}/blog/", named)
    assert places[0] == f"{SITE}/google-news.xml"
    assert places[1:3] == [f"{SITE}/blog/feed", f"{SITE}/feed"]
    assert places.index(f"{SITE}/feed.json") < places.index(f"{SITE}/all.xml") < places.index(f"{SITE}/sitemap.xml")
    assert len(places) == len(set(places))


def test_sitemap_that_leads_nowhere_is_left_out() -> None:
    stated = ["http://[bad", "ftp://news.example/s.xml", "/here.xml", f"{SITE}/there.xml"]
    places = list_places(f"{SITE}/", stated)
    assert set(places) - set(list_places(f"{SITE}/", [])) == {f"{SITE}/here.xml", f"{SITE}/there.xml"}


def test_sitemaps_may_be_larger_than_feeds() -> None:
    assert max_bytes(f"{SITE}/news-Sitemap.xml") == max_bytes(f"{SITE}/a.xml.gz") == sitemaps.SITEMAP_MAX_BYTES
    assert max_bytes(f"{SITE}/feed?sitemap") == BODY_MAX_BYTES
