"""The commands about keys of the API: each is shown once, when it is made, and known by its prefix afterwards."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.exits import AsJson, BadArgument, NothingThere, say
from services.cli.tables import show
from services.settings import ServiceSettings, load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection

app = typer.Typer(no_args_is_help=True, help="The keys of the API.")

NAME_CHARACTERS_MAX = 200

REQUESTS_MAX = 1_000_000
"""A minute: no process answers as many."""

KEPT_HOURS = "24h"
"""How long a rotated key stays good: a working day for its holder to put the new one in its place."""

KEY_COLUMNS = ("prefix", "name", "scopes", "requests_per_minute", "created_at", "expires_at", "revoked_at", "used_at")

Prefix = Annotated[str, typer.Argument(metavar="PREFIX", help="What the key begins with, as 'keys list' shows it.")]

_DURATION = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse_duration(value: str) -> timedelta:
    """Return what ``90d``, ``24h`` or ``30m`` says; raises BadArgument."""
    found = _DURATION.fullmatch(value)
    if found is None:
        raise BadArgument("a duration is a number with m, h or d: 30m, 24h, 90d")
    return int(found[1]) * _UNITS[found[2]]


def parse_end(value: str, now: datetime) -> datetime:
    """Return the time that a duration from ``now`` or a date names; raises BadArgument where it is not ahead."""
    if _DURATION.fullmatch(value):
        ends_at = now + parse_duration(value)
    else:
        try:
            given = datetime.fromisoformat(value)
        except ValueError:
            raise BadArgument("--expires is a duration (90d) or a date (2031-05-01)") from None
        ends_at = given if given.tzinfo else given.replace(tzinfo=UTC)
    if ends_at <= now:
        raise BadArgument("--expires lies in the past")
    return ends_at


@asynccontextmanager
async def _begin(settings: ServiceSettings) -> "AsyncIterator[AsyncConnection]":
    from services.database import open_database

    async with (
        open_database(settings.database_url, application_name="keys", prepare=settings.database_prepare) as engine,
        engine.begin() as connection,
    ):
        yield connection


async def create_key(
    settings: ServiceSettings,
    name: str,
    scopes: list[str],
    *,
    expires_at: datetime | None = None,
    requests_per_minute: int | None = None,
) -> str:
    """Make a key and return it; nothing can show it again."""
    from schemas.tables import Scope
    from services.api.queries import keys as queries

    if not 0 < len(name.strip()) <= NAME_CHARACTERS_MAX or not name.isprintable():
        raise BadArgument(f"--name is 1 to {NAME_CHARACTERS_MAX} printable characters")
    if unknown := set(scopes) - set(Scope):
        raise BadArgument(f"no scope {unknown.pop()}; there are {', '.join(Scope)}")
    async with _begin(settings) as connection:
        return await queries.add(
            connection,
            name=name.strip(),
            scopes=[Scope(scope) for scope in scopes],
            requests_per_minute=requests_per_minute,
            expires_at=expires_at,
        )


async def list_keys(settings: ServiceSettings) -> list[dict[str, Any]]:
    """Return all keys, the newest first, without what they are."""
    from services.api.queries import keys as queries

    async with _begin(settings) as connection:
        return [{name: getattr(row, name) for name in KEY_COLUMNS} for row in await queries.list_keys(connection)]


async def rotate_key(settings: ServiceSettings, prefix: str, keep_old_for: timedelta) -> str:
    """Make a key of the same holder and rights, and have the old one expire; raises NothingThere."""
    from services.api.queries import keys as queries

    async with _begin(settings) as connection:
        token = await queries.rotate(connection, prefix, keep_old_for=keep_old_for)
    if token is None:
        raise NothingThere(f"no live key {prefix}")
    return token


async def revoke_key(settings: ServiceSettings, prefix: str) -> None:
    """Let a key be good no more; raises NothingThere."""
    from services.api.queries import keys as queries

    async with _begin(settings) as connection:
        if not await queries.revoke(connection, prefix):
            raise NothingThere(f"no live key {prefix}")


def _tell(token: str, *, as_json: bool) -> None:
    from services.api.http.keys import prefix_of

    if as_json:
        show([{"prefix": prefix_of(token), "key": token}], as_json=True, title="keys")
    else:
        typer.echo(token)
        say("this is the key; nothing can show it again")


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Whose key it is, or what for.")],
    scope: Annotated[list[str] | None, typer.Option(help="read, submit or admin; may be repeated; else read.")] = None,
    expires: Annotated[str | None, typer.Option(help="After how long (90d, 24h) or when; else never.")] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, max=REQUESTS_MAX, help="Its quota; else CLAIMWIRE_API_REQUESTS_PER_MINUTE.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once; processes of the API know it after CLAIMWIRE_API_KEYS_SECONDS."""
    ends_at = None if expires is None else parse_end(expires, datetime.now(UTC))
    made = create_key(
        load(ServiceSettings), name, scope or ["read"], expires_at=ends_at, requests_per_minute=requests_per_minute
    )
    _tell(asyncio.run(made), as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all keys by their prefixes, the newest first, and when each was used last."""
    rows = asyncio.run(list_keys(load(ServiceSettings)))
    told = rows if as_json else [{**row, "scopes": " ".join(row["scopes"])} for row in rows]
    show(told, as_json=as_json, title="keys")


@app.command("rotate")
def rotate(
    prefix: Prefix,
    keep_old_for: Annotated[str, typer.Option(help="How long the old key stays good; 0m ends it now.")] = KEPT_HOURS,
    as_json: AsJson = False,
) -> None:
    """Make a new key in place of one: the same name, rights and submissions; prints it, once."""
    rotated = rotate_key(load(ServiceSettings), prefix, parse_duration(keep_old_for))
    _tell(asyncio.run(rotated), as_json=as_json)


@app.command("revoke")
def revoke(prefix: Prefix) -> None:
    """Let a key be good no more, in every process of the API after CLAIMWIRE_API_KEYS_SECONDS."""
    asyncio.run(revoke_key(load(ServiceSettings), prefix))
    typer.echo(f"revoked {prefix}; no process of the API takes it after CLAIMWIRE_API_KEYS_SECONDS")


@app.command("sync")
def sync(file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file, a table for each holder.")]) -> None:
    """Have exactly the keys of FILE good, among those that came from a file; keys made by hand are left alone."""
    from services.cli import syncing

    done = asyncio.run(syncing.sync_keys(load(ServiceSettings), syncing.read_keys(file)))
    typer.echo(f"keys: {done.added} added, {done.kept} kept, {done.removed} revoked")
