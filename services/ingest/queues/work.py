"""Work: a page, a file or a submission that is in our hands, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row

from schemas.events import Arrival, Publisher
from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind, page, submission
from services.ingest.queues.journeys import Journey, journey_of
from services.ingest.queues.leases import Lease
from services.ingest.queues.publications import Numbered

SUBMITTED_DOMAIN = "submitted"
"""The publisher of a text that was handed in and whose submitter names none."""


@dataclass(frozen=True)
class Supplied:
    """What a submitter handed in instead of a URL to fetch: HTML or a text of their own."""

    submitter: str
    url: str | None
    html: str | None
    text: str | None
    title: str | None
    published_at: datetime | None
    submitted_at: datetime


@dataclass(frozen=True)
class Source:
    """Where an article is and what is said of it there; it travels to the worker processes."""

    url: str
    arrival: Arrival
    publisher_domain: str | None = None
    publisher_name: str | None = None
    entry: dict[str, Any] | None = None
    feed_url: str | None = None
    supplied: Supplied | None = None


@dataclass(frozen=True)
class Work:
    """A leased row with its source; ``attempts`` counts those that failed before."""

    lease: Lease
    source: Source
    attempts: int = 0
    etag: str | None = None
    last_modified: str | None = None
    traceparent: str | None = None
    """The span that made it due."""
    journey: Journey | None = None
    """How far its fetch has come, where that is not done."""
    is_checked: bool = False
    """Whether it was looked for among what was erased, before it is read; ``erased`` says as what it was found."""
    erased: ErasedKind | None = None


@dataclass(frozen=True)
class Result:
    """What became of a piece of work: ``numbered`` if Kafka has acknowledged that, ``retry_after_seconds`` if asked.

    ``may_pass`` says that it is worth another attempt whatever the outcome.
    """

    outcome: PageOutcome
    reason: str | None = None
    article_id: UUID | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after_seconds: float | None = None
    numbered: Numbered | None = None
    may_pass: bool = False


def from_page(row: Row[Any], feed_url: str | None = None) -> Work:
    """Return the work that a leased row of ``page`` is."""
    source = Source(row.url, Arrival(row.arrival), row.publisher_domain, row.publisher_name, row.entry, feed_url)
    lease = Lease(page, row.page_id, row.lease_token)
    return Work(lease, source, row.attempts, row.etag, row.last_modified, row.traceparent, journey_of(row))


def from_submission(row: Row[Any]) -> Work:
    """Return the work that a leased row of ``submission`` is: a URL that we fetch ourselves, or a text as it is."""
    lease = Lease(submission, row.submission_id, row.lease_token)
    if row.html is None and row.text is None:
        source = Source(row.url or "", Arrival.FETCHED, row.publisher_domain, row.publisher_name)
        return Work(lease, source, row.attempts, traceparent=row.traceparent, journey=journey_of(row))
    supplied = Supplied(row.submitter, row.url, row.html, row.text, row.title, row.published_at, row.submitted_at)
    source = Source(
        f"urn:claimwire:submission:{row.submission_id}",
        Arrival.SUBMITTED,
        row.publisher_domain or SUBMITTED_DOMAIN,
        row.publisher_name,
        supplied=supplied,
    )
    return Work(lease, source, row.attempts, traceparent=row.traceparent)


def as_known(source: Source, row: Row[Any]) -> Source:
    """Return the source of a submitted URL with what is known of its page, a row of ``page`` with its ``feed_url``."""
    return replace(
        source,
        publisher_domain=row.publisher_domain,
        publisher_name=row.publisher_name,
        entry=row.entry,
        feed_url=row.feed_url,
    )


def find_publisher(source: Source, final_url: str) -> Publisher:
    """Return who published what was found at ``final_url``.

    The name that a feed or a submitter gives counts for pages of that domain; a feed's also for those of its own host.
    Any other page is its own host's. Whose a feed is, who adds it says, and no other site that names it; so no site can
    give another's text out as its own, or its own as another's.
    """
    named = (source.publisher_domain or "").removeprefix("www.")
    if source.arrival is not Arrival.FETCHED:
        return Publisher(domain=named, name=source.publisher_name)
    host = _host(final_url)
    of_feed = source.feed_url is not None and _host(source.feed_url) == host
    if named and (host == named or host.endswith(f".{named}") or of_feed):
        return Publisher(domain=named, name=source.publisher_name)
    return Publisher(domain=host)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
