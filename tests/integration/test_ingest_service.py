"""Ingest as a process of its own, on real engines: it runs, stops, and is killed where it hurts."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import ArticleIngested
from schemas.tables import alias, page, publication
from services.ingest.queues.leases import from_now
from services.ingest.urls import article_id
from services.kafka import create_topics
from services.registry import Service
from services.settings import IngestSettings
from tests.asking import read_articles
from tests.exposition import check_exposition
from tests.integration.newsroom import article_page, rows_of

RUN = (
    "import asyncio; from services.settings import IngestSettings; from services.ingest.service import run;"
    " from services.logs import set_up_logs; set_up_logs('INFO', 'text'); asyncio.run(run(IngestSettings()))"
)
SECONDS = 60.0


@asynccontextmanager
async def open_ingest(database_url: str, kafka_servers: str, **more: str) -> AsyncIterator[Process]:
    settings = {"CLAIMWIRE_DATABASE_URL": database_url, "CLAIMWIRE_KAFKA_SERVERS": kafka_servers}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, env=environment | settings | more, stderr=PIPE, limit=2**20
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process: Process, words: str) -> str:
    """Read the process's log until a line has the words."""
    assert process.stderr is not None
    seen = []
    async with asyncio.timeout(SECONDS):
        while line := (await process.stderr.readline()).decode():
            seen.append(line)
            if words in line:
                return line
    raise AssertionError("".join(seen))


async def published(kafka_servers: str, url: str) -> list[ArticleIngested]:
    """Return every event of that URL in the topic."""
    return [event for event in await read_articles(kafka_servers) if event.url == url]


@pytest.fixture
async def folder(migrated_url: str, kafka_servers: str, tmp_path: Path) -> Path:
    """A folder with one page, and the topics."""
    await create_topics(IngestSettings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers))
    (tmp_path / "a.html").write_text(article_page())
    return tmp_path


async def test_service_publishes_reports_and_stops_on_a_signal(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, folder: Path
) -> None:
    async with open_ingest(migrated_url, kafka_servers, CLAIMWIRE_FOLDERS=str(folder)) as process:
        found = re.search(r"http://[\d.:]+", await line_with(process, "metrics and probes on"))
        assert found is not None
        await line_with(process, "published")
        async with aiohttp.ClientSession(found[0]) as http:
            async with http.get("/readyz") as ready, http.get("/livez") as alive:
                assert (ready.status, alive.status) == (200, 200)
            async with asyncio.timeout(SECONDS):
                while True:
                    async with http.get("/metrics") as answer:
                        metrics = await answer.text()
                    if 'claimwire_lag_records{partition="0"' in metrics:
                        break
                    await asyncio.sleep(0.2)
        assert 'claimwire_ingest_pages_total{outcome="published"} 1.0' in metrics
        check_exposition(metrics, Service.INGEST)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0
    (event,) = await published(kafka_servers, (folder / "a.html").as_uri())
    async with engine.connect() as connection:
        row = (await connection.execute(select(publication))).one()
    assert row.revision == row.published_revision == event.revision


async def test_service_names_anew_what_earlier_rules_named(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, folder: Path
) -> None:
    old = "https://news.example/a/index.html"
    async with engine.begin() as connection:
        await connection.execute(insert(publication).values(article_id=article_id(old), canonical_url=old))
    async with open_ingest(migrated_url, kafka_servers, CLAIMWIRE_FOLDERS=str(folder)) as process:
        await line_with(process, "published")
    (noted,) = await rows_of(engine, alias)
    assert (noted.canonical_url, noted.article_id) == ("https://news.example/a/", article_id(old))


@pytest.mark.parametrize(("failpoint", "sent"), [("ingest.numbered", 1), ("ingest.acknowledged", 2)])
async def test_killed_between_number_and_confirmation_the_same_revision_goes_out(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, folder: Path, *, failpoint: str, sent: int
) -> None:
    settings = {"CLAIMWIRE_FOLDERS": str(folder)}
    async with open_ingest(migrated_url, kafka_servers, **settings, CLAIMWIRE_FAILPOINT=failpoint) as process:
        assert process.stderr is not None
        await asyncio.wait_for(process.stderr.read(), SECONDS)
        assert await process.wait() == -signal.SIGKILL
    (numbered,) = await rows_of(engine, publication)
    assert (numbered.revision > 0, numbered.published_revision) == (True, None)
    async with engine.begin() as connection:  # the lease of the dead ends by itself; the test does not wait for it
        await connection.execute(update(page).values(leased_until=from_now(0)))
    async with open_ingest(migrated_url, kafka_servers, **settings) as process:
        await line_with(process, "published")
    events = await published(kafka_servers, (folder / "a.html").as_uri())
    assert [event.revision for event in events] == [numbered.revision] * sent
    (confirmed,) = await rows_of(engine, publication)
    assert confirmed.published_revision == numbered.revision
    (row,) = await rows_of(engine)
    assert (row.outcome, row.due_at) == ("published", None)
