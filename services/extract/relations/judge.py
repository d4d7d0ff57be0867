"""The judge: decides how two statements stand to one another."""

from schemas.comparison import Ground, Relation, RelationKind, RelationReason
from schemas.extraction import Polarity
from services.extract.relations.statement import Statement

ALIKE = 0.75


def relate(a: Statement, b: Statement) -> Relation | None:
    """Return how ``a`` stands to ``b``, or null where they stand apart.

    The same in whatever order they are given: ``relate(b, a)`` is ``relate(a, b)`` inverted.
    """
    if b.claim_id < a.claim_id:
        found = relate(b, a)
        return found.inverse if found else None
    score = a.cosine(b)
    if a.claim_id == b.claim_id or score < ALIKE:
        return None
    if a.claim.polarity is b.claim.polarity:
        return Relation(kind=RelationKind.AGREES, score=min(score, 1.0))
    which = "the one affirms it, the other denies it"
    words = f"{which}: “{a.claim.content.text}” and “{b.claim.content.text}”"
    if Polarity.DENIED is a.claim.polarity:
        words = f"the one denies it, the other affirms it: “{a.claim.content.text}” and “{b.claim.content.text}”"
    return Relation(
        kind=RelationKind.CONTRADICTS,
        score=min(score, 1.0),
        reasons=(Ground(reason=RelationReason.POLARITY, words=words),),
    )
