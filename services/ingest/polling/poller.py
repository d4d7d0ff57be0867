"""The poller: asks a feed what is new and makes due pages of the entries it does not know."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.outcomes import FeedOutcome
from schemas.tables import feed
from services import metrics, traces
from services.ingest.discovery.entries import Entry, Feed, FeedBody, FeedKind, Further, Item, NotAFeed, read_entries
from services.ingest.discovery.homepages import list_places
from services.ingest.discovery.listings import max_bytes, read_listing
from services.ingest.discovery.probing import find_feed
from services.ingest.discovery.sitemaps import ENTRIES_MAX
from services.ingest.discovery.sources import list_living, save_sources
from services.ingest.fetching.fetcher import Fetched, Fetcher, FetchFailed
from services.ingest.fetching.redirects import Way
from services.ingest.folders import as_fetched
from services.ingest.polling.outlook import Answer, after_answer, after_failure
from services.ingest.queues import frontier, leases, slots
from services.ingest.queues.frontier import Inserted, Polled
from services.ingest.queues.hosts import Turn
from services.ingest.queues.journeys import journey_of
from services.ingest.queues.leases import Lease
from services.ingest.queues.pace import DAY_SECONDS
from services.ingest.queues.schedule import NextPoll
from services.ingest.urls import BadUrl
from services.logs import bound
from services.workers import WorkerError, WorkerKilled, Workers

logger = logging.getLogger(__name__)

FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/json;q=0.9, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.1"
)
"""The Accept header of a poll."""

PAST = frozenset({FeedKind.SITEMAP, FeedKind.LIST})
"""Kinds of feeds that list what is years old as well as news."""

REFUSALS = (FetchFailed, NotAFeed, WorkerKilled, WorkerError)
"""What is the feed's own fault, its server's, or our code's on this feed alone: each ends as an outcome."""


def explain(error: Exception) -> tuple[FeedOutcome, str]:
    """Return the outcome and the reason that one of ``REFUSALS`` means, or a failure that nobody expected."""
    match error:
        case FetchFailed():
            return FeedOutcome(error.outcome.value), error.reason
        case WorkerKilled():
            return FeedOutcome.WORKER_KILLED, f"reading it took more than allowed: {error.reason}"
        case BadUrl():
            return FeedOutcome.BAD_URL, error.reason
        case DBAPIError():
            return FeedOutcome.BAD_RESPONSE, "the database refused it"
        case NotAFeed() | WorkerError():
            return FeedOutcome.NOT_A_FEED, str(error)
        case _:
            return FeedOutcome.NOT_A_FEED, f"our own code failed on it: {type(error).__name__}"


def read(body: FeedBody) -> Feed:
    """Return what the URL lists; runs in a worker. Raises `NotAFeed`, also where our own code fails on it."""
    try:
        return read_listing(body)
    except (NotAFeed, MemoryError):
        raise
    except Exception as error:
        raise NotAFeed(f"our own code failed on it: {type(error).__name__}") from error


def read_further(chosen: tuple[Sequence[Further], FeedBody]) -> tuple[Entry, ...]:
    """Return further items of a listing as entries; runs in a worker, since dates are dear to read."""
    further, body = chosen
    return read_entries([Item(each.url, published=each.published, modified=each.modified) for each in further], body)


class Poller:
    """Polls one feed at a time from its row back to its row."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        fetcher: Fetcher,
        workers: Workers,
        interval_seconds: float,
        longest_seconds: float = DAY_SECONDS,
    ) -> None:
        self._engine = engine
        self._fetcher = fetcher
        self._workers = workers
        self._interval_seconds, self._longest_seconds = interval_seconds, longest_seconds

    async def poll(self, row: Row[Any], turn: Turn) -> None:
        """Poll the feed and save what came of it, its entries and its outcome in one transaction.

        Raises:
            LeaseLost: another replica polls it now; nothing was saved.
            HostBusy: a host is not free; the poll goes on from there.
            Exception: nobody expected it, or PostgreSQL is away; ``fail`` says what becomes of the feed.
        """
        with bound(feed_url=row.url, feed_id=row.feed_id), traces.span("poll", feed_url=row.url) as span:
            try:
                answer = await self._ask(row, turn)
            except REFUSALS as error:
                polled = self._failed(row, error)
                span.note(outcome=polled.outcome)
                await self._save(row, polled, None)
                return
            polled = _answered(answer)
            span.note(outcome=polled.outcome)
            await self._save(row, polled, answer, slots.SLOT_SHARE * turn.pause_seconds)

    async def fail(self, row: Row[Any], error: Exception) -> None:
        """Save what becomes of a feed whose poll failed as nobody expected. Raises ``LeaseLost``."""
        with bound(feed_url=row.url, feed_id=row.feed_id):
            logger.error("this poll failed unexpectedly", exc_info=error)
            await self._save(row, self._failed(row, error), None)

    def _failed(self, row: Row[Any], error: Exception) -> Polled:
        outcome, reason = explain(error)
        wait = error.retry_after_seconds if isinstance(error, FetchFailed) else None
        again, place = after_failure(row, outcome, interval_seconds=self._interval_seconds, retry_after_seconds=wait)
        return Polled(outcome, reason, again, moved_to=place)

    async def _ask(self, row: Row[Any], turn: Turn) -> Answer:
        place, journey = frontier.place_of(row), journey_of(row)
        if journey is not None and journey.places:
            source = await self._probe(journey.places, turn, journey.way)
            found = Feed(None, None, (), dropped=0, skipped=0, kind=FeedKind.PAGE, sources=(source,))
            return Answer(as_fetched(place, b""), found)
        way = None if journey is None else journey.way
        fetched = await self._fetch(place, turn, etag=row.etag, last_modified=row.last_modified, way=way)
        if fetched.status == 304:  # noqa: PLR2004 (not modified)
            return Answer(fetched, None)
        found = await self._find(row, await self._read(fetched), fetched, turn)
        metrics.FEED_ENTRIES.labels("skipped").inc(found.skipped + found.dropped)
        return await self._pick(Answer(fetched, found, has_more=found.has_more))

    async def _pick(self, answer: Answer) -> Answer:
        """Return the answer with those of its further items whose turn it is: the first that are not known."""
        fetched, found = answer.fetched, answer.found
        if found is None or not found.further:
            return answer
        further = {each.url: each for each in found.further}
        urls = [*dict.fromkeys(entry.url for entry in found.entries), *further]
        async with self._engine.connect() as connection:
            unknown = await slots.find_unknown(connection, urls, most=ENTRIES_MAX + 1)
        chosen = [further[url] for url in unknown[:ENTRIES_MAX] if url in further]
        place = FeedBody(fetched.final_url, b"", fetched.fetched_at)
        picked = await self._workers.run(read_further, (chosen, place)) if chosen else ()
        return answer._replace(picked=picked, has_more=answer.has_more or len(unknown) > ENTRIES_MAX)

    async def _find(self, row: Row[Any], found: Feed, fetched: Fetched, turn: Turn) -> Feed:
        """Return what was found, with the feed of a home page that names none, if it has one. Raises `NotAFeed`.

        Where one was found before and lives, the site is not asked for it again.
        """
        if found.kind is not FeedKind.PAGE:
            return found
        if row.found_in is not None:
            raise NotAFeed("a page, where another names a feed")
        if found.sources:
            return found
        async with self._engine.connect() as connection:
            living = await list_living(connection, row)
        if living:
            return replace(found, sources=living)
        source = await self._probe(list_places(fetched.final_url, turn.sitemaps(fetched.final_url)), turn)
        return replace(found, sources=(source,))

    async def _probe(self, places: Sequence[str], turn: Turn, way: Way | None = None) -> str:
        """Return the first of the places where there is a feed, going on at the first by its ``way``.

        Raises `NotAFeed`, or what it is interrupted by, with the places still to be looked at.
        """

        async def ask(url: str) -> Feed:
            return await self._read(await self._fetch(url, turn, way=way if url == places[0] else None))

        source = await find_feed(places, ask)
        if source is None:
            raise NotAFeed("a page that names no feed, of a site that has none in the usual places")
        return source

    async def _fetch(
        self,
        url: str,
        turn: Turn,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        way: Way | None = None,
    ) -> Fetched:
        async with turn.left_after():
            return await self._fetcher.fetch(
                url,
                accept=FEED_ACCEPT,
                max_bytes=max_bytes(url),
                etag=etag,
                last_modified=last_modified,
                before_request=turn.before_request,
                way=way,
            )

    async def _read(self, fetched: Fetched) -> Feed:
        return await self._workers.run(
            read, FeedBody(fetched.final_url, fetched.body, fetched.fetched_at, fetched.charset)
        )

    async def _save(
        self, row: Row[Any], polled: Polled, answer: Answer | None, apart_seconds: float | None = None
    ) -> None:
        """Save what was found and what became of the poll, and count both once they are kept."""
        lease, found = Lease(feed, row.feed_id, row.lease_token), answer.found if answer else None
        async with self._engine.begin() as connection:
            await leases.check(connection, lease)
            apart_seconds = apart_seconds if found and found.kind in PAST else None
            listed = answer.entries if answer else ()
            inserted = await frontier.insert_entries(connection, row, listed, apart_seconds=apart_seconds)
            if found and found.sources and not await save_sources(connection, row, found.sources):
                polled = polled._replace(reason="names feeds, but was found in what was found itself")
            if answer is not None:
                polled = await self._look_ahead(connection, row, polled, answer, inserted)
            await frontier.save_poll(connection, lease, polled._replace(entries=inserted.new))
        metrics.FEED_POLLS.labels(polled.outcome).inc()
        for what in ("new", "changed", "known"):
            metrics.FEED_ENTRIES.labels(what).inc(getattr(inserted, what))
        words = f" ({polled.reason})" if polled.reason else f", {inserted.new} new, {inserted.changed} changed"
        logger.info("%s%s; next in %.0f s", polled.outcome, words, polled.next.seconds)

    async def _look_ahead(
        self, connection: AsyncConnection, row: Row[Any], polled: Polled, answer: Answer, inserted: Inserted
    ) -> Polled:
        """Return what is left in the row with the next poll; a feed that has moved to where another is polled ends."""
        if inserted.left:
            answer = answer._replace(has_more=True)
        if answer.has_more:  # what has not changed is not sent, and could not be listed
            polled = polled._replace(etag=None, last_modified=None)
        outlook = after_answer(
            row,
            answer,
            inserted,
            interval_seconds=self._interval_seconds,
            longest_seconds=self._longest_seconds,
        )
        place = outlook.moved_to
        if place is not None and await frontier.is_polled_at(connection, place, row.feed_id):
            return polled._replace(reason=f"moved to {place}, which is polled", next=outlook.next._replace(ends=True))
        return polled._replace(
            next=outlook.next, changes_per_day=outlook.changes_per_day, rest=outlook.rest, moved_to=place
        )


def _answered(answer: Answer) -> Polled:
    """Return what an answer leaves in the feed's row, until what it lists is saved."""
    fetched, found = answer.fetched, answer.found
    return Polled(
        FeedOutcome.POLLED if found else FeedOutcome.NOT_MODIFIED,
        f"names {len(found.sources)} feeds" if found and found.sources else None,
        NextPoll(0.0, 0),
        title=found.title if found else None,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
    )
