"""The api service as a process: sockets, signals, logs and its metrics' own port."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx2

from services.api.server import _listen as _open_listener
from services.registry import Service
from tests.exposition import check_exposition

SECONDS = 20.0
PROGRAM = (
    "import asyncio; from services.api.server import run; from services.logs import set_up_logs; "
    "from services.settings import ApiSettings; set_up_logs('INFO', 'json'); asyncio.run(run(ApiSettings()))"
)


@dataclass
class Server:
    process: Process
    lines: list[dict[str, Any]]
    ports: dict[str, int]

    def url(self, what: str = "API") -> str:
        return f"http://127.0.0.1:{self.ports[what]}"

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), SECONDS)

    async def raw(self, request: bytes) -> bytes:
        """Send bytes as they are and return all that comes until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports["API"])
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(), SECONDS)
        finally:
            writer.close()


@asynccontextmanager
async def open_server(url: str, **settings: str) -> AsyncIterator[Server]:
    values = {"DATABASE_URL": url, "KAFKA_SERVERS": "127.0.0.1:1", "API_PORT": "0", "API_DRAIN_SECONDS": "0"}
    environment = {f"CLAIMWIRE_{name}": value for name, value in {**values, **settings}.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", PROGRAM, stderr=PIPE, env={**os.environ, **environment}
    )
    server = Server(process, [], {})
    listening = asyncio.create_task(_listen(server))
    try:
        async with asyncio.timeout(SECONDS):
            while len(server.ports) < 2 and not listening.done():
                await asyncio.sleep(0.02)
        yield server
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


async def _listen(server: Server) -> None:
    assert server.process.stderr is not None
    async for line in server.process.stderr:
        read = json.loads(line) if line.startswith(b"{") else {"message": line.decode()}
        server.lines.append(read)
        if found := re.search(r"(API|metrics).* on http://127.0.0.1:(\d+)", read["message"]):
            server.ports[found[1]] = int(found[2])


async def test_service_answers_logs_and_stops_in_order(migrated_url: str) -> None:
    async with open_server(migrated_url) as server, httpx2.AsyncClient() as client:
        answer = await client.get(f"{server.url()}/v1/claims?speaker=x", headers={"X-Request-Id": "abc"})
        assert answer.json() == {"items": [], "next_cursor": None}
        assert (await client.get(f"{server.url()}/readyz")).status_code == 200
        assert (await client.get(f"{server.url()}/metrics")).status_code == 404
        shown = (await client.get(f"{server.url('metrics')}/metrics")).text
        assert 'claimwire_api_requests_total{method="GET",route="/v1/claims",status="200"} 1.0' in shown
        assert 'claimwire_api_requests_total{method="GET",route="/v1/claims",status="500"} 0.0' in shown
        check_exposition(shown, Service.API)
        assert await server.stop() == 0
    [line] = [line for line in server.lines if line.get("request_id") == "abc"]
    assert (line["message"], line["path"], line["route"], line["status"]) == (
        "answered",
        "/v1/claims",
        "/v1/claims",
        200,
    )
    assert line["seconds"] < SECONDS


async def test_listener_sends_small_answers_at_once() -> None:
    with _open_listener("127.0.0.1", 0) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_stop_fails_readiness_first(migrated_url: str) -> None:
    async with open_server(migrated_url, API_DRAIN_SECONDS="2") as server, httpx2.AsyncClient() as client:
        await client.get(f"{server.url()}/livez")
        server.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            while (ready := await client.get(f"{server.url()}/readyz")).status_code == 200:
                await asyncio.sleep(0.02)
        assert ready.json()["problems"]["service"] == "stopping"
        assert (await client.get(f"{server.url()}/v1/claims")).status_code == 200
        assert await asyncio.wait_for(server.process.wait(), SECONDS) == 0


async def test_request_in_hand_is_answered_before_the_stop(migrated_url: str) -> None:
    async with open_server(migrated_url) as server, httpx2.AsyncClient() as client:
        holder = await asyncpg.connect(migrated_url)
        try:
            async with holder.transaction():
                await holder.execute("LOCK TABLE claim IN ACCESS EXCLUSIVE MODE")
                asking = asyncio.create_task(client.get(f"{server.url()}/v1/claims"))
                waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                async with asyncio.timeout(SECONDS):
                    while not await holder.fetchval(waiting):
                        await asyncio.sleep(0.02)
                server.process.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.3)
            assert (await asking).status_code == 200
            assert await asyncio.wait_for(server.process.wait(), SECONDS) == 0
        finally:
            await holder.close()


async def test_taken_port_ends_the_service(migrated_url: str) -> None:
    async with open_server(migrated_url) as first:
        async with open_server(migrated_url, API_PORT=str(first.ports["API"])) as second:
            assert await asyncio.wait_for(second.process.wait(), SECONDS) == 1
        assert any("Address already in use" in line["message"] for line in second.lines)
        assert await first.stop() == 0


async def test_hostile_requests_are_refused_on_the_wire(migrated_url: str) -> None:
    head = b"POST /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    async with open_server(migrated_url, API_BODY_SECONDS="0.5") as server:
        slow = await server.raw(head + b"Content-Length: 100\r\n\r\n{")
        assert slow.startswith(b"HTTP/1.1 408 ")
        assert b"request_timeout" in slow
        large = await server.raw(head + b"Content-Length: 300000000\r\n\r\n{")
        assert large.startswith(b"HTTP/1.1 413 ")
        for framing in (
            b"Content-Length: 2\r\nContent-Length: 3\r\n",
            b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        ):
            assert (await server.raw(head + framing + b"\r\n{}")).startswith(b"HTTP/1.1 400 ")
        line = b"GET /v1/claims HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\x0bb\r\nConnection: close\r\n\r\n"
        assert (await server.raw(line)).split(b" ")[1] in {b"200", b"400"}
        assert await server.stop() == 0
