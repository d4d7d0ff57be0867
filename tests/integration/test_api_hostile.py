"""Inputs 51 to 64 of the corpus of bad input, each by its number: none gives a 500 or costs the process 50 MB."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx2
import orjson
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import Scope, submission
from services.api.http.keys import make_token, prefix_of
from services.api.http.limits import BODY_MAX_BYTES, HEADERS_MAX, TARGET_MAX_BYTES
from services.api.queries import keys
from services.database import open_database
from services.ingest.urls import canonical_url
from tests.builders import article, claim, reading
from tests.fakes import KeptRecords
from tests.integration.api_process import Server, open_server
from tests.integration.api_world import Api, cursor_of, open_api, problem
from tests.integration.newsroom import article_page, open_replica, open_site, rows_of

if TYPE_CHECKING:
    from tests.conftest import Databases

MEMORY_BYTES = 50 * 2**20
"""What none of these may cost the process."""

URL = {"url": "https://news.example/a"}
JSON = {"Content-Type": "application/json"}
POST = b"POST /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


@pytest_asyncio.fixture(scope="module")
async def process_url(databases: "Databases", template: str) -> str:
    return await databases.create("hostile", template=template)


@asynccontextmanager
async def open_warm(url: str, **settings: str) -> AsyncIterator[Server]:
    async with open_server(url, **settings) as server:
        for _ in range(20):  # what the first requests load stays loaded
            await server.raw(b"GET /v1/claims HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            await server.raw(POST + CLOSE + b'Content-Length: 12\r\n\r\n{"text": ""}')
        yield server


@pytest_asyncio.fixture(scope="module")
async def server(process_url: str) -> AsyncIterator[Server]:
    """A process that most tests of memory share: what one leaves behind counts for the next."""
    async with open_warm(process_url) as server:
        yield server


@pytest_asyncio.fixture(scope="module")
async def hasty(process_url: str) -> AsyncIterator[Server]:
    """A process that gives slow clients little time."""
    async with open_warm(process_url, API_BODY_SECONDS="2", API_HEAD_SECONDS="1") as server:
        yield server


@pytest_asyncio.fixture(scope="module")
async def guarded(process_url: str) -> AsyncIterator[Server]:
    async with open_server(process_url, API_KEYS="on", API_KEYS_SECONDS="0") as server:
        yield server


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def told(answer: bytes) -> dict[str, Any]:
    """The problem in an answer as it came; it has the headers that all answers have."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lower = head.lower()
    assert b"content-type: application/problem+json" in lower
    assert b"x-content-type-options: nosniff" in lower
    found: dict[str, Any] = orjson.loads(body)
    assert found["status"] == status_of(answer)
    return found


def get(target: str, *headers: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def submit(api: Api, body: Any, key: str | None = None, **headers: str) -> httpx2.Response:
    given = {**JSON, **headers, **({} if key is None else {"Idempotency-Key": key})}
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return await api.client.post("/v1/articles", content=content, headers=given)


async def rows(api: Api) -> list[Any]:
    async with api.database.connect() as connection:
        return list((await connection.execute(select(submission))).all())


async def count(server: Server) -> None:
    """The process answers as ever."""
    assert status_of(await server.raw(get("/livez"))) == 200


# 51: bodies and heads that are large or slow


async def test_51_body_of_300_mb_is_refused_by_its_length(server: Server) -> None:
    async with server.within(MEMORY_BYTES):
        refused = await server.raw(POST + b"Content-Length: 300000000\r\n\r\n{")
        sent = await server.raw(POST + b"Content-Length: 300000000\r\n\r\n", *[b" " * 2**20] * 300)
    assert told(refused)["code"] == "body_too_large"
    assert sent == b"" or status_of(sent) == 413  # a client that only sends may meet the closed door


async def test_51_body_without_a_length_is_refused_at_the_limit(server: Server) -> None:
    chunk = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    async with server.within(MEMORY_BYTES):
        answer = await server.raw(POST + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 300)
    assert answer == b"" or status_of(answer) == 413
    await count(server)


async def test_51_large_bodies_are_refused_before_they_are_whole(api: Api) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(BODY_MAX_BYTES // 65_536 + 1):
            yield b" " * 65_536

    announced = await api.client.post("/v1/articles", content=b"{", headers={**JSON, "Content-Length": "300000000"})
    streamed = await api.client.post("/v1/articles", content=chunks(), headers=JSON)
    for answer in (announced, streamed):
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        assert problem(answer)["code"] == "body_too_large"


async def test_51_many_large_bodies_at_once_are_bounded_together(hasty: Server) -> None:
    head = POST + CLOSE + b"Content-Length: %d\r\n\r\n" % BODY_MAX_BYTES
    async with hasty.within(MEMORY_BYTES):  # sixty of them are 240 MB
        answers = await asyncio.gather(*(hasty.raw(head, *[b" " * 65_536] * 63) for _ in range(60)))
    statuses = {status_of(answer) for answer in answers if answer}
    assert statuses <= {408, 503}
    assert 503 in statuses
    await count(hasty)


async def test_51_body_below_the_limit_is_read_however_it_comes(server: Server) -> None:
    for size in (1_000, 40_000, 65_536, 100_000, 131_072, 140_000, 2**20):
        body = b'{"text": ' + b" " * size
        head = POST + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body)
        for pieces in (
            [head + body],
            [head, body],
            [head, *(body[at : at + 60_000] for at in range(0, len(body), 60_000))],
        ):
            assert told(await server.raw(*pieces))["status"] == 400, size


async def test_51_slow_body_is_given_up(hasty: Server) -> None:
    answer = await hasty.raw(POST + b"Content-Length: 100\r\n\r\n{")
    assert told(answer)["code"] == "request_timeout"
    assert status_of(answer) == 408


async def test_51_slow_head_is_given_up(hasty: Server) -> None:
    for start in (b"G", b"GET /v1/claims HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"\r\n"):
        assert told(await hasty.raw(start))["code"] == "request_timeout", start
    assert await hasty.raw(b"") == b""  # nothing was asked, so nothing is answered
    again = get("/livez").replace(b"Connection: close\r\n", b"") + b"GET /livez HT"
    assert status_of(await hasty.raw(again)) == 200  # and the connection is closed


async def test_51_endless_head_is_refused(server: Server) -> None:
    async with server.within(MEMORY_BYTES):
        endless = await server.raw(b"GET /v1/claims HTTP/1.1\r\nX-Long: ", *[b"a" * 65_536] * 1_600)
        many = await server.raw(b"GET / HTTP/1.1\r\n", *[b"X-Many: a\r\n" * 1_000] * 1_000)
    assert told(endless)["code"] == told(many)["code"] == "headers_too_large"
    assert status_of(endless) == 431
    few = await server.raw(get("/livez", *[f"X-{number}: a" for number in range(HEADERS_MAX)]))
    assert told(few)["code"] == "headers_too_large"


async def test_51_clients_that_never_read_cost_little(server: Server) -> None:
    request = get("/docs/swagger-ui-bundle.js").replace(CLOSE, b"")
    async with server.within(MEMORY_BYTES):
        writers = []
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.ports["API"], limit=1_024)
            writer.write(request * 20)
            writers.append((reader, writer))
        await asyncio.sleep(1)
        await count(server)
        for _, writer in writers:
            writer.close()


# 52: JSON that is none, or that nobody should send


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"text": NaN}', "text"),
        (b'{"text": "A text.", "title": Infinity}', "title"),
        (b'{"text": "A text.", "title": 1e999}', "title"),
        (b'{"text": "NUL \\u0000 here"}', "text"),
        (b'{"text": "lone \\ud800 surrogate"}', "text"),
        (b'{"text": "A text.", "\\ud800": 1}', ""),
    ],
)
async def test_52_value_that_cannot_be_stored_is_refused(api: Api, body: bytes, name: str) -> None:
    answer = await submit(api, body)
    assert answer.status_code == 422, answer.text
    assert name in [mistake["name"] for mistake in problem(answer)["errors"]]
    assert await rows(api) == []


async def test_52_byte_order_mark_and_double_keys_are_read(api: Api) -> None:
    answer = await submit(api, b'\xef\xbb\xbf{"url": "https://x.example/", "url": "https://news.example/a"}')
    assert answer.status_code == 202
    assert [row.url for row in await rows(api)] == [URL["url"]]


MALFORMED = {
    "cut": b'{"url": ',
    "bad utf-8": b'{"url": "\xff"}',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deepest": b"[" * (BODY_MAX_BYTES - 1),
    "long integer": b'{"url": ' + b"1" * 1_000_000 + b"}",
    "nul": b"\x00",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_52_body_that_is_not_json_is_refused(api: Api, body: bytes) -> None:
    answer = await submit(api, body)
    assert answer.status_code in {400, 422}, answer.text
    assert len(answer.content) < 1_000


async def test_52_hostile_json_costs_little(server: Server) -> None:
    bodies = [*MALFORMED.values(), b'{"text": "' + b"\\u0041" * 600_000 + b'"}', b'{"a": ' + b"[[]," * 900_000]
    async with server.within(MEMORY_BYTES):
        for body in bodies:
            answer = await server.raw(POST + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body), body)
            assert status_of(answer) in {400, 422}, (len(body), body[:20], server.lines[-2:])


# 53: bodies of another media type


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/json; charset=utf-7", "multipart/form-data; boundary=x", "\xff"]
)
async def test_53_other_media_type_is_refused(api: Api, content_type: str | None) -> None:
    headers = {} if content_type is None else {b"Content-Type": content_type.encode("latin-1")}
    answer = await api.client.post("/v1/articles", content=orjson.dumps(URL), headers=headers)
    assert answer.status_code == 415
    assert problem(answer)["code"] == "unsupported_media_type"


# 54: limits and offsets


LIMITS = ["-1", "0", "201", "1000000000", "9223372036854775808", "x", "1.5", "NaN", "", "1" * 5_000]


@pytest.mark.parametrize("limit", LIMITS, ids=[limit[:20] for limit in LIMITS])
async def test_54_limit_out_of_range_is_refused(api: Api, limit: str) -> None:
    refused = await api.get("/v1/claims", 422, limit=limit)
    assert [(mistake["part"], mistake["name"]) for mistake in refused["errors"]] == [("query", "limit")]


async def test_54_offset_does_not_exist(api: Api) -> None:
    refused = await api.get("/v1/claims", 422, offset="9223372036854775808")
    assert [mistake["name"] for mistake in refused["errors"]] == ["offset"]


async def test_54_limits_cost_little(server: Server) -> None:
    async with server.within(MEMORY_BYTES):
        for limit in LIMITS:
            assert told(await server.raw(get(f"/v1/claims?limit={limit}")))["status"] == 422


# 55: cursors


async def test_55_cursor_of_another_query_is_refused(api: Api) -> None:
    cursor = await cursor_of(api, "/v1/claims")
    await api.get("/v1/claims", limit=7, cursor=cursor)
    for path in ("/v1/articles", "/v1/claims?voice=attributed"):
        joined = "&" if "?" in path else "?"
        assert (await api.get(f"{path}{joined}cursor={cursor}", 400))["code"] == "bad_cursor"


async def test_55_tampered_cursor_is_refused(api: Api) -> None:
    cursor = await cursor_of(api, "/v1/articles")
    flipped = ("A" if cursor[5] != "A" else "B").join((cursor[:5], cursor[6:]))
    for bad in (flipped, cursor[:-2], cursor + "AA", "%", "AAAA", "ä", "0" * 512):
        assert (await api.get("/v1/articles", 400, cursor=bad))["code"] == "bad_cursor"


# 56: sorting and words that look like SQL, patterns or queries


async def test_56_order_cannot_be_asked_for(api: Api) -> None:
    refused = await api.get("/v1/claims?sort=id;drop%20table", 422)
    assert [mistake["name"] for mistake in refused["errors"]] == ["sort"]
    assert "drop" not in str(refused)


WORDS = ["%", "_", "a & b | !c", "':*", "<->", "((((", "\\", "' OR 1=1 --", "!" * 500, "a:b:c", "*", '"', "\u202e", "𝕏"]


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
async def test_56_words_are_plain_text(api: Api, words: str) -> None:
    event = article()
    await api.save(reading(event, claim(event.text, "The bridge is closed.", speaker="Anna Weller")))
    for path in ("/v1/claims", "/v1/articles", "/v1/search", "/v1/entities"):
        answer = await api.client.get(path, params={"q": words})
        assert answer.status_code in {200, 404, 422}, (path, answer.text)
    for speaker in (words, f"Ann{words}", f"A{words}r"):  # parts of a name that is there: nothing stands for the rest
        answer = await api.client.get("/v1/claims", params={"speaker": speaker})
        assert answer.status_code == 422 or answer.json()["items"] == [], speaker


async def test_56_words_of_100_kb_are_refused(server: Server) -> None:
    async with server.within(MEMORY_BYTES):
        for _ in range(2):
            assert told(await server.raw(get("/v1/claims?q=" + "a" * 100_000)))["code"] == "target_too_long"


# 57: dates


DATES = ["0001-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-10-05T00:00:00+99:99", "NaN", "1" * 400]


@pytest.mark.parametrize("date", DATES, ids=[date[:20] for date in DATES])
async def test_57_date_that_is_none_is_refused(api: Api, date: str) -> None:
    answer = await submit(api, {"text": "A text.", "published_at": date})
    assert answer.status_code == 422
    assert [mistake["name"] for mistake in problem(answer)["errors"]] == ["published_at"]
    for name in ("from", "to"):
        refused = await api.client.get("/v1/claims", params={name: date})
        assert refused.status_code in {200, 422}, refused.text
        assert refused.status_code == 422 or date.startswith("0001"), (name, date)


# 58: keys


async def test_58_every_bad_key_gets_the_same_answer(migrated_url: str) -> None:
    async with open_api(migrated_url, api_keys="on", api_keys_seconds=0) as api:
        async with api.database.begin() as connection:
            good, revoked = [
                await keys.add(connection, name="a test", scopes=[Scope.READ, Scope.SUBMIT]) for _ in range(2)
            ]
            await keys.revoke(connection, prefix_of(revoked))
        wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
        given = ["", make_token(), wrong, revoked, "x" * 31_000, f"{good}\n", f"{good}\nX: y", f"\t{good}", "ÿ", "\x00"]
        answers = [await api.client.get("/v1/claims")] + [
            await api.client.get("/v1/claims", headers={b"Authorization": f"Bearer {token}".encode("latin-1")})
            for token in given
        ]
        answers += [await submit(api, URL, Authorization=f"Bearer {token}") for token in ("", wrong, revoked)]
        shapes = {
            (
                answer.status_code,
                answer.content,
                tuple((name, value) for name, value in answer.headers.items() if name != "x-request-id"),
            )
            for answer in answers
        }
        assert len(shapes) == 1, shapes
        assert answers[0].headers["www-authenticate"] == "Bearer"
        assert problem(answers[0])["code"] == "unauthorized"
        assert (await submit(api, URL, Authorization=f"Bearer {good}")).status_code == 202


async def test_58_key_of_1_mb_or_with_a_line_break_ends_at_the_wire(guarded: Server) -> None:
    async with guarded.within(MEMORY_BYTES):
        for _ in range(4):
            large = await guarded.raw(b"GET /v1/claims HTTP/1.1\r\nAuthorization: Bearer ", b"a" * 2**20, b"\r\n\r\n")
            assert told(large)["code"] == "headers_too_large"
        broken = await guarded.raw(get("/v1/claims", f"Authorization: Bearer {make_token()[:30]}\r\n aaaa"))
        assert status_of(broken) in {400, 401}
        seen: set[int] = set()
        for start in range(0, 400, 20):  # more than an address may guess in a minute
            guesses = (guarded.raw(get("/v1/claims", f"Authorization: Bearer {make_token()}")) for _ in range(20))
            statuses = {status_of(answer) for answer in await asyncio.gather(*guesses)}
            assert statuses <= {401, 429}, start
            seen |= statuses
        assert seen == {401, 429}
    await count(guarded)


# 59: paths


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/v1",
            "/v1/",
            "/v1/claims/",
            "/v1/claims/%00",
            "/v1/claims/..%2f..%2fetc",
            "/v1/claims/%252e",
            "/v1/claims/x",
        ),
        *(
            "/v1/%2e%2e/etc/passwd",
            "/docs/..%2fapp.py",
            "/docs/%2e%2e/%2e%2e/etc/passwd",
            "/%00",
            "/%ff%fe",
            "//v1/claims",
        ),
    ],
)
async def test_59_path_that_leads_nowhere_is_not_found(api: Api, path: str) -> None:
    assert (await api.get(path, 404))["code"] == "not_found"


async def test_59_long_target_is_refused(api: Api) -> None:
    assert (await api.get("/v1/claims/" + "a" * TARGET_MAX_BYTES, 414))["code"] == "target_too_long"
    assert (await api.get("/v1/claims?speaker=" + "a" * TARGET_MAX_BYTES, 414))["code"] == "target_too_long"


async def test_59_paths_on_the_wire(server: Server) -> None:
    async with server.within(MEMORY_BYTES):
        for path in ("/v1/../../etc/passwd", "/v1/%2e%2e/%2e%2e/etc/passwd", "/%00", "/..%252f", "/docs/../server.py"):
            assert told(await server.raw(get(path)))["status"] == 404, path
        for path in ("/\x00", "v1/claims", "/\xff", "/a b", "http://[/"):
            assert told(await server.raw(get(path)))["status"] in {400, 404}, path
        for size in (2**16, 2**20):
            assert told(await server.raw(get("/" + "a" * size)))["code"] == "target_too_long"


# 60: headers that lie about where a request comes from or where its body ends


async def test_60_host_header_is_never_repeated(api: Api) -> None:
    for path in ("/v1/claims", "/v1/claims/", "/nowhere", "/docs", "/openapi.json"):
        answer = await api.client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil" not in answer.text + str(answer.headers)


async def test_60_page_under_a_name_of_its_own_cannot_write(api: Api) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"):
        answer = await submit(api, URL, Host=host, **{"X-Forwarded-For": "127.0.0.1"})
        assert answer.status_code == 401, host
        assert "evil" not in answer.text
    assert await rows(api) == []


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 2\r\nContent-Length: 3\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length : 2\r\n",
        b"Content-Length: 2\r\n folded: x\r\n",
        b"Bad Header: x\r\n",
        b"X-Nul: a\x00b\r\n",
    ],
)
async def test_60_body_whose_end_is_unclear_is_refused(server: Server, framing: bytes) -> None:
    answer = await server.raw(POST + framing + b"\r\n{}")
    assert told(answer)["code"] == "bad_request"
    assert b"connection: close" in answer.lower()


async def test_60_forged_origin_address_is_not_believed(server: Server) -> None:
    answer = await server.raw(
        get("/v1/claims", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "Forwarded: for=x")
    )
    assert status_of(answer) == 200
    assert b"1.2.3.4" not in answer
    assert not [line for line in server.lines if "1.2.3.4" in str(line)]


# 61: methods and headers that are odd but allowed


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DELETE", "PUT", "PATCH", "BREW"])
async def test_61_other_method_is_told_what_is_allowed(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/v1/feeds", headers={"X-Secret": "mirror me"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "access-control-allow-origin" not in answer.headers
    assert problem(answer)["code"] == "method_not_allowed"
    assert "mirror" not in answer.text


async def test_61_head_answers_like_get_without_the_body(api: Api) -> None:
    got, head = await api.client.get("/v1/claims"), await api.client.head("/v1/claims")
    assert head.status_code == 200
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.content == b""


async def test_61_range_and_codings_change_nothing(api: Api) -> None:
    headers = {"Range": "bytes=0-3", "Accept-Encoding": "gzip;q=0"}
    answer = await api.client.get("/version", headers=headers)
    assert (answer.status_code, answer.headers.get("content-encoding")) == (200, None)
    assert answer.json()["extractor_version"] >= 1
    for coding in ("gzip;q=x", "*;q=0", "identity;q=0, *;q=0", ",,,;;q=", "br;q=2", "\xff" * 100):
        odd = await api.client.get("/openapi.json", headers={b"Accept-Encoding": coding.encode("latin-1")})
        assert odd.status_code in {200, 406}, coding


# 62: URLs that lead where they should not


BAD_FORMS = ["ftp://news.example/a", "https://news.example/a b", "https://news.example/" + "a" * 10_000, "javascript:x"]
INSIDE = ["http://127.1/", "http://[::1]/", "http://①②⑦.⓪.⓪.①/", "http://2130706433/", "http://169.254.169.254/latest"]


@pytest.mark.parametrize("url", BAD_FORMS, ids=range(len(BAD_FORMS)))
async def test_62_what_is_no_web_address_is_refused(api: Api, url: str) -> None:
    answer = await submit(api, {"url": url})
    assert answer.status_code == 422
    assert [mistake["name"] for mistake in problem(answer)["errors"]] == ["url"]


async def test_62_address_inside_is_never_asked(api: Api, engine: AsyncEngine) -> None:
    for url in INSIDE:
        assert (await submit(api, {"url": url})).status_code in {202, 422}
    kept = KeptRecords()

    async def all_are_done() -> bool:
        return all(row.done_at is not None for row in await rows_of(engine, submission))

    async with open_site({"/": article_page()}) as site, open_replica(engine, [], kept) as replica:
        await replica.run_until(all_are_done)
        assert site.asked == []
    assert {row.outcome for row in await rows_of(engine, submission)} <= {"bad_url", "refused_address"}
    assert kept.records == []


def test_62_lookalike_is_written_as_what_it_is() -> None:
    assert canonical_url("https://аррӏе.example/a") == "https://xn--80ak6aa92e.example/a"


async def test_62_urls_cost_little(server: Server) -> None:
    async with server.within(MEMORY_BYTES):
        for url in [*BAD_FORMS, *INSIDE, "https://" + "a." * 900 + "example/", "http://" + "[" * 1_000]:
            body = orjson.dumps({"url": url})
            answer = await server.raw(POST + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body), body)
            assert status_of(answer) in {202, 422}


# 63: a thousand at once


async def test_63_thousand_parallel_submissions_make_one_row(server: Server, process_url: str) -> None:
    headers = {**JSON, "Idempotency-Key": "storm"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, base_url=server.url()) as http:

        async def send() -> tuple[int, str]:
            async with http.post("/v1/articles", json=URL, headers=headers) as answer:
                await answer.read()
                return answer.status, answer.headers.get("Location", "")

        async with server.within(MEMORY_BYTES):
            answers = await asyncio.gather(*(send() for _ in range(1_000)))
    assert {status for status, _ in answers} == {202}
    assert len({location for _, location in answers}) == 1
    async with (
        open_database(SecretStr(process_url), application_name="tests") as database,
        database.connect() as reading,
    ):
        stored = (await reading.execute(select(submission).where(submission.c.idempotency_key == "storm"))).all()
    assert len(stored) == 1


# 64: a key of idempotency used twice


async def test_64_same_key_with_another_body_is_refused(api: Api) -> None:
    await submit(api, URL, key="k-1")
    answer = await submit(api, {"url": "https://news.example/b"}, key="k-1")
    assert answer.status_code == 409
    assert problem(answer)["code"] == "idempotency_key_reused"
    assert [row.url for row in await rows(api)] == [URL["url"]]


async def test_no_failure_of_ours_was_logged(server: Server, hasty: Server, guarded: Server) -> None:
    """Last: what all of the above left in the logs of the processes."""
    for process in (server, hasty, guarded):
        assert [line for line in process.lines if line.get("status") == 500 or line.get("level") == "error"] == []
        assert await process.stop() == 0
