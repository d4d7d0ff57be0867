"""A statement: a claim with all that comparing it needs, so that no article has to be read again."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from schemas.extraction import Claim, MentionType

Vector = NDArray[np.float32]
"""``[384]``, of length 1."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entity: its id across articles, the name it has here, and its type."""

    entity_id: UUID
    name: str
    type: MentionType


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A claim of an article; ``sentence`` is the text of the sentence that holds it.

    ``entities`` are those named in the content. ``said``: the first day on which it may have been said and the day
    before which it was, each null where open; null where the text does not tell. ``lead``: the first claim of the
    article's body. ``own_date``: the day that the article's text gives itself.
    """

    claim_id: UUID
    article_id: UUID
    claim: Claim
    sentence: str
    embedding: Vector
    title: str | None = None
    publisher: str | None = None
    entities: tuple[Named, ...] = ()
    speaker: Named | None = None
    said: tuple[date | None, date | None] | None = None
    lead: bool = False
    own_date: date | None = None

    def cosine(self, other: "Statement") -> float:
        """Return the cosine of both vectors."""
        return float(np.dot(self.embedding.astype(np.float32), other.embedding.astype(np.float32)))
