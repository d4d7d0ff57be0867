"""The commands that look after a running system: its feeds, its offsets, its dead letters and what is to go."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from services.cli.exits import FAILED, NOT_FOUND, AsJson, fail, say
from services.cli.tables import show
from services.logs import plain
from services.settings import ReadingSettings, RetentionSettings, ServiceSettings, Settings, load

feeds = typer.Typer(no_args_is_help=True, help="The feeds that ingest polls.")
offsets = typer.Typer(no_args_is_help=True, help="How far extract has read, kept in PostgreSQL.")
letters = typer.Typer(no_args_is_help=True, help="Records that could not be handled.")

FEED_COLUMNS = ("url", "polled_at", "next_poll_at", "changes_a_day", "outcome", "reason")
"""What of a feed fits a terminal; JSON has all."""

LETTERS_MOST = 10_000
"""Listed at once."""


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
    pace = [None if (each := row["changes_per_day"]) is None else f"{each:.1f}" for row in rows]
    short = [{**row, "changes_a_day": each} for row, each in zip(rows, pace, strict=True)]
    told = rows if as_json else [{name: row[name] for name in FEED_COLUMNS} for row in short]
    show(told, as_json=as_json, title="feeds")


@feeds.command("remove")
def feeds_remove(url: Annotated[str, typer.Argument(metavar="URL")]) -> None:
    """Poll a feed no more; its articles stay."""
    from services.cli import commands

    if not asyncio.run(commands.remove_feed(load(ServiceSettings), url)):
        fail(f"no feed {url}", NOT_FOUND)


@feeds.command("sync")
def feeds_sync(file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file.")]) -> None:
    """Have exactly the feeds of FILE polled: add what is new, poll no more what is not in it; articles stay."""
    from services.cli import opml, syncing

    done = asyncio.run(syncing.sync_feeds(load(ServiceSettings), opml.read_feeds(file)))
    typer.echo(f"feeds: {done.added} added, {done.kept} kept, {done.removed} removed")


@feeds.command("import")
def feeds_import(file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file.")]) -> None:
    """Poll the feeds of FILE too, from now on; those that are polled already stay."""
    from services.cli import commands, opml

    listed = opml.read_feeds(file)
    asyncio.run(commands.add_feeds(load(ServiceSettings), listed))
    typer.echo(f"feeds: {len(listed)} of {file} are polled")


@feeds.command("export")
def feeds_export(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to; else to standard output.")] = None,
) -> None:
    """Write the feeds that were added as OPML; what these name themselves is left out."""
    from services.cli import opml, syncing

    added = asyncio.run(syncing.list_added(load(ServiceSettings)))
    if file is None:
        opml.write_feeds(added, sys.stdout.buffer)
        return
    with file.open("wb") as out:
        opml.write_feeds(added, out)


@offsets.command("show")
def offsets_show(as_json: AsJson = False) -> None:
    """Show each partition's place, its lag, and why it is paused if it is."""
    from services.cli import commands

    show(asyncio.run(commands.show_offsets(load(Settings))), as_json=as_json, title="offsets")


@offsets.command("reset")
def offsets_reset(
    to: Annotated[str, typer.Option(help="'earliest', 'latest' or an offset.")],
    partition: Annotated[int | None, typer.Option(help="One partition; else all.")] = None,
) -> None:
    """Set extract's place by hand: after records were lost, or to read again. What is stored stays as it is."""
    from services.cli import commands

    for line in asyncio.run(commands.reset_offsets(load(Settings), to, partition)):
        typer.echo(line)


@letters.command("list")
def letters_list(
    reason: Annotated[str | None, typer.Option(help="Only those of this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LETTERS_MOST)] = 100,
    as_json: AsJson = False,
) -> None:
    """List the dead letters that wait, oldest first."""
    from services.cli import commands

    rows = asyncio.run(commands.list_letters(load(ServiceSettings), commands.choose_letters(reason=reason), limit))
    show(rows, as_json=as_json, title="dead letters")


@letters.command("show")
def letters_show(letter_id: Annotated[UUID, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show one dead letter whole, with its key, value and headers."""
    from services.cli import commands

    found = asyncio.run(commands.show_letter(load(ServiceSettings), letter_id))
    if found is None:
        fail(f"no dead letter {letter_id}", NOT_FOUND)
    show([found], as_json=as_json, title="dead letter")


@letters.command("redrive")
def letters_redrive(
    letter_id: Annotated[UUID | None, typer.Argument(metavar="ID", help="One dead letter; else all that wait.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those of this reason.")] = None,
    since: Annotated[str | None, typer.Option(help="Only those that came from this date on.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hand dead letters to extract again: each is stored, or stays with one attempt more.

    Exit code 1 if one stays.
    """
    from services.cli import commands
    from services.cli.times import parse_time

    chosen = commands.choose_letters(letter_id, reason, parse_time("--since", since) if since else None)
    settings = load(ServiceSettings)
    if dry_run:
        rows, title = asyncio.run(commands.list_letters(settings, chosen, LETTERS_MOST)), "letters to be redriven"
    else:
        rows, title = asyncio.run(commands.redrive(settings, chosen, quiet=as_json, model=_model())), "redriven"
    if letter_id is not None and not rows:
        fail(f"no dead letter {letter_id} waits", NOT_FOUND)
    show(rows, as_json=as_json, title=title)
    if not dry_run and any(row["outcome"] == "dead_lettered" for row in rows):
        raise typer.Exit(FAILED)


@letters.command("resume")
def letters_resume() -> None:
    """Let the partitions go on that paused for too many dead letters."""
    from services.cli import commands

    typer.echo(f"{asyncio.run(commands.resume(load(ServiceSettings)))} partitions go on")


def erase(
    what: Annotated[str, typer.Argument(metavar="ARTICLE|URL|PUBLISHER", help="An id, a URL or a domain.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else a terminal is asked, and nobody else.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the words of articles away for good, wherever they are kept, and refuse them from now on.

    It says first what would go, and asks.

    ARTICLE is the id of an article or of a submission. URL is any spelling of an article's, read or not.
    PUBLISHER is a domain and means all its articles. An order that was cut off is given again.
    """
    from services.cli import erasing
    from services.cli.bars import open_bar

    settings, named = load(ServiceSettings), erasing.understand(what)
    found = asyncio.run(erasing.look(settings, named))
    if not as_json:
        _tell(erasing.tell(named, found))
    does = not found.is_nothing and (yes or (not as_json and _asked("Erase this for good?")))
    erased = 0
    if does:
        with open_bar("erasing", found.articles, quiet=as_json) as advance:
            erased = asyncio.run(erasing.carry_out(settings, named, advance))
    if as_json:
        show([{"named": what, **found._asdict(), "done": does, "erased": erased}], as_json=True, title="erasure")
    elif found.is_nothing:
        typer.echo("erased already, nothing to do")
    else:
        done = f"erased {erasing.several(erased, 'article')}; what was named will be refused"
        typer.echo(done if does else "nothing was erased")


def reextract(
    *,
    since: Annotated[str | None, typer.Option(help="Only articles fetched from this date on.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Only those of this domain.")] = None,
    below_version: Annotated[
        int | None, typer.Option(min=1, help="Only those read by an extractor below this version; else the current.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The most that are read.")] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many are read side by side.")] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many would be read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read stored texts again that an older extractor read, or that cannot be searched yet.

    It may run beside the extract service, and goes on where it was when it was cut off: what is done is of this
    version. Claims that are found again keep their ids. Exit code 1 if an article cannot be read.
    """
    from services.cli import rereading
    from services.cli.times import parse_time

    settings = load(ServiceSettings)
    choice = rereading.choose(below_version, publisher, parse_time("--since", since) if since else None)
    if dry_run:
        left = asyncio.run(rereading.count_left(settings, choice))
        show([{"left": min(left, limit or left)}], as_json=as_json, title="articles to be read again")
        return
    tally = asyncio.run(
        rereading.reread(settings, choice, most=limit, processes=processes, quiet=as_json, model=_model())
    )
    show([tally.row()], as_json=as_json, title="articles read again")
    for one in tally.failures:
        say(f"article {one.article_id} cannot be read: {one.reason}")
    if tally.failures:
        raise typer.Exit(FAILED)


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Do away now with what is older than CLAIMWIRE_RETENTION_… say; the extract service does so by itself.

    Texts go alone. Articles go with their claims, as by `claimwire erase`, and are refused from then on.
    """
    from services.cli import pruning

    keep = pruning.find_keep(load(RetentionSettings))
    gone = asyncio.run(pruning.prune(load(ServiceSettings), keep, dry_run=dry_run, quiet=as_json))
    show([gone], as_json=as_json, title="what would go" if dry_run else "what went")


def republish(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many articles that are.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read and publish again what was published and never stored, after records were lost.

    First let extract read what the topic still has: what is only on its way counts as well, and goes out twice.
    """
    from services.cli import commands

    done = asyncio.run(commands.republish(load(ServiceSettings), dry_run=dry_run))
    show([done], as_json=as_json, title="never stored" if dry_run else "read again")


def _model() -> Path | None:
    return load(ReadingSettings).extract_model


def _tell(lines: list[str]) -> None:
    for line in lines:
        typer.echo(plain(line))


def _asked(question: str) -> bool:
    """Ask whoever sits at the terminal; nobody there means no."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo("a dry run: --yes does it")
        return False
    return typer.confirm(question)
