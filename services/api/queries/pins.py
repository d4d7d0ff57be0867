"""The statements about pins: what an operator decided of two entities. Extract settles what follows from them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import PinKind, entity, entity_mark, entity_pin
from services.api.queries.listing import Rows


async def find_missing(connection: AsyncConnection, entity_ids: Collection[UUID]) -> list[UUID]:
    """Return those of the ids that are no entity's."""
    found = await connection.execute(select(entity.c.entity_id).where(entity.c.entity_id.in_(entity_ids)))
    return sorted(set(entity_ids) - set(found.scalars()))


async def list_pins(connection: AsyncConnection, entity_id: UUID) -> Rows:
    """Return the pins on an entity."""
    mine = or_(entity_pin.c.a == entity_id, entity_pin.c.b == entity_id)
    return (await connection.execute(select(entity_pin).where(mine).order_by(entity_pin.c.a, entity_pin.c.b))).all()


async def pin(connection: AsyncConnection, one: UUID, other: UUID, kind: PinKind | None) -> None:
    """Pin two entities as one or apart, in the place of what was pinned of them; None: as nothing."""
    a, b = sorted((one, other))
    if kind is None:
        await connection.execute(delete(entity_pin).where(entity_pin.c.a == a, entity_pin.c.b == b))
    else:
        row = upsert(entity_pin).values(a=a, b=b, kind=kind)
        over = {"kind": row.excluded.kind, "pinned_at": func.now()}
        await connection.execute(row.on_conflict_do_update(index_elements=["a", "b"], set_=over))
    await connection.execute(insert(entity_mark), [{"entity_id": key} for key in (a, b)])
