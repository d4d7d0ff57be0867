"""The headline of a text: marked where its title is known, else found by its shape and place; and the label in it."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Sequence

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span
from services.extract.reading.language.lexicon import words
from services.extract.reading.layout.datelines import dateline_end
from services.extract.reading.layout.paragraphs import is_title_case

TITLE_MAX_CODE_POINTS = 2_000
"""More of a title is not looked at: contracts allow no longer one."""

HEADLINE_MAX_WORDS = 30
"""Words; the longest headlines that newspapers print stay below it, and a lead is seldom so short."""

HEADLINE_MAX_CODE_POINTS = 300
"""Longer lines are prose, whatever their words."""

STOPPED_MAX_WORDS = 22
"""Words of a headline that ends with a full stop: it needs more proof than one without."""

CLIPPED_MAX_WORDS = 16
"""Words; a sentence without an article, auxiliary or pronoun is seldom so long."""

LABEL_MAX_WORDS = 3
"""Words of a label above a headline: a topic, a section, a place."""

HEAD_PARAGRAPHS = 6
"""The headline, and a title printed again, stand among the first paragraphs; behind them the same words are prose."""

_UNCLIPPED = words(
    "the a an has have had was were is are he she they it we i you his her its their our my this that these those there"
    " said"
)
"""Words that headlines leave out and sentences can hardly do without."""

_WORD = re.compile(r"\w+")
_END = " .!?…,\"'”’»"
_JOINT = " .:-–—|\t"
_SITE = re.compile(r"\s+[|–—·-]\s+(?=[^|–—·]*\Z)")
_OPENING = "\"'“‘«„"
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*\Z")
_INNER_STOP = re.compile(r"[.!?…][\"'”’»]*\s")
_LABELS = (
    r"(?:breaking(?: news)?|exclusive|opinion|comment|analysis|watch|listen|video|photos|in pictures|live"
    r"|update(?: \d+|d)?|explain(?:er|ed)|editorial|review|profile|obituary|the latest|just in|developing|feature"
    r"|wrapup \d+|fact ?check|factbox|timeline|q&a|podcast|interview|poll watch|column|letters?|blog"
    r"|as it happened|correction|news)"
)
_SHOUT = r"[^\W\d_a-z][^a-zß-öø-ÿ:!]{6,60}(?=[:!])"
_FRONT = re.compile(rf"(?:(?i:{_LABELS})|(?:[^\s:]+ ){{1,5}}(?i:live|updates)|{_SHOUT})(?:[:!]+| [|–—-])\s+")
_BACK = re.compile(
    r"(?:[:;.?!]| [|–—-])\s+((?:here(?:['’]s| is| are) (?:what|why|how|everything|all)"
    r"|what (?:we|you|to) (?:know|need|expect)|(?:everything|all) (?:we|you) )[^:;]{0,40}"
    rf"|as it happened|live(?: updates| blog)?|{_LABELS})\Z",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[^:]{2,60}: [^:]{0,60}\b(?:as it happened|live(?: updates| blog)?)\Z", re.IGNORECASE)


def words_of(line: str) -> tuple[str, ...]:
    """Return the words of a line without case, marks and spaces, to compare two printings of it."""
    return tuple(_WORD.findall(line.casefold()))


def mark_title(text: str, paragraphs: Sequence[Paragraph], title: str) -> tuple[Paragraph, ...]:
    """Mark the first paragraph that is the title, or begins with it: then the paragraph is parted behind it.

    A title may differ in marks and case, and have the name of its site behind it. Unmarked where none is it.
    """
    title = title[:TITLE_MAX_CODE_POINTS]
    whole = words_of(title)
    known = {whole, words_of(_SITE.split(title)[0])} - {()}
    for number, paragraph in enumerate(paragraphs[:HEAD_PARAGRAPHS]):
        start, end = paragraph.span
        if end - start <= 2 * len(title) + len(_END) and words_of(text[start:end]) in known:
            marked: tuple[Paragraph, ...] = (Paragraph(span=(start, end), kind=ParagraphKind.TITLE),)
        else:
            marked = _parted(text, paragraph.span, title.strip())
        if marked:
            return (*paragraphs[:number], *marked, *paragraphs[number + 1 :])
    return tuple(paragraphs)


def _parted(text: str, span: Span, title: str) -> tuple[Paragraph, ...]:
    """Return a paragraph that begins with the title as two, or nothing: a title is no mere beginning of a sentence."""
    start, end = span
    stop = start + len(title)
    if not title or stop >= end or not text.startswith(title, start) or text[stop].isalnum():
        return ()
    body = stop
    while body < end and text[body] in _JOINT:
        body += 1
    if body == end or text[body].islower() or (body == stop and text[stop - 1].isalnum()):
        return ()
    return (Paragraph(span=(start, stop), kind=ParagraphKind.TITLE), Paragraph(span=(body, end)))


def find_headline(text: str, paragraphs: Sequence[Paragraph], silent: frozenset[int]) -> int | None:
    """Return which paragraph is the headline of a text whose title is unknown. ``silent``: credits, datelines, notices.

    It is the first line set like one, or the second where the first is a short label; prose above it means none.
    """
    lines = []
    for number, paragraph in enumerate(paragraphs[: min(HEAD_PARAGRAPHS, len(paragraphs) - 1)]):
        if number in silent:
            continue
        if not _is_set_as_headline(text, paragraphs, number):
            break
        lines.append((number, len(text[slice(*paragraph.span)].split())))
    if not lines:
        return None
    (first, length), *others = lines
    if length > LABEL_MAX_WORDS:
        return first
    if others and others[0][1] > max(length, LABEL_MAX_WORDS):
        return others[0][0]
    return first if length == LABEL_MAX_WORDS else None


def _is_set_as_headline(text: str, paragraphs: Sequence[Paragraph], number: int) -> bool:
    paragraph, follower = paragraphs[number], paragraphs[number + 1]
    start, end = paragraph.span
    if paragraph.kind is not ParagraphKind.TEXT or end - start > HEADLINE_MAX_CODE_POINTS:
        return paragraph.kind is ParagraphKind.HEADING
    line = text[start:end]
    opens = line.lstrip(_OPENING)[:1]
    if len(line.split()) > HEADLINE_MAX_WORDS or not (opens.isupper() or opens.isdigit()) or line[-1] in ":;,":
        return False
    stop = _STOP.search(line)
    return stop is None or _is_stopped_headline(text, line, stop.group()[0], follower.span, first=number == 0)


def _is_stopped_headline(text: str, line: str, stop: str, below: Span, *, first: bool) -> bool:
    """Decide whether a line with a full stop is a headline: by its marks, case or style, or a dateline below it."""
    longer = first and below[1] - below[0] > len(line)
    if stop in "!?" or len(line.split()) > STOPPED_MAX_WORDS or _INNER_STOP.search(line):
        return longer and stop in "!?" and len(line.split()) <= STOPPED_MAX_WORDS
    return (longer and _is_clipped(line)) or is_title_case(line) or dateline_end(text, below) > below[0]


def _is_clipped(line: str) -> bool:
    """Decide whether a line has the style of headlines: no articles, auxiliaries or pronouns of the third person."""
    return LABEL_MAX_WORDS < len(line.split()) <= CLIPPED_MAX_WORDS and not _UNCLIPPED & set(words_of(line))


def headline_parts(text: str, span: Span) -> tuple[Span, ...]:
    """Return the headline's own words and the label in it ("EXCLUSIVE:", "as it happened"): label, headline, label.

    Each may be empty; the words of the headline itself are always the second.
    """
    start, end = span
    while start < end and text[start] in "# \t":
        start += 1
    line = text[start:end]
    if _WHOLE.fullmatch(line):
        return (start, end), (end, end), (end, end)
    front = _FRONT.match(line)
    body = front.end() if front and not line[front.end() :].isupper() else 0
    back = _BACK.search(line, body)
    stop = back.start(1) if back else len(line)
    return _trim(text, start, start + body), _trim(text, start + body, start + stop), _trim(text, start + stop, end)


def _trim(text: str, start: int, end: int) -> Span:
    while end > start and text[end - 1] in " \t:|–—-":
        end -= 1
    return start, end
