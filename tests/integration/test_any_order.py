"""The same articles in any order, twice, replayed and read again, through two workers: the same account of them."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.extraction import Claim, Mention, Polarity
from schemas.tables import DIMENSIONS, thread_mark
from services.database import begin
from services.extract import store
from services.extract.entities.settling import settle_all
from services.extract.records import Erasure, Read
from services.extract.relating import neighbours
from services.extract.relating.kinship import NAMESPACE, find_origins
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


REPORT = (
    "The council of Port Ness closed the old bridge to lorries on Monday after engineers found cracks in two of its"
    " piers. Traffic is led round by the coast road, which is narrow and floods in winter. Fishermen fear that ice will"
    " not reach the harbour in time, and the school has moved its first lesson to nine. Work is to begin in spring and"
    " to last a year, provided that the state pays its half."
)
OTHER = (
    "A storm took the roof of the fish hall at Gannet Head and carried it over the yard into three parked vans. Nobody"
    " was hurt. The auction moves to Lidholm until the insurers have seen the damage, says the owner of the hall, whose"
    " father built it from the wood of a wrecked schooner. Its beams held, and the clock above the gate still goes."
)


def reprint(number: int, text: str = REPORT, *, revision: int = 1) -> Read:
    body = f"{text} Edition {number}."
    return reading(article(body, url=f"https://paper{number}.example/a", title=None, revision=revision))


def crowd(seed: int) -> list[Read | Erasure]:
    """Reprints of one report, in an order of the seed's; some become, or were, reprints of another one; two go."""
    found: list[Read | Erasure] = [reprint(number) for number in range(14)]
    found += [reprint(number, OTHER, revision=2) for number in range(4)]
    found += [reprint(number, revision=3) for number in (2, 3)]
    found += [Erasure(reprint(number).event.article_id) for number in (6, 11)]
    random.Random(seed).shuffle(found)
    return found


async def find_kin(engine: AsyncEngine, articles: set[UUID]) -> None:
    """Find the origins of articles, and then of those marked meanwhile, as weaving does."""
    while articles:
        async with engine.begin() as connection:
            await connection.execute(delete(thread_mark))
            await find_origins(connection, articles, either_side=2)
            rows = await connection.execute(select(thread_mark.c.article_id).distinct())
            articles = {key for key in rows.scalars() if key is not None}


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


@pytest.mark.parametrize("seed", range(6))
async def test_crowd_of_kin_is_one_origin_in_any_order(engine: AsyncEngine, seed: int) -> None:
    """Each reprint is compared with the two nearest on either side alone."""
    ids = {number: reprint(number).event.article_id for number in range(14)}
    for one in crowd(seed):
        await save(engine, [one])
        async with engine.connect() as connection:
            marked = set((await connection.execute(select(thread_mark.c.article_id))).scalars()) - {None}
        await find_kin(engine, marked | {store.article_id(one)})
    gone, others = (6, 11), (0, 1)
    staying = [ids[number] for number in range(14) if number not in (*gone, *others)]
    leaving = [ids[number] for number in others]
    wanted = {key: uuid5(NAMESPACE, str(min(group))) for group in (staying, leaving) for key in group}
    assert dict((await account(engine))["origins"]) == wanted
