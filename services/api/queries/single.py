"""The statement about claims of a single source: those of an article that no other origin is known to say too."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CTE, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import claim, thread_claim
from services.api.queries.listing import AnyRow, Rows
from services.api.queries.newest import is_one_of

LOOKED_MAX = 500
"""Claims of an article of which it is told whether another origin says so too: ten times those of a long report. A text
made to flood has thousands, each in a thread of a thousand claims."""


class Single(NamedTuple):
    """The claims of an article whose only origin is its own; ``omitted``: it has more claims than were looked at."""

    claims: Rows = ()
    omitted: bool = False


async def list_single(connection: AsyncConnection, article_ids: Sequence[UUID]) -> dict[UUID, Single]:
    """Return of articles the claims whose side of a thread goes back to one origin, or to nobody's words.

    Of each article the first ``LOOKED_MAX`` claims in threads are looked at, and each side of a thread once.
    """
    looked = _looked(article_ids)
    sides = _sides(looked)
    content = case((sides.c.single, claim.c.reading["content"])).label("content")
    query = select(looked.c.article_id, looked.c.claim_id, looked.c.place, sides.c.single, content)
    query = query.join(claim, claim.c.claim_id == looked.c.claim_id)
    query = query.join(sides, and_(sides.c.thread_id == looked.c.thread_id, sides.c.side == looked.c.side))
    rows = (await connection.execute(query.order_by(looked.c.article_id, looked.c.place))).all()
    return {key: _told(list(theirs)) for key, theirs in groupby(rows, attrgetter("article_id"))}


def _told(rows: Sequence[AnyRow]) -> Single:
    return Single([row for row in rows[:LOOKED_MAX] if row.single], omitted=len(rows) > LOOKED_MAX)


def _looked(article_ids: Sequence[UUID]) -> CTE:
    """Return the claims of articles in threads, of each article one more than are looked at."""
    place = func.row_number().over(partition_by=claim.c.article_id, order_by=(claim.c.ordinal, claim.c.claim_id))
    members = select(claim.c.article_id, claim.c.claim_id, thread_claim.c.thread_id, thread_claim.c.side)
    members = members.add_columns(place.label("place")).join(thread_claim, thread_claim.c.claim_id == claim.c.claim_id)
    live = (claim.c.retracted_at.is_(None), thread_claim.c.tense.is_(False))
    every = members.where(is_one_of(claim.c.article_id, article_ids), *live).subquery()
    return select(every).where(every.c.place <= LOOKED_MAX + 1).cte("looked")


def _sides(looked: CTE) -> CTE:
    """Return the sides of threads that claims are on, and whether each goes back to no more than one origin."""
    sides = select(looked.c.thread_id, looked.c.side).distinct().subquery()
    beside = thread_claim.alias("beside")
    same = (beside.c.thread_id == sides.c.thread_id, beside.c.side == sides.c.side, beside.c.tense.is_(False))
    origins = select(func.count(beside.c.origin_id.distinct())).where(*same).scalar_subquery()
    return select(sides, (origins <= 1).label("single")).cte("sides")
