"""Erasure: takes the words of an article away wherever they are kept, and remembers that it was erased."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

import orjson
from sqlalchemy import ColumnElement, collate, func, null, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import tables
from schemas.events import Arrival
from schemas.outcomes import PageOutcome, RecordOutcome
from schemas.tables import ChangeKind, ErasedKind, RetractedBy
from services import changes
from services.extract.entities.saving import drop_mentions, mark
from services.extract.relating.leases import UNLEASED
from services.extract.relating.withdrawal import forget_origin, lock_claims, log_losses, withdraw

KEPT_OF_CLAIM = frozenset({"claim_id", "article_id", "served", "stored_at", "retracted_at", "retracted_by"})
"""What an erased claim keeps: that it was there, and that it is gone."""

KEPT_OF_ARTICLE = frozenset(
    {"article_id", "revision", "extractor_version", "arrival", "fetched_at", "stored_at", "erased_at"}
)
"""What an erased article keeps: its place in time, so that nothing older can come back."""


"""Whoever reads it just now must not write it back."""

MEMORY_LOCK = 0x636C61696D65726D
"""The advisory lock of what is remembered as erased ("claimerm" in ASCII), shared by all who save articles."""

Name = tuple[ErasedKind, str]
"""What an erasure names, as it is remembered."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(CAST(:ids AS text[])) AS id")


async def hold_memory(connection: AsyncConnection) -> None:
    """Keep what is remembered as erased as it is until the transaction ends, together with others who save."""
    await connection.execute(select(func.pg_advisory_xact_lock_shared(MEMORY_LOCK)))


async def remember(connection: AsyncConnection, names: Collection[Name]) -> int:
    """Remember what an erasure names, in a transaction of its own; return how much of it was new.

    Waits for those who are saving: once this is committed, an article of that name is either stored, and so can be
    found and erased, or refused.
    """
    if not names:
        return 0
    await connection.execute(select(func.pg_advisory_xact_lock(MEMORY_LOCK)))
    rows = [{"kind": kind, "value": value} for kind, value in sorted(names)]
    return (await connection.execute(insert(tables.erased).values(rows).on_conflict_do_nothing())).rowcount


async def lock_articles(connection: AsyncConnection, article_ids: Collection[UUID]) -> None:
    """Have the articles to ourselves until the transaction ends, in the order of their ids.

    Saving and erasing must see one another, also where the article has no row yet that could be locked.
    """
    await connection.execute(_LOCK, {"ids": sorted(map(str, article_ids))})


async def is_erased(connection: AsyncConnection, names: Collection[Name]) -> bool:
    """Tell whether one of the names is remembered as erased."""
    erased = tables.erased
    remembered = select(erased.c.kind).where(tuple_(erased.c.kind, erased.c.value).in_(sorted(names))).limit(1)
    return (await connection.execute(remembered)).first() is not None


def names_of(value: bytes | None) -> set[Name]:
    """Return what the event in a record's value may be erased by; it may be any JSON, or none."""
    try:
        event = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return set()
    if not isinstance(event, dict):
        return set()
    publisher = event.get("publisher")
    found = [
        (ErasedKind.PUBLISHER, publisher.get("domain") if isinstance(publisher, dict) else None),
        (ErasedKind.TEXT, event.get("text_sha256") if event.get("arrival") == Arrival.SUBMITTED else None),
        *((ErasedKind.URL, event.get(name)) for name in ("url", "canonical_url", "final_url")),
    ]
    return {(kind, said) for kind, said in found if isinstance(said, str) and "\x00" not in said}


async def erase_articles(connection: AsyncConnection, article_ids: Collection[UUID]) -> int:
    """Erase articles, in the caller's transaction; return how many were not erased before."""
    await lock_articles(connection, article_ids)
    live = await _lock_rows(connection, article_ids)
    await erase_pages(connection, tables.page.c.article_id.in_(article_ids))  # all at once: in the order of all
    return sum([await _erase(connection, key, live[key]) for key in article_ids])


async def _lock_rows(connection: AsyncConnection, article_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Lock articles, then their claims, each in the order of their ids: one by one they would cross with relate.

    Return the live claims of each article.
    """
    article = tables.article
    rows = select(article.c.article_id).where(article.c.article_id.in_(article_ids))
    await connection.execute(rows.order_by(article.c.article_id).with_for_update())
    live: dict[UUID, list[UUID]] = {key: [] for key in article_ids}
    for row in await lock_claims(connection, article_ids):
        live[row.article_id].append(row.claim_id)
    return live


async def _erase(connection: AsyncConnection, article_id: UUID, claims: Sequence[UUID]) -> bool:
    """Erase an article that is locked, with its live claims; return False where it was erased before."""
    remembered = await connection.execute(
        insert(tables.erased).values(kind=ErasedKind.ARTICLE, value=str(article_id)).on_conflict_do_nothing()
    )
    if remembered.rowcount == 0:
        return False
    await _erase_claims(connection, article_id)
    await _erase_texts(connection, article_id)
    await _erase_copies(connection, article_id)
    await changes.log(connection, [changes.NewChange(kind=ChangeKind.ERASED, article_id=article_id, retracted=claims)])
    return True


async def _erase_claims(connection: AsyncConnection, article_id: UUID) -> None:
    claim = tables.claim
    await log_losses(connection, await withdraw(connection, [article_id]), uuid4())
    await forget_origin(connection, article_id)
    words = {column.name: null() for column in claim.c if column.name not in KEPT_OF_CLAIM}
    gone = {"retracted_at": func.coalesce(claim.c.retracted_at, func.now()), "retracted_by": RetractedBy.ERASURE}
    await connection.execute(update(claim).filter_by(article_id=article_id).values({**words, **gone}))


async def _erase_texts(connection: AsyncConnection, article_id: UUID) -> None:
    article = tables.article
    await mark(connection, await drop_mentions(connection, [article_id]), lost=True)
    await connection.execute(update(tables.revision).filter_by(article_id=article_id).values(text=None, event=null()))
    words = {column.name: null() for column in article.c if column.name not in KEPT_OF_ARTICLE}
    await connection.execute(
        update(article).filter_by(article_id=article_id).values({**words, "erased_at": func.now()})
    )


async def _erase_copies(connection: AsyncConnection, article_id: UUID) -> None:
    """Empty what else holds the article's words: the log, the dead letters, what was handed in."""
    change, letter, submission = tables.change, tables.dead_letter, tables.submission
    await connection.execute(update(change).filter_by(article_id=article_id).values(event=null()))
    await erase_letters(connection, letter.c.article_id == article_id)
    await erase_submissions(connection, submission.c.article_id == article_id)


async def erase_letters(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Empty the dead letters of a condition, and have them wait no more: a null value would be an order to erase."""
    letter = tables.dead_letter
    over = {"redriven_at": func.coalesce(letter.c.redriven_at, func.now()), "redrive_outcome": RecordOutcome.ERASED}
    await connection.execute(update(letter).where(which).values(value=None, headers=[], exception="erased", **over))


async def erase_submissions(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Empty the submissions of a condition; those still to be read are read no more."""
    submission = tables.submission
    handed_in = {"html": None, "text": None, "title": None, **UNLEASED}
    await connection.execute(update(submission).where(which).values(handed_in))
    over = {"due_at": None, "done_at": func.now(), "outcome": PageOutcome.ERASED, "reason": None}
    await connection.execute(update(submission).where(which, submission.c.due_at.is_not(None)).values(over))


async def erase_pages(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Empty the pages of a condition, and fetch them no more; locked in the order in which all lock pages."""
    page = tables.page
    locked = select(page.c.page_id).where(which).order_by(collate(page.c.url, "C")).with_for_update().cte("locked")
    over = {"entry": null(), "due_at": None, "outcome": PageOutcome.ERASED, "reason": None, **UNLEASED}
    await connection.execute(update(page).where(page.c.page_id.in_(select(locked.c.page_id))).values(over))
