"""Erasing by hand: an order given in words, what it would take away, and its being carried out."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.cli.bars import Advance
from services.cli.exits import BadArgument, NothingThere
from services.database import open_database
from services.extract import holdings, orders
from services.extract.holdings import Find, Holdings
from services.extract.orders import Order
from services.ingest.urls import BadUrl, canonical_url, default_publisher, resolve
from services.settings import ServiceSettings


@dataclass(frozen=True)
class Named:
    """What an order names, in words, and how what it means is found."""

    words: str
    find: Find


def understand(what: str) -> Named:
    """Return what is named: an id, a URL or a publisher's domain.

    Raises:
        BadArgument: it is none of them.
    """
    try:
        return Named(f"what has the id {what}", partial(_find_by_id, key=UUID(what)))
    except ValueError:
        pass
    try:
        if ":/" in what or what.startswith("urn:"):
            return Named(f"the article at {what}", partial(orders.by_url, urls=_spellings(what)))
        domain = default_publisher(f"https://{what}")
    except BadUrl as error:
        raise BadArgument(f"{what} is no id, no URL and no publisher's domain: {error}") from None
    if "/" in what or not domain:
        raise BadArgument(f"{what} is no id, no URL (which begins with https://) and no publisher's domain")
    return Named(f"the publisher {domain}", partial(_find_by_publisher, domains={domain, what.removeprefix("www.")}))


def _spellings(url: str) -> set[str]:
    """Return the URL as it is sent and as it names an article; a file's is what it is."""
    return {url} if url.startswith(("file:", "urn:")) else {canonical_url(url), resolve("", url)}


async def _find_by_id(connection: AsyncConnection, *, key: UUID) -> Order:
    found = await orders.by_id(connection, key)
    if found is None:
        raise NothingThere(f"no article and no submission {key}")
    return found


async def _find_by_publisher(_: AsyncConnection, *, domains: set[str]) -> Order:
    return orders.by_publisher(domains)


def _open(settings: ServiceSettings) -> Any:
    return open_database(settings.database_url, application_name="erase", prepare=settings.database_prepare)


async def look(settings: ServiceSettings, named: Named) -> Holdings:
    """Return what there is to erase; nothing is changed. Raises ``NothingThere``."""
    async with _open(settings) as engine, engine.connect() as connection:
        return await holdings.find_holdings(connection, await named.find(connection))


async def carry_out(settings: ServiceSettings, named: Named, advance: Advance) -> int:
    """Erase it; return how many articles were not erased before."""
    erased = 0
    engine: AsyncEngine
    async with _open(settings) as engine:
        async for some in holdings.erase(engine, named.find):
            advance(some)
            erased += some
    return erased


def tell(named: Named, found: Holdings) -> list[str]:
    """Return what there is to erase as lines for a person."""
    counts = {"article": found.articles, "claim": found.claims, "submission": found.submissions, "page": found.pages}
    counts["dead letter"] = found.dead_letters
    lines = [named.words, "  " + ", ".join(several(count, name) for name, count in counts.items())]
    lines += [f"    {title}" for title in found.titles]
    if found.articles > len(found.titles) > 0:
        lines.append(f"    and {found.articles - len(found.titles)} more")
    if found.same_text and found.articles > 1:
        lines.append("  all handed in with the same words: a text is erased wherever it was handed in")
    if found.feeds:
        kept = f"  {several(found.feeds, 'feed')} kept, whose pages will be refused"
        lines.append(f"{kept}; 'claimwire feeds remove URL' ends the polls")
    return lines


def several(count: int, name: str) -> str:
    """Return a count with what it counts."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"
