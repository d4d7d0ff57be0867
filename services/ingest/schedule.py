"""The schedule: when a feed is polled again, whether a page is tried again, how long a host is left alone.

Pure: what happened goes in, seconds from now come out; the database's clock turns them into times, since the clocks of
replicas differ.
"""

from typing import NamedTuple

from schemas.outcomes import FeedOutcome, PageOutcome

DAY_SECONDS = 86_400.0
"""The longest that a feed is left alone, whatever its server asks for: news that waits longer is none."""

FRESH_CAP_SECONDS = 3_600.0
"""The longest that ``max-age`` delays the next poll: many feeds say a day and change every hour."""

PAGE_ATTEMPTS = 5
"""How often a page is asked for while its failures may pass: over the waits below, about an hour and a half."""

KILLED_ATTEMPTS = 2
"""How often a page may kill a worker: once may be a neighbour's memory, twice is the page."""

RETRY_FIRST_SECONDS = 60.0
"""Before the second attempt at a page; each further wait is four times as long."""

RETRY_CAP_SECONDS = 21_600.0
"""The longest wait between two attempts at a page: six hours outlast a server's bad night."""

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
    """When a feed is polled again, and how many polls in a row have failed."""

    seconds: float
    failures: int


def next_poll(
    outcome: FeedOutcome,
    *,
    failures: int,
    interval_seconds: float,
    max_age_seconds: float | None = None,
    retry_after_seconds: float | None = None,
) -> NextPoll:
    """Return when to poll again after ``outcome``; ``failures`` counts those in a row before it.

    An answer waits for the interval or, to an hour, for its ``max-age``. A failure doubles the wait up to a day and
    honours Retry-After; a feed that is gone is looked at once a day.
    """
    if outcome in _ANSWERED:
        fresh = min(max_age_seconds or 0.0, FRESH_CAP_SECONDS)
        return NextPoll(max(interval_seconds, fresh), 0)
    if outcome is FeedOutcome.GONE:
        return NextPoll(DAY_SECONDS, failures + 1)
    wait = interval_seconds * 2.0 ** min(failures, _FIRST_POWER_CAP)
    return NextPoll(min(max(wait, retry_after_seconds or 0.0), DAY_SECONDS), failures + 1)


def retry_after(
    outcome: PageOutcome, *, attempts: int, retry_after_seconds: float | None = None, may_pass: bool = False
) -> float | None:
    """Return the seconds until a page is tried again, or None where ``outcome`` stands.

    ``attempts`` counts the attempts made, this one included; ``may_pass`` says of an outcome that is else final that
    it may be gone the next time.
    """
    allowed = KILLED_ATTEMPTS if outcome is PageOutcome.WORKER_KILLED else PAGE_ATTEMPTS
    if not (may_pass or outcome in PASSING) or attempts >= allowed:
        return None
    wait = min(RETRY_FIRST_SECONDS * 4.0 ** (attempts - 1), RETRY_CAP_SECONDS)
    return min(max(wait, retry_after_seconds or 0.0), DAY_SECONDS)


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
