"""Stored texts are read again: resumably, beside whoever else saves them, and without a trace where nothing changed."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import ArticleIngested, Publisher
from schemas.extraction import EXTRACTOR_VERSION, Extraction, Words
from services.cli import rereading
from services.cli.exits import BadArgument
from services.extract import reextraction, store
from services.extract.comparable import find_comparable
from services.extract.erasure import erase_articles
from services.extract.identity import claim_id
from services.extract.records import Read, Reading, read
from services.extract.reextraction import READ_AT_ONCE, Choice, Redone
from services.extract.vectors import Vectors
from services.settings import ServiceSettings
from tests.builders import FETCHED_AT, TEXT, article, claim, embed, reading, words
from tests.integration.api_world import open_api

OLD = EXTRACTOR_VERSION - 1
BRIDGE = "The bridge is closed."

ALL = Choice()

Record = tuple[bytes | None, bytes | None]


async def read_here(record: Record) -> Reading:
    return read(record)


def numbered(number: int, **changes: Any) -> ArticleIngested:
    return article(url=f"https://news.example/{number}", **changes)


async def save_old(engine: AsyncEngine, *events: ArticleIngested) -> None:
    """Store articles as an older extractor did that found one claim, and called its speaker a place."""
    async with engine.begin() as connection:
        await store.save(connection, [reading(one, claim(one.text, "slow"), version=OLD) for one in events])


async def rows(engine: AsyncEngine, table: Table) -> Sequence[Any]:
    async with engine.connect() as connection:
        return (await connection.execute(select(table).order_by(*table.primary_key.columns))).all()


async def reextract(
    engine: AsyncEngine, choice: Choice = ALL, reader: Any = read_here, most: int | None = None
) -> list[str]:
    done = [some async for some in reextraction.reextract(engine, reader, choice, most=most)]
    return [one.outcome.value for some in done for one in some]


async def test_articles_of_an_older_version_are_read_again_and_logged(engine: AsyncEngine) -> None:
    await save_old(engine, *(numbered(number) for number in range(READ_AT_ONCE + 3)))
    before = {row.article_id: row.claim_id for row in await rows(engine, tables.claim)}
    assert await reextraction.count(engine, Choice()) == READ_AT_ONCE + 3
    assert await reextract(engine) == ["saved"] * (READ_AT_ONCE + 3)
    assert {row.extractor_version for row in await rows(engine, tables.article)} == {EXTRACTOR_VERSION}
    claims = await rows(engine, tables.claim)
    gone = [row for row in claims if row.retracted_at is not None]
    assert {row.article_id: row.claim_id for row in gone} == before
    assert {row.retracted_by for row in gone} == {"extractor"}
    assert {row.content for row in claims if row.retracted_at is None} >= {f'"{BRIDGE}"'}
    changes = await rows(engine, tables.change)
    assert len(changes) == 2 * (READ_AT_ONCE + 3)
    assert await reextract(engine) == []


async def test_claim_that_is_found_again_keeps_its_id(engine: AsyncEngine) -> None:
    (key, value) = (str(numbered(1).article_id).encode(), numbered(1).model_dump_json().encode())
    found: Any = read((key, value))
    older = found.extraction.model_copy(update={"extractor_version": OLD})
    async with engine.begin() as connection:
        await store.save(connection, [replace(found, extraction=older)])
    before = {row.claim_id for row in await rows(engine, tables.claim)}
    assert before
    assert await reextract(engine) == ["saved"]
    after = await rows(engine, tables.claim)
    assert {row.claim_id for row in after if row.retracted_at is None} == before
    last = max(await rows(engine, tables.change), key=lambda row: row.sequence)
    assert (set(last.updated), last.added, last.retracted) == (before, [], [])


SAID = (
    "Anna Weller, the mayor, said that the bridge will stay closed until the spring. Traffic was slow.\n\n"
    "“Nobody has asked the fishermen of the northern harbour,” Jonas Berg told reporters.\n\n"
    "The harbour office denied that the repairs cost eleven million crowns."
)


def as_before(new: Extraction) -> Extraction:
    """What an older extractor may have found: one claim alike, one with fewer words, one more, and two missing."""
    same, other = (
        next(claim for claim in new.claims if said in claim.content.text) for said in ("fishermen", "spring")
    )
    ((start, end),) = other.content.spans
    shorter = other.model_copy(
        update={"content": Words.of(SAID, (start + len("the "), end - len(" until the spring")))}
    )
    nobodys = same.model_copy(update={"content": words(SAID, "told reporters"), "cue": None, "sentence": 1})
    claims = tuple(claim.model_copy(update={"nested_in": None}) for claim in (same, shorter, nobodys))
    return Extraction(extractor_version=OLD, sentences=new.sentences, mentions=new.mentions, claims=claims)


def as_read_before(found: Read) -> Read:
    extraction = as_before(found.extraction)
    comparable = find_comparable(found.event, extraction, embed)
    return replace(found, extraction=extraction, vectors=Vectors("", ("",) * 3), comparable=comparable)


async def test_store_of_the_old_rules_is_read_again_and_old_ids_lead_to_the_new(
    engine: AsyncEngine, migrated_url: str
) -> None:
    events = [numbered(number, text=SAID) for number in range(3)]
    found: list[Any] = [read((str(one.article_id).encode(), one.model_dump_json().encode())) for one in events]
    async with engine.begin() as connection:
        old = [as_read_before(one) for one in found]
        await store.save(connection, old)
    ids = [
        [claim_id(one.event.article_id, one.event.text_sha256, each) for each in one.extraction.claims] for one in old
    ]
    longer = next(claim for claim in found[0].extraction.claims if "spring" in claim.content.text)

    command = [sys.executable, "-m", "services.cli", "reextract", "--json"]
    environment = {**os.environ, "CLAIMWIRE_DATABASE_URL": migrated_url}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert (process.returncode, json.loads(told)["saved"]) == (0, 3)

    live = [row for row in await rows(engine, tables.claim) if row.retracted_at is None]
    assert {row.extractor_version for row in live} == {EXTRACTOR_VERSION}
    assert Counter(row.article_id for row in live) == {
        one.event.article_id: len(one.extraction.claims) for one in found
    }
    async with open_api(migrated_url) as api:
        for one, (same, shorter, nobodys) in zip(found, ids, strict=True):
            successor = claim_id(one.event.article_id, one.event.text_sha256, longer)
            shown = [await api.get(f"/v1/claims/{key}") for key in (same, shorter, nobodys)]
            assert [(each["retracted_by"], each["replaced_by"]) for each in shown] == [
                (None, None),
                ("extractor", str(successor)),
                ("extractor", None),
            ]
            assert [each["extractor_version"] for each in shown] == [EXTRACTOR_VERSION, OLD, OLD]
            assert (await api.get(f"/v1/claims/{successor}"))["content"]["text"] == longer.content.text
            listed = await api.walk(f"/v1/articles/{one.event.article_id}/claims", min_confidence=0)
            assert {each["extractor_version"] for page in listed for each in page} == {EXTRACTOR_VERSION}
            assert not {str(shorter), str(nobodys)} & {each["claim_id"] for page in listed for each in page}


async def test_chosen_articles_alone_are_read(engine: AsyncEngine) -> None:
    gull = Publisher(domain="gull.example")
    await save_old(
        engine, numbered(1), numbered(2, publisher=gull), numbered(3, fetched_at=FETCHED_AT + timedelta(days=2))
    )
    assert await reextraction.count(engine, Choice(below=OLD)) == 0
    assert await reextract(engine, Choice(publisher="gull.example")) == ["saved"]
    assert await reextract(engine, Choice(since=FETCHED_AT + timedelta(days=1))) == ["saved"]
    assert await reextract(engine, most=5) == ["saved"]
    assert rereading.choose(None, "WWW.Gull.example", None) == Choice(publisher="gull.example")
    with pytest.raises(BadArgument, match=f"--below-version is at most {EXTRACTOR_VERSION}"):
        rereading.choose(EXTRACTOR_VERSION + 1, None, None)


async def test_no_more_are_read_than_asked_for(engine: AsyncEngine) -> None:
    await save_old(engine, *(numbered(number) for number in range(READ_AT_ONCE + 5)))
    assert len(await reextract(engine, most=READ_AT_ONCE + 1)) == READ_AT_ONCE + 1
    assert await reextraction.count(engine, Choice()) == 4


async def test_article_that_cannot_be_searched_gets_its_words_and_nothing_is_logged(engine: AsyncEngine) -> None:
    event = numbered(1)
    record = (str(event.article_id).encode(), event.model_dump_json().encode())
    found: Any = read(record)
    async with engine.begin() as connection:
        await store.save(connection, [found])
    before = [await rows(engine, table) for table in tables.metadata.sorted_tables]
    async with engine.begin() as connection:
        await connection.execute(update(tables.article).values(search=None))
        await connection.execute(update(tables.claim).values(search=None, arrival=None, language=None))
        await connection.execute(update(tables.entity).values(folded=None))
    assert await reextract(engine, Choice(below=EXTRACTOR_VERSION, publisher="other.example")) == []
    assert await reextract(engine) == ["indexed"]
    assert [await rows(engine, table) for table in tables.metadata.sorted_tables] == before
    assert await reextract(engine) == []


async def test_reading_that_was_overtaken_changes_nothing(engine: AsyncEngine) -> None:
    """While it reads, one article gets another text, one is erased, and one is read by somebody else."""
    await save_old(engine, *(numbered(number) for number in range(3)))
    slow = TEXT.replace("slow", "fast")
    came = False

    async def reader(record: Record) -> Reading:
        nonlocal came
        if not came:
            came = True
            async with engine.begin() as connection:
                await store.save(connection, [reading(numbered(0, text=slow, revision=9), claim(slow, "fast"))])
                await erase_articles(connection, [numbered(1).article_id])
                await store.save(connection, [reading(numbered(2), claim(TEXT, BRIDGE), version=EXTRACTOR_VERSION)])
        return read(record)

    outcomes = await reextract(engine, reader=reader)
    assert sorted(outcomes) == ["erased", "overtaken", "overtaken"]
    live = [row.content for row in await rows(engine, tables.claim) if row.retracted_at is None]
    assert sorted(live) == [BRIDGE, "fast"]


async def test_article_that_fails_is_told_and_left_and_the_others_are_saved(engine: AsyncEngine) -> None:
    await save_old(engine, *(numbered(number) for number in range(4)))
    bad, worse = sorted(numbered(number).article_id for number in range(4))[:2]

    async def reader(record: Record) -> Reading:
        found: Any = read(record)
        if record[0] == str(bad).encode():
            return read((record[0], b"{"))
        if record[0] == str(worse).encode():
            odd = found.event.model_copy(update={"title": "nul \x00"})
            wrong: Read = replace(found, event=odd)
            return wrong
        return read(record)

    tally = rereading.Tally()
    async for done in reextraction.reextract(engine, reader, Choice()):
        tally.add(done)
    assert tally.row() == {"saved": 2, "indexed": 0, "overtaken": 0, "erased": 0, "failed": 2}
    assert [one.article_id for one in tally.failures] == [bad, worse]
    assert (tally.failures[0].reason or "").startswith("not_json: ")
    assert (tally.failures[1].reason or "").startswith("the database refused it")
    assert await reextraction.count(engine, Choice()) == 2


async def test_two_at_once_do_each_article_once(engine: AsyncEngine) -> None:
    await save_old(engine, *(numbered(number) for number in range(40)))
    both = await asyncio.gather(reextract(engine), reextract(engine))
    assert sorted([*both[0], *both[1]]).count("saved") == 40
    assert {row.extractor_version for row in await rows(engine, tables.article)} == {EXTRACTOR_VERSION}
    assert len(await rows(engine, tables.change)) == 80


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.01)


async def test_command_that_was_killed_goes_on_when_it_is_run_again(engine: AsyncEngine, migrated_url: str) -> None:
    total = 20 * READ_AT_ONCE
    await save_old(engine, *(numbered(number) for number in range(total)))
    environment = {**os.environ, "CLAIMWIRE_DATABASE_URL": migrated_url}

    async def left() -> int:
        return await reextraction.count(engine, Choice())

    async def has_begun() -> bool:
        return await left() < total

    command = [sys.executable, "-m", "services.cli", "reextract", "--processes", "1", "--json"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    try:
        await until(has_begun)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
    rest = await left()
    assert 0 < rest < total
    assert rest % READ_AT_ONCE == 0

    settings = ServiceSettings(database_url=SecretStr(migrated_url))
    tally = await rereading.reread(settings, Choice(), most=None, processes=2, quiet=True)
    assert tally.outcomes == {Redone.SAVED: rest}
    assert await left() == 0
    async with engine.connect() as connection:
        per_article = select(func.count()).select_from(tables.change).group_by(tables.change.c.article_id)
        assert set((await connection.execute(per_article)).scalars()) == {2}


def test_outcomes_are_counted_and_few_failures_kept() -> None:
    tally = rereading.Tally()
    for _ in range(3):
        tally.add([reextraction.Again(UUID(int=0), Redone.FAILED, "x")] * 16)
    assert (tally.outcomes[Redone.FAILED], len(tally.failures)) == (48, rereading.FAILURES_TOLD)
