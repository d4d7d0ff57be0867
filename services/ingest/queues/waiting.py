"""What waits to be read: due pages of free hosts, and files, each leased by one replica."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import feed, host, page
from services.ingest.queues.leases import LEASE_SECONDS, free, from_now, take_due, taking

FILE_HOST = ""
"""The ``host`` of a page that is a file: nobody's, and before every name, so that a walk over hosts can pass it."""


async def lease_pages(connection: AsyncConnection, *, after: str, most: int) -> list[Row[Any]]:
    """Lease due pages of as many free hosts, and those hosts with the same token; one page a host.

    Hosts are taken in turn, from the one that follows ``after``, so a host with a million pages delays nobody. Each
    row is the page's, and the ``feed_url`` that listed it.
    """
    chosen = list(await connection.execute(_LATER_HOSTS, {"after": after, "most": most}))
    if len(chosen) < most:
        chosen += await connection.execute(_EARLIER_HOSTS, {"after": after, "most": most - len(chosen)})
    return await _take_pages(connection, [row.page_id for row in chosen])


def _due_of_free_hosts(between: ColumnElement[bool]) -> Select[Any]:
    """Select the oldest due page of each free host and lock the hosts.

    PostgreSQL has no skip scan over distinct hosts: the recursive query makes one, a probe of ``ix_page_waiting`` each.
    """
    waiting_host = select(func.min(page.c.host)).where(page.c.due_at.is_not(None), between)
    walk = select(waiting_host.scalar_subquery().label("host")).cte("walk", recursive=True)
    step = waiting_host.where(page.c.host > walk.c.host).correlate(walk).scalar_subquery()
    walk = walk.union_all(select(step).where(walk.c.host.is_not(None)))
    oldest = (
        select(page.c.page_id)
        .where(page.c.host == walk.c.host, page.c.due_at <= func.now(), free(page))
        .order_by(page.c.due_at)
        .limit(1)
        .lateral("oldest")
    )
    return (
        select(oldest.c.page_id)
        .select_from(walk.join(host, host.c.host == walk.c.host).join(oldest, true()))
        .where(host.c.free_at <= func.now(), free(host))
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=host, skip_locked=True)
    )


# Built once: building a statement costs more than running it, and these run many times a second.
_AFTER = bindparam("after", type_=Text)
_LATER_HOSTS = _due_of_free_hosts(page.c.host > _AFTER)
_EARLIER_HOSTS = _due_of_free_hosts(and_(page.c.host > FILE_HOST, page.c.host <= _AFTER))
_LEASED = {"leased_until": from_now(LEASE_SECONDS), "lease_token": bindparam("token")}
_LEASE_PAGES = (
    update(page)
    .where(page.c.page_id == any_(bindparam("pages", type_=ARRAY(Uuid))), page.c.due_at <= func.now(), free(page))
    .values(**_LEASED)
    .returning(*page.c, select(feed.c.url).where(feed.c.feed_id == page.c.feed_id).scalar_subquery().label("feed_url"))
)
_LEASE_HOSTS = update(host).where(host.c.host == any_(bindparam("hosts", type_=ARRAY(Text)))).values(**_LEASED)


async def _take_pages(connection: AsyncConnection, page_ids: Sequence[UUID]) -> list[Row[Any]]:
    if not page_ids:
        return []
    token = uuid4()
    taken = list(await connection.execute(_LEASE_PAGES, {"pages": page_ids, "token": token}))
    await connection.execute(_LEASE_HOSTS, {"hosts": [row.host for row in taken], "token": token})
    places = {page_id: place for place, page_id in enumerate(page_ids)}
    return sorted(taken, key=lambda row: places[row.page_id])


async def lease_files(connection: AsyncConnection, *, folders: Sequence[str], most: int) -> list[Row[Any]]:
    """Lease due pages that are files below the folders, given as ``file:///`` URLs that end in a slash."""
    below = or_(*(page.c.url.startswith(folder, autoescape=True) for folder in folders), literal(value=False))
    return await take_due(connection, taking(page, "due_at", page.c.host == FILE_HOST, below), most=most)
