"""A loopback server that writes whatever bytes a test wants, good or bad."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What a client asked: the target of the request line and its headers, names in lower case."""

    target: str
    headers: dict[str, str]


Handler = Callable[[Request, Write], Awaitable[None]]


@dataclass
class HostileServer:
    """Where it listens, and what it was asked so far."""

    port: int
    scheme: str = "http"
    requests: list[Request] = field(default_factory=list)

    def url(self, target: str = "/") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{target}"

    @property
    def allowed(self) -> list[str]:
        return [f"127.0.0.1:{self.port}"]


@asynccontextmanager
async def open_server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[HostileServer]:
    """Serve one request a connection with `handler`; what is still running is cancelled at the end."""
    tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        with suppress(OSError, asyncio.IncompleteReadError):
            request = _read_request(await reader.readuntil(b"\r\n\r\n"))
            server.requests.append(request)
            await handler(request, write)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        tasks[task] = writer
        task.add_done_callback(lambda _: writer.transport.abort())

    listener = await asyncio.start_server(start, "127.0.0.1", 0, ssl=tls)
    server = HostileServer(listener.sockets[0].getsockname()[1], "https" if tls else "http")
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        closed = [writer.wait_closed() for writer in tasks.values()]
        await asyncio.gather(*closed, return_exceptions=True)


def answer(body: bytes = b"", *, status: int = 200, **headers: str) -> bytes:
    """Return a whole answer; `content_type="text/html"` becomes the header Content-Type."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(data: bytes) -> Handler:
    """Return a handler that writes `data` to everybody."""

    async def handle(_: Request, write: Write) -> None:
        await write(data)

    return handle


def dripping(start: bytes, drop: bytes) -> Handler:
    """Return a handler that writes `start`, then `drop` again and again, ten times a second."""

    async def handle(_: Request, write: Write) -> None:
        await write(start)
        while True:
            await write(drop)
            await asyncio.sleep(0.1)

    return handle


def pouring(start: bytes, more: bytes) -> Handler:
    """Return a handler that writes `start`, then `more` as fast as it is taken, for ever."""

    async def handle(_: Request, write: Write) -> None:
        await write(start)
        while True:
            await write(more)

    return handle


def _read_request(head: bytes) -> Request:
    request_line, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines if line)
    return Request(request_line.split(" ")[1], {name.lower(): value for name, value in pairs})
