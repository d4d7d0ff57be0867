"""The statements about what came in: feeds, pages and submissions."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.outcomes import FeedOutcome, PageOutcome
from schemas.tables import feed, page, submission
from services.api.http.pagination import Page
from services.api.queries.listing import AnyRow, Found, Rows, equal, list_part

_SUBMISSION = [column for column in submission.c if column.name not in {"html", "text", "lease_token", "leased_until"}]


async def list_feeds(connection: AsyncConnection, part: Page, *, outcome: FeedOutcome | None) -> Rows:
    """Return feeds, the one added last first."""
    query = select(feed).where(*equal((feed.c.outcome, outcome)))
    return await list_part(connection, query, part, feed.c.added_at, feed.c.feed_id)


async def find_feed(connection: AsyncConnection, feed_id: UUID) -> Found:
    """Return a feed."""
    return (await connection.execute(select(feed).where(feed.c.feed_id == feed_id))).one_or_none()


async def list_pages(
    connection: AsyncConnection, part: Page, *, outcome: PageOutcome | None, feed_id: UUID | None
) -> Rows:
    """Return pages, the one found last first."""
    query = select(page).where(*equal((page.c.outcome, outcome), (page.c.feed_id, feed_id)))
    return await list_part(connection, query, part, page.c.found_at, page.c.page_id)


async def find_page(connection: AsyncConnection, page_id: UUID) -> Found:
    """Return a page."""
    return (await connection.execute(select(page).where(page.c.page_id == page_id))).one_or_none()


async def add_submission(connection: AsyncConnection, values: Mapping[str, object]) -> AnyRow:
    """Insert a submission; where its submitter has used its key before, change nothing and return that one's row."""
    keyed = insert(submission).values(values).on_conflict_do_nothing(index_elements=["submitter", "idempotency_key"])
    added = (await connection.execute(keyed.returning(*_SUBMISSION))).one_or_none()
    if added is not None:
        return added
    same = (submission.c.submitter == values["submitter"], submission.c.idempotency_key == values["idempotency_key"])
    return (await connection.execute(select(*_SUBMISSION).where(*same))).one()


async def find_submission(connection: AsyncConnection, submission_id: UUID) -> Found:
    """Return a submission without its text."""
    query = select(*_SUBMISSION).where(submission.c.submission_id == submission_id)
    return (await connection.execute(query)).one_or_none()
