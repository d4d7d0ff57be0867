"""Submissions: what people handed in, leased like any due page."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.outcomes import PageOutcome
from schemas.tables import feed, page, submission
from services.ingest.queues.hosts import first_of_free
from services.ingest.queues.journeys import next_url
from services.ingest.queues.leases import take_due, taking

_IS_FETCHED = and_(submission.c.html.is_(None), submission.c.text.is_(None))
_FIRST = first_of_free(submission, "due_at", next_url(submission, submission.c.url), _IS_FETCHED)
_LEASE = taking(submission, "due_at", or_(not_(_IS_FETCHED), _FIRST))


async def lease_submissions(connection: AsyncConnection, *, most: int) -> list[Row[Any]]:
    """Lease submissions that are due, the oldest first, and of those to be fetched one of each host that is free.

    The api made them due when it accepted them.
    """
    return await take_due(connection, _LEASE, most=most)


async def find_known_page(connection: AsyncConnection, urls: Collection[str], article_id: UUID) -> Row[Any] | None:
    """Return the page that a submitted URL is, as a feed listed it, with its ``feed_url``; None where none did.

    That of one of the URLs, else one known to be the article, and no duplicate where there is another.
    """
    named = page.c.url.in_(urls)
    is_duplicate = func.coalesce(page.c.outcome == PageOutcome.DUPLICATE_URL.value, False)
    known: Select[Any] = (
        select(*page.c, feed.c.url.label("feed_url"))
        .outerjoin(feed, feed.c.feed_id == page.c.feed_id)
        .where(page.c.arrival == Arrival.FETCHED.value, or_(named, page.c.article_id == article_id))
        .order_by(named.desc(), is_duplicate, page.c.found_at, page.c.page_id)
        .limit(1)
    )
    found: Row[Any] | None = (await connection.execute(known)).one_or_none()
    return found
