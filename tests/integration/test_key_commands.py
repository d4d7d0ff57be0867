"""``claimwire keys``: a key is shown once, and what became of it afterwards by its prefix."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from typer.testing import CliRunner

from services.api.http.keys import KEY_CHARACTERS, prefix_of
from services.cli import keys
from services.cli.app import app
from services.cli.exits import BadArgument, NothingThere
from services.settings import ServiceSettings
from tests.integration.api_world import Api, open_api

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def settings(migrated_url: str) -> ServiceSettings:
    return ServiceSettings(database_url=SecretStr(migrated_url))


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url, api_keys="on", api_keys_seconds=0) as api:
        yield api


async def status_of(api: Api, token: str) -> int:
    return (await api.client.get("/v1/claims", headers={"Authorization": f"Bearer {token}"})).status_code


async def run(url: str, *arguments: str) -> Any:
    invoke = CliRunner(env={"CLAIMWIRE_DATABASE_URL": url}).invoke
    return await asyncio.to_thread(invoke, app, ["keys", *arguments])


async def test_made_key_opens_the_api_until_it_is_revoked(settings: ServiceSettings, api: Api) -> None:
    token = await keys.create_key(settings, "desk", ["read"])
    assert await status_of(api, token) == 200
    await keys.revoke_key(settings, prefix_of(token))
    assert await status_of(api, token) == 401
    with pytest.raises(NothingThere, match=f"no live key {prefix_of(token)}"):
        await keys.revoke_key(settings, prefix_of(token))


async def test_rotated_key_and_its_successor_are_good_for_a_while(settings: ServiceSettings, api: Api) -> None:
    old = await keys.create_key(settings, "desk", ["read"])
    new = await keys.rotate_key(settings, prefix_of(old), timedelta(hours=1))
    assert [await status_of(api, token) for token in (old, new)] == [200, 200]
    newest = await keys.rotate_key(settings, prefix_of(new), timedelta(0))
    assert [await status_of(api, token) for token in (old, new, newest)] == [200, 401, 200]
    with pytest.raises(NothingThere):
        await keys.rotate_key(settings, prefix_of(new), timedelta(0))


async def test_listed_keys_tell_all_but_the_key(settings: ServiceSettings, api: Api) -> None:
    token = await keys.create_key(
        settings, " desk ", ["submit", "read"], expires_at=NOW + timedelta(days=3650), requests_per_minute=5
    )
    await status_of(api, token)
    await api.app.state.keyring.settle()
    [row] = await keys.list_keys(settings)
    assert row["used_at"] is not None
    assert {name: row[name] for name in ("name", "prefix", "scopes", "requests_per_minute")} == {
        "name": "desk",
        "prefix": prefix_of(token),
        "scopes": ["read", "submit"],
        "requests_per_minute": 5,
    }
    assert token[12:] not in str(row)


async def test_commands_print_the_key_alone_and_once(migrated_url: str) -> None:
    made = await run(migrated_url, "create", "--name", "desk", "--expires", "90d")
    assert made.exit_code == 0
    assert len(made.stdout.strip()) == KEY_CHARACTERS
    assert "nothing can show it again" in made.stderr
    prefix = prefix_of(made.stdout)
    rotated = json.loads((await run(migrated_url, "rotate", prefix, "--keep-old-for", "0m", "--json")).stdout)
    assert rotated["key"].startswith(rotated["prefix"])
    rows = [json.loads(line) for line in (await run(migrated_url, "list", "--json")).stdout.splitlines()]
    assert [row["prefix"] for row in rows] == [rotated["prefix"], prefix]
    assert rows[0]["expires_at"] is not None
    revoked = await run(migrated_url, "revoke", rotated["prefix"])
    assert (revoked.exit_code, revoked.stdout.split(";")[0]) == (0, f"revoked {rotated['prefix']}")
    assert "desk" in (await run(migrated_url, "list")).stdout


@pytest.mark.parametrize(
    ("name", "scopes", "told"),
    [
        ("", ["read"], "--name is 1 to 200 printable characters"),
        ("x" * 201, ["read"], "--name is"),
        ("a\x1b[2J", ["read"], "--name is"),
        ("desk", ["write"], "no scope write; there are read, submit, admin"),
    ],
)
async def test_key_that_makes_no_sense_is_not_made(
    settings: ServiceSettings, name: str, scopes: list[str], told: str
) -> None:
    with pytest.raises(BadArgument, match=told):
        await keys.create_key(settings, name, scopes)
    assert await keys.list_keys(settings) == []


@pytest.mark.parametrize(
    ("value", "ends_at"),
    [
        ("90d", NOW + timedelta(days=90)),
        ("24h", NOW + timedelta(hours=24)),
        ("2031-05-01", datetime(2031, 5, 1, tzinfo=UTC)),
        ("2031-05-01T12:00:00+02:00", datetime(2031, 5, 1, 10, tzinfo=UTC)),
    ],
)
def test_end_is_a_duration_or_a_date(value: str, ends_at: datetime) -> None:
    assert keys.parse_end(value, NOW) == ends_at


@pytest.mark.parametrize(
    ("value", "told"), [("soon", "a duration .* or a date"), ("2020-01-01", "in the past"), ("0d", "in the past")]
)
def test_end_that_is_none_is_refused(value: str, told: str) -> None:
    with pytest.raises(BadArgument, match=told):
        keys.parse_end(value, NOW)


@pytest.mark.parametrize("value", ["", "1", "1w", "-1d", "1.5h", "999999d"])
def test_duration_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(BadArgument, match="30m, 24h, 90d"):
        keys.parse_duration(value)
