"""Markup that would hold a parser: found in one linear pass before anything is parsed.

Reading a tag costs libxml2 the square of its attributes, and JSON-LD is later read by regular expressions that are
quadratic on broken JSON. The scan follows the HTML standard's tokeniser where it matters (quoted values, comments, raw
text); what slips past it still meets the limits of the worker.
"""

import json
import re
import sys
from typing import Any

from lxml.html import HtmlElement, HTMLParser, document_fromstring

HTML_MAX_CODE_POINTS = 3_000_000
"""Decoded; 5 MB of plain paragraphs take 9 CPU seconds, and no article needs 3."""

TAG_MAX_CODE_POINTS = 64 * 1024
"""A longer tag is an attack or an inlined picture; 200 KB of attributes hold libxml2 for 4 CPU seconds."""

TAG_MAX_EQUALS = 1_000
"""More attributes than any page needs; 40,000 of them hold libxml2 for 33 CPU seconds."""

JSON_LD_MAX_BYTES = 256 * 1024
"""News articles describe themselves in a few KB; more is a catalogue."""

_PARSER = HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)
_DATE_STATED = re.compile(r'"(datePublished|dateModified)"\s{0,20}:\s{0,20}"([^"\\]{8,64})"')
_TYPE_STATED = re.compile(r'"@type"\s{0,20}:\s{0,20}"(\w{1,64})"')
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n\r\f")
_FORM_FEED = bytes.maketrans(b"\f", b" ")
_REFERENCE = re.compile(b"&#([xX][0-9a-fA-F]{1,12}|[0-9]{1,12});?")
_TAG = re.compile(r"""<[a-zA-Z](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+""")
_RAW = re.compile(r"<(?:!--|(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>]))", re.IGNORECASE)
_COMMENT_END = re.compile(r"--!?>")
_RAW_ENDS = {
    name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}


def parse(markup: str) -> HtmlElement:
    """Return a page as elements; ``hostile`` is asked before. Raises lxml's ``ParserError`` where there are none.

    As UTF-8 bytes with the encoding fixed: a declaration inside the page cannot contradict what was decoded.
    """
    return document_fromstring(encode(markup), parser=_PARSER)


def hostile(html: str) -> str | None:
    """Return what makes ``html`` too dear to parse, or None."""
    at = 0
    for start, end in _raw_spans(html):
        if (found := _hostile_tag(html, at, start)) is not None:
            return found
        at = end
    return _hostile_tag(html, at, len(html))


def _raw_spans(html: str) -> list[tuple[int, int]]:
    """Return the spans of comments and of the content of scripts and the like: no tags are read in them."""
    spans = []
    at = 0
    while (opening := _RAW.search(html, at)) is not None:
        name = opening[1]
        if name is None:
            start, closing = opening.start(), _COMMENT_END.search(html, opening.start() + 2)
        else:
            tag = _TAG.match(html, opening.start())
            start = tag.end() if tag else opening.end()
            closing = _RAW_ENDS[name.lower()].search(html, start)
        at = closing.end() if closing else len(html)
        spans.append((start, at))
    return spans


def _hostile_tag(html: str, start: int, end: int) -> str | None:
    for tag in _TAG.finditer(html, start, end):
        length = tag.end() - tag.start()
        if length > TAG_MAX_CODE_POINTS:
            return f"a tag of {length} characters"
        if length > TAG_MAX_EQUALS and (equals := html.count("=", tag.start(), tag.end())) > TAG_MAX_EQUALS:
            return f"a tag with {equals} attributes"
    return None


def encode(html: str) -> bytes:
    """Return ``html`` in UTF-8 without what no tree can hold, as character or as reference: one ends an extraction."""
    encoded = html.encode("utf-8", "ignore").translate(_FORM_FEED, _CONTROLS)
    for noncharacter in (b"\xef\xbf\xbe", b"\xef\xbf\xbf"):
        encoded = encoded.replace(noncharacter, b"")
    return _REFERENCE.sub(_kept, encoded)


def _kept(reference: re.Match[bytes]) -> bytes:
    digits = reference[1]
    number = int(digits[1:], 16) if digits[:1] in {b"x", b"X"} else int(digits)
    return b"" if number > sys.maxunicode or _IMPOSSIBLE.match(chr(number)) else reference[0]


def read_json_ld(tree: HtmlElement) -> list[Any]:
    """Return the JSON-LD of a page, and drop from ``tree`` every such script that is too long or no JSON.

    Of a broken one the types and the dates are read: a comma too many elsewhere makes them no less stated.
    """
    documents = []
    for script in tree.xpath('.//script[contains(@type, "ld+json")]'):
        text = script.text or ""
        try:
            documents.append(_load(text))
        except (ValueError, RecursionError):
            script.drop_tree()
            documents += _read_broken(text)
    return documents


def _read_broken(text: str) -> list[Any]:
    dates: dict[str, Any] = {}
    for name, value in _DATE_STATED.findall(text[:JSON_LD_MAX_BYTES]):
        dates.setdefault(name, value)
    return [{"@type": _TYPE_STATED.findall(text[:JSON_LD_MAX_BYTES]), **dates}] if dates else []


def _load(text: str) -> Any:
    if len(text) > JSON_LD_MAX_BYTES or len(text.encode("utf-8", "replace")) > JSON_LD_MAX_BYTES:
        raise ValueError("too long")
    return json.loads(text, strict=False)
