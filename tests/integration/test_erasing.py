"""Orders to erase, as given to the command: what they mean, that nothing slips past them, and that they are final."""

import asyncio
import os
import pty
import sys
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from schemas.events import Arrival, ArticleIngested, Publisher
from schemas.outcomes import DeadLetterReason, RecordOutcome
from services.cli import erasing
from services.cli.exits import BadArgument, NothingThere
from services.extract import holdings, letters, store
from services.extract.entities.settling import settle_all
from services.extract.records import Unusable
from services.ingest import articles
from services.ingest.queues import publications
from services.ingest.queues.work import Source
from services.ingest.urls import Names
from services.settings import ServiceSettings
from tests.builders import TEXT, article, claim, mention, reading, record_of, sha256

BRIDGE = '"The bridge is closed."'
GULL = Publisher(domain="gull.example", name="The Gull")


@pytest.fixture
def settings(migrated_url: str) -> ServiceSettings:
    return ServiceSettings(database_url=SecretStr(migrated_url))


def of_gull(number: int, **changes: Any) -> ArticleIngested:
    return article(url=f"https://gull.example/{number}", publisher=GULL, title=f"Bridge {number}", **changes)


async def save(engine: AsyncEngine, *events: ArticleIngested) -> list[RecordOutcome]:
    async with engine.begin() as connection:
        mentions = (mention(TEXT, "Anna Weller"),)
        return await store.save(connection, [reading(one, claim(TEXT, BRIDGE), mentions=mentions) for one in events])


async def rows(engine: AsyncEngine, table: Table) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(select(table).order_by(*table.primary_key.columns)))


async def put(engine: AsyncEngine, table: Table, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(table).values(values))


async def put_page(engine: AsyncEngine, url: str, **values: Any) -> None:
    known = {"page_id": uuid4(), "host": "h", "arrival": "fetched", "entry": {"title": "bridge"}}
    await put(engine, tables.page, url=url, **{**known, "publisher_domain": "other.example", **values})


async def put_submission(engine: AsyncEngine, **values: Any) -> UUID:
    key = uuid4()
    await put(engine, tables.submission, submission_id=key, submitter="me", body_sha256="0", **values)
    return key


async def put_letter(engine: AsyncEngine, event: ArticleIngested, *, offset: int = 1) -> None:
    async with engine.begin() as connection:
        unusable = Unusable(DeadLetterReason.EXTRACTION_FAILED, "a bug", event.article_id)
        await letters.add(connection, "c", record_of(event, offset=offset), unusable)


async def erase(settings: ServiceSettings, what: str) -> int:
    return await erasing.carry_out(settings, erasing.understand(what), lambda _: None)


async def everything(engine: AsyncEngine) -> str:
    """All that is stored but who is mentioned at all, what was erased, and the URLs that ingest tells articles by."""
    kept = [table for table in tables.metadata.sorted_tables if table.name not in {"entity", "erased", "publication"}]
    return str([(table.name, await rows(engine, table)) for table in kept]).lower()


async def kinds(engine: AsyncEngine) -> list[tuple[str, UUID]]:
    return [
        (row.kind, row.article_id) for row in sorted(await rows(engine, tables.change), key=lambda row: row.sequence)
    ]


async def refused_by_ingest(engine: AsyncEngine, url: str, publisher: str = "other.example") -> bool:
    names = articles.names_before(Source(url, Arrival.FETCHED, publisher))
    async with engine.connect() as connection:
        return await publications.find_erased(connection, names) is not None


async def test_dry_run_tells_what_would_go_and_changes_nothing(settings: ServiceSettings, engine: AsyncEngine) -> None:
    await save(engine, of_gull(1), of_gull(2), article())
    await put_page(engine, "https://gull.example/3", publisher_domain="gull.example")
    await put_submission(engine, url="https://gull.example/1", article_id=of_gull(1).article_id, text="the bridge")
    await put_letter(engine, of_gull(9))
    feed = {"feed_id": uuid4(), "url": "https://gull.example/f", "publisher_domain": "gull.example"}
    await put(engine, tables.feed, **feed)
    before = await everything(engine)
    named = erasing.understand("GULL.example")
    found = await erasing.look(settings, named)
    assert found == holdings.Holdings(2, 2, 1, 1, 1, 1, ["Bridge 1", "Bridge 2"], remembered=False)
    assert erasing.tell(named, found) == [
        "the publisher gull.example",
        "  2 articles, 2 claims, 1 submission, 1 page, 1 dead letter",
        "    Bridge 1",
        "    Bridge 2",
        "  1 feed kept, whose pages will be refused; 'claimwire feeds remove URL' ends the polls",
    ]
    assert await everything(engine) == before
    assert await rows(engine, tables.erased) == []


async def test_publisher_is_erased_wherever_its_words_are_and_the_others_stay(
    settings: ServiceSettings, engine: AsyncEngine
) -> None:
    await save(engine, *(of_gull(number) for number in range(60)))
    await put_page(engine, "https://gull.example/new", publisher_domain="gull.example")
    await put_page(engine, "https://gull.example/1", publisher_domain="gull.example", article_id=of_gull(1).article_id)
    await put_submission(engine, text="the bridge", publisher_domain="gull.example")
    await put_letter(engine, of_gull(99))
    assert await erase(settings, "gull.example") == 61
    assert "bridge" not in await everything(engine)
    assert await erasing.look(settings, erasing.understand("gull.example")) == holdings.Holdings(
        0, 0, 0, 0, 0, 0, [], remembered=True
    )
    assert {(row.outcome, row.due_at, row.entry) for row in await rows(engine, tables.page)} == {("erased", None, None)}
    (handed_in,) = await rows(engine, tables.submission)
    assert (handed_in.outcome, handed_in.due_at, handed_in.text) == ("erased", None, None)
    assert await refused_by_ingest(engine, "https://gull.example/later", "gull.example")

    assert await save(engine, article()) == [RecordOutcome.SAVED]
    await settle_all(engine)
    before = await everything(engine)
    assert await erase(settings, "gull.example") == 0
    assert await everything(engine) == before
    assert not await refused_by_ingest(engine, "https://other.example/later")


async def test_order_cut_off_between_two_batches_goes_on_when_given_again(
    settings: ServiceSettings, engine: AsyncEngine
) -> None:
    events = [of_gull(number) for number in range(60)]
    await save(engine, *events)
    named = erasing.understand("gull.example")
    begun = holdings.erase(engine, named.find)
    assert await anext(begun) == holdings.ERASED_AT_ONCE
    await begun.aclose()  # type: ignore[attr-defined]
    assert (await erasing.look(settings, named)).articles == 60 - holdings.ERASED_AT_ONCE
    assert await save(engine, of_gull(77)) == [RecordOutcome.REFUSED_ERASED]
    assert await erase(settings, "gull.example") == 60 - holdings.ERASED_AT_ONCE
    erased = [key for kind, key in await kinds(engine) if kind == "erased"]
    assert sorted(erased) == sorted([*(one.article_id for one in events), of_gull(77).article_id])


async def test_article_that_is_being_saved_is_erased_and_one_that_comes_after_is_refused(
    settings: ServiceSettings, engine: AsyncEngine
) -> None:
    async with engine.connect() as saving:
        await store.save(saving, [reading(of_gull(1), claim(TEXT, BRIDGE))])
        order = asyncio.create_task(erase(settings, "gull.example"))
        await asyncio.sleep(0.3)
        assert not order.done()
        late = asyncio.create_task(save(engine, of_gull(2)))
        await asyncio.sleep(0.1)
        await saving.commit()
    assert await order == 1
    assert await late == [RecordOutcome.REFUSED_ERASED]
    assert "bridge" not in await everything(engine)
    first, second = of_gull(1).article_id, of_gull(2).article_id
    assert sorted(await kinds(engine)) == sorted([("extracted", first), ("erased", first), ("erased", second)])


async def test_many_saves_at_the_same_time_leave_no_words(settings: ServiceSettings, engine: AsyncEngine) -> None:
    async def come(start: int) -> None:
        for number in range(start, start + 20):
            await save(engine, of_gull(number), article(url=f"https://news.example/{number}"))

    await asyncio.gather(come(0), come(100), come(200), erase(settings, "gull.example"))
    stored = await rows(engine, tables.article)
    assert "gull" not in await everything(engine)
    assert len([row for row in stored if row.erased_at is None]) == 60
    gone = [key for kind, key in await kinds(engine) if kind == "erased"]
    assert len(gone) == len(set(gone)) == 60


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a",
        "HTTPS://News.Example:443/a?utm_source=x#top",
        "https://news.example/a?from=feed",
        "https://news.example/handed-in",
    ],
)
async def test_each_spelling_of_a_url_erases_its_article(
    settings: ServiceSettings, engine: AsyncEngine, url: str
) -> None:
    key = article().article_id
    await save(engine, article(), article(url="https://news.example/b"))
    await put_page(engine, "https://news.example/a?from=feed", article_id=key)
    await put_submission(engine, url="https://news.example/handed-in", article_id=key)
    await put(engine, tables.publication, article_id=key, canonical_url="https://news.example/a")
    assert await erase(settings, url) == 1
    assert [row.article_id for row in await rows(engine, tables.article) if row.erased_at] == [key]
    assert await refused_by_ingest(engine, url)
    assert (await erasing.look(settings, erasing.understand(url))).is_nothing
    assert await save(engine, article(revision=9)) == [RecordOutcome.REFUSED_ERASED]


async def test_url_that_was_never_read_is_remembered(settings: ServiceSettings, engine: AsyncEngine) -> None:
    await put_page(engine, "https://news.example/a?utm_medium=x")
    await put_page(engine, "https://news.example/a")
    named = erasing.understand("https://news.example/a?utm_medium=x")
    found = await erasing.look(settings, named)
    assert (found.articles, found.pages, found.is_nothing) == (0, 2, False)
    assert await erase(settings, "https://news.example/a?utm_medium=x") == 0
    assert await kinds(engine) == []
    assert await refused_by_ingest(engine, "https://news.example/a?utm_campaign=y")
    assert await save(engine, article()) == [RecordOutcome.REFUSED_ERASED]
    assert await kinds(engine) == [("erased", article().article_id)]


async def test_article_is_erased_by_its_id_also_where_it_is_not_stored(
    settings: ServiceSettings, engine: AsyncEngine
) -> None:
    await save(engine, article())
    await put(engine, tables.publication, article_id=of_gull(1).article_id, canonical_url="https://gull.example/1")
    for key in (article().article_id, of_gull(1).article_id):
        assert await erase(settings, str(key)) == 1
        assert await erase(settings, str(key)) == 0
    assert [kind for kind, _ in await kinds(engine)] == ["extracted", "erased", "erased"]
    assert await save(engine, of_gull(1)) == [RecordOutcome.REFUSED_ERASED]
    with pytest.raises(NothingThere, match=f"no article and no submission {UUID(int=7)}"):
        await erasing.look(settings, erasing.understand(str(UUID(int=7))))


def submitted(key: UUID, **changes: Any) -> ArticleIngested:
    url = f"urn:claimwire:submission:{key}"
    return article(url=url, arrival=Arrival.SUBMITTED, publisher=Publisher(domain="submitted"), **changes)


@pytest.mark.parametrize("by", ["submission", "article"])
async def test_submitted_text_is_erased_whoever_handed_it_in(
    settings: ServiceSettings, engine: AsyncEngine, by: str
) -> None:
    keys = [await put_submission(engine) for _ in range(3)]
    mine, theirs = submitted(keys[0]), submitted(keys[1])
    other = submitted(keys[2], text="Another text, of the ford.", text_sha256=sha256("Another text, of the ford."))
    await save(engine, mine, theirs)
    async with engine.begin() as connection:
        assert await store.save(connection, [reading(other)]) == [RecordOutcome.SAVED]
        for key, event in zip(keys, (mine, theirs, other), strict=True):
            changed = tables.submission.update().filter_by(submission_id=key)
            await connection.execute(changed.values(text="words", article_id=event.article_id, due_at=None))
    named = erasing.understand(str(keys[0] if by == "submission" else mine.article_id))
    told = erasing.tell(named, await erasing.look(settings, named))
    assert "  all handed in with the same words: a text is erased wherever it was handed in" in told
    alone = erasing.understand(str(keys[2]))
    assert "same words" not in str(erasing.tell(alone, await erasing.look(settings, alone)))
    assert await erase(settings, str(keys[0] if by == "submission" else mine.article_id)) == 2
    texts = {row.submission_id: row.text for row in await rows(engine, tables.submission)}
    assert texts == {keys[0]: None, keys[1]: None, keys[2]: "words"}
    again = submitted(uuid4())
    assert await save(engine, again) == [RecordOutcome.REFUSED_ERASED]
    async with engine.connect() as connection:
        names = articles.names_after(articles.Read(again, Names(again.canonical_url)))
        assert (tables.ErasedKind.TEXT, again.text_sha256) in await publications.list_erased(connection, names)


async def test_submission_that_was_not_read_yet_is_read_no_more(settings: ServiceSettings, engine: AsyncEngine) -> None:
    leased = {"lease_token": uuid4(), "text": TEXT, "title": "Bridge"}
    key = await put_submission(engine, **leased)
    other = await put_submission(engine, text=TEXT)
    assert await erase(settings, str(key)) == 0
    by_key = {row.submission_id: row for row in await rows(engine, tables.submission)}
    gone = by_key[key]
    assert (gone.text, gone.title, gone.due_at, gone.outcome, gone.lease_token) == (None, None, None, "erased", None)
    assert by_key[other].text == TEXT
    assert await save(engine, submitted(key)) == [RecordOutcome.REFUSED_ERASED]


async def test_dead_letter_of_another_stays(settings: ServiceSettings, engine: AsyncEngine) -> None:
    """Its event only mentions the publisher, or is no event at all."""
    await put_letter(engine, article(authors=("gull.example",)))
    async with engine.begin() as connection:
        for offset, value in ((3, b'["gull.example"]'), (4, b'{"publisher": "gull.example"'), (5, b'"gull.example"')):
            odd = record_of(article(), offset=offset)._replace(value=value)
            await letters.add(connection, "c", odd, Unusable(DeadLetterReason.INVALID_EVENT, "odd"))
    assert await erase(settings, "gull.example") == 0
    assert [row.value is None for row in await rows(engine, tables.dead_letter)] == [False] * 4


async def at_terminal(*arguments: str, url: str, answer: str) -> str:
    """Run the command at a terminal and give one answer; return what it showed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "CLAIMWIRE_DATABASE_URL": url, "TERM": "xterm"}
    command = (sys.executable, "-m", "services.cli", *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    shown = b""
    try:
        while some := await asyncio.to_thread(os.read, ours, 4096):
            shown += some
    except OSError:  # what Linux says once nobody has the other end open
        pass
    finally:
        os.close(ours)
        await process.wait()
    return shown.decode()


async def test_terminal_is_asked_and_shown_a_bar(migrated_url: str, engine: AsyncEngine) -> None:
    await save(engine, *(of_gull(number) for number in range(30)))
    shown = await at_terminal("erase", "gull.example", url=migrated_url, answer="n\n")
    assert "Erase this for good? [y/N]" in shown
    assert "nothing was erased" in shown
    assert len([row for row in await rows(engine, tables.article) if row.erased_at]) == 0
    shown = await at_terminal("erase", "gull.example", url=migrated_url, answer="y\n")
    assert "erasing" in shown
    assert "30/30" in shown
    assert "erased 30 articles" in shown
    assert len([row for row in await rows(engine, tables.article) if row.erased_at]) == 30


@pytest.mark.parametrize("what", ["", "a b", "news.example/a", "ftp://news.example/a", "http://", "\x1b[2J"])
def test_what_names_nothing_is_told(what: str) -> None:
    with pytest.raises(BadArgument, match="is no id, no URL"):
        erasing.understand(what)
