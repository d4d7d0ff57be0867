"""The statements about articles."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import FromClause, and_, func, select, union_all
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.tables import alias, article, page, revision
from services.api.http.pagination import Page
from services.api.queries.listing import Column, Found, Rows, between, equal
from services.api.queries.newest import Line, Period, find_newest, has_all, is_one_of, list_newest, without_end
from services.api.queries.ranks import RANKED_MAX, SEARCHED_MAX, list_ranked, matches

_OF_COMPARING = frozenset({"related_at", "card", "fingerprint", "origin_keys", "leased_until", "lease_token"})
_ARTICLE = [column for column in article.c if column.name not in {"search", *_OF_COMPARING}]
_CARDS = select(*_ARTICLE, article.c.card)
_CURRENT = and_(revision.c.article_id == article.c.article_id, revision.c.revision == article.c.revision)


_LINE = Line(article, at="fetched_at", key="article_id", near=200)
"""Near are fewer than of claims: the vectors of articles are long, and kept apart from their rows."""


@dataclass(frozen=True)
class ArticleFilter(Period):
    """Which articles with words are wanted; ``asked`` is the text of a tsquery, ``ids`` leaves these alone."""

    asked: str | None = None
    publisher: str | None = None
    arrival: Arrival | None = None
    language: str | None = None
    ids: Collection[UUID] | None = None

    def among(self, row: FromClause) -> list[Column]:
        """Return the conditions that an index in the order of time answers, or that most rows meet."""
        named = [] if self.ids is None else [is_one_of(row.c.article_id, sorted(self.ids))]
        published = equal((row.c.publisher_domain, self.publisher))
        return [row.c.erased_at.is_(None), *named, *published, *between(row.c.fetched_at, self.start, self.end)]

    def narrow(self, row: FromClause) -> list[Column]:
        """Return the others, each of which an index without that order answers."""
        facets = [str(value) for value in (self.arrival, self.language) if value is not None]
        of_row = array([row.c.arrival, row.c.language])  # the expression of the index, as it stands there
        return [*matches(row.c.search, self.asked), *([has_all(of_row, facets)] if facets else [])]


async def list_articles(connection: AsyncConnection, part: Page, wanted: ArticleFilter) -> Rows:
    """Return articles with their words, the one fetched last first."""
    return await list_newest(connection, _LINE, select(*_ARTICLE), without_end(wanted, part), part)


async def search_articles(connection: AsyncConnection, part: Page, wanted: ArticleFilter) -> Rows:
    """Return articles with their rank, the highest first; of many only the newest are ranked."""
    keys = await find_newest(connection, _LINE, wanted, None, count=RANKED_MAX, gathered=SEARCHED_MAX)
    return await list_ranked(connection, _LINE, select(*_ARTICLE), part, keys=keys, asked=wanted.asked)


async def find_beginnings(connection: AsyncConnection, article_ids: Sequence[UUID], *, characters: int) -> Rows:
    """Return the beginnings of the current texts of articles."""
    beginning = func.left(revision.c.text, characters).label("beginning")
    query = select(article.c.article_id, beginning).join(revision, _CURRENT)
    return (await connection.execute(query.where(is_one_of(article.c.article_id, article_ids)))).all()


async def find_ids(connection: AsyncConnection, url: str) -> set[UUID]:
    """Return the ids that a URL may stand for: an article is named after its canonical URL, has aliases, and a page."""
    aliases = select(alias.c.article_id).where(alias.c.canonical_url == url)
    pages = select(page.c.article_id).where(page.c.url == url, page.c.article_id.is_not(None))
    return {uuid5(NAMESPACE_URL, url), *(await connection.execute(union_all(aliases, pages))).scalars()}


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


async def find_card(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return an article with its card; null where none was made."""
    return (await connection.execute(_CARDS.where(article.c.article_id == article_id))).one_or_none()


async def list_cards(connection: AsyncConnection, article_ids: Sequence[UUID]) -> Rows:
    """Return articles with their cards."""
    return (await connection.execute(_CARDS.where(is_one_of(article.c.article_id, article_ids)))).all()


async def find_erasure(connection: AsyncConnection, article_id: UUID) -> Found:
    """Return a row where there is such an article; its ``erased_at`` is null unless it was erased."""
    query = select(article.c.article_id, article.c.erased_at).where(article.c.article_id == article_id)
    return (await connection.execute(query)).one_or_none()
