"""The statements about claims."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.extraction import Polarity, Voice
from schemas.tables import article, claim
from services.api.pagination import Page
from services.api.queries.listing import Column, Found, Query, Rows, equal, list_part

_CLAIM = [
    *(column for column in claim.c if column.name not in {"arrival", "search"}),
    *(article.c.arrival, article.c.publisher_name, article.c.canonical_url),
]


async def list_claims_of_article(
    connection: AsyncConnection, part: Page, article_id: UUID, *, min_confidence: float | None
) -> Rows:
    """Return an article's live claims in the order of its text."""
    query = _claims().where(claim.c.article_id == article_id, claim.c.retracted_at.is_(None), _sure(min_confidence))
    return await list_part(connection, query, part, claim.c.ordinal, claim.c.claim_id, ascending=True)


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
    wanted = equal(
        (claim.c.speaker_name, speaker),
        (claim.c.publisher_domain, publisher),
        (claim.c.polarity, polarity),
        (claim.c.voice, voice),
    )
    query = _claims().where(claim.c.retracted_at.is_(None), _sure(min_confidence), *wanted)
    return await list_part(connection, query, part, claim.c.fetched_at, claim.c.claim_id)


async def find_claim(connection: AsyncConnection, claim_id: UUID) -> Found:
    """Return a claim, also one that is gone."""
    return (await connection.execute(_claims().where(claim.c.claim_id == claim_id))).one_or_none()


async def find_live(connection: AsyncConnection, claim_ids: Sequence[UUID]) -> Rows:
    """Return those of the claims that are live, each article's in the order of its text."""
    wanted = claim.c.claim_id == any_(literal(claim_ids, ARRAY(Uuid)))  # one statement for any number of them
    query = _claims().where(wanted, claim.c.retracted_at.is_(None))
    return (await connection.execute(query.order_by(claim.c.article_id, claim.c.ordinal))).all()


def _claims() -> Query:
    return select(*_CLAIM).join(article, article.c.article_id == claim.c.article_id)


def _sure(min_confidence: float | None) -> Column:
    return claim.c.served if min_confidence is None else claim.c.confidence >= min_confidence
