"""The statements about origins: which articles have their words from one place, and by what one sees it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import article, origin, origin_pair
from services.api.queries.listing import Rows
from services.api.queries.newest import is_one_of


async def list_origins(connection: AsyncConnection, article_ids: Sequence[UUID]) -> Rows:
    """Return the origin of each of some articles: itself where it shares none."""
    own = func.coalesce(origin.c.origin_id, article.c.article_id).label("origin_id")
    query = select(article.c.article_id, own).outerjoin(origin, origin.c.article_id == article.c.article_id)
    return (await connection.execute(query.where(is_one_of(article.c.article_id, article_ids)))).all()


async def list_evidence(connection: AsyncConnection, article_ids: Sequence[UUID]) -> Rows:
    """Return the pairs among some articles of which one sees that they have one origin, with the evidence."""
    within = (is_one_of(origin_pair.c.a, article_ids), is_one_of(origin_pair.c.b, article_ids))
    query = select(origin_pair).where(*within)
    return (await connection.execute(query.order_by(*origin_pair.primary_key))).all()
