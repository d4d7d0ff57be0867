"""The commands about entities: what is known of one, and what an operator holds for one or for two."""

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from services.cli.exits import AsJson, BadArgument, NothingThere
from services.cli.tables import show
from services.settings import ServiceSettings, load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine

    from schemas.tables import PinKind

app = typer.Typer(no_args_is_help=True, help="Who and what the articles name, and which of them are one.")

EntityId = Annotated[UUID, typer.Argument(metavar="ENTITY", help="The id of an entity, as the API shows it.")]


@asynccontextmanager
async def _open(settings: ServiceSettings) -> "AsyncIterator[AsyncEngine]":
    from services.database import open_database

    async with open_database(
        settings.database_url, application_name="entities", prepare=settings.database_prepare
    ) as engine:
        yield engine


async def show_entity(settings: ServiceSettings, entity_id: UUID) -> list[dict[str, Any]]:
    """Return an entity, what was merged into it and what it is pinned to, a row each; raises NothingThere."""
    from services.api.queries import entities, pins

    async with _open(settings) as engine, engine.connect() as connection:
        found = await entities.find_entity(connection, entity_id)
        if found is None:
            raise NothingThere(f"no entity {entity_id}, or no article names it any more")
        merged = await entities.list_merged(connection, found.entity_id)
        pinned = await pins.list_pins(connection, entity_id)
    own = {"rule": None, "score": None, "other": None, "aliases": " | ".join(found.aliases)}
    rows = [{"entity_id": str(found.entity_id), "name": found.name, "is": found.type, **own}]
    for each in merged:
        why = {"is": "merged", "rule": each.rule, "score": each.score, "other": None, "aliases": None}
        rows.append({"entity_id": str(each.entity_id), "name": each.name, **why})
    for each in pinned:
        ends = {"entity_id": str(each.a), "other": str(each.b), "name": None}
        rows.append({**ends, "is": f"pinned {each.kind}", "rule": None, "score": None, "aliases": None})
    return rows


async def pin(settings: ServiceSettings, one: UUID, other: UUID, kind: "PinKind | None") -> None:
    """Pin two entities and settle what follows; raises BadArgument and NothingThere."""
    from services.api.queries import pins
    from services.extract.entities.settling import settle_all

    if one == other:
        raise BadArgument("an entity cannot be pinned to itself")
    async with _open(settings) as engine:
        async with engine.begin() as connection:
            if missing := await pins.find_missing(connection, [one, other]):
                raise NothingThere(f"no entity {missing[0]}")
            await pins.pin(connection, one, other, kind)
        await settle_all(engine)


@app.command("show")
def show_(entity: EntityId, as_json: AsJson = False) -> None:
    """Show an entity with its names, what was merged into it and by which rule, and what it is pinned to."""
    show(asyncio.run(show_entity(load(ServiceSettings), entity)), as_json=as_json, title="entities")


@app.command("pin")
def pin_(entity: EntityId, other: EntityId) -> None:
    """Hold two entities for one, also when articles are read again."""
    from schemas.tables import PinKind

    asyncio.run(pin(load(ServiceSettings), entity, other, PinKind.SAME))
    typer.echo(f"{entity} and {other} are one")


@app.command("split")
def split(entity: EntityId, other: EntityId) -> None:
    """Hold two entities for two, whatever the rules find, also when articles are read again."""
    from schemas.tables import PinKind

    asyncio.run(pin(load(ServiceSettings), entity, other, PinKind.APART))
    typer.echo(f"{entity} and {other} are two")


@app.command("unpin")
def unpin(entity: EntityId, other: EntityId) -> None:
    """Leave it to the rules again whether two entities are one."""
    asyncio.run(pin(load(ServiceSettings), entity, other, None))
    typer.echo(f"{entity} and {other} are what the rules find")
