"""Orders to erase: an article, a URL, a publisher or a text that was handed in, with the articles that this means."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.tables import ErasedKind, alias, article, dead_letter, erased, page, publication, revision, submission
from services.extract.erasure import Name

SUBMISSION_URL = "urn:claimwire:submission:"
"""With its id behind, the URL under which ingest reads a text that was handed in."""


@dataclass(frozen=True)
class Order:
    """What is to be erased: the names to remember, and single articles; a publisher named means all of theirs."""

    names: frozenset[Name] = frozenset()
    articles: frozenset[UUID] = frozenset()

    def named(self, kind: ErasedKind) -> list[str]:
        """Return what is named of a kind."""
        return sorted(value for one, value in self.names if one is kind)


def by_publisher(domains: Collection[str]) -> Order:
    """Return the order to erase all articles of a publisher, under each spelling of its domain."""
    return Order(frozenset((ErasedKind.PUBLISHER, domain) for domain in domains))


async def by_url(connection: AsyncConnection, urls: Collection[str]) -> Order:
    """Return the order to erase what the spellings of a URL name, also where there is nothing yet."""
    found = [
        select(alias.c.article_id).where(alias.c.canonical_url.in_(urls)),
        select(publication.c.article_id).where(publication.c.canonical_url.in_(urls)),
        select(page.c.article_id).where(page.c.url.in_(urls), page.c.article_id.is_not(None)),
        select(submission.c.article_id).where(submission.c.url.in_(urls), submission.c.article_id.is_not(None)),
        select(article.c.article_id).where(article.c.article_id.in_([uuid5(NAMESPACE_URL, url) for url in urls])),
    ]
    ids = {key for query in found for key in (await connection.execute(query)).scalars()}
    return Order(frozenset((ErasedKind.URL, url) for url in urls), frozenset(ids))


async def by_id(connection: AsyncConnection, key: UUID) -> Order | None:
    """Return the order to erase an article, or what was handed in, by its id; None where there is neither."""
    handed_in = (await connection.execute(select(submission).filter_by(submission_id=key))).one_or_none()
    if handed_in is not None:
        return await _by_submission(connection, handed_in)
    if not await _is_known(connection, key):
        return None
    return await _by_article(connection, key)


async def _is_known(connection: AsyncConnection, key: UUID) -> bool:
    """Tell whether there is such an article, be it only numbered, a dead letter, or erased already."""
    for query in (
        *(select(table.c.article_id).filter_by(article_id=key) for table in (article, publication, dead_letter)),
        select(erased.c.kind).filter_by(kind=ErasedKind.ARTICLE, value=str(key)),
    ):
        if (await connection.execute(query.limit(1))).first() is not None:
            return True
    return False


async def _by_article(connection: AsyncConnection, key: UUID) -> Order:
    """Return the order to erase an article; of a text that was handed in, each one of the same words."""
    arrival = await connection.scalar(select(article.c.arrival).filter_by(article_id=key))
    if arrival != Arrival.SUBMITTED.value:
        return Order(articles=frozenset({key}))
    hashes = set((await connection.execute(select(revision.c.text_sha256).filter_by(article_id=key))).scalars())
    same = (
        select(article.c.article_id)
        .join(revision, revision.c.article_id == article.c.article_id)
        .where(article.c.arrival == Arrival.SUBMITTED.value, revision.c.text_sha256.in_(hashes))
    )
    names = frozenset((ErasedKind.TEXT, value) for value in hashes)
    return Order(names, frozenset({key, *(await connection.execute(same)).scalars()}))


async def _by_submission(connection: AsyncConnection, row: Row[Any]) -> Order:
    """Return the order to erase what somebody handed in: the article at its URL, or the text."""
    key = row.article_id
    order = Order() if key is None else await _by_article(connection, key)
    publication_url = await connection.scalar(select(publication.c.canonical_url).filter_by(article_id=key))
    is_text = row.html is not None or row.text is not None or row.url is None
    if is_text or (publication_url or "").startswith(SUBMISSION_URL):
        return Order(order.names | {(ErasedKind.URL, f"{SUBMISSION_URL}{row.submission_id}")}, order.articles)
    at_url = await by_url(connection, [row.url])
    return Order(order.names | at_url.names, order.articles | at_url.articles)
