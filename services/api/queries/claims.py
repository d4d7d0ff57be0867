"""The statements about claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import FromClause, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.extraction import Force, Form, Polarity, Voice
from schemas.tables import RetractedBy, article, claim
from services.api.http.pagination import Page
from services.api.queries.groups import find_group, root_of
from services.api.queries.listing import AnyRow, Column, Found, Rows, between, equal, list_part
from services.api.queries.newest import Line, Period, find_newest, has_all, is_one_of, list_newest, without_end
from services.api.queries.ranks import RANKED_MAX, SEARCHED_MAX, list_ranked, matches


class Stored(NamedTuple):
    """A claim's row, as far as it is shown, in the order of its columns; its members cost a tenth of the row's own."""

    claim_id: UUID
    article_id: UUID
    revision: int
    extractor_version: int
    arrival: Arrival
    publisher_domain: str
    publisher_name: str | None
    canonical_url: str
    title: str | None
    published_at: datetime | None
    fetched_at: datetime
    ordinal: int
    reading: dict[str, Any]
    entity_id: UUID | None
    served: bool
    nested_in: UUID | None
    stored_at: datetime
    retracted_at: datetime | None
    retracted_by: RetractedBy | None
    replaced_by: UUID | None

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        """Return what a row of these statements holds; some have further columns."""
        return cls._make(row[: len(cls._fields)])


_OF_ARTICLE = frozenset({"arrival", "publisher_name", "canonical_url", "title", "published_at"})
_CLAIM: list[Column] = [
    root_of(claim) if name == "entity_id" else (article if name in _OF_ARTICLE else claim).c[name]
    for name in Stored._fields
]
CLAIMS = select(*_CLAIM).join(article, article.c.article_id == claim.c.article_id)
"""Claims as they are shown; ``Stored`` reads their rows."""

_LINE = Line(claim, at="fetched_at", key="claim_id", near=3_000)


@dataclass(frozen=True)
class ClaimFilter(Period):
    """Which live claims are wanted; ``asked`` and ``speaker`` are texts of tsqueries.

    ``group``: all that is one with the entity, where that is more than itself.
    """

    asked: str | None = None
    speaker: str | None = None
    entity_id: UUID | None = None
    group: Sequence[UUID] = ()
    publisher: str | None = None
    polarity: Polarity | None = None
    force: Force | None = None
    form: Form | None = None
    voice: Voice | None = None
    arrival: Arrival | None = None
    language: str | None = None
    min_confidence: float | None = None

    def among(self, row: FromClause) -> list[Column]:
        """Return the conditions that an index in the order of time answers, or that most rows meet."""
        named = equal(
            (row.c.entity_id, None if self.group else self.entity_id), (row.c.publisher_domain, self.publisher)
        )
        served = [row.c.served] if self.min_confidence is None else []
        return [row.c.retracted_at.is_(None), *served, *named, *between(row.c.fetched_at, self.start, self.end)]

    def narrow(self, row: FromClause) -> list[Column]:
        """Return the others, each of which an index without that order answers."""
        sure = [] if self.min_confidence is None else [row.c.confidence >= self.min_confidence]
        values = (self.voice, self.form, self.polarity, self.force, self.arrival, self.language)
        facets = [str(value) for value in values if value is not None]
        # The expression of the index, as it stands there.
        of_row = array([row.c.voice, row.c.form, row.c.polarity, row.c.force, row.c.arrival, row.c.language])
        one = [is_one_of(row.c.entity_id, self.group)] if self.group else []
        said = matches(row.c.search, self.asked, self.speaker)
        return [*said, *one, *([has_all(of_row, facets)] if facets else []), *sure]


async def _grouped(connection: AsyncConnection, wanted: ClaimFilter) -> ClaimFilter:
    """Return the filter with all that is one with its entity."""
    if wanted.entity_id is None:
        return wanted
    group = await find_group(connection, wanted.entity_id)
    return replace(wanted, entity_id=group[0], group=group if len(group) > 1 else ())


async def list_claims_of_article(
    connection: AsyncConnection, part: Page, article_id: UUID, *, min_confidence: float | None
) -> Rows:
    """Return an article's live claims in the order of its text."""
    query = CLAIMS.where(claim.c.article_id == article_id, claim.c.retracted_at.is_(None), _sure(min_confidence))
    return await list_part(connection, query, part, claim.c.ordinal, claim.c.claim_id, ascending=True)


async def list_claims(connection: AsyncConnection, part: Page, wanted: ClaimFilter) -> Rows:
    """Return live claims, those of the article fetched last first."""
    wanted = without_end(await _grouped(connection, wanted), part)
    return await list_newest(connection, _LINE, CLAIMS, wanted, part)


async def search_claims(connection: AsyncConnection, part: Page, wanted: ClaimFilter) -> Rows:
    """Return live claims with their rank, the highest first; of many only the newest are ranked."""
    wanted = await _grouped(connection, wanted)
    keys = await find_newest(connection, _LINE, wanted, None, count=RANKED_MAX, gathered=SEARCHED_MAX)
    return await list_ranked(connection, _LINE, CLAIMS, part, keys=keys, asked=wanted.asked)


async def list_stances(connection: AsyncConnection, wanted: ClaimFilter, *, most: int) -> tuple[Rows, bool]:
    """Return the newest live claims, at most so many, and whether there are more.

    Each has ``own_day``, the day that its article's text gives.
    """
    wanted = await _grouped(connection, wanted)
    keys = await find_newest(connection, _LINE, wanted, None, count=most + 1, gathered=SEARCHED_MAX)
    query = CLAIMS.add_columns(article.c.card["date"]["value"].astext.label("own_day"))
    query = query.where(is_one_of(claim.c.claim_id, keys[:most])).order_by(claim.c.article_id, claim.c.ordinal)
    return (await connection.execute(query)).all(), len(keys) > most


async def list_called(connection: AsyncConnection, wanted: ClaimFilter, *, most: int) -> Rows:
    """Return which of the newest live claims, at most so many, call their speaker something beside the name.

    Each has ``own_day``, the day that its article's text gives. The article fetched last comes first.
    """
    wanted = await _grouped(connection, wanted)
    keys = await find_newest(connection, _LINE, wanted, None, count=most, gathered=SEARCHED_MAX)
    own_day = article.c.card["date"]["value"].astext.label("own_day")
    said = (claim.c.article_id, claim.c.revision, claim.c.roles, claim.c.reading["speaker"].label("speaker"))
    query = select(*said, own_day, article.c.published_at).join(article, article.c.article_id == claim.c.article_id)
    query = query.where(is_one_of(claim.c.claim_id, keys), claim.c.roles.is_not(None))
    order = (claim.c.fetched_at.desc(), claim.c.article_id, claim.c.ordinal)
    return (await connection.execute(query.order_by(*order))).all() if keys else []


async def find_claim(connection: AsyncConnection, claim_id: UUID) -> Found:
    """Return a claim, also one that is gone."""
    return (await connection.execute(CLAIMS.where(claim.c.claim_id == claim_id))).one_or_none()


async def find_live(connection: AsyncConnection, article_ids: Sequence[UUID], claim_ids: Sequence[UUID]) -> Rows:
    """Return those of some articles' claims that are live, each article's in the order of its text."""
    # By the articles, though the claims say it all: with a thousand ids the planner would read every article.
    named = (is_one_of(claim.c.article_id, article_ids), is_one_of(claim.c.claim_id, claim_ids))
    query = CLAIMS.where(*named, claim.c.retracted_at.is_(None))
    return (await connection.execute(query.order_by(claim.c.article_id, claim.c.ordinal))).all()


def _sure(min_confidence: float | None) -> Column:
    return claim.c.served if min_confidence is None else claim.c.confidence >= min_confidence
