"""The commands that ask the API, as any of its clients could: hand in, search, list claims, read an article."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from schemas.events import Arrival
from schemas.extraction import Force, Form, Polarity, Voice
from services.cli.exits import AsJson, BadArgument, NothingThere
from services.cli.tables import show
from services.settings import ClientSettings, load

if TYPE_CHECKING:
    from services.cli.client import Client, Item

ApiUrl = Annotated[str | None, typer.Option(help="The API's address; else that of CLAIMWIRE_API_URL.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="The most that is shown.")]
Confidence = Annotated[
    float | None, typer.Option(min=0, max=1, help="Only claims at least so sure, also those not listed by default.")
]

LISTED_ITEMS = 200
"""The most that the API puts into one answer of a list."""

FOUND_ITEMS = 50
"""The most that it puts into one answer of a search."""


@asynccontextmanager
async def open_api(api_url: str | None) -> "AsyncIterator[Client]":
    """Open a client of the API at an address, else at the one that is set."""
    from services.cli.client import open_client

    settings = load(ClientSettings)
    async with open_client(api_url or settings.api_url, settings.api_key) as client:
        yield client


async def submit_all(what: Sequence[str], api_url: str | None) -> list[dict[str, Any]]:
    """Hand articles to the API; return what it answered of each. One that cannot be read, and none is handed in."""
    bodies = [_submission(one) for one in what]
    rows = []
    async with open_api(api_url) as client:
        for one, body in zip(what, bodies, strict=True):
            try:
                rows.append({"submitted": one, "status": await client.post("/v1/articles", body)})
            except (BadArgument, NothingThere) as error:
                raise BadArgument(f"{one}: {error}") from None
    return rows


def _submission(what: str) -> dict[str, str]:
    if what.startswith(("http://", "https://")):
        return {"url": what}
    try:
        text = Path(what).read_text("utf-8")
    except UnicodeDecodeError:
        raise BadArgument(f"{what} is no text in UTF-8") from None
    except OSError as error:
        raise BadArgument(f"{what} is no URL (http:// or https://) and no file: {error.strerror}") from None
    return {"html" if Path(what).suffix.lower() in {".html", ".htm", ".xhtml"} else "text": text}


def submit(
    what: Annotated[list[str], typer.Argument(metavar="URL|FILE…", help="What to read: URLs, HTML or text files.")],
    api_url: ApiUrl = None,
    as_json: AsJson = False,
) -> None:
    """Hand articles in, as POST /v1/articles does; prints where their status is."""
    show(asyncio.run(submit_all(what, api_url)), as_json=as_json, title="submissions")


class Kind(StrEnum):
    """What is searched."""

    CLAIMS = "claims"
    ARTICLES = "articles"


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", help="All must be there; '\"so\"': side by side.")],
    *,
    only: Annotated[Kind | None, typer.Option(help="Search only these.")] = None,
    publisher: Annotated[str | None, typer.Option(help="The publisher's domain.")] = None,
    limit: Limit = 10,
    api_url: ApiUrl = None,
    as_json: AsJson = False,
) -> None:
    """Search what was claimed and what articles say, the best first, in any form and spelling of the words."""
    from services.cli.showing import show_claims, show_found_articles

    wanted = {"q": " ".join(words), "publisher": publisher}
    console = Console(highlight=False)
    for kind, write in ((Kind.CLAIMS, show_claims), (Kind.ARTICLES, show_found_articles)):
        if only in {None, kind}:
            found = asyncio.run(list_items(api_url, f"/v1/search/{kind}", limit, wanted, most=FOUND_ITEMS))
            if as_json:
                show(found, as_json=True, title=kind)
            else:
                console.rule(kind, align="left", style="dim")
                write(console, found)


def claims(
    *,
    speaker: Annotated[str | None, typer.Option(help="Who said it: a name or a part of it.")] = None,
    publisher: Annotated[str | None, typer.Option(help="The publisher's domain.")] = None,
    entity: Annotated[UUID | None, typer.Option(help="The id of the entity that is the speaker.")] = None,
    arrival: Annotated[Arrival | None, typer.Option(help="How the article came.")] = None,
    language: Annotated[str | None, typer.Option(help="The article's language: en, de.")] = None,
    polarity: Annotated[Polarity | None, typer.Option(help="Whether it was affirmed or denied.")] = None,
    force: Annotated[Force | None, typer.Option(help="How firmly it was said.")] = None,
    form: Annotated[Form | None, typer.Option(help="How the words are quoted.")] = None,
    voice: Annotated[Voice | None, typer.Option(help="Whose voice it is.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Of articles fetched from this date or time on.")] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Of those fetched up to this date, or before this time.")
    ] = None,
    q: Annotated[str | None, typer.Option("--q", help="Words that it holds.")] = None,
    min_confidence: Confidence = None,
    limit: Limit = 20,
    api_url: ApiUrl = None,
    as_json: AsJson = False,
) -> None:
    """List who claimed what, in which words of which article, the article fetched last first."""
    wanted = {
        "speaker": speaker,
        "publisher": publisher,
        "entity": entity,
        "arrival": arrival,
        "language": language,
        "polarity": polarity,
        "force": force,
        "form": form,
        "voice": voice,
        "q": q,
        "min_confidence": min_confidence,
        "from": since,
        "to": until,
    }
    found = asyncio.run(list_items(api_url, "/v1/claims", limit, wanted))
    if as_json:
        show(found, as_json=True, title="claims")
    else:
        from services.cli.showing import show_claims

        show_claims(Console(highlight=False), found)


async def list_items(
    api_url: str | None, path: str, limit: int, wanted: dict[str, Any], *, most: int = LISTED_ITEMS
) -> "list[Item]":
    """Return up to ``limit`` items of a list of the API."""
    async with open_api(api_url) as client:
        return [item async for item in client.items(path, limit, most=most, **wanted)]


def article(
    which: Annotated[str, typer.Argument(metavar="ID|URL", help="The article's id, or a URL of it.")],
    min_confidence: Confidence = None,
    api_url: ApiUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show an article's text with its claims marked, and then the claims."""
    found, text, its_claims = asyncio.run(_read(api_url, which, min_confidence))
    if as_json:
        words = {"text": text["text"], "paragraphs": text["paragraphs"]}
        show([{**found, **words, "claims": its_claims}], as_json=True, title="article")
    else:
        from services.cli.showing import show_article

        show_article(Console(highlight=False), found, text, its_claims)


CLAIMS_MOST = 10_000
"""Of one article: more than the reading finds in any."""


async def _read(api_url: str | None, which: str, min_confidence: float | None) -> "tuple[Item, Item, list[Item]]":
    async with open_api(api_url) as client:
        at = f"/v1/articles/{await find_id(client, which)}"
        found, text = await client.get(at), await client.get(f"{at}/text")
        listed = client.items(f"{at}/claims", CLAIMS_MOST, most=LISTED_ITEMS, min_confidence=min_confidence)
        return found, text, [claim async for claim in listed]


async def find_id(client: "Client", which: str) -> UUID:
    """Return the id that is named, or that of the article at a URL, in whichever spelling it is known."""
    from services.ingest.urls import BadUrl, canonical_url, resolve

    try:
        return UUID(which)
    except ValueError:
        pass
    try:
        spellings = [canonical_url(which), resolve("", which), which]
    except BadUrl as error:
        raise BadArgument(f"{which} is no article's id and no URL: {error}") from None
    for url in dict.fromkeys(spellings):
        async for found in client.items("/v1/articles", 1, most=1, url=url):
            return UUID(found["article_id"])
    raise NothingThere(f"no article at {which}")
