"""Rules: pairs that a rule knows for related where the scorer, which looks at likeness, cannot."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from schemas.comparison import Ground, RelationKind, RelationReason
from schemas.extraction import MentionType, Polarity
from services.extract.relations.attitude import is_against
from services.extract.relations.differences import shown
from services.extract.relations.meaning import meaning
from services.extract.relations.parties import one_party
from services.extract.relations.statement import Named, Statement
from services.extract.relations.wording import stems_of

SURE = 0.7
"""The score of what a rule finds: about as many of them are right."""

ALIKE = 0.5
"""The cosine from which on statements are of one matter if a rule also says so."""

LISTED_MIN = 2
"""Names that each of two lists must have for itself, besides the common ones."""

_LISTED = frozenset((MentionType.GPE, MentionType.ORG))
_BODIES = frozenset((MentionType.GPE, MentionType.ORG, MentionType.LOC))
_UNSAID = re.compile(
    r"\b(?:nature|details|terms|contents?|scope|shape|form)\b[^.]{0,200}"
    r"\b(?:not (?:been )?(?:disclosed|specified|known)"
    r"|(?:remains?|is|are|was|were|stays?)(?: \w+){0,2} (?:undisclosed|unknown|unclear|unspecified|secret|open))",
    re.IGNORECASE,
)
"""What leaves open of what kind something is."""


class Found(NamedTuple):
    """A kind of relation and its reasons, if it is a difference."""

    kind: RelationKind
    grounds: tuple[Ground, ...] = ()


def rule_of(a: Statement, b: Statement) -> Found | None:
    """Return what the first rule that fits says of a pair of two articles; the same whichever of them comes first."""
    if a.article_id == b.article_id:
        return None
    return next((found for rule in RULES if (found := rule(a, b)) is not None), None)


def common_refusal(a: Statement, b: Statement) -> Found | None:
    """One party is against one and the same body or place: both say so, whatever the words."""
    if not (one_party(a, b) and is_against(a) and is_against(b)):
        return None
    speakers = {one.speaker.entity_id for one in (a, b) if one.speaker}
    names = _bodies(a) & _bodies(b) - speakers
    return Found(RelationKind.AGREES) if names else None


def unsaid(a: Statement, b: Statement) -> Found | None:
    """The one tells of what kind something is, the other says that this has not been told."""
    open_, told = (a, b) if _UNSAID.search(meaning(a.claim)) else (b, a)
    if not _UNSAID.search(meaning(open_.claim)) or _UNSAID.search(meaning(told.claim)):
        return None
    if told.claim.polarity is Polarity.DENIED or not _lists(told) or a.cosine(b) < ALIKE:
        return None
    words = f"the one leaves open what the other tells: “{shown(open_)}” and “{shown(told)}”"
    return Found(RelationKind.CONTRADICTS, _grounds((RelationReason.POLARITY,), words))


def crossing_lists(a: Statement, b: Statement) -> Found | None:
    """Each lists who takes part: some are the same, some are not."""
    mine, theirs = _listed(a), _listed(b)
    crossing = mine & theirs and len(mine - theirs) >= LISTED_MIN and len(theirs - mine) >= LISTED_MIN
    common = stems_of(a.sentence) & stems_of(b.sentence) - _name_stems((*a.entities, *b.entities))
    if not crossing or not common:
        return None
    words = f"the one names {_names(a, mine - theirs)}, the other {_names(b, theirs - mine)}"
    return Found(RelationKind.TENSION, _grounds((RelationReason.OBJECT,), words))


RULES: tuple[Callable[[Statement, Statement], Found | None], ...] = (
    common_refusal,
    unsaid,
    crossing_lists,
)


def _grounds(reasons: Iterable[RelationReason], words: str) -> tuple[Ground, ...]:
    return tuple(Ground(reason=reason, words=words) for reason in reasons)


def _bodies(one: Statement) -> set[object]:
    return {named.entity_id for named in one.entities if named.type in _BODIES}


def _lists(one: Statement) -> bool:
    """Tell whether a content joins two names as a list does: "from Norgrund and Solgate", no "in Norgrund, Varland"."""
    ids = {named.name: named.entity_id for named in one.entities if named.type in _LISTED}
    names = "|".join(map(re.escape, ids))
    joined = re.finditer(rf"(?<!\w)({names}),? (?:and|or) (?:the )?({names})(?!\w)", meaning(one.claim)) if ids else ()
    return any(ids[found[1]] != ids[found[2]] for found in joined)


def _listed(one: Statement) -> set[object]:
    return {named.entity_id for named in one.entities if named.type in _LISTED}


def _name_stems(entities: Iterable[Named]) -> frozenset[str]:
    return frozenset().union(*(stems_of(named.name) for named in entities))


def _names(one: Statement, ids: set[object]) -> str:
    return ", ".join(named.name for named in one.entities if named.entity_id in ids)
