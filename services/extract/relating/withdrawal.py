"""Withdrawal: statements that are gone take their relations with them, and leave marks where threads change."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Uuid, all_, any_, delete, literal, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import ChangeKind, claim, origin, origin_pair, relation, statement
from services import changes
from services.changes import NewChange

_MARK = text("INSERT INTO thread_mark (claim_id) SELECT unnest(CAST(:ids AS uuid[]))")
_MARK_ARTICLES = text("INSERT INTO thread_mark (article_id) SELECT unnest(CAST(:ids AS uuid[]))")


def array(ids: Collection[UUID]) -> BindParameter[Sequence[UUID]]:
    """Return ids as one parameter, however many they are."""
    return literal(sorted(ids), ARRAY(Uuid))


async def lock_claims(connection: AsyncConnection, articles: Collection[UUID]) -> list[Any]:
    """Lock all claims of articles, in the order of their ids as whoever relates them does, and return those live."""
    query = select(claim.c.claim_id, claim.c.article_id, claim.c.content, claim.c.retracted_at)
    locked = await connection.execute(
        query.where(claim.c.article_id.in_(articles)).order_by(claim.c.claim_id).with_for_update(key_share=True)
    )
    return [row for row in locked if row.retracted_at is None]


async def keep_statements(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert statements, or write over those that differ: what stays as it is leaves the index of vectors alone."""
    if not rows:
        return
    new = insert(statement)
    fields = [column.name for column in statement.c if column.name != "claim_id"]
    differs = tuple_(*(statement.c[name] for name in fields)).is_distinct_from(
        tuple_(*(new.excluded[name] for name in fields))
    )
    kept = new.on_conflict_do_update(
        index_elements=["claim_id"], set_={name: new.excluded[name] for name in fields}, where=differs
    )
    await connection.execute(kept, rows)


async def withdraw(
    connection: AsyncConnection, articles: Collection[UUID], kept: Collection[UUID] = ()
) -> dict[UUID, set[UUID]]:
    """Take out the statements of articles but those kept, with their relations; return who lost some, by article.

    Those who lost relations are the claims at the other ends. In the transaction that takes the claims out.
    """
    gone = delete(statement).where(statement.c.article_id.in_(articles), statement.c.claim_id != all_(array(kept)))
    ids = set((await connection.execute(gone.returning(statement.c.claim_id))).scalars())
    lost: dict[UUID, set[UUID]] = {}
    for row in await _take_relations(connection, ids):
        for one, other, mine in ((row.a, row.b, row.article_a), (row.b, row.a, row.article_b)):
            if one in ids and other not in ids:
                lost.setdefault(mine, set()).add(other)
    await mark_claims(connection, ids.union(*lost.values()))
    return lost


async def _take_relations(connection: AsyncConnection, ids: Collection[UUID]) -> Sequence[Any]:
    if not ids:
        return []
    pair = (relation.c.a, relation.c.b)
    mine = or_(relation.c.a == any_(array(ids)), relation.c.b == any_(array(ids)))
    locked = select(*pair).where(mine).order_by(*pair).with_for_update().cte("locked")
    taken = delete(relation).where(relation.c.a == locked.c.a, relation.c.b == locked.c.b)
    return (await connection.execute(taken.returning(*pair, relation.c.article_a, relation.c.article_b))).all()


async def mark_claims(connection: AsyncConnection, ids: Collection[UUID]) -> None:
    """Have the threads of claims built anew."""
    if ids:
        await connection.execute(_MARK, {"ids": sorted(ids)})


async def mark_articles(connection: AsyncConnection, ids: Collection[UUID]) -> None:
    """Have the origins of articles found anew, and the threads that count them."""
    if ids:
        await connection.execute(_MARK_ARTICLES, {"ids": sorted(ids)})


async def log_losses(connection: AsyncConnection, lost: dict[UUID, set[UUID]], cause: UUID) -> None:
    """Log which claims lost relations as articles changed; ``cause`` tells this change of them from others."""
    told = [NewChange(ChangeKind.RELATED, key, updated=sorted(ids), cause=cause) for key, ids in sorted(lost.items())]
    await changes.log(connection, told)


async def forget_origin(connection: AsyncConnection, article_id: UUID) -> None:
    """Take an article that is erased out of its origin; what is being found of it just now is taken out later."""
    pairs = delete(origin_pair).where(or_(origin_pair.c.a == article_id, origin_pair.c.b == article_id))
    rows = await connection.execute(pairs.returning(origin_pair.c.a, origin_pair.c.b))
    others = {key for row in rows for key in row}
    await connection.execute(delete(origin).filter_by(article_id=article_id))
    await mark_articles(connection, others | {article_id})
