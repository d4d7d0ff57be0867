"""The services as processes, over the engines of the run, with a news site of the test's own to read."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
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
from services.changes import KAFKA_KINDS
from services.database import open_database
from services.engines.ports import find_free_port
from services.extract.identity import claim_id, keep_sound
from services.extract.reading.article import Article, extract
from services.ingest.queues import frontier
from services.kafka.client import client_options
from services.settings import Settings

SETTLE_SECONDS = 300.0
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


REVISED = '"The pier of Port {n} opens in {days} days," said Odra Hale, who runs the ferry there.'
"""The paragraph that a revision ends with; the days tell which revision it is."""


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A news site on loopback: its pages by path, and one feed of those below /news/.

    ``answers`` stand in for pages. ``updated`` is when the feed dates a page, ``revised`` how often its text changed,
    ``served`` the text that was last asked for.
    """

    port: int
    pages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    updated: dict[str, str] = field(default_factory=dict)
    revised: dict[str, int] = field(default_factory=dict)
    served: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def add(self, count: int, *, first: int = 1) -> None:
        self.pages |= {f"/news/{number}.html": page(number) for number in range(first, first + count)}

    def revise(self, count: int) -> None:
        """Change the text of the first pages, and their date in the feed."""
        for number in range(1, count + 1):
            path = f"/news/{number}.html"
            times = self.revised[path] = self.revised.get(path, 0) + 1
            self.pages[path] = page(number, more=REVISED.format(n=number, days=times))
            self.updated[path] = f"2026-10-{number % 28 + 1:02}T09:{times:02}:00Z"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path in self.answers:
            return await self.answers[request.path](request)
        if request.path == "/feed.xml":
            return web.Response(text=self._feed(), content_type="application/atom+xml")
        if request.path in self.pages:
            text = self.served[request.path] = self.pages[request.path]
            return web.Response(text=text, content_type="text/html")
        return web.Response(status=404)

    def _feed(self) -> str:
        listed = [path for path in (*self.pages, *self.answers) if path.startswith("/news/")]
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
    try:
        await web.TCPSite(runner, "127.0.0.1", site.port).start()
        yield site
    finally:
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
            "CLAIMWIRE_POLL_LONGEST_SECONDS": "1",
            "CLAIMWIRE_API_PORT": str(self.api_port),
            "CLAIMWIRE_INGEST_PROCESSES": "1",
            "CLAIMWIRE_EXTRACT_PROCESSES": "1",
            "CLAIMWIRE_BATCH_RECORDS": "5",
            "CLAIMWIRE_PUBLISH_LEASE_SECONDS": "5",
            "CLAIMWIRE_RELATE_LEASE_SECONDS": "5",
            **{f"CLAIMWIRE_{name.upper()}": value for name, value in extra.items()},
        }
        self.ingest, self.extract, self.api = (
            Service(name, environment, folder / f"{name}.log") for name in ("ingest", "extract", "api")
        )
        self._environment = {**os.environ, **environment}
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

    async def command(self, *arguments: str) -> str:
        """Run a command of claimwire that must succeed; returns what it said."""
        words = (sys.executable, "-m", "services.cli", *arguments)
        pipe, joined = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
        process = await asyncio.create_subprocess_exec(*words, env=self._environment, stdout=pipe, stderr=joined)
        async with asyncio.timeout(SETTLE_SECONDS):
            said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said
        return said

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

    async def until_acknowledged(self) -> None:
        """Wait until the site's pages as they are now are on the articles topic."""
        state: dict[str, int] = {}

        async def true() -> bool:
            state.update(await self._not_acknowledged())
            return not any(state.values())

        await self.until(true, "every page acknowledged", state)

    async def _not_acknowledged(self) -> dict[str, int]:
        pages, publication = self.site.pages.items(), tables.publication.c
        return {
            "unserved": sum(self.site.served.get(path) != text for path, text in pages),
            "due": await self.count(tables.page, tables.page.c.due_at.is_not(None)),
            "unacknowledged": await self.count(
                tables.publication, publication.published_revision.is_distinct_from(publication.revision)
            ),
        }

    async def until_settled(self, articles: int) -> None:
        """Wait until every article is stored at its last revision and compared, and every change published."""
        state: dict[str, int] = {}

        async def true() -> bool:
            state.update(await self._not_acknowledged())  # downstream: what is behind a step that rests, rests too
            state.update(lag=await self.lag())
            state.update(stored=await self.stored(), outdated=await self._outdated())
            state.update(await self._uncompared())
            state.update(await self._untold())
            return state["stored"] == articles and sum(state.values()) == articles

        await self.until(true, f"{articles} articles settled", state)

    async def until_at_rest(self) -> None:
        """Wait until every record is read and compared and every change published, whatever became of them."""
        state: dict[str, int] = {}

        async def true() -> bool:
            for _ in range(2):  # what is done makes other work: an erasure is published, a merge has articles compared
                state.update(lag=await self.lag())
                state.update(await self._uncompared())
                state.update(await self._untold())
                if any(state.values()):
                    return False
            return True

        await self.until(true, "everything at rest", state)

    async def _untold(self) -> dict[str, int]:
        """Return how many changes nobody is told of yet."""
        change = tables.change.c
        return {
            "unsent": await self.count(tables.change, change.published_at.is_(None)),
            "unnumbered": await self.count(tables.change, change.position.is_(None)),
        }

    async def _uncompared(self) -> dict[str, int]:
        """Return how many articles, entities and threads are still to be looked at."""
        waiting = (tables.article.c.related_at.is_(None), tables.article.c.card.is_not(None))
        return {
            "unrelated": await self.count(tables.article, *waiting),
            "unsettled": await self.count(tables.entity_mark),
            "unrenewed": await self.count(tables.relate_mark),
            "unwoven": await self.count(tables.thread_mark),
        }

    async def _outdated(self) -> int:
        """Return how many publications are not stored at the revision that was published."""
        article, publication = tables.article, tables.publication
        stored = select(article.c.revision).where(article.c.article_id == publication.c.article_id).scalar_subquery()
        return await self.count(publication, stored.is_distinct_from(publication.c.published_revision))

    async def lag(self) -> int:
        ends = await kafka.Watcher(self.settings).end_offsets(ARTICLES_TOPIC)
        async with self.engine.connect() as connection:
            cluster_id = next(iter(await offsets.list_places(connection)))[0]
            return sum((await offsets.find_lag(connection, cluster_id, ends)).values())

    async def sent(self) -> list[Sent]:
        """All records that this test's services sent to the claims topic, in the topic's order."""
        return await list_sent(self.settings, self.first_sent)


async def list_sent(settings: Settings, first: Mapping[Any, int]) -> list[Sent]:
    """All records of the claims topic from the offsets in ``first`` on, in the topic's order."""
    ends = await kafka.Watcher(settings).end_offsets(CLAIMS_TOPIC)
    client = AIOKafkaConsumer(**client_options(settings), group_id=None)
    await client.start()
    found: list[Sent] = []
    try:
        for place, end in ends.items():
            partition = TopicPartition(*place)
            client.assign([partition])
            client.seek(partition, first.get(place, 0))
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


async def check_nothing_lost_or_doubled(world: World, *, accepted: Collection[str] = ()) -> None:
    """Compare what the site served, and which submissions were accepted, with tables, dead letters and claims topic."""
    async with world.engine.connect() as connection:
        pages = (await connection.execute(select(tables.page))).all()
        submissions = (await connection.execute(select(tables.submission))).all()
        articles = (await connection.execute(select(tables.article))).all()
        texts = (await connection.execute(select(tables.revision).order_by(tables.revision.c.revision))).all()
        claims = (await connection.execute(select(tables.claim))).all()
        changes = (await connection.execute(select(tables.change).order_by(tables.change.c.position))).all()
    assert {str(row.submission_id) for row in submissions} == set(accepted)
    assert all(row.done_at is not None for row in submissions)
    assert {row.outcome for row in (*pages, *submissions)} <= {"published", "unchanged"}
    by_url = {row.url: row.article_id for row in (*submissions, *pages)}
    assert set(by_url) == {world.site.url(path) for path in world.site.pages}
    assert {row.article_id for row in articles} == {row.article_id for row in texts} == set(by_url.values())
    assert len(articles) == len(by_url), "two pages became one article"
    assert await world.count(tables.dead_letter) == 0
    by_article: dict[UUID, list[Any]] = defaultdict(list)
    for row in texts:
        by_article[row.article_id].append(row)
    _check_texts(world.site, {url: by_article[key] for url, key in by_url.items()})
    assert {row.article_id: row.revision for row in articles} == {
        key: of[-1].revision for key, of in by_article.items()
    }
    _check_claims(claims, texts, [of[-1] for of in by_article.values()])
    _check_changes(changes, texts)
    told = {str(row.change_id): row for row in changes if row.kind in KAFKA_KINDS}
    _check_sent(await world.sent(), told, revised=bool(world.site.revised))
    await _check_threads(world)


async def _check_threads(world: World) -> None:
    """Every claim that is compared is in one thread that is there, and every relation is of live claims."""
    statement, part, thread = tables.statement, tables.thread_claim, tables.thread
    async with world.engine.connect() as connection:
        compared = list((await connection.execute(select(statement.c.claim_id))).scalars())
        live = select(part.c.claim_id).join(thread, thread.c.thread_id == part.c.thread_id)
        woven = list(
            (await connection.execute(live.where(part.c.tense.is_(False), thread.c.ended_at.is_(None)))).scalars()
        )
        related = (await connection.execute(select(tables.relation.c.a, tables.relation.c.b))).all()
    assert compared
    assert sorted(woven) == sorted(compared)
    assert {key for pair in related for key in pair} <= set(compared)


def _check_texts(site: Site, texts: Mapping[str, Sequence[Any]]) -> None:
    """Each text that the site had is stored once, in the order in which it had them."""
    for path in site.pages:
        stored, times = texts[site.url(path)], site.revised.get(path, 0)
        assert len(stored) == 1 + times, f"{path} has {len(stored)} revisions"
        assert len({row.text_sha256 for row in stored}) == len(stored), f"{path} has two revisions of one text"
        for number, row in enumerate(stored):
            found = [days for days in range(1, times + 1) if f"opens in {days} days" in row.text]
            assert found == ([number] if number else []), f"{path} has its texts in another order"


def _check_claims(claims: Sequence[Any], texts: Sequence[Any], last: Sequence[Any]) -> None:
    """The claims of the last texts are live; those of earlier ones are kept, retracted by a revision."""
    live = {key for row in last for key in _claim_ids(row)}
    assert {row.claim_id for row in claims if row.retracted_at is None} == live
    assert {row.claim_id for row in claims} == {key for row in texts for key in _claim_ids(row)}
    assert {row.retracted_by for row in claims if row.claim_id not in live} <= {"revision"}


def _check_changes(changes: Sequence[Any], texts: Sequence[Any]) -> None:
    """There is one change a text, and an article's are numbered in the order of its revisions."""
    assert [row.position for row in changes] == list(range(1, len(changes) + 1))
    logged = sorted((row.article_id, row.position, row.revision) for row in changes if row.kind in KAFKA_KINDS)
    stored = sorted((row.article_id, row.revision) for row in texts)
    assert [(article_id, revision) for article_id, _, revision in logged] == stored


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


def _check_sent(sent: Sequence[Sent], changes: Mapping[str, Any], *, revised: bool) -> None:
    """Every change was sent, doubles alike; a reader of the topic ends at each article's last one."""
    assert {one.ce_id for one in sent} == set(changes), "a change was not sent, or one was sent that is not"
    positions: dict[str, list[int]] = defaultdict(list)
    for one in sent:
        change = changes[one.ce_id]
        assert (one.key, one.position) == (str(change.article_id), change.position)
        positions[one.key].append(one.position)
    assert {key: of[-1] for key, of in positions.items()} == {key: max(of) for key, of in positions.items()}
    assert any(len(set(of)) > 1 for of in positions.values()) == revised
