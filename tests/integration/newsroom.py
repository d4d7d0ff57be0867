"""A news site on loopback and an ingest replica that reads it, as tests need them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from aiohttp.abc import AbstractResolver
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from schemas.events import ArticleIngested
from schemas.tables import feed, host, page
from services.ingest.crew import Crew
from services.ingest.discovery.entries import Entry
from services.ingest.fetching.fetcher import open_fetcher
from services.ingest.fetching.guard import Guard
from services.ingest.fetching.robots import Robots
from services.ingest.intake import FeedIntake, PageIntake
from services.ingest.pipeline import Pipeline
from services.ingest.polling.poller import Poller
from services.ingest.queues import frontier
from services.ingest.queues.hosts import Hosts
from services.ingest.queues.leases import from_now
from services.kafka import Producer
from services.lifecycle import Progress
from services.workers import Workers
from tests.fakes import KeptRecords

AGENT = "Claimwire/0.1 (+https://claimwire.example/crawler)"

SENTENCES = (
    "The council of Skarne voted on Monday to close the old bridge for repairs. "
    'Anna Weller, the mayor, said: "The bridge is closed until further notice." '
    "Traffic will be led over the northern ford, a spokesman of the harbour office told reporters. "
    "The work is expected to take eleven weeks, and nobody could say on Monday what it will cost."
)


def article_page(words: str = SENTENCES, *, title: str = "Bridge closed", head: str = "") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in words.split("\n"))
    head = f"<head><title>{title}</title>{head}</head>"
    return f"<!doctype html><html lang=en>{head}<body><article><h1>{title}</h1>{body}</article></body></html>"


class Asked(NamedTuple):
    """A request: its path and headers, and the loop's time when it began and ended."""

    path: str
    headers: dict[str, str]
    began: float
    ended: float


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A site whose pages the test writes; what it has not is answered 404."""

    port: int = 0
    pages: dict[str, str | Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [each.path for each in self.asked if each.path != "/robots.txt"]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        began = asyncio.get_running_loop().time()
        try:
            found = self.pages.get(request.path_qs)
            if found is None:
                return web.Response(status=404)
            if isinstance(found, str):
                return web.Response(text=found, content_type="text/html")
            return await found(request)
        finally:
            ended = asyncio.get_running_loop().time()
            self.asked.append(Asked(request.path_qs, dict(request.headers), began, ended))


@asynccontextmanager
async def open_site(pages: dict[str, str | Answer] | None = None) -> AsyncIterator[Site]:
    site = Site(pages=pages or {})
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.port = int(runner.addresses[0][1])
        yield site
    finally:
        await runner.cleanup()


def status(code: int, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def body(data: bytes, content_type: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=data, content_type=content_type)

    return answer


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(600)
    raise AssertionError


class HereWorkers(Workers):
    """Does each task in this process."""

    def __init__(self) -> None:
        pass

    @override
    async def run(self, function: Callable[[Any], Any], argument: Any) -> Any:
        return function(argument)


class Replica:
    """An ingest process's crews, in this process."""

    def __init__(self, engine: AsyncEngine, crews: Sequence[Crew]) -> None:
        self._engine = engine
        self._crews = crews
        self.stop = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for crew in self._crews:
                tasks.create_task(crew.run(self.stop, drain_seconds=0.2))

    async def run_until(self, is_done: Callable[[], Awaitable[bool]], *, seconds: float = 30.0) -> None:
        running = asyncio.create_task(self.run())
        try:
            async with asyncio.timeout(seconds):
                while not await is_done() and not running.done():
                    await asyncio.sleep(0.05)
        finally:
            self.stop.set()
            await running
        self.stop = asyncio.Event()

    async def run_until_done(self) -> None:
        """Run until no page and no feed is due or leased."""
        await self.run_until(lambda: nothing_is_due(self._engine))


async def nothing_is_due(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        # Feeds first: a poll that ends between the two questions has made its pages by then.
        for table, due in ((feed, feed.c.next_poll_at), (page, page.c.due_at)):
            waiting = (due <= from_now(0)) | table.c.lease_token.is_not(None)
            if (await connection.execute(select(1).where(waiting).limit(1))).first() is not None:
                return False
    return True


@asynccontextmanager
async def open_replica(
    engine: AsyncEngine,
    sites: Sequence[Site],
    producer: Producer,
    *,
    interval_seconds: float = 0.0,
    fetch_seconds: float = 5.0,
    most: int = 4,
    folders: Sequence[Path] = (),
    workers: Workers | None = None,
    resolver: AbstractResolver | None = None,
    pages: bool = True,
) -> AsyncIterator[Replica]:
    guard = Guard([f"127.0.0.1:{site.port}" for site in sites])
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(
            open_fetcher(user_agent=AGENT, guard=guard, total_timeout_seconds=fetch_seconds, resolver=resolver)
        )
        hosts = Hosts(engine, Robots(fetcher, "Claimwire"), interval_seconds, wait_seconds=1.0)
        workers = workers or HereWorkers()
        pipeline = Pipeline(engine=engine, fetcher=fetcher, workers=workers, producer=producer, folders=folders)
        poller = Poller(engine=engine, fetcher=fetcher, workers=workers, interval_seconds=300)
        page_intake = PageIntake(engine=engine, hosts=hosts, pipeline=pipeline, folders=folders)
        feeds = FeedIntake(engine=engine, hosts=hosts, poller=poller)

        async def no_problems() -> None: ...

        def crew(name: str, intake: PageIntake | FeedIntake) -> Crew:
            progress = Progress()
            return Crew(name, engine=engine, take=intake.take, find_problems=no_problems, progress=progress, most=most)

        yield Replica(engine, [crew("pages", page_intake), crew("feeds", feeds)] if pages else [crew("feeds", feeds)])


def events(kept: KeptRecords) -> list[ArticleIngested]:
    return [ArticleIngested.model_validate_json(value or b"") for _, _, value, _ in kept.records]


def json_feed(*urls: str, modified: str | None = None) -> Answer:
    items = [{"id": url, "url": url} | ({"date_modified": modified} if modified else {}) for url in urls]
    value = {"version": "https://jsonfeed.org/version/1.1", "title": "A feed", "items": items}
    return body(json.dumps(value).encode(), "application/feed+json")


async def add_pages(engine: AsyncEngine, *urls: str, publisher: str | None = None) -> None:
    """Have a feed list the pages; the feed itself is not due."""
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "http://127.0.0.1/feed", publisher)
        await connection.execute(update(feed).values(next_poll_at=from_now(3_600)))
        source = (await connection.execute(select(feed).where(feed.c.url == "http://127.0.0.1/feed"))).one()
        await frontier.insert_entries(connection, source, [Entry(url=url) for url in urls])


async def make_due(engine: AsyncEngine, **values: Any) -> None:
    """Have every page asked for again now."""
    async with engine.begin() as connection:
        await connection.execute(update(page).values(due_at=from_now(0), **values))
        await connection.execute(update(host).values(free_at=from_now(0)))


async def rows_of(engine: AsyncEngine, table: Any = page) -> list[Any]:
    async with engine.connect() as connection:
        order = table.c.url if "url" in table.c else next(iter(table.primary_key.columns))
        return list(await connection.execute(select(table).order_by(order)))
