"""Has the database follow a file: the feeds of an OPML file, the keys of a Secret; a second time it changes nothing."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from schemas.tables import Scope
from services.cli.exits import BadArgument
from services.cli.samples import Feed
from services.database import open_database
from services.settings import ServiceSettings


class Synced(NamedTuple):
    """How many were added, changed or named again, and taken away."""

    added: int
    kept: int
    removed: int


class FiledKey(BaseModel):
    """A key as a file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = (Scope.READ,)
    key: Annotated[SecretStr, Field(description="as `claimwire keys create` makes them")]
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


async def sync_feeds(settings: ServiceSettings, feeds: list[Feed]) -> Synced:
    """Have exactly these feeds polled, and those that they name, in one transaction; articles of others stay.

    One that has ended stays so: a file says the same every few minutes, and only a person can know better.

    Raises:
        BadArgument: one is no feed's URL; nothing was changed.
    """
    from services.ingest.queues import frontier
    from services.ingest.urls import BadUrl, resolve

    wanted: dict[str, Feed] = {}
    for feed in feeds:
        try:
            wanted[resolve("", feed.url)] = feed
        except BadUrl as error:
            raise BadArgument(f"{feed.url} is no feed's URL: {error}") from None
    async with (
        open_database(settings.database_url, application_name="feeds", prepare=settings.database_prepare) as engine,
        engine.begin() as connection,
    ):
        there = {row.url for row in await frontier.list_feeds(connection) if row.found_in is None}
        for feed in wanted.values():
            await frontier.add_feed(connection, *feed, revive=False)
        for url in there - wanted.keys():
            await frontier.remove_feed(connection, url)
    return Synced(len(wanted.keys() - there), len(wanted.keys() & there), len(there - wanted.keys()))


async def list_added(settings: ServiceSettings) -> list[tuple[Feed, str | None]]:
    """Return the feeds that somebody added, with their titles; not what these name themselves."""
    from services.ingest.queues import frontier

    async with (
        open_database(settings.database_url, application_name="feeds", prepare=settings.database_prepare) as engine,
        engine.connect() as connection,
    ):
        rows = [row for row in await frontier.list_feeds(connection) if row.found_in is None]
    return [(Feed(row.url, row.publisher_domain, row.publisher_name), row.title) for row in rows]


def read_keys(path: Path) -> dict[str, FiledKey]:
    """Return the keys of a TOML file by their holders: a table each, with name, scopes, key, requests_per_minute.

    Raises:
        BadArgument: the file is wrong; the message names the holder and the field, never a key.
        OSError: it cannot be read.
    """
    from services.api.http.keys import KEY_CHARACTERS, PREFIX_CHARACTERS, SIGN

    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadArgument(f"{path} is no TOML: {type(error).__name__}") from None
    keys: dict[str, FiledKey] = {}
    for holder, table in tables.items():
        try:
            keys[holder] = FiledKey.model_validate(table)
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise BadArgument(f"{path}, [{holder}] {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
        token = keys[holder].key.get_secret_value()
        if not token.startswith(SIGN) or len(token) != KEY_CHARACTERS or token[PREFIX_CHARACTERS] != "_":
            raise BadArgument(f"{path}, [{holder}] key: {SIGN}, 8 characters, _ and 43 characters of base64url")
    return keys


async def sync_keys(settings: ServiceSettings, keys: dict[str, FiledKey]) -> Synced:
    """Have exactly these keys good among those that came from a file; keys made by hand are left alone."""
    from services.api.queries import filed_keys

    async with (
        open_database(settings.database_url, application_name="keys", prepare=settings.database_prepare) as engine,
        engine.begin() as connection,
    ):
        before = await filed_keys.list_live(connection)
        wanted = {
            await filed_keys.put(
                connection,
                holder=holder,
                token=key.key.get_secret_value(),
                name=key.name,
                scopes=key.scopes,
                requests_per_minute=key.requests_per_minute,
            )
            for holder, key in keys.items()
        }
        await filed_keys.revoke(connection, before - wanted)
    return Synced(len(wanted - before), len(wanted & before), len(before - wanted))
