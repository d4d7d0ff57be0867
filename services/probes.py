"""What ops look at: ``/metrics``, ``/livez`` and ``/readyz`` on a port of their own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services import metrics
from services.lifecycle import Progress, Readiness
from services.registry import Service

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_probes(
    service: Service, host: str, port: int, *, progress: Progress, readiness: Readiness
) -> AsyncIterator[int]:
    """Serve the probes of a service while open; yield the port, which the system chooses where ``port`` is 0."""
    metrics.describe_build()

    async def show_metrics(_: web.Request) -> web.Response:
        readiness.look()
        shown = generate_latest(metrics.REGISTRY.of(service))
        return web.Response(body=shown, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def livez(_: web.Request) -> web.Response:
        stale = progress.stale()
        return web.json_response({"stale": stale}, status=503 if stale else 200)

    async def readyz(_: web.Request) -> web.Response:
        problems = await readiness.problems()
        return web.json_response({"problems": problems}, status=503 if problems else 200)

    app = web.Application()
    app.router.add_get("/metrics", show_metrics)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = int(runner.addresses[0][1])
        logger.info("metrics and probes on http://%s:%d", host, bound)
        yield bound
    finally:
        await runner.cleanup()
