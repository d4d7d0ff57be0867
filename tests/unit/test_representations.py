import asyncio
import json
import zlib
from collections.abc import AsyncIterator

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from services.api.http.representations import PACKED_MIN_BYTES, THREAD_MIN_BYTES, Representations, find_coding, is_held


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("GZIP;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000, br;q=0", None),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0.1, gzip;q=0.5", "gzip"),
        ("deflate, zstd", None),
        ("gzip;q=x, br;q=1e9", None),
        ("gzip;q=" + "9" * 5_000, "gzip"),
        ("gzip;level=9", None),
        (",;=,", None),
    ],
)
def test_coding_is_the_one_the_client_likes_best(accepted: str, coding: str | None) -> None:
    assert find_coding(accepted) == coding


@pytest.mark.parametrize(
    ("if_none_match", "held"),
    [
        ("", False),
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
    ],
)
def test_tags_are_compared_weakly(if_none_match: str, held: bool) -> None:
    assert is_held(if_none_match, 'W/"a"') is held


LARGE = {"text": "the bridge is closed " * 1_000}


async def ask(response: Response, *, method: str = "GET", **headers: str) -> tuple[int, Headers, bytes, int]:
    """Return status, headers and body of an answer, and in how many parts the body came."""

    async def endpoint(_: Request) -> Response:
        return response

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return await asyncio.Future()  # the client waits

    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    app = Representations(Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])]))
    scope: Scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": told}
    await app(scope, receive, send)
    head, *parts = sent
    body = b"".join(part.get("body", b"") for part in parts)
    return head["status"], Headers(raw=head["headers"]), body, len(parts)


async def test_body_is_packed_as_asked_and_has_its_length() -> None:
    for coding, unpack in (("br", brotli.decompress), ("gzip", lambda body: zlib.decompress(body, wbits=31))):
        status, headers, body, _ = await ask(JSONResponse(LARGE), accept_encoding=coding)
        assert (status, headers["content-encoding"], headers["content-length"]) == (200, coding, str(len(body)))
        assert json.loads(unpack(body)) == LARGE
        assert headers["vary"] == "Accept-Encoding"


async def test_very_large_body_is_packed_too() -> None:
    large = {"text": "x" * THREAD_MIN_BYTES}
    _, _, body, _ = await ask(JSONResponse(large), accept_encoding="br")
    assert json.loads(brotli.decompress(body)) == large


async def test_small_body_is_sent_as_it_is() -> None:
    small = {"text": "x" * (PACKED_MIN_BYTES - 20)}
    _, headers, body, _ = await ask(JSONResponse(small), accept_encoding="br")
    assert "content-encoding" not in headers
    assert json.loads(body) == small


async def test_tag_is_the_same_for_all_codings_and_another_for_another_body() -> None:
    tags = {(await ask(JSONResponse(LARGE), accept_encoding=one))[1]["etag"] for one in ("br", "gzip", "identity")}
    assert len(tags) == 1
    assert (await ask(JSONResponse({})))[1]["etag"] not in tags


async def test_held_body_is_not_sent_again() -> None:
    _, first, _, _ = await ask(JSONResponse(LARGE))
    status, headers, body, parts = await ask(
        JSONResponse(LARGE, headers={"Link": "</>"}), if_none_match=first["etag"], accept_encoding="br"
    )
    assert (status, body, parts) == (304, b"", 1)
    assert headers["etag"] == first["etag"]
    assert headers["cache-control"] == "private, no-cache"
    assert headers["link"] == "</>"
    assert not {"content-length", "content-type", "content-encoding"} & set(headers)
    assert (await ask(JSONResponse({}), if_none_match=first["etag"]))[0] == 200


async def test_stream_passes_part_by_part() -> None:
    async def events() -> AsyncIterator[str]:
        for number in range(3):
            yield f"data: {number}\n\n"

    stream = StreamingResponse(events(), media_type="text/event-stream")
    status, headers, body, parts = await ask(stream, accept_encoding="br", if_none_match="*")
    assert (status, body) == (200, b"data: 0\n\ndata: 1\n\ndata: 2\n\n")
    assert parts >= 4
    assert "etag" not in headers


async def test_body_that_comes_in_parts_is_left_alone() -> None:
    class Parts(Response):
        @override
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2048")]})
            await send({"type": "http.response.body", "body": b"x" * 1_024, "more_body": True})
            await send({"type": "http.response.body", "body": b"x" * 1_024, "more_body": False})

    _, headers, body, parts = await ask(Parts(), accept_encoding="br")
    assert (body, parts) == (b"x" * 2_048, 2)
    assert "content-encoding" not in headers


@pytest.mark.parametrize(("status", "method"), [(404, "GET"), (202, "POST"), (200, "POST")])
async def test_other_answers_are_neither_tagged_nor_stored(status: int, method: str) -> None:
    answered = JSONResponse(LARGE, status_code=status)
    told, headers, body, _ = await ask(answered, method=method, if_none_match="*", accept_encoding="br")
    assert (told, headers["cache-control"], json.loads(body)) == (status, "no-store", LARGE)
    assert "etag" not in headers
