"""Queries: every statement the API makes, each bounded by a limit or an id; none begins, commits or rolls back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.extraction import Polarity, Voice
from schemas.outcomes import FeedOutcome, PageOutcome
from schemas.tables import article, claim, feed, page, revision, submission
from services.api.pagination import Page

AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]
Found = AnyRow | None
Query = Select[*tuple[Any, ...]]
Column = ColumnElement[Any]

_ARTICLE = [column for column in article.c if column.name not in {"related_at", "search"}]
_CLAIM = [
    *(column for column in claim.c if column.name not in {"arrival", "search"}),
    *(article.c.arrival, article.c.publisher_name, article.c.canonical_url),
]
_SUBMISSION = [column for column in submission.c if column.name not in {"html", "text", "lease_token", "leased_until"}]
_CURRENT = and_(revision.c.article_id == article.c.article_id, revision.c.revision == article.c.revision)


async def list_articles(
    connection: AsyncConnection, part: Page, *, publisher: str | None, arrival: Arrival | None
) -> Rows:
    """Return articles with their words, the one fetched last first."""
    wanted = _equal((article.c.publisher_domain, publisher), (article.c.arrival, arrival))
    query = select(*_ARTICLE).where(article.c.erased_at.is_(None), *wanted)
    return await _list(connection, query, part, article.c.fetched_at, article.c.article_id)


async def find_article(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return an article with what its event says beside the text."""
    columns = [*_ARTICLE, revision.c.text_sha256, revision.c.event]
    query = select(*columns).outerjoin(revision, _CURRENT).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()


async def find_text(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return an article's current text and paragraphs."""
    paragraphs = revision.c.event["paragraphs"].label("paragraphs")
    columns = [article.c.article_id, article.c.revision, article.c.erased_at, revision.c.text_sha256, revision.c.text]
    query = select(*columns, paragraphs).outerjoin(revision, _CURRENT).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()


async def find_erasure(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return a row where there is such an article; its ``erased_at`` is null unless it was erased."""
    query = select(article.c.article_id, article.c.erased_at).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()


async def list_claims_of_article(
    connection: AsyncConnection, part: Page, article_id: UUID, *, min_confidence: float | None
) -> Rows:
    """Return an article's live claims in the order of its text."""
    query = _claims().where(claim.c.article_id == article_id, claim.c.retracted_at.is_(None), _sure(min_confidence))
    return await _list(connection, query, part, claim.c.ordinal, claim.c.claim_id, ascending=True)


async def list_claims(
    connection: AsyncConnection,
    part: Page,
    *,
    speaker: str | None,
    publisher: str | None,
    polarity: Polarity | None,
    voice: Voice | None,
    min_confidence: float | None,
) -> Rows:
    """Return live claims, those of the article fetched last first."""
    wanted = _equal(
        (claim.c.speaker_name, speaker),
        (claim.c.publisher_domain, publisher),
        (claim.c.polarity, polarity),
        (claim.c.voice, voice),
    )
    query = _claims().where(claim.c.retracted_at.is_(None), _sure(min_confidence), *wanted)
    return await _list(connection, query, part, claim.c.fetched_at, claim.c.claim_id)


async def find_claim(connection: AsyncConnection, claim_id: UUID) -> Found:
    """Return a claim, also one that is gone."""
    return (await connection.execute(_claims().where(claim.c.claim_id == claim_id))).one_or_none()


async def list_feeds(connection: AsyncConnection, part: Page, *, outcome: FeedOutcome | None) -> Rows:
    """Return feeds, the one added last first."""
    query = select(feed).where(*_equal((feed.c.outcome, outcome)))
    return await _list(connection, query, part, feed.c.added_at, feed.c.feed_id)


async def list_pages(
    connection: AsyncConnection, part: Page, *, outcome: PageOutcome | None, feed_id: UUID | None
) -> Rows:
    """Return pages, the one found last first."""
    query = select(page).where(*_equal((page.c.outcome, outcome), (page.c.feed_id, feed_id)))
    return await _list(connection, query, part, page.c.found_at, page.c.page_id)


async def add_submission(connection: AsyncConnection, values: Mapping[str, object]) -> AnyRow:
    """Insert a submission; where its submitter has used its key before, change nothing and return that one's row."""
    keyed = insert(submission).values(values).on_conflict_do_nothing(index_elements=["submitter", "idempotency_key"])
    added = (await connection.execute(keyed.returning(*_SUBMISSION))).one_or_none()
    if added is not None:
        return added
    same = (submission.c.submitter == values["submitter"], submission.c.idempotency_key == values["idempotency_key"])
    return (await connection.execute(select(*_SUBMISSION).where(*same))).one()


async def find_submission(connection: AsyncConnection, submission_id: UUID) -> Found:
    """Return a submission without its text."""
    query = select(*_SUBMISSION).where(submission.c.submission_id == submission_id)
    return (await connection.execute(query)).one_or_none()


def _claims() -> Query:
    return select(*_CLAIM).join(article, article.c.article_id == claim.c.article_id)


def _sure(min_confidence: float | None) -> Column:
    return claim.c.served if min_confidence is None else claim.c.confidence >= min_confidence


def _equal(*wanted: tuple[Column, object]) -> list[Column]:
    return [column == value for column, value in wanted if value is not None]


async def _list(
    connection: AsyncConnection, query: Query, part: Page, at: Column, key: Column, *, ascending: bool = False
) -> Rows:
    """Fetch the rows of a page, and one more that tells whether there are more."""
    place = tuple_(at, key)
    if part.after is not None:
        query = query.where(place > part.after if ascending else place < part.after)
    order = (at.asc(), key.asc()) if ascending else (at.desc(), key.desc())
    return (await connection.execute(query.order_by(*order).limit(part.limit + 1))).all()
