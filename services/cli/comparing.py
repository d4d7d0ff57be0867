"""The commands that ask the API what articles have in common: threads of claims, and source cards."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from schemas.comparison import ThreadStatus
from services.cli.asking import ApiUrl, find_id, list_items, open_api
from services.cli.exits import AsJson
from services.cli.tables import show

if TYPE_CHECKING:
    from services.cli.client import Item


def threads(
    question: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION…", help="As one asks it; its words need not all be there.")
    ] = None,
    *,
    speaker: Annotated[str | None, typer.Option(help="Who said it: a name or a part of it.")] = None,
    status: Annotated[ThreadStatus | None, typer.Option(help="Whether it is contested.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="The most that is shown.")] = 3,
    api_url: ApiUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show who says so and who says otherwise, the best supported first."""
    wanted = {"q": " ".join(question) if question else None, "speaker": speaker, "status": status}
    found = asyncio.run(_read(api_url, limit, wanted))
    if as_json:
        show(found, as_json=True, title="threads")
    else:
        from services.cli.sides import show_threads

        show_threads(Console(highlight=False), found)


async def _read(api_url: str | None, limit: int, wanted: dict[str, Any]) -> "list[Item]":
    listed = await list_items(api_url, "/v1/threads", limit, {**wanted, "fields": "thread_id"})
    async with open_api(api_url) as client:
        return [await client.get(f"/v1/threads/{one['thread_id']}") for one in listed]


def card(
    which: Annotated[str, typer.Argument(metavar="ID|URL", help="The article's id, or a URL of it.")],
    api_url: ApiUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show what an article tells of its sources, and what it does not."""
    found = asyncio.run(_read_card(api_url, which))
    if as_json:
        show([found], as_json=True, title="card")
    else:
        from services.cli.cards import show_card

        show_card(Console(highlight=False), found)


async def _read_card(api_url: str | None, which: str) -> "Item":
    async with open_api(api_url) as client:
        return await client.get(f"/v1/articles/{await find_id(client, which)}/card")
