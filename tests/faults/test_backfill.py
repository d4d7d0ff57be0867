"""kill -9 of a backfill midway: the same command goes on, and each article comes in once."""

import asyncio
import gzip
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import host, page, publication
from services.ingest.queues.leases import from_now
from services.kafka import create_topics
from services.settings import IngestSettings
from tests.archives import archive, record
from tests.asking import read_articles
from tests.integration.newsroom import SENTENCES, Site, article_page, open_site, rows_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pages" / "html"
"""Real pages, where they lie beside the checkout."""

RECORDS = 500
LISTED = 120
KILLED_AFTER = 40
SECONDS = 240.0
MOST_AT_ONCE = 16


def made(number: int) -> bytes:
    return article_page(f"{SENTENCES} This is report {number} of them.", title=f"Report {number}").encode()


def bodies(count: int) -> list[bytes]:
    real = [gzip.decompress(path.read_bytes()) for path in sorted(SHARED.glob("*.html.gz"))]
    return (real + [made(number) for number in range(count)])[:count]


def mixed(path: Path) -> tuple[Path, int]:
    """Write an archive of 500 records, every fourth no page and the last cut; return how many pages are whole."""
    pages = iter(bodies(RECORDS))
    records = [record("urn:info", b"software: test\r\n", kind="warcinfo")]
    for number in range(1, RECORDS):
        url = f"https://news-{number % 7}.example/{number}"
        kind = ("request", "metadata", "revisit")[number % 3]
        records.append(record(url, b"x", kind=kind) if number % 4 == 0 else record(url, next(pages)))
    whole = sum(b"WARC-Type: response" in each for each in records) - 1
    return archive(path, *records, cut=50), whole


@asynccontextmanager
async def open_backfill(database_url: str, kafka_servers: str, what: Path, **more: str) -> AsyncIterator[Process]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    settings = {"CLAIMWIRE_DATABASE_URL": database_url, "CLAIMWIRE_KAFKA_SERVERS": kafka_servers, **more}
    command = [sys.executable, "-m", "services.cli", "backfill", str(what), "--json"]
    process = await asyncio.create_subprocess_exec(*command, env=kept | settings, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def count_done(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).where(page.c.done_at.is_not(None))) or 0)


async def kill_midway(engine: AsyncEngine, process: Process) -> None:
    async with asyncio.timeout(SECONDS):
        while await count_done(engine) < KILLED_AFTER:
            assert process.returncode is None
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL
    async with engine.begin() as connection:  # the leases of the dead end by themselves; the test does not wait for it
        for table in (page, host):
            await connection.execute(update(table).values(leased_until=from_now(0)))


async def outcomes(process: Process) -> dict[str, int]:
    async with asyncio.timeout(SECONDS):
        said, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    rows = [json.loads(line) for line in said.decode().splitlines()]
    return {row["outcome"]: row["pages"] for row in rows}


async def check_each_once(engine: AsyncEngine, kafka_servers: str, articles: int) -> None:
    """Each article has one revision, published; the topic has it once, or again where the kill came in between."""
    published = await rows_of(engine, publication)
    assert len(published) == articles
    assert all(row.revision == row.published_revision for row in published)
    ours = {row.article_id for row in published}
    events = await read_articles(kafka_servers)
    times = Counter((event.article_id, event.revision) for event in events if event.article_id in ours)
    assert set(times) == {(row.article_id, row.revision) for row in published}
    assert sum(times.values()) - len(times) <= MOST_AT_ONCE


@pytest.fixture
async def topics(migrated_url: str, kafka_servers: str) -> None:
    await create_topics(IngestSettings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers))


async def run_twice(
    engine: AsyncEngine, database_url: str, kafka_servers: str, what: Path, **more: str
) -> dict[str, int]:
    async with open_backfill(database_url, kafka_servers, what, **more) as process:
        await kill_midway(engine, process)
    async with open_backfill(database_url, kafka_servers, what, **more) as process:
        return await outcomes(process)


@pytest.mark.usefixtures("topics")
async def test_archive_goes_on_where_it_was_killed(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    path, whole = mixed(tmp_path / "CC-NEWS-1.warc.gz")
    became = await run_twice(engine, migrated_url, kafka_servers, path)
    assert became.pop("bad_response") == 1  # the one that is cut
    articles = became["published"]
    assert sum(became.values()) == whole
    assert articles >= 0.98 * whole
    await check_each_once(engine, kafka_servers, articles)
    async with open_backfill(migrated_url, kafka_servers, path) as process:
        assert await outcomes(process) == became | {"bad_response": 1}
    await check_each_once(engine, kafka_servers, articles)


@pytest.mark.usefixtures("topics")
async def test_folder_goes_on_where_it_was_killed(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    for number in range(LISTED):
        (tmp_path / f"{number}.html").write_bytes(made(number))
    assert await run_twice(engine, migrated_url, kafka_servers, tmp_path) == {"published": LISTED}
    await check_each_once(engine, kafka_servers, LISTED)


@pytest.mark.usefixtures("topics")
async def test_list_goes_on_where_it_was_killed(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    async with open_site({f"/{number}": made(number).decode() for number in range(LISTED)}) as site:
        path = listed(site, tmp_path)
        settings = {"CLAIMWIRE_FETCH_ALLOW": f"127.0.0.1:{site.port}", "CLAIMWIRE_HOST_INTERVAL_SECONDS": "0.01"}
        became = await run_twice(engine, migrated_url, kafka_servers, path, **settings)
        assert became == {"published": LISTED, "not_found": 1, "bad_url": 1}
        asked = Counter(site.paths())
    assert sum(asked.values()) - len(asked) <= MOST_AT_ONCE
    await check_each_once(engine, kafka_servers, LISTED)


async def test_what_is_no_stock_is_said_in_one_line(migrated_url: str, kafka_servers: str, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_text("nonsense")
    async with open_backfill(migrated_url, kafka_servers, tmp_path) as process:
        said, complaint = await asyncio.wait_for(process.communicate(), SECONDS)
    assert (process.returncode, said) == (1, b"")
    assert complaint.decode() == f"claimwire: {tmp_path / 'a.warc'} is no WARC file\n"


async def test_database_without_the_schema_is_said_in_one_line(
    database_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    async with open_backfill(database_url, kafka_servers, tmp_path) as process:
        _, complaint = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 1
    assert complaint.decode().startswith("claimwire: the database is at no schema")


@pytest.mark.usefixtures("topics")
async def test_backfill_stops_on_a_signal_and_goes_on(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    for number in range(2 * KILLED_AFTER):
        (tmp_path / f"{number}.html").write_bytes(made(number))
    async with open_backfill(migrated_url, kafka_servers, tmp_path) as process:
        async with asyncio.timeout(SECONDS):
            while await count_done(engine) == 0:
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, complaint = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 1
    assert "the same command goes on" in complaint.decode()
    assert not [row for row in await rows_of(engine, page) if row.lease_token is not None]
    async with open_backfill(migrated_url, kafka_servers, tmp_path) as process:
        assert await outcomes(process) == {"published": 2 * KILLED_AFTER}
    await check_each_once(engine, kafka_servers, 2 * KILLED_AFTER)


def listed(site: Site, folder: Path) -> Path:
    path = folder / "urls.txt"
    urls = [site.url(f"/{number}") for number in (*range(LISTED), "gone", 0, 1)]
    path.write_text("\n".join([*urls, "ftp://nobody.example/"]))
    return path
