"""The frontier: the feeds that are polled, each leased when it is due, and the pages that they list."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import (
    Row,
    and_,
    case,
    func,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.outcomes import FeedOutcome, PageOutcome
from schemas.tables import feed, page
from services import traces
from services.ingest.discovery.entries import Entry
from services.ingest.discovery.rests import Rest
from services.ingest.queues import hosts, slots
from services.ingest.queues.journeys import next_url
from services.ingest.queues.leases import Lease, finish, from_now, take_due, taking
from services.ingest.queues.schedule import NextPoll
from services.ingest.urls import default_publisher, host_key, resolve

_LIVES = feed.c.ended_at.is_(None)
_PLACE = next_url(feed, func.coalesce(feed.c.moved_to, feed.c.url))
_LEASE_FEEDS = taking(feed, "next_poll_at", _LIVES, hosts.first_of_free(feed, "next_poll_at", _PLACE, _LIVES))

_DUE = {"due_at": func.now(), "attempts": 0, "leased_until": None, "lease_token": None}

ANEW_MAX = 5
"""Entries that a poll may date anew to one minute, however few it lists: so many articles are changed at once."""

_ONE_WRITING = timedelta(minutes=1)


class Inserted(NamedTuple):
    """What became of a feed's entries: pages made, made due again, and known already.

    Of the new ones some are due ``later``; others are ``left`` for another poll.
    """

    new: int
    changed: int
    known: int
    later: int = 0
    left: int = 0


class Polled(NamedTuple):
    """What a poll leaves in the feed's row; of what is None the old stays.

    ``moved_to`` is where it is polled from now on; where it is empty, at its own URL again.
    """

    outcome: FeedOutcome
    reason: str | None
    next: NextPoll
    entries: int = 0
    title: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    changes_per_day: float | None = None
    rest: Rest | None = None
    moved_to: str | None = None


async def add_feed(
    connection: AsyncConnection,
    url: str,
    publisher_domain: str | None = None,
    publisher_name: str | None = None,
    *,
    revive: bool = True,
) -> UUID:
    """Have a feed polled; one that is known gets the publisher named here.

    Where ``revive``, one that has ended is due now, as if it had never failed. Returns its id.

    Raises:
        BadUrl: it cannot be fetched.
    """
    sent = resolve("", url)
    named = {"publisher_domain": publisher_domain, "publisher_name": publisher_name}
    values = {"publisher_domain": default_publisher(sent)} | {key: value for key, value in named.items() if value}
    feed_id = uuid5(NAMESPACE_URL, sent)
    statement = insert(feed).values(feed_id=feed_id, url=sent, **values)
    changes: dict[str, Any] = {"found_in": None} | {key: value for key, value in named.items() if value}
    if revive:
        changes |= _revived()
    await connection.execute(statement.on_conflict_do_update(index_elements=[feed.c.url], set_=changes))
    return feed_id


def _revived() -> dict[str, Any]:
    has_ended, begins = feed.c.ended_at.is_not(None), {"next_poll_at": func.now(), "failures": 0}
    return {"ended_at": None} | {name: case((has_ended, value), else_=feed.c[name]) for name, value in begins.items()}


async def list_feeds(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Return the rows of all feeds, by URL."""
    return (await connection.execute(select(feed).order_by(feed.c.url))).all()


async def remove_feed(connection: AsyncConnection, url: str) -> bool:
    """Poll a feed no more; its pages stay. Returns whether it was known. Raises ``BadUrl``."""
    removed = await connection.execute(feed.delete().where(feed.c.url == resolve("", url)))
    return removed.rowcount == 1


def place_of(row: Row[Any]) -> str:
    """Return the URL at which a feed is polled: its own, or the one that it has moved to for good."""
    return str(row.moved_to or row.url)


async def lease_feeds(connection: AsyncConnection, *, most: int) -> list[Row[Any]]:
    """Lease feeds whose poll is due, of as many hosts that are free; the hosts are still to be taken."""
    return await take_due(connection, _LEASE_FEEDS, most=most)


async def is_polled_at(connection: AsyncConnection, url: str, feed_id: UUID) -> bool:
    """Return whether a feed other than this one is polled at ``url``."""
    there = and_(
        func.coalesce(feed.c.moved_to, feed.c.url) == url, feed.c.feed_id != feed_id, feed.c.ended_at.is_(None)
    )
    return (await connection.execute(select(1).where(there).limit(1))).first() is not None


async def save_poll(connection: AsyncConnection, lease: Lease, polled: Polled) -> None:
    """Save what a poll found; raises ``LeaseLost``."""
    names = ("title", "etag", "last_modified", "changes_per_day")
    found: dict[str, object] = {name: getattr(polled, name) for name in names}
    if polled.rest is not None:
        found |= {"ttl_seconds": polled.rest.ttl_seconds or null()}
        found |= {"skip_hours": list(polled.rest.skip_hours), "skip_days": list(polled.rest.skip_days)}
    if polled.moved_to is not None:
        found |= {"moved_to": polled.moved_to or null()}
    if polled.next.ends:
        found |= {"ended_at": func.now()}
    await finish(
        connection,
        lease,
        outcome=polled.outcome.value,
        reason=polled.reason,
        polled_at=func.now(),
        next_poll_at=from_now(polled.next.seconds),
        failures=polled.next.failures,
        journey=null(),
        entries=feed.c.entries + polled.entries,
        **{key: value for key, value in found.items() if value is not None},
    )


async def insert_entries(
    connection: AsyncConnection, source: Row[Any], entries: Sequence[Entry], *, apart_seconds: float | None = None
) -> Inserted:
    """Make a due page of each entry not known yet; a known one is due again where the feed dates it anew.

    Of a sitemap, whose hosts have a slot every ``apart_seconds``, those of the past are due in these.

    A feed that dates most of them anew to one minute says when it was written, not when they were: of these only the
    date is kept.
    A page that was erased is left alone: an entry has words of the article. A page that is being read just now loses
    its lease, so that whoever reads the older text does not mark it done.
    """
    if not entries:
        return Inserted(0, 0, 0)
    said, before = {each.url: each for each in entries}, await _find_known(connection, entries)
    due = None if apart_seconds is None else await slots.book(connection, list(said.values()), before, apart_seconds)
    listed = [each for url, each in sorted(said.items()) if due is None or url in due]
    left = len(said) - len(listed)
    if not listed:
        return Inserted(0, 0, 0, left=left)
    rows = [_page_row(source, each) | ({"due_at": due[each.url]} if due else {}) for each in listed]
    await hosts.remember(connection, {row["host"] for row in rows})
    statement = insert(page).values(rows)
    dated, known = (entry["modified"]["at"].astext for entry in (statement.excluded.entry, page.c.entry))
    kept = page.c.outcome.is_distinct_from(PageOutcome.ERASED.value)
    dates_all = _dates_all_anew(said, before)
    again = {"traceparent": statement.excluded.traceparent} | _DUE
    upsert = statement.on_conflict_do_update(
        index_elements=[page.c.url],
        set_={"entry": statement.excluded.entry} | ({} if dates_all else again),
        where=and_(dated.is_not(None), dated.is_distinct_from(known), page.c.arrival == Arrival.FETCHED.value, kept),
    ).returning(page.c.found_at == func.now())
    fresh = [bool(new) for (new,) in await connection.execute(upsert)]
    changed = 0 if dates_all else len(fresh) - sum(fresh)
    later = sum(at > first for first in [min(due.values())] for at in due.values()) if due else 0
    return Inserted(sum(fresh), changed, len(rows) - sum(fresh) - changed, later, left)


async def _find_known(connection: AsyncConnection, entries: Sequence[Entry]) -> dict[str, str | None]:
    """Return those of the entries' URLs that are pages, each with when it was last dated."""
    modified = page.c.entry["modified"]["at"].astext.label("modified")
    known = select(page.c.url, modified).where(page.c.url.in_({entry.url for entry in entries}))
    return {row.url: row.modified for row in await connection.execute(known)}


def _dates_all_anew(said: Mapping[str, Entry], known: Mapping[str, str | None]) -> bool:
    """Tell whether a poll dates more than half of the entries anew that are known, all of these to about one minute."""
    dates = [(said[url].modified.at, before and datetime.fromisoformat(before)) for url, before in known.items()]
    anew = sorted(now for now, before in dates if now and now != before)
    together = [date for date in anew if abs(date - anew[len(anew) // 2]) <= _ONE_WRITING]
    return len(together) > max(ANEW_MAX, len(known) / 2)


def _page_row(source: Row[Any], entry: Entry) -> dict[str, Any]:
    return {
        "page_id": uuid5(NAMESPACE_URL, entry.url),
        "url": entry.url,
        "host": host_key(entry.url),
        "arrival": Arrival.FETCHED.value,
        "feed_id": source.feed_id,
        "publisher_domain": source.publisher_domain,
        "publisher_name": source.publisher_name,
        "entry": entry.model_dump(mode="json"),
        "traceparent": traces.current(),
    }


async def find_other_page(connection: AsyncConnection, article_id: UUID, page_id: UUID) -> str | None:
    """Return the URL of another page that is known to be this article, and is no duplicate itself."""
    original = page.c.outcome.is_distinct_from(PageOutcome.DUPLICATE_URL.value)
    found = await connection.scalar(
        select(page.c.url).where(page.c.article_id == article_id, page.c.page_id != page_id, original).limit(1)
    )
    return None if found is None else str(found)
