"""Sentences of an article, as spans of its text."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterable, Iterator, Sequence

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span
from services.extract.reading.language.cues import CUES, Frame
from services.extract.reading.language.lexicon import (
    NOT_ADVERBS,
    OTHER_ABBREVIATIONS,
    SENTENCE_OPENERS,
    TITLE_ABBREVIATIONS,
)
from services.extract.reading.layout.datelines import dateline_end
from services.extract.reading.layout.headlines import headline_parts

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*")
_OPENERS = "\"'“‘«„([ \t\u00a0"
_NEXT_WORD = re.compile(r"[^\s\"'“”‘’«»„()\[\],.;:!?]{1,40}")
_WORD_BEFORE = re.compile(r"[^\s\"“‘(\[—–-]{1,24}\Z")
_TAG = re.compile(r"\s*((?:[^\W\d_]\S{0,30}\s){1,4})([a-z]+)\b")
_DASHES = frozenset(("—", "–", "-", "--"))
_CLOSERS = "\"'”’»"


def find_sentences(text: str, paragraphs: Iterable[Paragraph]) -> tuple[Span, ...]:
    """Return the sentences in order; a heading, a dateline and a label in a headline are each one of their own."""
    found: list[Span] = []
    for paragraph in paragraphs:
        if paragraph.kind is ParagraphKind.TITLE:
            found.extend(headline_parts(text, paragraph.span))
        elif paragraph.kind is ParagraphKind.HEADING:
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


def _heading(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start] in "# \t":
        start += 1
    return _stripped(text, start, end)


def _split(text: str, span: Span) -> Iterator[Span]:
    start, end = dateline_end(text, span), span[1]
    yield _stripped(text, span[0], start)
    for match in _END.finditer(text, start, end):
        if match.start() > start and _ends(text, match, end):
            yield _stripped(text, start, match.end())
            start = match.end()
    yield _stripped(text, start, end)


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
    if (
        word.group()[0].islower()
        or word.group() in _DASHES
        or (closed and match.group()[0] != "." and _is_tag(text, stop, end))
    ):
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
    word = before.group().lower().lstrip("'") if before else ""
    if word in TITLE_ABBREVIATIONS or (len(word) == 1 and word.isalpha() and word != "i"):
        return True
    known = word in OTHER_ABBREVIATIONS or (len(word) > 1 and word[1::2].strip(".") == "" and word[0].isalpha())
    opens = following.lower() in SENTENCE_OPENERS or (following.endswith("ly") and following.lower() not in NOT_ADVERBS)
    return known and not opens and not (word == "no" and not following[0].isdigit())
