"""The judge: decides how two statements stand to one another, and says why."""

from schemas.comparison import Ground, Relation, RelationKind, RelationReason
from schemas.extraction import Force
from services.extract.relations.amounts import amounts_of, apart
from services.extract.relations.differences import differences_of
from services.extract.relations.features import features_of
from services.extract.relations.meaning import meaning
from services.extract.relations.objects import objects_of
from services.extract.relations.ordering import order_of
from services.extract.relations.parties import one_speaker
from services.extract.relations.scorer import chance
from services.extract.relations.statement import Statement

SHOWN_MIN = {RelationKind.AGREES: 0.62, RelationKind.CONTRADICTS: 0.6, RelationKind.TENSION: 0.6}
"""The least probability at which a relation is shown, by its kind: set on the corpus's parts ``train`` (each affair by
weights that did not see it) and ``dev``, so that about four in five are right."""


FLAT = frozenset((Force.BARE, Force.INTENDED))
"""Forces of statements of which one only can hold, where the one is a no to the other."""


def relate(a: Statement, b: Statement) -> Relation | None:
    """Return how ``a`` stands to ``b``, or null where they stand apart.

    The same in whatever order they are given: ``relate(b, a)`` is ``relate(a, b)`` inverted.
    """
    if b.claim_id < a.claim_id:
        found = relate(b, a)
        return found.inverse if found else None
    if a.claim_id == b.claim_id or _overlap(a, b):
        return None
    score = chance(features_of(a, b))
    objects = objects_of(a, b)
    grounds = differences_of(a, b, objects)
    kind = _kind(a, b, grounds)
    if score < SHOWN_MIN[kind] or (kind is RelationKind.AGREES and a.article_id == b.article_id):
        return None
    return Relation(kind=kind, score=round(score, 4), reasons=grounds, order=order_of(a, b), objects=objects)


def _kind(a: Statement, b: Statement, grounds: tuple[Ground, ...]) -> RelationKind:
    """Two firm statements of which one is a no to the other, or gives another number, cannot both be.

    Whoever seems to gainsay himself in one article has mostly said it of something else.
    """
    if not grounds:
        return RelationKind.AGREES
    reasons = {ground.reason for ground in grounds}
    firm = {a.claim.force, b.claim.force} <= FLAT and not (a.article_id == b.article_id and one_speaker(a, b))
    numbers = apart(amounts_of(meaning(a.claim)), amounts_of(meaning(b.claim))) is not None
    if firm and (reasons == {RelationReason.POLARITY} or (numbers and reasons == {RelationReason.OBJECT})):
        return RelationKind.CONTRADICTS
    return RelationKind.TENSION


def _overlap(a: Statement, b: Statement) -> bool:
    """Tell whether the content of one lies in that of the other, as a nested claim's does."""
    if a.article_id != b.article_id:
        return False
    (a_first, a_end), (b_first, b_end) = (
        (one.claim.content.spans[0][0], one.claim.content.spans[-1][1]) for one in (a, b)
    )
    return a_first < b_end and b_first < a_end
