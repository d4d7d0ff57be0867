"""What was read of the five articles: by `claimwire text`, and, once a run, by the services over the real engines."""

import asyncio
import fcntl
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from services.extract import text
from tests.acceptance.gold import FOLDER, Gold, load
from tests.acceptance.model import Reading, read
from tests.acceptance.recorder import record
from tests.acceptance.served import Recording, Served
from tests.integration.conftest import template
from tests.world import open_world

if TYPE_CHECKING:
    from tests.conftest import Databases

__all__ = ["template"]


class NotRecorded(Exception):
    """The services did not start or did not take the texts."""


@pytest.fixture(scope="session")
def gold() -> Gold:
    return load()


@pytest.fixture(scope="session")
def model(gold: Gold) -> Reading:
    out = io.StringIO()
    files = sorted((FOLDER / "articles").glob("*.txt"))
    assert text.run(files, min_confidence=None, processes=1, out=out) == 0
    return read(gold, out.getvalue())


@pytest_asyncio.fixture(scope="session")
async def recorded(
    gold: Gold,
    databases: "Databases",
    template: str,
    kafka_servers: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Recording:
    database_url = await databases.create("acceptance", template=template)
    async with open_world(database_url, kafka_servers, tmp_path_factory.mktemp("acceptance")) as world:
        await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
        try:
            return await record(world, gold)
        except AssertionError as error:
            raise NotRecorded(str(error)) from error  # an item's expected failure must not cover for it


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file; whoever dies lets it go."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def served(
    gold: Gold, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Served:
    """What the API serves: recorded by whichever test process asks first, read from its file by the others."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    kept = folder / "acceptance.json"
    with alone(folder / "acceptance.lock"):
        if not kept.exists():
            recording: Recording = request.getfixturevalue("recorded")
            kept.write_text(json.dumps(asdict(recording)))
    return Served(gold, Recording(**json.loads(kept.read_text())))
