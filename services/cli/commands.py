"""What the short commands do: each opens what it needs, does one thing and closes it."""

import platform
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import ARTICLES_TOPIC
from schemas.extraction import EXTRACTOR_VERSION
from schemas.outcomes import DeadLetterReason
from services import kafka, migrations, offsets
from services.cli.exits import BadArgument
from services.cli.samples import Feed
from services.database import open_database
from services.kafka import Partition
from services.settings import ServiceSettings, Settings

if TYPE_CHECKING:
    from services.extract import letters

Rows = list[dict[str, Any]]


@asynccontextmanager
async def _begin(settings: ServiceSettings, name: str) -> AsyncIterator[AsyncConnection]:
    async with (
        open_database(settings.database_url, application_name=name, prepare=settings.database_prepare) as engine,
        engine.begin() as connection,
    ):
        yield connection


def versions() -> dict[str, Any]:
    """Return the versions of the code, of the extractor and of Python."""
    return {"claimwire": installed("claimwire"), "extractor": EXTRACTOR_VERSION, "python": platform.python_version()}


async def migrate(settings: Settings) -> list[str]:
    """Migrate the database and create the topics; return what to tell of it."""
    async with open_database(
        settings.database_url,
        application_name="migrate",
        prepare=settings.database_prepare,
        command_seconds=None,  # an index of a big table takes hours
    ) as engine:
        is_ours = await migrations.migrate(engine)
    created = await kafka.create_topics(settings)
    schema = "the schema of this version" if is_ours else "the schema of a later version, which serves this one too"
    return [f"the database has {schema}", *(f"created topic {name}" for name in created)]


async def add_feeds(settings: ServiceSettings, feeds: Sequence[Feed]) -> None:
    """Have feeds polled from now on; one bad URL, and none is added."""
    from services.ingest.queues import frontier
    from services.ingest.urls import BadUrl

    async with _begin(settings, "feeds") as connection:
        for feed in feeds:
            try:
                await frontier.add_feed(connection, *feed)
            except BadUrl as error:
                raise BadArgument(f"{feed.url} is no feed's URL: {error}") from None


async def list_feeds(settings: ServiceSettings) -> Rows:
    """Return the feeds with what became of their last poll; one that has ended has no next."""
    from services.ingest.queues import frontier

    shown = (
        *("url", "publisher_domain", "title", "polled_at", "next_poll_at", "outcome", "reason", "failures"),
        *("entries", "changes_per_day", "moved_to", "ended_at"),
    )
    async with _begin(settings, "feeds") as connection:
        rows = [{name: getattr(row, name) for name in shown} for row in await frontier.list_feeds(connection)]
    return [row | {"next_poll_at": None if row["ended_at"] else row["next_poll_at"]} for row in rows]


async def remove_feed(settings: ServiceSettings, url: str) -> bool:
    """Poll a feed no more; return whether there was one."""
    from services.ingest.queues import frontier
    from services.ingest.urls import BadUrl

    async with _begin(settings, "feeds") as connection:
        try:
            return await frontier.remove_feed(connection, url)
        except BadUrl as error:
            raise BadArgument(f"{url} is no feed's URL: {error}") from None


async def show_offsets(settings: Settings) -> Rows:
    """Return each partition's place and lag."""
    cluster_id = await kafka.find_cluster_id(settings)
    ends = await kafka.Watcher(settings).end_offsets(ARTICLES_TOPIC)
    async with (
        open_database(settings.database_url, application_name="offsets", prepare=settings.database_prepare) as engine,
        engine.connect() as connection,
    ):
        places = await offsets.list_places(connection, cluster_id)
        lag = await offsets.find_lag(connection, cluster_id, ends)
    return [
        {
            "partition": str(partition),
            "next_offset": place.next_offset if place else None,
            "end": ends[partition],
            "lag": lag[partition],
            "paused_by_version": place.paused_by_version if place else None,
        }
        for partition in sorted(ends)
        for place in [places.get((cluster_id, partition))]
    ]


async def reset_offsets(settings: Settings, to: str, number: int | None) -> list[str]:
    """Set the place of one partition or all; return what was set."""
    cluster_id = await kafka.find_cluster_id(settings)
    watcher = kafka.Watcher(settings)
    ends = await watcher.end_offsets(ARTICLES_TOPIC)
    chosen = sorted(ends) if number is None else [Partition(ARTICLES_TOPIC, number)]
    if not ends.keys() >= set(chosen):
        raise BadArgument(f"there is no partition {number}")
    if to not in {"earliest", "latest"} and not to.isdecimal():
        raise BadArgument("--to is 'earliest', 'latest' or an offset")
    starts = await watcher.first_offsets(ARTICLES_TOPIC)
    told: list[str] = []
    async with _begin(settings, "offsets") as connection:
        for partition in chosen:
            asked = {"earliest": starts[partition], "latest": ends[partition]}.get(to)
            offset = int(to) if asked is None else asked
            if not starts[partition] <= offset <= ends[partition]:
                raise BadArgument(f"{partition} holds {starts[partition]} to {ends[partition]}, not {offset}")
            await offsets.reset(connection, cluster_id, partition, next_offset=offset)
            told.append(f"{partition} goes on at {offset}")
    return told


def choose_letters(
    letter_id: UUID | None = None, reason: str | None = None, since: datetime | None = None
) -> "letters.Chosen":
    """Return the choice that options make; raises ``BadArgument`` where there is no such reason."""
    from services.extract import letters

    try:
        return letters.Chosen(letter_id, DeadLetterReason(reason) if reason else None, since)
    except ValueError:
        raise BadArgument(f"no such reason; there are {', '.join(DeadLetterReason)}") from None


async def list_letters(settings: ServiceSettings, chosen: "letters.Chosen", limit: int) -> Rows:
    """Return the dead letters that wait."""
    from services.extract import letters

    async with (
        open_database(settings.database_url, application_name="letters", prepare=settings.database_prepare) as engine,
        engine.connect() as connection,
    ):
        rows = await letters.list_letters(connection, chosen, limit=limit)
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 (SQLAlchemy's public name for it)


async def show_letter(settings: ServiceSettings, letter_id: UUID) -> dict[str, Any] | None:
    """Return one dead letter whole; bytes that are no text are shown as escapes."""
    from services.extract import letters

    async with (
        open_database(settings.database_url, application_name="letters", prepare=settings.database_prepare) as engine,
        engine.connect() as connection,
    ):
        row = await letters.find_letter(connection, letter_id)
    if row is None:
        return None
    return {
        name: value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
        for name, value in row._mapping.items()  # noqa: SLF001
    }


async def redrive(
    settings: ServiceSettings, chosen: "letters.Chosen", *, quiet: bool = True, model: Path | None = None
) -> Rows:
    """Hand dead letters to extract again, with a bar unless ``quiet``; return what became of each.

    ``model``: the folder of the model to read with; None for ours.
    """
    from services.cli.bars import open_bar
    from services.extract import letters
    from services.extract.readers import open_readers

    rows: Rows = []
    async with (
        open_database(settings.database_url, application_name="redrive", prepare=settings.database_prepare) as engine,
        open_readers(1, model) as readers,
    ):
        async with engine.connect() as connection:
            total = await letters.count_letters(connection, chosen)
        with open_bar("redriving", total, quiet=quiet) as advance:
            async for one, outcome in letters.redrive(engine, readers.read_one, chosen):
                rows.append({"dead_letter_id": one, "outcome": outcome.value})
                advance(1)
    return rows


async def resume(settings: ServiceSettings) -> int:
    """Let paused partitions go on; return how many there were."""
    async with _begin(settings, "letters") as connection:
        return await offsets.resume(connection)


async def republish(settings: ServiceSettings, *, dry_run: bool) -> dict[str, int]:
    """Have what was published and never stored read and published again; return how much that is."""
    from services.ingest.queues import unstored

    total = unstored.Again()
    while True:
        async with _begin(settings, "republish") as connection:
            if dry_run:
                return {"articles": await unstored.count(connection)}
            some = await unstored.read_again(connection)
        if some.articles == 0:
            return total._asdict()
        total = unstored.Again(*map(sum, zip(total, some, strict=True)))
