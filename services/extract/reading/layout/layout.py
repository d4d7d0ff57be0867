"""Layout: what each line of an article is (headline, heading, dateline, notice, prose), and where claims can stand."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span
from services.extract.reading.layout.datelines import dateline_end, is_dateline
from services.extract.reading.layout.headlines import (
    HEAD_PARAGRAPHS,
    find_headline,
    headline_parts,
    mark_title,
    words_of,
)
from services.extract.reading.layout.interviews import Answer, find_turns
from services.extract.reading.layout.notices import NOTICE_MAX_CODE_POINTS, Silence, line_notice, sentence_notice
from services.extract.reading.layout.paragraphs import find_paragraphs, kind_of
from services.extract.reading.layout.questions import is_question
from services.extract.reading.layout.quotes import Quote, find_quotes
from services.extract.reading.layout.sentences import find_sentences, paragraph_ends

LIST_MIN_LINES = 3
"""Lines without a full stop, one below the other: fewer are headings, so many are the points of a list."""

INNER_QUOTES = 8
"""Quotations looked at inside one sentence: one with more is a list."""

_LINES = frozenset((ParagraphKind.TITLE, ParagraphKind.HEADING))
_BACK_MATTER = re.compile(
    r"(?:about [^\W\d_].{0,50}|notes? (?:to|for) editors?|(?:(?:media|press) )?(?:contacts?|enquiries|inquiries)"
    r"|(?:press|further|more) information|related(?: \w+)?|read (?:more|next|also))\s*:?",
    re.IGNORECASE,
)
_FINE_PRINT = re.compile(
    r"(?:important (?:notice|information)|legal notice|disclaimer|cautionary (?:note|statement).*"
    r"|.{0,40}forward[- ]looking.*)\s*:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The paragraphs, sentences and quotations of an article, and where nothing can be claimed.

    ``places``: the paragraph of each sentence. ``headline``: the sentence that is the headline, or null; it is sure
    where the title was given. ``lines``: the sentences of headlines, headings and datelines, whose capitals name
    nothing by themselves. ``silent``: the sentences that hold no claim, and why. ``asked``: the sentences of an
    interviewer, in which only what others are said to have said is a claim. ``answers``: what is answered them.
    """

    paragraphs: tuple[Paragraph, ...]
    sentences: tuple[Span, ...]
    places: tuple[int, ...]
    quotes: tuple[Quote, ...]
    headline: int | None
    headline_sure: bool
    lines: frozenset[int]
    silent: Mapping[int, Silence]
    asked: frozenset[int]
    answers: tuple[Answer, ...]

    def is_quiet(self, sentence: int) -> bool:
        """Tell whether a sentence is no prose: a line, or one that holds no claim."""
        return sentence in self.silent or sentence in self.lines

    @property
    def quiet(self) -> frozenset[int]:
        """The sentences that are no prose."""
        return self.lines.union(self.silent)


def lay_out(text: str, title: str | None = None, given: Sequence[Paragraph] = ()) -> Layout:
    """Return the layout of a text; ``given``: its paragraphs, where they are known.

    Given kinds other than ``text`` hold; the others are told by length, full stop, case, marks, place and what is
    printed again. Spans are code points of ``text``. Time is linear in it.
    """
    found = tuple(given) or find_paragraphs(text)
    turns = find_turns(text, found)
    shaped = tuple(_shaped(text, p, given=bool(given), labelled=n in turns.labelled) for n, p in enumerate(found))
    paragraphs, sure = _with_title(text, shaped, title)
    shift = len(paragraphs) - len(found)
    own = {p.span: kind for p in paragraphs if (kind := _notice(text, p)) is not None}
    paragraphs = tuple(_points(text, _without_repeated(text, paragraphs), own))
    quotes = find_quotes(text, paragraphs)
    sentences = find_sentences(text, paragraphs)
    places = tuple(paragraph_ends(paragraphs, sentences))
    notices = _notices(text, paragraphs, own)
    prose = _Sentences(text, paragraphs, sentences, places, [span for quote in quotes for span in quote.spans])
    silent = {n: kind for n in range(len(sentences)) if (kind := prose.silence(n, notices)) is not None}
    lines = frozenset(
        n for n, at in enumerate(places) if paragraphs[at].kind in _LINES or silent.get(n) is Silence.DATELINE
    )
    titles = (n for n in sorted(lines) if paragraphs[places[n]].kind is ParagraphKind.TITLE and n not in silent)
    asked = frozenset(n for n, at in enumerate(places) if at - shift in turns.asked)
    return Layout(paragraphs, sentences, places, quotes, next(titles, None), sure, lines, silent, asked, turns.answers)


def _as(paragraph: Paragraph, kind: ParagraphKind) -> Paragraph:
    return paragraph if paragraph.kind is kind else Paragraph(span=paragraph.span, kind=kind)


def _shaped(text: str, paragraph: Paragraph, *, given: bool, labelled: bool) -> Paragraph:
    """Return a paragraph with its kind by shape where it is not given; a speaker's label makes no heading."""
    if labelled and not given:
        return _as(paragraph, ParagraphKind.TEXT)
    if labelled or not given or paragraph.kind is not ParagraphKind.TEXT:
        return paragraph
    return _as(paragraph, kind_of(text, paragraph.span))


def _with_title(text: str, paragraphs: tuple[Paragraph, ...], title: str | None) -> tuple[tuple[Paragraph, ...], bool]:
    """Return the paragraphs with the headline marked, and whether it is known to be one."""
    if not paragraphs or any(paragraph.kind is ParagraphKind.TITLE for paragraph in paragraphs):
        return paragraphs, True
    if title is not None:
        return mark_title(text, paragraphs, title), True
    head = paragraphs[:HEAD_PARAGRAPHS]
    aside = frozenset(n for n, paragraph in enumerate(head) if _notice(text, paragraph) is not None)
    at = find_headline(text, paragraphs, aside)
    return tuple(_as(p, ParagraphKind.TITLE) if n == at else p for n, p in enumerate(paragraphs)), False


def _without_repeated(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Yield the paragraphs with one title; the same words printed again near it are a heading."""
    title: tuple[str, ...] = ()
    for number, paragraph in enumerate(paragraphs):
        if title and number <= HEAD_PARAGRAPHS and words_of(text[slice(*paragraph.span)]) == title:
            yield _as(paragraph, ParagraphKind.HEADING)
        else:
            yield paragraph
        if not title and paragraph.kind is ParagraphKind.TITLE:
            title = words_of(text[slice(*paragraph.span)])


def _points(text: str, paragraphs: Iterator[Paragraph], own: Mapping[Span, Silence]) -> Iterator[Paragraph]:
    """Yield the paragraphs, headings in a row as the points of a list."""
    row: list[Paragraph] = []
    for paragraph in paragraphs:
        plain = paragraph.kind is ParagraphKind.HEADING and text[paragraph.span[0]] not in "#=*"
        if plain and paragraph.span not in own:
            row.append(paragraph)
            continue
        yield from _row(row)
        row = []
        yield paragraph
    yield from _row(row)


def _row(row: list[Paragraph]) -> Iterator[Paragraph]:
    return (_as(p, ParagraphKind.ITEM) if len(row) >= LIST_MIN_LINES else p for p in row)


def _notice(text: str, paragraph: Paragraph) -> Silence | None:
    """Return what a whole paragraph is besides prose, if its words tell."""
    start, end = paragraph.span
    if end - start > NOTICE_MAX_CODE_POINTS:
        return None
    line = text[start:end]
    return Silence.DATELINE if is_dateline(line) else line_notice(line)


def _notices(text: str, paragraphs: Sequence[Paragraph], own: Mapping[Span, Silence]) -> dict[int, Silence]:
    """Return the paragraphs in which nothing is claimed, and why: notices, headings, what a notice heads."""
    titles = [n for n, paragraph in enumerate(paragraphs) if paragraph.kind is ParagraphKind.TITLE]
    found: dict[int, Silence] = {}
    section: Silence | None = None
    for number, paragraph in enumerate(paragraphs):
        if paragraph.kind is ParagraphKind.TITLE:
            section = None
            continue
        notice = own.get(paragraph.span)
        if paragraph.kind is ParagraphKind.HEADING:
            line = text[slice(*paragraph.span)].lstrip("#=* ")
            section = _section(line)
            above = bool(titles) and number < titles[0]
            notice = notice or sentence_notice(line) or (Silence.SLOGAN if above else Silence.HEADING)
        if notice or section:
            found[number] = notice or section or Silence.HEADING
    return found


def _section(heading: str) -> Silence | None:
    if len(heading) > NOTICE_MAX_CODE_POINTS:
        return None
    if _BACK_MATTER.fullmatch(heading):
        return Silence.BOILERPLATE
    return Silence.DISCLAIMER if _FINE_PRINT.fullmatch(heading) else None


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The sentences of an article with what surrounds them."""

    text: str
    paragraphs: Sequence[Paragraph]
    sentences: Sequence[Span]
    places: Sequence[int]
    quoted: Sequence[Span]

    def silence(self, number: int, notices: Mapping[int, Silence]) -> Silence | None:
        """Return why a sentence holds no claim, or null."""
        place, (start, end) = self.places[number], self.sentences[number]
        paragraph = self.paragraphs[place]
        if paragraph.kind is ParagraphKind.TITLE:
            return None if headline_parts(self.text, paragraph.span)[1] == (start, end) else Silence.SLOGAN
        if place in notices:
            return notices[place]
        first = number == 0 or self.places[number - 1] != place
        if first and end <= dateline_end(self.text, paragraph.span):
            return Silence.DATELINE
        return None if self._is_spoken(start, end) else self._prose(number)

    def _is_spoken(self, start: int, end: int) -> bool:
        """Tell whether a quotation that began before a sentence, or ends behind it, holds a part of it."""
        before, behind = self._quotation(start), self._quotation(end - 1)
        return (before is not None and before[0] < start < before[1]) or (behind is not None and behind[1] > end)

    def _is_nothing_but_quoted(self, start: int, end: int) -> bool:
        """Tell whether a sentence is all quotation, so that it goes on from words quoted before it."""
        quotation = self._quotation(start)
        return quotation is not None and quotation[0] == start and quotation[1] >= end

    def _quotation(self, at: int) -> Span | None:
        """Return the last quotation that begins at ``at`` or before it."""
        place = bisect_right(self.quoted, at, key=itemgetter(0)) - 1
        return self.quoted[place] if place >= 0 else None

    def _prose(self, number: int) -> Silence | None:
        start, end = self.sentences[number]
        sentence = self.text[start:end]
        kind = sentence_notice(sentence)
        last = number + 1 == len(self.sentences) or self.places[number + 1] != self.places[number]
        if kind is None and last and sentence[-1] not in ".!?…":
            kind = line_notice(sentence)
        if kind is not None:
            return kind
        first = bisect_left(self.quoted, (start, 0))
        inner = [span for span in self.quoted[first : first + INNER_QUOTES] if span[1] <= end]
        goes_on = not last and self._is_nothing_but_quoted(*self.sentences[number + 1])
        return Silence.QUESTION if is_question(self.text, (start, end), inner, goes_on=goes_on) else None
