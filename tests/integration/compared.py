"""What comparing yields, written by hand: relations, threads and origins of claims that the real store saved."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update

from schemas.comparison import Order, Relation, RelationKind, ThreadStatus
from schemas.tables import claim, origin, origin_pair, relation, thread, thread_claim, thread_successor
from tests.integration.api_world import Api


async def claims_by_words(api: Api) -> dict[str, str]:
    """The id of each live claim by its words."""
    async with api.database.connect() as connection:
        rows = await connection.execute(select(claim.c.content, claim.c.claim_id).where(claim.c.retracted_at.is_(None)))
    return {words: str(key) for words, key in rows}


async def relate(api: Api, a: str, b: str, found: Relation) -> None:
    """Save how ``a`` stands to ``b``."""
    seen = found if UUID(a) < UUID(b) else found.inverse
    first, second = sorted((UUID(a), UUID(b)))
    async with api.database.begin() as connection:
        rows = await connection.execute(select(claim.c.claim_id, claim.c.article_id))
        articles = {row.claim_id: row.article_id for row in rows}
        values = {**seen.model_dump(mode="json"), "article_a": articles[first], "article_b": articles[second]}
        await connection.execute(insert(relation).values(a=first, b=second, **values))


def relation_of(kind: RelationKind = RelationKind.AGREES, order: Order = Order.UNKNOWN, **more: Any) -> Relation:
    return Relation(kind=kind, score=0.9, order=order, **more)


async def thread_of(
    api: Api,
    sides: Mapping[str, str],
    *,
    tense: Mapping[str, str] | None = None,
    status: ThreadStatus = ThreadStatus.UNCONTESTED,
    held: Mapping[str, UUID] | None = None,
    **counts: Any,
) -> str:
    """Save a thread of the claims with their sides; returns its id."""
    key = uuid4()
    tense, held = tense or {}, held or {}
    async with api.database.begin() as connection:
        values = {"thread_id": key, "status": status, "claims": len(sides), **counts}
        await connection.execute(insert(thread).values(values))
        for name, side in (*sides.items(), *tense.items()):
            row = {"thread_id": key, "claim_id": UUID(name), "side": side, "origin_id": held.get(name)}
            place = {"tense": name in tense, "reasons": ["object"] if name in tense else []}
            await connection.execute(insert(thread_claim).values({**row, **place}))
    return str(key)


async def end(api: Api, key: str, *successors: str) -> None:
    """End a thread for others."""
    async with api.database.begin() as connection:
        ended = {"status": None, "ended_at": datetime.now(UTC)}
        await connection.execute(update(thread).where(thread.c.thread_id == UUID(key)).values(ended))
        await connection.execute(delete(thread_claim).where(thread_claim.c.thread_id == UUID(key)))
        for successor in successors:
            row = {"thread_id": UUID(key), "successor_id": UUID(successor)}
            await connection.execute(insert(thread_successor).values(row))


async def one_origin(api: Api, articles: Sequence[UUID], evidence: str) -> None:
    """Save that two articles have one origin."""
    first, second = sorted(articles)
    async with api.database.begin() as connection:
        for each in articles:
            await connection.execute(insert(origin).values(article_id=each, origin_id=first))
        await connection.execute(insert(origin_pair).values(a=first, b=second, evidence=evidence))
