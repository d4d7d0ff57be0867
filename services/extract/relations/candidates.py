"""Candidates: which pairs of statements are worth a look, by a rule on the pair alone."""

from datetime import date

from services.extract.relations.statement import Statement

TAU = 0.35
"""The least cosine of a candidate; below it lies hardly a relation that anything here would find."""

DAYS_APART = 365
"""How far apart candidates may be said, in days; undated ones may be of any day."""


def is_candidate(a: Statement, b: Statement) -> bool:
    """Tell whether two statements may stand in a relation: about one entity or of one speaker, alike, not far apart."""
    if a.claim_id == b.claim_id:
        return False
    return bool(_ids(a) & _ids(b)) and a.cosine(b) >= TAU and _near(a, b)


def _ids(one: Statement) -> frozenset[object]:
    speaker = (one.speaker,) if one.speaker else ()
    return frozenset(named.entity_id for named in (*one.entities, *speaker))


def _near(a: Statement, b: Statement) -> bool:
    (a_first, a_last), (b_first, b_last) = _days(a), _days(b)
    return not (_far(a_last, b_first) or _far(b_last, a_first))


def _far(last: date | None, first: date | None) -> bool:
    return last is not None and first is not None and (first - last).days > DAYS_APART


def _days(one: Statement) -> tuple[date | None, date | None]:
    return one.said or (one.own_date, one.own_date)
