"""Leases of articles that are still to be compared: one replica has each, for as long as it takes at most."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.tables import article

UNLEASED = {"leased_until": None, "lease_token": None}
"""Whoever compares it just now must not save what it found."""

LEASE_SECONDS = 120.0
"""Far above what comparing an article may take."""

WAITS = (article.c.related_at.is_(None), article.c.card.is_not(None))
"""What is true of an article that is still to be compared."""


class Leased(NamedTuple):
    """An article that is ours to compare while the token stands."""

    article_id: UUID
    token: UUID


async def take(engine: AsyncEngine, most: int, *, seconds: float = LEASE_SECONDS) -> list[Leased]:
    """Lease some articles that wait, in the order of their ids."""
    token = uuid4()
    free = or_(article.c.leased_until.is_(None), article.c.leased_until < func.now())
    some = select(article.c.article_id).where(*WAITS, free).order_by(article.c.article_id).limit(most)
    until = func.now() + timedelta(seconds=seconds)
    taken = (
        update(article)
        .where(article.c.article_id.in_(some.with_for_update(skip_locked=True)))
        .values(leased_until=until, lease_token=token)
        .returning(article.c.article_id)
    )
    async with engine.begin() as connection:
        return [Leased(key, token) for key in sorted((await connection.execute(taken)).scalars())]


async def hold(connection: AsyncConnection, leased: Leased) -> bool:
    """Tell whether an article is still ours, and keep it so until the transaction ends."""
    mine = select(article.c.article_id).filter_by(article_id=leased.article_id, lease_token=leased.token)
    return (await connection.execute(mine.with_for_update())).first() is not None


async def finish(connection: AsyncConnection, leased: Leased) -> None:
    """Note that an article is compared, in the transaction that saves what was found."""
    done = update(article).filter_by(article_id=leased.article_id)
    await connection.execute(done.values(related_at=func.now(), **UNLEASED))
