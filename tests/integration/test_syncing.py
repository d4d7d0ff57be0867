"""``claimwire feeds sync`` and ``keys sync``: the database follows a file, and a wrong file changes nothing."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, update
from typer.testing import CliRunner, Result

from schemas.tables import feed
from services.cli import commands, keys
from services.cli.app import app
from services.cli.opml import read_feeds
from services.cli.samples import Feed
from services.database import open_database
from services.ingest.discovery.sources import save_sources
from services.ingest.queues import frontier
from services.settings import ServiceSettings

TOKEN = "cw_abcdefgh_" + "A" * 43
OTHER = "cw_ijklmnop_" + "B" * 43


@pytest.fixture
def settings(migrated_url: str) -> ServiceSettings:
    return ServiceSettings(database_url=SecretStr(migrated_url))


async def run(settings: ServiceSettings, *arguments: str) -> Result:
    runner = CliRunner(env={"CLAIMWIRE_DATABASE_URL": settings.database_url.get_secret_value()})
    return await asyncio.to_thread(runner.invoke, app, list(arguments))


def opml(*outlines: str) -> str:
    return f'<opml version="2.0"><body><outline text="News">{"".join(outlines)}</outline></body></opml>'


async def feeds_of(settings: ServiceSettings) -> dict[str, str]:
    return {row["url"]: row["publisher_domain"] for row in await commands.list_feeds(settings)}


async def test_feeds_follow_the_file_and_the_same_file_changes_nothing(
    settings: ServiceSettings, tmp_path: Path
) -> None:
    await commands.add_feeds(settings, [Feed("https://a.example/feed"), Feed("https://gone.example/feed")])
    path = tmp_path / "feeds.opml"
    path.write_text(
        opml('<outline xmlUrl="https://a.example/feed"/>', '<outline xmlUrl="https://b.example/x" publisher="b.org"/>')
    )
    assert (await run(settings, "feeds", "sync", str(path))).stdout == "feeds: 1 added, 1 kept, 1 removed\n"
    assert await feeds_of(settings) == {"https://a.example/feed": "a.example", "https://b.example/x": "b.org"}
    assert (await run(settings, "feeds", "sync", str(path))).stdout == "feeds: 0 added, 2 kept, 0 removed\n"


async def test_feed_that_has_ended_stays_so_until_a_person_adds_it(settings: ServiceSettings, tmp_path: Path) -> None:
    listed = [Feed("https://a.example/feed")]
    await commands.add_feeds(settings, listed)
    async with open_database(settings.database_url, application_name="test") as engine:
        async with engine.begin() as connection:
            await connection.execute(update(feed).values(ended_at=func.now(), outcome="gone", failures=2))
        (tmp_path / "feeds.opml").write_text(opml('<outline xmlUrl="https://a.example/feed"/>'))
        said = (await run(settings, "feeds", "sync", str(tmp_path / "feeds.opml"))).stdout
        async with engine.connect() as connection:
            (row,) = await frontier.list_feeds(connection)
        assert (said, row.ended_at is None) == ("feeds: 0 added, 1 kept, 0 removed\n", False)
        await commands.add_feeds(settings, listed)
        async with engine.connect() as connection:
            (row,) = await frontier.list_feeds(connection)
    assert (row.ended_at, row.failures) == (None, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (opml(), "lists 0 feeds"),
        ("<rss/>", "is no OPML: it begins with <rss>"),
        ("feeds", "is no XML"),
        (opml('<outline xmlUrl="ftp://a.example/feed"/>'), "is no feed's URL"),
        ('<!DOCTYPE o [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + opml('<outline xmlUrl="&e;"/>'), "is no XML"),
    ],
)
async def test_wrong_file_of_feeds_is_refused_whole(
    settings: ServiceSettings, tmp_path: Path, text: str, said: str
) -> None:
    await commands.add_feeds(settings, [Feed("https://a.example/feed")])
    (tmp_path / "feeds.opml").write_text(text)
    result = await run(settings, "feeds", "sync", str(tmp_path / "feeds.opml"))
    assert said in str(result.exception)
    assert await feeds_of(settings) == {"https://a.example/feed": "a.example"}


async def live_keys(settings: ServiceSettings) -> dict[str, list[str]]:
    return {row["prefix"]: row["scopes"] for row in await keys.list_keys(settings) if row["revoked_at"] is None}


async def test_keys_follow_the_file_and_those_made_by_hand_stay(settings: ServiceSettings, tmp_path: Path) -> None:
    by_hand = (await keys.create_key(settings, "desk", ["read"]))[:11]
    path = tmp_path / "keys.toml"
    path.write_text(f'[desk]\nname = "desk"\nkey = "{TOKEN}"\n')
    assert (await run(settings, "keys", "sync", str(path))).stdout == "keys: 1 added, 0 kept, 0 revoked\n"
    path.write_text(f'[desk]\nname = "desk"\nkey = "{TOKEN}"\nscopes = ["submit"]\n')
    assert (await run(settings, "keys", "sync", str(path))).stdout == "keys: 0 added, 1 kept, 0 revoked\n"
    assert await live_keys(settings) == {by_hand: ["read"], TOKEN[:11]: ["submit"]}
    path.write_text(f'[desk]\nname = "desk"\nkey = "{OTHER}"\n')
    assert (await run(settings, "keys", "sync", str(path))).stdout == "keys: 1 added, 0 kept, 1 revoked\n"
    assert await live_keys(settings) == {by_hand: ["read"], OTHER[:11]: ["read"]}
    path.write_text("")
    assert (await run(settings, "keys", "sync", str(path))).stdout == "keys: 0 added, 0 kept, 1 revoked\n"
    path.write_text(f'[desk]\nname = "desk"\nkey = "{TOKEN}"\n')
    await run(settings, "keys", "sync", str(path))
    assert await live_keys(settings) == {by_hand: ["read"], TOKEN[:11]: ["read"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'[desk]\nname = "desk"\nkey = "{TOKEN[:-1]}"', "[desk] key: cw_, 8 characters"),
        (f'[desk]\nname = "desk"\nkey = "{TOKEN}"\nscopes = ["root"]', "[desk] scopes.0"),
        (f'[desk]\nname = "desk"\nkey = "{TOKEN}"\nexpiry = 1', "[desk] expiry"),
        (f'[desk]\nkey = "{TOKEN}"', "[desk] name"),
        ("[desk", "is no TOML"),
    ],
)
async def test_wrong_file_of_keys_is_refused_and_shows_none(
    settings: ServiceSettings, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "keys.toml").write_text(text)
    result = await run(settings, "keys", "sync", str(tmp_path / "keys.toml"))
    assert said in str(result.exception)
    assert "A" * 40 not in str(result.exception)
    assert await live_keys(settings) == {}


async def test_feeds_go_out_as_they_came_in(settings: ServiceSettings, tmp_path: Path) -> None:
    path, copy = tmp_path / "feeds.opml", tmp_path / "copy.opml"
    named = '<outline xmlUrl="https://b.example/x?a=1&amp;b=2" publisher="b.org" publisherName="The Bée"/>'
    path.write_bytes(opml('<outline xmlUrl="https://a.example/feed"/>', named).encode("cp1252"))
    assert (await run(settings, "feeds", "import", str(path))).stdout == f"feeds: 2 of {path} are polled\n"
    await commands.add_feeds(settings, [Feed("https://c.example/feed")])
    assert (await run(settings, "feeds", "import", str(path))).exit_code == 0
    assert (await run(settings, "feeds", "export", str(copy))).exit_code == 0
    assert read_feeds(copy) == [
        Feed("https://a.example/feed", "a.example"),
        Feed("https://b.example/x?a=1&b=2", "b.org", "The Bée"),
        Feed("https://c.example/feed", "c.example"),
    ]
    assert (await run(settings, "feeds", "sync", str(copy))).stdout == "feeds: 0 added, 3 kept, 0 removed\n"
    assert (await run(settings, "feeds", "export")).stdout == copy.read_text("utf-8")


async def test_feeds_that_others_name_stay_with_them(settings: ServiceSettings, tmp_path: Path) -> None:
    home, found = "https://a.example/", "https://a.example/feed"
    await commands.add_feeds(settings, [Feed(home)])
    async with open_database(settings.database_url, application_name="tests") as engine, engine.begin() as connection:
        (parent,) = await frontier.list_feeds(connection)
        assert await save_sources(connection, parent, [found])
    path = tmp_path / "feeds.opml"
    assert (await run(settings, "feeds", "export", str(path))).exit_code == 0
    assert read_feeds(path) == [Feed(home, "a.example")]
    assert (await run(settings, "feeds", "sync", str(path))).stdout == "feeds: 0 added, 1 kept, 0 removed\n"
    assert set(await feeds_of(settings)) == {home, found}
    path.write_text(opml('<outline xmlUrl="https://b.example/"/>'))
    assert (await run(settings, "feeds", "sync", str(path))).stdout == "feeds: 1 added, 0 kept, 1 removed\n"
    assert set(await feeds_of(settings)) == {"https://b.example/"}
