"""The statements about keys: who has which, what they may do, and when they were used last."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import Scope, api_key
from services.api.http.keys import USE_SECONDS, Key, digest, make_token, prefix_of
from services.api.queries.listing import AnyRow, Rows

logger = logging.getLogger(__name__)

KEYS_MAX = 10_000
"""Live keys that a process of the API keeps in memory: 5 MB."""

_IS_LIVE = (
    api_key.c.revoked_at.is_(None),
    or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > func.now()),
)

_SHOWN = [column for column in api_key.c if column.name not in {"key_id", "holder_id", "sha256"}]


async def list_live(connection: AsyncConnection) -> Sequence[Key]:
    """Return the keys that are neither revoked nor expired; past the limit the oldest."""
    kept = [api_key.c[name] for name in Key.__dataclass_fields__]
    query = select(*kept).where(*_IS_LIVE).order_by(api_key.c.created_at, api_key.c.key_id).limit(KEYS_MAX + 1)
    rows = (await connection.execute(query)).all()
    if len(rows) > KEYS_MAX:
        logger.error("there are more than %d live keys: the newest are refused", KEYS_MAX)
    return [_key(row) for row in rows[:KEYS_MAX]]


def _key(row: AnyRow) -> Key:
    known = {name: value for name, value in row._mapping.items() if name != "scopes"}  # noqa: SLF001 (public)
    return Key(**known, scopes=frozenset(Scope(scope) for scope in row.scopes))


async def note_use(connection: AsyncConnection, key_id: UUID) -> None:
    """Set when a key was used last, unless another replica just did."""
    stale = func.now() - timedelta(seconds=USE_SECONDS)
    due = or_(api_key.c.used_at.is_(None), api_key.c.used_at < stale)
    await connection.execute(update(api_key).where(api_key.c.key_id == key_id, due).values(used_at=func.now()))


async def add(
    connection: AsyncConnection,
    *,
    name: str,
    scopes: Sequence[Scope],
    requests_per_minute: int | None = None,
    expires_at: datetime | None = None,
    holder_id: UUID | None = None,
) -> str:
    """Make a key and return it; it is not kept and cannot be shown again."""
    token, key_id = make_token(), uuid4()
    values = {
        "key_id": key_id,
        "holder_id": holder_id or key_id,
        "name": name,
        "prefix": prefix_of(token),
        "sha256": digest(token),
        "scopes": sorted(set(scopes)),
        "requests_per_minute": requests_per_minute,
        "expires_at": expires_at,
    }
    await connection.execute(insert(api_key).values(values))
    return token


async def list_keys(connection: AsyncConnection) -> Rows:
    """Return all keys without what they are, the newest first."""
    query = select(*_SHOWN).order_by(api_key.c.created_at.desc(), api_key.c.key_id.desc())
    return (await connection.execute(query)).all()


async def revoke(connection: AsyncConnection, prefix: str) -> bool:
    """Let a key be good no more; return whether it still was."""
    live = update(api_key).where(api_key.c.prefix == prefix, *_IS_LIVE).values(revoked_at=func.now())
    return (await connection.execute(live.returning(api_key.c.key_id))).first() is not None


async def rotate(connection: AsyncConnection, prefix: str, *, keep_old_for: timedelta) -> str | None:
    """Make a key of the same holder and rights, and have the old one expire; return None where that is not live."""
    query = select(api_key).where(api_key.c.prefix == prefix, *_IS_LIVE).with_for_update()
    old = (await connection.execute(query)).one_or_none()
    if old is None:
        return None
    ends_at = func.least(api_key.c.expires_at, func.now() + keep_old_for)  # least passes over null
    await connection.execute(update(api_key).where(api_key.c.key_id == old.key_id).values(expires_at=ends_at))
    return await add(
        connection,
        name=old.name,
        scopes=[Scope(scope) for scope in old.scopes],
        requests_per_minute=old.requests_per_minute,
        expires_at=old.expires_at,
        holder_id=old.holder_id,
    )
