"""Paragraphs of a bare text: its lines, joined where a hard wrap has cut them, and what each is by its shape."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span
from services.extract.reading.language.lexicon import FUNCTION_WORDS

HEADING_MAX_WORDS = 12
"""Words; a longer line without a full stop is a sentence that lost it, unless it is in title case."""

TITLE_MAX_WORDS = 20
"""Words of a heading in title case."""

TITLE_CASE_MIN_WORDS = 4
"""Words that must have a capital: two or three may be a name."""

TITLE_CASE_SHARE = 0.75
"""Share of a line's longer words with a capital from which on it is set as a title; a sentence has names only."""

ASKING_MAX_WORDS = 12
"""Words of a heading that ends with a question mark."""

SHAPE_CODE_POINTS = 400
"""A line this long is prose, whatever its end."""

WRAP_MIN, WRAP_MAX = 40, 100
"""Code points of a line that a hard wrap has cut; news paragraphs are longer, headings seldom as long."""

WRAP_SHARE = 0.6
"""Share of the lines with a line right below that end inside a sentence from which on a text is hard-wrapped."""

_LINE = re.compile("[^\r\n\u2028\u2029]+")
_ITEM = re.compile(r"\s*(?:[-*•–·▪●]|\d{1,2}[.)])\s")
_MARKED = re.compile(r"(?:#{1,6} ?|={2,6} ?)\S|\*\*[^*]{1,200}\*\*\Z")
_STAMP = re.compile(r"\d{1,2}[:.]\d{2}(?: ?[ap]\.?m\.?)?\s")
_ENDS_LINE = re.compile(r"[.!?…:;,\"'”’»)\]]\s*\Z")
_STOPS = re.compile(r"[.!?…:;,][\"'”’»)\]]*\Z")
_ASKS = re.compile(r"\?[\"'”’»]*\Z")
_OPENING = "\"'“‘«„("
_CLOSING = "\"'”’»“‘"


def find_paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a plain text: its lines, those joined that a hard wrap has cut."""
    lines = list(_lines(text))
    wrapped = _is_wrapped(text, lines)
    spans: list[Span] = []
    for line in lines:
        if spans and _continues(text, spans[-1], line, wrapped=wrapped):
            spans[-1] = (spans[-1][0], line[1])
        else:
            spans.append(line)
    return tuple(Paragraph(span=span, kind=kind_of(text, span)) for span in spans)


def kind_of(text: str, span: Span) -> ParagraphKind:
    """Return what a line is by its shape: a heading is short, opens with a capital and has no stop at its end."""
    start, end = span
    shown = text[start : min(end, start + SHAPE_CODE_POINTS + 1)]
    short = len(shown) <= SHAPE_CODE_POINTS
    if short and _MARKED.match(shown):
        return ParagraphKind.HEADING
    if _ITEM.match(shown):
        return ParagraphKind.ITEM
    count = len(shown.split())
    return ParagraphKind.HEADING if short and _is_heading(shown, count) else ParagraphKind.TEXT


def _is_heading(line: str, count: int) -> bool:
    if not (line[0].isupper() or line[0].isdigit()):
        return False
    if count > HEADING_MAX_WORDS and not (count <= TITLE_MAX_WORDS and is_title_case(line)):
        return False
    if _ASKS.search(line):
        return count <= ASKING_MAX_WORDS and _STAMP.match(line) is not None
    return not _STOPS.search(line) and (line[-1].isalnum() or line[-1] in _CLOSING)


def is_title_case(line: str) -> bool:
    """Tell whether nearly all longer words of a line have a capital."""
    shown = (word.lstrip(_OPENING) for word in line.split() if word.lower() not in FUNCTION_WORDS)
    longer = [word for word in shown if word[:1].isalpha()][1:]
    capitals = sum(word[0].isupper() for word in longer)
    return capitals >= TITLE_CASE_MIN_WORDS and capitals >= TITLE_CASE_SHARE * len(longer)


def _lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        shown = match.group()
        start = match.end() - len(shown.lstrip())
        end = match.start() + len(shown.rstrip())
        if start < end:
            yield start, end


def _is_wrapped(text: str, lines: Sequence[Span]) -> bool:
    """Tell whether a mail or press release has cut its lines at a column: they end inside sentences."""
    upper = [line for line, below in pairwise(lines) if _adjoins(text, line, below)]
    cut = sum(
        WRAP_MIN <= end - start <= WRAP_MAX and not _ENDS_LINE.search(text, max(start, end - 2), end)
        for start, end in upper
    )
    return cut > 1 and cut >= WRAP_SHARE * len(upper)


def _adjoins(text: str, line: Span, below: Span) -> bool:
    return text.count("\n", line[1], below[0]) <= 1


def _continues(text: str, before: Span, line: Span, *, wrapped: bool) -> bool:
    if not _adjoins(text, before, line) or _ITEM.match(text, *line):
        return False
    if wrapped:
        return before[1] - before[0] >= WRAP_MIN and text[line[0]] != "#"
    stopped = _ENDS_LINE.search(text, max(before[0], before[1] - 2), before[1])
    return text[line[0]].islower() and not stopped
