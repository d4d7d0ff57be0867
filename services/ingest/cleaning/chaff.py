"""Chaff: what stands in a page beside its article; it is dropped before the article is looked for.

The fewer elements are left, the less the extraction costs, which goes over the tree some twenty times.
"""

import re
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

SHARE_MAX = 0.25
"""An element that holds more of the page's words than this is a part of its frame, whatever it is called."""

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
_CHAFF = re.compile(
    r"(?:^|-)(?:newsletters?|sign-?up|subscribe|recirc\w*|related(?!-name)|read-?(?:more|next|also)|see-also"
    r"|most-?(?:read|popular|viewed|shared)|trending|recommend\w*|promos?|latest-(?:news|box|stories)|last-news"
    r"|more-(?:from|on|stories|news)|also-(?:on|read|like)|outbrain|taboola|share|sharing|captions?"
    r"|(?:photo|image|media)-credits?|comments|tag-?list|tags|breadcrumbs?|adverts?|advertisements?|sponsor(?:ed)?"
    r"|tooltip|pop-?(?:over|up)|rollover-block|hover-?card|modal|cookies?|consent|gdpr"
    r"|author-(?:bio|box|info)|about-the-author|follow-us|skip-link|print-only|screen-reader-text|sr-only"
    r"|visually-hidden)(?:-|$)"
)
_SENTENCE_ENDS = (".", "!", "?", "”", '"', "\u2019", "»", ":", ",", ";")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAP = re.compile(r"[^a-z0-9]+")


def drop_chaff(tree: HtmlElement) -> None:
    """Drop what is never part of an article by its tag, and what its class or id calls an addition to one."""
    etree.strip_elements(tree, *_TAGS, with_tail=False)
    prose = _drop_linked_lines(tree)
    named = [element for element in tree.iter(*_CONTAINERS) if _is_named_chaff(element)]
    if not named:
        return
    words = len(tree.text_content())
    most = SHARE_MAX * sum(prose.values())
    for element in named:
        if len(element.text_content()) > SHARE_MAX * words:
            continue
        if sum(prose.get(paragraph, 0) for paragraph in element.iter("p")) <= most:
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


def is_linked(element: HtmlElement) -> bool:
    """Tell whether nearly all words of an element stand in links."""
    said = len(element.text_content().strip())
    return sum(len(link.text_content().strip()) for link in element.iter("a")) >= LINKED_SHARE * said


def _is_named_chaff(element: HtmlElement) -> bool:
    names, name = element.get("class"), element.get("id")
    return (names is not None and _says_chaff(names)) or (name is not None and _says_chaff(name))


@lru_cache(NAMES_KEPT)
def _says_chaff(names: str) -> bool:
    return any(_CHAFF.search(_GAP.sub("-", _HUMP.sub("-", name).lower())) for name in names.split())
