"""What was published and never stored: its records were lost on the way, so its pages are made due again.

A page whose text has not changed is not published again, since Kafka has acknowledged it; so that is forgotten too.
Where a record is only on its way, it goes out twice with one revision, which is stored once.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind, article, dead_letter, erased, page, publication, submission

AT_ONCE = 500
"""Articles of one transaction."""

_AGAIN = {"due_at": func.now(), "attempts": 0, "leased_until": None, "lease_token": None}


class Again(NamedTuple):
    """How many articles were found, and what is read again for them; some may have neither."""

    articles: int = 0
    pages: int = 0
    submissions: int = 0


def _lost() -> ColumnElement[bool]:
    key = publication.c.article_id
    is_stored = and_(article.c.article_id == key, article.c.revision >= publication.c.published_revision)
    is_erased = and_(erased.c.kind == ErasedKind.ARTICLE, erased.c.value == cast(key, Text))
    is_aside = and_(dead_letter.c.article_id == key, dead_letter.c.redriven_at.is_(None))
    kept = or_(*(exists().where(one) for one in (is_stored, is_erased, is_aside)))
    return and_(publication.c.published_revision.is_not(None), ~kept)


async def count(connection: AsyncConnection) -> int:
    """Return how many articles were published in a revision that is neither stored nor a dead letter nor erased."""
    return int((await connection.execute(select(func.count()).select_from(publication).where(_lost()))).scalar_one())


async def read_again(connection: AsyncConnection) -> Again:
    """Have some of them read and published again, in the caller's transaction; return how much that is."""
    some = select(publication.c.article_id).where(_lost()).order_by(publication.c.article_id).limit(AT_ONCE)
    ids = (await connection.execute(some.with_for_update(skip_locked=True))).scalars().all()
    forgotten = update(publication).where(publication.c.article_id.in_(ids))
    await connection.execute(forgotten.values(published_revision=None))
    pages = await _pages(connection, ids)
    return Again(len(ids), len(pages), await _submissions(connection, set(ids) - set(pages)))


async def _pages(connection: AsyncConnection, ids: Collection[UUID]) -> list[UUID]:
    """Make the pages due, to be fetched whole; return the articles that have any."""
    original = page.c.outcome.is_distinct_from(PageOutcome.DUPLICATE_URL.value)
    anew = {**_AGAIN, "etag": None, "last_modified": None}
    due = update(page).where(page.c.article_id.in_(ids), original).values(anew).returning(page.c.article_id)
    return list((await connection.execute(due)).scalars())


async def _submissions(connection: AsyncConnection, ids: Collection[UUID]) -> int:
    due = update(submission).where(submission.c.article_id.in_(ids)).values(_AGAIN)
    return (await connection.execute(due)).rowcount
