"""Sources: the feeds that a home page or an index of sitemaps names, polled for as long as it names them."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.outcomes import FeedOutcome
from schemas.tables import feed
from services.ingest.urls import default_publisher

FAILED_LONG = 10
"""Polls in a row that failed, which takes most of a day and more, until a site is looked through for another feed."""

_ANSWERED = frozenset({FeedOutcome.POLLED.value, FeedOutcome.NOT_MODIFIED.value})


async def save_sources(connection: AsyncConnection, parent: Row[Any], urls: Sequence[str]) -> bool:
    """Have the feeds polled that ``parent`` names, and those no more that it named before; their pages stay.

    Returns False, having done nothing, where the parent was itself found in one that was found: a site has a home page,
    an index and its sitemaps, and whoever nests deeper wants something else. A feed known already stays whose it is.
    One of another site is that site's, so that nobody gives another's articles out as theirs by naming its feed.
    """
    if parent.found_in is not None and await _found_in(connection, parent.found_in) is not None:
        return False
    rows = [
        {"feed_id": uuid5(NAMESPACE_URL, url), "url": url, "found_in": parent.feed_id, **_whose(parent, url)}
        for url in sorted(set(urls))
        if url != parent.url
    ]
    if rows:
        await connection.execute(insert(feed).on_conflict_do_nothing(), rows)
    await connection.execute(delete(feed).where(feed.c.found_in == parent.feed_id, feed.c.url.not_in(urls)))
    return True


async def list_living(connection: AsyncConnection, parent: Row[Any]) -> tuple[str, ...]:
    """Return the feeds that were found for ``parent``, if one of them is still worth polling; none where none is.

    That is one that is not gone and has not failed for long; one that moved to what is polled anyway goes on there.
    """
    found = select(feed.c.url, feed.c.failures, feed.c.ended_at, feed.c.outcome).where(
        feed.c.found_in == parent.feed_id
    )
    rows = (await connection.execute(found.order_by(feed.c.url))).all()
    lives = [row for row in rows if row.failures < FAILED_LONG and (row.ended_at is None or row.outcome in _ANSWERED)]
    return tuple(row.url for row in rows) if lives else ()


def _whose(parent: Row[Any], url: str) -> dict[str, str | None]:
    host, domain = default_publisher(url), parent.publisher_domain.removeprefix("www.")
    if host == default_publisher(parent.url) or host == domain or host.endswith(f".{domain}"):
        return {"publisher_domain": parent.publisher_domain, "publisher_name": parent.publisher_name}
    return {"publisher_domain": host, "publisher_name": None}


async def _found_in(connection: AsyncConnection, feed_id: object) -> object:
    return await connection.scalar(select(feed.c.found_in).where(feed.c.feed_id == feed_id))
