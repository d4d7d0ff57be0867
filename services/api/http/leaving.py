"""Leaving: a process that is to end asks clients to go, one answer at a time, before it closes what they keep open."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Leaving:
    """Has every answer end its connection while ``is_leaving``.

    A client that keeps a connection may send its next request just as the server closes it, and has it lost (RFC 9112,
    section 9.5): one that was told to close opens another, and is led to who stays.
    """

    def __init__(self, app: ASGIApp, *, is_leaving: Callable[[], bool]) -> None:
        self._app = app
        self._is_leaving = is_leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and close behind its answer where it is time to go."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_leaving():
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_on)
