"""The outlook of a feed: what an answer says of its pace, its rest and its place, and so of its next poll."""

from typing import Any, NamedTuple

from sqlalchemy import Row

from schemas.outcomes import FeedOutcome
from services.ingest.discovery.beyond import TURN_SECONDS
from services.ingest.discovery.entries import Entry, Feed, FeedKind
from services.ingest.discovery.rests import Rest, wait_out
from services.ingest.fetching.responses import Fetched
from services.ingest.queues.frontier import Inserted, place_of
from services.ingest.queues.leases import leased_at
from services.ingest.queues.pace import DAY_SECONDS, SOURCES_A_DAY, UNKNOWN_A_DAY, first_pace, next_pace
from services.ingest.queues.schedule import NextPoll, next_poll
from services.ingest.queues.slots import BATCH_SECONDS

LOST = frozenset(
    {
        FeedOutcome.GONE,
        FeedOutcome.NOT_FOUND,
        FeedOutcome.NOT_A_FEED,
        FeedOutcome.BAD_URL,
        FeedOutcome.DNS_FAILED,
        FeedOutcome.REFUSED_ADDRESS,
    }
)
"""Outcomes at the place that a feed has moved to by which it is looked for at its own URL again."""


class Answer(NamedTuple):
    """A feed's answer, and what it lists; None where that is what it was.

    ``picked`` are those of its further items whose turn it is; it ``has_more`` where others wait.
    """

    fetched: Fetched
    found: Feed | None
    picked: tuple[Entry, ...] = ()
    has_more: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is to be listed."""
        return self.found.entries + self.picked if self.found else ()


class Outlook(NamedTuple):
    """What follows from an answer: the changes a day, the next poll, the rest to keep and the place to go on at."""

    changes_per_day: float
    next: NextPoll
    rest: Rest | None
    moved_to: str | None


def after_answer(
    row: Row[Any], answer: Answer, inserted: Inserted, *, interval_seconds: float, longest_seconds: float
) -> Outlook:
    """Return what follows from an answer to the feed leased as ``row``, of whose entries so many were ``inserted``."""
    found = answer.found
    rest = Rest(found.ttl_seconds, found.skip_hours, found.skip_days) if found else None
    kept = rest or Rest(row.ttl_seconds, tuple(row.skip_hours or ()), tuple(row.skip_days or ()))
    per_day = _pace(row, answer, inserted)
    again = next_poll(
        FeedOutcome.POLLED,
        failures=row.failures,
        interval_seconds=interval_seconds,
        longest_seconds=min(longest_seconds, _more_in(answer)),
        per_day=per_day,
        max_age_seconds=answer.fetched.cache_max_age_seconds,
        ttl_seconds=kept.ttl_seconds,
    )
    place = answer.fetched.moved_permanently_to
    return Outlook(per_day, _rested(row, again, kept), rest, None if place == place_of(row) else place)


def after_failure(
    row: Row[Any], outcome: FeedOutcome, *, interval_seconds: float, retry_after_seconds: float | None
) -> tuple[NextPoll, str | None]:
    """Return when to poll again after a failure, and the place: empty for the feed's own URL, None as it was."""
    is_lost = row.moved_to is not None and outcome in LOST
    again = next_poll(
        FeedOutcome.NOT_FOUND if is_lost else outcome,
        failures=row.failures,
        interval_seconds=interval_seconds,
        retry_after_seconds=retry_after_seconds,
    )
    kept = Rest(row.ttl_seconds, tuple(row.skip_hours or ()), tuple(row.skip_days or ()))
    return _rested(row, again, kept), "" if is_lost else None


def _more_in(answer: Answer) -> float:
    """Return in how many seconds at most there is more to be had, whatever the feed's pace is."""
    if not answer.has_more or answer.found is None:
        return DAY_SECONDS
    return TURN_SECONDS / 2 if answer.found.kind is FeedKind.INDEX else BATCH_SECONDS


def _pace(row: Row[Any], answer: Answer, inserted: Inserted) -> float:
    found, now = answer.found, leased_at(row)
    if row.changes_per_day is None or row.polled_at is None:
        if found is None:
            return UNKNOWN_A_DAY
        if found.sources and not found.entries:
            return SOURCES_A_DAY
        dates = (entry.published.at or entry.modified.at for entry in found.entries)
        return first_pace([at for at in dates if at is not None], now)
    return next_pace(
        row.changes_per_day,
        new=inserted.new - inserted.later,
        changed=inserted.changed,
        listed=inserted.new + inserted.changed + inserted.known,
        elapsed_seconds=(now - row.polled_at).total_seconds(),
    )


def _rested(row: Row[Any], again: NextPoll, rest: Rest) -> NextPoll:
    seconds = wait_out(again.seconds, leased_at(row), rest.skip_hours, rest.skip_days)
    return again._replace(seconds=seconds)
