"""The wire against clients that do not read, on a socket of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.types import Receive, Scope, Send

from services.api.server import _listen, _Server
from services.api.wire import Wire

ANSWER_BYTES = 32 * 2**20
"""More than the buffers of two sockets hold."""


class Impatient(Wire):
    stalled_seconds = 0.3


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-length", str(ANSWER_BYTES).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(ANSWER_BYTES)})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, uvicorn.Server]]:
    config = uvicorn.Config(large, http=Impatient, log_config=None, access_log=False, lifespan="off", ws="none")
    server = _Server(config)
    with _listen("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname(), limit=1_024)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        try:
            yield reader, server
        finally:
            writer.close()
            server.should_exit = True
            await serving


async def read_all(reader: asyncio.StreamReader, pause_seconds: float) -> int:
    size = 0
    with suppress(ConnectionError):
        while data := await reader.read(2**20):
            size += len(data)
            await asyncio.sleep(pause_seconds)
    return size


async def test_client_that_stops_reading_is_cut_off() -> None:
    async with connected() as (reader, server):
        async with asyncio.timeout(10):
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
            while server.server_state.connections:
                await asyncio.sleep(0.01)
        assert await read_all(reader, 0) < ANSWER_BYTES


async def test_client_that_reads_gets_all() -> None:
    async with connected() as (reader, _):
        assert await read_all(reader, 0) > ANSWER_BYTES
