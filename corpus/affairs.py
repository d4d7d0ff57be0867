"""What joins the articles of one affair: its entities, the relations between its claims, and its articles' origins."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations, product
from typing import Annotated

from pydantic import Field

from corpus.articles import Id, Value
from schemas.comparison import Order, OriginEvidence, RelationReason
from schemas.events import Line
from schemas.extraction import MentionType

ClaimRef = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*#[a-z][a-z0-9_-]*$")]
"""A claim of an article of the affair: ``article#claim``."""


class RelationKind(StrEnum):
    """How two claims stand to one another; pairs that are not listed are ``none``."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    TENSION = "tension"
    NONE = "none"


COPIES = frozenset(OriginEvidence) - {OriginEvidence.ANNOUNCEMENT}
"""Evidence that an article has its words from another article; an announcement was heard by each on its own."""


class Entity(Value):
    """Somebody or something named, and every form of its name in the affair's articles."""

    id: Id
    type: MentionType
    name: Line
    forms: Annotated[tuple[Line, ...], Field(min_length=1)]


class Relation(Value):
    """Each claim of ``a`` stands so to each of ``b``; an empty ``b`` means each pair within ``a``.

    ``kinds`` lists every defensible kind, the preferred one first.
    """

    kinds: Annotated[tuple[RelationKind, ...], Field(min_length=1)]
    a: Annotated[tuple[ClaimRef, ...], Field(min_length=1)]
    b: tuple[ClaimRef, ...] = ()
    reasons: tuple[RelationReason, ...] = ()
    order: Order = Order.UNKNOWN
    note: Line

    @property
    def pairs(self) -> Iterator[tuple[ClaimRef, ClaimRef]]:
        """Every pair of claims that stands so."""
        return product(self.a, self.b) if self.b else combinations(self.a, 2)


class Origin(Value):
    """Articles that are one origin; ``source`` is the one that the others copy, null where it is none of the affair."""

    articles: Annotated[tuple[Id, ...], Field(min_length=2)]
    source: Id | None
    evidence: Annotated[tuple[OriginEvidence, ...], Field(min_length=1)]
    note: Line


class Affair(Value):
    """One invented affair; ``setting`` tells region and era, ``articles`` are in the order of their appearance."""

    affair: Id
    summary: Line
    setting: Line
    articles: Annotated[tuple[Id, ...], Field(min_length=1)]
    entities: Annotated[tuple[Entity, ...], Field(min_length=1)]
    relations: tuple[Relation, ...]
    origins: tuple[Origin, ...]

    def copies(self, article: str) -> bool:
        """Tell whether the article has its words from another one."""
        return any(
            article in origin.articles and article != origin.source and COPIES & set(origin.evidence)
            for origin in self.origins
        )
