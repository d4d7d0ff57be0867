"""Attributions as PolNeAR has them (source, cue, content), as exact spans and as whole claims.

PolNeAR: Newell, Margolin and Ruths, LREC 2018.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bench.quality.scores import Score, assign, best_first
from bench.quality.words import Cut, jaccard
from schemas.extraction import Extraction, Span, Voice

LAYERS = ("content", "source", "cue")
"""The kinds of span, each written over those before it where they share words."""

CLAIM_MIN = 0.5
"""The least Jaccard of the words, of content and of source alike, at which a found claim is the wanted one."""

_MARKS = "\"'“”„‟‘’‚«»`"  # noqa: RUF001 (the marks that newspapers print)
_LEAD = re.compile(rf"(?:[{_MARKS}\s]|that\b)+", re.IGNORECASE)
_WORD = re.compile(r"\w")
_TAIL = re.compile(rf"[{_MARKS}\s]+$")


class Attribution(NamedTuple):
    """Who said it, by which words, and what; each may have several spans, or none."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


class Exact(NamedTuple):
    """Words ``first`` to before ``stop`` of one layer."""

    layer: str
    first: int
    stop: int


def attributions_of(extraction: Extraction) -> list[Attribution]:
    """Return the claims in the voice of somebody, without the article's and the headline's own."""
    return [
        Attribution(
            claim.speaker.spans if claim.speaker else (), claim.cue.spans if claim.cue else (), claim.content.spans
        )
        for claim in extraction.claims
        if claim.voice is Voice.ATTRIBUTED
    ]


def trim(text: str, attribution: Attribution) -> Attribution:
    """Return the attribution without a leading "that" and outer quotation marks, at each span of its content.

    A span that would keep no word stays as it is: in "he denied that" the word is the content.
    """
    return attribution._replace(content=tuple(_trim(text, span) for span in attribution.content))


def _trim(text: str, span: Span) -> Span:
    words = text[slice(*span)]
    lead, tail = _LEAD.match(words), _TAIL.search(words)
    start = span[0] + (lead.end() if lead else 0)
    end = span[1] - (len(tail.group()) if tail else 0)
    return (start, end) if _WORD.search(text, start, end) else span


def exact_spans(cut: Cut, attributions: Sequence[Attribution]) -> frozenset[Exact]:
    """Return the spans of all attributions in one layer, as one tagger (BIO) could write them.

    A word of two kinds is cue before source before content; a span ends with its paragraph (line); one inside another
    of its kind begins a span there. Of a span whose ends cut words, these are wholly in it.
    """
    labels: list[str | None] = [None] * len(cut.spans)
    begins = {number for number in range(1, len(labels)) if _breaks(cut, number)}
    for layer in LAYERS:
        spans = sorted(
            (span for each in attributions for span in getattr(each, layer)), key=lambda span: (span[0], -span[1])
        )
        for numbers in filter(None, map(cut.numbers, spans)):
            labels[numbers.start : numbers.stop] = [layer] * len(numbers)
            begins.add(numbers.start)
    return frozenset(_runs(labels, begins))


def _breaks(cut: Cut, number: int) -> bool:
    return "\n" in cut.text[cut.spans[number - 1][1] : cut.spans[number][0]]


def _runs(labels: Sequence[str | None], begins: set[int]) -> Iterator[Exact]:
    start = 0
    for number in range(1, len(labels) + 1):
        if number == len(labels) or number in begins or labels[number] != labels[start]:
            if (layer := labels[start]) is not None:
                yield Exact(layer, start, number)
            start = number


def score_exact(wanted: Iterable[Exact], found: Iterable[Exact], layer: str) -> Score:
    """Count the spans of a layer whose both ends are right."""
    some, others = ({each for each in spans if each.layer == layer} for spans in (wanted, found))
    return Score(len(some & others), len(others), len(some))


def score_claims(cut: Cut, wanted: Sequence[Attribution], found: Sequence[Attribution]) -> Score:
    """Count the found that are a wanted one, one to one: content and source at a Jaccard of ``CLAIM_MIN`` or more.

    Two without a source agree in it; one without does not agree with one that has one.
    """
    golds, ours = ([(cut.inside(each.content), cut.inside(each.source)) for each in side] for side in (wanted, found))
    choices = {}
    for number, (content, source) in enumerate(golds):
        near = {at: jaccard(content, c) for at, (c, s) in enumerate(ours) if jaccard(source, s) >= CLAIM_MIN}
        choices[number] = best_first(near, CLAIM_MIN)
    return Score(len(assign(choices)), len(found), len(wanted))
