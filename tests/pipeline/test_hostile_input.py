"""What no code can read, through the services as processes: each ends in its outcome, and the next one is handled."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest_asyncio
from aiohttp import web
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Row, func, select, update
from typing_extensions import override

from schemas import tables
from schemas.events import ARTICLES_TOPIC, TEXT_MAX_CODE_POINTS
from services.ingest.queues import frontier
from tests.builders import article, record_of, sha256
from tests.world import PAGE, Answer, Service, World, open_world

GOOD = 6
LINE = "<p>The harbour of the town was closed on Tuesday, said Mara Venn, who runs the harbour office there.</p>"


def answering(
    body: str | bytes, kind: str = "text/html", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    data = body.encode() if isinstance(body, str) else body

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=data, content_type=kind, status=status, headers=headers)

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    with suppress(ConnectionError):
        for _ in range(600):
            await response.write(b"<p>x")
            await asyncio.sleep(0.05)
    return response


def page_of(body: str) -> str:
    return PAGE.format(title="Hostile", day=1, body=LINE * 4 + body)


PAGES: Mapping[str, tuple[str, Answer]] = {
    "endless": ("timed_out", endless),
    "large": ("too_large", answering(page_of("<!--" + "x" * 3_100_000 + "-->"))),
    "long": ("too_large", answering(page_of("".join(f"{LINE[:-4]} ({n}).</p>" for n in range(6_000))))),
    "holds": ("worker_killed", answering(page_of("<p>" + "<q>x</q>" * 100_000 + "</p>"))),
    "attributes": ("hostile_markup", answering(page_of("<p " + " ".join(f"a{n}=1" for n in range(40_000)) + ">"))),
    "pdf": ("not_html", answering(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf")),
    "lies": ("not_html", answering(b"\x89PNG\r\n\x1a\n" + bytes(500))),
    "inside": (
        "refused_address",
        answering("", status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    ),
    "circle": ("too_many_redirects", answering("", status=302, headers={"Location": "/news/circle"})),
    "nowhere": ("not_found", answering("", status=404)),
    "private": ("robots_disallowed", answering(page_of(""))),
    "empty": ("no_text", answering("<!doctype html><html><body></body></html>")),
    "packed": ("bad_response", answering(b"this is no gzip", headers={"Content-Encoding": "gzip"})),
}
"""What each page must end in; all are listed by one feed with the good ones."""

FEEDS: Mapping[str, tuple[str, Answer]] = {
    "/feed-page": ("polled", answering(page_of(""))),  # a page of a site whose feed is where feeds usually are
    "/feed-bytes": ("not_a_feed", answering(bytes(range(256)) * 40, "application/rss+xml")),
    "/feed-gone": ("not_found", answering("", status=404)),
    "/feed-endless": ("timed_out", endless),
}


def key_of(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://poison.example/{name}")


def event(name: str, **changes: object) -> bytes:
    """A valid event, but for the changes."""
    good = json.loads(article(url=f"https://poison.example/{name}").model_dump_json())
    return json.dumps(good | changes).encode()


LONG = "a" * (TEXT_MAX_CODE_POINTS + 1)

POISON: Mapping[str, tuple[str, bytes | None]] = {
    "broken": ("not_json", b"{"),
    "empty": ("empty_value", b""),
    "bytes": ("not_json", b"\xff\xfe\x00" * 50),
    "huge": ("not_json", b"x" * 4_000_000),
    "deep": ("not_json", b"[" * 200_000),
    "surrogate": ("not_json", b'{"text": "\\ud800"}'),
    "list": ("invalid_event", b"[]"),
    "version": ("unknown_version", event("version", schema_version="2.0")),
    "nul": ("invalid_event", event("nul", text="a \x00 b", text_sha256=sha256("a \x00 b"))),
    "long": ("invalid_event", event("long", text=LONG, text_sha256=sha256(LONG))),
    "another": ("key_mismatch", event("somebody else's")),
    "early": ("database_refused", event("early", fetched_at="0001-01-01T00:00:00+14:00")),
    "hash": ("text_mismatch", event("hash", text_sha256=sha256("another text"))),
}
"""The value of a record under the key of its name, and why it becomes a dead letter."""

HEADERS = [(f"header-{number}", bytes([number % 256, 0])) for number in range(1_000)]


class Bytes(str):
    """A header's name that is sent as bytes which are no UTF-8, as clients in other languages can."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfename"


class Sent(NamedTuple):
    """A record; its key is never null, which a compacted topic refuses."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


async def send(world: World, *records: Sent) -> None:
    """Send records each as a batch of its own builder, which takes any header, to the partitions in turn."""
    async with AIOKafkaProducer(bootstrap_servers=world.settings.kafka_servers, max_request_size=4_194_304) as client:
        for number, record in enumerate(records):
            batch = client.create_batch()
            batch._builder = _DefaultRecordBatchBuilderPy(
                magic=2,
                compression_type=0,
                is_transactional=0,
                producer_id=-1,
                producer_epoch=-1,
                base_sequence=-1,
                batch_size=4_194_304,
            )
            batch.append(key=record.key, value=record.value, timestamp=None, headers=list(record.headers))
            batch.close()
            await (await client.send_batch(batch, ARTICLES_TOPIC, partition=number % 6))


@pytest_asyncio.fixture
async def world(migrated_url: str, kafka_servers: str, tmp_path: Path) -> AsyncIterator[World]:
    folder = tmp_path
    async with open_world(migrated_url, kafka_servers, folder, pages=GOOD, fetch_timeout_seconds="3") as world:
        yield world


async def figures(service: Service, name: str, label: str) -> dict[str, float]:
    """A counter of a service by the values of its label."""
    _, shown = await service.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(shown)}
    return {one.labels[label]: one.value for one in families[name].samples if one.name == f"{name}_total"}


async def rows(world: World, table: object) -> list[Row[tuple[object, ...]]]:
    async with world.engine.connect() as connection:
        return list(await connection.execute(select(table)))  # type: ignore[call-overload]


async def check_well(service: Service) -> None:
    for path in ("/livez", "/readyz"):
        assert await service.get(path) == (200, '{"stale": []}' if path == "/livez" else '{"problems": {}}')


async def test_hostile_pages_and_feeds_end_in_their_outcomes(world: World) -> None:
    world.site.answers |= {f"/news/{name}": answer for name, (_, answer) in PAGES.items()}
    world.site.answers |= {path: answer for path, (_, answer) in FEEDS.items()}
    world.site.answers["/robots.txt"] = answering("User-agent: *\nDisallow: /news/private\n", "text/plain")
    async with world.engine.begin() as connection:
        for path in FEEDS:
            await frontier.add_feed(connection, world.site.url(path), "test.example")
    await asyncio.gather(world.ingest.start(), world.extract.start())
    page = tables.page

    async def ended() -> bool:
        async with world.engine.begin() as connection:  # the minutes between two attempts, over at once
            waits = (page.c.due_at > func.now(), page.c.leased_until.is_(None))
            await connection.execute(update(page).where(*waits).values(due_at=func.now()))
        return await world.count(page, page.c.due_at.is_(None)) == GOOD + len(PAGES)

    await world.until(ended, "every page ended")
    outcomes = {row.url.rpartition("/")[2]: row.outcome for row in await rows(world, page)}
    assert {name: outcomes.get(name) for name in PAGES} == {name: outcome for name, (outcome, _) in PAGES.items()}
    assert Counter(outcomes.values())["published"] == GOOD
    assert +Counter(await figures(world.ingest, "claimwire_ingest_pages", "outcome")) == Counter(outcomes.values())
    asked = Counter(world.site.asked)
    assert (asked["/news/holds"], asked["/news/private"], asked["/news/attributes"]) == (2, 0, 1)

    world.site.add(1, first=GOOD + 1)
    await world.until_settled(GOOD + 1)
    feeds = {row.url.removeprefix(world.site.url("")): row.outcome for row in await rows(world, tables.feed)}
    assert feeds == {"/feed.xml": "polled", **{path: outcome for path, (outcome, _) in FEEDS.items()}}
    await check_well(world.ingest)
    await check_well(world.extract)
    assert (await world.ingest.stop(), await world.extract.stop()) == (0, 0)


async def test_hostile_records_become_dead_letters_once_and_others_are_stored(world: World) -> None:
    await asyncio.gather(world.ingest.start(), world.extract.start())
    good = [record_of(article(url=f"https://poison.example/good/{number}")) for number in range(3)]
    keys = {name: str(key_of(name)).encode() for name in POISON}
    await send(
        world,
        *(Sent(keys[name], value) for name, (_, value) in POISON.items()),
        Sent(b"\xff\x00", event("key")),
        Sent(b"named", b"{", [(Bytes("x"), b"\xff\x00")]),
        Sent(b"many", b"{", HEADERS),
        Sent(good[0].key, good[0].value, [(Bytes("x"), b"\xff\x00")]),
        Sent(good[1].key, good[1].value, HEADERS),
        Sent(str(key_of("never seen")).encode(), None),
        Sent(good[2].key, good[2].value),
    )
    await world.until_settled(GOOD + 3)
    letters = await rows(world, tables.dead_letter)
    expected = {keys[name]: reason for name, (reason, _) in POISON.items()}
    expected |= {b"\xff\x00": "bad_key", b"named": "not_json", b"many": "not_json"}
    assert {row.key: row.reason for row in letters} == expected
    assert len(letters) == len(expected)
    assert {row.key: row.value for row in letters}[keys["huge"]] == POISON["huge"][1]
    headers = {row.key: row.headers for row in letters}
    assert headers[b"named"] == [["\\xff\\xfename", "\\xff\\x00"]]
    assert len(headers[b"many"]) == len(HEADERS)

    await send(world, Sent(record_of(article(url="https://poison.example/next")).key, event("next")))
    await world.until_settled(GOOD + 4)
    records = await figures(world.extract, "claimwire_extract_records", "outcome")
    assert records["dead_lettered"] == len(expected)
    assert records["saved"] == GOOD + 4
    reasons = await figures(world.extract, "claimwire_extract_dead_letters", "reason")
    assert +Counter(reasons) == Counter(expected.values())  # those that never happened stand at 0
    assert await world.count(tables.erased, tables.erased.c.value == str(key_of("never seen"))) == 1
    await check_well(world.extract)
    await check_well(world.ingest)
    assert (await world.ingest.stop(), await world.extract.stop()) == (0, 0)
