"""The statements about the texts that an article has had."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import article, revision
from services.api.http.pagination import Page
from services.api.queries.listing import Column, Found, Query, Rows, list_part

_IS_CURRENT = (revision.c.revision == article.c.revision).label("is_current")
_REVISION = [column for column in revision.c if column.name not in {"text", "event"}]


def _revisions(article_id: UUID, *columns: Column) -> Query:
    query: Select[tuple[()]] = select(*_REVISION, _IS_CURRENT, *columns)
    return query.join(article, article.c.article_id == revision.c.article_id).where(revision.c.article_id == article_id)


async def list_revisions(connection: AsyncConnection, part: Page, article_id: UUID) -> Rows:
    """Return an article's revisions without their texts, the newest first."""
    return await list_part(connection, _revisions(article_id), part, revision.c.revision, revision.c.article_id)


async def find_revision(connection: AsyncConnection, article_id: UUID, number: int) -> Found:
    """Return a revision with its text and paragraphs."""
    paragraphs = revision.c.event["paragraphs"].label("paragraphs")
    title = revision.c.event["title"].astext.label("title")
    query = _revisions(article_id, revision.c.text, title, paragraphs).where(revision.c.revision == number)
    return (await connection.execute(query)).one_or_none()


async def find_previous(connection: AsyncConnection, article_id: UUID, number: int) -> Found:
    """Return the number and the text of the revision before."""
    query = select(revision.c.revision, revision.c.text).where(
        revision.c.article_id == article_id, revision.c.revision < number
    )
    return (await connection.execute(query.order_by(revision.c.revision.desc()).limit(1))).one_or_none()
