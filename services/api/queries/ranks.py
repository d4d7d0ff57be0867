"""Ranks: what is found by its words, the best first (PostgreSQL's cover density, ``ts_rank_cd``)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.http.pagination import Page
from services.api.queries.listing import Column, Query, Rows, list_part
from services.api.queries.newest import Line, is_one_of

RANKED_MAX = 1_000
"""Of what is found the newest so many are ranked: some 50 ms of vectors to read."""

SEARCHED_MAX = 20_000
"""Rows found that are sorted for the newest of them: some 50 ms; of more the newest are found along the time."""

POINTS = 1_000_000
"""What a rank of 1 counts; whole points, so that a cursor holds one exactly."""

_BY_LENGTH, _BELOW_ONE = 1, 32
"""How ``ts_rank_cd`` normalises: by 1 + the logarithm of the length, and as rank / (rank + 1)."""


def matches(search: Column, *asked: str | None) -> list[Column]:
    """Return the condition that a vector has the words of all tsqueries that are given."""
    given = [terms for terms in asked if terms is not None]
    return [search.bool_op("@@")(tsquery(" & ".join(given)))] if given else []


async def list_ranked(
    connection: AsyncConnection, line: Line, query: Query, part: Page, *, keys: Sequence[UUID], asked: str | None
) -> Rows:
    """Fetch the rows of a page of what was found, with their ``points``, and one more that tells if there are more."""
    table = line.table
    rank = func.ts_rank_cd(table.c.search, tsquery(asked or ""), _BY_LENGTH | _BELOW_ONE)
    points = cast(rank * POINTS, Integer).label("points")
    # The limit keeps PostgreSQL from working out a rank for each place that it is used in.
    ranked = select(table.c[line.key], points).where(is_one_of(table.c[line.key], keys)).limit(RANKED_MAX).subquery()
    joined = query.add_columns(ranked.c.points).join(ranked, ranked.c[line.key] == table.c[line.key])
    return await list_part(connection, joined, part, ranked.c.points, table.c[line.key])


def tsquery(terms: str) -> "ColumnElement[str]":
    """Return the tsquery that a text is."""
    return cast(literal(terms, Text), TSQUERY)
