"""The wire: HTTP as uvicorn speaks it, with limits on heads and on slow clients, and its own refusals as problems."""

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services import metrics
from services.api.http.access import SAFE_HEADERS
from services.api.http.limits import HEAD_MAX_BYTES, TARGET_MAX_BYTES, head_too_large, target_too_long
from services.api.http.problems import Malformed, TimedOut, answer
from services.api.resources.stream import ABORT

LINGER_SECONDS = 2.0
"""How long a refused client may go on sending into the void: a close with bytes unread would lose it the answer."""


class Wire(HttpToolsProtocol):
    """One connection.

    ``head_seconds`` is counted from the connection, and then from the first byte of each head. A client that does not
    read what it asked for is cut off after ``stalled_seconds``, and the memory of its answer is free.
    """

    head_seconds = 15.0
    stalled_seconds = 60.0
    url = b""

    _in_head = True
    _heads = 0
    _head_bytes = 0
    _refused = False
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # (as in uvicorn)
        super().connection_made(transport)
        self._await_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._head_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        was_in_head, heads = self._in_head, self._heads
        if was_in_head:
            self._await_head()
        super().data_received(data)
        if was_in_head and self._heads == heads:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_MAX_BYTES:
                self._refuse_head()

    @override
    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._await_head()
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: {"call": self.transport.abort}}

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        self._heads += 1
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.stalled_seconds, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()

    @override
    def send_400_response(self, msg: str) -> None:
        is_target = len(self.url) > TARGET_MAX_BYTES  # the parser of targets takes 64 KB
        self._refuse(target_too_long() if is_target else Malformed("The head of the request is no HTTP"))

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._refuse_late_head)

    def _refuse_late_head(self) -> None:
        if self._head_bytes:
            self._refuse(TimedOut("The head of the request did not arrive in time"))
        else:
            self.transport.close()

    def _refuse_head(self) -> None:
        is_target = not self.headers and len(self.url) > TARGET_MAX_BYTES
        self._refuse(target_too_long() if is_target else head_too_large())

    def _refuse(self, problem: HTTPException) -> None:
        """Answer what cannot become a request, and close once the client has had time to read it."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is not None and not self.cycle.response_complete:  # an earlier request's answer is on its way
            self.transport.close()
            return
        metrics.REQUESTS.labels("other", "unmatched", str(problem.status_code)).inc()
        response = answer(problem)
        response.headers.update({**SAFE_HEADERS, "Connection": "close"})
        head = [f"HTTP/1.1 {problem.status_code} {HTTPStatus(problem.status_code).phrase}".encode()]
        head += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join([*head, b"", bytes(response.body)]))
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
