"""The schedule: when a feed is polled again, whether a page is tried again, how long a host is left alone.

Pure: what happened goes in, seconds from now come out; the database's clock turns them into times, since the clocks of
replicas differ.
"""

from typing import NamedTuple

from schemas.outcomes import FeedOutcome, PageOutcome
from services.ingest.queues.pace import DAY_SECONDS, find_interval

FRESH_CAP_SECONDS = 3_600.0
"""The longest that ``max-age`` delays the poll of a feed that is known to change sooner: many say a day and do."""

DEAD_CAP_SECONDS = 4 * DAY_SECONDS
"""The longest between two polls of a feed that fails again and again: it may return, and costs next to nothing."""

PAGE_ATTEMPTS = 13
"""How often a page is asked for while its failures may pass: over the waits below, two days, which outlast a site's
evening out of order and a certificate that expires on a Saturday; what is older is hardly news."""

KILLED_ATTEMPTS = 2
"""How often a page may kill a worker: once may be a neighbour's memory, twice is the page."""

RETRY_FIRST_SECONDS = 60.0
"""Before the second attempt at a page; each further wait is four times as long."""

RETRY_CAP_SECONDS = 21_600.0
"""The longest wait between two attempts at a page, from the sixth on: what came back is read within six hours."""

JITTER_SHARE = 0.1
"""Of a wait, what it is longer by at most, page by page: what failed together does not come back together."""

HOST_PAUSE_CAP_SECONDS = 3_600.0
"""The longest that one Retry-After keeps all of a host's pages waiting; the page itself waits as long as asked."""

PASSING = frozenset(
    {
        PageOutcome.ROBOTS_UNREACHABLE,
        PageOutcome.DNS_FAILED,
        PageOutcome.CONNECTION_FAILED,
        PageOutcome.TLS_FAILED,
        PageOutcome.TIMED_OUT,
        PageOutcome.RATE_LIMITED,
        PageOutcome.SERVER_ERROR,
        PageOutcome.WORKER_KILLED,
    }
)
"""Failures that may be gone the next time; every other outcome of a page is final."""

ASKED_TO_WAIT = frozenset({PageOutcome.RATE_LIMITED, PageOutcome.SERVER_ERROR})
"""Outcomes whose Retry-After is the server's word for all of the host (RFC 9110, section 10.2.3)."""

_ANSWERED = frozenset({FeedOutcome.POLLED, FeedOutcome.NOT_MODIFIED})
_FIRST_POWER_CAP = 16


class NextPoll(NamedTuple):
    """When a feed is polled again, and how many polls in a row have failed; where it ``ends``, never by itself."""

    seconds: float
    failures: int
    ends: bool = False


def next_poll(
    outcome: FeedOutcome,
    *,
    failures: int,
    interval_seconds: float,
    longest_seconds: float = DAY_SECONDS,
    per_day: float | None = None,
    max_age_seconds: float | None = None,
    ttl_seconds: float | None = None,
    retry_after_seconds: float | None = None,
) -> NextPoll:
    """Return when to poll again after ``outcome``; ``failures`` counts those in a row before it.

    ``interval_seconds`` is the least time between two polls, ``longest_seconds`` the most by its pace, which is
    ``per_day`` changes. A feed that answers is left
    alone for as long as its pace, its ``ttl`` and its ``max-age`` say, up to a day. A failure doubles the wait up to
    days and honours Retry-After; a feed that is gone ends.
    """
    if outcome in _ANSWERED:
        wait = (
            interval_seconds
            if per_day is None
            else find_interval(per_day, least_seconds=interval_seconds, most_seconds=longest_seconds)
        )
        asked = max(_fresh(max_age_seconds or 0.0, per_day), min(ttl_seconds or 0.0, DAY_SECONDS))
        return NextPoll(max(wait, asked), 0)
    if outcome is FeedOutcome.GONE:
        return NextPoll(DEAD_CAP_SECONDS, failures + 1, ends=True)
    wait = min(interval_seconds * 2.0 ** min(failures, _FIRST_POWER_CAP), DEAD_CAP_SECONDS)
    return NextPoll(max(wait, min(retry_after_seconds or 0.0, DAY_SECONDS)), failures + 1)


def _fresh(max_age_seconds: float, per_day: float | None) -> float:
    """Return how long an answer is taken to be fresh: as long as it says, unless the feed's own pace belies that."""
    fresh = min(max_age_seconds, DAY_SECONDS)
    is_belied = per_day is None or per_day * fresh >= DAY_SECONDS
    return min(fresh, FRESH_CAP_SECONDS) if is_belied else fresh


def retry_after(
    outcome: PageOutcome,
    *,
    attempts: int,
    retry_after_seconds: float | None = None,
    may_pass: bool = False,
    jitter: float = 0.0,
) -> float | None:
    """Return the seconds until a page is tried again, or None where ``outcome`` stands.

    ``attempts`` counts the attempts made, this one included, whatever they ended in; ``may_pass`` says of an outcome
    that is else final that it may be gone the next time. ``jitter``, from 0 to 1, is the page's own.
    """
    allowed = KILLED_ATTEMPTS if outcome is PageOutcome.WORKER_KILLED else PAGE_ATTEMPTS
    if not (may_pass or outcome in PASSING) or attempts >= allowed:
        return None
    wait = min(RETRY_FIRST_SECONDS * 4.0 ** min(attempts - 1, _FIRST_POWER_CAP), RETRY_CAP_SECONDS)
    return min(max(wait, retry_after_seconds or 0.0), DAY_SECONDS) * (1.0 + JITTER_SHARE * jitter)


def host_pause(
    *,
    interval_seconds: float,
    crawl_delay_seconds: float | None = None,
    retry_after_seconds: float | None = None,
    outcome: PageOutcome | None = None,
) -> float:
    """Return how long a host is left alone after a request: our interval, or longer where it asks for that."""
    asked = retry_after_seconds if outcome in ASKED_TO_WAIT else None
    return max(interval_seconds, crawl_delay_seconds or 0.0, min(asked or 0.0, HOST_PAUSE_CAP_SECONDS))
