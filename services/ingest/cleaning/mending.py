"""Mending: what a page's layout tore apart is put together again before the article is looked for."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, pairwise

from lxml.html import HtmlElement

from services.ingest.cleaning.chaff import is_linked, reads_on

BODIES_MAX = 50
"""More parts of one name are the entries of a list, not an article cut by advertisements."""

EMBEDDED_DEPTH = 3
"""Levels of elements that an embedded post is wrapped in."""

_POST = re.compile(r"(?:post|entry|(?:live-?blog|live)?[-_]?(?:post|entry|update))", re.IGNORECASE)
_SAYING = frozenset(("blockquote", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "dl", "table", "pre"))
"""Elements that are of the article where they stand between two parts of its body."""

_FRAMES = frozenset(("div", "section", "figure"))
"""Elements that may hold anything: of the article where a quotation or a paragraph in them reads on."""

_EMBED = re.compile(r"embed|tweet|widget|social", re.IGNORECASE)
_BODY = re.compile(r"(?:article|story|entry|post)[-_]{0,2}(?:body|content|text)|body[-_]text", re.IGNORECASE)


def join_bodies(tree: HtmlElement) -> None:
    """Move the parts of a body, or the entries of a live blog, all of one class in one article, into the first.

    What the article says between them goes with them, so chaff must have been dropped before.
    """
    parts: dict[tuple[str, HtmlElement], list[HtmlElement]] = defaultdict(list)
    for element in tree.iter("div", "section"):
        names = element.get("class")
        if names and (_BODY.search(names) or _POST.fullmatch(names)):
            parts[names, _article(element)].append(element)
    for (_, article), elements in parts.items():
        if article is not None and 1 < len(elements) <= BODIES_MAX and not _nested(elements):
            moved = [each for one, other in pairwise(elements) for each in (*_between(one, other), other)]
            for element in moved:
                elements[0].append(element)


def show_posts(tree: HtmlElement) -> None:
    """Take away what marks a quoted post of a social network as embedded: its words are a quotation of the article."""
    for post in tree.iter("blockquote"):
        for element in (post, *islice(post.iterancestors("div", "figure", "section", "p"), EMBEDDED_DEPTH)):
            if _EMBED.search(element.get("class") or ""):
                del element.attrib["class"]


def _between(one: HtmlElement, other: HtmlElement) -> Iterator[HtmlElement]:
    """Yield what is said between two parts, under the element that holds both."""
    above = {other, *other.iterancestors()}
    at = one
    while (parent := at.getparent()) is not None and parent not in above:
        at = parent
    for element in at.itersiblings():
        if element in above:
            return
        framed = element.tag in _FRAMES and any(map(reads_on, element.iter("p", "blockquote")))
        if (framed or element.tag in _SAYING) and not is_linked(element):
            yield element


def _article(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article", "main"), None)


def _nested(elements: list[HtmlElement]) -> bool:
    among = set(elements)
    return any(above in among for element in elements for above in element.iterancestors())
