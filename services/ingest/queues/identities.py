"""Identities: which article a page is, by its names of today or by those that it had before the rules changed.

An article keeps its id. Replicas of two versions may run side by side: whoever names an article notes its names of
before as well, by which the older version finds it; what the older one names is found by the names that it gave.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.tables import alias, page, publication
from services.ingest.canonical import CANONICAL_VERSION
from services.ingest.queues.publications import find_article
from services.ingest.urls import BadUrl, Names, article_id, canonical_url

AT_ONCE = 500
"""Articles that are named anew in one transaction, which takes a tenth of a second."""

PAGES_MAX = 100
"""Pages of an article that are looked at to tell whose it is; almost all have one."""


async def find(connection: AsyncConnection, names: Names, urls: Collection[str]) -> UUID | None:
    """Return the id of the article that has these names and was found at one of the URLs; None for a new one."""
    for name in (names.now, *names.before):
        if (found := await find_article(connection, name)) is not None:
            return found
    for name in names.shared:
        found = await find_article(connection, name)
        if found is not None and await _was_ours(connection, found, name, urls):
            return found
    return None


async def settle(connection: AsyncConnection, names: Names, urls: Collection[str], new_id: UUID) -> UUID:
    """Return the article's id, ``new_id`` for a new one, having noted in the caller's transaction all names it has."""
    found = await find(connection, names, urls) or new_id
    for name in sorted({names.now, *names.before}) if names.before or names.shared else ():
        if article_id(name) != found and await find_article(connection, name) is None:
            await _note(connection, {name: found})
    return found


async def _was_ours(connection: AsyncConnection, article: UUID, name: str, urls: Collection[str]) -> bool:
    """Tell whether the article was made of the page at these URLs, and of none that has the name by today's rules.

    Of two pages that earlier rules took for one, that page keeps the article, and the other gets its own.
    """
    pages = select(page.c.url).where(page.c.article_id == article, page.c.arrival == Arrival.FETCHED.value)
    known = set((await connection.execute(pages.limit(PAGES_MAX))).scalars())
    return not known.isdisjoint(urls) and all(canonical_url(url) != name for url in known.difference(urls))


async def name_anew(connection: AsyncConnection) -> int:
    """Note today's names of some articles that other rules named, in the caller's transaction; return how many.

    Fewer than ``AT_ONCE`` mean that no more are left. Where two articles have one name today, both stay, and the name
    is one's alone. Names are noted before any row is locked, as ``settle`` does, so that no two wait for each other.
    """
    own, is_older = publication.c.canonical_url, publication.c.canonical_version < CANONICAL_VERSION
    older = select(publication.c.article_id, own).where(is_older).order_by(publication.c.canonical_version)
    rows = (await connection.execute(older.limit(AT_ONCE))).all()
    keys = [row.article_id for row in rows]
    noted = select(alias.c.article_id, alias.c.canonical_url).where(alias.c.article_id.in_(keys))
    anew: dict[str, UUID] = {}
    for row in (*rows, *(await connection.execute(noted)).all()):
        name = _today(str(row.canonical_url))
        if name != row.canonical_url:
            anew.setdefault(name, row.article_id)
    for name in (await connection.execute(select(own).where(own.in_(anew)))).scalars().all():
        del anew[name]
    await _note(connection, anew)
    free = select(publication.c.article_id).where(publication.c.article_id.in_(keys)).with_for_update(skip_locked=True)
    named = update(publication).where(publication.c.article_id.in_(free), is_older)
    await connection.execute(named.values(canonical_version=CANONICAL_VERSION))
    return len(rows)


def _today(name: str) -> str:
    """Return what today's rules call what had this name; what no rules name (a file, a text handed in) as before."""
    try:
        return canonical_url(name)
    except BadUrl:
        return name


async def _note(connection: AsyncConnection, names: dict[str, UUID]) -> None:
    """Let names be those of articles, unless they are of others by now; in their order, so that no two wait in turn."""
    rows = [{"canonical_url": name, "article_id": key} for name, key in sorted(names.items())]
    if rows:
        await connection.execute(insert(alias).on_conflict_do_nothing(), rows)
