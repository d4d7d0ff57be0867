"""The hosts of the simulated web: what each kind of them serves, and what is to become of it."""

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

from schemas.outcomes import FeedOutcome, PageOutcome
from tests.integration.newsroom import SENTENCES, article_page, body, never, status
from tests.integration.simulated_web import Answer, Web

CRAWL_DELAY_SECONDS = 3
RETRY_AFTER_SECONDS = 4
SLOW_SECONDS = 1.5
NOT_FOR_US = frozenset({"/private", "/closed"})
"""Paths that robots.txt closes wherever there are any."""

HUB = "hub0"
"""Where the pages of several hosts lead."""


def feed_of(*urls: str) -> Answer:
    """Return a feed that lists the URLs, one an hour."""
    hours = [format_datetime(datetime.now(UTC) - timedelta(hours=number + 1)) for number in range(len(urls))]
    items = "".join(
        f"<item><title>News</title><link>{escape(url)}</link><pubDate>{hour}</pubDate></item>"
        for url, hour in zip(urls, hours, strict=True)
    )
    return body(f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode(), "text/xml")


@dataclass(frozen=True)
class Host:
    """One host of the web, to be furnished."""

    world: Web
    name: str

    def serve(self, path: str, answer: Answer) -> str:
        self.world.answers[self.name, path] = answer
        return self.world.url(self.name, path)

    def feed(self, *urls: str, answer: Answer | None = None, outcome: FeedOutcome = FeedOutcome.POLLED) -> None:
        """Have a feed polled that lists the URLs, or answers otherwise."""
        path = f"/feed{sum(url.startswith(self.world.url(self.name, '/')) for url in self.world.feeds)}"
        self.world.feeds[self.serve(path, answer or feed_of(*urls))] = outcome

    def article(self, path: str = "/news") -> str:
        """Have a good article; return its URL."""
        words = SENTENCES.replace("Skarne", f"{self.name.title()} {path[1:].title()}")
        return self.page(path, body(article_page(words).encode(), "text/html"), PageOutcome.PUBLISHED)

    def page(self, path: str, answer: Answer, outcome: PageOutcome) -> str:
        """Have a page; return its URL."""
        url = self.serve(path, answer)
        self.world.pages[url] = outcome
        return url

    def robots(self, *lines: str) -> None:
        self.serve("/robots.txt", body("\n".join(["User-agent: *", *lines]).encode(), "text/plain"))


def slowly(answer: Answer) -> Answer:
    async def answer_late(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(SLOW_SECONDS)
        return await answer(request)

    return answer_late


def once_limited(answer: Answer) -> Answer:
    """Answer the first request with a rate limit."""
    asked = []

    async def answer_later(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if len(asked) == 1:
            return web.Response(status=429, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        return await answer(request)

    return answer_later


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    while True:
        await response.write(b"<p>")
        await asyncio.sleep(0.2)


async def hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def bomb(_: web.Request) -> web.StreamResponse:
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
    return web.Response(body=BOMB, headers=headers)


BOMB = gzip.compress(bytes(20_000_000))
ATTRIBUTES = f"<html><body><p {' '.join(f'a{number}=1' for number in range(40_000))}>x</p></body></html>".encode()
LAUGHS = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel>&b;</channel></rss>'


def good(host: Host) -> None:
    host.feed(host.article("/one"), host.article("/two"))


def double(host: Host) -> None:
    """Two feeds list the same articles."""
    urls = host.article("/one"), host.article("/two")
    host.feed(*urls)
    host.feed(*reversed(urls))


def slow(host: Host) -> None:
    url = host.article()
    host.serve("/news", slowly(host.world.answers[host.name, "/news"]))
    host.serve("/robots.txt", slowly(status(404)))
    host.feed(answer=slowly(feed_of(url)))


def dripping(host: Host) -> None:
    host.feed(host.page("/drip", drip, PageOutcome.TIMED_OUT), host.article())


def silent(host: Host) -> None:
    host.feed(answer=never, outcome=FeedOutcome.TIMED_OUT)


def resetting(host: Host) -> None:
    host.serve("/robots.txt", hang_up)
    host.feed(answer=hang_up, outcome=FeedOutcome.CONNECTION_FAILED)


def erring(host: Host) -> None:
    host.feed(answer=status(500), outcome=FeedOutcome.SERVER_ERROR)


def unruly(host: Host) -> None:
    """It cannot say what its rules are."""
    host.serve("/robots.txt", status(503))
    host.feed(host.world.url(host.name, "/closed"), outcome=FeedOutcome.ROBOTS_UNREACHABLE)


def closed(host: Host) -> None:
    host.robots("Disallow: /")
    host.feed(host.world.url(host.name, "/closed"), outcome=FeedOutcome.ROBOTS_DISALLOWED)


def forbidding(host: Host) -> None:
    host.robots("Disallow: /private")
    host.feed(host.page("/private", status(200), PageOutcome.ROBOTS_DISALLOWED), host.article())


def pointing(host: Host) -> None:
    """Its rules are at a host that others point to as well."""
    place = Host(host.world, HUB).serve("/rules.txt", body(b"User-agent: *\nDisallow: /private", "text/plain"))
    host.serve("/robots.txt", status(301, Location=place))
    host.feed(host.page("/private", status(200), PageOutcome.ROBOTS_DISALLOWED), host.article())


def delaying(host: Host) -> None:
    host.robots(f"Crawl-delay: {CRAWL_DELAY_SECONDS}")
    good(host)


def limiting(host: Host) -> None:
    host.feed(answer=once_limited(feed_of(host.article())))


def moved(host: Host) -> None:
    there = Host(host.world, host.name.replace("moved", "new"))
    place = there.serve("/feed", feed_of(there.article()))
    host.feed(answer=status(301, Location=place))


def gone(host: Host) -> None:
    host.feed(answer=status(410), outcome=FeedOutcome.GONE)


def looping(host: Host) -> None:
    host.feed(host.page("/loop", status(302, Location="/loop"), PageOutcome.TOO_MANY_REDIRECTS), host.article())


def crossing(host: Host) -> None:
    """Its page has gone to a host where others lead too."""
    there = Host(host.world, HUB)
    words = SENTENCES.replace("Skarne", f"{host.name.title()}-on-Hub")
    place = there.serve(f"/{host.name}", body(article_page(words).encode(), "text/html"))
    host.feed(host.page("/away", status(302, Location=place), PageOutcome.PUBLISHED))


def inward(host: Host) -> None:
    metadata = status(302, Location="http://169.254.169.254/latest/meta-data/")
    inside = status(302, Location=host.world.url("inside", "/"))
    refused = PageOutcome.REFUSED_ADDRESS
    host.feed(host.page("/metadata", metadata, refused), host.page("/inside", inside, refused), host.article())


def hostile(host: Host) -> None:
    host.feed(
        host.page("/bomb", bomb, PageOutcome.TOO_LARGE),
        host.page("/attributes", body(ATTRIBUTES, "text/html"), PageOutcome.HOSTILE_MARKUP),
        host.page("/picture", body(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "text/html"), PageOutcome.NOT_HTML),
        host.article(),
    )


def garbled(host: Host) -> None:
    host.feed(answer=body(LAUGHS, "text/xml"), outcome=FeedOutcome.NOT_A_FEED)


def nowhere(host: Host) -> None:
    host.feed(outcome=FeedOutcome.DNS_FAILED)


KINDS: dict[Callable[[Host], None], int] = {
    good: 164,
    double: 12,
    slow: 12,
    dripping: 8,
    silent: 6,
    resetting: 6,
    erring: 8,
    unruly: 6,
    closed: 4,
    forbidding: 8,
    pointing: 4,
    delaying: 8,
    limiting: 10,
    moved: 6,
    gone: 4,
    looping: 4,
    crossing: 4,
    inward: 6,
    hostile: 8,
    garbled: 6,
    nowhere: 6,
}
"""How many hosts there are of each kind, besides those where the moved and the crossing lead."""


PLAIN = ("good", "double")
"""Kinds of which nothing holds up a request but the pause before it."""


def furnish(world: Web) -> int:
    """Give the web its hosts; return how many have feeds."""
    for kind, count in KINDS.items():
        for number in range(count):
            kind(Host(world, f"{kind.__name__}{number}"))
    return sum(KINDS.values())
