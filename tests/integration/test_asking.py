"""The commands that ask the API, on the sample pages as stored and served by the real services."""

import json
import os
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr
from rich.console import Console
from typer.testing import CliRunner, Result

from schemas.events import Arrival, ArticleIngested
from services.cli.app import app
from services.cli.client import open_client
from services.cli.exits import BadArgument, NothingThere
from services.cli.samples import FOLDER
from services.cli.showing import mark, show_article, show_claims, show_found_articles
from services.database import open_database
from services.extract import store
from services.extract.records import Read, read
from services.extract.relating.weaving import weave_all
from services.extract.relating.work import relate_all
from services.ingest.articles import Task, draft
from services.ingest.folders import as_fetched
from services.ingest.queues.work import Source
from tests.integration.api_process import open_server
from tests.integration.test_commands import gateway

FETCHED_AT = datetime(2026, 10, 15, 12, 0, tzinfo=UTC)

PAGES = (
    "tarrow-lamp.example/2026/10/state-could-take-over.html",
    "daily-gull.example/ferry-boss-40-million.html",
    "harbour-wire.example/2026/10/05/ferry-drifts-off-gannet-head.html",
)

Cli = Callable[..., Result]


def read_sample(path: str) -> Read:
    url = f"https://{path}"
    fetched = as_fetched(url, (FOLDER / path).read_bytes(), FETCHED_AT)
    event = draft(Task(Source(url, Arrival.FETCHED), fetched))
    found = read((str(event.article_id).encode(), event.model_dump_json().encode()))
    assert isinstance(found, Read)
    return found


@pytest.fixture(scope="module")
def samples() -> list[Read]:
    return [read_sample(path) for path in PAGES]


async def at_once(function: Callable[[Any], Any], argument: Any) -> Any:
    return function(argument)


@pytest_asyncio.fixture
async def api_url(migrated_url: str, samples: list[Read]) -> AsyncIterator[str]:
    async with open_database(SecretStr(migrated_url), application_name="tests") as engine:
        async with engine.begin() as connection:
            await store.save(connection, samples)
        while await relate_all(engine, at_once) + await weave_all(engine):
            pass
    async with open_server(migrated_url) as server:
        yield server.url()


@pytest.fixture
def cli(api_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    for name in [name for name in os.environ if name.startswith("CLAIMWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLAIMWIRE_API_URL", api_url)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def served(one: Read) -> list[Any]:
    return [claim for claim in one.extraction.claims if claim.confidence >= 0.5]


def test_claims_of_the_samples_are_listed(cli: Cli, samples: list[Read]) -> None:
    everything = lines(cli("claims", "--limit", "1000", "--json", "--min-confidence", "0"))
    assert len(everything) == sum(len(one.extraction.claims) for one in samples)
    assert len(lines(cli("claims", "--limit", "3", "--json"))) == 3
    denied = lines(cli("claims", "--polarity", "denied", "--publisher", "daily-gull.example", "--json"))
    assert {(one["polarity"], one["publisher"]["domain"]) for one in denied} == {("denied", "daily-gull.example")}
    assert lines(cli("claims", "--from", "2026-10-16", "--json")) == []
    assert lines(cli("claims", "--arrival", "submitted", "--json")) == []
    assert lines(cli("claims", "--arrival", "fetched", "--language", "en", "--json"))
    assert lines(cli("claims", "--to", "2026-10-15", "--voice", "headline", "--json"))
    shown = cli("claims", "--limit", "2", "--voice", "attributed").stdout
    assert re.search(r"^\[1\] .+  (affirmed|denied)  \w+  0\.\d\d$", shown, re.MULTILINE)
    assert re.search(r"^    /v1/claims/[0-9a-f-]{36}$", shown, re.MULTILINE)
    assert cli("claims", "--publisher", "nobody.example").stdout == "no claims\n"


def test_article_is_shown_with_its_claims_marked(cli: Cli, samples: list[Read]) -> None:
    event = samples[0].event
    by_id = cli("article", str(event.article_id))
    assert by_id.exit_code == 0, by_id.exception
    assert cli("article", f"{event.canonical_url}?utm_source=x#top").stdout == by_id.stdout
    flat = " ".join(by_id.stdout.split())
    (shown,) = lines(cli("article", str(event.article_id), "--json"))
    assert shown["text"] == event.text
    for number, claim in enumerate(shown["claims"], 1):
        assert f"[{number}: " in flat
        assert f"[{number}] " in flat
        start, end = claim["content"]["spans"][0]
        assert event.text[start:end] in claim["content"]["text"]
    assert event.canonical_url in flat
    words = re.sub(r"\[\d+: |\]", "", flat)
    assert all(" ".join(line.split()) in words for line in event.text.splitlines())
    assert max(map(len, by_id.stdout.splitlines())) <= 100
    assert cli("article", str(event.article_id)[:-1] + "z").exit_code == 1


def test_search_finds_claims_and_articles(cli: Cli) -> None:
    found = lines(cli("search", "ferry", "--json"))
    assert {"claim_id", "excerpt"} & set(found[0]) == {"claim_id"}
    assert "excerpt" in found[-1]
    assert all("excerpt" in one for one in lines(cli("search", "ferry", "--only", "articles", "--json")))
    shown = cli("search", "ferry", "--limit", "1").stdout
    assert shown.count("[1] ") == 2
    assert "ferry" in shown
    none = cli("search", "rhubarb").stdout
    assert "no claims" in none
    assert "no articles" in none


def test_threads_are_shown_with_their_sides(cli: Cli) -> None:
    found = lines(cli("threads", "Did the ministry offer 40 million?", "--json"))
    assert 0 < len(found) <= 3
    shown = cli("threads", "--limit", "1", "Did the ministry offer 40 million?")
    assert shown.exit_code == 0, shown.exception
    assert re.search(r"^\[1\] (disputed|uncontested|single source)  \d+ independent origins?,", shown.stdout)
    assert re.search(r"^  (affirming|denying)$", shown.stdout, re.MULTILINE)
    assert f"/v1/threads/{found[0]['thread_id']}" in shown.stdout
    assert cli("threads", "rhubarb").stdout == "no threads\n"


def test_card_is_shown_with_its_gaps(cli: Cli, samples: list[Read]) -> None:
    url = samples[1].event.canonical_url
    shown = cli("card", url)
    assert shown.exit_code == 0, shown.exception
    for line in ("  venue: none named", "  self declared rewrite", "  single source claim"):
        assert line in shown.stdout.splitlines()
    (card,) = lines(cli("card", url, "--json"))
    assert card["article_id"] == str(samples[1].event.article_id)


async def test_missing_article_and_bad_filters_end_in_one_line(api_url: str) -> None:
    async with open_client(api_url) as client:
        with pytest.raises(NothingThere, match="There is no such article"):
            await client.get("/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11")
        with pytest.raises(BadArgument, match=r"the API answered 422: .*; from: .*date"):
            await client.get("/v1/claims", **{"from": "yesterday"})
        with pytest.raises(NothingThere):
            await client.get("/v1/nothing")


async def test_key_is_sent_and_asked_for() -> None:
    keys = []

    async def refuse(request: web.Request) -> web.Response:
        keys.append(request.headers.get("Authorization"))
        return web.json_response({"detail": "Who is there?\x1b[2J"}, status=401)

    async with gateway(refuse) as url:
        for key in (None, SecretStr("cw_abc_def")):
            async with open_client(url, key) as client:
                with pytest.raises(BadArgument, match="answered 401: Who is there.*; set CLAIMWIRE_API_KEY"):
                    await client.post("/v1/articles", {})
        with pytest.raises(BadArgument, match="holds what no header can"):
            async with open_client(url, SecretStr("a\nb")) as client:
                await client.post("/v1/articles", {})
    assert keys == [None, "Bearer cw_abc_def"]


async def test_redirect_is_not_followed_with_the_key() -> None:
    async def move(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://127.0.0.1:1/elsewhere")

    async with gateway(move) as url, open_client(url, SecretStr("k")) as client:
        with pytest.raises(BadArgument, match="is not the API: it answered 302"):
            await client.post("/v1/articles", {})


def claim(*spans: tuple[int, int], **changes: Any) -> dict[str, Any]:
    values = {"voice": "attributed", "polarity": "affirmed", "force": "bare", "confidence": 0.9, "url": "https://a/"}
    values["arrival"] = "fetched"
    values |= {"speaker": None, "speaker_reason": "no_evidence", "content": {"spans": spans, "text": "words"}}
    links = {"self": "/v1/claims/1"}
    return {
        **values,
        "publisher": {"domain": "a", "name": None},
        "fetched_at": "2026-10-05T12:00:00Z",
        "links": links,
        **changes,
    }


def test_claims_within_one_another_and_side_by_side_are_marked() -> None:
    text = "He said that she said it was so. So it is."
    claims = [claim((13, 31)), claim((22, 31)), claim((33, 35), (39, 41))]
    marked = mark(text, (0, len(text)), claims, brackets=True)
    assert marked.plain == "He said that [1: she said [2: it was so]]. [3: So] it [3: is]."
    styled = mark(text, (0, len(text)), claims, brackets=False)
    assert styled.plain == "He said that she said it was so[2][1]. So[3] it is[3]."
    assert mark(text, (33, 42), claims, brackets=True).plain == "[3: So] it [3: is]."


STEERING = "a\x1b[2J\u2028b [red]c"


def test_nothing_that_an_article_says_steers_the_terminal() -> None:
    said = {"text": STEERING, "name": STEERING}
    odd = claim((0, 8), speaker=said, content={"spans": [(0, 8)], "text": STEERING}, url=STEERING)
    odd["publisher"] = publisher = {"domain": STEERING, "name": STEERING}
    dated = {"at": None, "reason": "no_evidence", "precision": None, "evidence": None}
    article = {"title": STEERING, "publisher": publisher, "canonical_url": STEERING, "published": dated}
    article |= {"authors": [STEERING], "arrival": "submitted", "disclosures": [STEERING]}
    console = Console(force_terminal=True, color_system=None, record=True, width=80)
    text = {"text": STEERING * 2, "paragraphs": []}
    show_article(console, article, text, [odd])
    show_claims(console, [{**odd, "highlights": {"content": [[0, 3]], "speaker": [[1, 4]]}}])
    found = {"highlights": {"title": [[0, 2]], "excerpt": [[0, 1]]}, "excerpt": {"start": 0, "text": STEERING}}
    known = {"fetched_at": odd["fetched_at"], "published_at": None, "links": odd["links"]}
    show_found_articles(console, [{**article, **found, **known}])
    shown = console.export_text(styles=True)
    assert "\x1b[2J" not in shown
    assert "\u2028" not in shown
    assert shown.count("[red]c") >= 8
    assert "\\u001b[2J" in shown


def test_text_that_was_handed_in_is_told_from_a_fetched_one() -> None:
    handed_in = {**claim((0, 3)), "arrival": "submitted", "fetched_at": "2026-10-15T12:00:00Z"}
    console = Console(record=True, width=200)
    show_claims(console, [handed_in])
    assert "handed in 15 October 2026" in console.export_text()


def test_sample_is_an_article(samples: list[Read]) -> None:
    assert all(isinstance(one.event, ArticleIngested) and served(one) for one in samples)
