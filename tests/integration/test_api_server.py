"""The api service as a process: sockets, signals, logs and its metrics' own port."""

import asyncio
import signal
import socket

import asyncpg
import httpx2

from services.api.server import _listen as _open_listener
from services.registry import Service
from tests.exposition import check_exposition
from tests.integration.api_process import SECONDS, open_server


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


async def test_stop_fails_readiness_first_and_asks_clients_to_go(migrated_url: str) -> None:
    async with open_server(migrated_url, API_DRAIN_SECONDS="2") as server, httpx2.AsyncClient() as client:
        assert "connection" not in (await client.get(f"{server.url()}/livez")).headers
        server.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            while (ready := await client.get(f"{server.url()}/readyz")).status_code == 200:
                await asyncio.sleep(0.02)
        assert ready.json()["problems"]["service"] == "stopping"
        leaving = await client.get(f"{server.url()}/v1/claims")
        assert (leaving.status_code, leaving.headers["connection"]) == (200, "close")
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
