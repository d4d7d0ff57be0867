"""Two processes of the api behind a proxy, replaced one after the other under load: no request is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp

from tests.integration.api_process import Server, open_server

LOOK_SECONDS = 0.2
"""How often the proxy asks who is ready: endpoints of Kubernetes follow within a second or two."""

DRAIN_SECONDS = 8
"""How long a process answers on after its stop: several looks of the proxy, also where the cores are busy."""

PROBE_SECONDS = 1.0
"""How long the proxy waits for an answer: who does not answer is not ready, and must not hide who else is not."""

CLIENTS = 8


@dataclass
class Proxy:
    """Leads each new connection to the next process that was ready when it last looked, as kube-proxy does."""

    servers: list[Server] = field(default_factory=list)
    ready: list[Server] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def look(self) -> None:
        async with aiohttp.ClientSession() as client:
            while True:
                self.ready = [server for server in self.servers if await _is_ready(client, server)]
                await asyncio.sleep(LOOK_SECONDS)

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        server = self.ready[self.connections % len(self.ready)]
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server.ports["API"])
        await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))


async def _is_ready(client: aiohttp.ClientSession, server: Server) -> bool:
    with suppress(aiohttp.ClientError, TimeoutError):
        async with client.get(f"{server.url()}/readyz", timeout=aiohttp.ClientTimeout(PROBE_SECONDS)) as response:
            return response.status == 200
    return False


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def open_proxy(*servers: Server) -> AsyncIterator[Proxy]:
    proxy = Proxy(list(servers))
    looking = asyncio.create_task(proxy.look())
    listener = await asyncio.start_server(proxy.lead, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(20):
            while len(proxy.ready) < len(servers):
                await asyncio.sleep(LOOK_SECONDS)
        yield proxy
    finally:
        looking.cancel()
        listener.close()


@dataclass
class Load:
    """Clients that ask all the time, each on a connection that it keeps for as long as it may."""

    url: str
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    over: bool = False

    async def ask(self) -> None:
        async with aiohttp.ClientSession() as client:
            while not self.over:
                try:
                    page = {"url": f"https://news.example/{self.answered}"}
                    async with client.post(self.url, json=page) as response:  # the client asks no POST again by itself
                        await response.read()
                        self.answered += 1
                        if response.status != 202:
                            self.wrong.append(str(response.status))
                except aiohttp.ClientError as error:
                    self.wrong.append(type(error).__name__)
                await asyncio.sleep(0.005)


async def test_processes_are_replaced_and_no_request_is_lost(migrated_url: str) -> None:
    settings = {"API_DRAIN_SECONDS": str(DRAIN_SECONDS)}
    async with (
        open_server(migrated_url, **settings) as first,
        open_server(migrated_url, **settings) as second,
        open_server(migrated_url, **settings) as third,
        open_server(migrated_url, **settings) as fourth,
        open_proxy(first, second) as proxy,
    ):
        load = Load(f"http://127.0.0.1:{proxy.port}/v1/articles")
        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(load.ask())
            for old, new in ((first, third), (second, fourth)):
                proxy.servers.append(new)
                await asyncio.sleep(5 * LOOK_SECONDS)
                assert await old.stop() == 0
                proxy.servers.remove(old)
            await asyncio.sleep(1)
            load.over = True
    assert load.wrong == []
    assert load.answered > 500
    assert proxy.connections < load.answered / 10, "clients keep no connection, which is the harder case"
