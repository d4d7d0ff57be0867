"""Retention: what is older than the settings say goes, a batch in a transaction; without them nothing goes by age.

Texts and dead letters are emptied or deleted where they are. Articles go as by an erasure, since relations, threads,
entities and followers must hear of it; they are remembered as erased, so that a replay does not bring them back.
"""

from datetime import timedelta
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.outcomes import Pruned
from schemas.tables import article, dead_letter, revision, submission
from services import metrics
from services.extract.erasure import erase_articles
from services.settings import RetentionSettings

LOCK = 0x636C61696D707275
"""The advisory lock of pruning ("claimpru" in ASCII): replicas would only wait for one another's rows."""

ARTICLES_AT_ONCE = 25
"""Articles of one transaction: whoever saves one of them waits for well below a second."""

ROWS_AT_ONCE = 200
"""Texts or dead letters of one transaction."""


class Keep(NamedTuple):
    """For how many days what is kept; None: for good."""

    texts: int | None = None
    claims: int | None = None
    dead_letters: int | None = None

    @classmethod
    def of(cls, settings: RetentionSettings) -> Self:
        """Return what the settings say."""
        return cls(settings.retention_texts_days, settings.retention_claims_days, settings.retention_dead_letters_days)

    @property
    def is_all(self) -> bool:
        """Whether nothing goes by age."""
        return not any(days is not None for days in self)


def _is_older(column: ColumnElement[Any], days: int) -> ColumnElement[bool]:
    return column < func.now() - timedelta(days=days)


def _articles(days: int) -> Select[Any]:
    old = select(article.c.article_id).where(article.c.erased_at.is_(None), _is_older(article.c.fetched_at, days))
    return old.order_by(article.c.fetched_at)


def _texts(days: int) -> Select[Any]:
    old = select(revision.c.article_id, revision.c.revision)
    return old.where(revision.c.text.is_not(None), _is_older(revision.c.fetched_at, days)).order_by(
        revision.c.fetched_at
    )


def _submissions(days: int) -> Select[Any]:
    """What was handed in and read; what is still to be read has no ``done_at``."""
    whole = or_(submission.c.html.is_not(None), submission.c.text.is_not(None))
    old = select(submission.c.submission_id).where(whole, _is_older(submission.c.done_at, days))
    return old.order_by(submission.c.done_at)


def _letters(days: int) -> Select[Any]:
    old = select(dead_letter.c.dead_letter_id).where(_is_older(dead_letter.c.first_seen_at, days))
    return old.order_by(dead_letter.c.first_seen_at)


async def count(engine: AsyncEngine, keep: Keep) -> dict[Pruned, int]:
    """Return how much would go."""
    asked = {
        Pruned.ARTICLE: [_articles(keep.claims)] if keep.claims is not None else [],
        Pruned.TEXT: [_texts(keep.texts), _submissions(keep.texts)] if keep.texts is not None else [],
        Pruned.DEAD_LETTER: [_letters(keep.dead_letters)] if keep.dead_letters is not None else [],
    }
    async with engine.connect() as connection:
        return {what: sum([await _count(connection, one) for one in queries]) for what, queries in asked.items()}


async def _count(connection: AsyncConnection, query: Select[Any]) -> int:
    return int((await connection.execute(select(func.count()).select_from(query.subquery()))).scalar_one())


async def prune_some(engine: AsyncEngine, keep: Keep) -> dict[Pruned, int]:
    """Do away with a batch of each kind; return how much went, nothing also where another replica is at it.

    Raises:
        DBAPIError | OSError: PostgreSQL is away; what was committed is done.
    """
    gone = dict.fromkeys(Pruned, 0)
    for what, days, prune in (
        (Pruned.ARTICLE, keep.claims, _prune_articles),
        (Pruned.TEXT, keep.texts, _prune_texts),
        (Pruned.TEXT, keep.texts, _prune_submissions),
        (Pruned.DEAD_LETTER, keep.dead_letters, _prune_letters),
    ):
        if days is None:
            continue
        async with engine.begin() as connection:
            if (await connection.execute(select(func.pg_try_advisory_xact_lock(LOCK)))).scalar_one():
                gone[what] += (went := await prune(connection, days))
            else:
                went = 0
        metrics.PRUNED.labels(what).inc(went)
    return gone


async def _prune_articles(connection: AsyncConnection, days: int) -> int:
    ids = (await connection.execute(_articles(days).limit(ARTICLES_AT_ONCE))).scalars().all()
    return await erase_articles(connection, ids)


async def _prune_texts(connection: AsyncConnection, days: int) -> int:
    old = _texts(days).limit(ROWS_AT_ONCE).with_for_update(skip_locked=True).cte("old")
    place = tuple_(revision.c.article_id, revision.c.revision)
    emptied = update(revision).where(place.in_(select(old.c.article_id, old.c.revision))).values(text=None)
    return (await connection.execute(emptied)).rowcount


async def _prune_submissions(connection: AsyncConnection, days: int) -> int:
    old = _submissions(days).limit(ROWS_AT_ONCE).with_for_update(skip_locked=True).cte("old")
    emptied = update(submission).where(submission.c.submission_id.in_(select(old.c.submission_id)))
    return (await connection.execute(emptied.values(html=None, text=None))).rowcount


async def _prune_letters(connection: AsyncConnection, days: int) -> int:
    old = _letters(days).limit(ROWS_AT_ONCE).with_for_update(skip_locked=True).cte("old")
    gone = delete(dead_letter).where(dead_letter.c.dead_letter_id.in_(select(old.c.dead_letter_id)))
    return (await connection.execute(gone)).rowcount
