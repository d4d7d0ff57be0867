"""Three hundred hosts, good and bad, ingested by two replicas: each host politely, each article once, none held up."""

import asyncio
import os
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
from schemas.outcomes import FeedOutcome
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
    PLAIN,
    RETRY_AFTER_SECONDS,
    furnish,
)
from tests.integration.simulated_replica import FETCH_SECONDS, INTERVAL_SECONDS, SETTINGS
from tests.integration.simulated_web import Asked, Web, open_web, pause

REPLICAS = ("first", "second")
SECONDS = 600.0
"""After so long the test counts as stuck; a quiet machine takes a twentieth of it."""

SLACK_SECONDS = 0.02
"""What the clocks of the database and of the server may differ by in measuring a pause."""

MUTE_SECONDS = 0.8 * FETCH_SECONDS
"""So long, and no answer: longer than any host but those that never answer."""

DUE_SHARE = 0.5
"""Of those that are due while a host is mute, so many at least are asked meanwhile: all are on a machine that keeps up,
and a twelfth was where each replica was made to ask one host at a time."""

USUAL_SHARE = 0.3
"""Of the requests that good hosts get at other times, they get so many at least while a host is mute."""

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def open_replica(database_url: str, kafka_servers: str, port: int, name: str) -> AsyncIterator[Process]:
    settings = SETTINGS | {
        "CLAIMWIRE_DATABASE_URL": database_url,
        "CLAIMWIRE_KAFKA_SERVERS": kafka_servers,
        "CLAIMWIRE_FETCH_ALLOW": f"127.0.0.1:{port}",
        "CLAIMWIRE_USER_AGENT": f"Claimwire/0.1 (+https://claimwire.example/crawler; {name})",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.simulated_replica"), cwd=ROOT, env=others | settings, stderr=DEVNULL
    )
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
        if pause(one, other, most_seconds=FETCH_SECONDS) < INTERVAL_SECONDS - SLACK_SECONDS:
            yield one, other


async def test_web_of_three_hundred_hosts_is_read_politely_by_two_replicas(
    engine: AsyncEngine, migrated_url: str, kafka_servers: str
) -> None:
    await create_topics(IngestSettings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers))
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(open_web())
        assert furnish(web) == 300
        for is_first in (True, False):  # those that never answer come first: what they hold up is all the rest
            async with engine.begin() as connection:
                for url in (
                    url for url, outcome in web.feeds.items() if is_first is (outcome is FeedOutcome.TIMED_OUT)
                ):
                    await frontier.add_feed(connection, url)
        for name in REPLICAS:
            await stack.enter_async_context(open_replica(migrated_url, kafka_servers, web.port, name))
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
        # Where the rules are at another host, which may be busy, they are asked for again.
        assert paths.count("/robots.txt") <= (3 if host.startswith("pointing") else 1), (host, paths)
        assert not NOT_FOR_US & set(paths), (host, paths)
        assert not host.startswith(("closed", "unruly")) or set(paths) == {"/robots.txt"}, (host, paths)
        pages = [each for each in asked if each.path != "/robots.txt"]
        for one, other in pairwise(pages):
            asked_for = RETRY_AFTER_SECONDS if one.status == 429 else CRAWL_DELAY_SECONDS if "delaying" in host else 0.0
            assert pause(one, other, most_seconds=FETCH_SECONDS) >= asked_for - SLACK_SECONDS, (one, other)
    assert any(each.status == 429 for asked in hosts.values() for each in asked)
    assert {each.path for each in hosts[HUB]} > {"/crossing0", "/crossing1", "/crossing2", "/crossing3"}


def assert_nobody_is_held_up(web: Web, hosts: dict[str, list[Asked]]) -> None:
    """While a host never answers, good ones are asked as politeness alone has it, and as often as at other times.

    A good host's rules and its feed are asked for by one poll, with a pause in between. Whoever is in that pause while
    another begins not to answer is to be asked again before that one is given up, which is some pauses later.
    """
    good = {host: asked for host, asked in hosts.items() if host.rstrip("0123456789") in PLAIN}
    mute = [each for each in web.asked if each.ended - each.began >= MUTE_SECONDS]
    assert len({each.host for each in mute}) >= 10
    pairs = [(asked[0], asked[1]) for asked in good.values()]
    due = [
        (each, other)
        for each in mute
        for one, other in pairs
        if each.began < other.began and one.ended < each.began + FETCH_SECONDS - 3 * INTERVAL_SECONDS
    ]
    for by_the_same in (True, False):  # a replica may hold up its own requests, or all by what they share
        ours = [(each, other) for each, other in due if (each.agent == other.agent) is by_the_same]
        asked_again = sum(other.began < each.began + FETCH_SECONDS for each, other in ours)
        assert len(ours) >= 5
        assert asked_again >= DUE_SHARE * len(ours), (by_the_same, asked_again, len(ours))

    begun = sorted(each.began for asked in good.values() for each in asked)
    always = len(begun) / (begun[-1] - begun[0])
    among = [each for each in mute if begun[0] < each.began < begun[-1] - FETCH_SECONDS]
    meanwhile = sum(each.began < at < each.began + FETCH_SECONDS for each in among for at in begun)
    assert meanwhile >= USUAL_SHARE * always * FETCH_SECONDS * len(among), (meanwhile, always, len(among))
