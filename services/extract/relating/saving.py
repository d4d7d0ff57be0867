"""Saving: what comparing an article found becomes rows, in one transaction that also notes that it was compared."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import ChangeKind, claim, relation
from services import changes
from services.changes import NewChange
from services.extract.relating.comparing import Found
from services.extract.relating.leases import Leased
from services.extract.relating.neighbours import Neighbourhood
from services.extract.relating.withdrawal import array, mark_articles, mark_claims

Place = tuple[UUID, UUID]
"""The ids of two claims, the smaller first."""

_FIELDS = ("kind", "score", "reasons", "objects", "order")


async def save_relations(
    connection: AsyncConnection, leased: Leased, near: Neighbourhood, found: Collection[Found]
) -> int:
    """Have the relations of an article be those that were found, as far as its claims are still as they were read.

    In the caller's transaction, which holds the article; return how many relations began, changed or ended. The claims
    are locked in the order of their ids, so that they stay live until it ends.
    """
    known = await _list_known(connection, leased)
    same = await _lock_claims(
        connection, near, {key for place in (*known, *(one[:2] for one in found)) for key in place}
    )
    before = {place: row for place, row in known.items() if same.issuperset(place)}
    now = {(one.a, one.b): _row(one, near) for one in found if same.issuperset((one.a, one.b))}
    judged = {(pair.a, pair.b) for pair in near.pairs}
    ended = sorted((before.keys() - now.keys()) & judged)
    news = sorted(place for place, row in now.items() if before.get(place) != row)
    await _delete(connection, ended)
    await _upsert(connection, [now[place] for place in news])
    touched = {key for place in (*ended, *news) for key in place}
    if touched:
        await mark_claims(connection, touched)
        told = NewChange(ChangeKind.RELATED, leased.article_id, updated=sorted(touched), cause=leased.token)
        await changes.log(connection, [told])
    return len(ended) + len(news)


async def mark(connection: AsyncConnection, leased: Leased, near: Neighbourhood) -> None:
    """Have the threads of an article's claims and its origin found, also where it is related to nothing."""
    await mark_claims(connection, {key for key, row in near.rows.items() if row[1] == leased.article_id})
    await mark_articles(connection, [leased.article_id])


async def _lock_claims(connection: AsyncConnection, near: Neighbourhood, ids: Collection[UUID]) -> set[UUID]:
    """Lock claims, and return those that are live and of the reading that was compared."""
    query = select(claim.c.claim_id, claim.c.revision, claim.c.extractor_version)
    live = query.where(claim.c.claim_id == any_(array(ids)), claim.c.retracted_at.is_(None))
    rows = await connection.execute(live.order_by(claim.c.claim_id).with_for_update(read=True))
    read = {key: row[-2:] for key, row in near.rows.items()}
    return {row.claim_id for row in rows if read.get(row.claim_id) == (row.revision, row.extractor_version)}


async def _list_known(connection: AsyncConnection, leased: Leased) -> dict[Place, dict[str, Any]]:
    mine = or_(relation.c.article_a == leased.article_id, relation.c.article_b == leased.article_id)
    columns = [column for column in relation.c if column.name != "related_at"]
    rows = (await connection.execute(select(*columns).where(mine))).mappings()
    return {(row["a"], row["b"]): dict(row) for row in rows}


def _row(found: Found, near: Neighbourhood) -> dict[str, Any]:
    fields = found.relation.model_dump(mode="json")
    place = {"a": found.a, "b": found.b, "article_a": near.rows[found.a][1], "article_b": near.rows[found.b][1]}
    return {**place, **{name: fields[name] for name in _FIELDS}}


async def _delete(connection: AsyncConnection, places: Iterable[Place]) -> None:
    rows = [{"one": a, "other": b} for a, b in places]
    if rows:
        pair = (relation.c.a == bindparam("one"), relation.c.b == bindparam("other"))
        await connection.execute(delete(relation).where(*pair), rows)


async def _upsert(connection: AsyncConnection, rows: list[Mapping[str, Any]]) -> None:
    if not rows:
        return
    new = insert(relation)
    fields = {name: new.excluded[name] for name in _FIELDS}
    await connection.execute(new.on_conflict_do_update(index_elements=["a", "b"], set_=fields), rows)
