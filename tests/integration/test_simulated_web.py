"""Three hundred hosts, good and bad, ingested by two replicas: each host politely, each article once, none held up."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import ArticleIngested
from schemas.tables import feed, page, publication
from services.ingest.queues import frontier
from services.kafka import create_topics
from services.settings import IngestSettings
from tests.asking import read_articles
from tests.integration.newsroom import rows_of
from tests.integration.simulated_hosts import (
    CRAWL_DELAY_SECONDS,
    HUB,
    NOT_FOR_US,
    RETRY_AFTER_SECONDS,
    SLOW_SECONDS,
    furnish,
)
from tests.integration.simulated_replica import INTERVAL_SECONDS
from tests.integration.simulated_web import Asked, Web, open_web

REPLICAS = ("first", "second")
SECONDS = 240.0
"""What both replicas may take on a machine that has other work; a quiet one takes a fifth of it."""

SLACK_SECONDS = 0.02
"""What the clocks of the database and of the server may differ by in measuring a pause."""

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def open_replica(*arguments: str) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "tests.integration.simulated_replica", *arguments)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def unlike(engine: AsyncEngine, web: Web) -> dict[str, object]:
    """Return the feeds and pages whose outcome is not yet what it is to be, with what it is."""
    async with engine.connect() as connection:
        feeds = {row.url: row.outcome for row in await connection.execute(select(feed.c.url, feed.c.outcome))}
        pages = {row.url: row.outcome for row in await connection.execute(select(page.c.url, page.c.outcome))}
    wrong = {url: feeds.get(url) for url, outcome in web.feeds.items() if feeds.get(url) != outcome.value}
    return wrong | {url: pages.get(url) for url, outcome in web.pages.items() if pages.get(url) != outcome.value}


async def published(kafka_servers: str, web: Web) -> list[ArticleIngested]:
    """Return the events of this web's pages in the topic."""
    return [event for event in await read_articles(kafka_servers) if event.url in web.pages]


def overlaps(asked: list[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """Yield requests of one host that came sooner after the one before than the pause between them allows."""
    for one, other in pairwise(asked):
        if other.began - one.ended < INTERVAL_SECONDS - SLACK_SECONDS:
            yield one, other


async def test_web_of_three_hundred_hosts_is_read_politely_by_two_replicas(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str
) -> None:
    await create_topics(IngestSettings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers))
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(open_web())
        assert furnish(web) == 300
        async with engine.begin() as connection:
            for url in web.feeds:
                await frontier.add_feed(connection, url)
        for name in REPLICAS:
            await stack.enter_async_context(open_replica(migrated_url, kafka_servers, str(web.port), name))
        try:
            async with asyncio.timeout(SECONDS):
                while await unlike(engine, web):
                    await asyncio.sleep(0.5)
        except TimeoutError:
            pytest.fail(f"did not end as expected: {await unlike(engine, web)}")

    hosts = web.by_host()
    assert_all_good_articles_once(web, await published(kafka_servers, web), await rows_of(engine, publication))
    assert {host: list(overlaps(asked)) for host, asked in hosts.items() if any(overlaps(asked))} == {}
    assert_rules_are_kept(hosts)
    assert_nobody_is_held_up(web, hosts)
    assert {row.url for row in await rows_of(engine, feed) if row.moved_to} == {
        url for url in web.feeds if "//moved" in url
    }
    shares = Counter(name for each in web.asked for name in REPLICAS if name in each.agent)
    assert min(shares.values()) > len(web.asked) / 10, shares


def assert_all_good_articles_once(web: Web, events: list[ArticleIngested], publications: list[object]) -> None:
    assert Counter(event.url for event in events) == Counter(web.articles)
    assert len({event.article_id for event in events}) == len(publications) == len(web.articles)


def assert_rules_are_kept(hosts: dict[str, list[Asked]]) -> None:
    """robots.txt comes first and seldom, what it forbids is not asked for, and what a host asks for is kept."""
    for host, asked in hosts.items():
        paths = [each.path for each in asked if each.path != "/rules.txt"]
        assert paths[0] == "/robots.txt", (host, paths)
        assert paths.count("/robots.txt") == 1, (host, paths)
        assert not NOT_FOR_US & set(paths), (host, paths)
        assert not host.startswith(("closed", "unruly")) or set(paths) == {"/robots.txt"}, (host, paths)
        pages = [each for each in asked if each.path != "/robots.txt"]
        for one, other in pairwise(pages):
            pause = RETRY_AFTER_SECONDS if one.status == 429 else CRAWL_DELAY_SECONDS if "delaying" in host else 0.0
            assert other.began - one.ended >= pause - SLACK_SECONDS, (one, other)
    assert any(each.status == 429 for asked in hosts.values() for each in asked)
    assert {each.path for each in hosts[HUB]} > {"/crossing0", "/crossing1", "/crossing2", "/crossing3"}


def assert_nobody_is_held_up(web: Web, hosts: dict[str, list[Asked]]) -> None:
    """While a host answers slowly or never, many others are asked."""
    slow = [each for asked in hosts.values() for each in asked if each.ended - each.began >= SLOW_SECONDS]
    assert len({each.host for each in slow}) >= 20
    meanwhile = [len({other.host for other in web.asked if each.began < other.began < each.ended}) for each in slow]
    assert max(meanwhile) >= 50
