"""The api service: serves the gateway until told to stop, then drains it."""

import asyncio
import logging
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from services.api.app import create_app
from services.api.wire import Wire
from services.database import open_database
from services.lifecycle import Progress, Readiness, sleep_unless, stop_on_signal
from services.migrations import check_schema
from services.probes import open_probes
from services.registry import Service
from services.settings import ApiSettings
from services.traces import open_traces

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 4_000
"""Beyond it uvicorn answers 503 at once, in plain text: the last fence, behind the limit of requests at work. Streams
and connections that rest cost little more than their sockets."""

FILES_SPARED = 256
"""Files that a process needs besides the connections of its clients."""

KEEP_ALIVE_SECONDS = 75
"""Longer than the 60 s that load balancers keep idle connections, so that they close first and never meet a reset."""

BACKLOG = 2_048
"""Connections that wait to be accepted: a burst of clients waits its turn instead of being reset."""


class _Server(uvicorn.Server):
    """A server that leaves signals to its caller."""

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(settings: ApiSettings) -> None:
    """Serve until SIGTERM or SIGINT; raises OSError where the port cannot be had."""
    async with (
        stop_on_signal(deadline_seconds=settings.stop_seconds) as stop,
        open_traces(settings.otlp_endpoint, Service.API) as provider,
        open_database(
            settings.database_url,
            application_name="api",
            pool_size=settings.database_pool,
            prepare=settings.database_prepare,
        ) as database,
    ):
        readiness = Readiness(database=lambda: check_schema(database))
        app = create_app(settings, database, readiness, provider)
        with _listen(settings.api_host, settings.api_port) as listener:
            async with open_probes(
                Service.API, settings.metrics_host, settings.metrics_port, progress=Progress(), readiness=readiness
            ):
                await _serve(app, listener, stop, readiness, settings)
        if app.state.keyring is not None:
            await app.state.keyring.settle()


def _allow_connections() -> int:
    """Raise the limit of open files where it is low, as far as we may; return how many connections fit below it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + FILES_SPARED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft - FILES_SPARED)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # asyncio sets it only on sockets that it made; without it head and body meet a delayed ACK: 40 ms an answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def _serve(
    app: FastAPI, listener: socket.socket, stop: asyncio.Event, readiness: Readiness, settings: ApiSettings
) -> None:
    """Serve; on a stop first fail readiness and ask clients to go, then answer what is in hand and close."""
    server = _Server(_configure(app, settings))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    host, port = listener.getsockname()[:2]
    logger.info("the API is on http://%s:%d, its operations on /docs", f"[{host}]" if ":" in host else host, port)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    readiness.stopping = True
    await sleep_unless(asyncio.Event(), 0 if serving.done() else settings.api_drain_seconds)
    await app.state.tail.stop()  # streams end by nothing else, and would be waited for
    server.should_exit = True
    stopping.cancel()
    await serving


def _configure(app: FastAPI, settings: ApiSettings) -> uvicorn.Config:
    class Connection(Wire):
        head_seconds = settings.api_head_seconds

    return uvicorn.Config(
        app,
        http=Connection,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_allow_connections(),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        # Less than what the whole service may take: the rest is for closing the database.
        timeout_graceful_shutdown=max(1, int(settings.stop_seconds / 2)),
    )
