"""Robots: keeps to each host's robots.txt (RFC 9309), which is fetched at most once a day."""

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from protego import Protego

from schemas.outcomes import PageOutcome
from services.ingest.fetching.responses import BeforeRequest, Fetched, FetchFailed
from services.ingest.fetching.rulebooks import Rulebook, Shelf
from services.ingest.urls import resolve

MAX_ROBOTS_BYTES = 500 * 1024
"""What RFC 9309, section 2.5, asks to read at least; the rest of a longer file is not read."""

LIFETIME = timedelta(hours=24)
"""The longest a robots.txt may be kept (RFC 9309, section 2.4)."""

UNREACHABLE_LIFETIME = timedelta(minutes=10)
"""Until an unreachable robots.txt is asked for again, unless its Retry-After says later; the host is left alone."""

MAX_CRAWL_DELAY_SECONDS = 300.0
"""Five minutes between two pages: one that asks for more is read at this pace."""

MAX_KEPT_CHARACTERS = 2 * 1024 * 1024
"""Of all files together, about a thousand ordinary ones; parsed they take up to eighty times as much memory."""

SMALLEST_SIZE = 512
"""Characters that a file counts for at least, so that empty ones are bounded as well."""

_ACCEPT = "text/plain, */*;q=0.1"
_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*[:\s]\s*(?P<token>\*(?![^\s#])|[^\s#/*]*)", re.IGNORECASE)
_OTHERS = "other-crawlers"

_UNAVAILABLE = frozenset({PageOutcome.NOT_FOUND, PageOutcome.GONE, PageOutcome.CLIENT_ERROR})
"""No rules: anything may be read (RFC 9309, section 2.3.1.3). A rate limit is taken for a server's trouble instead."""


class Fetches(Protocol):
    """The part of the fetcher that is needed here."""

    async def fetch(
        self, url: str, *, accept: str, max_bytes: int, truncate: bool, before_request: BeforeRequest
    ) -> Fetched:
        """Return the answer, cut at `max_bytes`, or raise `FetchFailed`; `before_request` is awaited with each URL."""
        ...


_NO_HOST = frozenset(
    {
        PageOutcome.REFUSED_ADDRESS,
        PageOutcome.DNS_FAILED,
        PageOutcome.CONNECTION_FAILED,
        PageOutcome.TLS_FAILED,
    }
)
"""The host itself cannot be had, whatever is asked of it: the page's outcome says so too."""


@dataclass(frozen=True)
class _Kept:
    """One host's rules, or (None) the outcome and the reason why nothing of it may be read for now."""

    rules: Protego | None
    reason: str
    expires_at: datetime
    size: int = SMALLEST_SIZE
    outcome: PageOutcome = PageOutcome.ROBOTS_UNREACHABLE


class Robots:
    """The rules of the hosts seen lately, for the crawler that `user_agent_token` names in robots.txt."""

    def __init__(self, fetcher: Fetches, user_agent_token: str, shelf: Shelf | None = None) -> None:
        self._fetcher = fetcher
        self._shelf = shelf
        self._token = user_agent_token.lower()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def check(self, url: str, now: datetime, *, before_redirect: BeforeRequest | None = None) -> bool:
        """Return if `url` may be read at `now`: whether the host had to be asked for its robots.txt just now.

        `before_redirect` is awaited with each URL that the file's own redirects lead to, before it is asked.

        Raises `BadUrl`, or `FetchFailed`: as robots_disallowed; or with the seconds until the file is asked for again,
        as robots_unreachable or, where there is no host to be had at all, as what kept us from it.
        """
        origin = _origin(url)
        kept, was_asked = await self._find(origin, now, before_redirect)
        if kept.rules is None:
            seconds = (kept.expires_at - now).total_seconds()
            raise FetchFailed(kept.outcome, kept.reason, retry_after_seconds=seconds)
        if not kept.rules.can_fetch(url, self._token):
            raise FetchFailed(PageOutcome.ROBOTS_DISALLOWED, f"{origin}/robots.txt disallows it")
        return was_asked

    def crawl_delay(self, url: str) -> float | None:
        """Return the seconds between two pages that the host of `url` asks for, or None; `check` it first."""
        kept = self._kept.get(_origin(url))
        delay = None if kept is None or kept.rules is None else kept.rules.crawl_delay(self._token)
        return None if delay is None else min(float(delay), MAX_CRAWL_DELAY_SECONDS)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that robots.txt of the URL's host names (RFC 9309, section 2.2.4); `check` it first."""
        kept = self._kept.get(_origin(url))
        return () if kept is None or kept.rules is None else tuple(kept.rules.sitemaps)

    async def _find(self, origin: str, now: datetime, before_redirect: BeforeRequest | None) -> tuple[_Kept, bool]:
        lock = self._locks.setdefault(origin, asyncio.Lock())
        async with lock:
            kept = self._kept.get(origin)
            if kept is not None and now < kept.expires_at:
                self._kept.move_to_end(origin)
                return kept, False
            book = None if self._shelf is None else await self._shelf.find(origin)
            was_asked = book is None
            if book is None:
                book = await self._ask(f"{origin}/robots.txt", before_redirect)
                if self._shelf is not None:
                    await self._shelf.keep(origin, book)
            self._keep(origin, await self._read(book, now))
            return self._kept[origin], was_asked

    async def _ask(self, robots_url: str, before_redirect: BeforeRequest | None) -> Rulebook:
        async def before_request(url: str) -> None:
            if before_redirect is not None and url != robots_url:
                await before_redirect(url)

        try:
            fetched = await self._fetcher.fetch(
                robots_url,
                accept=_ACCEPT,
                max_bytes=MAX_ROBOTS_BYTES,
                truncate=True,
                before_request=before_request,
            )
        except FetchFailed as failure:
            if failure.outcome in _UNAVAILABLE:
                return Rulebook("", LIFETIME.total_seconds())
            outcome = failure.outcome if failure.outcome in _NO_HOST else PageOutcome.ROBOTS_UNREACHABLE
            seconds = max(UNREACHABLE_LIFETIME.total_seconds(), failure.retry_after_seconds or 0.0)
            return Rulebook(None, seconds, outcome, f"{robots_url}: {failure}")
        return Rulebook(read_text(fetched), LIFETIME.total_seconds())

    async def _read(self, book: Rulebook, now: datetime) -> _Kept:
        expires_at = now + timedelta(seconds=book.seconds)
        if book.text is None:
            return _Kept(None, book.reason, expires_at, outcome=book.outcome or PageOutcome.ROBOTS_UNREACHABLE)
        text = for_us(book.text, self._token)
        rules = await asyncio.to_thread(Protego.parse, text)
        return _Kept(rules, "", expires_at, max(len(text), SMALLEST_SIZE))

    def _keep(self, origin: str, kept: _Kept) -> None:
        self._kept[origin] = kept
        self._kept.move_to_end(origin)
        while len(self._kept) > 1 and sum(each.size for each in self._kept.values()) > MAX_KEPT_CHARACTERS:
            self._kept.pop(next(iter(self._kept)))


def read_text(fetched: Fetched) -> str:
    """Return the text of a robots.txt, without a last line that was cut: half a path would forbid more than was meant.

    NUL, which no rule has, becomes a replacement character, since PostgreSQL keeps none.
    """
    lines = fetched.body.decode("utf-8-sig", errors="replace").replace("\0", "\ufffd").splitlines()
    if fetched.truncated and lines:
        lines.pop()
    return "\n".join(lines)


def for_us(text: str, token: str) -> str:
    """Return the text of a robots.txt with every other crawler's name replaced by one.

    Names are compared as RFC 9309, section 2.2.1, says: whole, ignoring case and what follows a slash. One name for all
    others bounds the parser, which keeps the rules of a group once for every name above it.
    """
    return "\n".join(_rename(line, token) for line in text.splitlines())


def _rename(line: str, token: str) -> str:
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    name = match["token"].lower()
    return f"User-agent: {name if name in {'*', token} else _OTHERS}"


def _origin(url: str) -> str:
    parts = urlsplit(resolve("", url))
    return f"{parts.scheme}://{parts.netloc}"
