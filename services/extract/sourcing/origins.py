"""Origins: which articles have their words from one place, and by what one sees it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar
from uuid import UUID

from schemas.comparison import OriginEvidence
from services.extract.sourcing.fingerprint import Fingerprint
from services.extract.sourcing.shingles import shared

NEAR_CONTAINMENT = 0.28
"""The share of the shorter text's shingles that a near-duplicate has too: in the corpus a bulletin that reads out an
agency's report with changes has a third of it, and reports that are no copies of one another at most a twentieth."""

NEAR_SHINGLES = 30
"""Shingles that a near-duplicate shares at least, some three sentences: fewer are a formula, or a misjudged notice."""

NAMES_SHARED = 2
"""Names that an article shares with one whose sayings it has, or whose publisher it credits: it is about them."""

ABOUT = 0.4
"""The share of the names of the one with fewer that a credited article has too: an agency has many other reports."""

LEAD_SHARED = 0.4
"""The share of the words of the shorter lead, of a release and of what tells of it, that the other has too."""

Id = TypeVar("Id", str, UUID)


Likeness = tuple[bool, float, int, int]
"""Whether one credits the other, the text that they share, and how many quotations and names, in this order."""


@dataclass(frozen=True, slots=True)
class Origin(Generic[Id]):
    """Articles that are one origin, in order, and what shows it of which pairs of them."""

    articles: tuple[Id, ...]
    evidence: tuple[tuple[Id, Id, OriginEvidence], ...] = ()


def same_origin(a: Fingerprint, b: Fingerprint, *, leads_agree: bool = False) -> tuple[OriginEvidence, ...]:
    """Return by what one sees that two articles have their words from one place; nothing where one does not see it.

    ``leads_agree``: their leads hold statements that agree. The order of the two makes no difference.
    """
    found = {*_credited(a, b), *_credited(b, a)}
    if _is_near(a, b):
        found.add(OriginEvidence.NEAR_DUPLICATE)
    released = _tells_of_release(a, b) or _tells_of_release(b, a)
    if released or _heard_one_saying(a, b) or (leads_agree and _report_one_announcement(a, b)):
        found.add(OriginEvidence.ANNOUNCEMENT)
    if OriginEvidence.ANNOUNCEMENT in found and len(found) > 1:
        found.remove(OriginEvidence.ANNOUNCEMENT)
    return tuple(kind for kind in OriginEvidence if kind in found)


def _is_near(a: Fingerprint, b: Fingerprint) -> bool:
    both = shared(a.signature, b.signature, a.shingles, b.shingles)
    return both >= NEAR_SHINGLES and both >= NEAR_CONTAINMENT * min(a.shingles, b.shingles)


def _credited(copy: Fingerprint, source: Fingerprint) -> Iterator[OriginEvidence]:
    """Yield the kinds of notice in which one article credits the other, if both are about the same."""
    names = max(NAMES_SHARED, ABOUT * min(len(copy.names), len(source.names)))
    if len(copy.names & source.names) >= names and not copy.known_as & source.known_as:
        yield from (credit.kind for credit in copy.credits if credit.name in source.known_as)


def _heard_one_saying(a: Fingerprint, b: Fingerprint) -> bool:
    """Tell whether both quote the same words on the same matter: somebody said or published them once."""
    return bool(a.sayings & b.sayings) and len(a.names & b.names) >= NAMES_SHARED


def _report_one_announcement(a: Fingerprint, b: Fingerprint) -> bool:
    """Tell whether two leads that agree give it to the same speaker, and neither article has words of its own."""
    return a.speaker is not None and a.speaker == b.speaker and not a.first_hand and not b.first_hand


def _tells_of_release(release: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether one article is what a body published of itself, and the other, which names it, leads with that."""
    if not release.release or other.release or not release.known_as & other.names:
        return False
    return len(release.lead & other.lead) >= LEAD_SHARED * min(len(release.lead), len(other.lead))


def group(
    articles: Mapping[Id, Fingerprint], agreeing: Collection[frozenset[Id]] = frozenset()
) -> tuple[Origin[Id], ...]:
    """Return the origins of some articles, each article in one: the components of ``same_origin`` among all pairs.

    A rewrite of several sources does not make them one: it goes with the one that it has most of. ``agreeing``: pairs
    of articles whose leads agree. The order of the articles makes no difference; time grows with their number squared.
    """
    evidence: dict[tuple[Id, Id], tuple[OriginEvidence, ...]] = {}
    for a, b in combinations(sorted(articles), 2):
        kinds = same_origin(articles[a], articles[b], leads_agree=frozenset((a, b)) in agreeing)
        if kinds:
            evidence[a, b] = kinds
    kept = {pair: evidence[pair] for pair in kept_pairs(evidence, articles)}
    top = {one: one for one in articles}
    for a, b in kept:
        first, second = sorted((_top(top, a), _top(top, b)))
        top[second] = first
    rows: dict[Id, list[Id]] = {}
    for one in sorted(articles):
        rows.setdefault(_top(top, one), []).append(one)
    shown: dict[Id, list[tuple[Id, Id, OriginEvidence]]] = {}
    for (a, b), kinds in kept.items():
        shown.setdefault(_top(top, a), []).extend((a, b, kind) for kind in kinds)
    return tuple(Origin(tuple(row), tuple(shown.get(first, ()))) for first, row in rows.items())


def kept_pairs(pairs: Collection[tuple[Id, Id]], articles: Mapping[Id, Fingerprint]) -> list[tuple[Id, Id]]:
    """Return, of all pairs of one origin among some articles, those that join origins.

    A rewrite goes with the one that it has most of, so that its sources stay apart.
    """
    best: dict[Id, tuple[Likeness, tuple[Id, Id]]] = {}
    for pair in pairs:
        rewrites = [one for one in pair if articles[one].rewrite]
        if rewrites:
            likeness = _likeness(articles[pair[0]], articles[pair[1]]), pair
            best |= {one: max(likeness, best.get(one, likeness)) for one in rewrites}
    kept = {pair for _, pair in best.values()}
    return [pair for pair in pairs if pair in kept or not any(articles[one].rewrite for one in pair)]


def _likeness(a: Fingerprint, b: Fingerprint) -> Likeness:
    """Return by how much two articles are alike: in text before quotations, in these before names."""
    both = shared(a.signature, b.signature, a.shingles, b.shingles)
    credited = any(_credited(a, b)) or any(_credited(b, a))
    return credited, both, len(a.sayings & b.sayings), len(a.names & b.names)


def _top(top: Mapping[Id, Id], one: Id) -> Id:
    while top[one] != one:
        one = top[one]
    return one
