"""Planting: pages of a stock become rows of work, and the rows say when each has come to its end."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import and_, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.tables import page
from services.ingest.backfill.stock import Page
from services.ingest.folders import File, save_files
from services.ingest.queues import hosts
from services.ingest.queues.leases import from_now
from services.ingest.urls import BadUrl, default_publisher, host_key, resolve

SOON_SECONDS = 30.0
"""A page that failed and is due again later than this is not waited for."""


class Planted(NamedTuple):
    """The rows of a batch: their ids, and how many pages were no URL that can be fetched."""

    ids: frozenset[UUID]
    bad: int = 0


class Ended(NamedTuple):
    """A page that has come to its end, or (``waits``) is to be tried again later; ``outcome`` is None if it is gone."""

    id: UUID
    outcome: str | None
    waits: bool


async def plant_files(connection: AsyncConnection, pages: Sequence[Page]) -> Planted:
    """Make due rows of files and records that are new or have changed."""
    await save_files(connection, [File(each.url, each.state or "") for each in pages])
    return Planted(frozenset(uuid5(NAMESPACE_URL, each.url) for each in pages))


async def plant_urls(connection: AsyncConnection, pages: Sequence[Page]) -> Planted:
    """Make due rows of URLs that are not known yet; a known one is not fetched again."""
    urls, bad = set[str](), 0
    for each in pages:
        try:
            urls.add(resolve("", each.url))
        except BadUrl:
            bad += 1
    rows = [_row(url) for url in sorted(urls)]
    if rows:
        await hosts.remember(connection, {str(row["host"]) for row in rows})
        await connection.execute(insert(page).on_conflict_do_nothing(), rows)
    return Planted(frozenset(uuid5(NAMESPACE_URL, url) for url in urls), bad)


async def find_ended(connection: AsyncConnection, ids: Collection[UUID], *, is_list: bool) -> list[Ended]:
    """Return those of the pages that need not be waited for any more.

    Of a list the services try again what failed and may pass; files and records nobody has but us.
    """
    waits = and_(
        literal(is_list), page.c.attempts > 0, page.c.due_at > from_now(SOON_SECONDS), page.c.lease_token.is_(None)
    )
    known = select(page.c.page_id, page.c.outcome, page.c.due_at.is_not(None), or_(page.c.due_at.is_(None), waits))
    rows = (await connection.execute(known.where(page.c.page_id.in_(ids)))).all()
    there = {row.page_id for row in rows}
    ended = [Ended(page_id, outcome, waiting) for page_id, outcome, waiting, has_ended in rows if has_ended]
    return ended + [Ended(page_id, None, waits=False) for page_id in ids if page_id not in there]


def _row(url: str) -> dict[str, object]:
    return {
        "page_id": uuid5(NAMESPACE_URL, url),
        "url": url,
        "host": host_key(url),
        "arrival": Arrival.FETCHED.value,
        "publisher_domain": default_publisher(url),
    }
