"""Limits: how long a target, how large a body and how slow a client may be, and that bodies are JSON."""

import asyncio
from email.message import Message as Header

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import NotJson, Problem, TargetTooLong, TimedOut, TooLarge, answer

BODY_MAX_BYTES = 4 * 1024 * 1024
"""HTML of 3 MB, and what JSON adds to it: line breaks and quotation marks count double."""

TARGET_MAX_BYTES = 8 * 1024
"""Path and query; RFC 9110 asks for 8,000 at least."""

_CLOSE = {"Connection": "close"}
"""What is still to come of the body is not read, so the connection cannot go on."""


class Limits:
    """Refuses requests that are too large, too slow or no JSON, before anything reads them."""

    def __init__(self, app: ASGIApp, *, body_seconds: float) -> None:
        self._app = app
        self._seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body limited, or answer what is wrong with it."""
        refusal = find_refusal(scope)
        if refusal is None:
            await self._app(scope, _Body(receive, self._seconds).receive, send)
        else:
            await answer(refusal)(scope, receive, send)


class _Body:
    """Hands on a request's body until it is over a limit.

    Raises:
        TooLarge: more came than is taken, whatever length was announced.
        TimedOut: it was not whole in time.
    """

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + seconds
        self._size = 0
        self._whole = False

    async def receive(self) -> Message:
        """Return the next message; once the body is whole, waiting for the client to go has no limit."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise TimedOut("The body did not arrive in time", headers=_CLOSE) from error
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > BODY_MAX_BYTES:
            raise too_large()
        return message


def too_large() -> Problem:
    """Return the problem of a body over the limit."""
    return TooLarge(f"A body may have {BODY_MAX_BYTES} bytes", headers=_CLOSE)


def find_refusal(scope: Scope) -> Problem | None:
    """Return what is wrong with a request as far as its head tells."""
    headers = Headers(scope=scope)
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > TARGET_MAX_BYTES:
        return TargetTooLong(f"Path and query may have {TARGET_MAX_BYTES} bytes", headers=_CLOSE)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > BODY_MAX_BYTES:
        return too_large()
    has_body = length.strip("0") != "" or "transfer-encoding" in headers
    if (has_body or scope["method"] == "POST") and not is_json(headers):
        return NotJson("A body must be application/json in UTF-8, not compressed", headers=_CLOSE)
    return None


def is_json(headers: Headers) -> bool:
    """Tell whether a body is announced as JSON in UTF-8, without a content coding."""
    media_type = Header()
    media_type["Content-Type"] = headers.get("content-type", "")
    charset = media_type.get_content_charset("utf-8")
    coded = headers.get("content-encoding", "identity").lower() != "identity"
    return media_type.get_content_type() == "application/json" and charset in {"utf-8", "utf8"} and not coded
