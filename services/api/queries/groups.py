"""Groups: entities that are one. What names them keeps the id of its own name; who asks for one asks for all."""

from uuid import UUID

from sqlalchemy import FromClause, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import entity
from services.api.queries.listing import Column

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


def root_of(row: FromClause) -> Column:
    """Return the id of what a row's entity is one with."""
    of = entity.alias("named")
    merged = select(of.c.merged_into).where(of.c.entity_id == row.c.entity_id).scalar_subquery()
    return func.coalesce(merged, row.c.entity_id).label("entity_id")
