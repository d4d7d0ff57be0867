"""The command that shows what ingest does with one URL, step by step; it needs no engine and stores nothing."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.exits import FAILED, AsJson
from services.cli.tables import show
from services.logs import plain
from services.settings import FetchSettings, load

if TYPE_CHECKING:
    from services.ingest.inspection.walk import Step

NAME_COLUMNS = 18
"""The width of what a line is about: of the longest field's name."""


def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, or a feed, a sitemap or a home page.")],
    text: Annotated[bool, typer.Option("--text", help="Show the article's text too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show step by step what ingest does with URL: robots.txt, dials, redirects, headers, cleaning, and each field.

    It keeps to robots.txt and to the addresses that may be dialled, needs no engine and stores nothing. Exit code 1
    if there is neither an article nor anything that lists some.
    """
    from schemas.events import ArticleIngested

    def tell(step: "Step") -> None:
        if as_json:
            show([{"step": step.name, **step.said}], as_json=True, title="")
        else:
            typer.echo(plain(line_of(step)))

    found = asyncio.run(_walk(url, tell))
    if text and isinstance(found, ArticleIngested):
        if as_json:
            show([{"step": "text", "text": found.text}], as_json=True, title="")
        else:
            typer.echo("\n" + "\n".join(map(plain, found.text.split("\n"))))
    if found is None:
        raise typer.Exit(FAILED)


async def _walk(url: str, tell: Any) -> Any:
    from services.ingest.inspection.walk import MODULES, walk
    from services.ingest.service import CPU_SECONDS, MEMORY_BYTES, WALL_SECONDS
    from services.workers import open_workers

    settings = load(FetchSettings)
    async with open_workers(
        1, modules=MODULES, cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES, wall_seconds=WALL_SECONDS
    ) as workers:
        return await walk(url, settings, workers, tell)


def line_of(step: "Step") -> str:
    """Return a step as a line for a person."""
    said = step.said
    match step.name:
        case "field":
            name, words = said["field"], f"{_words(said['value'])}  [{said['evidence']}]"
        case "dial":
            verdict = "refused: " + said["refused"] if said["refused"] else "let through"
            name, words = "dial", f"{said['address']} port {said['port']}: {verdict}"
        case "outcome":
            name, words = "outcome", f"{said['outcome']}{_because(said)}"
        case "robots":
            name, words = "robots", "allowed" + _rest(said, "allowed") if said["allowed"] else f"no: {said['reason']}"
        case "robots.txt" | "url" | "redirect" | "listed":
            name, words = step.name, said["url"] + _rest(said, "url")
        case _:
            name, words = step.name, _rest(said).removeprefix(", ")
    return f"{name:<{NAME_COLUMNS}}{words}"


def _because(said: dict[str, Any]) -> str:
    again = said.get("again_in_seconds")
    return f" ({said['reason']})" + (f"; ingest would try again in {again:.0f} s" if again else "")


def _rest(said: dict[str, Any], *but: str) -> str:
    told = ((name.replace("_", " "), value) for name, value in said.items() if name not in but and value is not None)
    return "".join(f", {name} {_words(value)}" for name, value in told)


def _words(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return f"{value:,}" if isinstance(value, int) else str(value)
