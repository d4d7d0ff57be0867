"""The statements about threads: claims about one proposition, by their support or by what is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from uuid import UUID

from sqlalchemy import BigInteger, FromClause, Integer, cast, exists, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.comparison import Side, ThreadStatus
from schemas.extraction import Form
from schemas.tables import claim, statement, thread, thread_claim, thread_successor
from services.api.http.pagination import Page
from services.api.queries.claims import CLAIMS
from services.api.queries.groups import find_group
from services.api.queries.listing import Column, Found, Rows, equal, list_part
from services.api.queries.newest import GATHERED_MAX, Line, find_newest, is_one_of
from services.api.queries.ranks import matches, tsquery

SHARED_POINTS = 10**17
"""What each word of a question that a thread has counts: more than any support."""

SHARED_MAX = 90
"""Words of a question that count, so that the points fit into 63 bits."""

SAYING_MAX = 1_000
"""Claims whose threads are listed or ranked: the newest that say what is wanted; some 10 ms."""

LOOKED_AT = 50
"""Claims of a thread among which one is chosen to be shown for all."""

_LINE = Line(claim, at="fetched_at", key="claim_id", near=0)
_THREAD = [column for column in thread.c if column.name != "support"]
_IS_THERE = thread.c.ended_at.is_(None)
_IS_MEMBER = thread_claim.c.tense.is_(False)
_PART = [thread_claim.c[name] for name in ("thread_id", "side", "origin_id", "tense", "reasons")]
_IN_ORDER = (thread_claim.c.side, claim.c.fetched_at, claim.c.article_id, claim.c.ordinal, claim.c.claim_id)

_STOP_WORDS = text(
    "SELECT word FROM unnest(CAST(:words AS text[])) AS word WHERE ts_lexize('english_stem', word) = '{}'"
)


@dataclass(frozen=True)
class Saying:
    """What a claim of a thread is to say; ``asked`` and ``speaker`` are texts of tsqueries."""

    asked: str | None = None
    speaker: str | None = None
    entity_id: UUID | None = None
    group: Sequence[UUID] = ()
    """All that is one with the entity."""

    def among(self, row: FromClause) -> list[Column]:
        """Return the conditions that an index in the order of time answers, or that most rows meet."""
        return [row.c.retracted_at.is_(None), row.c.served]

    def narrow(self, row: FromClause) -> list[Column]:
        """Return the others, each of which an index without that order answers."""
        of_group = statement.c.entities.overlap([*self.group, self.entity_id])
        named = exists().where(statement.c.claim_id == row.c.claim_id, of_group)
        return [*matches(row.c.search, self.asked, self.speaker), *([] if self.entity_id is None else [named])]


async def find_stop_words(connection: AsyncConnection, words: Collection[str]) -> frozenset[str]:
    """Return which words say nothing of what is asked, by PostgreSQL's list for English."""
    return frozenset((await connection.execute(_STOP_WORDS, {"words": sorted(words)})).scalars())


async def find_claims(connection: AsyncConnection, wanted: Saying) -> Sequence[UUID]:
    """Return the newest claims that say what is wanted, up to a bound."""
    if wanted.entity_id is not None:
        wanted = replace(wanted, group=await find_group(connection, wanted.entity_id))
    return await find_newest(connection, _LINE, wanted, None, count=SAYING_MAX, gathered=GATHERED_MAX)


async def list_threads(
    connection: AsyncConnection, part: Page, status: ThreadStatus | None, claim_ids: Sequence[UUID] | None
) -> Rows:
    """Return the threads that hold some of the claims, or all threads, with ``points``: the best supported first."""
    query = select(*_THREAD, thread.c.support.label("points")).where(_IS_THERE, *equal((thread.c.status, status)))
    if claim_ids is not None:
        holding = select(thread_claim.c.thread_id).where(_IS_MEMBER, is_one_of(thread_claim.c.claim_id, claim_ids))
        query = query.where(thread.c.thread_id.in_(holding))
    return await list_part(connection, query, part, thread.c.support, thread.c.thread_id)


async def rank_threads(
    connection: AsyncConnection,
    part: Page,
    status: ThreadStatus | None,
    claim_ids: Sequence[UUID],
    words: Sequence[str],
) -> Rows:
    """Return the threads that hold some of the claims, those first whose claims have most of the words (tsqueries)."""
    has = (func.bool_or(claim.c.search.bool_op("@@")(tsquery(word))) for word in words)
    shared = reduce(add, (cast(one, Integer) for one in has))
    found = (
        select(thread_claim.c.thread_id, func.least(shared, SHARED_MAX).label("shared"))
        .join(claim, claim.c.claim_id == thread_claim.c.claim_id)
        .where(_IS_MEMBER, is_one_of(claim.c.claim_id, claim_ids))
        .group_by(thread_claim.c.thread_id)
        .subquery()
    )
    points = cast(found.c.shared, BigInteger) * SHARED_POINTS + func.least(thread.c.support, SHARED_POINTS - 1)
    query = select(*_THREAD, points.label("points")).join(found, found.c.thread_id == thread.c.thread_id)
    query = query.where(_IS_THERE, *equal((thread.c.status, status)))
    return await list_part(connection, query, part, points, thread.c.thread_id)


async def find_thread(connection: AsyncConnection, thread_id: UUID) -> Found:
    """Return a thread, also one that ended."""
    return (await connection.execute(select(*_THREAD).where(thread.c.thread_id == thread_id))).one_or_none()


async def find_successors(connection: AsyncConnection, thread_id: UUID) -> Sequence[UUID]:
    """Return the threads that hold what a thread that ended held."""
    query = select(thread_successor.c.successor_id).where(thread_successor.c.thread_id == thread_id)
    return (await connection.execute(query.order_by(thread_successor.c.successor_id))).scalars().all()


async def list_holding(connection: AsyncConnection, article_ids: Sequence[UUID], *, most: int) -> Rows:
    """Return the threads that hold claims of some articles, the best supported first; at most so many."""
    holding = select(thread_claim.c.thread_id).join(claim, claim.c.claim_id == thread_claim.c.claim_id)
    holding = holding.where(_IS_MEMBER, is_one_of(claim.c.article_id, article_ids))
    query = select(*_THREAD).where(_IS_THERE, thread.c.thread_id.in_(holding))
    query = query.order_by(thread.c.support.desc(), thread.c.thread_id.desc()).limit(most)
    return (await connection.execute(query)).all()


async def list_parts(connection: AsyncConnection, thread_id: UUID, *, tense: bool, most: int) -> Rows:
    """Return the claims of a thread, or those in tension with it, each with its place there; at most so many."""
    query = CLAIMS.add_columns(*_PART).join(thread_claim, thread_claim.c.claim_id == claim.c.claim_id)
    query = query.where(thread_claim.c.thread_id == thread_id, thread_claim.c.tense == tense)
    query = query.where(claim.c.retracted_at.is_(None))  # the thread is woven anew a moment after a claim is gone
    return (await connection.execute(query.order_by(*_IN_ORDER).limit(most))).all()


async def list_parts_of(connection: AsyncConnection, article_ids: Sequence[UUID], *, most: int) -> Rows:
    """Return the claims of some articles with their places in threads, members first; at most so many."""
    query = CLAIMS.add_columns(*_PART).join(thread_claim, thread_claim.c.claim_id == claim.c.claim_id)
    query = query.where(is_one_of(claim.c.article_id, article_ids), claim.c.retracted_at.is_(None))
    return (await connection.execute(query.order_by(thread_claim.c.tense, *_IN_ORDER).limit(most))).all()


async def find_shown(connection: AsyncConnection, thread_ids: Sequence[UUID]) -> Rows:
    """Return for each thread the claim that is shown for all: of those affirmed one in the speaker's own words."""
    number = func.row_number().over(partition_by=thread_claim.c.thread_id, order_by=thread_claim.c.claim_id)
    members = select(thread_claim.c.thread_id, thread_claim.c.claim_id, thread_claim.c.side, number.label("number"))
    some = members.where(_IS_MEMBER, is_one_of(thread_claim.c.thread_id, thread_ids)).subquery()
    first_hand = func.coalesce(claim.c.form.in_((Form.DIRECT, Form.MIXED)), False)
    best = ((some.c.side == Side.AFFIRMING).desc(), claim.c.nested_in.is_(None).desc(), first_hand.desc())
    query = CLAIMS.add_columns(some.c.thread_id).join(some, some.c.claim_id == claim.c.claim_id)
    query = query.where(some.c.number <= LOOKED_AT, claim.c.retracted_at.is_(None)).ext(distinct_on(some.c.thread_id))
    query = query.order_by(some.c.thread_id, *best, claim.c.confidence.desc(), claim.c.claim_id)
    return (await connection.execute(query)).all() if thread_ids else []
