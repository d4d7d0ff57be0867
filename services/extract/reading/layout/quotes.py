"""Quotations of a text, paired by rule: straight, curly, single, nested, interrupted by paragraphs, unclosed."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Span

_CURLY = {"“": "”", "«": "»", "„": "“", "‘": "’", "‚": "‘"}
_SINGLES = "'‘‚"
_MIXED = frozenset(("‘'", "'’", '“"', '"”'))
"""Pairs that a half-converted text shows: an opening and a closing mark of two kinds."""

_MARKS = re.compile("''|``|[\"'“”‘’«»„‚]")
_ELISIONS = frozenset(("tis", "twas", "em", "til", "cause", "n", "round", "bout", "cos"))
_BEFORE_OPENER = frozenset("([{—–-/:“\"‘'")
_ENDS_SPEECH = frozenset(".,!?…;—–-")
_CLOSERS = "\"'”’»“‘ "
_LOOK_AHEAD = 12
"""Code points after an apostrophe in which an elided word ('em, '90s) must end."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An outermost quotation: its spans with their marks, one a paragraph, and whether it was ever closed."""

    spans: tuple[Span, ...]
    closed: bool


class _Mark(NamedTuple):
    """A quotation mark at ``[at, end)``, its kind, and the characters around it (a space at the paragraph's edges)."""

    kind: str
    at: int
    end: int
    before: str
    after: str

    @property
    def opens_by_shape(self) -> bool:
        """Whether it stands as an opening mark does: behind a space or bracket, before a word."""
        behind = self.before.isspace() or self.before in _BEFORE_OPENER
        return behind and not self.after.isspace() and self.after not in ",;)"


def find_quotes(text: str, paragraphs: Sequence[Paragraph]) -> tuple[Quote, ...]:
    """Return the outermost quotations in order of their start.

    A quotation that its paragraph leaves open goes on where the next paragraph opens with the same mark; where none
    does, it is kept unclosed if it began its paragraph, and otherwise taken for a stray mark.
    """
    found: list[Quote] = []
    pending: list[Span] = []
    for paragraph in paragraphs:
        start, end = paragraph.span
        prose = paragraph.kind not in {ParagraphKind.TITLE, ParagraphKind.HEADING}
        whole, open_ = _pair(text, start, end)
        continues = pending and prose and text[start] == text[pending[0][0]]
        if continues and (open_ or (whole and whole[0][0] == start)):
            pending.append((start, end) if open_ else whole.pop(0))
            if not open_:
                found.append(Quote(tuple(pending), closed=True))
                pending = []
        else:
            found.extend((Quote(tuple(pending), closed=False),) if pending else ())
            pending = [(start, end)] if open_ and prose else []
        found.extend(Quote((span,), closed=True) for span in whole)
    found.extend((Quote(tuple(pending), closed=False),) if pending else ())
    return tuple(sorted(found, key=lambda quote: quote.spans))


def _marks(text: str, start: int, end: int) -> Iterator[_Mark]:
    for match in _MARKS.finditer(text, start, end):
        kind = '"' if len(match.group()) > 1 else match.group()
        before = text[match.start() - 1] if match.start() > start else " "
        yield _Mark(kind, match.start(), match.end(), before, text[match.end()] if match.end() < end else " ")


def _pair(text: str, start: int, end: int) -> tuple[list[Span], bool]:
    """Return the closed outermost quotations of a paragraph, and whether one from its very start stays open."""
    stack: list[_Mark] = []
    whole: list[Span] = []
    sure, possible = _single_closers(text, start, end)
    for mark in _marks(text, start, end):
        if _closes(text, mark, stack, sure):
            outer = _close(stack, mark.kind)
            whole.extend(() if outer is None else ((outer.at, mark.end),))
        elif _opens(text, mark, stack):
            stack = [open_ for open_ in stack if open_.kind != mark.kind]
            if stack or mark.kind not in _SINGLES or possible > mark.at:
                stack.append(mark)
    return whole, bool(stack) and stack[0].at == start and stack[0].kind not in _SINGLES


def _partners(opener: str, closer: str) -> bool:
    return _CURLY.get(opener, opener) == closer or opener + closer in _MIXED


def _close(stack: list[_Mark], kind: str) -> _Mark | None:
    """Take the partner of a closing mark, and what was opened inside it; return it if it was the outermost."""
    while stack:
        opener = stack.pop()
        if _partners(opener.kind, kind):
            return None if stack else opener
    return None


def _closes(text: str, mark: _Mark, stack: list[_Mark], sure: int) -> bool:
    if not any(_partners(opener.kind, mark.kind) for opener in stack):
        return False
    if mark.kind in "'’":
        plural = (
            mark.before in "sS" and mark.after == " " and text[mark.at + 2 : mark.at + 3].islower() and sure > mark.at
        )
        return not mark.after.isalnum() and not mark.before.isspace() and not plural
    return not (mark.kind == '"' and mark.opens_by_shape)


def _opens(text: str, mark: _Mark, stack: list[_Mark]) -> bool:
    if mark.kind in "”»’" or mark.after.isspace():
        return False
    if mark.kind in "'‘":
        word = text[mark.end : mark.end + _LOOK_AHEAD].split(" ", 1)[0].lower().rstrip(".,s'’")
        return mark.opens_by_shape and not (word in _ELISIONS or word.isdigit())
    return mark.opens_by_shape or (mark.kind in _CURLY and not stack)


def _single_closers(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the places of the last mark that surely, and of the last that possibly, closes single quotes."""
    sure = possible = -1
    for mark in _marks(text, start, end):
        if mark.kind in "'’" and mark.at > start and not mark.after.isalnum() and not mark.before.isspace():
            possible = mark.at
            ends = mark.before in _ENDS_SPEECH or mark.after in _ENDS_SPEECH or mark.end == end
            sure = mark.at if ends else sure
    return sure, possible


def ends_speech(text: str, span: Span) -> bool:
    """Tell whether a quotation ends, inside or right after its mark, with a stop or comma, as speech does."""
    start, end = span
    inner = text[start:end].rstrip(_CLOSERS)[-1:]
    return inner in _ENDS_SPEECH or text[end : end + 1] in {",", "…"}
