"""The fetcher: asks the web for one URL, inside limits of time, size and address, and says how it ended.

Every dial passes the guard, also of redirects and of names that resolve differently the second time. Whatever a server
does, `fetch` returns an answer or raises one `FetchFailed`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from schemas.outcomes import PageOutcome
from services.ingest.fetching.bodies import ACCEPTED_ENCODINGS, read_body
from services.ingest.fetching.decoding import NotHtml, decode, header_charset
from services.ingest.fetching.guard import AddressRefused, Guard
from services.ingest.fetching.redirects import REDIRECTS, Interrupted, Redirect, Way, read_redirect, start
from services.ingest.fetching.responses import (
    BeforeRequest,
    Fetched,
    FetchFailed,
    read_max_age,
    read_media_type,
    read_retry_after,
    read_validator,
    refused_status,
)

__all__ = ["FetchFailed", "Fetched", "Fetcher", "NotHtml", "decode", "open_fetcher"]

MAX_HEADER_BYTES = 16_384
"""Of one header line; the content security policies of real publishers reach 10 KB."""

MAX_HEADERS = 128
"""Header lines of one answer."""

CONNECT_TIMEOUT_SECONDS = 10.0
"""For resolving, connecting and the TLS handshake of one dial."""

SILENCE_TIMEOUT_SECONDS = 15.0
"""Without one byte from the server."""

CONNECTIONS_PER_HOST = 2
"""The host's interval keeps to one page at a time; the second is for its robots.txt."""

IDLE_CONNECTION_SECONDS = 15.0
"""Longer than the interval of most hosts, shorter than most servers keep theirs."""

_FAILURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], PageOutcome], ...] = (
    (aiohttp.ClientConnectorDNSError, PageOutcome.DNS_FAILED),
    ((aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError, ssl.SSLError), PageOutcome.TLS_FAILED),
    (TimeoutError, PageOutcome.TIMED_OUT),
    (aiohttp.InvalidURL, PageOutcome.BAD_URL),
    ((OSError, aiohttp.ServerDisconnectedError), PageOutcome.CONNECTION_FAILED),
    (aiohttp.ClientError, PageOutcome.BAD_RESPONSE),
)
"""Outcomes of the client's errors; the first that fits counts."""


@dataclass(frozen=True)
class _Order:
    """What is asked at every hop."""

    headers: dict[str, str]
    max_bytes: int
    truncate: bool

    @property
    def welcome(self) -> frozenset[int]:
        is_conditional = not self.headers.keys().isdisjoint({"If-None-Match", "If-Modified-Since"})
        return frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED} if is_conditional else {HTTPStatus.OK})


class Fetcher:
    """Fetches URLs over one pool of connections; `open_fetcher` opens it."""

    def __init__(
        self, session: aiohttp.ClientSession, *, total_timeout_seconds: float, now: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._total_timeout_seconds = total_timeout_seconds
        self._now = now

    async def fetch(
        self,
        url: str,
        *,
        accept: str,
        max_bytes: int,
        etag: str | None = None,
        last_modified: str | None = None,
        before_request: BeforeRequest | None = None,
        truncate: bool = False,
        way: Way | None = None,
    ) -> Fetched:
        """Ask for `url`, following redirects, and return the answer; go on where it was interrupted on its `way`.

        `accept` is the Accept header; `etag` and `last_modified` make the request conditional. `max_bytes` bounds the
        body before and after decompression: a longer one fails as too large or, with `truncate`, is cut there. The
        total time is that of the network: waiting in `before_request` is not counted. Raises `FetchFailed`, and
        whatever `before_request` raises, an `Interrupted` with the way.
        """
        order = _Order(_request_headers(accept, etag, last_modified), max_bytes, truncate)
        way = way if way is not None and way.urls[0] == url else start(url)
        seconds_left = self._total_timeout_seconds
        while True:
            await _wait(way, before_request)
            started = asyncio.get_running_loop().time()
            answer = await self._ask(way.urls[-1], order, seconds_left)
            seconds_left -= asyncio.get_running_loop().time() - started
            if isinstance(answer, Fetched):
                return replace(
                    answer,
                    requested_url=way.urls[0],
                    redirects=way.urls[1:],
                    moved_permanently_to=way.moved_permanently_to,
                )
            way = way.step(answer)

    async def _ask(self, url: str, order: _Order, seconds: float) -> Fetched | Redirect:
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.get(URL(url, encoded=True), headers=order.headers, allow_redirects=False) as response,
            ):
                return await self._answer(url, order, response)
        except (aiohttp.ClientError, OSError) as error:
            raise _failure(error) from error

    async def _answer(self, url: str, order: _Order, response: aiohttp.ClientResponse) -> Fetched | Redirect:
        headers = response.headers
        if response.status in REDIRECTS:
            return read_redirect(response.status, headers.get("Location"))
        if response.status not in order.welcome:
            raise refused_status(response.status, read_retry_after(headers.get("Retry-After"), self._now()))
        body, truncated = b"", False
        if response.status == HTTPStatus.OK:
            body, truncated = await read_body(response, order.max_bytes, truncate=order.truncate)
        return Fetched(
            requested_url=url,
            final_url=url,
            status=response.status,
            content_type=read_media_type(headers.get("Content-Type")),
            charset=header_charset(headers.get("Content-Type")),
            body=body,
            truncated=truncated,
            etag=read_validator(headers.get("ETag")),
            last_modified=read_validator(headers.get("Last-Modified")),
            fetched_at=self._now(),
            cache_max_age_seconds=read_max_age(headers.get("Cache-Control")),
            redirects=(),
            moved_permanently_to=None,
        )


async def _wait(way: Way, before_request: BeforeRequest | None) -> None:
    """Wait for the turn of the way's last URL."""
    try:
        if before_request is not None:
            await before_request(way.urls[-1])
    except Interrupted as interrupted:
        interrupted.way = way
        raise


class _HungUp(aiohttp.ClientError):
    """The server ended the connection without an answer."""


async def _ask_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Have the client not ask again by itself where a server hangs up: that would be two requests without a pause."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _HungUp from error


def utc_now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_fetcher(
    *,
    user_agent: str,
    guard: Guard,
    total_timeout_seconds: float = 30.0,
    silence_timeout_seconds: float = SILENCE_TIMEOUT_SECONDS,
    connections: int = 100,
    now: Callable[[], datetime] = utc_now,
    resolver: AbstractResolver | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Fetcher]:
    """Open a fetcher that says it is `user_agent`, which is to name a contact.

    It uses no proxy, keeps no cookies and verifies TLS: against the system's authorities unless `tls` says others.
    """
    connector = aiohttp.TCPConnector(
        socket_factory=guard.socket_factory,
        resolver=resolver,
        ssl=tls or ssl.create_default_context(),
        limit=connections,
        limit_per_host=CONNECTIONS_PER_HOST,
        keepalive_timeout=IDLE_CONNECTION_SECONDS,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": user_agent, "Accept-Encoding": ACCEPTED_ENCODINGS},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT_SECONDS, sock_read=silence_timeout_seconds),
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        max_headers=MAX_HEADERS,
        middlewares=(_ask_once,),
    ) as session:
        yield Fetcher(session, total_timeout_seconds=total_timeout_seconds, now=now)


def _request_headers(accept: str, etag: str | None, last_modified: str | None) -> dict[str, str]:
    headers = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value is not None}


def _failure(error: Exception) -> FetchFailed:
    if isinstance(error, _HungUp) and isinstance(error.__cause__, Exception):
        return _failure(error.__cause__)
    cause = getattr(error, "os_error", error)
    if isinstance(cause, AddressRefused):
        return FetchFailed(PageOutcome.REFUSED_ADDRESS, f"{cause.address}: {cause.reason}")
    outcome = next(outcome for kinds, outcome in _FAILURES if isinstance(error, kinds))
    return FetchFailed(outcome, f"{type(error).__name__}: {str(error) or 'no more time'}")
