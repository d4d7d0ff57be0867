"""Holdings: what an order to erase finds, and doing away with it.

What is named is remembered first, then the articles that are there are erased, a batch in one transaction. So nothing
slips in between, and an order that was cut off is given again: what is erased already is not touched.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import ColumnElement, Select, Table, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.tables import ErasedKind, article, claim, dead_letter, erased, feed, page, submission
from services.extract.entities.settling import settle_all
from services.extract.erasure import (
    erase_articles,
    erase_letters,
    erase_pages,
    erase_submissions,
    names_of,
    remember,
)
from services.extract.orders import SUBMISSION_URL, Order
from services.extract.relating.weaving import weave_all

ERASED_AT_ONCE = 25
"""Articles of one transaction: whoever saves one of them waits for well below a second."""

WALKED_AT_ONCE = 1_000
"""Pages or submissions of one transaction."""

TITLES = 10
"""Titles told of what would be erased: enough to see that the wrong thing was named."""

Find = Callable[[AsyncConnection], Awaitable[Order]]
"""Finds what an order means just now."""


class Holdings(NamedTuple):
    """What there is to erase; ``feeds`` stay, since their pages are refused."""

    articles: int
    claims: int
    submissions: int
    pages: int
    dead_letters: int
    feeds: int
    titles: list[str]
    remembered: bool
    """Whether every name is remembered, and every article named by itself erased."""
    same_text: bool = False
    """Whether several articles go because they are one text that was handed in, which is refused whoever brings it."""

    @property
    def is_nothing(self) -> bool:
        """Whether all of it is erased already."""
        return self.remembered and not any((self.articles, self.submissions, self.pages, self.dead_letters))


async def find_holdings(connection: AsyncConnection, order: Order) -> Holdings:
    """Count what an order would erase."""
    stored, ids = _stored(order), select(article.c.article_id).where(_stored(order))
    latest = (article.c.fetched_at.desc(), article.c.title)
    titles = select(article.c.title).where(stored, article.c.title.is_not(None)).order_by(*latest)
    live = select(claim.c.claim_id).where(claim.c.article_id.in_(ids), claim.c.retracted_at.is_(None))
    names = or_(false(), *(and_(erased.c.kind == kind, erased.c.value == value) for kind, value in order.names))
    alone = and_(erased.c.kind == ErasedKind.ARTICLE, erased.c.value.in_([str(key) for key in order.articles]))
    known = await _count(connection, select(erased.c.value).where(or_(names, alone)))
    domains = order.named(ErasedKind.PUBLISHER)
    return Holdings(
        articles=await _count(connection, ids),
        claims=await _count(connection, live),
        submissions=await _count(connection, select(submission.c.url).where(_submissions(order, ids))),
        pages=await _count(connection, select(page.c.url).where(_pages(order, ids))),
        dead_letters=len(await _find_letters(connection, order)),
        feeds=await _count(connection, select(feed.c.url).where(feed.c.publisher_domain.in_(domains))),
        titles=list((await connection.execute(titles.limit(TITLES))).scalars()),
        same_text=len(order.articles) > 1 and bool(order.named(ErasedKind.TEXT)),
        remembered=known == len(order.names) + len(order.articles),
    )


async def _count(connection: AsyncConnection, query: Select[Any]) -> int:
    return int((await connection.execute(select(func.count()).select_from(query.subquery()))).scalar_one())


def _stored(order: Order) -> ColumnElement[bool]:
    """The articles of an order that are stored and not erased."""
    domains = order.named(ErasedKind.PUBLISHER)
    mine = or_(article.c.publisher_domain.in_(domains), article.c.article_id.in_(order.articles))
    return and_(mine, article.c.erased_at.is_(None))


def _submissions(order: Order, ids: Select[Any] | Collection[UUID]) -> ColumnElement[bool]:
    """What was handed in for articles or under an order's names, and has words or is still to be read."""
    urls = order.named(ErasedKind.URL)
    mine = or_(
        submission.c.article_id.in_(ids),
        submission.c.submission_id.in_([UUID(url.removeprefix(SUBMISSION_URL)) for url in urls if _is_text(url)]),
        submission.c.publisher_domain.in_(order.named(ErasedKind.PUBLISHER)),
        submission.c.url.in_(urls),
    )
    left = (submission.c.html, submission.c.text, submission.c.title, submission.c.due_at)
    return and_(mine, or_(*(column.is_not(None) for column in left)))


def _is_text(url: str) -> bool:
    return url.startswith(SUBMISSION_URL)


def _pages(order: Order, ids: Select[Any] | Collection[UUID]) -> ColumnElement[bool]:
    """The pages of articles or under an order's names that have words or are still to be fetched."""
    mine = or_(
        page.c.article_id.in_(ids),
        page.c.url.in_(order.named(ErasedKind.URL)),
        page.c.publisher_domain.in_(order.named(ErasedKind.PUBLISHER)),
    )
    return and_(mine, or_(page.c.entry.is_not(None), page.c.due_at.is_not(None)))


class _Letter(NamedTuple):
    """A dead letter to be emptied, and the article it was of where its event proves that."""

    key: UUID
    proven: UUID | None


async def _find_letters(connection: AsyncConnection, order: Order) -> list[_Letter]:
    """Return the dead letters with words of an order's articles: by their ids, else by what their events say."""
    named = [f'"{value}"'.encode() for _, value in sorted(order.names)]
    says = (func.pg_catalog.position(dead_letter.c.value, value) > 0 for value in named)
    mine = or_(dead_letter.c.article_id.in_(order.articles), *says)
    columns = (dead_letter.c.dead_letter_id, dead_letter.c.article_id)
    rows = list(await connection.execute(select(*columns).where(dead_letter.c.value.is_not(None), mine)))
    found = []
    for key, article_id in rows:
        value = await connection.scalar(select(dead_letter.c.value).filter_by(dead_letter_id=key))
        names = names_of(value)
        if article_id in order.articles or names & order.names:
            own = {uuid5(NAMESPACE_URL, said) for _, said in names}
            found.append(_Letter(key, article_id if article_id in own else None))
    return found


async def erase(engine: AsyncEngine, find: Find) -> AsyncIterator[int]:
    """Erase what an order means; yield after each transaction how many articles it erased that were not before."""
    async with engine.connect() as connection:
        order = await find(connection)
    async with engine.begin() as connection:
        await remember(connection, order.names)
    async with engine.connect() as connection:
        order = await find(connection)  # what was being saved meanwhile is there now, or was refused
        letters = await _find_letters(connection, order)
    alone = sorted(order.articles.union(letter.proven for letter in letters if letter.proven))
    for start in range(0, len(alone), ERASED_AT_ONCE):
        yield await _erase_articles(engine, alone[start : start + ERASED_AT_ONCE])
    after = UUID(int=0)
    while ids := await _list_stored(engine, order, after):
        yield await _erase_articles(engine, ids)
        after = ids[-1]
    async with engine.begin() as connection:
        await erase_letters(connection, dead_letter.c.dead_letter_id.in_([letter.key for letter in letters]))
    await _walk(engine, submission, _submissions(order, order.articles), erase_submissions)
    await _walk(engine, page, _pages(order, order.articles), erase_pages)
    await settle_all(engine)  # so that no entity keeps a name that only the erased gave it
    await weave_all(engine)  # and no thread


async def _list_stored(engine: AsyncEngine, order: Order, after: UUID) -> list[UUID]:
    some = select(article.c.article_id).where(_stored(order), article.c.article_id > after)
    async with engine.connect() as connection:
        rows = await connection.execute(some.order_by(article.c.article_id).limit(ERASED_AT_ONCE))
        return [UUID(str(key)) for key in rows.scalars()]


async def _erase_articles(engine: AsyncEngine, ids: Collection[UUID]) -> int:
    async with engine.begin() as connection:
        return await erase_articles(connection, ids)


async def _walk(
    engine: AsyncEngine,
    table: Table,
    which: ColumnElement[bool],
    erase_rows: Callable[[AsyncConnection, ColumnElement[bool]], Awaitable[None]],
) -> None:
    (key,) = table.primary_key.columns
    after = UUID(int=0)
    while True:
        async with engine.begin() as connection:
            some = select(key).where(which, key > after).order_by(key).limit(WALKED_AT_ONCE)
            ids = list((await connection.execute(some)).scalars())
            if not ids:
                return
            await erase_rows(connection, key.in_(ids))
            after = ids[-1]
