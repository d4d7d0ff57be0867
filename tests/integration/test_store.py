import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import ArticleExtracted
from schemas.extraction import MentionType, ResolvedBy, Speaker
from schemas.outcomes import RecordOutcome
from schemas.tables import ErasedKind
from services.extract import store
from services.extract.entities.keys import entity_id
from services.extract.records import Erasure, Read
from tests.builders import TEXT, article, claim, mention, reading, words

PERSON = MentionType.PERSON
BRIDGE = '"The bridge is closed."'
LATER = 'Anna Weller, the mayor, said: "The bridge is closed until May." Traffic was slow on Monday.'


async def save(engine: AsyncEngine, *readings: Read | Erasure) -> list[RecordOutcome]:
    async with engine.begin() as connection:
        return await store.save(connection, readings)


async def rows(engine: AsyncEngine, table: Table) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(table).order_by(*table.primary_key.columns))).all())


async def live(engine: AsyncEngine) -> set[str]:
    return {row.content for row in await rows(engine, tables.claim) if row.retracted_at is None}


def first() -> Read:
    return reading(
        article(), claim(TEXT, BRIDGE, speaker="Anna Weller", mention=0), mentions=(mention(TEXT, "Anna Weller"),)
    )


async def test_article_is_stored_with_all_it_claims(engine: AsyncEngine) -> None:
    assert await save(engine, first()) == [RecordOutcome.SAVED]
    (stored,) = await rows(engine, tables.claim)
    (entity,) = await rows(engine, tables.entity)
    (text,) = await rows(engine, tables.revision)
    start, end = stored.reading["content"]["spans"][0]
    assert text.text[start:end] == stored.content == BRIDGE
    assert (stored.speaker_name, stored.entity_id) == ("Anna Weller", entity.entity_id)
    assert text.event["title"] == "Bridge closed"
    assert "text" not in text.event


@pytest.mark.parametrize(("kinds", "known"), [([PERSON], True), ([PERSON, MentionType.ORG], False)])
async def test_pronoun_is_the_entity_that_alone_has_its_name(
    engine: AsyncEngine, kinds: list[MentionType], known: bool
) -> None:
    said = words(TEXT, "the mayor")
    mayor = Speaker(spans=said.spans, text=said.text, name="Anna Weller", resolved_by=ResolvedBy.PRONOUN)
    mentions = tuple(mention(TEXT, "Anna Weller", kind) for kind in kinds)
    by_pronoun = claim(TEXT, BRIDGE, speaker="the mayor").model_copy(update={"speaker": mayor})
    assert await save(engine, reading(article(), by_pronoun, mentions=mentions)) == [RecordOutcome.SAVED]
    (stored,) = await rows(engine, tables.claim)
    assert stored.entity_id == (entity_id(mentions[0]) if known else None)


async def test_saving_twice_changes_nothing(engine: AsyncEngine) -> None:
    await save(engine, first())
    before = [await rows(engine, table) for table in tables.metadata.sorted_tables]
    assert await save(engine, first()) == [RecordOutcome.OUTDATED]
    assert [await rows(engine, table) for table in tables.metadata.sorted_tables] == before


async def test_new_revision_retracts_what_it_no_longer_says(engine: AsyncEngine) -> None:
    await save(engine, first())
    later = article(LATER, revision=2)
    await save(engine, reading(later, claim(LATER, '"The bridge is closed until May."')))
    old = next(row for row in await rows(engine, tables.claim) if row.content == BRIDGE)
    new = next(row for row in await rows(engine, tables.claim) if row.content != BRIDGE)
    assert (old.retracted_by, old.replaced_by) == ("revision", new.claim_id)
    changes = sorted(await rows(engine, tables.change), key=lambda row: row.sequence)
    assert [(row.added, row.updated, row.retracted) for row in changes] == [
        ([old.claim_id], [], []),
        ([new.claim_id], [], [old.claim_id]),
    ]
    assert changes[1].event["retracted"] == [str(old.claim_id)]


async def test_new_extractor_version_keeps_ids_and_updates_fields(engine: AsyncEngine) -> None:
    await save(engine, first())
    again = reading(article(), claim(TEXT, BRIDGE, speaker="Anna Weller", confidence=0.4), version=2)
    assert await save(engine, again) == [RecordOutcome.SAVED]
    (stored,) = await rows(engine, tables.claim)
    assert (stored.confidence, stored.extractor_version, stored.retracted_at) == (0.4, 2, None)
    assert (await rows(engine, tables.change))[-1].kind == "extracted"


async def test_new_extractor_version_that_drops_a_claim_retracts_it(engine: AsyncEngine) -> None:
    await save(engine, first())
    await save(engine, reading(article(), version=2))
    (stored,) = await rows(engine, tables.claim)
    assert (stored.retracted_by, stored.replaced_by) == ("extractor", None)


async def test_old_revision_or_version_that_comes_late_is_outdated(engine: AsyncEngine) -> None:
    await save(engine, reading(article(LATER, revision=5), claim(LATER, "slow"), version=2))
    assert await save(engine, reading(article(), claim(TEXT, "slow"), version=9)) == [RecordOutcome.OUTDATED]
    assert await save(engine, reading(article(LATER, revision=5), version=1)) == [RecordOutcome.OUTDATED]
    assert len(await rows(engine, tables.claim)) == 1


async def test_equal_revision_with_another_text_loses_and_is_counted(engine: AsyncEngine) -> None:
    await save(engine, first())
    assert await save(engine, reading(article(LATER, revision=1), version=9)) == [RecordOutcome.CONFLICT]
    assert await live(engine) == {BRIDGE}


async def test_text_that_returns_gets_its_old_ids_back(engine: AsyncEngine) -> None:
    await save(engine, first())
    (before,) = await rows(engine, tables.claim)
    await save(engine, reading(article(LATER, revision=2), claim(LATER, "slow")))
    await save(engine, reading(article(revision=3), claim(TEXT, BRIDGE, speaker="Anna Weller", mention=None)))
    after = next(row for row in await rows(engine, tables.claim) if row.claim_id == before.claim_id)
    assert (after.revision, after.retracted_at, after.retracted_by, after.replaced_by) == (3, None, None, None)
    last = max(await rows(engine, tables.change), key=lambda row: row.sequence)
    assert last.added == [before.claim_id]


async def test_one_batch_with_two_revisions_of_an_article_ends_with_the_higher(engine: AsyncEngine) -> None:
    two = reading(article(LATER, revision=2), claim(LATER, "slow"))
    outcomes = await save(engine, two, first(), reading(article(url="https://news.example/b"), claim(TEXT, "slow")))
    assert outcomes == [RecordOutcome.SAVED, RecordOutcome.OUTDATED, RecordOutcome.SAVED]
    assert {row.revision for row in await rows(engine, tables.article)} == {1, 2}


async def test_nested_claim_names_the_claim_around_it(engine: AsyncEngine) -> None:
    outer, inner = claim(TEXT, BRIDGE), claim(TEXT, "closed", nested_in=0)
    await save(engine, reading(article(), outer, inner))
    by_content = {row.content: row for row in await rows(engine, tables.claim)}
    assert by_content["closed"].nested_in == by_content[BRIDGE].claim_id


async def test_unsure_claim_is_kept_but_not_served(engine: AsyncEngine) -> None:
    await save(engine, reading(article(), claim(TEXT, BRIDGE, confidence=0.01)))
    assert [row.served for row in await rows(engine, tables.claim)] == [False]


async def test_event_of_a_change_is_what_the_contract_says(engine: AsyncEngine) -> None:
    await save(engine, first())
    (change,) = await rows(engine, tables.change)
    event = ArticleExtracted.model_validate({**change.event, "position": 1, "extracted_at": change.changed_at})
    assert event.publisher.domain == "news.example"
    assert [one.content.text for one in event.claims] == [BRIDGE]
    assert event.claims[0].claim_id == change.added[0]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ErasedKind.ARTICLE, str(article().article_id)),
        (ErasedKind.URL, article().canonical_url),
        (ErasedKind.PUBLISHER, "news.example"),
    ],
)
async def test_event_of_what_was_erased_is_ignored(engine: AsyncEngine, kind: ErasedKind, value: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(tables.erased).values(kind=kind, value=value))
    assert await save(engine, first()) == [RecordOutcome.REFUSED_ERASED]
    assert await rows(engine, tables.article) == []


async def test_erasure_takes_the_words_away_and_is_remembered(engine: AsyncEngine) -> None:
    await save(engine, first())
    key = article().article_id
    await keep_copies(engine, key)
    assert await save(engine, Erasure(key), reading(article(LATER, revision=9))) == [
        RecordOutcome.ERASED,
        RecordOutcome.REFUSED_ERASED,
    ]
    (stored,) = await rows(engine, tables.claim)
    assert (stored.content, stored.reading, stored.retracted_by) == (None, None, "erasure")
    assert await rows(engine, tables.mention) == []
    kept = [str(await rows(engine, table)) for table in tables.metadata.sorted_tables if table.name != "entity"]
    assert not [words for words in kept if "bridge" in words.lower() or "news.example" in words]
    erased = max(await rows(engine, tables.change), key=lambda row: row.sequence)
    assert (erased.kind, erased.retracted, erased.event) == ("erased", [stored.claim_id], None)
    (page,) = await rows(engine, tables.page)
    assert (page.outcome, page.entry, page.due_at, page.lease_token) == ("erased", None, None, None)


async def keep_copies(engine: AsyncEngine, key: UUID) -> None:
    """What else may hold an article's words: a dead letter of it, and what was handed in."""
    async with engine.begin() as connection:
        letter = {"cluster_id": "c", "topic": "t", "partition": 0, "offset": 1, "reason": "not_json", "exception": "x"}
        letter["record_sha256"] = "0"
        await connection.execute(
            insert(tables.dead_letter).values(
                dead_letter_id=uuid4(), value=b"the bridge", article_id=key, headers=[["x", "bridge"]], **letter
            )
        )
        await connection.execute(
            insert(tables.submission).values(
                submission_id=uuid4(), submitter="me", body_sha256="0", text="the bridge", article_id=key
            )
        )
        leased = {"lease_token": uuid4(), "article_id": key, "arrival": "fetched", "host": "h", "publisher_domain": "p"}
        await connection.execute(
            insert(tables.page).values(page_id=uuid4(), url="https://a.example", entry={"title": "bridge"}, **leased)
        )


async def test_erasing_what_is_erased_logs_nothing(engine: AsyncEngine) -> None:
    key = article().article_id
    assert await save(engine, Erasure(key)) == [RecordOutcome.ERASED]
    assert await save(engine, Erasure(key)) == [RecordOutcome.ERASED]
    assert len(await rows(engine, tables.change)) == 1


@pytest.mark.parametrize("erasure_first", [False, True])
async def test_erasure_and_a_save_at_the_same_time_leave_no_words(engine: AsyncEngine, erasure_first: bool) -> None:
    """Whichever comes first: a redrive that has saved but not committed, or an erasure that has not."""
    both: list[Read | Erasure] = [first(), Erasure(article().article_id)]
    if erasure_first:
        both.reverse()
    async with engine.connect() as one, engine.connect() as two:
        await store.save(one, both[:1])
        waiting = asyncio.create_task(store.save(two, both[1:]))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await one.commit()
        await waiting
        await two.commit()
    assert await live(engine) == set()
    assert {row.text for row in await rows(engine, tables.revision)} <= {None}


async def test_failure_of_the_database_tells_no_word_of_the_article(engine: AsyncEngine) -> None:
    broken = article("The secret word is rhubarb \u2026 " * 30).model_copy(update={"title": "rhubarb \x00"})
    with pytest.raises(DBAPIError) as caught:
        await save(engine, reading(broken))
    assert "rhubarb" not in str(caught.value)
