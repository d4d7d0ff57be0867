"""Probing: looks for a feed where a site may have one, place by place, until there is one."""

from collections.abc import Awaitable, Callable, Sequence

from schemas.outcomes import PageOutcome
from services.ingest.discovery.entries import Feed, FeedKind, NotAFeed
from services.ingest.fetching.redirects import Interrupted
from services.ingest.fetching.responses import FetchFailed
from services.workers import WorkerError, WorkerKilled

FATAL = frozenset(
    {
        PageOutcome.RATE_LIMITED,
        PageOutcome.SERVER_ERROR,
        PageOutcome.TIMED_OUT,
        PageOutcome.DNS_FAILED,
        PageOutcome.CONNECTION_FAILED,
        PageOutcome.ROBOTS_UNREACHABLE,
    }
)
"""Outcomes after which the site is not asked for more: it has trouble, and we would add to it."""


async def find_feed(places: Sequence[str], ask: Callable[[str], Awaitable[Feed]]) -> str | None:
    """Return the first place where there is a feed, a sitemap or an index that lists something; None if there is none.

    ``ask`` fetches and reads a URL. Raises what it raises where that means that the site has trouble; or that it is
    interrupted, with the places from there on.
    """
    for number, url in enumerate(places):
        try:
            found = await ask(url)
        except Interrupted as interrupted:
            interrupted.places = tuple(places[number:])
            raise
        except FetchFailed as failure:
            if failure.outcome in FATAL:
                raise
        except (NotAFeed, WorkerKilled, WorkerError):
            continue
        else:
            if found.kind is not FeedKind.PAGE and (found.entries or found.sources):
                return url
    return None
