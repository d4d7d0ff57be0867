"""Quotations of a text, paired by rule: straight, curly, single, nested, interrupted by paragraphs, unclosed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span

_CURLY = {"“": "”", "«": "»", "„": "“", "‘": "’", "‚": "‘"}
_SINGLES = "'‘‚"
_MIXED = frozenset(("‘'", "'’", '“"', '"”'))
"""Pairs that a half-converted text shows: an opening and a closing mark of two kinds."""

_MARKS = re.compile("[\"'“”‘’«»„‚]")
_ELISIONS = frozenset(("tis", "twas", "em", "til", "cause", "n", "round", "bout", "cos"))
_BEFORE_OPENER = frozenset("([{—–-/:“\"‘'")
_ENDS_SPEECH = frozenset(".,!?…;—–-")
_LOOK_BACK = 12
"""Code points after an apostrophe in which an elided word ('em, '90s) must end."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An outermost quotation: its spans with their marks, one a paragraph, and whether it was ever closed."""

    spans: tuple[Span, ...]
    closed: bool


@dataclass(slots=True)
class _Open:
    """A mark that waits for its partner."""

    start: int
    mark: str


def find_quotes(text: str, paragraphs: Sequence[Paragraph]) -> tuple[Quote, ...]:
    """Return the outermost quotations in order of their start.

    A quotation that its paragraph leaves open goes on where the next paragraph opens with the same mark; where none
    does, it is kept unclosed if it began its paragraph, and otherwise taken for a stray mark.
    """
    found: list[Quote] = []
    pending: tuple[Span, ...] = ()
    for paragraph in paragraphs:
        start, end = paragraph.span
        prose = paragraph.kind not in {ParagraphKind.TITLE, ParagraphKind.HEADING}
        whole, open_ = _pair(text, start, end)
        continues = pending and prose and text[start] == text[pending[0][0]]
        if continues and (open_ or (whole and whole[0][0] == start)):
            spans = (*pending, (start, end) if open_ else whole.pop(0))
            pending = spans if open_ else ()
            found.extend(() if open_ else (Quote(spans, closed=True),))
        else:
            found.extend((Quote(pending, closed=False),) if pending else ())
            pending = ((start, end),) if open_ and prose else ()
        found.extend(Quote((span,), closed=True) for span in whole)
    found.extend((Quote(pending, closed=False),) if pending else ())
    return tuple(sorted(found, key=lambda quote: quote.spans))


def _pair(text: str, start: int, end: int) -> tuple[list[Span], bool]:
    """Return the closed outermost quotations of a paragraph, and whether one from its very start stays open."""
    stack: list[_Open] = []
    whole: list[Span] = []
    closers = _single_closers(text, start, end)
    for match in _MARKS.finditer(text, start, end):
        at = match.start()
        if _closes(text, at, end, stack, closers):
            outer = _close(stack, text[at])
            whole.extend(() if outer is None else ((outer, at + 1),))
        elif _opens(text, at, start, end, stack):
            stack = [open_ for open_ in stack if open_.mark != text[at]]
            if stack or text[at] not in _SINGLES or closers[1] > at:
                stack.append(_Open(at, text[at]))
    return whole, bool(stack) and stack[0].start == start and text[start] not in _SINGLES


def _partners(mark: str, closer: str) -> bool:
    return _CURLY.get(mark, mark) == closer or mark + closer in _MIXED


def _close(stack: list[_Open], mark: str) -> int | None:
    """Take the partner of ``mark`` and what was opened inside it; return its start if it was the outermost."""
    while stack:
        open_ = stack.pop()
        if _partners(open_.mark, mark):
            return None if stack else open_.start
    return None


def _closes(text: str, at: int, end: int, stack: list[_Open], closers: tuple[int, int]) -> bool:
    mark = text[at]
    if not any(_partners(open_.mark, mark) for open_ in stack):
        return False
    before, after = text[at - 1], text[at + 1] if at + 1 < end else " "
    if mark in "'’":
        plural = before in "sS" and after == " " and text[at + 2 : at + 3].islower() and closers[0] > at
        return not after.isalnum() and not before.isspace() and not plural
    return not (mark == '"' and _opener_shape(before, after))


def _opens(text: str, at: int, start: int, end: int, stack: list[_Open]) -> bool:
    mark = text[at]
    before, after = text[at - 1] if at > start else " ", text[at + 1] if at + 1 < end else " "
    if mark in "”»’" or after.isspace():
        return False
    if mark in "'‘":
        word = text[at + 1 : at + 1 + _LOOK_BACK].split(" ", 1)[0].lower().rstrip(".,s'’")
        return _opener_shape(before, after) and not (word in _ELISIONS or word.isdigit())
    return _opener_shape(before, after) or (mark in _CURLY and not stack)


def _opener_shape(before: str, after: str) -> bool:
    return (before.isspace() or before in _BEFORE_OPENER) and not after.isspace() and after not in ",;)"


def _single_closers(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the places of the last mark that surely, and of the last that possibly, closes single quotes."""
    sure = possible = -1
    for at in range(start + 1, end):
        if text[at] in "'’":
            before, after = text[at - 1], text[at + 1] if at + 1 < end else " "
            if not after.isalnum() and not before.isspace():
                possible = at
                sure = at if before in _ENDS_SPEECH or after in _ENDS_SPEECH or at + 1 == end else sure
    return sure, possible


def ends_speech(text: str, span: Span) -> bool:
    """Tell whether a quotation ends, inside or right after its mark, with a stop or comma, as speech does."""
    start, end = span
    inner = text[end - 2] if end - start > 2 else " "  # noqa: PLR2004
    return inner in _ENDS_SPEECH or text[end : end + 1] in {",", "…"}
