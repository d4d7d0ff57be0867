"""The store: saves what articles claim, a batch in one transaction; saving it again changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import tables
from schemas.events import Arrival, ArticleIngested
from schemas.outcomes import RecordOutcome
from schemas.tables import ErasedKind, RetractedBy
from services import changes
from services.extract.entities.saving import save_mentions
from services.extract.erasure import Name, erase_articles, hold_memory, lock_articles
from services.extract.records import Erasure, Read
from services.extract.relating.withdrawal import keep_statements, lock_claims, log_losses, withdraw
from services.extract.rows import ClaimRows, Values, article_row, revision_row


@dataclass(frozen=True)
class _Known:
    """What is stored of an article: its place in time, its text's hash, and its live claims."""

    at: tuple[int, int] = (0, 0)
    text_sha256: str | None = None
    live: dict[UUID, str] = field(default_factory=dict)
    """The words of each live claim."""


async def save(connection: AsyncConnection, readings: Sequence[Read | Erasure]) -> list[RecordOutcome]:
    """Save readings in their order, as part of the caller's transaction; return what became of each.

    Articles are locked, and what they name is inserted, in the order of ids: of two batches one may wait for the other,
    but not both. An article that comes twice begins that order anew; where two batches cross by that, PostgreSQL ends
    one of them, which is a passing failure, and it is saved again.
    """
    outcomes: list[RecordOutcome] = []
    while len(outcomes) < len(readings):
        group = _first_of_each(readings[len(outcomes) :])
        outcomes += await _save_group(connection, group)
    return outcomes


def _first_of_each(readings: Sequence[Read | Erasure]) -> list[Read | Erasure]:
    """Return the readings up to the first whose article came before: that one must see what the others saved."""
    seen: set[UUID] = set()
    group: list[Read | Erasure] = []
    for reading in readings:
        if article_id(reading) in seen:
            break
        seen.add(article_id(reading))
        group.append(reading)
    return group


def article_id(reading: Read | Erasure) -> UUID:
    """Return the article that a reading is about."""
    return reading.article_id if isinstance(reading, Erasure) else reading.event.article_id


async def _save_group(connection: AsyncConnection, group: list[Read | Erasure]) -> list[RecordOutcome]:
    await hold_memory(connection)
    await lock_articles(connection, [article_id(reading) for reading in group])
    events = [reading.event for reading in group if isinstance(reading, Read)]
    refused = await _find_erased(connection, events)
    known = await _find_known(connection, [event for event in events if event.article_id not in refused])
    outcomes: list[RecordOutcome] = []
    to_save: list[Read] = []
    # Those of before too, so that their words leave Kafka and the dead letters.
    gone = refused | {reading.article_id for reading in group if isinstance(reading, Erasure)}
    if gone:
        await erase_articles(connection, sorted(gone))
    for reading in group:
        if isinstance(reading, Erasure):
            outcomes.append(RecordOutcome.ERASED)
        elif reading.event.article_id in refused:
            outcomes.append(RecordOutcome.REFUSED_ERASED)
        else:
            outcome = _decide(reading, known[reading.event.article_id])
            outcomes.append(outcome)
            if outcome is RecordOutcome.SAVED:
                to_save.append(reading)
    if to_save:
        await _save_articles(connection, sorted(to_save, key=article_id), known)
    return outcomes


def _placeholder(event: ArticleIngested) -> Values:
    place = {"article_id": event.article_id, "revision": 0, "extractor_version": 0}
    return {**place, "arrival": event.arrival, "fetched_at": event.fetched_at}


def _decide(reading: Read, known: _Known) -> RecordOutcome:
    """Tell whether a reading is news: only a higher (revision, extractor version) is, and never of another text."""
    event = reading.event
    if event.revision == known.at[0] and event.text_sha256 != known.text_sha256:
        return RecordOutcome.CONFLICT
    newer = (event.revision, reading.extraction.extractor_version) > known.at
    return RecordOutcome.SAVED if newer else RecordOutcome.OUTDATED


async def _find_known(connection: AsyncConnection, events: list[ArticleIngested]) -> dict[UUID, _Known]:
    """Lock the articles and return what is stored of them.

    A row at revision 0 is made for one that is new: else two transactions that bring it could not see one another.
    """
    new = [_placeholder(event) for event in sorted(events, key=lambda event: event.article_id)]
    await _upsert(connection, tables.article, new, None)
    ids = [row["article_id"] for row in new]
    article, revision = tables.article, tables.revision
    current = and_(revision.c.article_id == article.c.article_id, revision.c.revision == article.c.revision)
    rows = await connection.execute(
        select(article.c.article_id, article.c.revision, article.c.extractor_version, revision.c.text_sha256)
        .outerjoin(revision, current)
        .where(article.c.article_id.in_(ids))
        .order_by(article.c.article_id)
        .with_for_update(of=article)
    )
    known = {row.article_id: _Known((row.revision, row.extractor_version), row.text_sha256) for row in rows}
    for row in await lock_claims(connection, list(known)):
        known[row.article_id].live[row.claim_id] = row.content
    return known


async def _find_erased(connection: AsyncConnection, events: Sequence[ArticleIngested]) -> set[UUID]:
    """Return the articles among ``events`` that an erasure named, by themselves, their URL or their publisher."""
    named = {name for event in events for name in _names(event)}
    erased = tables.erased
    found = await connection.execute(
        select(erased.c.kind, erased.c.value).where(tuple_(erased.c.kind, erased.c.value).in_(sorted(named)))
    )
    words = {(ErasedKind(row.kind), row.value) for row in found}
    return {event.article_id for event in events if words.intersection(_names(event))}


def _names(event: ArticleIngested) -> set[Name]:
    urls = {event.url, event.canonical_url, event.final_url}
    names = {(ErasedKind.ARTICLE, str(event.article_id)), (ErasedKind.PUBLISHER, event.publisher.domain)}
    if event.arrival is Arrival.SUBMITTED:
        names.add((ErasedKind.TEXT, event.text_sha256))
    return names | {(ErasedKind.URL, url) for url in urls}


async def _save_articles(connection: AsyncConnection, readings: list[Read], known: dict[UUID, _Known]) -> None:
    await _upsert(connection, tables.article, [article_row(reading) for reading in readings], "article_id")
    await _upsert(connection, tables.revision, [revision_row(reading.event) for reading in readings], None)
    named = [(reading.event.article_id, reading.extraction.mentions, reading.keys) for reading in readings]
    await save_mentions(connection, named)
    saved = [_claim_rows(reading, known[reading.event.article_id]) for reading in readings]
    await _retract(connection, [gone for one in saved for gone in one.retractions])
    await _upsert(connection, tables.claim, [row for one in saved for row in one.rows], "claim_id")
    await _save_statements(connection, [reading.event.article_id for reading in readings], saved)
    await changes.log(connection, [one.change for one in saved])


async def _save_statements(connection: AsyncConnection, articles: list[UUID], saved: Sequence[ClaimRows]) -> None:
    """Keep what comparing needs, and withdraw what is no longer said; the articles are to be compared anew."""
    rows = [row for one in saved for row in one.statements]
    lost = await withdraw(connection, articles, {row["claim_id"] for row in rows})
    await keep_statements(connection, rows)
    await log_losses(connection, lost, uuid4())


def _claim_rows(reading: Read, known: _Known) -> ClaimRows:
    return ClaimRows(reading, known.live, newer_text=reading.event.revision > known.at[0])


async def _upsert(connection: AsyncConnection, table: Any, rows: list[Values], key: str | None) -> None:
    """Insert rows; one whose key exists is replaced whole, or left as it is where ``key`` is None."""
    if not rows:
        return
    statement = insert(table)
    if key is None:
        statement = statement.on_conflict_do_nothing()
    else:
        replaced = {name: statement.excluded[name] for name in rows[0] if name != key}
        statement = statement.on_conflict_do_update(index_elements=[key], set_=replaced)
    await connection.execute(statement, rows)


async def _retract(connection: AsyncConnection, gone: list[tuple[UUID, RetractedBy, UUID | None]]) -> None:
    if not gone:
        return
    claim = tables.claim
    statement = (
        update(claim)
        .where(claim.c.claim_id == bindparam("gone"))
        .values(retracted_at=func.now(), retracted_by=bindparam("why"), replaced_by=bindparam("by"))
    )
    await connection.execute(statement, [{"gone": key, "why": why, "by": by} for key, why, by in gone])
