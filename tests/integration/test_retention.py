"""Retention on a real PostgreSQL: what is too old goes, what is not stays, and everybody who must hears of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.outcomes import DeadLetterReason, Pruned, RecordOutcome
from services import metrics
from services.cli import pruning
from services.cli.exits import BadArgument
from services.extract import letters, reextraction, retention, store
from services.extract.records import Read, Unusable
from services.extract.reextraction import Choice
from services.extract.retention import ARTICLES_AT_ONCE, Keep, prune_some
from services.extract.service import Extract
from services.lifecycle import Progress
from services.settings import ExtractSettings, RetentionSettings, ServiceSettings
from tests.builders import TEXT, article, claim, reading, record_of
from tests.integration.api_world import open_api
from tests.integration.test_relating import AGAIN, DENIED, SAID, read, rows, save, settle

NOW = datetime.now(UTC)
OLD, YOUNG = NOW - timedelta(days=31), NOW - timedelta(days=29)
MONTH = Keep(texts=30, claims=30, dead_letters=30)


def aged(number: int, at: datetime, *, text: str = SAID) -> Read:
    """A reading of an article that was fetched at a time."""
    found = read(text, number)
    return Read(**{**vars(found), "event": found.event.model_copy(update={"fetched_at": at})})


async def ages(engine: AsyncEngine, table: Any, **columns: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(table).values(**columns))


async def prune_all(engine: AsyncEngine, keep: Keep) -> dict[Pruned, int]:
    total = dict.fromkeys(Pruned, 0)
    while any((gone := await prune_some(engine, keep)).values()):
        total = {what: number + gone[what] for what, number in total.items()}
    return total


async def test_nothing_goes_by_age_without_a_setting(engine: AsyncEngine) -> None:
    await save(engine, aged(0, NOW - timedelta(days=3_000)))
    assert Keep.of(RetentionSettings()).is_all
    assert await prune_some(engine, Keep()) == dict.fromkeys(Pruned, 0)
    assert (await rows(engine, tables.article))[0].erased_at is None


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_setting_that_is_no_time_is_refused(days: int) -> None:
    with pytest.raises(ValidationError):
        RetentionSettings(retention_claims_days=days)


async def test_old_article_goes_as_by_an_erasure_and_threads_hear_of_it(engine: AsyncEngine) -> None:
    await save(engine, aged(0, OLD), aged(1, YOUNG, text=DENIED), aged(2, YOUNG, text=AGAIN))
    await settle(engine)
    old, denied, again = (aged(number, OLD).event.article_id for number in range(3))
    assert {frozenset((row.article_a, row.article_b)) for row in await rows(engine, tables.relation)} >= {
        frozenset((old, denied))
    }
    before = len(await rows(engine, tables.change))
    assert await prune_all(engine, Keep(claims=30)) == {Pruned.ARTICLE: 1, Pruned.TEXT: 0, Pruned.DEAD_LETTER: 0}
    await settle(engine)
    assert {row.article_id for row in await rows(engine, tables.article) if row.erased_at is not None} == {old}
    assert old not in {key for row in await rows(engine, tables.relation) for key in (row.article_a, row.article_b)}
    (gone,) = [row for row in await rows(engine, tables.claim) if row.article_id == old]
    assert (gone.retracted_by, gone.content, gone.reading) == ("erasure", None, None)
    assert gone.claim_id not in {row.claim_id for row in await rows(engine, tables.thread_claim)}
    told = sorted(await rows(engine, tables.change), key=lambda row: row.sequence)[before:]
    assert [(row.kind, row.article_id) for row in told if row.kind == "erased"] == [("erased", old)]
    (other,) = [row.claim_id for row in await rows(engine, tables.claim) if row.article_id == denied]
    assert other in {key for row in told if row.kind == "related" for key in row.updated}
    assert "threaded" in {row.kind for row in told}
    live = {row.article_id for row in await rows(engine, tables.claim) if row.retracted_at is None}
    assert live == {denied, again}


async def test_replay_does_not_bring_an_old_article_back(engine: AsyncEngine) -> None:
    await save(engine, aged(0, OLD))
    await prune_all(engine, MONTH)
    async with engine.begin() as connection:
        assert await store.save(connection, [aged(0, OLD)]) == [RecordOutcome.REFUSED_ERASED]
    assert await prune_all(engine, MONTH) == dict.fromkeys(Pruned, 0)


async def test_article_whose_text_changed_lately_stays(engine: AsyncEngine) -> None:
    await save(engine, aged(0, OLD))
    newer = read(AGAIN, 0, revision=2)
    await save(engine, Read(**{**vars(newer), "event": newer.event.model_copy(update={"fetched_at": YOUNG})}))
    assert await prune_all(engine, Keep(claims=30)) == dict.fromkeys(Pruned, 0)


async def test_old_text_goes_and_its_claims_stay(engine: AsyncEngine, migrated_url: str) -> None:
    await save(engine, aged(0, OLD), aged(1, YOUNG, text=DENIED))
    await settle(engine)
    related = await rows(engine, tables.relation)
    old, young = (aged(number, OLD).event.article_id for number in range(2))
    assert (await prune_all(engine, Keep(texts=30)))[Pruned.TEXT] == 1
    assert [(row.article_id == old, row.text is None) for row in await rows(engine, tables.revision)].count(
        (True, True)
    ) == 1
    assert await rows(engine, tables.relation) == related
    assert [row for row in await rows(engine, tables.claim) if row.retracted_at is not None] == []
    async with open_api(migrated_url) as api:
        assert (await api.get(f"/v1/articles/{old}/text", 410))["code"] == "not_kept"
        assert (await api.get(f"/v1/articles/{young}/text"))["text"] == DENIED
        shown = await api.get(f"/v1/articles/{old}")
        number = shown["revision"]
        assert (await api.get(f"/v1/articles/{old}/revisions/{number}", 410))["code"] == "not_kept"
        assert (await api.get(f"/v1/articles/{old}/claims"))["items"][0]["content"]["text"] in SAID
        assert old in {UUID(one["article_id"]) for one in (await api.get("/v1/articles", q="bridge"))["items"]}


async def test_difference_from_a_text_that_is_gone_is_not_guessed(engine: AsyncEngine, migrated_url: str) -> None:
    await save(engine, aged(0, OLD))
    newer = read(AGAIN, 0, revision=2)
    await save(engine, Read(**{**vars(newer), "event": newer.event.model_copy(update={"fetched_at": YOUNG})}))
    assert (await prune_all(engine, Keep(texts=30)))[Pruned.TEXT] == 1
    async with open_api(migrated_url) as api:
        place = f"/v1/articles/{newer.event.article_id}/revisions/2"
        assert (await api.get(place))["text"] == AGAIN
        assert (await api.get(f"{place}/difference", 410))["code"] == "not_kept"


async def test_article_without_its_text_is_not_read_again(engine: AsyncEngine) -> None:
    await save(engine, aged(0, OLD), aged(1, YOUNG, text=DENIED))
    await prune_all(engine, Keep(texts=30))

    async def reads(record: Any) -> Any:
        raise AssertionError(record)

    assert await reextraction.count(engine, Choice(below=2)) == 1
    await ages(engine, tables.revision, text=None)
    assert [done async for done in reextraction.reextract(engine, reads, Choice(below=2))] == []


async def test_what_was_handed_in_goes_with_the_texts_once_it_was_read(engine: AsyncEngine) -> None:
    same = {"submitter": "me", "body_sha256": "0", "html": "<p>x</p>", "due_at": None}
    old, young, waiting = (uuid4() for _ in range(3))
    async with engine.begin() as connection:
        for key, at in ((old, OLD), (young, YOUNG), (waiting, None)):
            await connection.execute(insert(tables.submission).values(submission_id=key, done_at=at, **same))
    assert (await prune_all(engine, Keep(texts=30)))[Pruned.TEXT] == 1
    assert {row.submission_id for row in await rows(engine, tables.submission) if row.html is None} == {old}


async def test_old_dead_letters_go_redriven_or_not(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for offset in range(3):
            event = article(url=f"https://news.example/{offset}")
            unusable = Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug", event.article_id)
            await letters.add(connection, "c", record_of(event, offset=offset), unusable)
        letter = tables.dead_letter
        await connection.execute(update(letter).where(letter.c.offset < 2).values(first_seen_at=OLD))
        await connection.execute(update(letter).where(letter.c.offset < 1).values(redriven_at=OLD))
    assert (await prune_all(engine, Keep(dead_letters=30)))[Pruned.DEAD_LETTER] == 2
    assert [row.offset for row in await rows(engine, tables.dead_letter)] == [2]


async def test_a_batch_is_bounded_and_counted(engine: AsyncEngine) -> None:
    events = [article(url=f"https://news.example/{n}", fetched_at=OLD) for n in range(ARTICLES_AT_ONCE + 5)]
    await save(engine, *(reading(event, claim(TEXT, "slow")) for event in events))
    before = pruned()
    assert await retention.count(engine, MONTH) == {
        Pruned.ARTICLE: len(events),
        Pruned.TEXT: len(events),
        Pruned.DEAD_LETTER: 0,
    }
    assert (await prune_some(engine, Keep(claims=30)))[Pruned.ARTICLE] == ARTICLES_AT_ONCE
    assert (await prune_some(engine, Keep(claims=30)))[Pruned.ARTICLE] == 5
    assert pruned() - before == len(events)


def pruned() -> float:
    (family,) = metrics.PRUNED.collect()
    return sum(one.value for one in family.samples if one.name.endswith("_total") and one.labels["kind"] == "article")


async def test_replicas_leave_it_to_one_another(engine: AsyncEngine) -> None:
    await save(engine, aged(0, OLD))
    async with engine.begin() as connection:
        await connection.execute(select(func.pg_advisory_xact_lock(retention.LOCK)))
        assert await prune_some(engine, MONTH) == dict.fromkeys(Pruned, 0)
    assert (await prune_some(engine, MONTH))[Pruned.ARTICLE] == 1


async def test_service_prunes_by_itself(engine: AsyncEngine) -> None:
    await save(engine, aged(0, OLD))
    settings = ExtractSettings(
        database_url=SecretStr("postgresql://unused"), kafka_servers="127.0.0.1:1", retention_claims_days=30
    )
    extract = Extract(settings, engine, None, None, Progress())  # type: ignore[arg-type]
    stop = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(extract.prune(stop))
        while (await rows(engine, tables.article))[0].erased_at is None:
            await asyncio.sleep(0.02)
        stop.set()


async def test_command_tells_first_and_then_does_it(engine: AsyncEngine, migrated_url: str) -> None:
    await save(engine, aged(0, OLD), aged(1, YOUNG, text=DENIED))
    settings = ServiceSettings(database_url=SecretStr(migrated_url))
    keep = pruning.find_keep(RetentionSettings(retention_claims_days=30, retention_texts_days=30))
    would = await pruning.prune(settings, keep, dry_run=True, quiet=True)
    assert would == {"article": 1, "text": 1, "dead_letter": 0}
    assert await retention.count(engine, keep) == {Pruned.ARTICLE: 1, Pruned.TEXT: 1, Pruned.DEAD_LETTER: 0}
    did = await pruning.prune(settings, keep, dry_run=False, quiet=True)
    assert did == {"article": 1, "text": 0, "dead_letter": 0}
    assert await retention.count(engine, keep) == dict.fromkeys(Pruned, 0)
    with pytest.raises(BadArgument, match="CLAIMWIRE_RETENTION_TEXTS_DAYS"):
        pruning.find_keep(RetentionSettings())
