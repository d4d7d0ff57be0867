"""Listing: what all lists share: the rows after a position, bounded, and one more that tells whether there are more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.http.pagination import Page

AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]
Found = AnyRow | None
Query = Select[*tuple[Any, ...]]
Column = ColumnElement[Any]


def equal(*wanted: tuple[Column, object]) -> list[Column]:
    """Return the conditions of the filters that are given."""
    return [column == value for column, value in wanted if value is not None]


def between(column: Column, start: object, end: object) -> list[Column]:
    """Return the conditions of a period: from ``start`` to before ``end``, each as far as it is given."""
    return [*([] if start is None else [column >= start]), *([] if end is None else [column < end])]


async def list_part(
    connection: AsyncConnection, query: Query, part: Page, at: Column, key: Column, *, ascending: bool = False
) -> Rows:
    """Fetch the rows of a page, and one more that tells whether there are more."""
    place = tuple_(at, key)
    if part.after is not None:
        query = query.where(place > part.after if ascending else place < part.after)
    order = (at.asc(), key.asc()) if ascending else (at.desc(), key.desc())
    return (await connection.execute(query.order_by(*order).limit(part.limit + 1))).all()
