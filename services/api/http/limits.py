"""Limits: how large the parts of a request and how slow its client may be, and how many are worked on at once."""

import asyncio
from email.message import Message as Header

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.http.problems import (
    Busy,
    HeadTooLarge,
    NotJson,
    Problem,
    TargetTooLong,
    TimedOut,
    TooLarge,
    answer,
)

BODY_MAX_BYTES = 4 * 1024 * 1024
"""HTML of 3 MB, and what JSON adds to it: line breaks and quotation marks count double."""

TARGET_MAX_BYTES = 8 * 1024
"""Path and query; RFC 9110 asks for 8,000 at least."""

HEAD_MAX_BYTES = 32 * 1024
"""All headers together, with the target: twice what proxies in front commonly let through."""

HEADERS_MAX = 100
"""Header fields of a request; browsers send about twenty."""

BODIES_MAX_BYTES = 32 * 1024 * 1024
"""What one process holds of bodies at once: a thousand clients that each send the largest would need 4 GB."""

AT_WORK = 64
"""Requests that are worked on at once: the database has ten connections, and each request at work holds some 40 KB."""

TURN_SECONDS = 30.0
"""How long a request waits for its turn: as long as those at work may wait for a connection of the pool."""

BUSY_SECONDS = 1
"""What a client is told to wait that came while the process was full; requests take milliseconds."""

UNCOUNTED = frozenset({"/livez", "/readyz", "/version", "/v1/stream"})
"""Paths that are answered also where the process is full: it is not dead then; and streams, which bound themselves."""

_CLOSE = {"Connection": "close"}
"""What is still to come of the body is not read, so the connection cannot go on."""


class Limits:
    """Refuses requests that are too large, too slow or no JSON, before anything reads them."""

    def __init__(self, app: ASGIApp, *, body_seconds: float) -> None:
        self._app = app
        self._seconds = body_seconds
        self._held = _Held()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body limited, or answer what is wrong with it."""
        refusal = find_refusal(scope)
        if refusal is not None:
            await answer(refusal)(scope, receive, send)
            return
        body = _Body(receive, self._seconds, self._held)
        try:
            await self._app(scope, body.receive, send)
        finally:
            self._held.size -= body.size


class Room:
    """Refuses requests while ``most`` are being worked on: late answers to everyone help nobody."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most
        self._at_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where there is room for it."""
        if scope["path"] in UNCOUNTED:
            await self._app(scope, receive, send)
        elif self._at_work >= self._most:
            await answer(busy())(scope, receive, send)
        else:
            self._at_work += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._at_work -= 1


class Turns:
    """Lets ``AT_WORK`` requests at a time be worked on, each once its body is whole; the others wait, at little cost.

    A turn ends when the answer begins, so that nobody holds one by sending or by reading slowly.
    """

    def __init__(self, app: ASGIApp, *, seconds: float = TURN_SECONDS) -> None:
        self._app = app
        self._seconds = seconds
        self._free = asyncio.Semaphore(AT_WORK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when it is its turn, or answer that it did not come."""
        if scope["path"] in UNCOUNTED:
            await self._app(scope, receive, send)
            return
        try:
            body = await _read_whole(receive)
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except Problem as problem:
            await answer(problem)(scope, receive, send)
            return
        except TimeoutError:
            await answer(busy())(scope, receive, send)
            return
        turn = _Turn(self._free)
        scope.setdefault("state", {})["turn"] = turn

        async def receive_again() -> Message:
            return body.pop(0) if body else await receive()

        async def send_on(message: Message) -> None:
            turn.end()
            await send(message)

        try:
            await self._app(scope, receive_again, send_on)
        finally:
            turn.end()


class _Turn:
    """A request's turn, which ends once."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free: asyncio.Semaphore | None = free

    def end(self) -> None:
        """Let another request have its turn."""
        if self._free is not None:
            self._free.release()
            self._free = None


def end_turn(request: Request) -> None:
    """End a request's turn before it waits for others of its kind, so that they do not hold up all the rest."""
    turn: _Turn = request.state.turn
    turn.end()


async def _read_whole(receive: Receive) -> list[Message]:
    """Return the messages of a request's body, or up to its client's going."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


class _Held:
    """How many bytes of bodies a process holds."""

    size = 0


class _Body:
    """Hands on a request's body until it is over a limit.

    Raises:
        TooLarge: more came than is taken, whatever length was announced.
        TimedOut: it was not whole in time.
        Busy: the bodies of all requests together are over the limit.
    """

    def __init__(self, receive: Receive, seconds: float, held: _Held) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + seconds
        self._held = held
        self.size = 0
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
        came = len(message.get("body", b""))
        self.size += came
        self._held.size += came
        self._whole = not message.get("more_body", False)
        if self.size > BODY_MAX_BYTES:
            raise too_large()
        if self._held.size > BODIES_MAX_BYTES:
            raise busy()
        return message


def too_large() -> Problem:
    """Return the problem of a body over the limit."""
    return TooLarge(f"A body may have {BODY_MAX_BYTES} bytes", headers=_CLOSE)


def busy() -> Problem:
    """Return the problem of a process that is full."""
    return Busy("The service has too much to do; try again", headers={**_CLOSE, "Retry-After": str(BUSY_SECONDS)})


def target_too_long() -> Problem:
    """Return the problem of a target over the limit."""
    return TargetTooLong(f"Path and query may have {TARGET_MAX_BYTES} bytes", headers=_CLOSE)


def head_too_large() -> Problem:
    """Return the problem of headers over the limit."""
    return HeadTooLarge(f"There may be {HEADERS_MAX} headers of {HEAD_MAX_BYTES} bytes in all", headers=_CLOSE)


def find_refusal(scope: Scope) -> Problem | None:
    """Return what is wrong with a request as far as its head tells."""
    headers = Headers(scope=scope)
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > TARGET_MAX_BYTES:
        return target_too_long()
    if len(headers.raw) > HEADERS_MAX or sum(len(name) + len(value) for name, value in headers.raw) > HEAD_MAX_BYTES:
        return head_too_large()
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > BODY_MAX_BYTES:
        return too_large()
    has_body = length.strip("0") != "" or "transfer-encoding" in headers
    if has_body and not is_json(headers):
        return NotJson("A body must be application/json in UTF-8, not compressed", headers=_CLOSE)
    return None


def is_json(headers: Headers) -> bool:
    """Tell whether a body is announced as JSON in UTF-8, without a content coding."""
    media_type = Header()
    media_type["Content-Type"] = headers.get("content-type", "")
    charset = media_type.get_content_charset("utf-8")
    coded = headers.get("content-encoding", "identity").lower() != "identity"
    return media_type.get_content_type() == "application/json" and charset in {"utf-8", "utf8"} and not coded
