"""The statements about the change log."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import article, change
from services.api.queries.listing import Rows

_CHANGE = [
    *(change.c.position, change.c.change_id, change.c.kind, change.c.article_id, change.c.revision),
    *(change.c.extractor_version, change.c.changed_at, change.c.added, change.c.updated, change.c.retracted),
    *(article.c.publisher_domain, article.c.publisher_name),
]


async def find_end(connection: AsyncConnection) -> int:
    """Return the highest position given; 0 while there is none."""
    return int((await connection.execute(select(func.coalesce(func.max(change.c.position), 0)))).scalar_one())


async def list_changes(connection: AsyncConnection, after: int, *, limit: int, most_ids: int) -> Rows:
    """Return the changes after a position, in its order, with what is known now of their article's publisher.

    They end with the one that brings the ids of claims they name to ``most_ids`` or more.
    """
    before = func.sum(_ids()).over(order_by=change.c.position) - _ids()
    part = (
        select(change.c.change_id, before.label("ids_before"))
        .where(change.c.position > after)
        .order_by(change.c.position)
        .limit(limit)
        .subquery()
    )
    query = (
        select(*_CHANGE)
        .join(part, part.c.change_id == change.c.change_id)
        .outerjoin(article, article.c.article_id == change.c.article_id)
        .where(part.c.ids_before < most_ids)
        .order_by(change.c.position)
    )
    return (await connection.execute(query)).all()


def _ids() -> ColumnElement[int]:
    return sum(
        (func.cardinality(ids) for ids in (change.c.updated, change.c.retracted)), func.cardinality(change.c.added)
    )
