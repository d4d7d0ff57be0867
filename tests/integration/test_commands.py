"""The short commands, on real engines: what they do, what they print, and one line where they cannot."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from schemas import tables
from schemas.events import ARTICLES_TOPIC, ArticleIngested
from schemas.outcomes import DeadLetterReason
from services import kafka, offsets
from services.cli import commands
from services.cli.app import app
from services.cli.asking import submit_all
from services.cli.exits import BadArgument
from services.cli.samples import Feed
from services.engines.ports import find_free_port
from services.extract import letters, store
from services.extract.letters import ALL
from services.extract.records import Unusable
from services.kafka import Partition
from services.settings import ExtractSettings
from tests.builders import TEXT, article, claim, reading, record, record_of

STEERING = "[/b] \x1b[2J \n forged \u2028 [link=x]y"
"""Markup and controls that must reach nobody's terminal."""


@pytest.fixture
def settings(migrated_url: str, kafka_servers: str) -> ExtractSettings:
    return ExtractSettings(database_url=SecretStr(migrated_url), kafka_servers=kafka_servers)


async def end_of(settings: ExtractSettings, number: int) -> int:
    return (await kafka.Watcher(settings).end_offsets(ARTICLES_TOPIC))[Partition(ARTICLES_TOPIC, number)]


async def add_letters(engine: AsyncEngine) -> list[UUID]:
    """A letter that can be stored now, and one that never can and would steer a terminal."""
    bad = record(b'{"a": "\xff"}', STEERING.encode(), offset=2)
    for one, why in (
        (record_of(article(), offset=1), Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug")),
        (bad, Unusable(DeadLetterReason.NOT_JSON, STEERING)),
    ):
        async with engine.begin() as connection:
            await letters.add(connection, "c", one, why)
    async with engine.connect() as connection:
        return [row.dead_letter_id for row in await letters.list_letters(connection)]


async def test_migrate_makes_schema_and_topics_and_again_does_nothing(database_url: str, kafka_servers: str) -> None:
    settings = ExtractSettings(database_url=SecretStr(database_url), kafka_servers=kafka_servers)
    first = await commands.migrate(settings)
    assert first[0] == "the database has the schema of this version"
    assert await commands.migrate(settings) == first[:1]
    assert await commands.list_feeds(settings) == []


async def test_feeds_are_added_listed_and_removed(settings: ExtractSettings) -> None:
    await commands.add_feeds(settings, [Feed("https://b.example/f"), Feed("https://a.example/f", "a.org", "The A")])
    await commands.add_feeds(settings, [Feed("https://b.example/f", "b.org")])
    listed = await commands.list_feeds(settings)
    assert [(row["url"], row["publisher_domain"], row["outcome"]) for row in listed] == [
        ("https://a.example/f", "a.org", None),
        ("https://b.example/f", "b.org", None),
    ]
    assert await commands.remove_feed(settings, "https://a.example/f") is True
    assert await commands.remove_feed(settings, "https://a.example/f") is False
    assert len(await commands.list_feeds(settings)) == 1


async def test_feeds_are_told_with_their_pace_and_their_polls(settings: ExtractSettings, engine: AsyncEngine) -> None:
    await commands.add_feeds(settings, [Feed("https://a.example/f"), Feed("https://b.example/f")])
    polled = {"polled_at": datetime(2026, 3, 1, 12, tzinfo=UTC), "changes_per_day": 14.53, "outcome": "polled"}
    async with engine.begin() as connection:
        is_first = tables.feed.c.url == "https://a.example/f"
        await connection.execute(update(tables.feed).where(is_first).values(polled))
        ended = {"outcome": "gone", "reason": STEERING, "ended_at": polled["polled_at"]}
        await connection.execute(update(tables.feed).where(~is_first).values(ended))
    first, second = await commands.list_feeds(settings)
    assert first["next_poll_at"] is not None
    assert second["next_poll_at"] is None
    environment = {"CLAIMWIRE_DATABASE_URL": settings.database_url.get_secret_value(), "COLUMNS": "200"}
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["feeds", "list"], env=environment)
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    head, line = (next(each for each in lines if words in each) for words in ("changes", "a.example"))
    assert all(name in head for name in ("polled at", "next poll at", "changes a day", "outcome"))
    assert "2026-03-01 12:00" in line
    assert "14.5 " in line
    assert "\x1b" not in shown.output
    as_json = await asyncio.to_thread(CliRunner().invoke, app, ["feeds", "list", "--json"], env=environment)
    assert [json.loads(each)["changes_per_day"] for each in as_json.output.splitlines()] == [14.53, None]


async def test_one_bad_feed_and_none_is_added(settings: ExtractSettings) -> None:
    with pytest.raises(BadArgument, match="^file:///etc/passwd is no feed's URL: "):
        await commands.add_feeds(settings, [Feed("https://a.example/f"), Feed("file:///etc/passwd")])
    assert await commands.list_feeds(settings) == []
    with pytest.raises(BadArgument, match="^file:///etc/passwd is no feed's URL: "):
        await commands.remove_feed(settings, "file:///etc/passwd")


async def test_offsets_are_shown_and_reset(settings: ExtractSettings, engine: AsyncEngine) -> None:
    await kafka.create_topics(settings)
    one = record_of(article())
    async with kafka.open_producer(settings, "tests") as producer:
        await producer.publish(ARTICLES_TOPIC, one.key or b"", one.value, [])
    shown = await commands.show_offsets(settings)
    assert [row["next_offset"] for row in shown] == [None] * 6
    assert sum(row["lag"] for row in shown) == sum(row["end"] for row in shown) > 0

    assert len(await commands.reset_offsets(settings, "latest", None)) == 6
    assert {row["lag"] for row in await commands.show_offsets(settings)} == {0}
    async with engine.begin() as connection:
        await connection.execute(update(tables.consumer_offset).values(recent="d" * 30, paused_by_version="0.1"))
    assert {row["paused_by_version"] for row in await commands.show_offsets(settings)} == {"0.1"}
    assert await commands.reset_offsets(settings, "earliest", 2) == [f"{ARTICLES_TOPIC}-2 goes on at 0"]
    assert await commands.resume(settings) == 5
    assert await commands.resume(settings) == 0


@pytest.mark.parametrize(
    ("to", "number", "told"),
    [
        ("latest", 6, "there is no partition 6"),
        ("latest", -1, "there is no partition -1"),
        ("yesterday", None, "--to is 'earliest', 'latest' or an offset"),
        ("-1", 0, "--to is 'earliest', 'latest' or an offset"),
        ("99999999999999999999", 0, "-0 holds 0 to .*, not 99999999999999999999"),
    ],
)
async def test_offset_that_is_not_there_is_refused_and_none_is_set(
    settings: ExtractSettings, to: str, number: int | None, told: str
) -> None:
    await kafka.create_topics(settings)
    with pytest.raises(BadArgument, match=told):
        await commands.reset_offsets(settings, to, number)
    assert {row["next_offset"] for row in await commands.show_offsets(settings)} == {None}


async def test_offset_between_the_ends_is_set(settings: ExtractSettings) -> None:
    await kafka.create_topics(settings)
    end = await end_of(settings, 0)
    assert await commands.reset_offsets(settings, str(end), 0) == [f"{ARTICLES_TOPIC}-0 goes on at {end}"]


async def test_letters_are_shown_and_redriven_through_workers(settings: ExtractSettings, engine: AsyncEngine) -> None:
    good, bad = await add_letters(engine)
    assert [row["dead_letter_id"] for row in await commands.list_letters(settings, ALL, 10)] == [good, bad]
    assert [
        row["dead_letter_id"]
        for row in await commands.list_letters(settings, commands.choose_letters(reason="not_json"), 10)
    ] == [bad]
    shown = await commands.show_letter(settings, bad)
    assert shown is not None
    assert (shown["value"], shown["attempts"]) == ('{"a": "\\xff"}', 1)
    assert await commands.show_letter(settings, UUID(int=0)) is None
    assert await commands.redrive(settings, ALL) == [
        {"dead_letter_id": good, "outcome": "saved"},
        {"dead_letter_id": bad, "outcome": "dead_lettered"},
    ]
    assert [row["attempts"] for row in await commands.list_letters(settings, ALL, 10)] == [2]
    with pytest.raises(BadArgument, match="no such reason; there are empty_value, bad_key"):
        commands.choose_letters(reason="bad luck")


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def gateway(answer: Answer) -> AsyncIterator[str]:
    """Something that listens where the API is expected."""
    server = web.Application()
    server.router.add_post("/v1/articles", answer)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port := find_free_port()).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_url_html_and_text_are_handed_in_as_what_they_are(tmp_path: Path) -> None:
    bodies = []

    async def accept(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.json_response({}, status=202, headers={"Location": f"/v1/submissions/{len(bodies)}"})

    for name in ("page.HTML", "page.txt"):
        (tmp_path / name).write_text(f"words of {name}")
    what = ["https://news.example/a", str(tmp_path / "page.HTML"), str(tmp_path / "page.txt")]
    async with gateway(accept) as url:
        rows = await submit_all(what, url)
        assert rows[2] == {"submitted": what[2], "status": f"{url}/v1/submissions/3"}
    assert bodies == [{"url": what[0]}, {"html": "words of page.HTML"}, {"text": "words of page.txt"}]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (422, '{"detail": "the url is no URL"}', "the API answered 422: the url is no URL"),
        (200, "<html>", "is not the API: it answered 200"),
        (404, "[]", "is not the API: it answered 404"),
        (500, '{"error": 1}', "is not the API: it answered 500"),
        (202, "{}", "is not the API: it answered 202"),
    ],
)
async def test_answer_that_is_no_acceptance_is_told(status: int, body: str, told: str) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    async with gateway(refuse) as url:
        with pytest.raises(BadArgument, match=f"^https://news.example/a: .*{told}"):
            await submit_all(["https://news.example/a"], url)


async def test_api_that_hangs_up_or_has_no_address_is_told(tmp_path: Path) -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with gateway(hang_up) as url:
        with pytest.raises(BadArgument, match=f"no answer from {url}"):
            await submit_all(["https://news.example/a"], url)
    for address in (url, "nonsense"):
        with pytest.raises(BadArgument, match=f"no answer from {address}"):
            await submit_all(["https://news.example/a"], address)
    (tmp_path / "bytes.txt").write_bytes(b"\xff")
    with pytest.raises(BadArgument, match=r"nope.txt is no URL .* and no file: No such file"):
        await submit_all([str(tmp_path / "nope.txt")], url)
    with pytest.raises(BadArgument, match=r"bytes.txt is no text in UTF-8"):
        await submit_all([str(tmp_path / "bytes.txt")], url)


Cli = Callable[..., Result]


@pytest.fixture
def cli(settings: ExtractSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """The command line on this test's engines."""
    for name in [name for name in os.environ if name.startswith("CLAIMWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLAIMWIRE_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("CLAIMWIRE_KAFKA_SERVERS", settings.kafka_servers)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.fixture
async def letter_ids(engine: AsyncEngine) -> list[UUID]:
    return await add_letters(engine)


@pytest.fixture
async def saved(engine: AsyncEngine) -> ArticleIngested:
    event = article(title="Bridge closed \x1b[2J")
    async with engine.begin() as connection:
        await store.save(connection, [reading(event, claim(TEXT, '"The bridge is closed."', speaker="Anna Weller"))])
    return event


def lines(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_feeds_commands_say_what_they_did_by_their_code(cli: Cli) -> None:
    assert cli("feeds", "add", "https://a.example/f", "--publisher", "a.org", "--name", "The A").exit_code == 0
    (row,) = lines(cli("feeds", "list", "--json"))
    assert (row["url"], row["publisher_domain"]) == ("https://a.example/f", "a.org")
    assert "https://a.example/f" in cli("feeds", "list").stdout
    assert cli("feeds", "remove", "https://a.example/f").exit_code == 0
    again = cli("feeds", "remove", "https://a.example/f")
    assert (again.exit_code, again.stderr) == (3, "claimwire: no feed https://a.example/f\n")
    assert lines(cli("feeds", "list", "--json")) == []


def test_migrate_and_offsets_commands(cli: Cli) -> None:
    assert "the database has the schema of this version" in cli("migrate").stdout
    assert len(cli("offsets", "reset", "--to", "latest").stdout.splitlines()) == 6
    assert {row["lag"] for row in lines(cli("offsets", "show", "--json"))} == {0}
    assert cli("dead-letters", "resume").stdout == "0 partitions go on\n"


def test_letters_commands_keep_the_terminal_safe(cli: Cli, letter_ids: list[UUID]) -> None:
    good, bad = map(str, letter_ids)
    for shown in (cli("dead-letters", "list"), cli("dead-letters", "show", bad)):
        assert shown.exit_code == 0, shown.exception
        assert "[/b]" in shown.stdout
        assert not {"\x1b", "\u2028"} & set(shown.stdout)
    listed = lines(cli("dead-letters", "list", "--json", "--limit", "1"))
    assert [row["dead_letter_id"] for row in listed] == [good]
    assert lines(cli("dead-letters", "show", bad, "--json"))[0]["exception"] == STEERING
    missing = cli("dead-letters", "show", str(UUID(int=0)))
    assert (missing.exit_code, missing.stderr) == (3, f"claimwire: no dead letter {UUID(int=0)}\n")


def test_redrive_command_ends_with_1_while_a_letter_stays(cli: Cli, letter_ids: list[UUID]) -> None:
    good, bad = map(str, letter_ids)
    assert [row["outcome"] for row in lines(cli("dead-letters", "redrive", good, "--json"))] == ["saved"]
    assert cli("dead-letters", "redrive", good).exit_code == 3
    result = cli("dead-letters", "redrive", "--reason", "not_json")
    assert result.exit_code == 1
    assert bad in result.stdout


def test_redrive_command_can_be_tried_first(cli: Cli, letter_ids: list[UUID]) -> None:
    listed = lines(cli("dead-letters", "redrive", "--dry-run", "--json"))
    assert [row["dead_letter_id"] for row in listed] == [str(key) for key in letter_ids]
    assert lines(cli("dead-letters", "redrive", "--dry-run", "--since", "2999-01-01", "--json")) == []
    assert cli("dead-letters", "redrive", "--since", "2999-01-01").stdout.strip() == "no redriven"
    assert [row["attempts"] for row in lines(cli("dead-letters", "list", "--json"))] == [1, 1]
    assert cli("dead-letters", "redrive", "--since", "2020-01-01").exit_code == 1


def test_erase_command_is_a_dry_run_unless_told(cli: Cli, saved: ArticleIngested) -> None:
    dry = cli("erase", saved.canonical_url)
    assert dry.stdout.splitlines() == [
        f"the article at {saved.canonical_url}",
        "  1 article, 1 claim, 0 submissions, 0 pages, 0 dead letters",
        "    Bridge closed \\u001b[2J",
        "a dry run: --yes does it",
        "nothing was erased",
    ]
    (told,) = lines(cli("erase", str(saved.article_id), "--json"))
    assert (told["articles"], told["done"], told["erased"]) == (1, False, 0)
    assert "erased 1 article; what was named" in cli("erase", "news.example", "--yes").stdout
    assert "erased already, nothing to do" in cli("erase", "news.example", "--yes").stdout
    (told,) = lines(cli("erase", str(saved.article_id), "--json", "--yes"))
    assert (told["done"], told["erased"]) == (False, 0)


def test_version_and_help_need_no_engine(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAIMWIRE_DATABASE_URL")
    assert lines(cli("version", "--json"))[0].keys() == {"claimwire", "extractor", "python"}
    assert "Usage" in cli("--help").stdout


async def run(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run the command as a process; return its code and what it said on standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", *arguments),
        env=clean | {"CLAIMWIRE_STATE": "/nowhere"} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


NOBODY = "postgresql://me:hunter2@127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        ("feeds list", {}, "CLAIMWIRE_DATABASE_URL: Field required"),
        ("feeds list", {"DATABASE_URL": NOBODY}, "onnect"),
        ("feeds list", {"DATABASE_URL": "postgresql://me:hun/ter2@h/x"}, "URL cannot be read"),
        ("feeds list", {"DATABASE_URL": "hunter2"}, "the database failed: invalid DSN"),
        ("feeds add file:///x", {"DATABASE_URL": NOBODY}, "onnect"),
        ("offsets show", {"DATABASE_URL": NOBODY}, "bootstrap"),
        (
            "submit /nowhere/page.html",
            {},
            "/nowhere/page.html is no URL (http:// or https://) and no file: No such file",
        ),
        ("submit https://a.example --api-url http://127.0.0.1:1", {}, "no answer from http://127.0.0.1:1"),
        ("dead-letters list --reason luck", {"DATABASE_URL": NOBODY}, "no such reason"),
    ],
)
async def test_what_the_world_does_to_a_command_is_one_line(
    arguments: str, environment: dict[str, str], told: str
) -> None:
    known = {"CLAIMWIRE_KAFKA_SERVERS": "127.0.0.1:1"}
    code, said = await run(*arguments.split(), **known, **{f"CLAIMWIRE_{k}": v for k, v in environment.items()})
    assert code == 1
    assert said.startswith("claimwire: ")
    assert said.count("\n") == 1, said
    assert told in said
    assert "hunter2" not in said
    assert "hun" not in said.replace("hundred", "")


async def test_feeds_are_stored_with_their_publisher(settings: ExtractSettings, engine: AsyncEngine) -> None:
    await commands.add_feeds(settings, [Feed("https://www.a.example/f")])
    async with engine.connect() as connection:
        found = await connection.scalar(select(tables.feed.c.publisher_domain))
        assert found == "a.example"
        assert await offsets.list_places(connection) == {}
