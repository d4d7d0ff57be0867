"""Feeds: what an RSS, Atom or JSON feed lists, each field checked, since anything can be written into one."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import fastfeedparser
from lxml import etree
from pydantic import BaseModel, ConfigDict

from schemas.events import Dated, Evidence
from services.ingest.characters import label
from services.ingest.dates import after, read_date
from services.ingest.urls import BadUrl, resolve

BODY_MAX_BYTES = 5_000_000
"""The largest feeds with whole articles in them are about 2 MB."""

ENTRIES_MAX = 500
"""The most that is read of one feed: the newest come first, and more in one poll is an archive, not news."""

GUID_MAX = 1_024
"""Code points; a longer id is no id."""

TTL_MAX_SECONDS = 7 * 86_400
"""A feed may ask for rest, not for oblivion."""

JSON_FEED_VERSION = "https://jsonfeed.org/version/"
"""What every JSON Feed says it is (JSON Feed 1.1, top-level ``version``)."""

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_PUBLISHED = frozenset({"pubDate", "published", "issued", "date"})
_MODIFIED = frozenset({"updated", "modified"})
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800}


class NotAFeed(Exception):
    """The body is no feed, or broken beyond repair; ``reason`` says in a line what it is instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class FeedBody:
    """A feed as fetched: ``url`` is where it was found after redirects."""

    url: str
    body: bytes
    fetched_at: datetime


class Entry(BaseModel):
    """One item that a feed lists; ``guid`` is opaque: it names the item in this feed and nothing else."""

    model_config = ConfigDict(frozen=True)

    url: str
    guid: str | None = None
    title: str | None = None
    published: Dated = Dated()
    modified: Dated = Dated()
    authors: tuple[str, ...] = ()
    section: str | None = None


@dataclass(frozen=True)
class Feed:
    """What a feed lists, in its order; ``dropped`` entries were too many, ``skipped`` ones had no usable link."""

    title: str | None
    ttl_seconds: int | None
    entries: tuple[Entry, ...]
    dropped: int
    skipped: int


@dataclass(frozen=True)
class _Item:
    """An item as the feed states it, whatever its format."""

    link: object
    guid: object
    title: object
    published: object
    modified: object
    authors: tuple[object, ...]
    section: object


def read_feed(body: FeedBody) -> Feed:
    """Return what the feed lists; runs in a worker. Raises `NotAFeed`."""
    if len(body.body) > BODY_MAX_BYTES:
        raise NotAFeed(f"over {BODY_MAX_BYTES} bytes")
    if not body.body.strip():
        raise NotAFeed("empty")
    title, ttl, items = _read_json(body.body) if body.body.lstrip()[:1] == b"{" else _read_xml(body.body)
    entries = [entry for item in items[:ENTRIES_MAX] if (entry := _entry(item, body)) is not None]
    listed = min(len(items), ENTRIES_MAX)
    return Feed(
        title=_words(title),
        ttl_seconds=ttl,
        entries=tuple(entries),
        dropped=len(items) - listed,
        skipped=listed - len(entries),
    )


def _entry(item: _Item, feed: FeedBody) -> Entry | None:
    """Return the item with what can be believed of it; None if its link leads nowhere we go."""
    try:
        url = resolve(feed.url, item.link) if isinstance(item.link, str) else None
    except BadUrl:
        return None
    if url is None:
        return None
    guid = label(item.guid)
    published = read_date(item.published, Evidence.FEED, now=feed.fetched_at)
    modified = read_date(item.modified, Evidence.FEED, now=feed.fetched_at)
    return Entry(
        url=url,
        guid=guid if guid and len(guid) <= GUID_MAX else None,
        title=_words(item.title),
        published=published,
        modified=after(modified, published),
        authors=tuple(name for author in item.authors if (name := _words(author))),
        section=_words(item.section),
    )


def _words(value: object) -> str | None:
    """Return a title or name as words: feeds escape markup in it, often twice."""
    return label(_MARKUP.sub("", html.unescape(value))) if isinstance(value, str) else None


def _read_json(body: bytes) -> tuple[object, int | None, list[_Item]]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("broken JSON") from error
    if not isinstance(feed, dict) or not str(feed.get("version")).startswith(JSON_FEED_VERSION):
        raise NotAFeed("JSON, but no JSON Feed")
    items = feed.get("items")
    found = [_json_item(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return feed.get("title"), None, found


def _json_item(item: Mapping[str, Any]) -> _Item:
    authors = item.get("authors") or [item.get("author")]
    tags = item.get("tags")
    return _Item(
        link=item.get("url") or item.get("external_url"),
        guid=item.get("id"),
        title=item.get("title"),
        published=item.get("date_published"),
        modified=item.get("date_modified"),
        authors=tuple(author.get("name") for author in authors if isinstance(author, dict))
        if isinstance(authors, list)
        else (),
        section=tags[0] if isinstance(tags, list) and tags else None,
    )


def _read_xml(body: bytes) -> tuple[object, int | None, list[_Item]]:
    try:
        feed = fastfeedparser.parse(body, include_content=False, include_media=False, include_enclosures=False)
    except (ValueError, SyntaxError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        words = label(str(error).partition(" (first ")[0])  # what follows quotes the document
        raise NotAFeed((words or type(error).__name__)[:200]) from None
    entries = feed["entries"]
    root = _tree(body)
    stated = [] if root is None else list(root.iter("{*}item", "{*}entry"))
    if len(stated) != len(entries):  # a feed that only the feed parser could repair
        items = [_xml_item(entry, entry.get("published"), entry.get("updated")) for entry in entries]
    else:
        items = [
            _xml_item(entry, _child(element, _PUBLISHED), _child(element, _MODIFIED))
            for entry, element in zip(entries[:ENTRIES_MAX], stated, strict=False)
        ]
        items += [_xml_item(entry, None, None) for entry in entries[ENTRIES_MAX:]]
    return feed["feed"].get("title"), None if root is None else _ttl(root), items


def _xml_item(entry: Mapping[str, Any], published: object, modified: object) -> _Item:
    tags = entry.get("tags") or [{}]
    return _Item(
        link=entry.get("link"),
        guid=entry.get("id"),
        title=entry.get("title"),
        published=published,
        modified=modified,
        authors=(entry.get("author"),),
        section=tags[0].get("term"),
    )


def _tree(body: bytes) -> "etree._Element | None":
    """Return the feed's own elements: the feed parser mends dates (29 February, no zone, words), and we must not."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        return etree.fromstring(body.lstrip(), parser)
    except etree.XMLSyntaxError:
        return None


def _children(element: "etree._Element") -> Iterator[tuple[str, str]]:
    for child in element:
        if isinstance(child.tag, str) and child.text:
            yield child.tag.rpartition("}")[2], child.text.strip()


def _child(element: "etree._Element", names: frozenset[str]) -> str | None:
    return next((text for name, text in _children(element) if name in names), None)


def _ttl(root: "etree._Element") -> int | None:
    """Return how long the feed asks to be left alone: RSS ``ttl`` in minutes, or the syndication module's period."""
    stated = {name: text for part in (root, *root.iterfind("{*}channel")) for name, text in _children(part)}
    minutes, period, often = (stated.get(name, "") for name in ("ttl", "updatePeriod", "updateFrequency"))
    if _NUMBER.fullmatch(minutes):
        return min(int(minutes) * 60, TTL_MAX_SECONDS)
    frequency = int(often) if _NUMBER.fullmatch(often) else 1
    return _PERIODS[period] // frequency if period in _PERIODS else None
