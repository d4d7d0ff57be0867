from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import Arrival, Publisher
from schemas.outcomes import DeadLetterReason, RecordOutcome
from schemas.tables import ErasedKind
from services.database import open_database
from services.extract import letters
from services.extract.erasure import Name, erase_articles, erase_letters, remember
from services.extract.records import Erasure, Read, Reading, Unusable, read
from services.kafka import Record
from tests.builders import article, key_of, reading, record, record_of

NO_JSON = Unusable(DeadLetterReason.NOT_JSON, "unexpected end")


async def add(engine: AsyncEngine, *records: Record, why: Unusable = NO_JSON, cluster: str = "one") -> None:
    async with engine.begin() as connection:
        for one in records:
            await letters.add(connection, cluster, one, why)


async def waiting(engine: AsyncEngine, limit: int = 100, **chosen: Any) -> Sequence[Any]:
    async with engine.connect() as connection:
        return await letters.list_letters(connection, letters.Chosen(**chosen), limit=limit)


async def find(engine: AsyncEngine, letter_id: UUID) -> Any:
    async with engine.connect() as connection:
        return await letters.find_letter(connection, letter_id)


async def only(engine: AsyncEngine) -> Any:
    (row,) = await waiting(engine)
    return await find(engine, row.dead_letter_id)


async def read_here(record: tuple[bytes | None, bytes | None]) -> Reading:
    return read(record)


async def redrive(engine: AsyncEngine, reader: letters.Reader = read_here, **chosen: Any) -> list[RecordOutcome]:
    return [outcome async for _, outcome in letters.redrive(engine, reader, letters.Chosen(**chosen))]


async def test_record_is_kept_whole_whatever_it_holds(engine: AsyncEngine) -> None:
    headers = (("plain", b"x"), ("nul\x00 \ud800", b"\xff\x00"), ("none", None))
    odd = record(b"\x00\xff", b"\x00\xfe")._replace(headers=headers)
    await add(engine, odd, why=Unusable(DeadLetterReason.NOT_JSON, "nul \x00 and \ud800"))
    row = await only(engine)
    assert (row.key, row.value, row.article_id) == (odd.key, odd.value, None)
    assert row.headers == [["plain", "x"], ["nul\\x00 \\ud800", "\\xff\\x00"], ["none", None]]
    assert (row.reason, row.exception, row.attempts) == ("not_json", "nul \\x00 and \\ud800", 1)


async def test_record_kept_twice_is_one_letter_and_one_of_another_cluster_is_another(engine: AsyncEngine) -> None:
    await add(engine, record(b"{"), record(b"{"))
    await add(engine, record(b"{"), why=Unusable(DeadLetterReason.EMPTY_VALUE, "later"))
    assert (await only(engine)).reason == "not_json"
    await add(engine, record(b"{"), cluster="two")
    assert len(await waiting(engine)) == 2


async def test_letters_are_listed_oldest_first_by_reason_and_without_their_words(engine: AsyncEngine) -> None:
    await add(engine, record(b"{", offset=1))
    await add(engine, record(b"", offset=2), why=Unusable(DeadLetterReason.EMPTY_VALUE, "empty"))
    await add(engine, record(b"[", offset=3))
    rows = await waiting(engine)
    assert [(row.offset, row.bytes) for row in rows] == [(1, 1), (2, 0), (3, 1)]
    assert not {"value", "key", "headers"} & rows[0]._mapping.keys()
    assert [row.offset for row in await waiting(engine, limit=2)] == [1, 2]
    assert [row.offset for row in await waiting(engine, reason=DeadLetterReason.EMPTY_VALUE)] == [2]
    assert await find(engine, UUID(int=0)) is None


async def test_letter_that_can_be_read_now_is_stored_after_all(engine: AsyncEngine) -> None:
    event = article()
    await add(engine, record_of(event), why=Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug of then"))
    (row,) = await waiting(engine)
    assert await redrive(engine) == [RecordOutcome.SAVED]
    assert await waiting(engine) == []
    letter = await find(engine, row.dead_letter_id)
    assert (letter.attempts, letter.redrive_outcome) == (2, "saved")
    assert letter.redriven_at is not None
    async with engine.connect() as connection:
        assert (await connection.execute(select(tables.article.c.article_id))).scalars().all() == [event.article_id]
    assert await redrive(engine) == []
    assert await redrive(engine, letter_id=row.dead_letter_id) == []


async def test_letter_that_fails_again_stays_with_one_attempt_more_and_its_new_reason(engine: AsyncEngine) -> None:
    await add(engine, record(b"", b"k"))
    assert await redrive(engine) == [RecordOutcome.DEAD_LETTERED]
    assert await redrive(engine) == [RecordOutcome.DEAD_LETTERED]
    letter = await only(engine)
    assert (letter.attempts, letter.reason, letter.redrive_outcome) == (3, "empty_value", "dead_lettered")
    assert letter.redriven_at is None


async def test_letter_overtaken_by_a_later_revision_is_outdated_and_done(engine: AsyncEngine) -> None:
    await add(engine, record_of(article(), offset=1))
    await add(engine, record_of(article("Another text of the same article.", revision=5), offset=2))
    rows = await waiting(engine)
    assert await redrive(engine, letter_id=rows[1].dead_letter_id) == [RecordOutcome.SAVED]
    assert await redrive(engine) == [RecordOutcome.OUTDATED]
    assert await waiting(engine) == []


async def test_letter_that_is_emptied_meanwhile_is_no_order_to_erase(engine: AsyncEngine) -> None:
    first, second = article(url="https://a.example/"), article(url="https://b.example/")
    await add(engine, record_of(first, offset=1), record_of(second, offset=2))
    both = [row.dead_letter_id for row in await waiting(engine)]

    async def reader(one: tuple[bytes | None, bytes | None]) -> Reading:
        async with engine.begin() as connection:
            await erase_letters(connection, tables.dead_letter.c.dead_letter_id.in_(both))
        return read(one)

    assert await redrive(engine, reader) == [RecordOutcome.SAVED]
    assert [(await find(engine, one)).redrive_outcome for one in both] == ["erased", "erased"]
    async with engine.connect() as connection:
        assert (await connection.execute(select(tables.erased))).all() == []


@pytest.mark.parametrize(
    "name",
    [(ErasedKind.PUBLISHER, "news.example"), (ErasedKind.URL, "https://news.example/a"), (ErasedKind.TEXT, "")],
)
async def test_letter_of_what_was_erased_keeps_no_words(engine: AsyncEngine, name: Name) -> None:
    event = article(url="https://news.example/a", arrival=Arrival.SUBMITTED)
    async with engine.begin() as connection:
        await remember(connection, [(name[0], name[1] or event.text_sha256)])
    other = article("Another text.", url="https://other.example/b", publisher=Publisher(domain="other.example"))
    await add(engine, record_of(event, offset=1), record_of(other, offset=2), record(b'{"url":"\\u0000"}', offset=3))
    assert [row.offset for row in await waiting(engine)] == [2, 3]
    async with engine.connect() as connection:
        values = (await connection.execute(select(tables.dead_letter.c.value))).scalars().all()
    assert sum(value is None for value in values) == 1


async def test_letter_that_is_emptied_while_it_is_read_keeps_no_words(engine: AsyncEngine) -> None:
    await add(engine, record(b"{"))
    (row,) = await waiting(engine)

    async def reader(_: tuple[bytes | None, bytes | None]) -> Reading:
        async with engine.begin() as connection:
            await erase_letters(connection, tables.dead_letter.c.dead_letter_id == row.dead_letter_id)
        return Unusable(DeadLetterReason.NOT_JSON, "unexpected words")

    assert await redrive(engine, reader) == [RecordOutcome.DEAD_LETTERED]
    letter = await find(engine, row.dead_letter_id)
    assert (letter.exception, letter.redrive_outcome) == ("erased", "erased")


async def test_letter_that_the_database_refuses_stays_and_the_next_is_redriven(engine: AsyncEngine) -> None:
    def with_nul(one: tuple[bytes | None, bytes | None]) -> Read:
        event = (
            article().model_copy(update={"title": "nul \x00"})
            if one[1] == b"bad"
            else article(url="https://b.example/")
        )
        return reading(event)

    async def reader(one: tuple[bytes | None, bytes | None]) -> Reading:
        return with_nul(one)

    await add(engine, record(b"bad", offset=1), record(b"good", offset=2))
    assert await redrive(engine, reader) == [RecordOutcome.DEAD_LETTERED, RecordOutcome.SAVED]
    letter = await only(engine)
    assert (letter.value, letter.reason, letter.attempts) == (b"bad", "database_refused", 2)


async def test_letter_stays_as_it_was_while_the_database_is_busy(engine: AsyncEngine, migrated_url: str) -> None:
    await add(engine, record_of(article()))
    hasty = SecretStr(f"{migrated_url}?lock_timeout=300")
    async with open_database(hasty, application_name="tests") as impatient, engine.begin() as connection:
        await connection.exec_driver_sql("LOCK TABLE dead_letter IN EXCLUSIVE MODE")
        with pytest.raises(DBAPIError, match="lock timeout"):
            await redrive(impatient)
    assert (await only(engine)).attempts == 1


async def test_chosen_letters_alone_are_redriven(engine: AsyncEngine) -> None:
    await add(engine, record(b"{", b"k", offset=1))
    await add(engine, record(b"", b"k", offset=2), why=Unusable(DeadLetterReason.EMPTY_VALUE, "empty"))
    async with engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=3)
        letter = tables.dead_letter
        await connection.execute(update(letter).where(letter.c.offset == 1).values(first_seen_at=long_ago))
    await redrive(engine, reason=DeadLetterReason.EMPTY_VALUE)
    await redrive(engine, since=datetime.now(UTC) - timedelta(days=1))
    assert [(row.offset, row.attempts) for row in await waiting(engine)] == [(1, 1), (2, 3)]


async def test_order_to_erase_can_be_redriven(engine: AsyncEngine) -> None:
    key = article().article_id

    async def reader(_: tuple[bytes | None, bytes | None]) -> Reading:
        return Erasure(key)

    await add(engine, record(None, key_of(key)))
    assert await redrive(engine, reader) == [RecordOutcome.ERASED]
    async with engine.connect() as connection:
        assert (await connection.execute(select(tables.erased.c.value))).scalars().all() == [str(key)]


async def test_letter_that_went_away_meanwhile_is_no_failure(engine: AsyncEngine) -> None:
    await add(engine, record(b"{", offset=1), record(b"[", offset=2))

    async def reader(_: tuple[bytes | None, bytes | None]) -> Reading:
        async with engine.begin() as connection:
            await connection.execute(tables.dead_letter.delete())
        return NO_JSON

    assert await redrive(engine, reader) == [RecordOutcome.DEAD_LETTERED]
    assert await waiting(engine) == []


async def test_other_record_at_the_same_place_is_another_letter(engine: AsyncEngine) -> None:
    """A topic that was made anew begins at offset 0 again."""
    await add(engine, record(b"old", offset=0), record(b"old", offset=0), record(b"new", offset=0))
    assert len(await waiting(engine)) == 2


async def test_letter_belongs_to_the_article_its_event_names(engine: AsyncEngine) -> None:
    event = article()
    wrong = record_of(event)._replace(key=key_of(article(url="https://other.example/x").article_id))
    unusable = read((wrong.key, wrong.value))
    assert isinstance(unusable, Unusable)
    await add(engine, wrong, why=unusable)
    letter = await only(engine)
    async with engine.begin() as connection:
        await erase_articles(connection, [event.article_id])
    letter = await find(engine, letter.dead_letter_id)
    assert (letter.value, letter.exception, letter.redrive_outcome) == (None, "erased", "erased")


async def test_letter_that_was_erased_is_no_order_to_erase_what_its_key_names(engine: AsyncEngine) -> None:
    event, other = article(), article(url="https://other.example/x")
    wrong = record_of(event)._replace(key=key_of(other.article_id))
    await add(engine, wrong, why=Unusable(DeadLetterReason.KEY_MISMATCH, "", event.article_id))
    async with engine.begin() as connection:
        await erase_articles(connection, [event.article_id])
        await letters.add(
            connection, "one", wrong._replace(offset=7), Unusable(DeadLetterReason.KEY_MISMATCH, "", event.article_id)
        )
    assert await redrive(engine) == []
    async with engine.connect() as connection:
        rows = (await connection.execute(select(tables.dead_letter.c.value, tables.dead_letter.c.redriven_at))).all()
        assert [row.value for row in rows] == [None, None]
        assert (await connection.execute(select(tables.erased.c.value))).scalars().all() == [str(event.article_id)]
