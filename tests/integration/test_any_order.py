"""The same articles in any order, twice, replayed and read again, through two workers: the same account of them."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.extraction import Claim, Mention, Polarity
from schemas.tables import DIMENSIONS
from services.database import begin
from services.extract import store
from services.extract.entities.settling import settle_all
from services.extract.records import Erasure, Read
from services.extract.relating import neighbours
from services.extract.relating.weaving import weave, weave_all
from services.extract.relating.work import relate_all, relate_some
from tests.builders import article, claim, mention, reading
from tests.integration.test_relating import run

PEOPLE = ("Anna Weller", "Ola Brink", "Mara Venn")
PLACES = ("Port Ness", "Lidholm", "Gannet Head")
PROPOSITIONS = (
    "the old bridge at {place} is {maybe}closed to all lorries",
    "the new harbour of {place} will {maybe}cost ninety million crowns",
    "the ferry to {place} was {maybe}late on the first day of autumn",
)


def read(number: int, *, revision: int = 1, version: int = 1) -> Read:
    """An article of three claims; what it says hangs on its number and revision alone."""
    dice = random.Random(number * 100 + revision)
    sayings = []
    for _ in range(3):
        person, place, proposition = dice.choice(PEOPLE), dice.choice(PLACES), dice.choice(PROPOSITIONS)
        sayings.append((person, proposition.format(place=place, maybe=dice.choice(("", "not ")))))
    body = " ".join(f"{person} said that {said} {dice.choice(('now', 'again', 'indeed'))}." for person, said in sayings)
    if number % 5 == 4:  # copies of the article before, in full
        return read_copy(number, revision=revision, version=version)
    return reading_of(f"{body} Words of number {number}.", number, revision, version)


def read_copy(number: int, *, revision: int, version: int) -> Read:
    return reading_of(read(number - 1).event.text + " Printed again.", number, revision, version)


def reading_of(body: str, number: int, revision: int, version: int) -> Read:
    event = article(body, url=f"https://news.example/{number}", revision=revision)
    claims: list[Claim] = []
    mentions: list[Mention] = []
    at = 0
    for sentence in body.split(". ")[:3]:
        person, _, said = sentence.partition(" said that ")
        start = body.index(sentence, at)
        at = start + len(sentence)
        polarity = Polarity.DENIED if "not " in said else Polarity.AFFIRMED
        one = claim(sentence, said, speaker=person, mention=len(mentions), polarity=polarity, form="indirect")
        claims.append(moved(one, start))
        found = [(mention(sentence, person), start)] + [
            (mention(sentence, place), start) for place in PLACES if place in sentence
        ]
        mentions += [one.model_copy(update={"span": (one.span[0] + by, one.span[1] + by)}) for one, by in found]
    return reading(event, *claims, mentions=tuple(mentions), version=version)


def moved(one: Any, by: int) -> Any:
    def move(words: Any) -> Any:
        return words.model_copy(update={"spans": tuple((start + by, end + by) for start, end in words.spans)})

    return one.model_copy(update={"content": move(one.content), "speaker": move(one.speaker)})


def events(seed: int) -> list[Read | Erasure]:
    """Fifteen articles, some revised and read again; in an order of the seed's, some of them twice."""
    dice = random.Random(seed)
    found: list[Read | Erasure] = [read(number) for number in range(15)]
    found += [read(number, revision=2) for number in (0, 3, 7)]
    found += [read(number, version=2) for number in (1, 7, 8)]
    found += [read(7, revision=2, version=2), Erasure(read(5).event.article_id)]
    found += dice.choices(found, k=6)
    if seed:
        dice.shuffle(found)
    return found


QUESTIONS = {
    "evidence": "SELECT a, b, evidence FROM origin_pair ORDER BY a, b, evidence",
    "origins": "SELECT article_id, origin_id FROM origin ORDER BY article_id",
    "relations": """
        SELECT a, b, article_a, article_b, kind, score, reasons, objects, "order" FROM relation ORDER BY a, b""",
    "threads": """
        SELECT thread_id, status, claims, articles, origins, submitted_origins, quotes, affirmed_by, denied_by, since
          FROM thread WHERE ended_at IS NULL ORDER BY thread_id""",
    "members": """
        SELECT thread_id, claim_id, side, origin_id, tense, reasons FROM thread_claim ORDER BY thread_id, claim_id""",
    "statements": "SELECT claim_id, entities, named, sentence, lead FROM statement ORDER BY claim_id",
    "entities": "SELECT entity_id, name, type, merged_into FROM entity WHERE live ORDER BY entity_id",
}


async def account(engine: AsyncEngine) -> dict[str, list[tuple[Any, ...]]]:
    """All that relating makes, but for when it was made."""
    async with engine.connect() as connection:
        return {
            name: [tuple(row) for row in await connection.execute(text(question))]
            for name, question in QUESTIONS.items()
        }


async def settle(engine: AsyncEngine) -> None:
    while await settle_all(engine) + await relate_all(engine, run) + await weave_all(engine):
        pass


async def save(engine: AsyncEngine, readings: Sequence[Read | Erasure]) -> None:
    async with engine.begin() as connection:
        await store.save(connection, readings)


async def work(engine: AsyncEngine, over: asyncio.Event) -> None:
    """One worker among others, until there is nothing left to save."""
    while not over.is_set():
        await relate_some(engine, run)
        await weave(engine)
        await asyncio.sleep(0)


async def told_in_turn(engine: AsyncEngine) -> dict[str, list[tuple[Any, ...]]]:
    """The account of the same articles saved one after the other, each compared before the next."""
    for one in events(0):
        await save(engine, [one])
        await settle(engine)
    return await account(engine)


async def plan(engine: AsyncEngine) -> str:
    """How PostgreSQL finds the closest statements."""
    async with begin(engine, neighbours.SETTINGS) as connection:
        asked = {"vector": str([0.05] * DIMENSIONS), "article_id": read(0).event.article_id}
        return "\n".join((await connection.execute(text(f"EXPLAIN {neighbours.CLOSEST}"), asked)).scalars())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_order_and_two_workers_give_the_same_account(
    engine: AsyncEngine, second_engine: AsyncEngine, seed: int
) -> None:
    wanted = await told_in_turn(second_engine)
    assert "ix_statement_embedding" in await plan(second_engine)
    assert len(wanted["relations"]) > 20
    assert len({row[1] for row in wanted["origins"]}) < len(wanted["origins"])
    over = asyncio.Event()
    workers = [asyncio.create_task(work(engine, over)) for _ in range(2)]
    found, dice = events(seed), random.Random(seed)
    while found:
        count = dice.randint(1, 4)
        await save(engine, found[:count])
        del found[:count]
        await asyncio.sleep(dice.random() / 20)
    over.set()
    await asyncio.gather(*workers)
    await settle(engine)
    got = await account(engine)
    for name in QUESTIONS:
        assert got[name] == wanted[name], name
