"""The change log, an outbox: rows get a gap-free position after their commit, and go to Kafka in that order.

Sequence numbers commit out of order, so a reader that remembers the highest one seen would miss rows; positions are
given to committed rows by one numberer at a time, so a reader of positions misses none.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4, uuid5

import orjson
from sqlalchemy import Row, Uuid, any_, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.events import ARTICLE_ERASED, ARTICLE_EXTRACTED, ARTICLES_TOPIC, CLAIMS_TOPIC, MESSAGE_MAX_BYTES
from schemas.tables import ChangeKind, change, task
from services import failpoints, metrics
from services.kafka import Producer, RecordTooLarge, event_headers

logger = logging.getLogger(__name__)

NAMESPACE = UUID("0b0e2a52-90a1-5a57-8a0e-6f3f0f0c6c11")
"""The namespace of change ids; it never changes."""

KAFKA_KINDS = frozenset({ChangeKind.EXTRACTED, ChangeKind.ERASED})
"""Changes that go to Kafka; the others are read from the API."""

NUMBERING_LOCK = 0x636C61696D776972
"""The advisory lock of numbering ("claimwir" in ASCII), held for one short transaction."""

NUMBERED_AT_ONCE = 1_000
"""Rows numbered in one transaction, so that the lock is held for milliseconds."""

PUBLISHED_AT_ONCE = 100
"""Rows published under one renewal of the lease."""

PUBLISHING = "publish_changes"
"""The name of the task row."""

ENVELOPE_BYTES = 2_048
"""Room left in a message for its key, its headers and the frame of its batch."""


class LeaseLost(Exception):
    """Another replica has taken the task over; what we published since will be published again by it."""


class NewChange(NamedTuple):
    """A change to be logged; ``event`` is ``ArticleExtracted`` without its position, null for an erasure."""

    kind: ChangeKind
    article_id: UUID | None
    revision: int | None = None
    extractor_version: int | None = None
    added: Sequence[UUID] = ()
    updated: Sequence[UUID] = ()
    retracted: Sequence[UUID] = ()
    event: dict[str, Any] | None = None
    traceparent: str | None = None
    cause: UUID | None = None
    """What tells a change that Kafka is not told from others of its kind and article."""

    @property
    def change_id(self) -> UUID:
        """The change's id, and its event's ``ce_id``: the same change has the same id however often it is made."""
        place = f"{self.kind}:{self.article_id}:{self.revision}:{self.extractor_version}"
        return uuid5(NAMESPACE, place if self.cause is None else f"{place}:{self.cause}")

    @property
    def row(self) -> dict[str, Any]:
        """The row of the change log."""
        return {"change_id": self.change_id, **{name: getattr(self, name) for name in self._fields if name != "cause"}}


async def log(connection: AsyncConnection, changes: Sequence[NewChange]) -> None:
    """Insert changes, in the transaction that makes them."""
    for_kafka = [new.row for new in changes if new.kind in KAFKA_KINDS]
    if for_kafka:
        await connection.execute(insert(change), for_kafka)
    others = [new.row for new in changes if new.kind not in KAFKA_KINDS]
    if others:
        await connection.execute(insert(change).values(published_at=func.now()), others)


async def number(engine: AsyncEngine) -> int:
    """Give committed rows their positions; return how many, 0 also where another replica is at it."""
    async with _without_transaction(engine).connect() as connection:
        if (await connection.execute(_WAITING)).first() is None:
            return 0
    async with engine.begin() as connection:
        if not (await connection.execute(select(func.pg_try_advisory_xact_lock(NUMBERING_LOCK)))).scalar_one():
            return 0
        numbered = (await connection.execute(_NUMBER, {"most": NUMBERED_AT_ONCE})).rowcount
    metrics.CHANGES_NUMBERED.inc(numbered)
    return numbered


_WAITING = select(change.c.sequence).where(change.c.position.is_(None)).limit(1)
_NUMBER = text("""
    UPDATE change SET position = given.position
    FROM (
        SELECT change_id, row_number() OVER (ORDER BY sequence)
            + coalesce((SELECT max(position) FROM change), 0) AS position
        FROM (SELECT change_id, sequence FROM change WHERE position IS NULL ORDER BY sequence LIMIT :most) AS waiting
    ) AS given
    WHERE change.change_id = given.change_id
""")


def _without_transaction(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine for single reads: without BEGIN and ROLLBACK each is one round trip, not three."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


async def take_lease(engine: AsyncEngine, seconds: float, *, token: UUID | None = None) -> UUID | None:
    """Take or renew the lease of publishing; return its token, or None while another replica holds it."""
    taken = token or uuid4()
    until = func.now() + timedelta(seconds=seconds)
    mine = or_(task.c.leased_until.is_(None), task.c.leased_until < func.now(), task.c.lease_token == taken)
    renewed = update(task).where(task.c.name == PUBLISHING, mine).values(leased_until=until, lease_token=taken)
    first = insert(task).values(name=PUBLISHING, leased_until=until, lease_token=taken).on_conflict_do_nothing()
    async with engine.begin() as connection:
        held = (await connection.execute(renewed)).rowcount or (await connection.execute(first)).rowcount
    return taken if held else None


async def give_lease_back(engine: AsyncEngine, token: UUID) -> None:
    """End the lease, so that another replica need not wait for it."""
    async with engine.begin() as connection:
        await connection.execute(update(task).filter_by(name=PUBLISHING, lease_token=token).values(leased_until=None))


async def list_unpublished(engine: AsyncEngine) -> list[Row[Any]]:
    """Return the next rows to publish, in order of position, no article twice: its later change must wait."""
    query = (
        select(change)
        .where(change.c.position.is_not(None), change.c.published_at.is_(None))
        .order_by(change.c.position)
        .limit(PUBLISHED_AT_ONCE)
    )
    async with _without_transaction(engine).connect() as connection:
        rows = (await connection.execute(query)).all()
    seen: set[UUID] = set()
    first: list[Row[Any]] = []
    for row in rows:
        if row.article_id in seen:
            break
        seen.add(row.article_id)
        first.append(row)
    return first


async def publish(producer: Producer, row: Row[Any]) -> None:
    """Send what a change tells to Kafka.

    Raises:
        KafkaUnavailable: it is not known to be there.
    """
    key = str(row.article_id).encode()
    kind = ARTICLE_ERASED if row.kind == ChangeKind.ERASED else ARTICLE_EXTRACTED
    headers = event_headers(ce_id=str(row.change_id), ce_type=kind, ce_time=row.changed_at, traceparent=row.traceparent)
    if row.kind == ChangeKind.ERASED:
        await producer.publish(ARTICLES_TOPIC, key, None, headers)
        await producer.publish(CLAIMS_TOPIC, key, None, [*headers, _position(row)])
    elif row.event is not None:  # null: erased before it could be sent; the erasure follows
        await _publish_event(producer, key, row, [*headers, _position(row)])


def _position(row: Row[Any]) -> tuple[str, bytes]:
    return ("position", str(row.position).encode())


async def _publish_event(producer: Producer, key: bytes, row: Row[Any], headers: Sequence[tuple[str, bytes]]) -> None:
    event = {**row.event, "position": row.position, "extracted_at": row.changed_at}
    value = orjson.dumps(event)
    if len(value) <= MESSAGE_MAX_BYTES - ENVELOPE_BYTES:
        try:
            await producer.publish(CLAIMS_TOPIC, key, value, headers)
        except RecordTooLarge:
            logger.info("the event of article %s is too large", row.article_id)
        else:
            return
    metrics.EVENTS_WITHOUT_CLAIMS.inc()
    short = {**event, "claims": [], "claims_omitted": True}
    await producer.publish(CLAIMS_TOPIC, key, orjson.dumps(short), headers)


async def find_traceparent(engine: AsyncEngine, article_id: UUID) -> str | None:
    """Return the span that last saved an article's claims, where there was one."""
    saved = select(change.c.traceparent).filter_by(article_id=article_id, kind=ChangeKind.EXTRACTED)
    async with _without_transaction(engine).connect() as connection:
        return await connection.scalar(saved.order_by(change.c.sequence.desc()).limit(1))


async def mark_published(engine: AsyncEngine, token: UUID, rows: Sequence[Row[Any]]) -> None:
    """Mark rows as published and drop their events, which nobody needs any more.

    Raises:
        LeaseLost: the lease went to another replica; nothing was marked.
    """
    failpoints.reach("changes.after_ack")
    async with engine.begin() as connection:
        lease = select(task.c.name).filter_by(name=PUBLISHING, lease_token=token).with_for_update()
        if (await connection.execute(lease)).first() is None:
            metrics.LEASES_LOST.labels("publish").inc()
            raise LeaseLost(PUBLISHING)
        sent = any_(literal([row.change_id for row in rows], ARRAY(Uuid)))  # one statement for any number of them
        marked = update(change).where(change.c.change_id == sent).values(published_at=func.now(), event=None)
        await connection.execute(marked)
