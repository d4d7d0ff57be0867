"""/v1/stream on real sockets: what clients get, and what becomes of those that do not read."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from sqlalchemy import event, text, update

from schemas.outcomes import StreamEnd
from schemas.tables import change
from services import metrics
from services.extract.records import Erasure, Read
from services.registry import Service
from tests.builders import TEXT, article, claim, reading
from tests.integration.api_process import open_server as open_process
from tests.integration.streaming import SECONDS, Client, Server, open_server

LONG = "The ferry was late. " * 20_000


@pytest.fixture
async def server(migrated_url: str) -> AsyncIterator[Server]:
    async with open_server(migrated_url) as server:
        yield server


def news(number: int, **changes: Any) -> Read:
    return reading(article(url=f"https://news.example/{number}", **changes), claim(TEXT, "slow"))


def heavy(number: int) -> Read:
    """An article whose change has some 400 KB; its text is read once for all."""
    return replace(_heaviest(), event=article(LONG, url=f"https://news.example/{number}"))


@cache
def _heaviest() -> Read:
    return reading(article(LONG), claim(LONG, LONG[:-1]))


def ended(why: StreamEnd) -> float:
    return float(metrics.STREAMS_ENDED.labels(why)._value.get())


def open_streams() -> float:
    return float(metrics.STREAMS._value.get())


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():
            await asyncio.sleep(0.01)


async def positions(client: Client, count: int) -> list[int | None]:
    return [heard.id for heard in await client.events(count)]


async def test_change_is_told_as_it_comes_and_as_changes_show_it(server: Server) -> None:
    client = await server.connect()
    assert client.status == 200
    assert b"content-type: text/event-stream" in client.head
    assert b"cache-control: no-store" in client.head
    hello = await client.next()
    assert hello is not None
    assert hello.retry is not None
    assert (2_000 <= hello.retry <= 5_000, hello.id, hello.event) == (True, 0, None)
    await server.save(news(1), Erasure(article(url="https://news.example/1").article_id))
    first, second = await client.events(2)
    shown = (await server.api.get("/v1/changes"))["items"]
    assert [(first.id, first.event), (second.id, second.event)] == [(1, "extracted"), (2, "erased")]
    assert second.data == shown[1]
    assert first.data["change_id"] == shown[0]["change_id"]


async def test_stream_begins_now_unless_it_is_told_where(server: Server) -> None:
    await server.save(*map(news, range(3)))
    late, resumed, asked = await asyncio.gather(
        server.connect(), server.connect("after=0", "Last-Event-ID: 1"), server.connect("after=2")
    )
    await server.save(news(3))
    assert await positions(late, 1) == [4]
    assert await positions(resumed, 3) == [2, 3, 4]
    assert await positions(asked, 2) == [3, 4]


async def test_backlog_meets_what_comes_without_gap_or_double(server: Server) -> None:
    await server.save(*map(news, range(30)))
    clients: list[Client] = []
    for number in range(30, 90):
        await server.save(news(number))
        if number % 4 == 0:
            clients.append(await server.connect(f"after={number % 7}"))
    for number, client in zip(range(32, 90, 4), clients, strict=False):
        begin = number % 7
        assert await positions(client, 90 - begin) == list(range(begin + 1, 91))


async def test_long_backlog_is_read_page_by_page(server: Server) -> None:
    await server.api.save(*map(news, range(650)))
    await server.number()
    client = await server.connect("after=0")
    assert await positions(client, 650) == list(range(1, 651))
    await server.save(news(650))
    assert await positions(client, 1) == [651]


async def test_clients_that_come_back_together_share_what_is_read(server: Server) -> None:
    await server.api.save(*map(news, range(150)))
    await server.number()
    statements: list[str] = []
    engine = server.api.database.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    clients = await asyncio.gather(*(server.connect("after=0") for _ in range(40)))
    heard = await asyncio.gather(*(positions(client, 150) for client in clients))
    assert heard == [list(range(1, 151))] * 40
    assert 2 <= sum("OVER (ORDER BY" in statement for statement in statements) <= 20


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("publisher=Other.example", [2, 3, 4]),
        (f"article={article(url='https://news.example/1').article_id}", [1, 3]),
        ("kind=erased", [3]),
        ("kind=extracted&publisher=other.example", [2, 4]),
    ],
)
async def test_filter_lets_through_what_is_asked_for(server: Server, query: str, expected: list[int]) -> None:
    other = {"domain": "other.example", "name": None}
    live = await server.connect(query)
    everything = await server.connect()
    await server.save(news(1), news(2, publisher=other))
    await positions(everything, 2)  # told before the erasure takes the first one's publisher
    await server.save(Erasure(article(url="https://news.example/1").article_id), news(4, publisher=other))
    assert await positions(live, len(expected)) == expected
    backlog = await server.connect(f"{query}&after=0")
    assert await positions(backlog, len(expected)) == expected


async def test_silent_stream_beats_and_tells_its_position(migrated_url: str) -> None:
    async with open_server(migrated_url, api_stream_heartbeat_seconds=0.2) as server:
        client = await server.connect("kind=erased")
        await client.next()
        await server.save(news(1))
        async with asyncio.timeout(SECONDS):
            while (beat := await client.next()) is not None and beat.id != 1:
                assert beat.comment == "still here"
        assert beat is not None
        assert (beat.comment, beat.event) == ("still here", None)


async def test_clients_beyond_the_limit_are_told_when_to_come_again(migrated_url: str) -> None:
    async with open_server(migrated_url, api_streams=2) as server:
        one, _ = await server.connect(), await server.connect()
        third = await server.connect()
        assert third.status == 503
        assert b"retry-after: " in third.head
        assert b"too_many_streams" in await third.reader.readuntil(b"}")
        await one.close()
        await until(lambda: open_streams() == 1)
        again = await server.connect()
        assert again.status == 200


async def test_client_that_goes_leaves_nothing_behind(server: Server) -> None:
    gone = ended(StreamEnd.GONE)
    client = await server.connect()
    await client.next()
    tail = server.api.app.state.tail
    assert (open_streams(), tail._reading.done()) == (1, False)
    await client.close()
    await until(tail._reading.done)
    assert (open_streams(), ended(StreamEnd.GONE), tail._recent) == (0, gone + 1, None)
    again = await server.connect()
    await server.save(news(1))
    assert await positions(again, 1) == [1]


async def test_client_that_does_not_read_is_let_go_and_others_are_not(migrated_url: str) -> None:
    slow = ended(StreamEnd.SLOW)
    async with open_server(migrated_url, api_stream_send_seconds=0.5) as server:
        stalled, well = await server.connect(buffer_bytes=4_096), await server.connect()
        heard = asyncio.create_task(positions(well, 40))
        for number in range(40):
            await server.save(heavy(number))
        assert await heard == list(range(1, 41))
        await until(lambda: ended(StreamEnd.SLOW) == slow + 1)
        await until(lambda: len(server.uvicorn.server_state.connections) == 1)  # cut off with what it was to be sent
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError, AssertionError)):
            await positions(stalled, 40)
        assert open_streams() == 1


async def test_client_that_was_let_go_comes_back_and_misses_nothing(migrated_url: str) -> None:
    async with open_server(migrated_url, api_stream_send_seconds=2.0) as server:
        client = await server.connect("after=0", buffer_bytes=4_096)
        for number in range(30):
            await server.save(heavy(number))
        await until(lambda: open_streams() == 0)
        last = 0
        try:
            while (heard := await client.event()) is not None:
                last = heard.id or 0
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        await client.close()
        assert last < 30
        again = await server.connect("after=0", f"Last-Event-ID: {last}")
        assert await positions(again, 30 - last) == list(range(last + 1, 31))


async def test_stop_ends_streams_at_once_and_takes_no_more(migrated_url: str) -> None:
    stopping = ended(StreamEnd.STOPPING)
    async with open_server(migrated_url, api_stream_send_seconds=300.0) as server:  # none is let go as slow
        for query in ("", "", "", "", "", "after=0"):
            await server.connect(query, buffer_bytes=4_096)
        for number in range(20):
            await server.save(heavy(number))
        began = time.monotonic()
        await server.api.app.state.tail.stop()
        refused = await server.connect()
        server.uvicorn.should_exit = True
        assert refused.status == 503
        assert b"not_ready" in await refused.reader.readuntil(b"}")
    assert time.monotonic() - began < 5
    assert ended(StreamEnd.STOPPING) == stopping + 6


async def test_lost_database_ends_streams_and_they_can_come_back(server: Server) -> None:
    failed = ended(StreamEnd.FAILED)
    client = await server.connect()
    await client.next()
    async with server.api.database.begin() as connection:
        await connection.execute(text("ALTER TABLE change RENAME TO hidden"))
    await client.ended()
    await until(lambda: ended(StreamEnd.FAILED) == failed + 1)
    assert (await server.connect()).status in {500, 503}
    async with server.api.database.begin() as connection:
        await connection.execute(text("ALTER TABLE hidden RENAME TO change"))
    await server.save(news(1))
    again = await server.connect("", "Last-Event-ID: 0")
    assert await positions(again, 1) == [1]


async def test_log_set_back_ends_streams_which_then_learn_of_it(server: Server) -> None:
    set_back = ended(StreamEnd.SET_BACK)
    await server.save(news(1), news(2))
    client = await server.connect()
    await client.next()
    async with server.api.database.begin() as connection:
        await connection.execute(update(change).where(change.c.position == 2).values(position=None))
    await client.ended()
    await until(lambda: ended(StreamEnd.SET_BACK) == set_back + 1)
    again = await server.connect("", "Last-Event-ID: 2")
    assert again.status == 409
    assert b"ahead_of_log" in await again.reader.readuntil(b"}")


async def test_wrong_requests_are_refused(server: Server) -> None:
    for query, header, status in (
        ("after=-1", "X-A: b", 422),
        ("after=1&after=2", "X-A: b", 422),
        ("since=1", "X-A: b", 422),
        ("", "Last-Event-ID: x", 422),
        ("after=7", "X-A: b", 409),
    ):
        client = await server.connect(query, header)
        assert (client.status, b"application/problem+json" in client.head) == (status, True), query
        await client.close()
    assert open_streams() == 0


async def test_old_http_is_told_that_it_cannot_stream(server: Server) -> None:
    client = await server.connect(version="1.0")
    assert client.status == 505
    assert b"http_version_not_supported" in await client.reader.read()


async def test_head_is_answered_and_over(server: Server) -> None:
    client = await server.connect(method="HEAD")
    assert client.status == 200
    await until(lambda: open_streams() == 0)
    client.writer.write(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(SECONDS):
        assert (await client.reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_stream_is_not_packed_and_its_duration_not_counted(server: Server) -> None:
    shown = metrics.REGISTRY.of(Service.API).get_sample_value
    labels = {"method": "GET", "route": "/v1/stream"}
    counted = shown("claimwire_api_request_seconds_count", labels)
    client = await server.connect("", "Accept-Encoding: gzip, br")
    assert b"content-encoding" not in client.head
    await client.next()
    await client.close()
    await until(lambda: open_streams() == 0)
    assert shown("claimwire_api_requests_total", {**labels, "status": "200"})
    assert shown("claimwire_api_request_seconds_count", labels) == counted


async def test_streams_hold_no_transaction(server: Server) -> None:
    clients = [await server.connect("after=0") for _ in range(30)]
    for client in clients:
        await client.next()
    pool: Any = server.api.database.pool
    seen = []
    for _ in range(50):
        seen.append(pool.checkedout())
        await asyncio.sleep(0.01)
    assert max(seen) <= 1
    await until(lambda: pool.checkedout() == 0)
    assert (await server.api.client.get("/readyz")).status_code == 200


async def test_process_that_stops_ends_its_streams_promptly(migrated_url: str) -> None:
    async with open_process(migrated_url, API_DRAIN_SECONDS="0.5") as process:
        request = b"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        streams = [asyncio.create_task(process.raw(request)) for _ in range(3)]
        await asyncio.sleep(0.5)
        began = time.monotonic()
        assert await process.stop() == 0
        assert time.monotonic() - began < 5
        for stream in streams:
            assert (await stream).endswith(b"\r\n0\r\n\r\n")
    assert not [line for line in process.lines if line.get("level") in {"ERROR", "CRITICAL"}]
