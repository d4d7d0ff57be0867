"""``claimwire backfill``: brings in the pages of an archive, a folder or a list of URLs."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.exits import AsJson, BadArgument, fail
from services.cli.tables import show
from services.cli.times import parse_time
from services.settings import IngestSettings, load


def backfill(
    what: Annotated[
        Path, typer.Argument(metavar="WARC|DIR|URL-LIST", help="A WARC file, a folder of HTML and WARC files, or URLs.")
    ],
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="No more than so many pages, from the beginning.")] = None,
    since: Annotated[str | None, typer.Option(help="None that was fetched or changed before this date.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring in pages of the past, each once; stopped in whatever way, the same command goes on.

    A list has one URL a line; they are fetched as politely as a feed's. Says in the end what became of the pages.
    """
    from services.cli.bars import open_bar
    from services.ingest.backfill.running import backfill as run
    from services.ingest.backfill.stock import BadStock, Stock
    from services.migrations import SchemaNotReady

    stock = Stock(what, limit, _time(since))
    try:
        with open_bar("backfill", None, quiet=as_json) as bar:
            tally = asyncio.run(run(load(IngestSettings), stock, bar))
    except (BadStock, SchemaNotReady) as error:
        raise BadArgument(str(error)) from None
    rows = [{"outcome": outcome, "pages": count} for outcome, count in tally.outcomes.most_common() if count]
    if tally.waiting:
        rows.append({"outcome": "to be tried again", "pages": tally.waiting})
    show(rows, as_json=as_json, title="pages")
    if tally.was_stopped:
        fail("stopped before all pages were done; the same command goes on")


def _time(since: str | None) -> datetime | None:
    return None if since is None else parse_time("--since", since)
