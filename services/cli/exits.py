"""How a command ends: the codes, and one line that says why."""

from typing import Annotated, NoReturn

import typer

from services.logs import plain

FAILED = 1
NOT_FOUND = 3

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON Lines, for a script.")]


class BadArgument(OSError):
    """An argument of a command is wrong, or the world is against it; the message says which and why."""


class NothingThere(Exception):
    """There is nothing of the name that a command was given; the message names it."""


def say(message: str) -> None:
    """Write one line to standard error; nothing in it steers the terminal."""
    typer.echo(f"claimwire: {plain(' '.join(message.split()))}", err=True)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Write one line to standard error and end."""
    say(message)
    raise typer.Exit(code)
