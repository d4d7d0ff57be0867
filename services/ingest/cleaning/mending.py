"""Mending: what a page's layout tore apart is put together again before the article is looked for."""

import re
from collections import defaultdict

from lxml.html import HtmlElement

BODIES_MAX = 50
"""More parts of one name are the entries of a list, not an article cut by advertisements."""

_BODY = re.compile(r"(?:article|story|entry|post)[-_]{0,2}(?:body|content|text)|body[-_]text", re.IGNORECASE)


def join_bodies(tree: HtmlElement) -> None:
    """Move the parts of a body that advertisements cut, all of one class in one article, into the first."""
    parts: dict[tuple[str, HtmlElement], list[HtmlElement]] = defaultdict(list)
    for element in tree.iter("div", "section"):
        names = element.get("class")
        if names and _BODY.search(names):
            parts[names, _article(element)].append(element)
    for (_, article), elements in parts.items():
        if article is not None and 1 < len(elements) <= BODIES_MAX and not _nested(elements):
            for element in elements[1:]:
                elements[0].append(element)


def _article(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article", "main"), None)


def _nested(elements: list[HtmlElement]) -> bool:
    among = set(elements)
    return any(above in among for element in elements for above in element.iterancestors())
