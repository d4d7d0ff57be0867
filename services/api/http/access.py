"""Access: what every request gets whatever becomes of it: an id, one line in the log, its metrics, safe headers."""

import logging
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from uuid import uuid4

from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import metrics
from services.api.http.problems import answer_unexpected
from services.logs import bound

logger = logging.getLogger(__name__)

CLIENT_GONE = 499
"""What nginx writes where the client went before there was an answer."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})

STREAM_TYPE = "text/event-stream"
"""What lasts as long as it may, which is no duration to compare."""

PROBES = frozenset({"/livez", "/readyz"})
"""Asked every few seconds, so their lines are for debugging."""

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The API answers data: no browser is to run, frame or guess at it. A page of ours sets its own policy."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def expect(routes: Iterable[BaseRoute]) -> None:
    """Have the counts that an error budget is made of begin at 0, so that the first failure is an increase."""
    for route in routes:
        if isinstance(route, APIRoute):
            for method, status in product(route.methods or (), (route.status_code or 200, 500, 503)):
                metrics.REQUESTS.labels(method, route.path, status)


class Access:
    """Wraps the whole application; a failure of ours is logged and answered here, so that it too is counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and keep account of it."""
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        call = _Call(scope["method"], request_id, send)
        # A route that answers GET answers HEAD (RFC 9110): the same, without the body.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        with bound(request_id=request_id), metrics.REQUESTS_IN_FLIGHT.track_inprogress():
            try:
                await self._answer(inner, receive, call)
            finally:
                call.record(inner)

    async def _answer(self, scope: Scope, receive: Receive, call: "_Call") -> None:
        try:
            await self._app(scope, receive, call.send)
        except Exception:
            logger.exception("the request failed")
            if call.status is not None:
                raise
            await answer_unexpected()(scope, receive, call.send)


@dataclass
class _Call:
    """One request: what is known of its answer."""

    method: str
    request_id: str
    _send: Send
    status: int | None = None
    is_stream: bool = False
    _is_over: bool = False

    def __post_init__(self) -> None:
        self._started = time.perf_counter()

    async def send(self, message: Message) -> None:
        """Send a part of the answer with the headers that all have."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in {**SAFE_HEADERS, "X-Request-Id": self.request_id}.items():
                headers.setdefault(name, value)
            self.is_stream = headers.get("content-type", "").startswith(STREAM_TYPE)
        elif self.method == "HEAD":
            if self._is_over:
                return
            # Whoever goes on to send learns that nobody listens: a stream would not end by itself.
            self._is_over = True
            message = {**message, "body": b"", "more_body": False}
        await self._send(message)

    def record(self, scope: Scope) -> None:
        """Count the request, by its route's template and never by its path, and log it."""
        seconds = time.perf_counter() - self._started
        method = self.method if self.method in METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        status = self.status or CLIENT_GONE
        metrics.REQUESTS.labels(method, route, str(status)).inc()
        if not self.is_stream:
            metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
        level = logging.DEBUG if route in PROBES else logging.INFO
        known = {"method": method, "path": scope["path"], "route": route, "status": status}
        key = scope.get("state", {}).get("key")
        asker = {} if key is None else {"key": key.prefix}
        with bound(**known, **asker, seconds=round(seconds, 6)):
            logger.log(level, "answered")
