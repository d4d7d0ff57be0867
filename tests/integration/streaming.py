"""The gateway on real sockets in this process, and clients of its streams that read as slowly as a test likes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from services import changes
from services.api.server import _configure, _listen, _Server
from services.settings import ApiSettings
from tests.integration.api_world import Api, open_api

SECONDS = 60.0


@dataclass
class Heard:
    """What a block of a stream told: an event, or only a position."""

    id: int | None = None
    event: str | None = None
    data: Any = None
    comment: str | None = None
    retry: int | None = None


@dataclass
class Client:
    """A client of a stream: one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes = b""
    _rest: bytes = b""

    @property
    def status(self) -> int:
        return int(self.head.split(b" ", 2)[1])

    async def next(self) -> Heard | None:
        """The next block; None at the stream's end."""
        async with asyncio.timeout(SECONDS):
            while b"\n\n" not in self._rest:
                piece = await self._chunk()
                if not piece:
                    return None
                self._rest += piece
        block, self._rest = self._rest.split(b"\n\n", 1)
        return _read(block)

    async def event(self) -> Heard | None:
        """The next event, whatever comes before it."""
        async with asyncio.timeout(SECONDS):
            while (heard := await self.next()) is not None:
                if heard.event is not None:
                    return heard
        return None

    async def events(self, count: int) -> list[Heard]:
        found = [await self.event() for _ in range(count)]
        assert None not in found, "the stream ended"
        return [each for each in found if each is not None]

    async def ended(self) -> None:
        """Wait for the end of the stream, whatever comes before it."""
        while await self.next() is not None:
            pass

    async def _chunk(self) -> bytes:
        line = await self.reader.readline()
        size = int(line.strip() or b"0", 16)
        piece = await self.reader.readexactly(size)
        if size:
            await self.reader.readexactly(2)
        return piece

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):  # the server was faster
            await self.writer.wait_closed()


def _read(block: bytes) -> Heard:
    heard = Heard()
    for line in block.split(b"\n"):
        name, _, value = line.partition(b": ")
        match name:
            case b"":
                heard.comment = value.decode()
            case b"data":
                heard.data = orjson.loads(value)
            case b"event":
                heard.event = value.decode()
            case b"id":
                heard.id = int(value)
            case b"retry":
                heard.retry = int(value)
            case _:
                raise AssertionError(line)
    return heard


@dataclass
class Server:
    """The gateway's server, and what is needed to fill its log."""

    api: Api
    port: int
    uvicorn: _Server
    clients: list[Client] = field(default_factory=list)

    async def number(self) -> None:
        while await changes.number(self.api.database):
            pass

    async def save(self, *readings: Any) -> None:
        """Save, one change a transaction, and give the changes their positions."""
        for reading in readings:
            await self.api.save(reading)
        await self.number()

    async def connect(
        self,
        query: str = "",
        *headers: str,
        method: str = "GET",
        version: str = "1.1",
        path: str = "/v1/stream",
        buffer_bytes: int | None = None,
    ) -> Client:
        """Open a stream and read the answer's head."""
        channel = socket.socket()
        if buffer_bytes is not None:
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        channel.setblocking(False)
        await asyncio.get_running_loop().sock_connect(channel, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=channel, limit=2**16 if buffer_bytes is None else 1_024)
        lines = [f"{method} {path}{'?' if query else ''}{query} HTTP/{version}", "Host: 127.0.0.1", *headers]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            async with asyncio.timeout(SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
        except BaseException:
            writer.transport.abort()
            raise
        self.clients.append(Client(reader, writer, head))
        return self.clients[-1]


@asynccontextmanager
async def open_server(url: str, **changes_of_settings: object) -> AsyncIterator[Server]:
    async with open_api(url, **changes_of_settings) as api:
        settings = ApiSettings.model_validate({"database_url": url, **changes_of_settings})
        server = _Server(_configure(api.app, settings))
        with _listen("127.0.0.1", 0) as listener:
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                async with asyncio.timeout(SECONDS):
                    while not server.started:
                        await asyncio.sleep(0.01)
                served = Server(api, listener.getsockname()[1], server)
                yield served
                for client in served.clients:
                    await client.close()
            finally:
                await api.app.state.tail.stop()
                server.should_exit = True
                async with asyncio.timeout(SECONDS):
                    await serving
