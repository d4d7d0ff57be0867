"""Newest: the newest rows of a table that a filter lets through, found at a cost that does not hang on its estimate.

Where a filter has an index, but none in the order of time (words, names, rare values), PostgreSQL guesses between two
ways: along the time until enough rows are found, or all rows of the filter, sorted. A wrong guess reads the whole
table, and with words it is often wrong. So nothing is guessed here: first a short way along the time; then the
filter's rows, if they are few; and only if they are many, so that the way cannot be long, along the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import FromClause, Select, Table, Text, Uuid, any_, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.http.pagination import Page, Position
from services.api.queries.listing import Column, Query, Rows, list_part

GATHERED_MAX = 5_000
"""Rows of a filter that are sorted for one part of a list: some 20 ms. With more, one part of a list is found within a
hundredth of the rows there are, in two million claims."""

# Unlike SET LOCAL, set_config takes parameters; either ends with the transaction.
_WAYS = text("SELECT set_config('enable_indexscan', :along, true), set_config('enable_bitmapscan', :gather, true)")


class Filter(Protocol):
    """Which rows are wanted."""

    def among(self, row: FromClause) -> list[Column]:
        """Return the conditions that an index in the order of time answers, or that most rows meet."""

    def narrow(self, row: FromClause) -> list[Column]:
        """Return the others, each of which an index without that order answers."""


@dataclass(frozen=True)
class Period:
    """When the rows wanted are from: from ``start`` to before ``end``."""

    start: datetime | None = None
    end: datetime | None = None


P = TypeVar("P", bound=Period)


@dataclass(frozen=True)
class Line:
    """A table whose rows stand in the order of time, each at a place of its own."""

    table: Table
    at: str
    key: str
    near: int
    """Rows that are looked at first, for filters that let many through."""

    def select(self, row: FromClause, after: Position | None, *conditions: Column) -> Select[Any]:
        """Return the rows after a position that meet conditions."""
        place = tuple_(row.c[self.at], row.c[self.key])
        return select(row).where(*conditions, *([] if after is None else [place < after]))

    def newest(self, query: Select[Any], row: FromClause, count: int) -> Select[Any]:
        """Return the newest of the rows of a query."""
        return query.order_by(row.c[self.at].desc(), row.c[self.key].desc()).limit(count)


async def list_newest(connection: AsyncConnection, line: Line, query: Query, wanted: Filter, part: Page) -> Rows:
    """Fetch the rows of a page of what a filter lets through, and one more that tells whether there are more."""
    table = line.table
    at, key = table.c[line.at], table.c[line.key]
    if not wanted.narrow(table):
        return await list_part(connection, query.where(*wanted.among(table)), part, at, key)
    keys = await _look_near(connection, line, wanted, part.after, part.limit + 1)
    if len(keys) <= part.limit:
        keys = await find_newest(connection, line, wanted, part.after, count=part.limit + 1, gathered=GATHERED_MAX)
    found = query.where(is_one_of(key, keys)).order_by(at.desc(), key.desc())
    return (await connection.execute(found)).all() if keys else []


def without_end(wanted: P, part: Page) -> P:
    """Return a filter without the end of its period for a part that goes on from a place within it.

    Given both, PostgreSQL may begin an index at the end and pass over all that lies before the place.
    """
    return wanted if part.after is None else replace(wanted, end=None)


async def find_newest(
    connection: AsyncConnection, line: Line, wanted: Filter, after: Position | None, *, count: int, gathered: int
) -> Sequence[UUID]:
    """Return the keys of the newest rows that a filter lets through; of at most ``gathered`` it sorts all.

    Sets the ways that the rest of the transaction may take.
    """
    row = line.table
    await connection.execute(_WAYS, {"along": "off", "gather": "on"})
    whole = line.select(row, after, *wanted.among(row), *wanted.narrow(row))
    some = whole.with_only_columns(row.c[line.at], row.c[line.key]).limit(gathered + 1).subquery()
    counted = line.newest(select(some.c[line.key], func.count().over()), some, count)
    rows = (await connection.execute(counted)).all()
    if not rows or rows[0][1] <= gathered:
        return [key for key, _ in rows]
    await connection.execute(_WAYS, {"along": "on", "gather": "off"})
    return await _fetch_keys(connection, line.newest(whole.with_only_columns(row.c[line.key]), row, count))


async def _look_near(
    connection: AsyncConnection, line: Line, wanted: Filter, after: Position | None, count: int
) -> Sequence[UUID]:
    """Return the keys of the rows let through among the nearest; fewer than ``count`` say nothing of those beyond."""
    table = line.table
    near = line.newest(line.select(table, after, *wanted.among(table)), table, line.near).subquery()
    found = select(near.c[line.key]).where(*wanted.narrow(near))
    return await _fetch_keys(connection, line.newest(found, near, count))


async def _fetch_keys(connection: AsyncConnection, query: Select[Any]) -> Sequence[UUID]:
    return [row[0] for row in await connection.execute(query)]


def is_one_of(key: Column, keys: Sequence[UUID]) -> Column:
    """Return the condition that a key is one of those given; one statement for any number of them."""
    return key == any_(literal(keys, ARRAY(Uuid)))


def has_all(values: Column, wanted: Sequence[str]) -> Column:
    """Return the condition that an array of texts holds all that are wanted."""
    return values.contains(literal(wanted, ARRAY(Text)))
