"""``claimwire fetch``: every step that ingest takes with one URL is told, and nothing is stored."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from schemas.events import ArticleIngested
from services.ingest.discovery.entries import Feed
from services.ingest.inspection.walk import MODULES, Step, walk
from services.settings import FetchSettings
from services.workers import Workers, open_workers
from tests.integration.newsroom import AGENT, Answer, Site, article_page, body, json_feed, open_site, status

HEAD = """<meta property="og:site_name" content="The Harbour Post"><link rel="canonical" href="/a">
<meta name="author" content="Ann Lee"><script type="application/ld+json">
{"@type": "NewsArticle", "headline": "Bridge closed", "datePublished": "2026-03-01T10:00:00+01:00"}</script>"""
STEERING = "Bridge \x1b[2J closed\u202e"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    pages: dict[str, str | Answer] = {
        "/old": status(301, Location="/a?utm_source=x"),
        "/a?utm_source=x": article_page(head=HEAD),
    }
    async with open_site({**pages, "/robots.txt": "User-agent: *\nDisallow: /private\n"}) as site:
        yield site


@pytest.fixture(scope="module")
async def workers() -> AsyncIterator[Workers]:
    async with open_workers(1, modules=MODULES, cpu_seconds=5.0, memory_bytes=500_000_000, wall_seconds=60.0) as opened:
        yield opened


async def take(
    site: Site, workers: Workers, path: str, **more: Any
) -> tuple[list[Step], ArticleIngested | Feed | None]:
    settings = FetchSettings(
        user_agent=AGENT, fetch_allow=(f"127.0.0.1:{site.port}",), host_interval_seconds=0.0, **more
    )
    steps: list[Step] = []
    found = await walk(path if "://" in path else site.url(path), settings, workers, steps.append)
    return steps, found


def names(steps: list[Step]) -> list[str]:
    return [step.name for step in steps if step.name != "field"]


async def test_every_step_to_an_article_is_told(site: Site, workers: Workers) -> None:
    steps, found = await take(site, workers, "/old")
    told = [
        "url",
        "dial",
        "robots.txt",
        "robots",
        "dial",
        "redirect",
        "robots",
        "answer",
        "decoded",
        "cleaned",
        "outcome",
    ]
    assert [name for name in names(steps) if name != "dial"] == [name for name in told if name != "dial"]
    said = {step.name: step.said for step in steps}
    assert said["redirect"] == {"url": site.url("/a?utm_source=x")}
    assert (said["answer"]["status"], said["answer"]["content_type"]) == (200, "text/html")
    assert said["outcome"]["outcome"] == "published"
    assert isinstance(found, ArticleIngested)
    assert found.canonical_url == site.url("/a")
    assert [each.path for each in site.asked] == ["/robots.txt", "/old", "/a?utm_source=x"]
    assert site.asked[1].headers["User-Agent"] == AGENT


async def test_each_field_is_told_with_its_evidence(site: Site, workers: Workers) -> None:
    steps, _ = await take(site, workers, "/old")
    fields = {step.said["field"]: (step.said["value"], step.said["evidence"]) for step in steps if step.name == "field"}
    assert fields["title"] == ("Bridge closed", "json_ld")
    assert fields["published"][1] == "json_ld, to the second, written at +01:00"
    assert fields["modified"] == (None, "no_evidence")
    assert fields["authors"] == ("Ann Lee", "meta")
    assert fields["publisher"] == ("The Harbour Post", "meta")
    assert fields["canonical_url"] == (site.url("/a"), "url")
    assert fields["language"] == ("en", "meta")
    assert fields["section"] == (None, "no_evidence")


async def test_title_is_told_from_where_it_was_taken(site: Site, workers: Workers) -> None:
    site.pages["/b"] = article_page(title="Ford opened").replace("<h1>Ford opened</h1>", "")
    steps, _ = await take(site, workers, "/b")
    (title,) = [step.said for step in steps if step.name == "field" and step.said["field"] == "title"]
    assert (title["value"], title["evidence"]) == ("Ford opened", "meta")


async def test_robots_stop_the_walk(site: Site, workers: Workers) -> None:
    steps, found = await take(site, workers, "/private")
    assert found is None
    assert (steps[-1].name, steps[-1].said["outcome"]) == ("outcome", "robots_disallowed")
    assert site.paths() == []


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"])
async def test_refused_dial_is_told_with_its_reason(site: Site, workers: Workers, location: str) -> None:
    site.pages["/bad"] = status(302, Location=location)
    steps, found = await take(site, workers, "/bad")
    assert found is None
    (refused,) = {step.said["refused"] for step in steps if step.name == "dial" and step.said["refused"]}
    assert "RFC" in refused
    assert steps[-1].said["outcome"] == "refused_address"


@pytest.mark.parametrize(
    ("path", "outcome", "again"),
    [("/none", "not_found", None), ("/busy", "rate_limited", 90.0), ("/short", "too_short", None)],
)
async def test_failure_is_told_with_when_ingest_would_try_again(
    site: Site, workers: Workers, path: str, outcome: str, again: float | None
) -> None:
    site.pages |= {"/busy": status(429, Retry_After="90"), "/short": article_page("It is closed.")}
    steps, found = await take(site, workers, path)
    assert found is None
    assert (steps[-1].said["outcome"], steps[-1].said["again_in_seconds"]) == (outcome, again)


async def test_url_that_cannot_be_fetched_is_told_alone(site: Site, workers: Workers) -> None:
    steps, found = await take(site, workers, "file:///etc/passwd")
    assert found is None
    assert [(step.name, step.said["outcome"]) for step in steps] == [("outcome", "bad_url")]


async def test_feed_is_told_by_what_it_lists(site: Site, workers: Workers) -> None:
    site.pages["/feed"] = json_feed(*(site.url(f"/{number}") for number in range(8)))
    steps, found = await take(site, workers, "/feed")
    assert isinstance(found, Feed)
    (lists,) = [step.said for step in steps if step.name == "lists"]
    assert (lists["kind"], lists["entries"]) == ("feed", 8)
    assert [step.said["url"] for step in steps if step.name == "listed"] == [site.url(f"/{n}") for n in range(5)]


async def test_markup_that_holds_the_parser_ends_in_its_outcome(site: Site, workers: Workers) -> None:
    site.pages["/heavy"] = body(b"<html><body>" + b"<p " + b"a=1 " * 40_000 + b">", "text/html")
    steps, _ = await take(site, workers, "/heavy")
    assert steps[-1].said["outcome"] == "hostile_markup"


async def run(site: Site, *arguments: str) -> tuple[int | None, str]:
    """Run the command without any engine or state."""
    allow = f"127.0.0.1:{site.port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    environment |= {"CLAIMWIRE_FETCH_ALLOW": allow, "CLAIMWIRE_HOST_INTERVAL_SECONDS": "0", "CLAIMWIRE_STATE": "/none"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "fetch", *arguments, env=environment, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def test_command_writes_lines_for_a_person_and_steers_no_terminal(site: Site) -> None:
    async def steering(_: web.Request) -> web.StreamResponse:
        return web.Response(text=article_page(title=STEERING), content_type="text/html", headers={"ETag": '"x"'})

    site.pages["/s"] = steering
    code, out = await run(site, site.url("/s"), "--text")
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    lines = {line.split()[0]: line for line in out.splitlines() if line}
    assert lines["dial"].endswith(f"127.0.0.1 port {site.port}: let through")
    assert 'etag "x"' in lines["answer"]
    assert lines["outcome"].endswith("published (as ingest would; nothing is stored)")
    assert out.rstrip().endswith("nobody could say on Monday what it will cost.")


async def test_command_writes_a_json_line_a_step_and_fails_where_nothing_is_found(site: Site) -> None:
    code, out = await run(site, site.url("/none"), "--json")
    assert code == 1
    steps = [json.loads(line) for line in out.splitlines()]
    assert [step["step"] for step in steps] == ["url", "dial", "robots.txt", "robots", "outcome"]
    assert steps[-1]["outcome"] == "not_found"
