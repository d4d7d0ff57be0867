"""The statements about relations: how claims that are live stand to one another."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import claim, relation
from services.api.http.pagination import Page
from services.api.queries.claims import CLAIMS
from services.api.queries.listing import Rows
from services.api.queries.newest import is_one_of

_SEEN = (relation.c.kind, relation.c.reasons, relation.c.objects, relation.c.order, relation.c.related_at)


async def list_relations(connection: AsyncConnection, part: Page, claim_id: UUID) -> Rows:
    """Return the claims that a claim is related to, each with the relation, the one found last first.

    ``turned``: the relation is stored as seen from the other claim.
    """
    found = union_all(_side(claim_id, part, turned=False), _side(claim_id, part, turned=True)).subquery()
    columns = (found.c.turned, *(found.c[column.name] for column in _SEEN))
    query = CLAIMS.add_columns(*columns).join(found, found.c.other == claim.c.claim_id)
    newest = (found.c.related_at.desc(), found.c.other.desc())
    return (await connection.execute(query.order_by(*newest).limit(part.limit + 1))).all()


def _side(claim_id: UUID, part: Page, *, turned: bool) -> Select[Any]:
    """Return the newest relations of a claim that are stored as seen from it, or those as seen from the other one."""
    own, other = (relation.c.b, relation.c.a) if turned else (relation.c.a, relation.c.b)
    query = select(other.label("other"), literal(turned).label("turned"), *_SEEN).where(own == claim_id)
    place = tuple_(relation.c.related_at, other)
    if part.after is not None:
        query = query.where(place < part.after)
    some = query.order_by(relation.c.related_at.desc(), other.desc()).limit(part.limit + 1).subquery()
    return select(some)


async def list_among(connection: AsyncConnection, article_ids: Sequence[UUID], *, most: int) -> Rows:
    """Return the relations among the claims of some articles, those of contradiction first; at most so many."""
    within = (is_one_of(relation.c.article_a, article_ids), is_one_of(relation.c.article_b, article_ids))
    query = select(relation.c.a, relation.c.b, *_SEEN).where(*within)
    return (await connection.execute(query.order_by(relation.c.kind, relation.c.a, relation.c.b).limit(most))).all()
