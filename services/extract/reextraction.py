"""Reextraction: reads stored texts again with this version's extractor, and saves that as any reading is saved.

How far it got stands in the articles themselves: those of an older version are left to do. So it may be cut off
anywhere and begun anew, run beside the extract service, and run twice at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.extraction import EXTRACTOR_VERSION
from schemas.outcomes import RecordOutcome
from schemas.tables import article, claim, entity, revision
from services.database import is_permanent
from services.extract import store
from services.extract.identity import claim_id
from services.extract.letters import Reader
from services.extract.records import Read, Reading, Unusable
from services.lexemes import fold_name

READ_AT_ONCE = 16
"""Texts in memory, and articles of one transaction: even the longest take less than 100 MB."""


class Redone(StrEnum):
    """What became of one article that was to be read again."""

    SAVED = "saved"
    INDEXED = "indexed"
    """It was of this version, and only lacked what it is searched by."""

    OVERTAKEN = "overtaken"
    """Somebody else saved it meanwhile."""

    ERASED = "erased"
    FAILED = "failed"


class Again(NamedTuple):
    """One article, what became of it, and why where it failed."""

    article_id: UUID
    outcome: Redone
    reason: str | None = None


_kept = revision.alias("kept")
_HAS_TEXT = exists().where(
    _kept.c.article_id == article.c.article_id, _kept.c.revision == article.c.revision, _kept.c.text.is_not(None)
)
"""Its text may have gone by age."""


@dataclass(frozen=True)
class Choice:
    """Which stored articles are to be read again: those of a version below, also by publisher or time of fetching."""

    below: int = EXTRACTOR_VERSION
    publisher: str | None = None
    since: datetime | None = None

    def waiting(self) -> ColumnElement[bool]:
        """The articles that are left to do."""
        older = article.c.extractor_version < self.below
        if self.below == EXTRACTOR_VERSION:
            older = or_(older, and_(article.c.extractor_version == EXTRACTOR_VERSION, article.c.search.is_(None)))
        wanted = [article.c.erased_at.is_(None), article.c.revision > 0, older, _HAS_TEXT]
        if self.publisher is not None:
            wanted.append(article.c.publisher_domain == self.publisher)
        if self.since is not None:
            wanted.append(article.c.fetched_at >= self.since)
        return and_(*wanted)


async def count(engine: AsyncEngine, choice: Choice) -> int:
    """Return how many articles are left to do."""
    async with engine.connect() as connection:
        query = select(func.count()).select_from(article).where(choice.waiting())
        return int((await connection.execute(query)).scalar_one())


async def reextract(
    engine: AsyncEngine, read: Reader, choice: Choice, *, most: int | None = None
) -> AsyncIterator[list[Again]]:
    """Read articles again, in order of their ids; yield what became of each after the transaction that saved it.

    Raises:
        DBAPIError | OSError: PostgreSQL is away; what was yielded is saved.
    """
    after, left = UUID(int=0), most
    while left is None or left > 0:
        rows = await _list_texts(engine, choice, after, READ_AT_ONCE if left is None else min(READ_AT_ONCE, left))
        if not rows:
            return
        after = UUID(str(rows[-1].article_id))
        left = None if left is None else left - len(rows)
        readings = await asyncio.gather(*(read(_record(row)) for row in rows))
        yield await _save(engine, [(UUID(str(row.article_id)), one) for row, one in zip(rows, readings, strict=True)])


async def _list_texts(engine: AsyncEngine, choice: Choice, after: UUID, most: int) -> list[Row[Any]]:
    current = and_(revision.c.article_id == article.c.article_id, revision.c.revision == article.c.revision)
    query = (
        select(article.c.article_id, revision.c.event, revision.c.text)
        .join(revision, current)
        .where(choice.waiting(), article.c.article_id > after)
        .order_by(article.c.article_id)
        .limit(most)
    )
    async with engine.connect() as connection:
        return list(await connection.execute(query))


def _record(row: Row[Any]) -> tuple[bytes | None, bytes | None]:
    """Return the record that the article came as."""
    return str(row.article_id).encode(), orjson.dumps({**(row.event or {}), "text": row.text})


async def _save(engine: AsyncEngine, readings: Sequence[tuple[UUID, Reading]]) -> list[Again]:
    try:
        return await _save_together(engine, readings)
    except DBAPIError as error:
        if not is_permanent(error):
            raise
        if len(readings) == 1:
            return [Again(readings[0][0], Redone.FAILED, f"the database refused it: {type(error.orig).__name__}")]
        return [again for one in readings for again in await _save(engine, [one])]


async def _save_together(engine: AsyncEngine, readings: Sequence[tuple[UUID, Reading]]) -> list[Again]:
    usable = [one for _, one in readings if isinstance(one, Read)]
    async with engine.begin() as connection:
        saved = iter(await store.save(connection, usable))
        return [await _judge(connection, key, one, saved) for key, one in readings]


async def _judge(connection: AsyncConnection, key: UUID, reading: Reading, saved: Iterator[RecordOutcome]) -> Again:
    if isinstance(reading, Unusable):
        return Again(key, Redone.FAILED, f"{reading.reason}: {reading.exception}")
    match next(saved):
        case RecordOutcome.SAVED:
            return Again(key, Redone.SAVED)
        case RecordOutcome.REFUSED_ERASED:
            return Again(key, Redone.ERASED)
        case _:
            indexed = isinstance(reading, Read) and await _index(connection, reading)
            return Again(key, Redone.INDEXED if indexed else Redone.OVERTAKEN)


async def _index(connection: AsyncConnection, reading: Read) -> bool:
    """Write under which words an article of this very reading is found, where that is missing; no claim changes."""
    event, extraction, vectors = reading.event, reading.extraction, reading.vectors
    same = {"article_id": event.article_id, "revision": event.revision}
    at = update(article).filter_by(**same, extractor_version=extraction.extractor_version, search=None)
    if (await connection.execute(at.values(search=vectors.article))).rowcount == 0:
        return False
    ids = [claim_id(event.article_id, event.text_sha256, one) for one in extraction.claims]
    found = [{"key": key, "vector": vector} for key, vector in zip(ids, vectors.claims, strict=True)]
    words = {"search": bindparam("vector"), "arrival": event.arrival, "language": event.language}
    pairs = zip(reading.keys, extraction.mentions, strict=True)
    names = [{"key": key.id, "form": fold_name(key.title or one.name)} for key, one in pairs]
    if found:
        await connection.execute(update(claim).where(claim.c.claim_id == bindparam("key")).values(words), found)
    if names:
        unfolded = and_(entity.c.entity_id == bindparam("key"), entity.c.folded.is_(None))
        await connection.execute(update(entity).where(unfolded).values(folded=bindparam("form")), names)
    return True
