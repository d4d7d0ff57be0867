"""The pipeline: a page, file or submission in hand is read, cleaned, numbered and published, and its outcome saved.

It is published once Kafka has acknowledged its event, and done only after that.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from uuid import uuid5

from sqlalchemy import func, null
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import ARTICLE_INGESTED, ARTICLES_TOPIC, MESSAGE_MAX_BYTES, Arrival, ArticleIngested, event_time
from schemas.outcomes import PageOutcome
from schemas.tables import page, submission
from services import metrics, traces
from services.database import is_permanent
from services.failpoints import reach
from services.ingest import articles
from services.ingest.articles import CleanerFailed, Read, Refused
from services.ingest.desk import Desk, refused_as
from services.ingest.fetching.fetcher import Fetched, Fetcher, FetchFailed
from services.ingest.folders import as_fetched, read_file
from services.ingest.queues import identities, submissions
from services.ingest.queues.hosts import Turn
from services.ingest.queues.leases import from_now
from services.ingest.queues.publications import Standing
from services.ingest.queues.schedule import retry_after
from services.ingest.queues.work import Result, Source, Work, as_known
from services.ingest.urls import BadUrl, host_key
from services.kafka import Producer, RecordTooLarge, event_headers
from services.logs import bound
from services.traces import Kind, Span
from services.workers import WorkerError, WorkerKilled, Workers

logger = logging.getLogger(__name__)

PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
"""The Accept header of a page: other types are told apart by their bytes."""

PAGE_MAX_BYTES = 3_000_000
"""The most HTML of one page; real articles are below 2 MB, and cleaning takes seconds a megabyte."""

WORDS = frozenset({"entry", "html", "text", "title"})
"""Columns of a page or a submission that hold words of its article; they go where that is refused as erased."""

LOST_CHARACTER = "\ufffd"
"""What decoding puts where bytes do not fit their encoding; publishers' own systems do the same."""

LOST = "characters were lost in its encoding: the text has U+FFFD in their place"
"""The reason of a page that is an article all the same."""

JITTER_STEPS = 1_000
"""Parts of what a page's id, which is as good as drawn by lot, may lengthen its waits by."""

REFUSALS = (FetchFailed, Refused, CleanerFailed, WorkerKilled, WorkerError, BadUrl, RecordTooLarge)
"""What is the page's own fault, its server's, or our code's on this page alone: each ends as an outcome."""


def explain(error: Exception) -> Result:
    """Return the outcome that one of ``REFUSALS`` means, or a failure that nobody expected."""
    match error:
        case FetchFailed():
            return Result(error.outcome, error.reason, retry_after_seconds=error.retry_after_seconds)
        case Refused():
            return Result(error.outcome, error.reason)
        case BadUrl():
            return Result(PageOutcome.BAD_URL, error.reason)
        case RecordTooLarge():
            return Result(PageOutcome.TOO_LARGE, f"its event exceeds {MESSAGE_MAX_BYTES} bytes")
        case WorkerKilled():
            return Result(PageOutcome.WORKER_KILLED, f"reading it took more than allowed: {error.reason}")
        case _:
            said = error if isinstance(error, (CleanerFailed, WorkerError)) else type(error).__name__
            return Result(PageOutcome.HOSTILE_MARKUP, f"our own code failed on it: {said}")


class Pipeline:
    """Brings one piece of work at a time from its row to Kafka and back to its row."""

    def __init__(
        self, *, engine: AsyncEngine, fetcher: Fetcher, workers: Workers, producer: Producer, folders: Sequence[Path]
    ) -> None:
        self._engine = engine
        self._fetcher = fetcher
        self._workers = workers
        self._producer = producer
        self._folders = folders
        self._desk = Desk(engine)

    async def handle(self, work: Work, turn: Turn | None) -> None:
        """Ingest the work and save its outcome, or when it is tried again.

        Raises:
            LeaseLost: another replica has the work now; nothing was saved.
            HostBusy: a host is not free; the work goes on from there.
            KafkaUnavailable: nothing is marked; likewise whatever says that PostgreSQL is away.
            Exception: nobody expected it; ``fail`` says what becomes of the work.
        """
        with _bound(work), _traced(work) as span:
            try:
                result = await self._ingest(work, turn)
            except REFUSALS as error:
                result = explain(error)
                if isinstance(error, (CleanerFailed, WorkerError)):
                    logger.exception("our own code failed on this page")
            span.note(outcome=result.outcome)
            await self._save(work, result)

    async def fail(self, work: Work, error: Exception) -> None:
        """Save what becomes of work that failed as nobody expected. Raises ``LeaseLost``.

        What the database refused for another reason than the data, say a right that is missing, may pass.
        """
        with _bound(work):
            logger.error("this failed unexpectedly", exc_info=error)
            result = explain(error)
            if isinstance(error, DBAPIError):
                may_pass = not is_permanent(error)
                result = Result(PageOutcome.BAD_RESPONSE, "the database refused it", may_pass=may_pass)
            await self._save(work, result)

    async def _ingest(self, work: Work, turn: Turn | None) -> Result:
        if work.erased is not None:
            raise refused_as(work.erased)
        if not work.is_checked:
            await self._desk.refuse_erased(articles.names_before(work.source))
        fetched = await self._read(work, turn)
        if fetched.status == 304:  # noqa: PLR2004 (not modified)
            return Result(PageOutcome.NOT_MODIFIED, etag=fetched.etag, last_modified=fetched.last_modified)
        return await self._publish(work, fetched, await self._draft(work, fetched))

    async def _read(self, work: Work, turn: Turn | None) -> Fetched:
        source = work.source
        if source.supplied is not None:
            return as_fetched(source.url, b"", source.supplied.submitted_at)
        if source.arrival is Arrival.FILE:
            return await read_file(source.url, self._folders, max_bytes=PAGE_MAX_BYTES)
        if turn is None:
            raise BadUrl("names no host")
        return await self._fetch(work, turn)

    async def _fetch(self, work: Work, turn: Turn) -> Fetched:
        async with turn.left_after():
            with metrics.FETCH_SECONDS.time(), traces.span("fetch", kind=Kind.CLIENT, url=work.source.url):
                fetched = await self._fetcher.fetch(
                    work.source.url,
                    accept=PAGE_ACCEPT,
                    max_bytes=PAGE_MAX_BYTES,
                    etag=work.etag,
                    last_modified=work.last_modified,
                    before_request=turn.before_request,
                    way=None if work.journey is None else work.journey.way,
                )
        metrics.FETCHED_BYTES.inc(len(fetched.body))
        return fetched

    async def _draft(self, work: Work, fetched: Fetched) -> Read:
        """Return the article; a submitted URL that turns out to be a page of a feed is read as that page would be."""
        read = await self._clean(work.source, fetched)
        if work.lease.table is not submission or work.source.supplied is not None:
            return read
        urls = _urls(fetched)
        async with self._engine.connect() as connection:
            known = await identities.find(connection, read.names, urls) or read.event.article_id
            row = await submissions.find_known_page(connection, urls | {read.names.now}, known)
        return read if row is None else await self._clean(as_known(work.source, row), fetched)

    async def _clean(self, source: Source, fetched: Fetched) -> Read:
        with metrics.CLEAN_SECONDS.time(), traces.span("clean"):
            return await self._workers.run(articles.read, articles.Task(source, fetched))

    async def _publish(self, work: Work, fetched: Fetched, read: Read) -> Result:
        is_archived = articles.Task(work.source, fetched).is_archived
        event, numbered, original = await self._desk.number(work, read, _urls(fetched), is_archived=is_archived)
        reach("ingest.numbered")
        note = LOST if LOST_CHARACTER in event.text else None
        result = Result(PageOutcome.UNCHANGED, note, event.article_id, fetched.etag, fetched.last_modified)
        if numbered.standing is Standing.KEPT:
            return replace(result, outcome=PageOutcome.DUPLICATE_URL, reason="another text of it is known already")
        if numbered.standing is not Standing.UNCHANGED:
            await self._send(event.model_copy(update={"revision": numbered.revision}))
            reach("ingest.acknowledged")
            return replace(result, outcome=PageOutcome.PUBLISHED, numbered=numbered)
        if original is not None and work.lease.table is page:
            return replace(result, outcome=PageOutcome.DUPLICATE_URL, reason=f"the same article as {original}")
        return result

    async def _send(self, event: ArticleIngested) -> None:
        """Publish the event; the same revision always has the same ``ce_id``, however often it goes out."""
        value = event.model_dump_json().encode()
        if len(value) > MESSAGE_MAX_BYTES:
            raise RecordTooLarge(f"{len(value)} bytes")
        key = str(event.article_id)
        with traces.span("publish", kind=Kind.PRODUCER, article_id=key, revision=event.revision) as span:
            headers = event_headers(
                ce_id=str(uuid5(event.article_id, str(event.revision))),
                ce_type=ARTICLE_INGESTED,
                ce_time=event_time(event),
                traceparent=span.traceparent,
            )
            await self._producer.publish(ARTICLES_TOPIC, key.encode(), value, headers)

    async def _save(self, work: Work, result: Result) -> None:
        """Save what became of the work, and count it once that is kept."""
        attempts = work.attempts + 1
        wait = retry_after(
            result.outcome,
            attempts=attempts,
            retry_after_seconds=result.retry_after_seconds,
            may_pass=result.may_pass,
            jitter=work.lease.id.int % JITTER_STEPS / JITTER_STEPS,
        )
        values = _values(work, result, attempts, wait)
        await self._desk.finish(work, values, result.numbered)
        if wait is not None:
            logger.info("%s (%s); attempt %d, the next in %.0f s", result.outcome, result.reason, attempts, wait)
            return
        metrics.PAGES.labels(result.outcome).inc()
        logger.info("%s%s", result.outcome, f" ({result.reason})" if result.reason else "")


def _urls(fetched: Fetched) -> set[str]:
    return {fetched.requested_url, fetched.final_url}


def _bound(work: Work) -> AbstractContextManager[None]:
    return bound(url=work.source.url, **{f"{work.lease.table.name}_id": work.lease.id})


def _traced(work: Work) -> AbstractContextManager[Span]:
    """Return the span of the work: in the trace of the request that handed it in, or at the head of its own.

    A poll makes many pages due, over hours: each has a trace of its own, linked to the poll's.
    """
    if work.lease.table is submission:
        return traces.span("ingest", parent=work.traceparent, url=work.source.url)
    return traces.span("ingest", cause=work.traceparent, url=work.source.url)


def _values(work: Work, result: Result, attempts: int, wait: float | None) -> dict[str, object]:
    values: dict[str, object] = {
        "outcome": result.outcome.value,
        "reason": result.reason,
        "attempts": attempts,
        "due_at": None if wait is None else from_now(wait),
        "done_at": func.now() if wait is None else None,
    }
    if result.outcome is PageOutcome.ERASED:
        values |= {name: null() for name in sorted(WORDS & set(work.lease.table.c.keys()))}
    if work.journey is not None:
        values |= {"journey": null()} | ({"host": host_key(work.source.url)} if work.lease.table is page else {})
    found = {"article_id": result.article_id, "etag": result.etag, "last_modified": result.last_modified}
    return values | {name: value for name, value in found.items() if value is not None and name in work.lease.table.c}
