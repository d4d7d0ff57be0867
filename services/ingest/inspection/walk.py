"""The walk: fetches, decodes and cleans one URL as ingest does, and tells each step as it is taken."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from typing_extensions import override

from schemas.events import Arrival, ArticleIngested
from schemas.outcomes import PageOutcome
from services.ingest.articles import Refused, Task, draft
from services.ingest.discovery.entries import Feed, FeedBody, NotAFeed
from services.ingest.discovery.listings import read_listing
from services.ingest.fetching.decoding import decode
from services.ingest.fetching.fetcher import Fetched, Fetcher, FetchFailed, open_fetcher, utc_now
from services.ingest.fetching.guard import AddressRefused, Guard
from services.ingest.fetching.responses import BeforeRequest
from services.ingest.fetching.robots import Robots
from services.ingest.inspection.fields import Stated, list_fields
from services.ingest.pipeline import PAGE_ACCEPT, PAGE_MAX_BYTES, REFUSALS, explain
from services.ingest.polling import poller
from services.ingest.queues.schedule import retry_after
from services.ingest.queues.work import Source
from services.ingest.urls import canonical_url, host_key, resolve
from services.settings import FetchSettings
from services.workers import WorkerError, WorkerKilled, Workers

ENTRIES_SHOWN = 5
"""Of what a feed lists: enough to see whether they are articles."""

PAUSE_MAX_SECONDS = 10.0
"""Between two requests of a host, whatever it asks for: a person is waiting, and it is a page or two."""

LISTS = frozenset({PageOutcome.NOT_HTML, PageOutcome.NO_TEXT, PageOutcome.TOO_SHORT})
"""Outcomes of what is no article, and may be a feed, a sitemap or a home page instead."""


class Step(NamedTuple):
    """One thing that ingest does, and what it finds by it."""

    name: str
    said: dict[str, Any]


Tell = Callable[[Step], None]


@dataclass(frozen=True)
class Seen:
    """What a worker made of a page."""

    event: ArticleIngested
    fields: Sequence[Stated]
    characters: int
    characters_lost: bool
    cpu_seconds: float


class ToldGuard(Guard):
    """The guard, which tells of every dial."""

    def __init__(self, allowed: Sequence[str], tell: Tell) -> None:
        super().__init__(allowed)
        self._tell = tell

    @override
    def check(self, address: str, port: int) -> None:
        try:
            super().check(address, port)
        except AddressRefused as refused:
            self._tell(Step("dial", {"address": address, "port": port, "refused": refused.reason}))
            raise
        self._tell(Step("dial", {"address": address, "port": port, "refused": None}))


class ToldFetcher:
    """Fetches robots.txt, and tells what was answered."""

    def __init__(self, fetcher: Fetcher, tell: Tell) -> None:
        self._fetcher = fetcher
        self._tell = tell

    async def fetch(
        self, url: str, *, accept: str, max_bytes: int, truncate: bool, before_request: BeforeRequest
    ) -> Fetched:
        """Return the answer, cut at ``max_bytes``, or raise ``FetchFailed``."""
        try:
            fetched = await self._fetcher.fetch(
                url, accept=accept, max_bytes=max_bytes, truncate=truncate, before_request=before_request
            )
        except FetchFailed as failed:
            self._tell(Step("robots.txt", {"url": url, "outcome": failed.outcome, "reason": failed.reason}))
            raise
        self._tell(Step("robots.txt", {"url": url, "status": fetched.status, "bytes": len(fetched.body)}))
        return fetched


class Walk:
    """One walk: it asks robots.txt before every request, and pauses between two of one host."""

    def __init__(self, fetcher: Fetcher, workers: Workers, settings: FetchSettings, tell: Tell) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._interval_seconds = settings.host_interval_seconds
        self._robots = Robots(ToldFetcher(fetcher, tell), settings.user_agent.partition("/")[0])
        self._tell = tell
        self._asked: list[str] = []

    async def go(self, url: str) -> ArticleIngested | Feed | None:
        """Return the article at the URL, or what it lists, or None; each step and the outcome are told."""
        fetched: Fetched | None = None
        try:
            sent = resolve("", url)
            self._tell(Step("url", {"url": sent, "host": host_key(sent), "canonical_url": canonical_url(sent)}))
            fetched = await self._fetch(sent)
            return await self._clean(fetched)
        except REFUSALS as error:
            result = explain(error)
            again = retry_after(result.outcome, attempts=1, retry_after_seconds=result.retry_after_seconds)
            said = {"outcome": result.outcome, "reason": result.reason, "again_in_seconds": again}
            self._tell(Step("outcome", said))
            listed = fetched is not None and isinstance(error, Refused) and result.outcome in LISTS
            return await self._list(fetched) if listed and fetched is not None else None

    async def _fetch(self, url: str) -> Fetched:
        began = time.monotonic()
        fetched = await self._fetcher.fetch(
            url, accept=PAGE_ACCEPT, max_bytes=PAGE_MAX_BYTES, before_request=self._before_request
        )
        shown = asdict(fetched)
        names = ("final_url", "status", "content_type", "charset", "etag", "last_modified", "cache_max_age_seconds")
        said = {name: shown[name] for name in names}
        seconds = round(time.monotonic() - began, 3)
        self._tell(Step("answer", {**said, "bytes": len(fetched.body), "seconds": seconds}))
        return fetched

    async def _before_request(self, url: str) -> None:
        if self._asked:
            self._tell(Step("redirect", {"url": url}))
        was_here = host_key(url) in map(host_key, self._asked)
        try:
            was_asked = await self._robots.check(url, utc_now())
        except FetchFailed as failed:
            self._tell(Step("robots", {"allowed": False, "reason": failed.reason}))
            raise
        delay = self._robots.crawl_delay(url)
        self._tell(Step("robots", {"allowed": True, "crawl_delay_seconds": delay}))
        self._asked.append(url)
        if was_asked or was_here:
            await asyncio.sleep(min(max(self._interval_seconds, delay or 0.0), PAUSE_MAX_SECONDS))

    async def _clean(self, fetched: Fetched) -> ArticleIngested:
        task = Task(Source(fetched.requested_url, Arrival.FETCHED), fetched)
        seen: Seen = await self._workers.run(look, task)
        event = seen.event
        self._tell(Step("decoded", {"characters": seen.characters, "characters_lost": seen.characters_lost}))
        cleaned = {"characters": len(event.text), "paragraphs": len(event.paragraphs), "text_sha256": event.text_sha256}
        cost = {"cleaner_version": event.cleaner_version, "cpu_seconds": seen.cpu_seconds}
        self._tell(Step("cleaned", {"article_id": event.article_id, **cleaned, **cost}))
        for field in seen.fields:
            self._tell(Step("field", field._asdict()))
        self._tell(Step("outcome", {"outcome": PageOutcome.PUBLISHED, "reason": "as ingest would; nothing is stored"}))
        return event

    async def _list(self, fetched: Fetched) -> Feed | None:
        body = FeedBody(fetched.final_url, fetched.body, fetched.fetched_at, fetched.charset)
        try:
            found: Feed = await self._workers.run(read_listing, body)
        except (NotAFeed, WorkerKilled, WorkerError):
            return None
        if not (found.entries or found.sources):
            return None
        said = {"kind": found.kind, "title": found.title, "entries": len(found.entries), "skipped": found.skipped}
        self._tell(Step("lists", {**said, "ttl_seconds": found.ttl_seconds}))
        shown = [*found.sources, *(entry.url for entry in found.entries)][:ENTRIES_SHOWN]
        for url in shown:
            self._tell(Step("listed", {"url": url}))
        return found


def look(task: Task) -> Seen:
    """Return what a page holds, and each field with its evidence; runs in a worker. Raises as ``draft`` does."""
    began = time.process_time()
    event = draft(task)
    spent = round(time.process_time() - began, 4)
    markup, is_lossy = decode(task.fetched)
    return Seen(event, list_fields(event), len(markup), is_lossy, spent)


async def walk(url: str, settings: FetchSettings, workers: Workers, tell: Tell) -> ArticleIngested | Feed | None:
    """Return the article at the URL, or the feed, sitemap or home page that it is, or None; every step is told."""
    guard = ToldGuard(settings.fetch_allow, tell)
    async with open_fetcher(
        user_agent=settings.user_agent, guard=guard, total_timeout_seconds=settings.fetch_timeout_seconds
    ) as fetcher:
        return await Walk(fetcher, workers, settings, tell).go(url)


MODULES = (__name__, poller.__name__)
"""What a worker has imported before its first task."""
