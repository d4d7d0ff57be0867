"""The statements about articles."""

from collections.abc import Collection
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import and_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.tables import alias, article, page, revision
from services.api.pagination import Page
from services.api.queries.listing import Found, Rows, equal, list_part

_ARTICLE = [column for column in article.c if column.name not in {"related_at", "search"}]
_CURRENT = and_(revision.c.article_id == article.c.article_id, revision.c.revision == article.c.revision)


async def list_articles(
    connection: AsyncConnection,
    part: Page,
    *,
    publisher: str | None,
    arrival: Arrival | None,
    among: Collection[UUID] | None = None,
) -> Rows:
    """Return articles with their words, the one fetched last first."""
    wanted = equal((article.c.publisher_domain, publisher), (article.c.arrival, arrival))
    if among is not None:
        wanted.append(article.c.article_id.in_(among))
    query = select(*_ARTICLE).where(article.c.erased_at.is_(None), *wanted)
    return await list_part(connection, query, part, article.c.fetched_at, article.c.article_id)


async def find_ids(connection: AsyncConnection, url: str) -> set[UUID]:
    """Return the ids that a URL may stand for: an article is named after its canonical URL, has aliases, and a page."""
    aliases = select(alias.c.article_id).where(alias.c.canonical_url == url)
    pages = select(page.c.article_id).where(page.c.url == url, page.c.article_id.is_not(None))
    return {uuid5(NAMESPACE_URL, url), *(await connection.execute(union_all(aliases, pages))).scalars()}


async def find_article(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return an article with what its event says beside the text."""
    columns = [*_ARTICLE, revision.c.text_sha256, revision.c.event]
    query = select(*columns).outerjoin(revision, _CURRENT).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()


async def find_text(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return an article's current text and paragraphs."""
    paragraphs = revision.c.event["paragraphs"].label("paragraphs")
    columns = [article.c.article_id, article.c.revision, article.c.erased_at, revision.c.text_sha256, revision.c.text]
    query = select(*columns, paragraphs).outerjoin(revision, _CURRENT).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()


async def find_erasure(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return a row where there is such an article; its ``erased_at`` is null unless it was erased."""
    query = select(article.c.article_id, article.c.erased_at).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()
