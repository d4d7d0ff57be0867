"""The api service as a process, spoken to by sockets, and what memory it takes."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

    async def raw(self, *pieces: bytes) -> bytes:
        """Send bytes as they are and return all that comes until the server closes; a reset ends both."""
        came = bytearray()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports["API"])

        async def read() -> None:
            with suppress(ConnectionError):
                while data := await reader.read(65_536):
                    came.extend(data)

        reading = asyncio.create_task(read())
        try:
            for piece in pieces:
                if reading.done():
                    break
                with suppress(ConnectionError):
                    writer.write(piece)
                    await writer.drain()
            await asyncio.wait_for(reading, SECONDS)
        finally:
            writer.close()
        return bytes(came)

    def memory(self, what: str) -> int:
        """Bytes that the process holds now (VmRSS), or held at most since `forget_peak` (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1]) * 1_024

    @asynccontextmanager
    async def within(self, most_bytes: int) -> AsyncIterator[None]:
        """Check that the process needs at most so much more memory meanwhile."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        before = self.memory("VmRSS")
        yield
        grown = self.memory("VmHWM") - before
        assert grown < most_bytes, f"memory grew by {grown / 2**20:.0f} MiB"


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
