"""The judge: decides how two statements stand to one another, and says why."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from schemas.comparison import Ground, Relation, RelationKind, RelationReason
from services.extract.relations.amounts import amounts_of, apart
from services.extract.relations.differences import FLAT, differences_of, is_conditional
from services.extract.relations.features import features_of
from services.extract.relations.meaning import meaning
from services.extract.relations.objects import objects_of
from services.extract.relations.ordering import order_of
from services.extract.relations.parties import of_other_acts, one_party, one_speaker
from services.extract.relations.rules import SURE, rule_of
from services.extract.relations.scorer import chance
from services.extract.relations.statement import Statement
from services.extract.relations.wording import jaccard, stems_of

SHOWN_MIN = {RelationKind.AGREES: 0.7, RelationKind.CONTRADICTS: 0.75, RelationKind.TENSION: 0.7}
"""The least probability at which a relation is shown, by its kind: set on the corpus's part ``train``, each affair by
weights that did not see it, so that of those about there every second one is right, and of all more than seven in
ten."""

SCOPE_SHOWN_MIN = 0.5
"""The same of a tension in scope alone: for people such a pair hardly ever is none."""

WORDS_MIN = 2
"""Words that tell something, in each of two statements that are compared: where one has fewer, two in five are right on
``train``."""

TWINS_MIN = 0.5
"""The share of words that both have (Jaccard) from which on a place or a day may be all that two differ in."""


class Judged(NamedTuple):
    """A kind of relation, the probability that the two are related at all, and what they differ in."""

    kind: RelationKind
    score: float
    grounds: tuple[Ground, ...]


def relate(a: Statement, b: Statement) -> Relation | None:
    """Return how ``a`` stands to ``b``, or null where they stand apart.

    The same in whatever order they are given: ``relate(b, a)`` is ``relate(a, b)`` inverted.
    """
    if b.claim_id < a.claim_id:
        turned = relate(b, a)
        return turned.inverse if turned else None
    if a.claim_id == b.claim_id or _overlap(a, b):
        return None
    found = judged(a, b, chance(features_of(a, b))) or _ruled(a, b)
    if found is None:
        return None
    kind, score, grounds = found
    order, objects = order_of(a, b), objects_of(a, b)
    return Relation(kind=kind, score=round(score, 4), reasons=grounds, order=order, objects=objects)


def judged(a: Statement, b: Statement, score: float) -> Judged | None:
    """Return what is shown of two that are related with the probability ``score``; null where nothing is."""
    if score < SCOPE_SHOWN_MIN:
        return None
    grounds = differences_of(a, b, objects_of(a, b))
    reasons = {ground.reason for ground in grounds}
    if _say_little(a, b, reasons) or _are_other_sums(a, b, reasons) or _is_none(a, b, reasons):
        return None
    kind = _kind(a, b, reasons)
    least = SCOPE_SHOWN_MIN if reasons == {RelationReason.SCOPE} else SHOWN_MIN[kind]
    unshown = score < least or (kind is RelationKind.AGREES and a.article_id == b.article_id)
    return None if unshown else Judged(kind, score, grounds)


def _say_little(a: Statement, b: Statement, reasons: AbstractSet[RelationReason]) -> bool:
    """Tell whether one of two says next to nothing ("denied this", "the vote"), so that it may be of anything.

    Where one party says it twice, and nothing differs, it mostly is the same.
    """
    least = min(len(stems_of(meaning(each.claim))) for each in (a, b))
    return least < WORDS_MIN and (bool(reasons) or not one_party(a, b))


def _is_none(a: Statement, b: Statement, reasons: AbstractSet[RelationReason]) -> bool:
    """Tell whether the only difference is of those that mostly are none, or of two that speak of other things.

    Two such together more often are one.

    Another place or day, where the words differ anyhow; a word for the whole; and a no within one article. On the
    corpus's part ``train`` a third of each at most is right, however related the two are.
    """
    if len(reasons) != 1:
        return False
    (reason,) = reasons
    twins = jaccard(stems_of(meaning(a.claim)), stems_of(meaning(b.claim))) >= TWINS_MIN
    return {
        RelationReason.POLARITY: a.article_id == b.article_id,
        RelationReason.OBJECT: not (twins or _differ_in_number(a, b)),
        RelationReason.TIME: not twins,
        RelationReason.SCOPE: is_conditional(a) is is_conditional(b),
        RelationReason.FORCE: False,
    }[reason]


def _ruled(a: Statement, b: Statement) -> Judged | None:
    found = rule_of(a, b)
    return None if found is None else Judged(found.kind, SURE, found.grounds)


def _kind(a: Statement, b: Statement, reasons: AbstractSet[RelationReason]) -> RelationKind:
    """Two firm statements of which one is a no to the other, or gives another number, cannot both be.

    Whoever gives two numbers in one article has mostly counted two things.
    """
    if not reasons:
        return RelationKind.AGREES
    firm = {a.claim.force, b.claim.force} <= FLAT and not (a.article_id == b.article_id and one_speaker(a, b))
    if firm and (
        reasons == {RelationReason.POLARITY} or (_differ_in_number(a, b) and reasons == {RelationReason.OBJECT})
    ):
        return RelationKind.CONTRADICTS
    return RelationKind.TENSION


def _differ_in_number(a: Statement, b: Statement) -> bool:
    return apart(amounts_of(meaning(a.claim)), amounts_of(meaning(b.claim))) is not None


def _are_other_sums(a: Statement, b: Statement, reasons: AbstractSet[RelationReason]) -> bool:
    """Tell whether two differ in a number, and each counts what another one did: then they are of two things."""
    return RelationReason.OBJECT in reasons and _differ_in_number(a, b) and of_other_acts(a, b)


def _overlap(a: Statement, b: Statement) -> bool:
    """Tell whether the content of one lies in that of the other, as a nested claim's does."""
    if a.article_id != b.article_id:
        return False
    (a_first, a_end), (b_first, b_end) = (
        (one.claim.content.spans[0][0], one.claim.content.spans[-1][1]) for one in (a, b)
    )
    return a_first < b_end and b_first < a_end
