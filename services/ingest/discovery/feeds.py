"""Feeds: what an RSS, Atom or JSON feed lists, in whichever dialect, also where its XML is broken.

A fast parser reads what is well-formed and usual, and a slow and patient one the rest.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import fastfeedparser
import feedparser
from lxml import etree

from services.ingest.characters import label
from services.ingest.discovery.entries import Feed, FeedBody, Item, NotAFeed, read_entries, words
from services.ingest.discovery.rests import Rest, read_rest
from services.ingest.fetching.transcoding import as_utf8
from services.ingest.markup import hostile

BODY_MAX_BYTES = 5_000_000
"""The largest feeds with whole articles in them are about 2 MB."""

ENTRIES_MAX = 500
"""The most that is read of one feed: the newest come first, and more in one poll is an archive, not news."""

PATIENT_MAX_BYTES = 500_000
"""The patient parser takes up to 3 CPU seconds a megabyte, and a worker has 2 for all of a feed."""

ENTITY_MAX_BYTES = 1_000
"""Of the value of an entity: honest ones stand for a letter or a name."""

JSON_FEED_VERSION = "https://jsonfeed.org/version/"
"""What every JSON Feed says it is (JSON Feed 1.1, top-level ``version``)."""

_ENTITY = re.compile(rb"<!ENTITY\s+[^\s>]{1,100}\s+(?:\"([^\"]*)\"|'([^']*)')")
_END = re.compile(rb"</\s*(?:rss|feed|channel|(?:\w+:)?RDF)\s*>", re.IGNORECASE)
_PUBLISHED = frozenset({"pubDate", "published", "issued", "date"})
_MODIFIED = frozenset({"updated", "modified"})
_AUTHORS = frozenset({"author", "creator"})
_ORIGIN = frozenset({"origLink"})

Listed = tuple[object, Rest, Sequence[Item]]
"""A feed's title, how it asks to be left alone, and its items."""


class _Tree(NamedTuple):
    """A document as elements: whether it is well-formed, and whether it is so odd that nobody should read it."""

    root: "etree._Element | None"
    is_whole: bool
    is_hostile: bool


def read_feed(body: FeedBody) -> Feed:
    """Return what the feed lists; runs in a worker. Raises `NotAFeed`."""
    if len(body.body) > BODY_MAX_BYTES:
        raise NotAFeed(f"over {BODY_MAX_BYTES} bytes")
    if not body.body.strip():
        raise NotAFeed("empty")
    source = as_utf8(body.body, body.charset).lstrip()
    title, rest, items = _read_json(source) if source[:1] == b"{" else _read_xml(source)
    entries = read_entries(items[:ENTRIES_MAX], body)
    listed = min(len(items), ENTRIES_MAX)
    return Feed(
        title=words(title),
        ttl_seconds=rest.ttl_seconds,
        entries=entries,
        dropped=len(items) - listed,
        skipped=listed - len(entries),
        skip_hours=rest.skip_hours,
        skip_days=rest.skip_days,
    )


def _read_json(body: bytes) -> Listed:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("broken JSON") from error
    if not isinstance(feed, dict) or not str(feed.get("version")).startswith(JSON_FEED_VERSION):
        raise NotAFeed("JSON, but no JSON Feed")
    items = feed.get("items")
    found = [_json_item(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return feed.get("title"), Rest(), found


def _json_item(item: Mapping[str, Any]) -> Item:
    authors = item.get("authors") or [item.get("author")]
    tags = item.get("tags")
    return Item(
        link=item.get("url") or item.get("external_url") or item.get("id"),
        guid=item.get("id"),
        title=item.get("title"),
        published=item.get("date_published"),
        modified=item.get("date_modified"),
        authors=tuple(author.get("name") for author in authors if isinstance(author, dict))
        if isinstance(authors, list)
        else (),
        section=tags[0] if isinstance(tags, list) and tags else None,
    )


def _multiplies(value: bytes) -> bool:
    """Tell whether an entity stands for others, or for very much: by it a short document says a long one."""
    return len(value) > ENTITY_MAX_BYTES or b"&" in value.replace(b"&#", b"")


def _read_xml(body: bytes) -> Listed:
    if any(_multiplies(b"".join(values)) for values in _ENTITY.findall(body)):
        raise NotAFeed("declares entities that multiply")
    tree = _tree(body)
    rest = Rest() if tree.root is None else read_rest(tree.root)
    if not tree.is_whole or b"xml:base" in body:
        found = _read_patiently(body, tree)
        return (found[0], rest, found[1]) if found else _read_fast(body, tree, rest)
    title, _, items = _read_fast(body, tree, rest)
    if any(item.link is None or item.title is None for item in items[:ENTRIES_MAX]):
        found = _read_patiently(body, tree)
        items = found[1] if found and len(found[1]) >= len(items) else items
    return title, rest, items


def _read_fast(body: bytes, tree: _Tree, rest: Rest) -> Listed:
    try:
        feed = fastfeedparser.parse(body, include_content=False, include_media=False, include_enclosures=False)
    except (ValueError, SyntaxError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        said = label(str(error).partition(" (first ")[0])  # what follows quotes the document
        raise NotAFeed((said or type(error).__name__)[:200]) from None
    entries = feed["entries"]
    stated = [] if tree.root is None else list(tree.root.iter("{*}item", "{*}entry"))
    items = [_fast_item(entry) for entry in entries]
    if len(stated) == len(entries):
        pairs = zip(items[:ENTRIES_MAX], stated, strict=False)
        items[:ENTRIES_MAX] = [_as_stated(item, element) for item, element in pairs]
    return feed["feed"].get("title"), rest, items


def _fast_item(entry: Mapping[str, Any]) -> Item:
    tags = entry.get("tags") or [{}]
    return Item(
        link=entry.get("link") or None,
        guid=entry.get("id"),
        title=entry.get("title") or None,
        published=entry.get("published"),
        modified=entry.get("updated"),
        authors=(entry.get("author"),),
        section=tags[0].get("term"),
    )


def _as_stated(item: Item, element: "etree._Element") -> Item:
    """Return the item with the feed's own dates, which the parser mends, all authors, and the link that it leads to."""
    named = [_name(child) for child in element if _local(child) in _AUTHORS]
    has_title = any(_local(child) == "title" and (child.text or len(child)) for child in element)
    return replace(
        item,
        link=_child(element, _ORIGIN) or item.link,
        title=item.title or (None if has_title else ""),
        published=_child(element, _PUBLISHED),
        modified=_child(element, _MODIFIED),
        authors=tuple(filter(None, named)) or item.authors,
    )


def _read_patiently(body: bytes, tree: _Tree) -> tuple[object, Sequence[Item]] | None:
    """Return the title and items that the patient parser finds; None where it finds no feed, or is better not asked."""
    if len(body) > PATIENT_MAX_BYTES or tree.is_hostile or hostile(body.decode()) is not None:
        return None
    # As a stream: of bytes the parser would ask first whether they name a file.
    feed = feedparser.parse(
        io.BytesIO(body), sanitize_html=False, response_headers={"content-type": "application/xml; charset=utf-8"}
    )
    if not feed.get("version"):
        return None
    is_atom = str(feed["version"]).startswith("atom")
    items = [_patient_item(entry, is_atom=is_atom) for entry in feed["entries"]]
    if not _END.search(body):
        items = items[:-1]  # cut in the middle: half a link would lead elsewhere
    return feed["feed"].get("title"), items


def _patient_item(entry: Mapping[str, Any], *, is_atom: bool) -> Item:
    said = {name: entry[name] for name in ("published", "updated") if name in entry}
    published = said.get("published") or (None if is_atom else said.get("updated"))
    tags = entry.get("tags") or [{}]
    return Item(
        link=entry.get("feedburner_origlink") or entry.get("link") or entry.get("id"),
        guid=entry.get("id"),
        title=entry.get("title"),
        published=published,
        modified=said.get("updated") if is_atom else None,
        authors=tuple(author.get("name") for author in entry.get("authors") or ()),
        section=tags[0].get("term"),
    )


def _tree(body: bytes) -> _Tree:
    """Return the feed's own elements: the feed parser mends dates (29 February, no zone, words), and we must not."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        root = None
    faults = {error.type for error in parser.error_log if error.level == etree.ErrorLevels.FATAL}
    is_hostile = b"<!ENTITY" in body or etree.ErrorTypes.ERR_RESOURCE_LIMIT in faults
    return _Tree(root, root is not None and not faults, is_hostile)


def _local(element: "etree._Element") -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: "etree._Element") -> Iterator[tuple[str, str]]:
    for child in element:
        if isinstance(child.tag, str) and child.text:
            yield _local(child), child.text.strip()


def _child(element: "etree._Element", names: frozenset[str]) -> str | None:
    return next((text for name, text in _children(element) if name in names), None)


def _name(author: "etree._Element") -> str | None:
    """Return the name in an author element: Atom has an element for it, RSS has nothing else."""
    return _child(author, frozenset({"name"})) if len(author) else author.text
