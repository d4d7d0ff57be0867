"""Chaff: what stands in a page beside its article; it is dropped before the article is looked for.

The fewer elements are left, the less the extraction costs, which goes over the tree some twenty times.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

SHARE_MAX = 0.25
"""An element that holds more of the page's words than this is a part of its frame, whatever it is called."""

PROSE_LEAST = 100
"""Code points of a paragraph that reads on: a shorter one may sum up the article that a link leads to."""

LINKED_SHARE = 0.9
"""A line with more of its words in links is one, whatever label or sign stands before it."""

NAMES_KEPT = 4_096
"""How many names of classes are remembered; a publisher's pages share theirs, and a worker reads many in turn."""

_TAGS = (
    "script", "style", "noscript", "svg", "iframe", "template", "link", "object", "embed", "canvas", "video", "audio",
    "map", "select", "textarea", "button", "input", "source", "picture", "track", "math", "nav", "aside", "footer",
    "menu", "dialog", "figcaption",
)  # fmt: skip
_CONTAINERS = ("div", "section", "ul", "ol", "dl", "li", "p", "span", "table", "h2", "h3", "h4", "h5", "h6", "em", "a")
_LISTS = (
    r"recirc\w*|related|read-?(?:more|next|also)|see-also|most-?(?:read|popular|viewed|shared)|trending"
    r"|recommended|recommender|promos?|latest-(?:news|stories)|more-(?:from|on|stories|news)|also-(?:on|read|like)"
    r"|share|sharing|tag-?list|tags|breadcrumbs?"
)
_NOTICES = (
    r"newsletters?|sign-?up|subscribe|outbrain|taboola|captions?|(?:photo|image|media)-credits?|comments"
    r"|adverts?|advertisements?|sponsor(?:ed)?|tooltip|pop-?(?:over|up)|hover-?card|modal|cookies?|consent|gdpr"
    r"|author-(?:bio|box|info)|about-the-author|follow-us|skip-link|print-only|screen-reader-text|sr-only"
    r"|visually-hidden"
)
_CHAFF = re.compile(rf"(?:^|-)(?:(?P<list>{_LISTS})|{_NOTICES})(?:-|$)")
"""Lists lead to other articles, so one that reads on is a part of this one; a notice is prose of another matter."""

_ENDS = (".", "!", "?", "”", '"', "\u2019", "»")
_SENTENCE_ENDS = (*_ENDS, ":", ",", ";")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAP = re.compile(r"[^a-z0-9]+")


def drop_chaff(tree: HtmlElement) -> None:
    """Drop what is never part of an article by its tag, and what its class or id calls an addition to one."""
    for speaker in tree.xpath(".//blockquote//footer"):
        speaker.tag = "p"
    etree.strip_elements(tree, *_TAGS, with_tail=False)
    prose = _drop_linked_lines(tree)
    named = [element for element in tree.iter(*_CONTAINERS) if _is_named(element, _says_chaff)]
    if not named:
        return
    words = len(tree.text_content())
    most = SHARE_MAX * sum(prose.values())
    for element in named:
        if len(element.text_content()) > SHARE_MAX * words:
            continue
        paragraphs = list(element.iter("p"))
        if sum(prose.get(paragraph, 0) for paragraph in paragraphs) > most:
            continue
        if _is_named(element, _says_notice) or not any(map(reads_on, paragraphs)):
            element.drop_tree()


def _drop_linked_lines(tree: HtmlElement) -> dict[HtmlElement, int]:
    """Drop the paragraphs that are a link and end as no sentence does: the titles of other articles.

    Return the paragraphs that are left, with the length of each.
    """
    linked: dict[HtmlElement, int] = {}
    prose: dict[HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        said = paragraph.text_content().strip()
        is_title = said and not said.endswith(_SENTENCE_ENDS) and is_linked(paragraph)
        (linked if is_title else prose)[paragraph] = len(said)
    if sum(linked.values()) > SHARE_MAX * (sum(linked.values()) + sum(prose.values())):
        return prose | linked
    for paragraph in linked:
        paragraph.drop_tree()
    return prose


def reads_on(paragraph: HtmlElement) -> bool:
    """Tell whether a paragraph is long enough for news, ends as a sentence does, and is not links."""
    said = paragraph.text_content().strip()
    return len(said) >= PROSE_LEAST and said.endswith(_ENDS) and not is_linked(paragraph)


def is_linked(element: HtmlElement) -> bool:
    """Tell whether nearly all words of an element stand in links."""
    said = len(element.text_content().strip())
    return sum(len(link.text_content().strip()) for link in element.iter("a")) >= LINKED_SHARE * said


def _is_named(element: HtmlElement, says: Callable[[str], bool]) -> bool:
    names, name = element.get("class"), element.get("id")
    return (names is not None and says(names)) or (name is not None and says(name))


@lru_cache(NAMES_KEPT)
def _says_chaff(names: str) -> bool:
    return any(_found(names))


@lru_cache(NAMES_KEPT)
def _says_notice(names: str) -> bool:
    return any(found is not None and not found["list"] for found in _found(names))


def _found(names: str) -> list[re.Match[str] | None]:
    return [_CHAFF.search(_GAP.sub("-", _HUMP.sub("-", name).lower())) for name in names.split()]
