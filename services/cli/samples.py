"""The sample pages: a small invented news world, served on loopback so that the real fetcher can read it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

FOLDER = Path(__file__).resolve().parents[2] / "samples"
"""The samples lie beside the code in a checkout; an installed package has none."""

LOOPBACK = "127.0.0.1"


class Feed(NamedTuple):
    """A feed to read, and whose it is."""

    url: str
    publisher_domain: str | None = None
    publisher_name: str | None = None


def list_feeds(port: int, folder: Path = FOLDER) -> list[Feed]:
    """Return the feeds of the sample publishers, as served on ``port``."""
    listed = json.loads((folder / "feeds.json").read_text("utf-8"))
    return [Feed(f"http://{LOOPBACK}:{port}{feed['path']}", feed["domain"], feed["name"]) for feed in listed]


@asynccontextmanager
async def serve(port: int, folder: Path = FOLDER) -> AsyncIterator[None]:
    """Serve the sample pages on loopback while open."""
    app = web.Application()
    app.router.add_static("/", folder)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield
    finally:
        await runner.cleanup()
