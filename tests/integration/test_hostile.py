"""More hostile feeds and pages through one worker: each stays within its limits, and the next one is handled."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from schemas.events import TEXT_MAX_CODE_POINTS
from services.ingest.cleaning.cleaner import Page, Rejected, clean
from services.ingest.discovery.entries import FeedBody, NotAFeed
from services.ingest.discovery.feeds import read_feed
from services.ingest.service import CPU_SECONDS, MEMORY_BYTES
from services.workers import KillReason, WorkerKilled, Workers, open_workers

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
URL = "https://news.example/bridge"
PARAGRAPH = (
    "<p>" + "The bridge over the river will open in May, the council said, later than it was promised. " * 3 + "</p>"
)


@pytest.fixture(scope="module")
async def workers() -> AsyncIterator[Workers]:
    async with open_workers(
        1,
        modules=[clean.__module__, read_feed.__module__],
        cpu_seconds=3 * CPU_SECONDS,  # the same work costs more on cores that others keep busy
        memory_bytes=MEMORY_BYTES,
        wall_seconds=60.0,
    ) as opened:
        yield opened


def page(body: str, head: str = "") -> Page:
    html = f'<html lang="en"><head>{head}</head><body><article>{PARAGRAPH}{body}</article></body></html>'
    return Page(URL, URL, html, NOW)


async def assert_next_is_handled(workers: Workers) -> None:
    assert (await workers.run(clean, page(""))).text.startswith("The bridge")


async def test_page_that_holds_the_parser_is_killed_and_the_next_is_handled() -> None:
    async with open_workers(1, cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES, wall_seconds=20.0) as workers:
        with pytest.raises(WorkerKilled) as caught:
            await workers.run(clean, page("<p>" + "<q>x</q>" * 100_000 + "</p>"))
        assert caught.value.reason is KillReason.CPU
        await assert_next_is_handled(workers)


async def test_rejection_leaves_the_worker_alive(workers: Workers) -> None:
    pids = workers.pids
    with pytest.raises(Rejected, match="attributes|characters"):
        await workers.run(clean, page("<p " + " ".join(f"a{number}=1" for number in range(40_000)) + ">"))
    await assert_next_is_handled(workers)
    assert workers.pids == pids


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("", '<script type="application/ld+json">{"a": "' + '\\"' * 32_768 + "</script>"),
        ("", '<script type="application/ld+json">{"a":' + '"@type":[' * 28_000 + "</script>"),
        ("<p>" + "1234567890" * 100_000 + "</p>", ""),
        ("<p>" + "2024-05-01 " * 90_000 + "</p>", ""),
        ("<p>" + "x" * 1_000_000 + "</p>", ""),
        ("<p>" + '"a" ' * 10_000 + "</p>", ""),
        ('<table><tr><td colspan="9007199254740991">a</td></tr></table>', ""),
        ("<table>" + '<tr><td colspan="1000">a</td></tr>' * 2_000 + "</table>", ""),
        ("<div>" * 20_000 + "x" + "</div>" * 20_000, ""),
        ("<blockquote>" * 5_000, ""),
        ("", "<meta name=a content=b>" * 50_000),
    ],
    ids=["quotes", "types", "digits", "dates", "word", "quoted", "colspan", "colspans", "deep", "nested", "metas"],
)
async def test_hostile_page_stays_within_the_limits(workers: Workers, body: str, head: str) -> None:
    try:
        cleaned = await workers.run(clean, page(body, head))
    except Rejected:
        pass
    else:
        assert len(cleaned.text) <= TEXT_MAX_CODE_POINTS
    await assert_next_is_handled(workers)


@pytest.mark.parametrize(
    "items",
    [
        "<a>" * 200_000,
        "<item><title>x</title></item>" * 50_000,
        "<item " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>",
    ],
    ids=["deep", "many", "attributes"],
)
async def test_hostile_feed_ends_and_the_next_page_is_handled(workers: Workers, items: str) -> None:
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
    with suppress(NotAFeed):
        assert (await workers.run(read_feed, FeedBody(URL, body.encode(), NOW))).entries == ()
    await assert_next_is_handled(workers)
