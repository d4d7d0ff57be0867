"""Paragraphs: the text of an article as its blocks, each with its kind, joined by blank lines."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from schemas.events import Paragraph, ParagraphKind
from services.ingest.characters import one_line, storable

BLANK_LINE = "\n\n"
"""Stands between paragraphs, so that no sentence runs from one into the next."""

TITLE_WITHIN = 3
"""A title printed again stands among the first paragraphs; later the same words are a sentence."""

WRAPPED_MAX = 120
"""Code points to which editors wrap lines; where some are longer each is a paragraph."""

Block = tuple[str, ParagraphKind]

_KINDS = {
    "head": ParagraphKind.HEADING,
    "quote": ParagraphKind.QUOTE,
    "item": ParagraphKind.ITEM,
    "cell": ParagraphKind.ITEM,
}
_BLOCKS = frozenset({*_KINDS, "p", "list", "table", "row", "code", "div", "body"})
_WORDS = re.compile(r"\w+")
_BREAK = re.compile(r"\n\s*\n")


def blocks_of(body: "etree._Element") -> Iterator[Block]:
    """Yield the blocks of the tree that trafilatura extracted (``head p quote list item table row cell lb``)."""
    kinds = [ParagraphKind.TEXT]
    words: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if element.tag in _BLOCKS or (element.tag == "lb" and event == "start"):
            yield "".join(words), kinds[-1]
            words = []
        if event == "start":
            if element.tag in _BLOCKS:
                kinds.append(_kind(element) or kinds[-1])
            words.append(element.text or "")
        else:
            if element.tag in _BLOCKS:
                kinds.pop()
            words.append((element.tail or "") if element is not body else "")
    yield "".join(words), kinds[-1]


def _kind(element: "etree._Element") -> ParagraphKind | None:
    if element.tag == "p" and (above := element.getparent()) is not None and above.tag == "cell":
        return ParagraphKind.TEXT  # a table that lays a page out
    first_level = element.tag == "head" and element.get("rend") == "h1"
    return ParagraphKind.TITLE if first_level else _KINDS.get(str(element.tag))


def blocks_of_plain(text: str) -> Iterator[Block]:
    """Yield the paragraphs of a plain text: parted by blank lines, and by the ends of lines that were not wrapped."""
    return ((paragraph, ParagraphKind.TEXT) for part in _BREAK.split(text) for paragraph in _unwrap(part))


def _unwrap(part: str) -> Iterator[str]:
    """Yield the lines of a text, those joined again that were wrapped.

    The next word did not fit into the line before: whoever wraps breaks nowhere else.
    """
    lines = [words for line in part.splitlines() if (words := line.strip())]
    width = max(map(len, lines), default=0)
    begun = lines[:1]
    for before, line in pairwise(lines):
        had_room = len(before) + 1 + len(line.split()[0]) <= width
        if width > WRAPPED_MAX or (had_room and not line[0].islower()):
            yield " ".join(begun)
            begun = []
        begun.append(line)
    yield " ".join(begun)


def join(blocks: Iterable[Block], title: str | None) -> tuple[str, tuple[Paragraph, ...]]:
    """Return the text of the blocks that have words, and its paragraphs; the title printed again is marked.

    So is the heading of the first level above the text, which may word the title otherwise; below it is a heading.
    """
    pieces: list[str] = []
    paragraphs: list[Paragraph] = []
    at = 0
    for raw, kind in blocks:
        words = one_line(raw)
        if not _WORDS.search(words):
            continue
        paragraphs.append(Paragraph(span=(at, at + len(words)), kind=_placed(kind, words, title, paragraphs)))
        pieces.append(words)
        at += len(words) + len(BLANK_LINE)
    return BLANK_LINE.join(pieces), tuple(paragraphs)


def _placed(kind: ParagraphKind, words: str, title: str | None, before: list[Paragraph]) -> ParagraphKind:
    if len(before) < TITLE_WITHIN and title is not None and same_words(words, title):
        return ParagraphKind.TITLE
    if kind is ParagraphKind.TITLE and any(each.kind is not ParagraphKind.TITLE for each in before):
        return ParagraphKind.HEADING
    return kind


def same_words(one: str, other: str) -> bool:
    """Tell whether two lines have the same words, whatever their case and punctuation."""
    words = _WORDS.findall(storable(one).casefold())
    return bool(words) and words == _WORDS.findall(storable(other).casefold())


def write_out_quotations(tree: HtmlElement) -> None:
    """Replace ``q`` elements by quotation marks: browsers show these, and a claim needs them."""
    for element in tree.iter("q"):
        if not (element.text or "").lstrip().startswith(("“", '"', "«", "„", "\u2018")):
            element.text = "“" + (element.text or "")
            if len(element):
                element[-1].tail = (element[-1].tail or "") + "”"
            else:
                element.text += "”"
        element.tag = "span"
