"""Relating on a real PostgreSQL: candidates, relations, threads and origins of what was stored."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.extraction import Polarity
from services.extract import store
from services.extract.records import Erasure, Read
from services.extract.relating.weaving import MARKED_AT_ONCE, weave, weave_all
from services.extract.relating.withdrawal import mark_claims
from services.extract.relating.work import relate_all
from tests.builders import article, claim, mention, reading

A = TypeVar("A")
R = TypeVar("R")

SAID = 'Anna Weller said: "The old bridge at Port Ness is closed to all lorries." Traffic was slow.'
AGAIN = 'On Monday Anna Weller said: "The old bridge at Port Ness is closed to all lorries now." It rained.'
DENIED = 'Anna Weller said: "The old bridge at Port Ness is not closed to all lorries." Nobody asked.'
APART = 'Ola Brink said: "Wages of nurses rise by four per cent in spring." Nurses smiled.'


async def run(function: Callable[[A], R], argument: A) -> R:
    return function(argument)


def read(text: str, number: int = 0, *, speaker: str = "Anna Weller", revision: int = 1, version: int = 1) -> Read:
    quote = text[text.index('"') : text.rindex('"') + 1]
    polarity = Polarity.DENIED if " not " in quote else Polarity.AFFIRMED
    event = article(text, url=f"https://news{number}.example/a", revision=revision)
    return reading(
        event,
        claim(text, quote, speaker=speaker, mention=0, polarity=polarity),
        mentions=(mention(text, speaker),),
        version=version,
    )


async def save(engine: AsyncEngine, *readings: Read | Erasure) -> None:
    async with engine.begin() as connection:
        await store.save(connection, readings)


async def settle(engine: AsyncEngine) -> None:
    while await relate_all(engine, run) + await weave_all(engine):
        pass


async def rows(engine: AsyncEngine, table: Table) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(table).order_by(*table.primary_key.columns))).all())


async def threads(engine: AsyncEngine) -> dict[frozenset[str], Any]:
    """The live threads by the words of their claims."""
    words = {row.claim_id: row.content for row in await rows(engine, tables.claim)}
    members: dict[Any, set[str]] = {}
    for row in await rows(engine, tables.thread_claim):
        if not row.tense:
            members.setdefault(row.thread_id, set()).add(words[row.claim_id])
    live = {row.thread_id: row for row in await rows(engine, tables.thread) if row.ended_at is None}
    return {frozenset(members[key]): row for key, row in live.items()}


def quoted(*texts: str) -> frozenset[str]:
    return frozenset(text[text.index('"') : text.rindex('"') + 1] for text in texts)


async def test_claims_alike_are_related_and_in_one_thread(engine: AsyncEngine) -> None:
    await save(engine, read(SAID, 1), read(AGAIN, 2), read(APART, 3, speaker="Ola Brink"))
    await settle(engine)
    (relation,) = await rows(engine, tables.relation)
    assert relation.kind == "agrees"
    found = await threads(engine)
    assert set(found) == {quoted(SAID, AGAIN), quoted(APART)}
    both = found[quoted(SAID, AGAIN)]
    assert (both.status, both.articles, both.origins) == ("uncontested", 2, 2)
    assert found[quoted(APART)].status == "single_source"


async def test_denial_is_the_other_side(engine: AsyncEngine) -> None:
    await save(engine, read(SAID, 1), read(DENIED, 2))
    await settle(engine)
    (thread,) = (await threads(engine)).values()
    assert thread.status == "disputed"
    assert [one["name"] for one in thread.denied_by] == ["Anna Weller"]
    assert {row.side for row in await rows(engine, tables.thread_claim)} == {"affirming", "denying"}


async def test_new_revision_retracts_relations_and_tells_so(engine: AsyncEngine) -> None:
    await save(engine, read(SAID, 1), read(AGAIN, 2))
    await settle(engine)
    (before,) = (await threads(engine)).values()
    other = next(row for row in await rows(engine, tables.claim) if row.content in quoted(AGAIN))
    await save(engine, read(APART, 1, speaker="Ola Brink", revision=2))
    assert await rows(engine, tables.relation) == []
    await settle(engine)
    assert set(await threads(engine)) == {quoted(AGAIN), quoted(APART)}
    told = [
        row for row in await rows(engine, tables.change) if row.kind == "related" and row.updated == [other.claim_id]
    ]
    assert len(told) == 1
    successors = {row.successor_id for row in await rows(engine, tables.thread_successor)}
    live = {row.thread_id for row in (await threads(engine)).values()}
    assert before.thread_id in live or (successors and successors <= live)


async def test_erasure_takes_relations_threads_and_vectors(engine: AsyncEngine) -> None:
    await save(engine, read(SAID, 1), read(AGAIN, 2))
    await settle(engine)
    await save(engine, Erasure(read(SAID, 1).event.article_id))
    assert await rows(engine, tables.relation) == []
    assert len(await rows(engine, tables.statement)) == 1
    await settle(engine)
    assert set(await threads(engine)) == {quoted(AGAIN)}
    gone = next(row for row in await rows(engine, tables.article) if row.erased_at)
    assert (gone.card, gone.fingerprint, gone.origin_keys) == (None, None, None)
    assert len(await rows(engine, tables.origin)) == 1


async def test_who_disputes_a_thread_is_named_as_read_last(engine: AsyncEngine) -> None:
    disputing = 'Mr. Brink said: "Wages of nurses rise by four per cent in spring." Nurses smiled.'
    before = read(disputing, 2, speaker="Brink")
    await save(engine, read(SAID, 1), before)
    await settle(engine)
    names = {row.claim_id: row.speaker_name for row in await rows(engine, tables.claim)}
    places = sorted((row.claim_id, row.article_id) for row in await rows(engine, tables.statement))
    (a, first), (b, second) = places
    reasons = [{"reason": "object", "words": ""}, {"reason": "polarity", "words": ""}]
    values = {"kind": "tension", "score": 0.9, "reasons": reasons, "objects": {}, "order": "unknown"}
    async with engine.begin() as connection:
        row = {"a": a, "b": b, "article_a": first, "article_b": second, **values}
        await connection.execute(insert(tables.relation).values(row))
        await mark_claims(connection, names)
    await weave_all(engine)
    assert [one["name"] for one in (await threads(engine))[quoted(SAID)].denied_by] == ["Brink"]
    (said,) = before.extraction.claims
    assert said.speaker is not None
    now = said.model_copy(update={"speaker": said.speaker.model_copy(update={"name": "Ola Brink"})})
    await save(engine, reading(before.event, now, mentions=before.extraction.mentions, version=2))
    async with engine.begin() as connection:
        await mark_claims(connection, [key for key, name in names.items() if name == "Brink"])
    await weave_all(engine)
    assert [one["name"] for one in (await threads(engine))[quoted(SAID)].denied_by] == ["Ola Brink"]


async def test_thread_that_ended_leads_to_what_replaced_all_its_claims(engine: AsyncEngine) -> None:
    await save(engine, read(SAID, 1), read(AGAIN, 2))
    await settle(engine)
    (before,) = (await threads(engine)).values()
    later = [
        read(text.replace("to all lorries", "to lorries"), number, revision=2)
        for number, text in ((1, SAID), (2, AGAIN))
    ]
    await save(engine, *later)
    gone = sorted(row.claim_id for row in await rows(engine, tables.claim) if row.retracted_at is not None)
    async with engine.begin() as connection:
        await connection.execute(delete(tables.thread_mark).where(tables.thread_mark.c.claim_id != gone[0]))
    await weave_all(engine)
    live = {row.thread_id for row in (await threads(engine)).values()}
    successors = [row for row in await rows(engine, tables.thread_successor) if row.thread_id == before.thread_id]
    assert len(gone) == len(live) == 2
    assert {row.successor_id for row in successors} == live


async def test_all_marks_of_a_claim_are_served_at_once(engine: AsyncEngine) -> None:
    await save(engine, read(SAID, 1), read(AGAIN, 2))
    await settle(engine)
    first, last = sorted(row.claim_id for row in await rows(engine, tables.claim))
    crowd = [UUID(int=number) for number in range(1, MARKED_AT_ONCE)]
    async with engine.begin() as connection:
        for marked in ([first], crowd, [last], [first]):
            await mark_claims(connection, marked)
    assert await weave(engine) == MARKED_AT_ONCE + 1
    assert [row.claim_id for row in await rows(engine, tables.thread_mark)] == [last]
    assert await weave_all(engine) == 1
    assert set(await threads(engine)) == {quoted(SAID, AGAIN)}
