"""Pairs what two annotators marked in one text: items whose words are largely the same, each with at most one other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from corpus.articles import Article, Claim, NonClaim
from corpus.reading import WORD
from schemas.extraction import Words

T = TypeVar("T")
Places = frozenset[int]
"""Where words of a text begin, as offsets in code points."""

HALF = 0.5
"""The Jaccard coefficient from which on two annotators mean the same words, if not all of them."""


def places(text: str, words: Words | None) -> Places:
    """Return where the marked words stand in their text; nothing marked is no place."""
    spans = words.spans if words else ()
    return frozenset(found.start() for start, end in spans for found in WORD.finditer(text, start, end))


def jaccard(some: Places, others: Places) -> float:
    """Return the share of common places among all places of both (Jaccard 1912); 1 where both are empty."""
    return len(some & others) / len(some | others) if some | others else 1.0


def pair(
    first: Sequence[T], second: Sequence[T], score: Callable[[T, T], Sequence[float]], least: float
) -> list[tuple[T, T]]:
    """Return pairs, the best scores first, each item in one pair at most, the first number of a score at least so high.

    Equal scores go by the order of the items, so the same annotations give the same pairs.
    """
    scores = {(i, j): tuple(score(a, b)) for i, a in enumerate(first) for j, b in enumerate(second)}
    near = [indices for indices, numbers in scores.items() if numbers[0] >= least]
    found: dict[int, int] = {}
    for i, j in sorted(near, key=scores.__getitem__, reverse=True):
        if i not in found and j not in found.values():
            found[i] = j
    return [(first[i], second[j]) for i, j in sorted(found.items())]


@dataclass(frozen=True)
class Pair:
    """A claim as each of both annotated it; ``outer`` tells whether the claims around them are a pair, or none is."""

    text: str
    first: Claim
    second: Claim
    outer: bool


@dataclass(frozen=True)
class Both:
    """An article as each of both annotated it."""

    first: Article
    second: Article

    def claims(self, least: float) -> list[Pair]:
        """Return the pairs of claims; of claims with the same content, those with the same voice, speaker and cue."""
        text = self.first.text

        def alike(a: Claim, b: Claim) -> tuple[float, ...]:
            words = ((a.content, b.content), (a.speaker, b.speaker), (a.cue, b.cue))
            content, *others = (jaccard(places(text, x), places(text, y)) for x, y in words)
            return content, a.voice is b.voice, sum(others)

        found = pair(self.first.claims, self.second.claims, alike, least)
        partner: dict[str | None, str | None] = {None: None, **{a.id: b.id for a, b in found}}
        return [Pair(text, a, b, partner.get(a.nested_in, "") == b.nested_in) for a, b in found]

    def non_claims(self) -> list[tuple[NonClaim, NonClaim]]:
        """Return the pairs of non-claims."""
        text = self.first.text

        def alike(a: NonClaim, b: NonClaim) -> tuple[float, ...]:
            return jaccard(places(text, a.words), places(text, b.words)), a.kind is b.kind

        return pair(self.first.non_claims, self.second.non_claims, alike, HALF)
