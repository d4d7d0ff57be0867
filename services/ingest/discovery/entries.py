"""Entries: what a feed, sitemap or list of URLs lists, each field checked, since anything can be written into one."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from schemas.events import Dated, Evidence
from services.ingest.characters import label
from services.ingest.dates import after, read_date
from services.ingest.urls import BadUrl, resolve

GUID_MAX = 1_024
"""Code points; a longer id is no id."""

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


class NotAFeed(Exception):
    """The body is no feed, or broken beyond repair; ``reason`` says in a line what it is instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FeedKind(StrEnum):
    """What a polled URL turned out to be."""

    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "index"
    LIST = "list"
    PAGE = "page"


@dataclass(frozen=True)
class FeedBody:
    """A feed as fetched: ``url`` is where it was found after redirects, ``charset`` what its header said."""

    url: str
    body: bytes
    fetched_at: datetime
    charset: str | None = None


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


class Further(NamedTuple):
    """An item beyond those that a poll reads whole: its URL as it is asked for, and its dates as they are stated."""

    url: str
    published: str | None
    modified: str | None


@dataclass(frozen=True)
class Feed:
    """What a feed lists, in its order; ``dropped`` entries were too many, ``skipped`` ones had no usable link.

    ``further`` items have their turn in later polls, in this order, and so have more sources where it ``has_more``.

    ``sources`` are the URLs of further feeds that it names: a home page its feeds, an index its sitemaps. In
    ``skip_hours`` (0 to 23, UTC) and on ``skip_days`` (Monday is 0) it asks to be left alone.
    """

    title: str | None
    ttl_seconds: int | None
    entries: tuple[Entry, ...]
    dropped: int
    skipped: int
    kind: FeedKind = FeedKind.FEED
    sources: tuple[str, ...] = ()
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    further: tuple[Further, ...] = ()
    has_more: bool = False


@dataclass(frozen=True)
class Item:
    """An item as the feed states it, whatever its format."""

    link: object
    guid: object = None
    title: object = None
    published: object = None
    modified: object = None
    authors: tuple[object, ...] = ()
    section: object = None


def read_entries(items: Sequence[Item], body: FeedBody) -> tuple[Entry, ...]:
    """Return the items with what can be believed of each, without those whose link leads nowhere we go."""
    return tuple(entry for item in items if (entry := _entry(item, body)) is not None)


def words(value: object) -> str | None:
    """Return a title or name as words: feeds escape markup in it, often twice."""
    return label(_MARKUP.sub("", html.unescape(value))) if isinstance(value, str) else None


def follow(base: str, reference: object) -> str | None:
    """Return the absolute URL that a link of the page at ``base`` means, or None if it leads nowhere we go."""
    try:
        return resolve(base, reference) if isinstance(reference, str) else None
    except BadUrl:
        return None


def _entry(item: Item, feed: FeedBody) -> Entry | None:
    url = follow(feed.url, item.link)
    if url is None:
        return None
    guid = label(item.guid)
    published = read_date(item.published, Evidence.FEED, now=feed.fetched_at)
    modified = read_date(item.modified, Evidence.FEED, now=feed.fetched_at)
    return Entry(
        url=url,
        guid=guid if guid and len(guid) <= GUID_MAX else None,
        title=words(item.title),
        published=published,
        modified=after(modified, published),
        authors=tuple(name for author in item.authors if (name := words(author))),
        section=words(item.section),
    )
