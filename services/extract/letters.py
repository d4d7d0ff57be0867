"""Dead letters: records that cannot be handled, kept as rows with their reason until somebody redrives them."""

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Row, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.outcomes import DeadLetterReason, RecordOutcome
from schemas.tables import ErasedKind, dead_letter
from services.database import is_passing
from services.extract import store
from services.extract.erasure import erase_letters, hold_memory, is_erased, names_of
from services.extract.records import Reading, Unusable
from services.kafka import Record

logger = logging.getLogger(__name__)

NAMESPACE = UUID("3a1b7a52-5c1e-5d0f-9f5e-0d9c0e1f2a33")
"""The namespace of dead letters' ids; it never changes."""


def _id(cluster_id: str, record: Record) -> UUID:
    place = f"{cluster_id}:{record.partition.topic}:{record.partition.number}:{record.offset}"
    return uuid5(NAMESPACE, f"{place}:{_hash(record)}")


def _hash(record: Record) -> str:
    """Tell records apart that stood at one offset: a topic that was made anew begins at 0 again."""
    return hashlib.sha256(b"\x00".join((record.key or b"", record.value or b""))).hexdigest()


def _storable(words: str) -> str:
    """Return words that PostgreSQL can hold: what it cannot is written as an escape."""
    return words.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _header(name: str, value: bytes | None) -> list[str | None]:
    return [_storable(name), None if value is None else _storable(value.decode("utf-8", "backslashreplace"))]


def _article_id(record: Record) -> UUID | None:
    try:
        return UUID((record.key or b"").decode("ascii"))
    except ValueError:
        return None


async def add(connection: AsyncConnection, cluster_id: str, record: Record, unusable: Unusable) -> None:
    """Keep a record as a dead letter, in the transaction that moves the offset past it; twice is once.

    Of what was erased, by whichever of its names, only the place and the reason are kept.
    """
    article_id = unusable.article_id or _article_id(record)
    names = names_of(record.value) | ({(ErasedKind.ARTICLE, str(article_id))} if article_id else set())
    await hold_memory(connection)
    await connection.execute(
        insert(dead_letter)
        .values(
            dead_letter_id=_id(cluster_id, record),
            cluster_id=cluster_id,
            topic=record.partition.topic,
            partition=record.partition.number,
            offset=record.offset,
            record_sha256=_hash(record),
            key=record.key,
            value=record.value,
            headers=[_header(*pair) for pair in record.headers],
            article_id=article_id,
            reason=unusable.reason,
            exception=_storable(unusable.exception),
        )
        .on_conflict_do_nothing()
    )
    if await is_erased(connection, names):
        await erase_letters(connection, dead_letter.c.dead_letter_id == _id(cluster_id, record))


class Chosen(NamedTuple):
    """Which of the dead letters that wait are meant: one, those of a reason, those that came from a time on; or all."""

    letter_id: UUID | None = None
    reason: DeadLetterReason | None = None
    since: datetime | None = None

    @property
    def waiting(self) -> ColumnElement[bool]:
        """The condition under which one is meant."""
        wanted: list[ColumnElement[bool]] = [dead_letter.c.redriven_at.is_(None)]
        if self.letter_id is not None:
            wanted.append(dead_letter.c.dead_letter_id == self.letter_id)
        if self.reason is not None:
            wanted.append(dead_letter.c.reason == self.reason)
        if self.since is not None:
            wanted.append(dead_letter.c.first_seen_at >= self.since)
        return and_(*wanted)


ALL = Chosen()


async def list_letters(connection: AsyncConnection, chosen: Chosen = ALL, *, limit: int = 100) -> list[Row[Any]]:
    """Return the dead letters that were not redriven, oldest first, without their values."""
    columns = [column for column in dead_letter.c if column.name not in {"key", "value", "headers"}]
    query = select(*columns, func.length(dead_letter.c.value).label("bytes")).where(chosen.waiting)
    query = query.order_by(dead_letter.c.first_seen_at, dead_letter.c.dead_letter_id).limit(limit)
    rows: list[Row[Any]] = [*await connection.execute(query)]
    return rows


async def count_letters(connection: AsyncConnection, chosen: Chosen = ALL) -> int:
    """Return how many dead letters wait."""
    query = select(func.count()).select_from(dead_letter).where(chosen.waiting)
    return int((await connection.execute(query)).scalar_one())


async def find_letter(connection: AsyncConnection, letter_id: UUID) -> Row[Any] | None:
    """Return one dead letter whole, or None."""
    return (await connection.execute(select(dead_letter).filter_by(dead_letter_id=letter_id))).one_or_none()


Reader = Callable[[tuple[bytes | None, bytes | None]], Awaitable[Reading]]
"""Reads a record's key and value."""


async def redrive(engine: AsyncEngine, read: Reader, chosen: Chosen = ALL) -> AsyncIterator[tuple[UUID, RecordOutcome]]:
    """Hand dead letters to extract again, each in its own transaction; yield what became of each.

    One that is stored now is marked so; one that fails again stays, with its attempts counted. One that was redriven or
    emptied meanwhile is passed over: its null value would be an order to erase.
    """
    query = select(dead_letter.c.dead_letter_id).where(chosen.waiting)
    async with engine.connect() as connection:
        ids = (await connection.execute(query.order_by(dead_letter.c.first_seen_at))).scalars().all()
    for one in ids:
        outcome = await _redrive_one(engine, read, one)
        if outcome is not None:
            yield one, outcome


async def _redrive_one(engine: AsyncEngine, read: Reader, letter_id: UUID) -> RecordOutcome | None:
    async with engine.connect() as connection:
        letter = await find_letter(connection, letter_id)
    if letter is None or letter.redriven_at is not None:
        return None
    reading = await read((letter.key, letter.value))
    try:
        return await _save(engine, letter_id, reading)
    except DBAPIError as error:
        if is_passing(error):
            raise
        refused = Unusable(DeadLetterReason.DATABASE_REFUSED, f"{type(error.orig).__name__}: {error.orig}"[:500])
        return await _save(engine, letter_id, refused)


async def _save(engine: AsyncEngine, letter_id: UUID, reading: Reading) -> RecordOutcome:
    async with engine.begin() as connection:
        if isinstance(reading, Unusable):
            outcome = RecordOutcome.DEAD_LETTERED
            values: dict[str, Any] = {"reason": reading.reason, "exception": _storable(reading.exception)}
        else:
            (outcome,) = await store.save(connection, [reading])
            values = {"redriven_at": func.now()}
        changed = {**values, "attempts": dead_letter.c.attempts + 1, "redrive_outcome": outcome}
        waiting = (dead_letter.c.dead_letter_id == letter_id, dead_letter.c.redriven_at.is_(None))
        await connection.execute(update(dead_letter).where(*waiting).values(changed))
    return outcome
