"""Feeds from an OPML file and to one (OPML 2.0, "subscription lists")."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from services.cli.exits import BadArgument
from services.cli.samples import Feed
from services.ingest.fetching.transcoding import as_utf8

FEEDS_MAX = 100_000
"""More feeds than anybody polls from one database: a file of more is no list of feeds."""

FILE_MAX_BYTES = 32 * 1024 * 1024
"""So many feeds with long URLs and titles."""


def read_feeds(path: Path) -> list[Feed]:
    """Return the feeds that a file lists, in its order, each once.

    An outline with ``xmlUrl`` is a feed; ``publisher`` (a domain) and ``publisherName`` of ours say whose it is.

    Raises:
        BadArgument: it is no OPML, or lists no feed: an emptied file is a slip, and would end all polling.
        OSError: it cannot be read.
    """
    if path.stat().st_size > FILE_MAX_BYTES:
        raise BadArgument(f"{path} is larger than {FILE_MAX_BYTES} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(as_utf8(path.read_bytes()), parser)
    except etree.XMLSyntaxError as error:
        raise BadArgument(f"{path} is no XML: {error}") from None
    if root.tag != "opml":
        raise BadArgument(f"{path} is no OPML: it begins with <{root.tag}>")
    listed = {feed.url: feed for feed in map(_feed, root.iter("outline")) if feed.url}
    if not 0 < len(listed) <= FEEDS_MAX:
        raise BadArgument(f"{path} lists {len(listed)} feeds; 1 to {FEEDS_MAX} are a list")
    return list(listed.values())


def write_feeds(feeds: Iterable[tuple[Feed, str | None]], out: BinaryIO) -> None:
    """Write feeds with their titles as a file that any reader of feeds imports; ``read_feeds`` gives them back."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Feeds"
    body = etree.SubElement(root, "body")
    for feed, title in feeds:
        said = {"publisher": feed.publisher_domain, "publisherName": feed.publisher_name, "xmlUrl": feed.url}
        text = title or feed.publisher_name or feed.url
        etree.SubElement(body, "outline", {"type": "rss", "text": text} | {k: v for k, v in said.items() if v})
    etree.ElementTree(root).write(out, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _feed(outline: etree._Element) -> Feed:
    said = {name: (outline.get(name) or "").strip() for name in ("xmlUrl", "publisher", "publisherName")}
    return Feed(said["xmlUrl"], said["publisher"] or None, said["publisherName"] or None)
