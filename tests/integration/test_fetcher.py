"""The fetcher against servers on loopback: good ones, slow ones and hostile ones."""

import asyncio
import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from schemas.outcomes import FeedOutcome, PageOutcome
from services.ingest.fetching.fetcher import Fetched, Fetcher, FetchFailed, open_fetcher
from services.ingest.fetching.guard import AddressRefused, Guard
from services.ingest.fetching.responses import BeforeRequest
from tests.integration.certificates import make_certificate
from tests.integration.dialling import NamesOf, NeverDials
from tests.integration.hostile_server import (
    Handler,
    HostileServer,
    Request,
    Write,
    always,
    answer,
    dripping,
    open_server,
    pouring,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENT = "Claimwire/0.1 (+https://claimwire.example/crawler)"
MAX_BYTES = 1_000_000
OK = b"HTTP/1.1 200 OK\r\n"


@asynccontextmanager
async def open_both(
    handler: Handler, *, seconds: float = 5.0, allowed: Sequence[str] = ()
) -> AsyncIterator[tuple[HostileServer, Fetcher]]:
    """Open a server with `handler` and a fetcher that may dial it."""
    async with (
        open_server(handler) as server,
        open_fetcher(
            user_agent=AGENT,
            guard=Guard([*server.allowed, *allowed]),
            total_timeout_seconds=seconds,
            now=lambda: NOW,
        ) as fetcher,
    ):
        yield server, fetcher


async def fetch(
    fetcher: Fetcher,
    url: str,
    *,
    max_bytes: int = MAX_BYTES,
    etag: str | None = None,
    last_modified: str | None = None,
    before_request: BeforeRequest | None = None,
    truncate: bool = False,
) -> Fetched:
    """Fetch with the limits of the tests, in a time no test may exceed."""
    async with asyncio.timeout(10):
        return await fetcher.fetch(
            url,
            accept="text/html",
            max_bytes=max_bytes,
            etag=etag,
            last_modified=last_modified,
            before_request=before_request,
            truncate=truncate,
        )


async def failure_of(handler: Handler, *, seconds: float = 5.0, target: str = "/") -> FetchFailed:
    """Return how fetching from a server with `handler` fails."""
    async with open_both(handler, seconds=seconds) as (server, fetcher):
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, server.url(target))
    outcome = failed.value.outcome
    assert outcome.value in {each.value for each in FeedOutcome}
    assert failed.value.reason.isprintable()
    return failed.value


async def test_page_is_fetched_with_its_headers() -> None:
    page = answer(
        b"<p>words</p>",
        content_type="Text/HTML; charset=ISO-8859-1",
        etag='"v1"',
        last_modified="Sun, 01 Mar 2026 11:00:00 GMT",
        cache_control="public, max-age=300",
        set_cookie="track=1; Path=/",
    )
    async with open_both(always(page)) as (server, fetcher):
        fetched = await fetch(fetcher, server.url("/a/../b?q=1#part"))
        await fetch(fetcher, server.url())
    assert fetched == Fetched(
        requested_url=server.url("/b?q=1"),
        final_url=server.url("/b?q=1"),
        status=200,
        content_type="text/html",
        charset="cp1252",
        body=b"<p>words</p>",
        truncated=False,
        etag='"v1"',
        last_modified="Sun, 01 Mar 2026 11:00:00 GMT",
        fetched_at=NOW,
        cache_max_age_seconds=300,
        redirects=(),
        moved_permanently_to=None,
    )
    asked, again = server.requests
    assert asked.target == "/b?q=1"
    assert asked.headers["user-agent"] == AGENT
    assert asked.headers["accept"] == "text/html"
    assert asked.headers["accept-encoding"] == "gzip, deflate, br"
    assert "if-none-match" not in asked.headers
    assert "cookie" not in again.headers


async def test_unchanged_page_is_not_sent_again() -> None:
    async def handle(request: Request, write: Write) -> None:
        is_known = request.headers.get("if-none-match") == '"v1"'
        await write(answer(status=304, etag='"v1"') if is_known else answer(b"new", etag='"v1"'))

    async with open_both(handle) as (server, fetcher):
        assert (await fetch(fetcher, server.url(), etag='"v0"')).body == b"new"
        unchanged = await fetch(fetcher, server.url(), etag='"v1"', last_modified="Sun, 01 Mar 2026 11:00:00 GMT")
    assert (unchanged.status, unchanged.body, unchanged.etag) == (304, b"", '"v1"')
    assert server.requests[1].headers["if-modified-since"] == "Sun, 01 Mar 2026 11:00:00 GMT"


async def test_not_modified_without_a_condition_is_a_bad_response() -> None:
    assert (await failure_of(always(answer(status=304)))).outcome is PageOutcome.BAD_RESPONSE


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, PageOutcome.BAD_RESPONSE),
        (206, PageOutcome.BAD_RESPONSE),
        (300, PageOutcome.BAD_RESPONSE),
        (400, PageOutcome.CLIENT_ERROR),
        (401, PageOutcome.CLIENT_ERROR),
        (403, PageOutcome.CLIENT_ERROR),
        (404, PageOutcome.NOT_FOUND),
        (410, PageOutcome.GONE),
        (429, PageOutcome.RATE_LIMITED),
        (451, PageOutcome.CLIENT_ERROR),
        (500, PageOutcome.SERVER_ERROR),
        (503, PageOutcome.SERVER_ERROR),
        (999, PageOutcome.BAD_RESPONSE),
    ],
)
async def test_other_status_has_its_outcome(status: int, outcome: PageOutcome) -> None:
    failure = await failure_of(always(answer(status=status)))
    assert (failure.outcome, failure.status, failure.retry_after_seconds) == (outcome, status, None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Sun, 01 Mar 2026 12:05:00 GMT", 300.0), ("9999999", 86_400.0), ("soon", None)],
)
async def test_retry_after_is_kept_with_the_failure(value: str, seconds: float | None) -> None:
    for status in (429, 503):
        failure = await failure_of(always(answer(status=status, retry_after=value)))
        assert failure.retry_after_seconds == seconds


async def redirecting(request: Request, write: Write) -> None:
    """Send `/301/302/x` on to `/302/x` with status 301, and so on; answer what is left over."""
    _, head, *rest = request.target.split("/")
    if head.isdigit():
        await write(answer(status=int(head), location="/" + "/".join(rest)))
    else:
        await write(answer(head.encode()))


@pytest.mark.parametrize(
    ("target", "moved"),
    [
        ("/301/x", "/x"),
        ("/308/301/x", "/x"),
        ("/301/302/x", "/302/x"),
        ("/302/301/x", None),
        ("/303/x", None),
        ("/307/308/301/302/303/x", None),
    ],
)
async def test_redirects_are_followed_and_remembered(target: str, moved: str | None) -> None:
    async with open_both(redirecting) as (server, fetcher):
        fetched = await fetch(fetcher, server.url(target))
    assert (fetched.requested_url, fetched.final_url, fetched.body) == (server.url(target), server.url("/x"), b"x")
    assert fetched.redirects[-1] == server.url("/x")
    assert len(fetched.redirects) == target.count("/") - 1
    assert fetched.moved_permanently_to == (moved and server.url(moved))


async def test_sixth_redirect_is_not_followed() -> None:
    failure = await failure_of(redirecting, target="/301" * 6 + "/x")
    assert failure.outcome is PageOutcome.TOO_MANY_REDIRECTS


async def test_redirect_loop_ends() -> None:
    failure = await failure_of(always(answer(status=302, location="/")))
    assert failure.outcome is PageOutcome.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        ("http://169.254.169.254/latest/meta-data/", PageOutcome.REFUSED_ADDRESS),
        ("http://[::ffff:10.0.0.1]/", PageOutcome.REFUSED_ADDRESS),
        ("http://192.0.0.192/", PageOutcome.REFUSED_ADDRESS),
        ("http://127.0.0.1:22/", PageOutcome.REFUSED_ADDRESS),
        ("http://[64:ff9b::7f00:1]/", PageOutcome.REFUSED_ADDRESS),
        ("http://①②⑦.⓪.⓪.①/", PageOutcome.REFUSED_ADDRESS),
        ("http://127.1/", PageOutcome.BAD_URL),
        ("https://user:secret@example.com/", PageOutcome.BAD_URL),
        ("javascript:alert(1)", PageOutcome.BAD_URL),
        ("file:///etc/passwd", PageOutcome.BAD_URL),
        ("gopher://127.0.0.1/", PageOutcome.BAD_URL),
        ("http:\\\\127.0.0.1\\", PageOutcome.BAD_URL),
        ("/" + "a" * 5_000, PageOutcome.BAD_URL),
        ("", PageOutcome.BAD_RESPONSE),
    ],
)
async def test_redirect_to_a_forbidden_place_is_refused(location: str, outcome: PageOutcome) -> None:
    assert (await failure_of(always(answer(status=302, location=location)))).outcome is outcome


async def test_every_hop_passes_the_hook_first() -> None:
    asked: list[str] = []

    async def before_request(url: str) -> None:
        assert len(server.requests) == len(asked)
        asked.append(url)
        if url == server.url("/secret"):
            raise FetchFailed(PageOutcome.ROBOTS_DISALLOWED, "not that one")

    async with open_both(redirecting) as (server, fetcher):
        await fetch(fetcher, server.url("/301/302/x"), before_request=before_request)
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, server.url("/302/secret"), before_request=before_request)
    assert asked == [server.url(path) for path in ("/301/302/x", "/302/x", "/x", "/302/secret", "/secret")]
    assert failed.value.outcome is PageOutcome.ROBOTS_DISALLOWED
    assert len(server.requests) == 4


async def test_slow_redirects_share_one_time() -> None:
    async def handle(_: Request, write: Write) -> None:
        await asyncio.sleep(0.4)
        await write(answer(status=302, location="/"))

    assert (await failure_of(handler=handle, seconds=1.0)).outcome is PageOutcome.TIMED_OUT


async def test_waiting_in_the_hook_does_not_use_up_the_time() -> None:
    async with open_both(redirecting, seconds=0.5) as (server, fetcher):
        fetched = await fetch(fetcher, server.url("/302/x"), before_request=lambda _: asyncio.sleep(0.6))
    assert fetched.body == b"x"


@pytest.mark.parametrize("url", ["", "ftp://example.com/", "http://user@example.com/", "http://" + "a" * 3_000])
async def test_bad_url_is_never_asked(url: str) -> None:
    guard = NeverDials()
    async with open_fetcher(user_agent=AGENT, guard=guard) as fetcher:
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, url)
    assert failed.value.outcome is PageOutcome.BAD_URL
    assert guard.let_through == []


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
async def test_compressed_body_is_unpacked(encoding: str, compress: Callable[[bytes], bytes]) -> None:
    body = b"<p>words</p>" * 1_000
    async with open_both(always(answer(compress(body), content_encoding=encoding))) as (server, fetcher):
        assert (await fetch(fetcher, server.url())).body == body


@pytest.mark.parametrize("encoding", ["zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip\xff"])
async def test_encoding_not_asked_for_is_refused(encoding: str) -> None:
    failure = await failure_of(always(answer(gzip.compress(b"words"), content_encoding=encoding)))
    assert failure.outcome is PageOutcome.BAD_RESPONSE


async def test_gzip_in_gzip_is_unpacked_once() -> None:
    inner = gzip.compress(b"words")
    async with open_both(always(answer(gzip.compress(inner), content_encoding="gzip"))) as (server, fetcher):
        assert (await fetch(fetcher, server.url())).body == inner


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
async def test_decompression_bomb_is_refused_in_flat_memory(encoding: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = answer(compress(b"0" * 50_000_000), content_encoding=encoding)
    tracemalloc.start()
    try:
        failure = await failure_of(always(bomb))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failure.outcome is PageOutcome.TOO_LARGE
    assert peak < 10_000_000


async def test_compressed_stream_that_yields_nothing_is_refused() -> None:
    head = OK + b"Content-Encoding: deflate\r\nConnection: close\r\n\r\n\x78\x9c"
    empty_blocks = b"\x00\x00\x00\xff\xff" * 20_000
    failure = await failure_of(pouring(head, empty_blocks))
    assert failure.outcome is PageOutcome.TOO_LARGE


@pytest.mark.parametrize(
    "handler",
    [
        always(OK + b"Content-Length: 1000001\r\n\r\n"),
        always(answer(b"0" * (MAX_BYTES + 1))),
        pouring(OK + b"Connection: close\r\n\r\n", b"0" * 65_536),
        pouring(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"0" * 65_536 + b"\r\n"),
    ],
)
async def test_body_over_the_limit_is_refused(handler: Handler) -> None:
    assert (await failure_of(handler)).outcome is PageOutcome.TOO_LARGE


async def test_body_at_the_limit_is_taken() -> None:
    async with open_both(always(answer(b"0" * MAX_BYTES))) as (server, fetcher):
        fetched = await fetch(fetcher, server.url())
    assert (len(fetched.body), fetched.truncated) == (MAX_BYTES, False)


async def test_long_body_is_cut_where_that_is_asked_for() -> None:
    async with open_both(pouring(OK + b"Connection: close\r\n\r\n", b"0" * 65_536)) as (server, fetcher):
        fetched = await fetch(fetcher, server.url(), truncate=True)
    assert (len(fetched.body), fetched.truncated) == (MAX_BYTES, True)


@pytest.mark.parametrize(
    "handler",
    [
        dripping(b"", b""),
        dripping(OK, b"X: y\r\n"),
        dripping(OK + b"X: ", b"y"),
        dripping(OK + b"Content-Length: 1000\r\n\r\n", b"0"),
        dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n0\r\n"),
        dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        pouring(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        pouring(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 1_000 + b"\r\n0\r\n"),
    ],
    ids=["silence", "headers", "header", "body", "chunks", "hints", "many-hints", "extensions"],
)
async def test_answer_that_never_ends_times_out(handler: Handler) -> None:
    failure = await failure_of(handler, seconds=0.5)
    assert failure.outcome is PageOutcome.TIMED_OUT
    assert failure.reason


async def test_server_that_falls_silent_times_out_early() -> None:
    handler = dripping(OK + b"Content-Length: 1000\r\n\r\n0", b"")
    async with (
        open_server(handler) as server,
        open_fetcher(user_agent=AGENT, guard=Guard(server.allowed), silence_timeout_seconds=0.4) as fetcher,
    ):
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, server.url())
    assert failed.value.outcome is PageOutcome.TIMED_OUT


@pytest.mark.parametrize(
    "data",
    [
        OK + b"X: y\r\n" * 200_000 + b"\r\n",
        OK + b"X: " + b"y" * 5_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"O" * 100_000 + b"\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\nwords",
        OK + b"Content-Length: 99999999999999999999999\r\n\r\nwords",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nwords",
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
        OK + b"Content-Length: 500\r\n\r\nwords",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nwords\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n",
        OK + b"X: a\x00b\r\n\r\nwords",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nwords",
        b"<p>HTTP/0.9</p>",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
        bytes(range(256)) * 100,
    ],
)
async def test_malformed_answer_is_a_bad_response(data: bytes) -> None:
    assert (await failure_of(always(data))).outcome is PageOutcome.BAD_RESPONSE


async def test_connection_closed_without_an_answer_has_failed() -> None:
    assert (await failure_of(always(b""))).outcome is PageOutcome.CONNECTION_FAILED


async def test_server_that_hangs_up_is_not_asked_again_at_once() -> None:
    async with open_both(always(b"")) as (server, fetcher):
        with pytest.raises(FetchFailed, match="ServerDisconnectedError"):
            await fetch(fetcher, server.url("/gone"))
    assert [request.target for request in server.requests] == ["/gone"]


async def test_closed_port_has_failed_to_connect() -> None:
    async with open_server(always(b"")) as server:
        pass
    async with open_fetcher(user_agent=AGENT, guard=Guard(server.allowed)) as fetcher:
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, server.url())
    assert failed.value.outcome is PageOutcome.CONNECTION_FAILED


async def test_unknown_name_has_failed_to_resolve() -> None:
    async with open_fetcher(user_agent=AGENT, guard=Guard(), resolver=NamesOf([])) as fetcher:
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, "https://no-such-name.example/")
    assert failed.value.outcome is PageOutcome.DNS_FAILED


async def test_server_without_tls_has_failed_at_tls() -> None:
    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"plain", status=400))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        async with open_fetcher(user_agent=AGENT, guard=Guard([f"127.0.0.1:{port}"])) as fetcher:
            with pytest.raises(FetchFailed) as failed:
                await fetch(fetcher, f"https://127.0.0.1:{port}/")
    assert failed.value.outcome is PageOutcome.TLS_FAILED


@pytest.mark.parametrize(
    ("name", "days", "is_trusted"),
    [("127.0.0.1", 1, False), ("127.0.0.2", 1, True), ("127.0.0.1", -1, True)],
    ids=["unknown-authority", "other-name", "expired"],
)
async def test_bad_certificate_has_failed_at_tls(name: str, days: int, is_trusted: bool) -> None:
    served, authority = make_certificate(name, expires_at=datetime.now(UTC) + timedelta(days=days))
    trusted = ssl.create_default_context(cadata=authority) if is_trusted else None
    async with (
        open_server(always(answer(b"secret")), served) as server,
        open_fetcher(user_agent=AGENT, guard=Guard(server.allowed), tls=trusted) as fetcher,
    ):
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, server.url())
    assert failed.value.outcome is PageOutcome.TLS_FAILED
    assert server.requests == []


async def test_good_certificate_is_accepted() -> None:
    served, authority = make_certificate("127.0.0.1", expires_at=datetime.now(UTC) + timedelta(days=1))
    trusted = ssl.create_default_context(cadata=authority)
    async with (
        open_server(always(answer(b"words")), served) as server,
        open_fetcher(user_agent=AGENT, guard=Guard(server.allowed), tls=trusted) as fetcher,
    ):
        assert (await fetch(fetcher, server.url())).body == b"words"


async def test_cancelled_fetch_leaves_the_fetcher_usable() -> None:
    async def handle(request: Request, write: Write) -> None:
        if request.target == "/slow":
            await asyncio.sleep(60)
        await write(answer(b"fast"))

    async with open_both(handle) as (server, fetcher):
        slow = asyncio.create_task(fetch(fetcher, server.url("/slow")))
        await asyncio.sleep(0.1)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert (await fetch(fetcher, server.url("/fast"))).body == b"fast"


def test_refusal_reads_the_same_for_every_address() -> None:
    refusals = []
    for address in ("127.0.0.1", "10.0.0.1"):
        with pytest.raises(AddressRefused) as refused:
            Guard().check(address, 80)
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1
