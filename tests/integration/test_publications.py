"""Revisions: a text is numbered before it is published and confirmed after, and no number is used twice."""

import asyncio
import time
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.tables import ErasedKind, alias, erased, page, publication
from services.ingest.queues import publications
from services.ingest.queues.leases import Lease, LeaseLost, from_now
from services.ingest.queues.publications import Numbered, Standing

URL = "https://news.example/a"
ID = uuid5(NAMESPACE_URL, URL)


async def lease_page(engine: AsyncEngine, url: str = URL) -> Lease:
    lease = Lease(page, uuid5(NAMESPACE_URL, url), uuid4())
    row = {"url": url, "host": "news.example", "arrival": "fetched", "publisher_domain": "news.example"}
    async with engine.begin() as connection:
        held = {"leased_until": from_now(30), "lease_token": lease.token}
        await connection.execute(insert(page).values(page_id=lease.id, **row, **held))
    return lease


async def number(engine: AsyncEngine, lease: Lease, text: str, *, article_id: UUID = ID, url: str = URL) -> Numbered:
    async with engine.begin() as connection:
        return await publications.number(connection, lease, article_id=article_id, canonical_url=url, text_sha256=text)


async def confirm(engine: AsyncEngine, numbered: Numbered) -> None:
    async with engine.begin() as connection:
        await publications.confirm(connection, numbered)


async def row(connection: AsyncConnection) -> tuple[int, int | None]:
    columns = (publication.c.revision, publication.c.published_revision)
    revision, published = (await connection.execute(select(*columns))).one()
    return revision, published


async def test_first_text_is_numbered_by_the_clock(engine: AsyncEngine) -> None:
    numbered = await number(engine, await lease_page(engine), "one")
    assert numbered.standing is Standing.NEW
    assert abs(numbered.revision - time.time()) < 5


async def test_text_is_unchanged_only_once_its_revision_is_confirmed(engine: AsyncEngine) -> None:
    lease = await lease_page(engine)
    first = await number(engine, lease, "one")
    again = await number(engine, lease, "one")
    assert (again.standing, again.revision) == (Standing.UNACKNOWLEDGED, first.revision)
    await confirm(engine, again)
    last = await number(engine, lease, "one")
    assert (last.standing, last.revision) == (Standing.UNCHANGED, first.revision)


async def test_each_new_text_has_a_higher_number_also_within_a_second(engine: AsyncEngine) -> None:
    lease = await lease_page(engine)
    revisions = [(await number(engine, lease, text)).revision for text in ("one", "two", "three", "one")]
    assert revisions == sorted(set(revisions))


async def test_number_grows_although_the_clock_stands_behind_it(engine: AsyncEngine) -> None:
    lease = await lease_page(engine)
    await number(engine, lease, "one")
    async with engine.begin() as connection:
        await connection.execute(update(publication).values(revision=2**40))
    assert (await number(engine, lease, "two")).revision == 2**40 + 1


async def test_late_confirmation_of_an_older_revision_changes_nothing(engine: AsyncEngine) -> None:
    lease = await lease_page(engine)
    old = await number(engine, lease, "one")
    new = await number(engine, lease, "two")
    await confirm(engine, old)
    async with engine.connect() as connection:
        assert await row(connection) == (new.revision, None)
    await confirm(engine, new)
    await confirm(engine, old)
    async with engine.connect() as connection:
        assert await row(connection) == (new.revision, new.revision)


async def test_text_is_not_numbered_without_the_lease(engine: AsyncEngine) -> None:
    lease = await lease_page(engine)
    with pytest.raises(LeaseLost):
        await number(engine, lease._replace(token=uuid4()), "one")
    async with engine.connect() as connection:
        assert (await connection.execute(select(publication))).all() == []


async def test_alias_names_the_article_before_its_own_url_does(engine: AsyncEngine) -> None:
    await number(engine, await lease_page(engine), "one")
    old_id = uuid4()
    async with engine.begin() as connection:
        assert await publications.find_article(connection, URL) == ID
        assert await publications.find_article(connection, "https://news.example/new") is None
        await connection.execute(insert(alias).values(canonical_url=URL, article_id=old_id))
        assert await publications.find_article(connection, URL) == old_id


async def test_two_pages_of_one_article_that_are_numbered_at_once_share_a_revision(engine: AsyncEngine) -> None:
    urls = [f"https://news.example/a?{number}" for number in range(4)]
    leases = [await lease_page(engine, url) for url in urls]
    numbered = await asyncio.gather(*(number(engine, lease, "one") for lease in leases))
    assert len({each.revision for each in numbered}) == 1
    assert sorted(each.standing for each in numbered) == [Standing.NEW] + [Standing.UNACKNOWLEDGED] * 3


async def test_erased_names_are_found_by_kind_and_value(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(erased).values(kind=ErasedKind.PUBLISHER, value="gull.example"))
        names = [(ErasedKind.URL, URL), (ErasedKind.PUBLISHER, "gull.example")]
        assert await publications.find_erased(connection, names) is ErasedKind.PUBLISHER
        assert await publications.find_erased(connection, [(ErasedKind.URL, "gull.example")]) is None
