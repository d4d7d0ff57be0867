"""The services as processes, over the engines of the run, with a news site of the test's own to read."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from aiohttp import ClientSession, web
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC, Paragraph
from services import kafka, offsets
from services.database import open_database
from services.engines.ports import find_free_port
from services.extract.identity import claim_id, keep_sound
from services.extract.reading import Article, extract
from services.ingest import frontier
from services.kafka.client import client_options
from services.settings import Settings

SETTLE_SECONDS = 90.0
"""How long the services may take until nothing is left to do, on a loaded machine."""

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:site_name" content="The Test">
<meta property="article:published_time" content="2026-10-0{day}T10:00:00Z">
</head><body><article><h1>{title}</h1>{body}</article></body></html>"""

BODY = (
    "The harbour of Port {n} was closed on Tuesday after a storm moved two ships from their moorings in the night.",
    '"We counted {n} boats this morning," said Mara Venn, who runs the harbour office. "None of them is lost."',
    "The ministry said that repairs would cost {n} million crowns. It has not decided who will pay for them.",
    "Fishermen said the harbour had been warned. According to Tom Ardal, the head of their union, nobody listened.",
)


def page(number: int, *, day: int = 1, more: str = "") -> str:
    body = "".join(f"<p>{line.format(n=number)}</p>" for line in (*BODY, *([more] if more else [])))
    return PAGE.format(title=f"Storm closes Port {number}", day=day, body=body)


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A news site on loopback: its pages by path, and one feed of all of them.

    ``answers`` stand in for pages; those below /news/ are listed too. ``updated`` is when the feed dates a page.
    """

    port: int
    pages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    updated: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def add(self, count: int, *, first: int = 1) -> None:
        self.pages |= {f"/news/{number}.html": page(number) for number in range(first, first + count)}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path in self.answers:
            return await self.answers[request.path](request)
        if request.path == "/feed.xml":
            return web.Response(text=self._feed(), content_type="application/atom+xml")
        if request.path in self.pages:
            return web.Response(text=self.pages[request.path], content_type="text/html")
        return web.Response(status=404)

    def _feed(self) -> str:
        listed = [*self.pages, *(path for path in self.answers if path.startswith("/news/"))]
        entries = "".join(
            f'<entry><title>x</title><link href="{self.url(path)}"/>'
            + (f"<updated>{self.updated[path]}</updated>" if path in self.updated else "")
            + "</entry>"
            for path in listed
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>The Test</title>{entries}</feed>'


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    site = Site(find_free_port())
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", site.port).start()
    yield site
    await runner.cleanup()


class Service:
    """One service as a process of its own."""

    def __init__(self, name: str, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.port = find_free_port()
        self.log = log
        self._environment = {**os.environ, **environment, "CLAIMWIRE_METRICS_PORT": str(self.port)}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, failpoint: str = "") -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services.cli",
                self.name,
                stderr=log,
                stdout=log,
                env={**self._environment, "CLAIMWIRE_FAILPOINT": failpoint},
            )

    async def ended(self) -> int:
        assert self._process is not None
        async with asyncio.timeout(SETTLE_SECONDS):
            return await self._process.wait()

    async def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        await self.ended()

    async def stop(self) -> int:
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.terminate()
        return await self.ended()

    async def get(self, path: str) -> tuple[int, str]:
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{self.port}{path}") as response:
            return response.status, await response.text()

    def workers(self) -> list[int]:
        """The pids of its child processes."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


class Sent(NamedTuple):
    """A record of the claims topic, as a consumer sees it."""

    key: str
    value: bytes | None
    ce_id: str
    position: int


class World:
    """Everything of one test: engines shared with the run, a database, services and a site of its own."""

    def __init__(
        self, settings: Settings, engine: AsyncEngine, site: Site, folder: Path, extra: dict[str, str]
    ) -> None:
        self.settings, self.engine, self.site = settings, engine, site
        self.api_port = find_free_port()
        self.api_url = f"http://127.0.0.1:{self.api_port}"
        environment = {
            "CLAIMWIRE_DATABASE_URL": settings.database_url.get_secret_value(),
            "CLAIMWIRE_KAFKA_SERVERS": settings.kafka_servers,
            "CLAIMWIRE_KAFKA_SESSION_SECONDS": "6",
            "CLAIMWIRE_FETCH_ALLOW": f"127.0.0.1/32:{site.port}",
            "CLAIMWIRE_HOST_INTERVAL_SECONDS": "0",
            "CLAIMWIRE_POLL_INTERVAL_SECONDS": "1",
            "CLAIMWIRE_API_PORT": str(self.api_port),
            "CLAIMWIRE_INGEST_PROCESSES": "1",
            "CLAIMWIRE_EXTRACT_PROCESSES": "1",
            "CLAIMWIRE_BATCH_RECORDS": "5",
            "CLAIMWIRE_PUBLISH_LEASE_SECONDS": "5",
            **{f"CLAIMWIRE_{name.upper()}": value for name, value in extra.items()},
        }
        self.ingest, self.extract, self.api = (
            Service(name, environment, folder / f"{name}.log") for name in ("ingest", "extract", "api")
        )
        self.first_sent: dict[Any, int] = {}

    async def prepare(self) -> None:
        """Make the topics, and begin at their ends: other tests of the run have written to them."""
        await kafka.create_topics(self.settings)
        cluster_id = await kafka.find_cluster_id(self.settings)
        watcher = kafka.Watcher(self.settings)
        async with self.engine.begin() as connection:
            for place, end in (await watcher.end_offsets(ARTICLES_TOPIC)).items():
                await offsets.reset(connection, cluster_id, place, next_offset=end)
            await frontier.add_feed(connection, self.site.url("/feed.xml"), "test.example", "The Test")
        self.first_sent = dict(await watcher.end_offsets(CLAIMS_TOPIC))

    async def stop(self) -> None:
        await asyncio.gather(*(service.stop() for service in (self.ingest, self.extract, self.api)))

    async def count(self, table: Any, *conditions: Any) -> int:
        async with self.engine.connect() as connection:
            query = select(func.count()).select_from(table).where(*conditions)
            return int((await connection.execute(query)).scalar_one())

    async def stored(self) -> int:
        return await self.count(tables.article, tables.article.c.revision > 0)

    async def until(self, true: Callable[[], Awaitable[object]], what: str, state: object = "") -> None:
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    try:
                        if await true():
                            return
                    except Exception as error:  # noqa: BLE001 (an engine may be down just now)
                        what = f"{what} ({error!r})"[:500]
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"not in {SETTLE_SECONDS:.0f} s: {what} {state}\n{self.logs()}") from None

    def logs(self) -> str:
        services = (self.ingest, self.extract, self.api)
        return "\n".join(f"--- {s.name}\n{s.log.read_text()[-3000:]}" for s in services if s.log.exists())

    async def until_stored(self, number: int) -> None:
        async def true() -> bool:
            return await self.stored() >= number

        await self.until(true, f"{number} articles stored")

    async def until_settled(self, articles: int) -> None:
        """Wait until every article is stored, every change published, and nothing is due."""

        async def true() -> bool:
            due = await self.count(tables.page, tables.page.c.due_at.is_not(None))
            unsent = await self.count(tables.change, tables.change.c.published_at.is_(None))
            state.update(stored=await self.stored(), due=due, unsent=unsent, lag=await self.lag())
            return state == {"stored": articles, "due": 0, "unsent": 0, "lag": 0}

        state: dict[str, int] = {}
        await self.until(true, f"{articles} articles settled", state)

    async def lag(self) -> int:
        ends = await kafka.Watcher(self.settings).end_offsets(ARTICLES_TOPIC)
        async with self.engine.connect() as connection:
            cluster_id = next(iter(await offsets.list_places(connection)))[0]
            return sum((await offsets.find_lag(connection, cluster_id, ends)).values())

    async def sent(self) -> list[Sent]:
        """All records that this test's services sent to the claims topic, in the topic's order."""
        ends = await kafka.Watcher(self.settings).end_offsets(CLAIMS_TOPIC)
        client = AIOKafkaConsumer(**client_options(self.settings), group_id=None)
        await client.start()
        found: list[Sent] = []
        try:
            for place, end in ends.items():
                partition = TopicPartition(*place)
                client.assign([partition])
                client.seek(partition, self.first_sent.get(place, 0))
                while await client.position(partition) < end:
                    for records in (await client.getmany(timeout_ms=500)).values():
                        found += [_sent(record) for record in records]
        finally:
            await client.stop()
        return found


def _sent(record: Any) -> Sent:
    headers = dict(record.headers)
    return Sent(record.key.decode(), record.value, headers["ce_id"].decode(), int(headers["position"]))


@asynccontextmanager
async def open_world(
    database_url: str, kafka_servers: str, folder: Path, *, pages: int = 0, **extra: str
) -> AsyncIterator[World]:
    """A world whose services are not started yet, with ``extra`` settings; leaving stops them."""
    known = {"database_url": database_url, "kafka_servers": kafka_servers}
    settings = Settings.model_validate({**known, **extra})
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_database(settings.database_url, application_name="tests"))
        site = await stack.enter_async_context(open_site())
        site.add(pages)
        world = World(settings, engine, site, folder, extra)
        await world.prepare()
        stack.push_async_callback(world.stop)
        yield world


async def check_nothing_lost_or_doubled(world: World) -> None:
    """Compare what the site served with the tables, the dead letters and the claims topic."""
    async with world.engine.connect() as connection:
        pages = (await connection.execute(select(tables.page))).all()
        texts = (await connection.execute(select(tables.revision))).all()
        claims = (await connection.execute(select(tables.claim))).all()
        changes = (await connection.execute(select(tables.change).order_by(tables.change.c.position))).all()
    assert {row.url for row in pages} == {world.site.url(path) for path in world.site.pages}
    assert {row.outcome for row in pages} <= {"published", "unchanged"}
    assert {row.article_id for row in pages} == {row.article_id for row in texts}
    assert len(texts) == len(pages), "an article has two revisions of one text"
    assert await world.count(tables.dead_letter) == 0
    expected = {key for row in texts for key in _claim_ids(row)}
    assert {row.claim_id for row in claims if row.retracted_at is None} == expected
    assert [row.position for row in changes] == list(range(1, len(changes) + 1))
    _check_sent(await world.sent(), {str(row.change_id): row for row in changes})


def _claim_ids(row: Any) -> list[UUID]:
    """What reading a stored text must give."""
    event = row.event
    read = extract(
        Article(
            text=row.text,
            title=event["title"],
            paragraphs=tuple(Paragraph.model_validate(one) for one in event["paragraphs"]),
            published_at=None,
            publisher=event["publisher"]["name"],
            language=event["language"],
        )
    )
    sound, refused = keep_sound(read, row.text)
    assert refused == 0
    return [claim_id(row.article_id, row.text_sha256, claim) for claim in sound.claims]


def _check_sent(sent: list[Sent], changes: dict[str, Any]) -> None:
    assert {one.ce_id for one in sent} == set(changes), "a change was not sent, or one was sent that is not"
    for one in sent:
        assert one.position == changes[one.ce_id].position
        assert one.key == str(changes[one.ce_id].article_id)
    last = {one.key: one.position for one in sent}
    assert last == {key: max(one.position for one in sent if one.key == key) for key in last}
