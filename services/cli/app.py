"""The command line: runs the services, and looks after feeds, submissions, offsets and dead letters.

Exit codes: 0 done; 1 something failed, with one line that says what; 2 wrong usage; 3 nothing of that name.
"""

import asyncio
import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer
from rich.console import Console

from services.cli.tables import show
from services.settings import (
    ApiSettings,
    BadSettings,
    ExtractSettings,
    IngestSettings,
    ServiceSettings,
    Settings,
    UpSettings,
    load,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
feeds = typer.Typer(no_args_is_help=True, help="The feeds that ingest polls.")
offsets_app = typer.Typer(no_args_is_help=True, help="How far extract has read, kept in PostgreSQL.")
letters_app = typer.Typer(no_args_is_help=True, help="Records that could not be handled.")
app.add_typer(feeds, name="feeds")
app.add_typer(offsets_app, name="offsets")
app.add_typer(letters_app, name="dead-letters")

FAILED = 1
NOT_FOUND = 3

FEED_COLUMNS = ("url", "outcome", "reason", "entries", "polled_at", "next_poll_at")
"""What of a feed fits a terminal; JSON has all."""

TEARDOWN_SECONDS = 5.0
"""What the interpreter may take to end once a service has stopped: a thread that looks up a name holds it up."""

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for a script.")]


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Write one line to standard error and end."""
    typer.echo(f"claimwire: {message}", err=True)
    raise typer.Exit(code)


def main() -> None:
    """Run the command line; what the world does to it becomes one line and exit code 1."""
    from sqlalchemy.exc import SQLAlchemyError

    from services.engines.failure import EngineFailed
    from services.kafka import KafkaUnavailable

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it says comes as an error too; services reset it
    try:
        app()
    except (BadSettings, EngineFailed, KafkaUnavailable) as error:
        sys.exit(_say(str(error)))
    except SQLAlchemyError as error:
        sys.exit(_say(f"the database failed: {getattr(error, 'orig', None) or error}"))
    except BrokenPipeError:
        sys.exit(FAILED)
    except OSError as error:
        sys.exit(_say(f"{error}" or type(error).__name__))


def _say(message: str) -> int:
    typer.echo(f"claimwire: {' '.join(message.split())}", err=True)
    return FAILED


def run_service(settings: ServiceSettings, service: Coroutine[Any, Any, None]) -> None:
    """Run a service in the foreground until it is stopped."""
    from services.logs import log_settings, set_up_logs

    set_up_logs(settings.log_level, settings.log_format)
    log_settings(settings)
    asyncio.run(_serve(service))


async def _serve(service: Coroutine[Any, Any, None]) -> None:
    from services.lifecycle import end_within

    await service
    end_within(TEARDOWN_SECONDS)


@app.command()
def up(urls: Annotated[list[str] | None, typer.Argument(metavar="FEED…", help="Feeds to read.")] = None) -> None:
    """Run everything on this machine, and read FEED… or the sample pages."""
    from services.cli import commands
    from services.cli import up as everything
    from services.cli.status import Screen

    plan = everything.Plan(load(UpSettings), urls or [], commands.add_feeds, Screen(Console()))
    asyncio.run(everything.run(plan))


@app.command()
def migrate() -> None:
    """Bring the database to the schema that this version needs, and create the topics."""
    from services.cli import commands

    for line in asyncio.run(commands.migrate(load(Settings))):
        typer.echo(line)


@app.command()
def ingest(
    folder: Annotated[list[Path] | None, typer.Option(help="A folder of HTML files to read too.")] = None,
) -> None:
    """Run the ingest service in the foreground."""
    from services.ingest.service import run

    settings = load(IngestSettings)
    if folder:
        settings = settings.model_copy(update={"folders": (*settings.folders, *folder)})
    run_service(settings, run(settings))


@app.command()
def extract() -> None:
    """Run the extract service in the foreground."""
    from services.extract.service import run

    settings = load(ExtractSettings)
    run_service(settings, run(settings))


@app.command()
def api() -> None:
    """Run the API in the foreground."""
    from services.api.server import run

    settings = load(ApiSettings)
    run_service(settings, run(settings))


@app.command()
def text(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="JSON Lines or plain text files.")] = None,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Show claims from here on.")] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many texts are read side by side.")] = 1,
) -> None:
    """Read texts without any engine, and write what they claim: one JSON line an input, in order.

    Without FILE, JSON Lines from standard input: {"id", "text", "title"?, "published_at"?, "publisher"?}.
    """
    from services.extract.text import run

    raise typer.Exit(run(files or [], min_confidence=min_confidence, processes=processes, out=sys.stdout))


@app.command()
def submit(
    what: Annotated[list[str], typer.Argument(metavar="URL|FILE…", help="What to read: URLs, HTML or text files.")],
    api_url: Annotated[str, typer.Option(envvar="CLAIMWIRE_API_URL")] = "http://127.0.0.1:8000",
    as_json: AsJson = False,
) -> None:
    """Hand articles in, as POST /v1/articles does; prints where their status is."""
    from services.cli import commands

    show(asyncio.run(commands.submit(what, api_url)), as_json=as_json, title="submissions")


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the versions of Claimwire, its extractor and Python."""
    from services.cli import commands

    show([commands.versions()], as_json=as_json, title="versions")


@feeds.command("add")
def feeds_add(
    urls: Annotated[list[str], typer.Argument(metavar="URL…")],
    publisher: Annotated[str | None, typer.Option(help="The publisher's domain; else the feed's host.")] = None,
    name: Annotated[str | None, typer.Option(help="The publisher's name.")] = None,
) -> None:
    """Poll feeds from now on."""
    from services.cli import commands
    from services.cli.samples import Feed

    asyncio.run(commands.add_feeds(load(ServiceSettings), [Feed(url, publisher, name) for url in urls]))


@feeds.command("list")
def feeds_list(as_json: AsJson = False) -> None:
    """List the feeds, when they were polled and what became of it."""
    from services.cli import commands

    rows = asyncio.run(commands.list_feeds(load(ServiceSettings)))
    told = rows if as_json else [{name: row[name] for name in FEED_COLUMNS} for row in rows]
    show(told, as_json=as_json, title="feeds")


@feeds.command("remove")
def feeds_remove(url: str) -> None:
    """Poll a feed no more; its articles stay."""
    from services.cli import commands

    if not asyncio.run(commands.remove_feed(load(ServiceSettings), url)):
        fail(f"no feed {url}", NOT_FOUND)


@offsets_app.command("show")
def offsets_show(as_json: AsJson = False) -> None:
    """Show each partition's place, its lag, and why it is paused if it is."""
    from services.cli import commands

    show(asyncio.run(commands.show_offsets(load(Settings))), as_json=as_json, title="offsets")


@offsets_app.command("reset")
def offsets_reset(
    to: Annotated[str, typer.Option(help="'earliest', 'latest' or an offset.")],
    partition: Annotated[int | None, typer.Option(help="One partition; else all.")] = None,
) -> None:
    """Set extract's place by hand: after records were lost, or to read again. What is stored stays as it is."""
    from services.cli import commands

    for line in asyncio.run(commands.reset_offsets(load(Settings), to, partition)):
        typer.echo(line)


@letters_app.command("list")
def letters_list(
    reason: Annotated[str | None, typer.Option(help="Only those of this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List the dead letters that wait, oldest first."""
    from services.cli import commands

    show(
        asyncio.run(commands.list_letters(load(ServiceSettings), reason, limit)), as_json=as_json, title="dead letters"
    )


@letters_app.command("show")
def letters_show(letter_id: UUID, as_json: AsJson = False) -> None:
    """Show one dead letter whole, with its key, value and headers."""
    from services.cli import commands

    found = asyncio.run(commands.show_letter(load(ServiceSettings), letter_id))
    if found is None:
        fail(f"no dead letter {letter_id}", NOT_FOUND)
    show([found], as_json=as_json, title="dead letter")


@letters_app.command("redrive")
def letters_redrive(
    letter_id: Annotated[UUID | None, typer.Argument(help="One dead letter; else all that wait.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those of this reason.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hand dead letters to extract again: each is stored, or stays with one attempt more. Exit code 1 if one stays."""
    from services.cli import commands

    outcomes = asyncio.run(commands.redrive(load(ExtractSettings), letter_id, reason))
    if letter_id is not None and not outcomes:
        fail(f"no dead letter {letter_id} waits", NOT_FOUND)
    show(outcomes, as_json=as_json, title="redriven")
    if any(row["outcome"] == "dead_lettered" for row in outcomes):
        raise typer.Exit(FAILED)


@letters_app.command("resume")
def letters_resume() -> None:
    """Let the partitions go on that paused for too many dead letters."""
    from services.cli import commands

    typer.echo(f"{asyncio.run(commands.resume(load(ServiceSettings)))} partitions go on")
