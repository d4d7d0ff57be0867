"""The judge: decides how two statements stand to one another, and says why."""

from schemas.comparison import Ground, Relation, RelationKind, RelationReason
from services.extract.relations.amounts import amounts_of, apart
from services.extract.relations.differences import FLAT, differences_of
from services.extract.relations.features import features_of
from services.extract.relations.meaning import meaning
from services.extract.relations.objects import objects_of
from services.extract.relations.ordering import order_of
from services.extract.relations.parties import of_other_acts, one_speaker
from services.extract.relations.rules import SURE, rule_of
from services.extract.relations.scorer import chance
from services.extract.relations.statement import Statement

SHOWN_MIN = {RelationKind.AGREES: 0.8, RelationKind.CONTRADICTS: 0.75, RelationKind.TENSION: 0.6}
"""The least probability at which a relation is shown, by its kind: set on the corpus's part ``train``, each affair by
weights that did not see it. Three in four of those shown are right; a higher one loses more than it gains."""

FORCE_SHOWN_MIN, SCOPE_SHOWN_MIN = 0.7, 0.5
"""The same of a tension in force alone, which often is none for people, and in scope alone, which hardly ever is."""


def relate(a: Statement, b: Statement) -> Relation | None:
    """Return how ``a`` stands to ``b``, or null where they stand apart.

    The same in whatever order they are given: ``relate(b, a)`` is ``relate(a, b)`` inverted.
    """
    if b.claim_id < a.claim_id:
        turned = relate(b, a)
        return turned.inverse if turned else None
    if a.claim_id == b.claim_id or _overlap(a, b):
        return None
    found = _learnt(a, b) or _ruled(a, b)
    if found is None:
        return None
    kind, score, grounds = found
    order, objects = order_of(a, b), objects_of(a, b)
    return Relation(kind=kind, score=round(score, 4), reasons=grounds, order=order, objects=objects)


def _learnt(a: Statement, b: Statement) -> tuple[RelationKind, float, tuple[Ground, ...]] | None:
    score = chance(features_of(a, b))
    if score < SCOPE_SHOWN_MIN:
        return None
    grounds = differences_of(a, b, objects_of(a, b))
    if _are_other_sums(a, b, grounds):
        return None
    kind = _kind(a, b, grounds)
    unshown = score < _least(kind, grounds) or (kind is RelationKind.AGREES and a.article_id == b.article_id)
    return None if unshown else (kind, score, grounds)


def _least(kind: RelationKind, grounds: tuple[Ground, ...]) -> float:
    if len(grounds) != 1:
        return SHOWN_MIN[kind]
    alone = {RelationReason.FORCE: FORCE_SHOWN_MIN, RelationReason.SCOPE: SCOPE_SHOWN_MIN}
    return alone.get(grounds[0].reason, SHOWN_MIN[kind])


def _ruled(a: Statement, b: Statement) -> tuple[RelationKind, float, tuple[Ground, ...]] | None:
    found = rule_of(a, b)
    return None if found is None else (found.kind, SURE, found.grounds)


def _kind(a: Statement, b: Statement, grounds: tuple[Ground, ...]) -> RelationKind:
    """Two firm statements of which one is a no to the other, or gives another number, cannot both be.

    Whoever seems to gainsay himself in one article has mostly said it of something else.
    """
    if not grounds:
        return RelationKind.AGREES
    reasons = {ground.reason for ground in grounds}
    firm = {a.claim.force, b.claim.force} <= FLAT and not (a.article_id == b.article_id and one_speaker(a, b))
    if firm and (
        reasons == {RelationReason.POLARITY} or (_differ_in_number(a, b) and reasons == {RelationReason.OBJECT})
    ):
        return RelationKind.CONTRADICTS
    return RelationKind.TENSION


def _differ_in_number(a: Statement, b: Statement) -> bool:
    return apart(amounts_of(meaning(a.claim)), amounts_of(meaning(b.claim))) is not None


def _are_other_sums(a: Statement, b: Statement, grounds: tuple[Ground, ...]) -> bool:
    """Tell whether two differ in a number, and each counts what another one did: then they are of two things."""
    by_object = any(ground.reason is RelationReason.OBJECT for ground in grounds)
    return by_object and _differ_in_number(a, b) and of_other_acts(a, b)


def _overlap(a: Statement, b: Statement) -> bool:
    """Tell whether the content of one lies in that of the other, as a nested claim's does."""
    if a.article_id != b.article_id:
        return False
    (a_first, a_end), (b_first, b_end) = (
        (one.claim.content.spans[0][0], one.claim.content.spans[-1][1]) for one in (a, b)
    )
    return a_first < b_end and b_first < a_end
