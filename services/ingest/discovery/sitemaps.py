"""Sitemaps: what a sitemap, a news sitemap, an index of sitemaps or a text file of URLs lists.

The format is the sitemaps protocol's (sitemaps.org, 0.9) with Google's news extension.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from lxml import etree

from schemas.events import Evidence
from services.ingest.dates import read_date
from services.ingest.discovery.beyond import from_both_ends, in_turn, list_further, list_turn
from services.ingest.discovery.entries import Feed, FeedBody, FeedKind, Item, NotAFeed, follow, read_entries
from services.ingest.fetching.transcoding import as_utf8

SITEMAP_MAX_BYTES = 50 * 1024 * 1024
"""Unpacked; what the protocol allows."""

URLS_MAX = 50_000
"""Of one sitemap; what the protocol allows. The rest is not read."""

ENTRIES_MAX = 1_000
"""The newest of a sitemap, which every poll reads whole: what a news sitemap may hold; the others have their turn."""

SOURCES_MAX = 30
"""The newest sitemaps of an index, which are polled always: the others, archives by year or month, in turn."""

ONE_TIME_MIN = 10
"""From so many URLs on one time for all of them is when the sitemap was written, and no article's."""

HOPEFUL_SHARE = 4
"""Times ``ENTRIES_MAX``: so many at most are looked at more closely, by their time of day."""

UNDATED = datetime.min.replace(tzinfo=UTC)

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>]")
_END = re.compile(rb"</(?:[\w.-]+:)?urlset")
_ROOT_WITHIN_BYTES = 4_096
_URL = re.compile(r"https?://\S+")

T = TypeVar("T")


def find_root(body: bytes) -> str | None:
    """Return whether the document is a ``urlset`` or a ``sitemapindex``; None for anything else."""
    found = _ROOT.search(body[:_ROOT_WITHIN_BYTES])
    return found[1].decode() if found else None


def read_sitemap(body: FeedBody) -> Feed:
    """Return what a sitemap lists, the newest first; an index lists none, but sources. Raises `NotAFeed`."""
    source = as_utf8(body.body, body.charset)
    if find_root(source) == "sitemapindex":
        return _read_index(source, body)
    items, more = _read_items(source)
    times = {item.modified for item in items}
    if len(items) >= ONE_TIME_MIN and len(times) == 1:
        items = [Item(item.link, title=item.title, published=item.published) for item in items]
    return _listed(items, body, more=more, kind=FeedKind.SITEMAP)


def read_list(body: FeedBody) -> Feed:
    """Return the URLs of a text file, one a line, as the protocol lets a sitemap be. Raises `NotAFeed`."""
    lines = [line.strip() for line in as_utf8(body.body, body.charset).decode().splitlines()]
    urls = [line for line in lines if line and not line.startswith("#")]
    if not urls or not all(map(_URL.fullmatch, urls)):
        raise NotAFeed("neither markup nor a list of URLs")
    return _listed([Item(url) for url in urls[:URLS_MAX]], body, more=len(urls[URLS_MAX:]), kind=FeedKind.LIST)


def newest(found: Sequence[tuple[datetime, T]]) -> list[T]:
    """Return those dated latest first, then undated ones as they came."""
    return [each for _, each in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _listed(items: Sequence[Item], body: FeedBody, *, more: int, kind: FeedKind) -> Feed:
    def at(item: Item) -> datetime:
        stated = (read_date(value, Evidence.FEED, now=body.fetched_at).at for value in (item.published, item.modified))
        return max((time for time in stated if time is not None), default=UNDATED)

    # Days sort as they are written, and times of day are dear to read.
    ordered = in_turn(items) if len(items) > ENTRIES_MAX else items
    hopeful = HOPEFUL_SHARE * ENTRIES_MAX
    first = newest([(at(item), item) for item in ordered[:hopeful]])
    entries = read_entries(first[:ENTRIES_MAX], body)
    further, has_more = list_further(body.url, [*first[ENTRIES_MAX:], *ordered[hopeful:]], body.fetched_at)
    skipped = min(len(items), ENTRIES_MAX) - len(entries)
    return Feed(None, None, entries, dropped=more, skipped=skipped, kind=kind, further=further, has_more=has_more)


def _read_index(source: bytes, body: FeedBody) -> Feed:
    found = []
    for element in islice(_elements(source, "sitemap"), URLS_MAX):
        stated = read_date(_text(element, "{*}lastmod"), Evidence.FEED, now=body.fetched_at).at
        url = follow(body.url, _text(element, "{*}loc"))
        if url is not None and url != body.url:
            found.append((stated or UNDATED, url))
    if not found:
        raise NotAFeed("an index of no sitemaps")
    dated = newest([pair for pair in found if pair[0] != UNDATED])
    urls = list(dict.fromkeys(dated + from_both_ends([url for at, url in found if at == UNDATED])))
    sources = (*urls[:SOURCES_MAX], *list_turn(urls[SOURCES_MAX:], body.fetched_at))
    has_more = len(sources) < len(urls)
    return Feed(None, None, (), 0, 0, kind=FeedKind.INDEX, sources=sources, has_more=has_more)


def _read_items(source: bytes) -> tuple[list[Item], int]:
    """Return the URLs of a sitemap up to ``URLS_MAX``, and how many more there are, up to as many."""
    elements = _elements(source, "url")
    items = [_item(element) for element in islice(elements, URLS_MAX)]
    more = sum(1 for _ in islice(elements, URLS_MAX))
    return (items if more or _END.search(source) else items[:-1]), more  # cut in half, a link leads elsewhere


def _item(element: "etree._Element") -> Item:
    said: dict[str, str | None] = {}
    for child in element.iterchildren("{*}loc", "{*}lastmod", "{*}news"):
        parts = child.iterchildren("{*}title", "{*}publication_date") if len(child) else (child,)
        for part in parts:
            said.setdefault(part.tag.rpartition("}")[2], part.text)
    return Item(
        link=_stripped(said.get("loc")),
        title=_stripped(said.get("title")),
        published=_stripped(said.get("publication_date")),
        modified=_stripped(said.get("lastmod")),
    )


def _elements(source: bytes, name: str) -> "Iterable[etree._Element]":
    """Yield the elements of that name, each forgotten once the next is asked for; broken XML ends the list."""
    parsed = etree.iterparse(
        io.BytesIO(source),
        events=("end",),
        tag=f"{{*}}{name}",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        for _, element in parsed:
            yield element
            element.clear()
            while (before := element.getprevious()) is not None:
                before.getparent().remove(before)
    except etree.XMLSyntaxError:
        return


def _text(element: "etree._Element", path: str) -> str | None:
    return _stripped(element.findtext(path))


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else None
