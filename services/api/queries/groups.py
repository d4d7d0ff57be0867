"""Groups: entities that are one. What names them keeps the id of its own name; who asks for one asks for all."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import FromClause, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import entity
from services.api.queries.listing import Column, Rows
from services.api.queries.newest import is_one_of

_ASKED, _MEMBER = entity.alias("asked"), entity.alias("member")


async def find_group(connection: AsyncConnection, entity_id: UUID) -> list[UUID]:
    """Return the ids of all that is one with an entity, first the one that the others were merged into.

    Of an entity that is not there, its own id.
    """
    root = func.coalesce(_ASKED.c.merged_into, _ASKED.c.entity_id)
    one = or_(_MEMBER.c.entity_id == root, _MEMBER.c.merged_into == root)
    query = select(_MEMBER.c.entity_id).join(_ASKED, one).where(_ASKED.c.entity_id == literal(entity_id))
    first = _MEMBER.c.merged_into.is_not(None)
    rows = await connection.execute(query.order_by(first, _MEMBER.c.entity_id))
    return [UUID(str(key)) for key in rows.scalars()] or [entity_id]


async def list_roots(connection: AsyncConnection, entity_ids: Sequence[UUID]) -> Rows:
    """Return of each of some entities ``root_id``, the one that it is one with now, and the ``name`` of that."""
    root = func.coalesce(_ASKED.c.merged_into, _ASKED.c.entity_id)
    columns = (_ASKED.c.entity_id, _MEMBER.c.entity_id.label("root_id"), _MEMBER.c.name)
    query = select(*columns).join(_MEMBER, _MEMBER.c.entity_id == root)
    return (
        (await connection.execute(query.where(is_one_of(_ASKED.c.entity_id, entity_ids)))).all() if entity_ids else []
    )


def root_of(row: FromClause) -> Column:
    """Return the id of what a row's entity is one with."""
    of = entity.alias("named")
    merged = select(of.c.merged_into).where(of.c.entity_id == row.c.entity_id).scalar_subquery()
    return func.coalesce(merged, row.c.entity_id).label("entity_id")
