"""Comparing: judges the pairs of an article's neighbourhood; pure, and run in a worker, as texts may be hostile."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

FAILURE_MAX_CHARACTERS = 500
"""How much of an error's text the log gets."""

VECTOR_HEADER_BYTES = 4
"""Before the numbers of a vector in PostgreSQL's binary form: how many, and a word that is not used."""


class Found(NamedTuple):
    """How claim a, of the smaller id, stands to claim b."""

    a: UUID
    b: UUID
    relation: Relation


class Compared(NamedTuple):
    """The relations of a neighbourhood, or why they cannot be told."""

    found: Sequence[Found] = ()
    failure: str | None = None


def compare(near: Neighbourhood) -> Compared:
    """Return the relations among the pairs of a neighbourhood; answers for whatever a text does to our code."""
    try:
        statements = {key: statement_of(row, near.roots) for key, row in near.rows.items()}
        pairs = [(pair.a, pair.b) for pair in near.pairs if pair.a in statements and pair.b in statements]
        return Compared(list(_relations(statements, pairs)))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (our code failed on this article, which then has no relations)
        return Compared(failure=f"{type(error).__name__}: {error}"[:FAILURE_MAX_CHARACTERS])


def _relations(statements: Mapping[UUID, Statement], pairs: Iterable[tuple[UUID, UUID]]) -> Iterator[Found]:
    for a, b in pairs:
        one, other = statements[a], statements[b]
        relation = relate(one, other) if is_candidate(one, other) else None
        if relation is not None:
            yield Found(a, b, relation)


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
