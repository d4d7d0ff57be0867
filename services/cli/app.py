"""The command line: runs the services, asks the API, and looks after a running system.

Exit codes: 0 done; 1 something failed, with one line that says what; 2 wrong usage; 3 nothing of that name.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from services.cli import asking, comparing, entities, filling, keys, upkeep
from services.cli.exits import FAILED, NOT_FOUND, AsJson, NothingThere, say
from services.cli.fetching import fetch
from services.cli.tables import show
from services.settings import (
    ApiSettings,
    BadSettings,
    ExtractSettings,
    IngestSettings,
    ReadingSettings,
    ServiceSettings,
    Settings,
    UpSettings,
    load,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(upkeep.feeds, name="feeds")
app.add_typer(upkeep.offsets, name="offsets")
app.add_typer(upkeep.letters, name="dead-letters")
app.add_typer(keys.app, name="keys")
app.add_typer(entities.app, name="entities")

TEARDOWN_SECONDS = 5.0
"""What the interpreter may take to end once a service has stopped: a thread that looks up a name holds it up."""


def main() -> None:
    """Run the command line; what the world does to it becomes one line and exit code 1."""
    from sqlalchemy.exc import SQLAlchemyError

    from services.engines.failure import EngineFailed
    from services.kafka import KafkaUnavailable

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it says comes as an error too; services reset it
    try:
        app()
    except NothingThere as error:
        sys.exit(_end(str(error), NOT_FOUND))
    except (BadSettings, EngineFailed, KafkaUnavailable) as error:
        sys.exit(_end(str(error)))
    except SQLAlchemyError as error:
        sys.exit(_end(f"the database failed: {getattr(error, 'orig', None) or error}"))
    except BrokenPipeError:
        sys.exit(FAILED)
    except OSError as error:
        sys.exit(_end(f"{error}" or type(error).__name__))


def _end(message: str, code: int = FAILED) -> int:
    say(message)
    return code


def run_service(
    settings: ServiceSettings,
    service: Coroutine[Any, Any, None],
    *,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> None:
    """Run a service in the foreground until it is stopped, on asyncio's own loop unless another is named."""
    from services.logs import log_settings, set_up_logs

    set_up_logs(settings.log_level, settings.log_format)
    log_settings(settings)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_serve(service))


def open_loop(lookups: int) -> asyncio.AbstractEventLoop:
    """Return a loop of uvloop that looks up so many names at once, up to 512.

    By itself it does two, so that two names whose servers are mute would keep every other waiting.
    """
    import uvloop

    os.putenv("UV_THREADPOOL_SIZE", f"{2 * lookups}")  # half of them are for names; read at the first of these
    return uvloop.new_event_loop()


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
    # Twice as many as pages, since nobody can end a look-up: one given up goes on beside those that follow.
    run_service(settings, run(settings), loop_factory=partial(open_loop, 2 * settings.fetch_concurrency))


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
    model: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The model to read with; else CLAIMWIRE_EXTRACT_MODEL or ours."),
    ] = None,
) -> None:
    """Read texts without any engine, and write what they claim: one JSON line an input, in order.

    Without FILE, JSON Lines from standard input: {"id", "text", "title"?, "published_at"?, "publisher"?}.
    """
    from services.extract.text import run

    folder = model or load(ReadingSettings).extract_model
    raise typer.Exit(run(files or [], min_confidence=min_confidence, processes=processes, model=folder, out=sys.stdout))


app.command()(fetch)


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the versions of Claimwire, its extractor and Python."""
    from services.cli import commands

    show([commands.versions()], as_json=as_json, title="versions")


asked = (asking.submit, asking.search, asking.claims, asking.article, comparing.threads, comparing.card)
for command in (*asked, filling.backfill, upkeep.erase, upkeep.prune, upkeep.reextract, upkeep.republish):
    app.command()(command)
