"""Comparing: judges the pairs of an article's neighbourhood; pure, and run in a worker, as texts may be hostile."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from schemas.comparison import Relation
from schemas.extraction import Claim, MentionType
from services.extract.relating.neighbours import Neighbourhood
from services.extract.relations.candidates import is_candidate
from services.extract.relations.judge import relate
from services.extract.relations.statement import Named, Statement, Vector

VECTOR_HEADER_BYTES = 4
"""Before the numbers of a vector in PostgreSQL's binary form: how many, and a word that is not used."""


class Found(NamedTuple):
    """How claim a, of the smaller id, stands to claim b."""

    a: UUID
    b: UUID
    relation: Relation


def compare(near: Neighbourhood) -> list[Found]:
    """Return the relations among the pairs of a neighbourhood."""
    statements = {key: statement_of(row, near.roots) for key, row in near.rows.items()}
    found: list[Found] = []
    for pair in near.pairs:
        a, b = statements.get(pair.a), statements.get(pair.b)
        if a is not None and b is not None and is_candidate(a, b):
            relation = relate(a, b)
            if relation is not None:
                found.append(Found(pair.a, pair.b, relation))
    return found


def statement_of(row: Sequence[Any], roots: Mapping[UUID, UUID]) -> Statement:
    """Return the statement of a row of ``neighbours``; entities are those that they are one with."""
    claim_id, article_id, claim, sentence, vector, title, publisher, names, lead, own_date, *_ = row
    said, named = Claim.model_validate_json(claim), json.loads(names)
    return Statement(
        claim_id=claim_id,
        article_id=article_id,
        claim=said,
        sentence=sentence,
        embedding=_vector(vector),
        title=title,
        publisher=publisher,
        entities=tuple(_named(one, roots) for one in named["entities"]),
        speaker=_named(named["speaker"], roots) if named["speaker"] else None,
        said=_days(said),
        lead=lead,
        own_date=date.fromisoformat(own_date) if own_date else None,
    )


def _named(one: Sequence[str], roots: Mapping[UUID, UUID]) -> Named:
    key = UUID(one[0])
    return Named(roots.get(key, key), one[1], MentionType(one[2]))


def _days(claim: Claim) -> tuple[date | None, date | None] | None:
    if claim.said_at is None:
        return None
    bounds = (claim.said_at.not_before, claim.said_at.not_after)
    first, last = (date.fromisoformat(bound) if bound else None for bound in bounds)
    return first, last


def _vector(sent: bytes) -> Vector:
    vector = np.frombuffer(sent, ">f2", offset=VECTOR_HEADER_BYTES).astype(np.float32)
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
