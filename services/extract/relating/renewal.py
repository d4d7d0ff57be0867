"""Renewal: articles that name an entity are compared anew once what it is one with has changed, some at a time.

Whoever changes that leaves a mark, in the same transaction, and touches no article: a head of state is in millions of
them. What was compared, or was being compared, before the mark was committed is found by it; what comes later is
compared with what holds then.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Row, any_, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import article, relate_mark
from services.extract.relating.leases import UNLEASED, WAITS
from services.extract.relating.withdrawal import array

RENEWED_AT_ONCE = 100
"""Articles of one transaction, and marks looked at in it: well below a second, and locks of a few rows. While as many
wait to be compared there are no more of them: an article that is new waits a minute behind a merge, not days."""

_FIRST = UUID(int=0)
"""Before the ids of all articles."""

_NAMING = text("""
    SELECT mark.entity_id, found.article_id
      FROM unnest(CAST(:ids AS uuid[])) AS given (entity_id) JOIN relate_mark mark USING (entity_id)
     CROSS JOIN LATERAL (
        SELECT DISTINCT article_id FROM mention
         WHERE mention.entity_id = mark.entity_id AND mention.article_id > mark.after
         ORDER BY article_id LIMIT :most) AS found
     ORDER BY mark.entity_id, found.article_id LIMIT :most
""")

# Of the articles that mention an entity those of which a statement names it; read by article, however frequent it is.
_STATING = text("""
    WITH theirs AS MATERIALIZED (SELECT article_id, entities FROM statement WHERE article_id = ANY(:articles))
    SELECT DISTINCT article_id FROM theirs WHERE entities && CAST(:entities AS uuid[])
""")


async def mark_entities(connection: AsyncConnection, entity_ids: Collection[UUID]) -> None:
    """Have the articles that name entities compared anew: what these are one with has changed."""
    rows = [{"entity_id": key, "after": _FIRST} for key in sorted(entity_ids)]
    if rows:
        new = insert(relate_mark)
        again = new.on_conflict_do_update(index_elements=["entity_id"], set_={"after": new.excluded.after})
        await connection.execute(again, rows)


async def renew_some(connection: AsyncConnection, *, most: int = RENEWED_AT_ONCE) -> int:
    """Have some articles compared anew that name marked entities; return how many were found, and marks done with.

    0 too while enough articles wait. For one caller at a time. Those being compared just now too: they may have read
    what the entities were one with before. A mark keeps how far its articles are done, so this goes on where it was
    cut off.
    """
    if await _is_enough(connection):
        return 0
    first = select(relate_mark.c.entity_id).order_by(relate_mark.c.entity_id).limit(most)
    marked = (await connection.execute(first)).scalars().all()
    if not marked:
        return 0
    found = (await connection.execute(_NAMING, {"ids": marked, "most": most})).all()
    await _renew(connection, found)
    done = marked if len(found) < most else [key for key in marked if key < found[-1].entity_id]
    await connection.execute(delete(relate_mark).where(relate_mark.c.entity_id == any_(array(done))))
    if len(done) < len(marked):
        last = update(relate_mark).filter_by(entity_id=found[-1].entity_id)
        await connection.execute(last.values(after=found[-1].article_id))
    return len(found) + len(done)


async def _is_enough(connection: AsyncConnection) -> bool:
    """Tell whether those who compare have their hands full."""
    waiting = select(article.c.article_id).where(*WAITS).order_by(article.c.article_id)
    last = waiting.offset(RENEWED_AT_ONCE - 1).limit(1)
    return (await connection.execute(last)).first() is not None


async def _renew(connection: AsyncConnection, found: Collection[Row[tuple[UUID, UUID]]]) -> None:
    """Have articles compared anew, locked in the order of their ids."""
    asked = {
        "articles": sorted({row.article_id for row in found}),
        "entities": sorted({row.entity_id for row in found}),
    }
    ids = set((await connection.execute(_STATING, asked)).scalars())
    locked = select(article.c.article_id).where(article.c.article_id == any_(array(ids)))
    await connection.execute(locked.order_by(article.c.article_id).with_for_update())
    anew = update(article).where(article.c.article_id == any_(array(ids)))
    await connection.execute(anew.values(related_at=None, **UNLEASED))
