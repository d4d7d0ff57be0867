"""Home pages: which feeds a page of a site names, and where a site that names none mostly has them."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml import etree, html

from services.ingest.discovery.entries import Feed, FeedBody, FeedKind, NotAFeed, follow
from services.ingest.fetching.transcoding import as_utf8
from services.ingest.markup import HTML_MAX_CODE_POINTS, hostile, parse

SOURCES_MAX = 10
"""Feeds that one page may name: sites with a feed a section name them on the pages of these."""

PLACES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where sites mostly have their feed, the most frequent first."""

SITEMAP_PLACES = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml", "/sitemap_index.xml")
"""Where sites mostly have a sitemap; one of news first."""

_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})


def read_page(body: FeedBody) -> Feed:
    """Return the feeds that a page's link elements name ("alternate"), comments' aside. Raises `NotAFeed`."""
    markup = as_utf8(body.body, body.charset).decode()
    if len(markup) > HTML_MAX_CODE_POINTS:
        raise NotAFeed("a page too large to look for feeds in")
    if (found := hostile(markup)) is not None:
        raise NotAFeed(f"a page too dear to look for feeds in: {found}")
    try:
        tree = parse(markup)
    except etree.ParserError:
        raise NotAFeed("an empty page") from None
    stated = next((link.get("href") for link in tree.iter("base")), None)
    base = follow(body.url, stated) or body.url
    links = (follow(base, link.get("href")) for link in tree.iter("link") if _names_a_feed(link))
    sources = [url for url in dict.fromkeys(links) if url is not None and url != body.url]
    return Feed(None, None, (), dropped=0, skipped=0, kind=FeedKind.PAGE, sources=tuple(sources[:SOURCES_MAX]))


def list_places(url: str, sitemaps: Iterable[str]) -> list[str]:
    """Return the URLs at which the site of a page that names no feed may have one, the most likely first.

    ``sitemaps`` are those that its robots.txt names; one that leads nowhere we go is left out.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    below = [f"{url.rstrip('/')}/feed"] if parts.path.strip("/") else []
    stated = (follow(url, sitemap) for sitemap in sitemaps)
    named = list(dict.fromkeys(each for each in stated if each is not None))[:SOURCES_MAX]
    news = [each for each in named if "news" in urlsplit(each).path.lower()]
    places = [*below, *(origin + place for place in PLACES), *named, *(origin + place for place in SITEMAP_PLACES)]
    return list(dict.fromkeys([*news, *places]))


def _names_a_feed(link: html.HtmlElement) -> bool:
    kinds = (link.get("rel") or "").lower().split()
    is_typed = (link.get("type") or "").partition(";")[0].strip().lower() in _TYPES
    said = f"{link.get('title') or ''} {link.get('href') or ''}".lower()
    return is_typed and "alternate" in kinds and "comment" not in said
