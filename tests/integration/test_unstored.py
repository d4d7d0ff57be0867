"""What was published and never stored, and what only looks so."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.outcomes import DeadLetterReason
from services.extract import letters, store
from services.extract.erasure import erase_articles
from services.extract.records import Unusable
from services.ingest.queues import unstored
from services.ingest.queues.unstored import Again
from tests.builders import article, reading, record_of


async def put(engine: AsyncEngine, table: Any, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(table).values(values))


async def publish(engine: AsyncEngine, number: int, *, revision: int = 1, published: int | None = 1) -> UUID:
    """An article that is numbered, and of which Kafka has acknowledged a revision."""
    event = article(url=f"https://news.example/{number}")
    key, url = event.article_id, event.canonical_url
    numbered = {"revision": revision, "published_revision": published, "text_sha256": "0"}
    await put(engine, tables.publication, article_id=key, canonical_url=url, **numbered)
    return key


async def put_page(engine: AsyncEngine, key: UUID, **values: Any) -> None:
    known = {"page_id": uuid4(), "host": "h", "arrival": "fetched", "publisher_domain": "news.example", "due_at": None}
    url = f"https://news.example/{uuid4()}"
    await put(
        engine, tables.page, **{**known, "url": url, "article_id": key, "etag": "e", "outcome": "published", **values}
    )


async def read_again(engine: AsyncEngine) -> Again:
    async with engine.begin() as connection:
        return await unstored.read_again(connection)


async def test_what_is_stored_aside_erased_or_not_sent_is_not_lost(engine: AsyncEngine) -> None:
    for number in range(4):
        await publish(engine, number)
    await publish(engine, 4, published=None)
    events = [article(url=f"https://news.example/{number}") for number in range(4)]
    async with engine.begin() as connection:
        await store.save(connection, [reading(events[0]), reading(events[1])])
        await erase_articles(connection, [events[1].article_id])
        await erase_articles(connection, [events[2].article_id])
        unusable = Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug", events[3].article_id)
        await letters.add(connection, "c", record_of(events[3]), unusable)
    async with engine.connect() as connection:
        assert await unstored.count(connection) == 0
    assert await read_again(engine) == Again()


async def test_later_revision_that_was_lost_is_found(engine: AsyncEngine) -> None:
    key = await publish(engine, 0, revision=2, published=2)
    async with engine.begin() as connection:
        await store.save(connection, [reading(article(url="https://news.example/0"))])
    async with engine.connect() as connection:
        assert await unstored.count(connection) == 1
    await put_page(engine, key)
    assert await read_again(engine) == Again(articles=1, pages=1)


async def test_page_is_due_whole_and_its_duplicate_is_not(engine: AsyncEngine) -> None:
    key = await publish(engine, 0)
    await put_page(engine, key)
    await put_page(engine, key, outcome="duplicate_url")
    assert await read_again(engine) == Again(articles=1, pages=1)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(tables.page))).all()
        assert {(row.outcome, row.due_at is None, row.etag) for row in rows} == {
            ("published", False, None),
            ("duplicate_url", True, "e"),
        }
    assert await read_again(engine) == Again()  # forgotten, until Kafka has it


async def test_submission_is_due_where_there_is_no_page(engine: AsyncEngine) -> None:
    with_page, alone, neither = [await publish(engine, number) for number in range(3)]
    await put_page(engine, with_page)
    for key in (with_page, alone):
        values = {"submission_id": uuid4(), "submitter": "me", "body_sha256": "0", "text": "x", "due_at": None}
        await put(engine, tables.submission, article_id=key, **values)
    assert await read_again(engine) == Again(articles=3, pages=1, submissions=1)
    async with engine.connect() as connection:
        due = select(tables.submission.c.article_id).where(tables.submission.c.due_at.is_not(None))
        assert list((await connection.execute(due)).scalars()) == [alone]
        assert (await connection.execute(select(tables.publication).filter_by(article_id=neither))).one().revision == 1


async def test_letter_that_was_redriven_in_vain_counts_no_more(engine: AsyncEngine) -> None:
    await publish(engine, 0)
    event = article(url="https://news.example/0")
    async with engine.begin() as connection:
        await letters.add(connection, "c", record_of(event), Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug"))
        assert await unstored.count(connection) == 0
        await connection.execute(update(tables.dead_letter).values(redriven_at=tables.dead_letter.c.first_seen_at))
        assert await unstored.count(connection) == 1
