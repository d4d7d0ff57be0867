"""Entities in the store: the same articles, in whatever order, give the same entities, names and merges."""

import asyncio
import random
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.extraction import Mention, MentionType
from schemas.tables import PinKind
from services.extract import store
from services.extract.entities.keys import entity_key
from services.extract.entities.saving import mark
from services.extract.entities.settling import settle, settle_all
from services.extract.records import Erasure, Read
from services.extract.relating import leases
from services.extract.relating.renewal import RENEWED_AT_ONCE, mark_entities, renew_some
from tests.builders import article, claim, mention, reading

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
    shown_text = f"{name}: {', '.join(form for form, _ in shown)} met."
    mentions, at = [], 0
    for form, kind in shown:
        start = shown_text.index(form, at)
        at = start + len(form)
        mentions.append(Mention(span=(start, start + len(form)), text=form, type=kind, name=form))
    event = article(url=f"https://harbour-post.example/{name}", text=shown_text, revision=version)
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
        "entities": sorted(
            (str(r.entity_id), r.name, r.type, r.folded, r.bucket, str(r.merged_into)) for r in entities if r.live
        ),
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


async def test_same_articles_in_any_order_through_two_workers_give_the_same(engine: AsyncEngine) -> None:
    chance = random.Random(7)  # the order is what is tested, and a failure must come again
    seen: list[dict[str, Any]] = []
    for turn in range(8):
        order = [*ARTICLES, *chance.sample(sorted(ARTICLES), 3)]
        chance.shuffle(order)
        await asyncio.gather(work(engine, order[::2]), work(engine, order[1::2]))
        # Read otherwise, and once more as before: what is there in the end counts.
        await save(engine, read("full", 2 + 2 * turn, (("Harl Venn", PERSON),)))
        if turn % 2:
            await settle_all(engine)
        await save(engine, read("full", 3 + 2 * turn))
        await settle_all(engine)
        seen.append(await told(engine))
        await empty(engine)
    assert seen[0]["merges"]
    assert all(each == seen[0] for each in seen)


async def work(engine: AsyncEngine, names: list[str]) -> None:
    for name in names:
        await save(engine, read(name))
        await settle_all(engine)


async def empty(engine: AsyncEngine) -> None:
    names = ", ".join(table.name for table in tables.metadata.sorted_tables)
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {names}"))


async def test_id_of_a_split_entity_is_its_own_again_and_the_log_says_so(engine: AsyncEngine) -> None:
    await save(engine, read("full"), read("surname"))
    await settle_all(engine)
    await pin(engine, "Venn", "Odra Venn", PinKind.APART)
    assert "Venn" not in await merged(engine)
    async with engine.connect() as connection:
        rows = await connection.execute(select(tables.change.c.kind).order_by(tables.change.c.sequence))
        assert [kind for kind in rows.scalars() if kind in {"merged", "split"}] == ["merged", "merged", "split"]
        undone = (await connection.execute(select(tables.entity_merge.c.undone_at))).scalars().all()
    assert len([at for at in undone if at is not None]) == 1


async def test_pins_outlive_reading_again(engine: AsyncEngine) -> None:
    await save(engine, read("full"), read("junior"), read("surname"))
    await settle_all(engine)
    await pin(engine, "Odra Venn", "Tomas Skarne", PinKind.SAME)
    await pin(engine, "Venn", "Odra Venn", PinKind.APART)
    wanted = await merged(engine)
    assert wanted["Odra Venn"] == "Tomas Skarne"
    assert "Venn" not in wanted
    for name in ("full", "junior", "surname"):
        await save(engine, read(name, 2, ()))
    await settle_all(engine)
    assert await merged(engine) == {}
    for name in ("full", "junior", "surname"):
        await save(engine, read(name, 3))
    await settle_all(engine)
    assert await merged(engine) == wanted


async def test_entity_that_only_an_erased_article_named_keeps_no_words(engine: AsyncEngine) -> None:
    await save(engine, read("full"), read("spelt"))
    await settle_all(engine)
    await save(engine, Erasure(read("full").event.article_id), Erasure(read("spelt").event.article_id))
    await settle_all(engine)
    async with engine.connect() as connection:
        for table in (tables.entity, tables.entity_alias, tables.entity_merge, tables.mention, tables.entity_mark):
            assert "enn" not in str((await connection.execute(select(table))).all())


async def test_name_that_one_article_gave_goes_with_it(engine: AsyncEngine) -> None:
    await save(engine, read("junior"), read("lone"))
    await settle_all(engine)
    await save(engine, Erasure(read("junior").event.article_id))
    await settle_all(engine)
    async with engine.connect() as connection:
        russia = key("Russia", GPE)
        row = (await connection.execute(select(tables.entity).filter_by(entity_id=russia))).one()
        forms = set(
            (await connection.execute(select(tables.entity_alias.c.form).filter_by(entity_id=russia))).scalars()
        )
    assert (row.name, row.live, forms) == ("Russia", True, {"Russian Federation"})
    assert "kremlin" not in row.folded


async def test_entity_that_somebody_names_just_now_is_not_found_dead(engine: AsyncEngine) -> None:
    await save(engine, read("full"))
    await settle_all(engine)
    async with engine.connect() as saver, saver.begin() as saving:
        await store.save(saver, [read("spelt")])
        await save(engine, read("full", 2, ()))
        assert await settle(engine) > 0
        await saving.commit()
    await settle_all(engine)
    async with engine.connect() as connection:
        row = (await connection.execute(select(tables.entity).filter_by(entity_id=key("Odra Venn")))).one()
    assert (row.live, row.name) == (True, "Odra Vénn")


async def test_entity_read_otherwise_goes_on_as_the_one_it_is_now(engine: AsyncEngine) -> None:
    """Whoever was served an id of an older naming still gets an answer."""
    await save(engine, read("spelt"))
    old = UUID(int=7)
    async with engine.begin() as connection:
        await connection.execute(insert(tables.entity).values(entity_id=old, name="Odra Venn", type=PERSON))
        await mark(connection, [old], lost=True)
    await settle_all(engine)
    async with engine.connect() as connection:
        row = (await connection.execute(select(tables.entity).filter_by(entity_id=old))).one()
    assert (row.merged_into, row.name) == (key("Odra Venn"), None)


def stating(number: int, body: str) -> Read:
    """An article with a claim that names a body."""
    said = f"{body} closed the quay number {number}."
    event = article(said, url=f"https://harbour-post.example/{number}")
    return reading(event, claim(said, said), mentions=(mention(said, body, ORG),))


async def list_compared(engine: AsyncEngine) -> set[UUID]:
    async with engine.connect() as connection:
        compared = select(tables.article.c.article_id).where(tables.article.c.related_at.is_not(None))
        return set((await connection.execute(compared)).scalars())


async def test_articles_whose_entities_became_one_are_compared_anew(engine: AsyncEngine) -> None:
    ours, aside = stating(1, "HWU"), stating(2, "Kestrel Line")
    await save(engine, ours, aside)
    await settle_all(engine)
    await compare_all(engine)
    await save(engine, read("full"))
    await settle_all(engine)
    assert await merged(engine) == {"HWU": "Harbour Workers Union"}
    assert await list_compared(engine) == {aside.event.article_id}


async def compare_all(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(tables.article.update().values(related_at=func.now()))


async def test_articles_are_compared_anew_some_at_a_time_from_where_it_was_cut_off(engine: AsyncEngine) -> None:
    await save(engine, *(stating(number, "HWU") for number in range(7)), stating(9, "Kestrel Line"))
    await compare_all(engine)
    async with engine.begin() as connection:
        await mark_entities(connection, [key("HWU", ORG), UUID(int=5)])
    assert len(await list_compared(engine)) == 8
    for left in (6, 4, 2, 1):
        async with engine.begin() as connection:
            await renew_some(connection, most=2)
        assert len(await list_compared(engine)) == left
    async with engine.begin() as connection:
        assert await renew_some(connection, most=2) == 0


async def test_articles_are_compared_anew_only_while_few_wait(engine: AsyncEngine) -> None:
    """So that an article that is new need not wait behind all that name a head of state."""
    await save(engine, *(stating(number, "HWU") for number in range(RENEWED_AT_ONCE + 2)))
    await compare_all(engine)
    async with engine.begin() as connection:
        await mark_entities(connection, [key("HWU", ORG)])
        assert await renew_some(connection) == RENEWED_AT_ONCE
        assert await renew_some(connection) == 0
    assert len(await list_compared(engine)) == 2
    await compare_all(engine)
    async with engine.begin() as connection:
        assert await renew_some(connection) > 0
    assert len(await list_compared(engine)) == RENEWED_AT_ONCE


async def test_article_that_is_being_compared_is_compared_anew_once(engine: AsyncEngine) -> None:
    """It may have read what its entities were one with before; whoever takes it then has read what they are now."""
    await save(engine, stating(1, "HWU"))
    (before,) = await leases.take(engine, 4)
    async with engine.begin() as connection:
        await mark_entities(connection, [key("HWU", ORG)])
    await settle_all(engine)
    (after,) = await leases.take(engine, 4)
    await settle_all(engine)
    async with engine.begin() as connection:
        assert not await leases.hold(connection, before)
        assert await leases.hold(connection, after)


async def test_words_of_a_dead_entity_leave_the_one_it_was_one_with(engine: AsyncEngine) -> None:
    """Only the erased article had the acronym, of an entity of its own that had become one with the body."""
    body = read("body", names=(("Harbour Workers Union", ORG),))
    short = read("short", names=(("HWU", ORG),))
    await save(engine, body, short)
    await settle_all(engine)
    assert await merged(engine) == {"HWU": "Harbour Workers Union"}
    await save(engine, Erasure(short.event.article_id))
    await settle_all(engine)
    async with engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            assert "hwu" not in str((await connection.execute(select(table))).all()).casefold(), table.name


async def test_settling_does_not_go_round_while_others_hold_what_is_marked(engine: AsyncEngine) -> None:
    await save(engine, read("full"))
    await settle_all(engine)
    async with engine.connect() as saver, saver.begin() as saving:
        await store.save(saver, [read("spelt", names=ARTICLES["full"])])
        await save(engine, read("full", 2, ()))
        async with asyncio.timeout(10):
            await settle_all(engine)
        assert await settle(engine) == 0
        await saving.commit()
    assert await settle_all(engine) > 0
    async with engine.connect() as connection:
        assert (await connection.execute(select(tables.entity_mark))).all() == []
