"""Erasure: takes the words of an article away wherever they are kept, and remembers that it was erased."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import tables
from schemas.outcomes import PageOutcome
from schemas.tables import ChangeKind, ErasedKind, RetractedBy
from services import changes

KEPT_OF_CLAIM = frozenset({"claim_id", "article_id", "served", "stored_at", "retracted_at", "retracted_by"})
"""What an erased claim keeps: that it was there, and that it is gone."""

KEPT_OF_ARTICLE = frozenset(
    {"article_id", "revision", "extractor_version", "arrival", "fetched_at", "stored_at", "erased_at"}
)
"""What an erased article keeps: its place in time, so that nothing older can come back."""


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(CAST(:ids AS text[])) AS id")


async def lock_articles(connection: AsyncConnection, article_ids: Collection[UUID]) -> None:
    """Have the articles to ourselves until the transaction ends, in the order of their ids.

    Saving and erasing must see one another, also where the article has no row yet that could be locked.
    """
    await connection.execute(_LOCK, {"ids": sorted(map(str, article_ids))})


async def erase_article(connection: AsyncConnection, article_id: UUID) -> bool:
    """Erase an article, in the caller's transaction; return False, and do nothing, where it was erased before."""
    await lock_articles(connection, [article_id])
    remembered = await connection.execute(
        insert(tables.erased).values(kind=ErasedKind.ARTICLE, value=str(article_id)).on_conflict_do_nothing()
    )
    if remembered.rowcount == 0:
        return False
    claims = await _erase_claims(connection, article_id)
    await _erase_texts(connection, article_id)
    await _erase_copies(connection, article_id)
    await changes.log(connection, [changes.NewChange(kind=ChangeKind.ERASED, article_id=article_id, retracted=claims)])
    return True


async def _erase_claims(connection: AsyncConnection, article_id: UUID) -> list[UUID]:
    claim = tables.claim
    live = await connection.execute(
        select(claim.c.claim_id)
        .where(claim.c.article_id == article_id, claim.c.retracted_at.is_(None))
        .order_by(claim.c.claim_id)
    )
    ids = list(live.scalars())
    words = {column.name: null() for column in claim.c if column.name not in KEPT_OF_CLAIM}
    gone = {"retracted_at": func.coalesce(claim.c.retracted_at, func.now()), "retracted_by": RetractedBy.ERASURE}
    await connection.execute(update(claim).filter_by(article_id=article_id).values({**words, **gone}))
    return ids


async def _erase_texts(connection: AsyncConnection, article_id: UUID) -> None:
    article = tables.article
    await connection.execute(delete(tables.mention).filter_by(article_id=article_id))
    await connection.execute(update(tables.revision).filter_by(article_id=article_id).values(text=None, event=null()))
    words = {column.name: null() for column in article.c if column.name not in KEPT_OF_ARTICLE}
    await connection.execute(
        update(article).filter_by(article_id=article_id).values({**words, "erased_at": func.now()})
    )


async def _erase_copies(connection: AsyncConnection, article_id: UUID) -> None:
    """Empty what else holds the article's words: the log, the dead letters, what was handed in, what a feed said."""
    change, letter, submission, page = tables.change, tables.dead_letter, tables.submission, tables.page
    await connection.execute(update(change).filter_by(article_id=article_id).values(event=null()))
    await connection.execute(
        update(letter).filter_by(article_id=article_id).values(value=None, headers=[], exception="erased")
    )
    unleased = {"leased_until": None, "lease_token": None}  # whoever reads it just now must not write it back
    handed_in = {"html": None, "text": None, "title": None, **unleased}
    await connection.execute(update(submission).filter_by(article_id=article_id).values(handed_in))
    await connection.execute(
        update(page)
        .filter_by(article_id=article_id)
        .values(entry=null(), due_at=None, outcome=PageOutcome.ERASED, reason=None, **unleased)
    )
