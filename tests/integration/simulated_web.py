"""A web of three hundred hosts on one loopback server, good and bad, that remembers who was asked what, and when."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from schemas.outcomes import FeedOutcome, PageOutcome

DOMAIN = "web.example"

ADDRESSES = {"inside": "10.0.0.5"}
"""Names that resolve to what nobody may dial; those that begin with ``nowhere`` do not, and all others to us."""

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Asked(NamedTuple):
    """A request: the host it was for, its path, who asked, the loop's time when it began and ended, and the status."""

    host: str
    path: str
    agent: str
    began: float
    ended: float
    status: int


def pause(one: Asked, other: Asked, *, most_seconds: float) -> float:
    """Return the seconds between two requests; after ``most_seconds`` the client gave the first up."""
    return other.began - min(one.ended, one.began + most_seconds)


class Names(AbstractResolver):
    """Resolves the names of the web."""

    @override
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        kind = host.partition(".")[0].rstrip("0123456789")
        if kind == "nowhere" or not host.endswith(f".{DOMAIN}"):
            raise OSError("no such name")
        address = ADDRESSES.get(kind, "127.0.0.1")
        return [ResolveResult(hostname=host, host=address, port=port, family=2, proto=6, flags=4)]

    @override
    async def close(self) -> None: ...


@dataclass
class Web:
    """The hosts, what is to become of each feed and page, and what was asked so far."""

    port: int = 0
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    feeds: dict[str, FeedOutcome] = field(default_factory=dict)
    pages: dict[str, PageOutcome] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, host: str, path: str) -> str:
        return f"http://{host}.{DOMAIN}:{self.port}{path}"

    @property
    def articles(self) -> set[str]:
        """The URLs of all good articles."""
        return {url for url, outcome in self.pages.items() if outcome is PageOutcome.PUBLISHED}

    def by_host(self) -> dict[str, list[Asked]]:
        """What each host was asked, in order."""
        hosts: dict[str, list[Asked]] = {}
        for each in sorted(self.asked, key=lambda asked: asked.began):
            hosts.setdefault(each.host, []).append(each)
        return hosts

    async def answer(self, request: web.Request) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        host, began, status = request.host.partition(".")[0], loop.time(), 0
        try:
            found = self.answers.get((host, request.path_qs))
            response = web.Response(status=404) if found is None else await found(request)
            status = response.status
            return response
        finally:
            agent = request.headers.get("User-Agent", "")
            self.asked.append(Asked(host, request.path_qs, agent, began, loop.time(), status))


@asynccontextmanager
async def open_web() -> AsyncIterator[Web]:
    """Serve a web that has no hosts yet; what it still answers at the end is given up."""
    world = Web()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", world.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
        world.port = int(runner.addresses[0][1])
        yield world
    finally:
        await runner.cleanup()
