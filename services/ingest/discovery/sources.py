"""Sources: the feeds that a home page or an index of sitemaps names, polled for as long as it names them."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import feed
from services.ingest.urls import default_publisher


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


def _whose(parent: Row[Any], url: str) -> dict[str, str | None]:
    host, domain = default_publisher(url), parent.publisher_domain.removeprefix("www.")
    if host == default_publisher(parent.url) or host == domain or host.endswith(f".{domain}"):
        return {"publisher_domain": parent.publisher_domain, "publisher_name": parent.publisher_name}
    return {"publisher_domain": host, "publisher_name": None}


async def _found_in(connection: AsyncConnection, feed_id: object) -> object:
    return await connection.scalar(select(feed.c.found_in).where(feed.c.feed_id == feed_id))
