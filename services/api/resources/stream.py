"""``/v1/stream``: the change log as server-sent events, as they come.

Our own, where FastAPI's ``EventSourceResponse`` and sse-starlette would write each event anew for each client, run up
to four tasks a client, and end a slow one only after what it was sent is flushed: here an event is bytes once a
process, and whoever takes too long is cut off.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from schemas.outcomes import StreamEnd
from schemas.tables import ChangeKind
from services.api.http.access import STREAM_TYPE
from services.api.http.parameters import Domain, once_each
from services.api.http.problems import DESCRIBED, Away, NoStream
from services.api.resources.changes import Position
from services.api.resources.recent import Event
from services.api.resources.tail import Stream, Tail
from services.settings import ApiSettings

router = APIRouter(prefix="/v1/stream", tags=["changes"], responses=DESCRIBED, dependencies=[Depends(once_each)])

RECONNECT_SECONDS = (2.0, 5.0)
"""A client is told to come back after a while between these, so that many do not come at once."""

LIFE_SECONDS = 3_600.0
"""After so long its client has to come again, as to the next replica: with a key that may have been revoked since."""

ABORT = "claimwire.abort"
"""The extension of a request's scope that holds how to cut its connection off."""

GRACE_SECONDS = 1.0
"""How long the end of a stream may take to be sent."""

FOLLOWING = """Each change of the log as an event: `id` is its position, `event` its kind, `data` the item that
`/v1/changes` shows. Without `after` and `Last-Event-ID` it begins with what comes next. Comments and events without
data keep the connection and the position alive. The stream may end at any time, also where its client is slow to read:
come back with `Last-Event-ID`, as browsers do, and no change is missed or told twice.
"""

EXAMPLE = "retry: 3000\nid: 1840\n\nid: 1841\nevent: extracted\ndata: {…}\n\n: still here\nid: 1841\n\n"


class Wanted(BaseModel):
    """Which changes are wanted."""

    model_config = ConfigDict(extra="forbid")

    after: Position | None = Field(None, description="The position after which to begin; `Last-Event-ID` goes before.")
    article: UUID | None = Field(None, description="Changes of this article alone.")
    publisher: Domain | None = Field(
        None,
        description="Changes of this publisher's articles alone, by its domain; and all erasures, for an erased "
        "article has no publisher any more.",
    )
    kind: ChangeKind | None = Field(None, description="Changes of this kind alone.")

    def takes(self, event: Event) -> bool:
        """Tell whether an event is wanted."""
        return (
            self.article in {None, event.article_id}
            and (self.publisher in {None, event.publisher} or event.kind == ChangeKind.ERASED)
            and self.kind in {None, event.kind}
        )


@dataclass(frozen=True)
class Pace:
    """How long a stream is silent at most, and how long a client may take to take what it is sent."""

    heartbeat_seconds: float
    send_seconds: float

    @classmethod
    def of(cls, settings: ApiSettings) -> "Pace":
        """Return what is set."""
        return cls(settings.api_stream_heartbeat_seconds, settings.api_stream_send_seconds)


class EventStream(Response):
    """Sends what is wanted of the log until the client goes, or has to go."""

    media_type = STREAM_TYPE

    def __init__(self, tail: Tail, pace: Pace, after: int | None, takes: Callable[[Event], bool]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._tail = tail
        self._pace = pace
        self._after = after
        self._takes = takes

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._tail.joined() as stream:
            position = await self._tail.open(self._after)
            watching = asyncio.create_task(_watch(receive, stream))
            wire = _Wire(send, stream, self._pace.send_seconds)
            try:
                await wire.start(self.status_code, self.raw_headers)
                retry = random.uniform(*RECONNECT_SECONDS)  # noqa: S311 (no secret)
                await wire.write(b"retry: %d\nid: %d\n\n" % (1_000 * retry, position))
                await self._follow(wire, stream, position)
                if not await wire.close():
                    await _cut(scope, watching)
            finally:
                watching.cancel()
                await asyncio.wait({watching})

    async def _follow(self, wire: "_Wire", stream: Stream, position: int) -> None:
        """Send what is in the log, then what comes."""
        live = False
        until = asyncio.get_running_loop().time() + LIFE_SECONDS
        while stream.end is None:
            if asyncio.get_running_loop().time() > until:
                stream.finish(StreamEnd.AGED)
                break
            stream.news.clear()
            events = self._tail.after(position)
            if events is None:
                events = await self._catch_up(stream, position, live=live)
            else:
                live = True
            for event in events:
                if stream.end is None and self._takes(event):
                    await wire.write(event.sent)
                position = event.position
            if not events and stream.end is None:
                await self._wait(wire, stream, position)

    async def _catch_up(self, stream: Stream, position: int, *, live: bool) -> list[Event]:
        """Read the log on; a stream that had come to its end and is behind again is too slow."""
        events: list[Event] = []
        if live:
            stream.finish(StreamEnd.SLOW)
        else:
            try:
                events = await self._tail.read_log(position)
            except Away:
                stream.finish(StreamEnd.FAILED)
            if not events:
                stream.finish(StreamEnd.SET_BACK)
        return events

    async def _wait(self, wire: "_Wire", stream: Stream, position: int) -> None:
        try:
            async with asyncio.timeout(self._pace.heartbeat_seconds):
                await stream.news.wait()
        except TimeoutError:
            await wire.write(b": still here\nid: %d\n\n" % position)


@dataclass
class _Wire:
    """The way to one client: what it does not take in time ends the stream."""

    _send: Send
    _stream: Stream
    _seconds: float

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the head."""
        await self._pass({"type": "http.response.start", "status": status, "headers": headers}, self._seconds)

    async def write(self, sent: bytes) -> None:
        """Send bytes of the body."""
        await self._pass({"type": "http.response.body", "body": sent, "more_body": True}, self._seconds)

    async def close(self) -> bool:
        """End the body; return False where its client does not take that either."""
        if self._stream.end == StreamEnd.SLOW:
            return False
        return await self._pass({"type": "http.response.body", "body": b"", "more_body": False}, GRACE_SECONDS)

    async def _pass(self, message: Message, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds) as limit:
                self._stream.sending = limit
                await self._send(message)
        except TimeoutError:
            self._stream.finish(StreamEnd.SLOW)
            return False
        finally:
            self._stream.sending = None
        return True


async def _watch(receive: Receive, stream: Stream) -> None:
    """Wait until the client goes; a body that it should not have sent, and sends badly, is as good."""
    with suppress(HTTPException):
        while (await receive())["type"] != "http.disconnect":
            pass
    stream.finish(StreamEnd.GONE)


async def _cut(scope: Scope, watching: asyncio.Task[None]) -> None:
    """Cut a connection off with what waits to be sent on it; closing it would wait for its client."""
    extension: dict[str, Callable[[], None]] = scope.get("extensions", {}).get(ABORT, {})
    if "call" in extension:
        extension["call"]()
        await asyncio.wait({watching}, timeout=GRACE_SECONDS)


@router.get(
    "",
    summary="Follow the change log as it grows",
    description=FOLLOWING,
    status_code=200,
    response_class=EventStream,
    responses={200: {"description": "Server-sent events", "content": {STREAM_TYPE: {"example": EXAMPLE}}}},
)
async def stream_changes(
    request: Request,
    wanted: Annotated[Wanted, Query()],
    last_event_id: Annotated[Position | None, Header(description="The `id` of the event that came last.")] = None,
) -> Response:
    if request.scope["http_version"] == "1.0":
        raise NoStream("A stream has no length, which needs HTTP/1.1; a proxy may have to be told so")
    after = wanted.after if last_event_id is None else last_event_id
    return EventStream(request.app.state.tail, request.app.state.pace, after, wanted.takes)
