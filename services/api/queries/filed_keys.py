"""The statements about keys that come from a file: their ids follow from what they are, so the same file does nothing.

A key made by hand has a random id (RFC 9562, version 4), one of a file a name-based id (version 5): so they are told
apart.
"""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import Scope, api_key
from services.api.http.keys import digest, prefix_of

FILED = UUID("0d6f5a5e-52b1-5c0e-9c8e-3a3f0f7d8b11")
"""The namespace of what comes from files."""

BY_NAME = 5
"""The version of an id that follows from a name."""


async def list_live(connection: AsyncConnection) -> set[UUID]:
    """Return the ids of the keys that came from a file and are not revoked."""
    rows = await connection.execute(select(api_key.c.key_id).where(api_key.c.revoked_at.is_(None)))
    return {key_id for (key_id,) in rows if key_id.version == BY_NAME}


async def put(
    connection: AsyncConnection,
    *,
    holder: str,
    token: str,
    name: str,
    scopes: Sequence[Scope],
    requests_per_minute: int | None,
) -> UUID:
    """Have a key good, with these rights; return its id. A holder's next key sees the submissions of the one before."""
    said = {
        "name": name,
        "scopes": sorted(set(scopes)),
        "requests_per_minute": requests_per_minute,
        "holder_id": uuid5(FILED, holder),
        "revoked_at": None,
    }
    key_id = uuid5(FILED, digest(token).hex())
    known = {"key_id": key_id, "prefix": prefix_of(token), "sha256": digest(token)}
    statement = insert(api_key).values(known | said)
    await connection.execute(statement.on_conflict_do_update(index_elements=[api_key.c.key_id], set_=said))
    return key_id


async def revoke(connection: AsyncConnection, key_ids: Collection[UUID]) -> None:
    """Let keys be good no more."""
    await connection.execute(update(api_key).where(api_key.c.key_id.in_(key_ids)).values(revoked_at=func.now()))
