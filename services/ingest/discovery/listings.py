"""Listings: whatever a polled URL answers with, read as what it is."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from services.ingest.discovery.entries import Feed, FeedBody, NotAFeed
from services.ingest.discovery.feeds import BODY_MAX_BYTES, read_feed
from services.ingest.discovery.homepages import read_page
from services.ingest.discovery.sitemaps import SITEMAP_MAX_BYTES, find_root, read_list, read_sitemap
from services.ingest.fetching.transcoding import GZIP_MAGIC, as_utf8, unpack

_BEGINNING_BYTES = 4_096
_FEED = re.compile(rb"<(?:rss|feed|(?:\w+:)?RDF)[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_PAGE = re.compile(rb"<(?:head|body)[\s>]", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)


def max_bytes(url: str) -> int:
    """Return the most that may be fetched of a URL: sitemaps may be large, and are mostly called so."""
    path = urlsplit(url).path.lower()
    return SITEMAP_MAX_BYTES if "sitemap" in path or path.endswith(".gz") else BODY_MAX_BYTES


def read_listing(body: FeedBody) -> Feed:
    """Return what a feed, sitemap, index, list of URLs or home page lists; runs in a worker. Raises `NotAFeed`."""
    try:
        body = replace(body, body=unpack(body.body, most=SITEMAP_MAX_BYTES))
    except ValueError as error:
        raise NotAFeed(str(error)) from None
    if body.body.startswith(GZIP_MAGIC):
        raise NotAFeed("packed twice")
    try:
        return _read(body)
    except NotAFeed:
        if _HTML.search(as_utf8(body.body, body.charset)) is None:
            raise
        return read_page(body)


def _read(body: FeedBody) -> Feed:
    beginning = _COMMENT.sub(b"", as_utf8(body.body[:_BEGINNING_BYTES], body.charset)).lstrip()
    if _is_page(beginning):
        return read_page(body)
    if find_root(beginning) is not None:
        return read_sitemap(body)
    if beginning[:1] == b"{" or _FEED.search(beginning):
        return read_feed(body)
    if _PAGE.search(beginning):
        return read_page(body)
    if beginning.startswith((b"http", b"#")):
        return read_list(body)
    # Whatever comes first may be longer than the beginning: a comment, a script, a licence.
    return read_page(body) if _is_page(as_utf8(body.body, body.charset)) else read_feed(body)


def _is_page(markup: bytes) -> bool:
    """Tell whether a page's root comes before any that a feed or a sitemap has."""
    html = _HTML.search(markup)
    return html is not None and not (_FEED.search(markup, 0, html.start()) or find_root(markup[: html.start()]))
