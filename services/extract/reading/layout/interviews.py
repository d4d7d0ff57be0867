"""Interviews: who asks and who answers, told by the labels before the answers."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from schemas.events import Paragraph
from schemas.extraction import Span

LABEL_MIN_TURNS = 2
"""A label that stands once may be the topic of a line; a speaker's comes again."""

INTERVIEW_MIN_TURNS = 3
"""Labelled paragraphs of an interview; fewer are an exchange inside a report."""

QUESTION_MAX_CODE_POINTS = 400
"""A longer paragraph before an answer is the writer's account, not a question."""

_NAME = r"[^\W\d_a-z][\w.'’-]{0,30}"
_LABEL = re.compile(rf"[\"“„«]?({_NAME}(?: {_NAME}){{0,3}})(?: \([^()]{{1,60}}\))?[:.] ?(?=\S)")
_LETTER = frozenset("QA")
_ASKS = re.compile(r"\?[\"'”’»)\]]*\Z")
_QUOTES = frozenset('"“„«')


class Answer(NamedTuple):
    """What is answered in one paragraph: the label of who does, and the words."""

    label: Span
    words: Span


class Turns(NamedTuple):
    """Paragraphs that begin with a speaker's label, paragraphs in which an interviewer speaks, and the answers."""

    labelled: frozenset[int]
    asked: frozenset[int]
    answers: tuple[Answer, ...] = ()


def find_turns(text: str, paragraphs: Sequence[Paragraph]) -> Turns:
    """Return the turns of an interview; none are asked where nobody is interviewed."""
    labels = {n: label for n, p in enumerate(paragraphs) if (label := _label(text, p.span)) is not None}
    times = Counter(labels.values())
    labels = {n: label for n, label in labels.items() if times[label] >= LABEL_MIN_TURNS}
    labelled = frozenset(labels)
    questions = [n for n, p in enumerate(paragraphs) if _is_question(text, p.span)]
    if len(labels) < INTERVIEW_MIN_TURNS or not questions:
        return Turns(labelled, frozenset())
    asking = Counter(labels[n] for n in questions if n in labels)
    askers = {label for label, count in asking.items() if 2 * count > times[label]}
    asked = {n for n, label in labels.items() if label in askers}
    loose = {n - 1 for n in labels if n and labels[n] not in askers} - labelled
    if any(n not in labelled for n in questions):
        asked |= {n for n in loose if _is_turn(text, paragraphs[n].span)}
    answers = tuple(_answer(text, paragraphs[n].span) for n in sorted(labelled - asked))
    return Turns(labelled, frozenset(asked), answers)


def _answer(text: str, span: Span) -> Answer:
    """Return the label and the words of a paragraph that has one; a mark that opens before the label is the words'."""
    label = _LABEL.match(text, *span)
    if label is None:
        raise ValueError(f"no label begins the paragraph at {span}")
    return Answer(label.span(1), (label.end(), span[1]))


def _label(text: str, span: Span) -> str | None:
    match = _LABEL.match(text, *span)
    if match is None:
        return None
    colon = text[match.end(1) : match.end()].rstrip().endswith(":")
    return match[1] if colon or match[1] in _LETTER else None


def _is_question(text: str, span: Span) -> bool:
    return _ASKS.search(text, max(span[0], span[1] - 4), span[1]) is not None


def _is_turn(text: str, span: Span) -> bool:
    start, end = span
    return end - start <= QUESTION_MAX_CODE_POINTS and text[start] not in _QUOTES
