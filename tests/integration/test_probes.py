import asyncio
import socket

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from services.lifecycle import Progress, Readiness
from services.probes import open_probes
from services.registry import Service


async def get(port: int, path: str) -> tuple[int, str]:
    async with ClientSession() as http, http.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


class Engine:
    """Something the service needs, here or away."""

    here = True

    async def check(self) -> None:
        if not self.here:
            raise ConnectionError("the password is hunter2")


class Hasty(Readiness):
    CACHE_SECONDS = 0.0


async def test_readiness_follows_the_engines_and_tells_no_details() -> None:
    engine = Engine()
    async with open_probes(
        Service.EXTRACT, "127.0.0.1", 0, progress=Progress(), readiness=Hasty(database=engine.check)
    ) as port:
        assert await get(port, "/readyz") == (200, '{"problems": {}}')
        engine.here = False
        assert await get(port, "/readyz") == (503, '{"problems": {"database": "ConnectionError"}}')
        assert (await get(port, "/livez"))[0] == 200, "an engine that is away is no reason to start the service again"
        engine.here = True
        assert (await get(port, "/readyz"))[0] == 200


async def test_liveness_follows_the_loops() -> None:
    progress = Progress(stale_seconds=0.05)
    async with open_probes(Service.EXTRACT, "127.0.0.1", 0, progress=progress, readiness=Hasty()) as port:
        progress.turn("consume")
        assert await get(port, "/livez") == (200, '{"stale": []}')
        await asyncio.sleep(0.1)
        assert await get(port, "/livez") == (503, '{"stale": ["consume"]}')
        progress.turn("consume")
        assert (await get(port, "/livez"))[0] == 200


async def test_metrics_are_what_prometheus_reads() -> None:
    engine = Engine()
    async with open_probes(
        Service.EXTRACT, "127.0.0.1", 0, progress=Progress(), readiness=Hasty(database=engine.check)
    ) as port:
        for engine.here in (True, False):
            await get(port, "/readyz")
            status, shown = await get(port, "/metrics")
            families = {family.name: family for family in text_string_to_metric_families(shown)}
            assert (status, families["claimwire_ready"].samples[0].value) == (200, float(engine.here))
        build = families["claimwire_build_info"].samples[0].labels
        assert build.keys() == {"version", "python"}
    with pytest.raises(OSError, match="onnect"):
        await get(port, "/metrics")


async def test_taken_port_is_an_error_not_a_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with open_probes(
            Service.EXTRACT, "127.0.0.1", taken.getsockname()[1], progress=Progress(), readiness=Hasty()
        ):
            pass
