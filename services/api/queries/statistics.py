"""The statements about how much there is: each reads an index up to a bound, or asks what PostgreSQL has estimated."""

from datetime import datetime

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import article, change, claim, feed
from services.api.queries.listing import AnyRow, Column, Query, Rows

COUNTED_MAX = 50_000
"""Rows of an index that are counted one by one: some 10 ms. Beyond it, estimates are good enough."""

DISTINCT_MAX = 10_000
"""Values of an index that are found one by one, each by a descent of its own: some 100 ms."""

_LIVE = claim.c.retracted_at.is_(None)
_THERE = article.c.publisher_domain.is_not(None)
"""An erased article has no publisher; that it has one is read from the index alone."""

_ESTIMATES = text(
    "SELECT relname, greatest(reltuples, 0)::bigint AS number FROM pg_class "
    "WHERE oid IN ('article'::regclass, 'ix_claim_live'::regclass)"
)


async def count_all(connection: AsyncConnection) -> AnyRow:
    """Return the numbers of articles, live claims, their speakers and publishers; one over a bound is the bound + 1."""
    counts = {
        "articles": _count(select(article.c.article_id).where(_THERE)),
        "claims": _count(select(claim.c.claim_id).where(_LIVE)),
        "speakers": _count_distinct(claim.c.entity_id, _LIVE),
        "publishers": _count_distinct(article.c.publisher_domain),
    }
    return (await connection.execute(select(*(count.label(name) for name, count in counts.items())))).one()


async def estimate(connection: AsyncConnection) -> dict[str, int]:
    """Return about how many articles and live claims there are, as PostgreSQL's last ANALYZE found; 0: not yet."""
    numbers = {row.relname: row.number for row in await connection.execute(_ESTIMATES)}
    return {"articles": numbers["article"], "claims": numbers["ix_claim_live"]}


async def count_articles_since(connection: AsyncConnection, since: datetime) -> int:
    """Return how many articles were fetched since then."""
    query = select(_count(select(article.c.article_id).where(_THERE, article.c.fetched_at >= since)))
    return int((await connection.execute(query)).scalar_one())


async def count_claims_since(connection: AsyncConnection, since: datetime) -> Rows:
    """Return how many claims of articles fetched since then are live, by voice and polarity; of the newest only."""
    newest = (claim.c.fetched_at.desc(), claim.c.claim_id.desc())
    found = select(claim.c.voice, claim.c.polarity).where(_LIVE, claim.c.fetched_at >= since)
    some = found.order_by(*newest).limit(COUNTED_MAX + 1).subquery()
    query = select(some.c.voice, some.c.polarity, func.count().label("number"))
    return (await connection.execute(query.group_by(some.c.voice, some.c.polarity))).all()


async def count_feeds(connection: AsyncConnection) -> Rows:
    """Return how many feeds there are by what became of their last poll."""
    return (await connection.execute(select(feed.c.outcome, func.count().label("number")).group_by("outcome"))).all()


async def find_newest(connection: AsyncConnection) -> AnyRow:
    """Return when the newest article was fetched, and the log's last change with its time; nulls where none is."""
    newest = {
        "fetched_at": select(func.max(article.c.fetched_at)),
        "position": select(func.max(change.c.position)),
        "changed_at": select(change.c.changed_at).order_by(change.c.position.desc().nulls_last()).limit(1),
    }
    return (
        await connection.execute(select(*(query.scalar_subquery().label(name) for name, query in newest.items())))
    ).one()


def _count(query: "Select[tuple[object]]") -> Column:
    return select(func.count()).select_from(query.limit(COUNTED_MAX + 1).subquery()).scalar_subquery()


def _count_distinct(column: Column, *where: Column) -> Column:
    """Count the values of an index's first column by going from each to the next, not from row to row."""
    least: Query = select(column).where(column.is_not(None), *where).order_by(column).limit(1)
    found = select(least.scalar_subquery().label("value")).cte(recursive=True)
    following: Query = select(column).where(column > found.c.value, *where).order_by(column).limit(1)
    found = found.union_all(select(following.scalar_subquery()).where(found.c.value.is_not(None)))
    some = select(found.c.value).limit(DISTINCT_MAX + 1).subquery()
    return select(func.count(some.c.value)).scalar_subquery()
