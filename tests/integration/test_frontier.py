"""What is due goes to one replica at a time, and no host is asked twice at once."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, null, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import Dated, Evidence
from schemas.outcomes import FeedOutcome, PageOutcome
from schemas.tables import feed, host, page
from services.ingest.discovery.entries import Entry
from services.ingest.discovery.rests import Rest
from services.ingest.queues import frontier, hosts, leases, waiting
from services.ingest.queues.frontier import Inserted, Polled
from services.ingest.queues.leases import Lease, LeaseLost, from_now
from services.ingest.queues.schedule import NextPoll
from services.ingest.urls import BadUrl
from tests.builders import FETCHED_AT


def entry(url: str, *, modified: bool = False, day: int = 1) -> Entry:
    at = FETCHED_AT.replace(day=day)
    dated = Dated(at=at, precision="day", evidence=Evidence.FEED, reason=None) if modified else Dated()
    return Entry(url=url, modified=dated)


async def list_pages(engine: AsyncEngine, urls: list[str], **values: object) -> None:
    """Have a feed list these URLs; ``values`` then stand on the rows of all pages."""
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "https://feeds.example/rss")
        (source,) = await frontier.list_feeds(connection)
        await frontier.insert_entries(connection, source, [entry(url) for url in urls])
        if values:
            await connection.execute(update(page).values(**values))


async def lease(engine: AsyncEngine, most: int = 10, after: str = "") -> list[Any]:
    async with engine.begin() as connection:
        return await waiting.lease_pages(connection, after=after, most=most)


async def row_of(engine: AsyncEngine, url: str) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(select(page).where(page.c.url == url))).one()


async def free_hosts(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(host).values(leased_until=None, lease_token=None, free_at=func.now()))


async def test_added_feed_has_its_host_for_publisher_unless_one_is_named(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "https://www.Gull.example/rss")
        await frontier.add_feed(connection, "https://cdn.example/rss", "lamp.example", "The Lamp")
        rows = await frontier.list_feeds(connection)
    found = [(row.url, row.publisher_domain, row.publisher_name) for row in rows]
    assert found == [
        ("https://cdn.example/rss", "lamp.example", "The Lamp"),
        ("https://www.gull.example/rss", "gull.example", None),
    ]


async def test_feed_added_twice_is_one_feed_with_the_newer_name(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        first = await frontier.add_feed(connection, "https://gull.example/rss", publisher_name="Gull")
        again = await frontier.add_feed(connection, "https://gull.example/rss")
        other = await frontier.add_feed(connection, "https://gull.example/rss", publisher_name="The Gull")
        (row,) = await frontier.list_feeds(connection)
    assert first == again == other == row.feed_id
    assert (row.publisher_name, row.publisher_domain) == ("The Gull", "gull.example")


async def test_feed_that_cannot_be_fetched_is_refused(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        with pytest.raises(BadUrl):
            await frontier.add_feed(connection, "ftp://gull.example/rss")
        assert await frontier.list_feeds(connection) == []


async def test_removed_feed_leaves_its_pages(engine: AsyncEngine) -> None:
    await list_pages(engine, ["https://a.example/1"])
    async with engine.begin() as connection:
        assert await frontier.remove_feed(connection, "https://feeds.example/rss")
        assert not await frontier.remove_feed(connection, "https://feeds.example/rss")
    assert (await row_of(engine, "https://a.example/1")).feed_id is None


async def test_entries_become_due_pages_once(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "https://feeds.example/rss")
        (source,) = await frontier.list_feeds(connection)
        twice = [entry("https://a.example/1"), entry("https://a.example/2"), entry("https://a.example/1")]
        assert await frontier.insert_entries(connection, source, twice) == Inserted(new=2, changed=0, known=0)
    async with engine.begin() as connection:
        assert await frontier.insert_entries(connection, source, twice[:2]) == Inserted(new=0, changed=0, known=2)
        assert {row.due_at is None for row in await connection.execute(select(page))} == {False}


async def test_known_entry_is_due_again_when_the_feed_dates_it_anew(engine: AsyncEngine) -> None:
    url = "https://a.example/1"
    await list_pages(engine, [url], due_at=None)

    async def see(*, day: int, modified: bool = True) -> Inserted:
        async with engine.begin() as connection:
            (source,) = await frontier.list_feeds(connection)
            return await frontier.insert_entries(connection, source, [entry(url, modified=modified, day=day)])

    assert (await see(day=1)).changed == 1
    assert (await row_of(engine, url)).due_at is not None
    assert (await see(day=1)).known == 1
    assert (await see(day=2)).changed == 1
    assert (await see(day=3, modified=False)).known == 1


@pytest.mark.parametrize(("listed", "dated", "due"), [(12, 7, 0), (12, 6, 6), (5, 5, 5), (6, 6, 0)])
async def test_feed_that_dates_most_anew_to_one_minute_makes_none_of_them_due(
    engine: AsyncEngine, listed: int, dated: int, due: int
) -> None:
    urls = [f"https://a.example/{number}" for number in range(listed)]
    await list_pages(engine, urls, due_at=None)

    async def see(*days: int) -> Inserted:
        async with engine.begin() as connection:
            (source,) = await frontier.list_feeds(connection)
            seen = [entry(url, modified=day > 0, day=day or 1) for url, day in zip(urls, days, strict=True)]
            new = entry(f"https://a.example/new/{sum(days)}", modified=True)
            return await frontier.insert_entries(connection, source, [*seen, new])

    days = [1] * dated + [0] * (listed - dated)
    assert await see(*days) == Inserted(new=1, changed=due, known=listed - due)
    rows = [await row_of(engine, url) for url in urls]
    assert sum(row.due_at is not None for row in rows) == due
    # What was dated then is known: the next that is dated alone is due.
    assert await see(2, *days[1:]) == Inserted(new=1, changed=1, known=listed - 1)


async def test_feed_that_dates_every_entry_anew_to_a_time_of_its_own_makes_all_due(engine: AsyncEngine) -> None:
    urls = [f"https://a.example/{number}" for number in range(12)]
    await list_pages(engine, urls, due_at=None)
    async with engine.begin() as connection:
        (source,) = await frontier.list_feeds(connection)
        seen = [entry(url, modified=True, day=number) for number, url in enumerate(urls, 1)]
        assert await frontier.insert_entries(connection, source, seen) == Inserted(new=0, changed=12, known=0)


async def test_page_that_was_erased_is_not_touched_by_a_feed(engine: AsyncEngine) -> None:
    url = "https://a.example/1"
    await list_pages(engine, [url], outcome=PageOutcome.ERASED.value, entry=null(), due_at=None)
    async with engine.begin() as connection:
        (source,) = await frontier.list_feeds(connection)
        listed = [entry(url, modified=True)]
        assert await frontier.insert_entries(connection, source, listed) == Inserted(new=0, changed=0, known=1)
    after = await row_of(engine, url)
    assert (after.entry, after.due_at, after.outcome) == (None, None, "erased")


async def test_lease_of_nothing_changes_nothing(engine: AsyncEngine) -> None:
    said: list[str] = []

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement.split(maxsplit=1)[0])

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    assert await lease(engine) == []
    assert "UPDATE" not in said
    await list_pages(engine, ["https://a.example/1"])
    assert len(await lease(engine)) == 1
    assert "UPDATE" in said


async def test_replicas_that_lease_at_once_never_take_the_same_page(engine: AsyncEngine) -> None:
    urls = [f"https://h{number}.example/{page}" for number in range(40) for page in range(2)]
    await list_pages(engine, urls)
    batches = await asyncio.gather(*(lease(engine, most=7) for _ in range(12)))
    taken = [row.url for batch in batches for row in batch]
    assert len(taken) == len(set(taken))
    hosts_taken = [row.host for batch in batches for row in batch]
    assert len(hosts_taken) == len(set(hosts_taken)) == 40


async def test_replicas_that_lease_at_once_never_take_the_same_feed(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for number in range(30):
            await frontier.add_feed(connection, f"https://h{number}.example/rss")

    async def take() -> list[UUID]:
        async with engine.begin() as connection:
            return [row.feed_id for row in await frontier.lease_feeds(connection, most=5)]

    taken = [feed_id for batch in await asyncio.gather(*(take() for _ in range(10))) for feed_id in batch]
    assert len(taken) == len(set(taken)) == 30


async def test_host_with_many_pages_delays_no_other_host(engine: AsyncEngine) -> None:
    busy = [f"https://busy.example/{number}" for number in range(400)]
    await list_pages(engine, [*busy, "https://zeta.example/1"])
    assert sorted(row.host for row in await lease(engine, most=5)) == ["busy.example", "zeta.example"]


async def test_hosts_are_taken_in_turn(engine: AsyncEngine) -> None:
    await list_pages(engine, [f"https://{name}.example/{page}" for name in "abcd" for page in range(3)])
    first = [row.host for row in await lease(engine, most=2)]
    await free_hosts(engine)
    second = [row.host for row in await lease(engine, most=3, after=first[-1])]
    assert (first, second) == (["a.example", "b.example"], ["c.example", "d.example", "a.example"])


async def test_page_of_a_host_that_is_not_free_waits(engine: AsyncEngine) -> None:
    await list_pages(engine, ["https://a.example/1", "https://a.example/2"])
    assert len(await lease(engine)) == 1
    assert await lease(engine) == []
    async with engine.begin() as connection:
        await connection.execute(update(host).values(leased_until=None, free_at=from_now(60)))
    assert await lease(engine) == []
    await free_hosts(engine)
    assert len(await lease(engine)) == 1


async def test_page_whose_time_has_not_come_is_not_leased(engine: AsyncEngine) -> None:
    await list_pages(engine, ["https://a.example/1"], due_at=from_now(60))
    assert await lease(engine) == []


async def test_expired_lease_is_taken_over_and_its_result_refused(engine: AsyncEngine) -> None:
    await list_pages(engine, ["https://a.example/1"])
    (old,) = await lease(engine)
    async with engine.begin() as connection:
        await connection.execute(update(page).values(leased_until=func.now()))
        await connection.execute(update(host).values(leased_until=func.now()))
    (new,) = await lease(engine)
    async with engine.begin() as connection:
        with pytest.raises(LeaseLost):
            await leases.finish(connection, Lease(page, old.page_id, old.lease_token), outcome="gone", due_at=None)
        await leases.give_back(connection, Lease(page, old.page_id, old.lease_token))
    row = await row_of(engine, "https://a.example/1")
    assert (row.outcome, row.lease_token) == (None, new.lease_token)


async def test_renewed_lease_lasts_and_a_lost_one_stays_lost(engine: AsyncEngine) -> None:
    await list_pages(engine, ["https://a.example/1", "https://b.example/1"])
    ours, theirs = await lease(engine)
    async with engine.begin() as connection:
        await connection.execute(update(page).values(leased_until=from_now(1)))
        pairs = [(ours.page_id, ours.lease_token), (theirs.page_id, uuid4())]
        await leases.renew(connection, page, pairs)
        await leases.renew(connection, host, [(ours.host, ours.lease_token)])
        left = select(page.c.page_id).where(page.c.leased_until > from_now(leases.LEASE_SECONDS / 2))
        assert list(await connection.scalars(left)) == [ours.page_id]


async def test_page_given_back_is_as_it_was_but_due_later(engine: AsyncEngine) -> None:
    await list_pages(engine, ["https://a.example/1"])
    (row,) = await lease(engine)
    async with engine.begin() as connection:
        await leases.give_back(connection, Lease(page, row.page_id, row.lease_token), seconds=60)
    after = await row_of(engine, "https://a.example/1")
    assert (after.lease_token, after.leased_until, after.outcome, after.attempts) == (None, None, None, 0)
    assert (after.due_at - row.due_at).total_seconds() >= 60


async def test_poll_is_saved_only_under_its_lease(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "https://a.example/rss")
        (row,) = await frontier.lease_feeds(connection, most=1)
        polled = Polled(FeedOutcome.POLLED, None, NextPoll(60, 0), entries=3, title="A", etag='"1"')
        await frontier.save_poll(connection, Lease(feed, row.feed_id, row.lease_token), polled)
        with pytest.raises(LeaseLost):
            await frontier.save_poll(connection, Lease(feed, row.feed_id, row.lease_token), polled)
        (saved,) = await frontier.list_feeds(connection)
    assert (saved.outcome, saved.entries, saved.title, saved.etag) == ("polled", 3, "A", '"1"')
    assert (saved.next_poll_at - saved.polled_at).total_seconds() == 60


async def test_host_is_taken_by_one_of_many(engine: AsyncEngine) -> None:
    async def take() -> bool:
        async with engine.begin() as connection:
            return await hosts.take(connection, {"new.example"}, uuid4()) == {"new.example"}

    assert sum(await asyncio.gather(*(take() for _ in range(10)))) == 1


async def test_page_under_another_url_is_found_unless_it_is_a_duplicate(engine: AsyncEngine) -> None:
    article_id = uuid4()
    await list_pages(engine, ["https://a.example/1", "https://a.example/2"], article_id=article_id)
    first, second = [await row_of(engine, f"https://a.example/{number}") for number in (1, 2)]
    async with engine.begin() as connection:
        assert await frontier.find_other_page(connection, article_id, first.page_id) == second.url
        duplicate = PageOutcome.DUPLICATE_URL.value
        await connection.execute(update(page).where(page.c.page_id == second.page_id).values(outcome=duplicate))
        assert await frontier.find_other_page(connection, article_id, first.page_id) is None


async def test_lease_walks_hosts_by_index_and_never_all_their_pages(engine: AsyncEngine) -> None:
    await list_pages(engine, [f"https://h{number}.example/" for number in range(50)])
    async with engine.begin() as connection:
        await hosts.remember(connection, {"busy.example"})
        await connection.exec_driver_sql(
            "INSERT INTO page (page_id, url, host, arrival, publisher_domain) SELECT gen_random_uuid(),"
            " 'https://busy.example/' || n, 'busy.example', 'fetched', 'busy.example' FROM generate_series(1, 20000) n"
        )
        await connection.exec_driver_sql("ANALYZE page, host")
        statement = waiting._due_of_free_hosts(page.c.host > "").params(most=20)
        literal = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
        plan = "\n".join((await connection.exec_driver_sql(f"EXPLAIN {literal}")).scalars())
    assert "ix_page_waiting" in plan
    assert "Seq Scan on page" not in plan
    assert len(await lease(engine, most=100)) == 51


async def test_page_dated_anew_while_it_is_read_is_not_marked_done_by_its_older_text(engine: AsyncEngine) -> None:
    url = "https://gull.example/one"
    await list_pages(engine, [url])
    (leased,) = await lease(engine)
    async with engine.begin() as connection:
        (source,) = await frontier.list_feeds(connection)
        assert await frontier.insert_entries(connection, source, [entry(url, modified=True)]) == Inserted(0, 1, 0)
    async with engine.connect() as connection:
        with pytest.raises(LeaseLost):
            await leases.finish(connection, Lease(page, leased.page_id, leased.lease_token), due_at=None)
    assert (await row_of(engine, url)).due_at is not None


async def add_feeds(engine: AsyncEngine, *urls: str) -> None:
    async with engine.begin() as connection:
        for url in urls:
            await frontier.add_feed(connection, url)


async def lease_feeds(engine: AsyncEngine, most: int = 10) -> list[Any]:
    async with engine.begin() as connection:
        return await frontier.lease_feeds(connection, most=most)


async def test_host_with_many_feeds_delays_no_other_host(engine: AsyncEngine) -> None:
    await add_feeds(engine, *(f"https://busy.example/{number}" for number in range(50)))
    async with engine.begin() as connection:
        await connection.execute(update(feed).values(next_poll_at=from_now(-60)))
        await frontier.add_feed(connection, "https://zeta.example/rss")
    (first,) = await lease_feeds(engine, most=2)
    assert first.url.startswith("https://busy.example/")
    async with engine.begin() as connection:
        assert await hosts.take(connection, {"busy.example"}, uuid4())
    assert [row.url for row in await lease_feeds(engine, most=2)] == ["https://zeta.example/rss"]
    async with engine.begin() as connection:
        await connection.execute(update(host).values(leased_until=None, free_at=from_now(60)))
    assert await lease_feeds(engine, most=2) == []
    await free_hosts(engine)
    assert len(await lease_feeds(engine, most=2)) == 1


async def test_one_feed_of_each_host_is_leased_the_oldest_due_first(engine: AsyncEngine) -> None:
    await add_feeds(engine, *(f"http://{name}.example:8080/{number}" for name in "ab" for number in range(3)))
    async with engine.begin() as connection:
        for number, name in ((2, "a"), (1, "b")):
            late = update(feed).where(feed.c.url == f"http://{name}.example:8080/{number}")
            await connection.execute(late.values(next_poll_at=from_now(-60)))
    urls = sorted(row.url for row in await lease_feeds(engine))
    assert urls == ["http://a.example:8080/2", "http://b.example:8080/1"]


async def test_feed_is_polled_where_it_has_moved_to_and_its_host_is_that_one(engine: AsyncEngine) -> None:
    await add_feeds(engine, "https://old.example/rss")
    async with engine.begin() as connection:
        await connection.execute(update(feed).values(moved_to="https://new.example/rss"))
        assert await hosts.take(connection, {"old.example"}, uuid4())
        assert await frontier.is_polled_at(connection, "https://new.example/rss", uuid4())
        assert not await frontier.is_polled_at(connection, "https://old.example/rss", uuid4())
    (row,) = await lease_feeds(engine)
    assert frontier.place_of(row) == "https://new.example/rss"


async def test_feed_that_has_ended_is_due_once_it_is_added_anew_but_not_by_a_file(engine: AsyncEngine) -> None:
    await add_feeds(engine, "https://a.example/rss")
    (row,) = await lease_feeds(engine)
    async with engine.begin() as connection:
        gone = Polled(FeedOutcome.GONE, "status 410", NextPoll(86_400, 3, ends=True))
        await frontier.save_poll(connection, Lease(feed, row.feed_id, row.lease_token), gone)
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "https://a.example/rss", "a.org", revive=False)
        ((ended, publisher),) = await connection.execute(select(feed.c.ended_at, feed.c.publisher_domain))
    assert (ended is None, publisher) == (False, "a.org")
    await add_feeds(engine, "https://a.example/rss")
    (row,) = await lease_feeds(engine)
    assert (row.ended_at, row.failures) == (None, 0)


async def test_feed_that_lives_keeps_its_pace_when_it_is_added_again(engine: AsyncEngine) -> None:
    await add_feeds(engine, "https://a.example/rss")
    (row,) = await lease_feeds(engine)
    async with engine.begin() as connection:
        failed = Polled(FeedOutcome.SERVER_ERROR, "status 500", NextPoll(86_400, 3))
        await frontier.save_poll(connection, Lease(feed, row.feed_id, row.lease_token), failed)
    await add_feeds(engine, "https://a.example/rss")
    assert await lease_feeds(engine) == []
    async with engine.connect() as connection:
        assert (await frontier.list_feeds(connection))[0].failures == 3


async def test_poll_keeps_what_the_next_one_needs_and_forgets_what_is_asked_no_more(engine: AsyncEngine) -> None:
    await add_feeds(engine, "https://a.example/rss")

    async def save(polled: Polled) -> Any:
        (row,) = await lease_feeds(engine)
        async with engine.begin() as connection:
            await frontier.save_poll(connection, Lease(feed, row.feed_id, row.lease_token), polled)
            return (await frontier.list_feeds(connection))[0]

    now = NextPoll(0, 0)
    place, rest = "https://b.example/rss", Rest(300, (1, 2), (6,))
    row = await save(Polled(FeedOutcome.POLLED, None, now, changes_per_day=2.5, rest=rest, moved_to=place))
    assert (row.changes_per_day, row.ttl_seconds, row.skip_hours, row.skip_days) == (2.5, 300, [1, 2], [6])
    kept = await save(Polled(FeedOutcome.NOT_MODIFIED, None, now))
    assert (kept.changes_per_day, kept.ttl_seconds, kept.skip_hours, kept.moved_to) == (2.5, 300, [1, 2], place)
    row = await save(Polled(FeedOutcome.POLLED, None, now, rest=Rest(), moved_to=""))
    assert (row.ttl_seconds, row.skip_hours, row.skip_days, row.moved_to) == (None, [], [], None)
