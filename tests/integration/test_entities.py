"""Entities in the store: the same articles, in whatever order, give the same entities, names and merges."""

import asyncio
import random
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.extraction import Mention, MentionType
from schemas.tables import PinKind
from services.extract import store
from services.extract.entities.keys import entity_key
from services.extract.entities.saving import mark
from services.extract.entities.settling import settle_all
from services.extract.records import Erasure, Read
from tests.builders import article, reading

PERSON, ORG, GPE = MentionType.PERSON, MentionType.ORG, MentionType.GPE
Names = tuple[tuple[str, MentionType], ...]

ARTICLES: dict[str, Names] = {
    "full": (("Odra Venn", PERSON), ("Harbour Workers Union", ORG)),
    "surname": (("Venn", PERSON), ("HWU", ORG)),
    "spelt": (("Odra Vénn", PERSON), ("Kestrel Line", ORG)),
    "middle": (("Odra M. Venn", PERSON), ("Russia", GPE)),
    "junior": (("Tomas Skarne Jr.", PERSON), ("Tomas Skarne", PERSON), ("Kremlin", GPE)),
    "lone": (("Skarne", PERSON), ("Russian Federation", GPE)),
}


def read(name: str, version: int = 1, names: Names | None = None) -> Read:
    shown = ARTICLES[name] if names is None else names
    text = f"{name}: {', '.join(form for form, _ in shown)} met."
    mentions = []
    for form, kind in shown:
        start = text.index(form)
        mentions.append(Mention(span=(start, start + len(form)), text=form, type=kind, name=form))
    event = article(url=f"https://harbour-post.example/{name}", text=text, revision=version)
    return reading(event, mentions=tuple(mentions))


async def save(engine: AsyncEngine, *readings: Read | Erasure) -> None:
    async with engine.begin() as connection:
        await store.save(connection, readings)


async def told(engine: AsyncEngine) -> dict[str, Any]:
    """What is stored of entities, but for times and what only history shows."""
    entity, merge = tables.entity, tables.entity_merge
    async with engine.connect() as connection:
        entities = (await connection.execute(select(entity))).all()
        aliases = (await connection.execute(select(tables.entity_alias))).all()
        merges = (await connection.execute(select(merge).where(merge.c.undone_at.is_(None)))).all()
    living = {row.entity_id for row in entities if row.live}
    return {
        "entities": sorted((str(r.entity_id), r.name, r.type, r.folded, r.bucket, str(r.merged_into)) for r in entities if r.live),
        "aliases": sorted(map(str, aliases)),
        "merges": sorted((str(r.entity_id), str(r.into_id), r.rule, r.score) for r in merges if r.entity_id in living),
    }


async def merged(engine: AsyncEngine) -> dict[str, str]:
    entity = tables.entity
    into = entity.alias()
    query = select(entity.c.name, into.c.name.label("into")).join(into, entity.c.merged_into == into.c.entity_id)
    async with engine.connect() as connection:
        return {row.name: row.into for row in await connection.execute(query)}


def key(name: str, kind: MentionType = PERSON) -> UUID:
    return entity_key(name, kind).id


async def pin(engine: AsyncEngine, one: str, other: str, kind: PinKind) -> None:
    a, b = sorted((key(one), key(other)))
    async with engine.begin() as connection:
        await connection.execute(tables.entity_pin.insert().values(a=a, b=b, kind=kind))
        await mark(connection, (a, b))
    await settle_all(engine)


async def test_surname_and_initials_join_the_one_that_fits(engine: AsyncEngine) -> None:
    await save(engine, *map(read, ARTICLES))
    await settle_all(engine)
    assert await merged(engine) == {
        "Venn": "Odra M. Venn",
        "Odra Vénn": "Odra M. Venn",
        "HWU": "Harbour Workers Union",
    }


async def test_surname_of_two_joins_neither(engine: AsyncEngine) -> None:
    await save(engine, read("full"), read("surname"))
    await settle_all(engine)
    assert "Venn" in await merged(engine)
    await save(engine, read("other", names=(("Harl Venn", PERSON),)))
    await settle_all(engine)
    assert "Venn" not in await merged(engine)
