"""Paragraphs, datelines and sentences of an article, as spans of its text."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterable, Iterator, Sequence

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span
from services.extract.reading.cues import CUES, Frame
from services.extract.reading.lexicon import OTHER_ABBREVIATIONS, SENTENCE_OPENERS, TITLE_ABBREVIATIONS

HEADING_MAX_WORDS = 20
"""Words; a longer line without a full stop is a cut-off paragraph rather than a heading."""

_LINE = re.compile("[^\r\n\u2028\u2029]+")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*")
_ENDS_LINE = re.compile(r"[.!?…:;,\"'”’»)\]]\s*\Z")
_OPENERS = "\"'“‘«„([ \t\u00a0"
_NEXT_WORD = re.compile(r"[^\s\"'“”‘’«»„()\[\],.;:!?]{1,40}")
_WORD_BEFORE = re.compile(r"[^\s\"'“‘(\[—–]{1,24}\Z")
_DATELINE = re.compile(
    r"\s*([^\W\d_a-zà-ÿ][^\n:;!?\"“”(),–—]{1,30}(?:, ?[^\W\d_a-zà-ÿ][^\n:;!?\"“”(),–—]{1,30}){0,2})"
    r"( ?\([^()\n]{2,30}\))? ?(?:[–—]|--?) "
)
_TAG = re.compile(r"\s*((?:[^\W\d_]\S{0,30}\s){1,4})([a-z]+)\b")
_CLOSERS = "\"'”’»"


def find_paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a plain text: its lines, those joined that a hard wrap has cut."""
    spans: list[Span] = []
    for match in _LINE.finditer(text):
        start, end = _stripped(text, match.start(), match.end())
        if start == end:
            continue
        if spans and _continues(text, spans[-1], (start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(Paragraph(span=span, kind=_kind(text, span)) for span in spans)


def find_sentences(text: str, paragraphs: Iterable[Paragraph]) -> tuple[Span, ...]:
    """Return the sentences in order; a title or heading is one of its own, a dateline is in none."""
    found: list[Span] = []
    for paragraph in paragraphs:
        if paragraph.kind in {ParagraphKind.TITLE, ParagraphKind.HEADING}:
            found.append(_heading(text, paragraph.span))
        else:
            found.extend(_split(text, paragraph.span))
    return tuple((start, end) for start, end in found if start < end)


def paragraph_ends(paragraphs: Sequence[Paragraph], sentences: Sequence[Span]) -> list[int]:
    """Return, for each sentence, the index of the paragraph it lies in."""
    places, at = [], 0
    for start, _ in sentences:
        while paragraphs[at].span[1] <= start:
            at += 1
        places.append(at)
    return places


def _stripped(text: str, start: int, end: int) -> Span:
    shown = text[start:end]
    return end - len(shown.lstrip()), max(start + len(shown.rstrip()), end - len(shown.lstrip()))


def _continues(text: str, before: Span, line: Span) -> bool:
    adjacent = text.count("\n", before[1], line[0]) <= 1
    return (
        adjacent and text[line[0]].islower() and not _ENDS_LINE.search(text, max(before[0], before[1] - 2), before[1])
    )


def _kind(text: str, span: Span) -> ParagraphKind:
    start, end = span
    if text[start] == "#":
        return ParagraphKind.HEADING
    if _ITEM.match(text, start, end):
        return ParagraphKind.ITEM
    short = len(text[start : min(end, start + 400)].split()) <= HEADING_MAX_WORDS and end - start < 400  # noqa: PLR2004
    opens = text[start].isupper() or text[start].isdigit()
    return ParagraphKind.HEADING if short and opens and text[end - 1].isalnum() else ParagraphKind.TEXT


def _heading(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start] in "# \t":
        start += 1
    return _stripped(text, start, end)


def _split(text: str, span: Span) -> Iterator[Span]:
    dateline = _dateline(text, span)
    start, end = dateline, span[1]
    for match in _END.finditer(text, start, end):
        if match.start() > start and _ends(text, match, end):
            yield _stripped(text, start, match.end())
            start = match.end()
    yield _stripped(text, start, end)


def _dateline(text: str, span: Span) -> int:
    """Return where the first sentence starts: behind a dateline like "TARROW, Norland (Agency) —" if there is one."""
    match = _DATELINE.match(text, *span)
    if match is None:
        return span[0]
    places = match[1].replace(".", " ").split()
    capitals = all(word[:1].isupper() or word.isdigit() for word in match[1].replace(",", " ").split())
    shouted = len(places[0]) > 2 and places[0].strip(",").isupper()  # noqa: PLR2004
    return match.end() if capitals and (shouted or match[2] or "," in match[1]) else span[0]


def _ends(text: str, match: re.Match[str], end: int) -> bool:
    """Decide whether a full stop (question mark, …) with the closing marks after it ends a sentence."""
    stop, closed = match.end(), match.group()[-1] in _CLOSERS
    if stop >= end:
        return True
    if not text[stop].isspace():
        return False
    word = _NEXT_WORD.search(text, stop, min(end, stop + 60))
    if word is None:
        return True
    if word.group()[0].islower() or (closed and match.group()[0] != "." and _is_tag(text, stop, end)):
        return False
    if match.group()[0] == "." and len(match.group().rstrip(_CLOSERS + ")]")) == 1:
        return not _abbreviates(text, match.start(), word.group())
    return True


def _is_tag(text: str, start: int, end: int) -> bool:
    """Decide whether words like "Mr Smith asked" follow a closed quotation: they belong to its sentence."""
    match = _TAG.match(text, start, min(end, start + 160))
    if match is None:
        return False
    words = [word.rstrip(",.") for word in (*match[1].split(), match[2])]
    return any((cue := CUES.get(word)) is not None and Frame.QUOTE in cue.frames for word in words[1:])


def _abbreviates(text: str, stop: int, following: str) -> bool:
    before = _WORD_BEFORE.search(text, max(0, stop - 24), stop)
    word = before.group().lower() if before else ""
    if word in TITLE_ABBREVIATIONS or (len(word) == 1 and word.isalpha() and word != "i"):
        return True
    known = word in OTHER_ABBREVIATIONS or (len(word) > 1 and word[1::2].strip(".") == "" and word[0].isalpha())
    return known and following.lower() not in SENTENCE_OPENERS and not (word == "no" and not following[0].isdigit())
