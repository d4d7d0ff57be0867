import asyncio
import json
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC, MESSAGE_MAX_BYTES, ArticleExtracted
from schemas.tables import ChangeKind
from services import changes
from services.extract import store
from services.extract.records import Erasure
from services.kafka import KafkaUnavailable
from tests.builders import TEXT, article, claim, reading
from tests.fakes import KeptRecords


async def save(engine: AsyncEngine, *readings: Any) -> None:
    async with engine.begin() as connection:
        await store.save(connection, readings)


async def listed(engine: AsyncEngine) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(tables.change).order_by(tables.change.c.position))).all())


async def publish(engine: AsyncEngine, producer: KeptRecords) -> None:
    token = await changes.take_lease(engine, 30)
    assert token is not None
    while found := await changes.list_unpublished(engine):
        for row in found:
            await changes.publish(producer, row)
        await changes.mark_published(engine, token, found)
    await changes.give_lease_back(engine, token)


async def test_positions_are_gap_free_in_order_of_commit(engine: AsyncEngine) -> None:
    first, second = await engine.connect(), await engine.connect()
    await store.save(first, [reading(article(url="https://news.example/1"))])  # takes its sequence number first
    await store.save(second, [reading(article(url="https://news.example/2"))])
    await second.commit()
    assert await changes.number(engine) == 1
    await first.commit()
    assert await changes.number(engine) == 1
    rows = await listed(engine)
    assert [row.position for row in rows] == [1, 2]
    assert rows[0].sequence > rows[1].sequence
    await first.close()
    await second.close()


async def test_only_one_replica_numbers_at_a_time(engine: AsyncEngine) -> None:
    await save(engine, reading())
    async with engine.begin() as other:
        await other.execute(text(f"SELECT pg_advisory_xact_lock({changes.NUMBERING_LOCK})"))
        assert await changes.number(engine) == 0
    assert await changes.number(engine) == 1


async def test_change_is_published_once_with_its_position(engine: AsyncEngine) -> None:
    await save(engine, reading(article(), claim(TEXT, "slow")))
    await changes.number(engine)
    producer = KeptRecords()
    await publish(engine, producer)
    await publish(engine, producer)
    ((topic, key, value, headers),) = producer.records
    (row,) = await listed(engine)
    event = ArticleExtracted.model_validate_json(value or b"")
    assert (topic, key) == (CLAIMS_TOPIC, str(article().article_id).encode())
    assert (event.position, headers["ce_id"]) == (1, str(row.change_id).encode())
    assert row.published_at is not None
    assert row.event is None


async def test_second_change_of_an_article_waits_for_the_first(engine: AsyncEngine) -> None:
    await save(engine, reading(article()), reading(article(TEXT + " More.", revision=2)))
    await save(engine, reading(article(url="https://news.example/b")))
    await changes.number(engine)
    first = await changes.list_unpublished(engine)
    assert [row.position for row in first] == [1]
    producer = KeptRecords()
    await publish(engine, producer)
    assert [json.loads(value or b"")["position"] for _, _, value, _ in producer.records] == [1, 2, 3]


async def test_failed_send_leaves_the_change_to_be_sent(engine: AsyncEngine) -> None:
    await save(engine, reading())
    await changes.number(engine)
    producer = KeptRecords(KafkaUnavailable("away"))
    with pytest.raises(KafkaUnavailable):
        await publish(engine, producer)
    assert len(await changes.list_unpublished(engine)) == 1
    await publish_again(engine, producer)
    assert len(producer.records) == 1


async def publish_again(engine: AsyncEngine, producer: KeptRecords) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(tables.task).values(leased_until=None))
    await publish(engine, producer)


async def test_lease_is_one_replicas_until_it_ends(engine: AsyncEngine) -> None:
    token = await changes.take_lease(engine, 30)
    assert token is not None
    assert await changes.take_lease(engine, 30) is None
    assert await changes.take_lease(engine, 30, token=token) == token
    await changes.give_lease_back(engine, token)
    assert await changes.take_lease(engine, 30) is not None


async def test_rows_are_not_marked_once_the_lease_was_lost(engine: AsyncEngine) -> None:
    await save(engine, reading())
    await changes.number(engine)
    token = await changes.take_lease(engine, 30)
    assert token is not None
    async with engine.begin() as connection:
        await connection.execute(update(tables.task).values(lease_token=uuid5(NAMESPACE_URL, "another")))
    with pytest.raises(changes.LeaseLost):
        await changes.mark_published(engine, token, await changes.list_unpublished(engine))
    assert len(await changes.list_unpublished(engine)) == 1


async def test_erasure_sends_null_to_both_topics(engine: AsyncEngine) -> None:
    key = article().article_id
    await save(engine, reading(article(), claim(TEXT, "slow")))
    await save(engine, Erasure(key))
    await changes.number(engine)
    producer = KeptRecords()
    await publish(engine, producer)
    assert [(topic, value) for topic, _, value, _ in producer.records] == [(ARTICLES_TOPIC, None), (CLAIMS_TOPIC, None)]
    assert producer.records[1][3]["position"] == b"2"


async def test_event_over_the_limit_goes_without_its_claims(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        big = {"article_id": str(article().article_id), "claims": ["x" * MESSAGE_MAX_BYTES], "retracted": []}
        new = changes.NewChange(ChangeKind.EXTRACTED, article().article_id, 1, 1, event=big)
        await changes.log(connection, [new])
    await changes.number(engine)
    producer = KeptRecords()
    await publish(engine, producer)
    event = json.loads(producer.records[0][2] or b"")
    assert (event["claims"], event["claims_omitted"]) == ([], True)


async def test_two_numberers_at_once_leave_no_gap_and_no_double(engine: AsyncEngine) -> None:
    for number in range(30):
        await save(engine, reading(article(url=f"https://news.example/{number}")))
        await asyncio.gather(changes.number(engine), changes.number(engine))
    while await changes.number(engine):
        pass
    assert [row.position for row in await listed(engine)] == list(range(1, 31))


def test_change_of_the_same_reading_has_the_same_id() -> None:
    one = changes.NewChange(ChangeKind.EXTRACTED, UUID(int=1), 3, 1)
    assert one.change_id == changes.NewChange(ChangeKind.EXTRACTED, UUID(int=1), 3, 1, event={"a": 1}).change_id
    assert one.change_id != changes.NewChange(ChangeKind.EXTRACTED, UUID(int=1), 3, 2).change_id
