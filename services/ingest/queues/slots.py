"""Slots: when the pages of a sitemap's past are asked for, spread over time so that their host's news goes first."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import host, page
from services.ingest.discovery.entries import Entry
from services.ingest.urls import host_key

SLOT_SHARE = 2.0
"""Times a host's pause: so far apart are its slots, which leaves every other request to news."""

HORIZON = timedelta(days=1)
"""No slot is further ahead; what gets none is left for a later poll, so that a vast archive makes no vast table."""

PROMPT_MAX = 100
"""So few new URLs of a poll that say no date, or an old one, are due at once: they may be news all the same."""

NEWS = timedelta(days=7)
"""What is dated later than so long ago is due at once, however much of it there is."""

BATCH_SECONDS = 1_800.0
"""The longest until the next poll of a sitemap that has more: what one poll takes of it fills as many seconds."""

AT_ONCE = 5_000
"""URLs that one statement looks up, which takes the database some 30 ms."""

_GIVEN = func.unnest(bindparam("urls", type_=ARRAY(Text))).table_valued("url", with_ordinality="place").render_derived()
_UNKNOWN = (
    select(_GIVEN.c.url)
    .where(~select(page.c.page_id).where(page.c.url == _GIVEN.c.url).exists())
    .order_by(_GIVEN.c.place)
    .limit(bindparam("most"))
)
_LAST_SLOT = (
    select(page.c.due_at)
    .where(page.c.host == host.c.host, page.c.due_at.is_not(None), page.c.attempts == 0)
    .order_by(page.c.due_at.desc())
    .limit(1)
    .scalar_subquery()
)


async def find_unknown(connection: AsyncConnection, urls: Sequence[str], *, most: int) -> list[str]:
    """Return the first of the URLs, up to ``most``, that are no page's yet."""
    unknown: list[str] = []
    for start in range(0, len(urls), AT_ONCE):
        if len(unknown) < most:
            asked = {"urls": urls[start : start + AT_ONCE], "most": most - len(unknown)}
            unknown += (await connection.execute(_UNKNOWN, asked)).scalars()
    return unknown


async def book(
    connection: AsyncConnection, entries: Sequence[Entry], known: Collection[str], apart_seconds: float
) -> dict[str, datetime]:
    """Return when the entry of each URL is due, given those that are ``known``; one without is not to be listed yet.

    News is due now. So are the others where they are few; else each gets the next slot of its host, in their order.
    """
    now: datetime = (await connection.execute(select(func.now()))).scalar_one()
    due = {entry.url: now for entry in entries}
    past = [url for entry in entries if (url := entry.url) not in known and not _is_news(entry, now)]
    if len(past) <= PROMPT_MAX:
        return due
    free = await _first_slots(connection, {host_key(url) for url in past}, now)
    for url in past:
        name = host_key(url)
        if free[name] > now + HORIZON:
            del due[url]
        else:
            due[url] = free[name]
            free[name] += timedelta(seconds=apart_seconds)
    return due


async def _first_slots(connection: AsyncConnection, names: set[str], now: datetime) -> dict[str, datetime]:
    """Return the first free slot of each host: the end of what already waits for it."""
    rows = await connection.execute(select(host.c.host, _LAST_SLOT).where(host.c.host.in_(names)))
    last = {name: at for name, at in rows if at is not None}
    return {name: max(now, last.get(name, now)) for name in names}


def _is_news(entry: Entry, now: datetime) -> bool:
    stated = [at for at in (entry.published.at, entry.modified.at) if at is not None]
    return bool(stated) and max(stated) > now - NEWS
