"""Highlights: where in the words shown the words looked for stand, and which part of a long text shows them best."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.api.resources.terms import Match, Terms

EXCERPT_CHARACTERS = 280
"""Code points of an excerpt: three lines of print."""

CUT_CHARACTERS = 40
"""How far an excerpt is shortened to begin or end between two words."""

Span = tuple[int, int]


class Excerpt(NamedTuple):
    """A part of a text: where it begins there, its words, and the highlights, which count in these words."""

    start: int
    text: str
    highlights: list[Span]


def find_highlights(terms: Terms, text: str) -> list[Span]:
    """Return the spans of the words found, in code points of ``text``, in order and apart from one another."""
    return _merge(terms.find(text))


def find_excerpt(terms: Terms, text: str) -> Excerpt:
    """Return the part of a text in which most of the terms stand, the first of equals; else its beginning."""
    best = _densest(terms.find(text))
    start, end = _widen(text, best[0].start, best[-1].end) if best else _widen(text, 0, 0)
    inside = [match for match in best if match.start >= start and match.end <= end]
    return Excerpt(start, text[start:end], [(first - start, last - start) for first, last in _merge(inside)])


def _merge(matches: Iterable[Match]) -> list[Span]:
    merged: list[Span] = []
    for start, end, _ in matches:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _densest(matches: Sequence[Match]) -> Sequence[Match]:
    """Return the run of matches within an excerpt's length that has most terms, then most matches."""
    best, most = slice(0, 0), (0, 0)
    inside: Counter[int] = Counter()
    first = 0
    for last, match in enumerate(matches):
        inside[match.term] += 1
        while first < last and match.end - matches[first].start > EXCERPT_CHARACTERS:
            gone = matches[first].term
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        if (len(inside), last - first) > most:
            best, most = slice(first, last + 1), (len(inside), last - first)
    return matches[best]


def _widen(text: str, start: int, end: int) -> Span:
    """Return the part of a text around ``[start, end)``, cut between words where blanks are near."""
    room = max(EXCERPT_CHARACTERS - (end - start), 0)
    begin = max(min(start - room // 2, len(text) - EXCERPT_CHARACTERS), 0)
    finish = min(begin + EXCERPT_CHARACTERS, len(text))
    if begin > 0:
        blank = text.find(" ", begin - 1, min(begin + CUT_CHARACTERS, start))
        begin = begin if blank < 0 else blank + 1
    if finish < len(text):
        blank = text.rfind(" ", max(finish - CUT_CHARACTERS, end), finish + 1)
        finish = finish if blank < 0 else blank
    return begin, finish
