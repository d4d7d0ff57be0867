"""Candidates: which pairs of statements are worth a look, by a rule on the pair alone."""

from datetime import date
from uuid import UUID

from services.extract.relations.ordering import days_of
from services.extract.relations.statement import Statement

TAU = 0.35
"""The least cosine of a candidate; below it nothing was found that is worth showing."""

NEAR = 0.5
"""The cosine from which on statements need no entity in common: above it two in five of one affair (of the corpus's
part ``train``) are related."""

DAYS_APART = 365
"""How far apart candidates may be said, in days; undated ones may be of any day."""


def is_candidate(a: Statement, b: Statement) -> bool:
    """Tell whether two statements may stand in a relation: alike, not far apart, and of a common entity or very alike.

    An entity in common is one that both name, one speaker, or a speaker of whom the other one tells.
    """
    cosine = a.cosine(b)
    if a.claim_id == b.claim_id or cosine < TAU:
        return False
    return (cosine >= NEAR or bool(_ids(a) & _ids(b))) and _near(a, b)


def _ids(one: Statement) -> frozenset[UUID]:
    speaker = (one.speaker,) if one.speaker else ()
    return frozenset(named.entity_id for named in (*one.entities, *speaker))


def _near(a: Statement, b: Statement) -> bool:
    (a_first, a_end), (b_first, b_end) = days_of(a), days_of(b)
    return not (_far(a_end, b_first) or _far(b_end, a_first))


def _far(end: date | None, first: date | None) -> bool:
    return end is not None and first is not None and (first - end).days > DAYS_APART
