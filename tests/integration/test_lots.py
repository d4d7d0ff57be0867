"""Lots: pages numbered and ended together end as each alone would, and one that is odd keeps back no other."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
from sqlalchemy import Row, event, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import Arrival
from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind, alias, erased, page, publication
from services.ingest.articles import Read
from services.ingest.desk import Desk, Known
from services.ingest.queues import lots, publications
from services.ingest.queues.leases import Lease, LeaseLost, from_now, renew
from services.ingest.queues.lots import Draft, Ended
from services.ingest.queues.publications import Numbered, Standing
from services.ingest.queues.work import Source, Work
from services.ingest.urls import name_page
from tests.builders import article

HERE = "https://news.example"


async def lease_page(engine: AsyncEngine, url: str) -> Lease:
    lease = Lease(page, uuid5(NAMESPACE_URL, url), uuid4())
    row = {"url": url, "host": "news.example", "arrival": "fetched", "publisher_domain": "news.example"}
    async with engine.begin() as connection:
        held = {"leased_until": from_now(30), "lease_token": lease.token}
        await connection.execute(insert(page).values(page_id=lease.id, **row, **held))
    return lease


async def draft(engine: AsyncEngine, name: str, text: str = "one", *, lease: Lease | None = None) -> Draft:
    url = f"{HERE}/{name}"
    lease = lease or await lease_page(engine, url)
    names = {(ErasedKind.URL, url), (ErasedKind.PUBLISHER, "news.example")}
    return Draft(lease, uuid5(NAMESPACE_URL, url), url, text, names)


async def number(engine: AsyncEngine, drafts: Sequence[Draft]) -> dict[UUID, Numbered]:
    async with engine.begin() as connection:
        return await lots.number(connection, drafts)


def ended(lease: Lease, numbered: Numbered | None = None, **values: Any) -> Ended:
    plain = {"outcome": "published", "reason": None, "attempts": 1, "due_at": None, "done_at": None}
    return Ended(lease, plain | values, numbered)


async def finish(engine: AsyncEngine, pages: Sequence[Ended]) -> set[UUID]:
    async with engine.begin() as connection:
        return await lots.finish(connection, pages)


async def row_of(engine: AsyncEngine, lease: Lease) -> Row[Any]:
    async with engine.connect() as connection:
        return (await connection.execute(select(page).where(page.c.page_id == lease.id))).one()


async def test_new_texts_are_numbered_together(engine: AsyncEngine) -> None:
    drafts = [await draft(engine, name) for name in ("b", "a", "c")]
    numbered = await number(engine, drafts)
    assert numbered.keys() == {each.lease.id for each in drafts}
    assert all(numbered[each.lease.id].article_id == each.article_id for each in drafts)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(publication))).all()
    assert {(row.article_id, row.revision) for row in rows} == {each[:2] for each in numbered.values()}
    assert {(row.canonical_url, row.text_sha256, row.published_revision) for row in rows} == {
        (f"{HERE}/{name}", "one", None) for name in "abc"
    }


async def test_another_text_gets_a_higher_number_and_a_known_one_none(engine: AsyncEngine) -> None:
    lease = await lease_page(engine, f"{HERE}/a")
    first = await number(engine, [await draft(engine, "a", lease=lease)])
    assert await number(engine, [await draft(engine, "a", lease=lease)]) == {}
    second = await number(engine, [await draft(engine, "a", "two", lease=lease)])
    assert second[lease.id].revision > first[lease.id].revision


async def test_odd_pages_are_left_out_and_the_others_numbered(engine: AsyncEngine) -> None:
    names = ("good", "lost", "gone", "old", "taken")
    good, lost, gone, renamed, taken = [await draft(engine, name) for name in names]
    lost = lost._replace(lease=lost.lease._replace(token=uuid4()))
    second = good._replace(lease=await lease_page(engine, f"{HERE}/good?again"))
    async with engine.begin() as connection:
        await connection.execute(insert(erased).values(kind="url", value=gone.canonical_url))
        await connection.execute(insert(alias).values(canonical_url=renamed.canonical_url, article_id=uuid4()))
        await connection.execute(insert(publication).values(article_id=uuid4(), canonical_url=taken.canonical_url))
    numbered = await number(engine, [good, lost, gone, renamed, taken, second])
    assert numbered.keys() == {good.lease.id}
    async with engine.connect() as connection:
        keys = set((await connection.execute(select(publication.c.article_id))).scalars())
    assert keys.isdisjoint({lost.article_id, gone.article_id, renamed.article_id, taken.article_id})


async def test_pages_end_together_and_their_revisions_are_confirmed(engine: AsyncEngine) -> None:
    drafts = [await draft(engine, name) for name in ("a", "b")]
    numbered = await number(engine, drafts)
    pages = [ended(each.lease, numbered[each.lease.id], article_id=each.article_id, etag='"1"') for each in drafts]
    assert await finish(engine, pages) == numbered.keys()
    row = await row_of(engine, drafts[0].lease)
    assert (row.outcome, row.attempts, row.due_at, row.lease_token, row.etag) == ("published", 1, None, None, '"1"')
    assert row.article_id == drafts[0].article_id
    assert row.done_at is not None
    async with engine.connect() as connection:
        rows = (await connection.execute(select(publication))).all()
    assert all(each.published_revision == each.revision for each in rows)


async def test_what_a_page_does_not_say_anew_stays(engine: AsyncEngine) -> None:
    lease = await lease_page(engine, f"{HERE}/a")
    async with engine.begin() as connection:
        await connection.execute(page.update().values(etag='"1"', last_modified="Monday"))
    assert await finish(engine, [ended(lease, outcome="not_modified", last_modified="Tuesday")]) == {lease.id}
    row = await row_of(engine, lease)
    assert (row.etag, row.last_modified) == ('"1"', "Tuesday")


async def test_page_of_another_replica_is_left_as_it_is_and_its_revision_confirmed(engine: AsyncEngine) -> None:
    ours, theirs = [await draft(engine, name) for name in ("ours", "theirs")]
    numbered = await number(engine, [ours, theirs])
    gone = theirs.lease._replace(token=uuid4())
    pages = [ended(ours.lease, numbered[ours.lease.id]), ended(gone, numbered[theirs.lease.id])]
    assert await finish(engine, pages) == {ours.lease.id}
    row = await row_of(engine, theirs.lease)
    assert (row.outcome, row.lease_token) == (None, theirs.lease.token)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(publication))).all()
    assert all(each.published_revision == each.revision for each in rows)


async def test_revision_that_was_overtaken_is_not_confirmed(engine: AsyncEngine) -> None:
    lease = await lease_page(engine, f"{HERE}/a")
    first = (await number(engine, [await draft(engine, "a", lease=lease)]))[lease.id]
    second = (await number(engine, [await draft(engine, "a", "two", lease=lease)]))[lease.id]
    await finish(engine, [ended(lease, first)])
    async with engine.connect() as connection:
        row = (await connection.execute(select(publication))).one()
    assert (row.revision, row.published_revision) == (second.revision, None)


def read(url: str, text: str) -> Read:
    return Read(article(text, url=url), name_page(url))


async def test_desk_does_alone_what_a_lot_leaves_out(engine: AsyncEngine) -> None:
    desk, urls = Desk(engine), [f"{HERE}/{name}" for name in ("a", "b", "c")]
    leases = [await lease_page(engine, url) for url in urls]
    leases[2] = leases[2]._replace(token=uuid4())
    works = [Work(lease, Source(url, Arrival.FETCHED)) for lease, url in zip(leases, urls, strict=True)]
    texts = [read(url, "A text.") for url in urls]
    async with engine.begin() as connection:  # published before, and acknowledged: the same text is unchanged
        known = texts[1].event
        before = await publications.number(
            connection,
            leases[1],
            article_id=known.article_id,
            canonical_url=known.canonical_url,
            text_sha256=known.text_sha256,
        )
        await publications.confirm(connection, before)
    both = zip(works, texts, strict=True)
    asked = [desk.number(work, text, {work.source.url}, is_archived=False) for work, text in both]
    new, same, lost = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(new, Known)
    assert isinstance(same, Known)
    assert (new.numbered.standing, same.numbered.standing) == (Standing.NEW, Standing.UNCHANGED)
    assert isinstance(lost, LeaseLost)


async def test_page_that_fails_a_lot_loses_none_of_the_others(engine: AsyncEngine) -> None:
    desk = Desk(engine)
    leases = [await lease_page(engine, f"{HERE}/{name}") for name in ("a", "b")]
    works = [Work(lease, Source(HERE, Arrival.FETCHED)) for lease in leases]
    good = ended(leases[0], outcome=PageOutcome.NOT_FOUND.value).values
    bad = good | {"reason": "half\0", "outcome": PageOutcome.GONE.value}
    saved, refused = await asyncio.gather(
        desk.finish(works[0], good, None), desk.finish(works[1], bad, None), return_exceptions=True
    )
    assert saved is None
    assert isinstance(refused, Exception)
    assert [(await row_of(engine, lease)).outcome for lease in leases] == ["not_found", None]


@pytest.mark.parametrize("pages", [2, 6])
async def test_statements_of_a_lot_are_as_few_for_many_pages(engine: AsyncEngine, pages: int) -> None:
    drafts = [await draft(engine, str(name)) for name in range(pages)]
    seen: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    numbered = await number(engine, drafts)
    await finish(engine, [ended(each.lease, numbered[each.lease.id]) for each in drafts])
    assert len(seen) == 6


async def test_leases_are_renewed_in_the_order_of_lots(engine: AsyncEngine) -> None:
    held = [await lease_page(engine, f"{HERE}/{name}") for name in "dcba"]
    first, rest = held[-1].id, [lease.id for lease in held[:-1]]

    async def renew_all() -> None:
        async with engine.begin() as connection:
            await renew(connection, page, [(lease.id, lease.token) for lease in held])

    async with engine.begin() as lot:
        await lot.execute(select(page.c.page_id).where(page.c.page_id == first).with_for_update())
        renewal = asyncio.create_task(renew_all())
        async with engine.connect() as watching:
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not await watching.scalar(waits):
                await asyncio.sleep(0.01)
        later = select(page.c.page_id).where(page.c.page_id.in_(rest)).with_for_update(nowait=True)
        assert len((await lot.execute(later)).all()) == len(rest)
    await renewal
