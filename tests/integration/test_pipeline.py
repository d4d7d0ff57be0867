"""A page is fetched, cleaned, numbered and published; whatever happens, it ends in one outcome and delays no other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import delete, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from schemas.events import ARTICLES_TOPIC, Arrival
from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind, erased, feed, host, page, publication
from services import metrics
from services.ingest import folders
from services.ingest.articles import CleanerFailed, Read
from services.ingest.discovery.entries import Entry
from services.ingest.queues import frontier, schedule, waiting
from services.ingest.queues.leases import from_now
from services.kafka import Headers, KafkaUnavailable, RecordTooLarge
from services.registry import Service
from services.workers import KillReason, WorkerError, WorkerKilled, open_workers
from tests.fakes import KeptRecords
from tests.integration.newsroom import (
    SENTENCES,
    Answer,
    HereWorkers,
    Site,
    add_pages,
    article_page,
    body,
    events,
    json_feed,
    make_due,
    never,
    nothing_is_due,
    open_replica,
    open_site,
    rows_of,
    status,
)

OTHER = SENTENCES.replace("eleven weeks", "thirteen weeks")


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site({"/a": article_page()}) as site:
        yield site


def counted(outcome: str) -> float:
    return (
        metrics.REGISTRY.of(Service.INGEST).get_sample_value("claimwire_ingest_pages_total", {"outcome": outcome})
        or 0.0
    )


async def ingest(engine: AsyncEngine, site: Site, kept: KeptRecords | None = None) -> KeptRecords:
    kept = kept or KeptRecords()
    async with open_replica(engine, [site], kept) as replica:
        await replica.run_until_done()
    return kept


async def test_feed_leads_to_events_that_tell_all(engine: AsyncEngine, site: Site) -> None:
    site.pages["/feed"] = json_feed(site.url("/a"), site.url("/b"))
    site.pages["/b"] = article_page(OTHER, title="Bridge closed longer")
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"), "gull.example", "The Gull")
    kept = await ingest(engine, site)
    first, second = sorted(events(kept), key=lambda event: event.url)
    assert (first.url, first.canonical_url, first.feed_url) == (site.url("/a"), site.url("/a"), site.url("/feed"))
    assert (first.publisher.domain, first.publisher.name, first.arrival) == ("gull.example", "The Gull", "fetched")
    assert (first.article_id, first.title) == (uuid5(NAMESPACE_URL, site.url("/a")), "Bridge closed")
    assert "eleven weeks" in first.text
    assert "thirteen weeks" in second.text
    topic, key, _, headers = kept.records[0]
    assert (topic, key) == (ARTICLES_TOPIC, str(events(kept)[0].article_id).encode())
    assert headers["ce_type"] == b"claimwire.article.ingested.v1"
    assert [(row.outcome, row.due_at, row.lease_token) for row in await rows_of(engine)] == [
        ("published", None, None)
    ] * 2
    assert all(row.published_revision == row.revision > 10**9 for row in await rows_of(engine, publication))
    (polled,) = await rows_of(engine, feed)
    assert (polled.outcome, polled.entries, polled.title) == ("polled", 2, "A feed")


async def test_unchanged_text_is_not_published_again(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site)
    before = counted("unchanged")
    await make_due(engine)
    await ingest(engine, site, kept)
    assert len(kept.records) == 1
    assert counted("unchanged") == before + 1
    assert (await rows_of(engine))[0].outcome == "unchanged"


async def test_changed_text_is_a_higher_revision_of_the_same_article(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site)
    for words in (OTHER, SENTENCES):
        site.pages["/a"] = article_page(words)
        await make_due(engine)
        await ingest(engine, site, kept)
    first, second, third = events(kept)
    assert first.article_id == second.article_id == third.article_id
    assert first.revision < second.revision < third.revision
    assert first.text == third.text != second.text


async def test_page_that_was_not_modified_is_not_sent_again(engine: AsyncEngine, site: Site) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(text=article_page(), content_type="text/html", headers={"ETag": '"1"'})

    site.pages["/a"] = answer
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site)
    await make_due(engine)
    await ingest(engine, site, kept)
    (row,) = await rows_of(engine)
    assert (row.outcome, len(kept.records), row.etag) == ("not_modified", 1, '"1"')
    assert row.article_id == events(kept)[0].article_id


async def test_two_urls_of_one_canonical_url_are_one_article(engine: AsyncEngine, site: Site) -> None:
    site.pages["/b"] = article_page(head=f'<link rel="canonical" href="{site.url("/a")}">')
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site)
    await add_pages(engine, site.url("/b"))
    await ingest(engine, site, kept)
    first, second = await rows_of(engine)
    assert (first.outcome, second.outcome) == ("published", "duplicate_url")
    assert first.article_id == second.article_id
    assert len(kept.records) == 1
    await make_due(engine)
    await ingest(engine, site, kept)
    assert [row.outcome for row in await rows_of(engine)] == ["unchanged", "duplicate_url"]


async def test_canonical_link_to_another_host_is_not_identity(engine: AsyncEngine, site: Site) -> None:
    site.pages["/a"] = article_page(head='<link rel="canonical" href="https://gull.example/ours">')
    await add_pages(engine, site.url("/a"))
    (event,) = events(await ingest(engine, site))
    assert event.canonical_url == site.url("/a")


async def test_feed_cannot_give_another_hosts_page_out_as_its_publishers(engine: AsyncEngine, site: Site) -> None:
    site.pages["/feed"] = json_feed(site.url("/a"))
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"), "gull.example")
        await connection.execute(update(feed).values(url="https://gull.example/feed", next_poll_at=from_now(999)))
        (source,) = await frontier.list_feeds(connection)
        await frontier.insert_entries(connection, source, [Entry(url=site.url("/a"))])
    (event,) = events(await ingest(engine, site))
    assert event.publisher.domain == "127.0.0.1"


HEAVY = "<html><body>" + "<p id=>" * 200_000
"""Takes a parser some CPU seconds."""

MODULES = ["services.ingest.articles"]

FINAL: dict[str, str | Answer] = {
    "not_found": status(404),
    "gone": status(410),
    "client_error": status(403),
    "bad_response": status(304),
    "too_many_redirects": status(302, Location="/page"),
    "refused_address": status(302, Location="http://10.0.0.1/"),
    "bad_url": status(302, Location="gopher://news.example/"),
    "not_html": body(b"%PDF-1.7 \x00\x01", "application/pdf"),
    "too_large": body(b"<html><p>" + b"word " * 700_000, "text/html"),
    "too_short": article_page("The bridge is closed."),
    "hostile_markup": article_page(head=f"<meta {'a=1 ' * 2_000}>"),
}


@pytest.mark.parametrize("outcome", FINAL)
async def test_page_that_will_never_do_ends_in_its_outcome(engine: AsyncEngine, site: Site, outcome: str) -> None:
    site.pages["/page"] = FINAL[outcome]
    await add_pages(engine, site.url("/page"), site.url("/a"))
    before = counted(outcome)
    kept = await ingest(engine, site)
    good, bad = await rows_of(engine)
    assert (bad.outcome, bad.due_at, bad.attempts) == (outcome, None, 1)
    assert bad.reason
    assert bad.done_at is not None
    assert counted(outcome) == before + 1
    assert (good.outcome, len(kept.records)) == ("published", 1)


TELLING_ATTEMPTS = (1, 2, schedule.PAGE_ATTEMPTS - 1, schedule.PAGE_ATTEMPTS)
"""The last ends it, and none before."""

PASSING: dict[str, Answer] = {
    "server_error": status(503),
    "rate_limited": status(429),
    "timed_out": never,
}


@pytest.mark.parametrize("outcome", PASSING)
async def test_failure_that_may_pass_is_tried_again_and_counted_once(
    engine: AsyncEngine, site: Site, outcome: str
) -> None:
    site.pages["/page"] = PASSING[outcome]
    await add_pages(engine, site.url("/page"))
    before = counted(outcome)
    for attempt in TELLING_ATTEMPTS:
        await make_due(engine, attempts=attempt - 1)
        async with open_replica(engine, [site], KeptRecords(), fetch_seconds=0.3) as replica:
            await replica.run_until_done()
        (row,) = await rows_of(engine)
        assert (row.outcome, row.attempts) == (outcome, attempt)
        assert (row.due_at is None) == (row.done_at is not None) == (attempt == schedule.PAGE_ATTEMPTS)
    assert counted(outcome) == before + 1


async def test_retry_after_keeps_the_whole_host_waiting(engine: AsyncEngine, site: Site) -> None:
    site.pages["/page"] = status(429, Retry_After="120")
    await add_pages(engine, site.url("/page"))
    await ingest(engine, site)
    async with engine.connect() as connection:
        left = await connection.scalar(select(host.c.free_at > from_now(100)))
    assert left is True


async def test_robots_are_obeyed_before_the_page_is_asked(engine: AsyncEngine, site: Site) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /a\n"
    await add_pages(engine, site.url("/a"))
    await ingest(engine, site)
    assert (await rows_of(engine))[0].outcome == "robots_disallowed"
    assert site.paths() == []


async def test_markup_that_kills_a_worker_is_tried_twice_and_the_next_page_is_handled(
    engine: AsyncEngine, site: Site
) -> None:
    site.pages["/page"] = HEAVY
    await add_pages(engine, site.url("/page"), site.url("/a"))
    kept = KeptRecords()
    async with (
        open_workers(1, modules=MODULES, cpu_seconds=0.25, memory_bytes=2**30, wall_seconds=30.0) as workers,
        open_replica(engine, [site], kept, workers=workers) as replica,
    ):
        await replica.run_until_done()
        (_, bad) = await rows_of(engine)
        assert (bad.outcome, bad.attempts, bad.done_at) == ("worker_killed", 1, None)
        await make_due(engine)
        await replica.run_until_done()
    good, bad = await rows_of(engine)
    assert (bad.outcome, bad.attempts, bad.due_at) == ("worker_killed", 2, None)
    assert (good.outcome, len(kept.records)) == ("unchanged", 1)


class Returning(HereWorkers):
    """Workers of which every task ends in what the test says."""

    def __init__(self, ends: Callable[[Any], Any]) -> None:
        self._ends = ends

    @override
    async def run(self, function: Callable[[Any], Any], argument: Any) -> Any:
        return self._ends(function(argument))


def failing(error: Exception) -> Callable[[Any], Any]:
    def fail(_: Any) -> Any:
        raise error

    return fail


def unstorable(read: Read) -> Read:
    return read._replace(event=read.event.model_copy(update={"canonical_url": f"https://a.example/{token_hex(4_000)}"}))


@pytest.mark.parametrize(
    ("ends", "outcome", "reason"),
    [
        (failing(CleanerFailed("KeyError: 'a'")), "hostile_markup", "our own code failed on it: KeyError: 'a'"),
        (failing(WorkerError("odd")), "hostile_markup", "our own code failed on it: odd"),
        (unstorable, "bad_response", "the database refused it"),
    ],
)
async def test_page_that_our_code_or_the_database_cannot_take_ends_alone(
    engine: AsyncEngine, site: Site, ends: Callable[[Any], Any], outcome: str, reason: str
) -> None:
    await add_pages(engine, site.url("/a"))
    async with open_replica(engine, [site], KeptRecords(), workers=Returning(ends)) as replica:
        await replica.run_until_done()
    (row,) = await rows_of(engine)
    assert (row.outcome, row.reason, row.due_at) == (outcome, reason, None)


async def forbid(engine: AsyncEngine, table: str, column: str, value: str) -> None:
    """Have the database refuse a row as it refuses one that a right is missing for."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'not yours' USING ERRCODE = '42501'; END $$"
        )
        await connection.exec_driver_sql(
            f"CREATE TRIGGER forbid BEFORE INSERT ON {table} FOR EACH ROW"
            f" WHEN (NEW.{column} = '{value}') EXECUTE FUNCTION forbid()"
        )


async def test_refusal_that_nobody_knows_is_tried_again_and_ends_in_its_outcome(
    engine: AsyncEngine, site: Site
) -> None:
    site.pages["/b"] = article_page(OTHER)
    await add_pages(engine, site.url("/a"), site.url("/b"))
    await forbid(engine, "publication", "canonical_url", site.url("/a"))
    before = counted("bad_response")
    for attempt in TELLING_ATTEMPTS:
        await make_due(engine, attempts=attempt - 1)
        await ingest(engine, site)
        bad, good = await rows_of(engine)
        assert (bad.outcome, bad.reason, bad.attempts) == ("bad_response", "the database refused it", attempt)
        assert (bad.due_at is None) == (bad.done_at is not None) == (attempt == schedule.PAGE_ATTEMPTS)
        assert good.due_at is None
    assert counted("bad_response") == before + 1


async def test_page_on_which_a_fault_of_ours_shows_ends_alone(
    engine: AsyncEngine, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    class Stumbles(KeptRecords):
        @override
        async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
            if b"thirteen" in (value or b""):
                raise ZeroDivisionError
            await super().publish(topic, key, value, headers)

    site.pages["/b"] = article_page(OTHER)
    await add_pages(engine, site.url("/a"), site.url("/b"))
    kept = await ingest(engine, site, Stumbles())
    good, bad = await rows_of(engine)
    assert (bad.outcome, bad.reason, bad.due_at, bad.lease_token) == (
        *("hostile_markup", "our own code failed on it: ZeroDivisionError"),
        *(None, None),
    )
    assert (good.outcome, len(kept.records)) == ("published", 1)
    (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.exc_info is not None
    assert line.exc_info[0] is ZeroDivisionError


async def test_feed_whose_entry_the_database_refuses_ends_alone_and_waits(engine: AsyncEngine, site: Site) -> None:
    site.pages["/feed"] = json_feed(site.url("/b"))
    await forbid(engine, "page", "url", site.url("/b"))
    async with open_site() as other:
        other.pages["/feed"] = json_feed(site.url("/a"))
        async with engine.begin() as connection:
            await frontier.add_feed(connection, site.url("/feed"), "bad.example")
            await frontier.add_feed(connection, other.url("/feed"), "good.example")
        async with open_replica(engine, [site, other], KeptRecords()) as replica:
            await replica.run_until_done()
    bad, good = sorted(await rows_of(engine, feed), key=lambda row: str(row.publisher_domain))
    assert (bad.outcome, bad.reason, bad.failures) == ("bad_response", "the database refused it", 1)
    assert (bad.next_poll_at - bad.polled_at).total_seconds() == 300
    assert (good.outcome, good.entries) == ("polled", 1)


async def test_feed_that_names_no_url_ends_alone(engine: AsyncEngine, site: Site) -> None:
    site.pages["/feed"] = json_feed(site.url("/a"))
    async with engine.begin() as connection:
        await frontier.add_feed(connection, "http://127.0.0.1/feed")
        await connection.execute(update(feed).values(url="ftp://127.0.0.1/feed"))
        await frontier.add_feed(connection, site.url("/feed"))
    await ingest(engine, site)
    bad, good = await rows_of(engine, feed)
    assert (bad.outcome, bad.reason, bad.failures) == ("bad_url", "neither http nor https", 1)
    assert good.outcome == "polled"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (WorkerError("odd"), "not_a_feed"),
        (WorkerKilled(KillReason.CPU), "worker_killed"),
        (ZeroDivisionError(), "not_a_feed"),
    ],
)
async def test_feed_that_our_code_cannot_take_ends_alone(
    engine: AsyncEngine, site: Site, error: Exception, outcome: str
) -> None:
    site.pages["/feed"] = json_feed(site.url("/a"))
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"))
    async with open_replica(engine, [site], KeptRecords(), workers=Returning(failing(error))) as replica:
        await replica.run_until_done()
    (row,) = await rows_of(engine, feed)
    assert (row.outcome, row.failures) == (outcome, 1)


async def test_redirect_to_a_busy_host_waits_for_it_without_an_attempt(engine: AsyncEngine, site: Site) -> None:
    async with open_site({"/b": article_page()}) as busy:
        site.pages["/a"] = status(302, Location=busy.url("/b"))
        await add_pages(engine, site.url("/a"))
        async with engine.begin() as connection:
            name = f"127.0.0.1:{busy.port}"
            await connection.execute(insert(host).values(host=name, leased_until=from_now(60), free_at=from_now(0)))

        async def waits() -> bool:
            (row,) = await rows_of(engine)
            return row.journey is not None and row.lease_token is None

        async with open_replica(engine, [site, busy], KeptRecords()) as replica:
            await replica.run_until(waits)
            (row,) = await rows_of(engine)
            assert (row.outcome, row.attempts, busy.asked) == (None, 0, [])
            assert (row.journey["next"], row.host) == (busy.url("/b"), name)
            async with engine.begin() as connection:
                await connection.execute(update(host).values(leased_until=None))
            await make_due(engine)
            await replica.run_until_done()
    assert (await rows_of(engine))[0].outcome == "published"
    assert site.paths() == ["/a"]


async def test_page_that_never_ends_delays_no_other_host(engine: AsyncEngine, site: Site) -> None:
    async with open_site({"/slow": never}) as slow:
        await add_pages(engine, slow.url("/slow"), slow.url("/slow2"), site.url("/a"), site.url("/b"))
        site.pages["/b"] = article_page(OTHER)
        kept = KeptRecords()

        async def both_are_there() -> bool:
            return len(kept.records) == 2

        async with open_replica(engine, [site, slow], kept, fetch_seconds=60, most=3) as replica:
            await replica.run_until(both_are_there, seconds=10)
    async with engine.connect() as connection:
        held = await connection.scalar(select(func.count()).select_from(page).where(page.c.lease_token.is_not(None)))
        hosts_held = select(func.count()).select_from(host).where(host.c.lease_token.is_not(None))
        assert (held, await connection.scalar(hosts_held)) == (0, 0)
        waiting = select(page.c.outcome, page.c.attempts).where(page.c.due_at.is_not(None))
        assert list(await connection.execute(waiting)) == [(None, 0), (None, 0)]


async def test_replicas_never_ask_a_host_twice_at_once_or_too_soon(engine: AsyncEngine, site: Site) -> None:
    async def slowly(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        return web.Response(text=article_page(), content_type="text/html")

    site.pages |= {f"/{number}": slowly for number in range(5)}
    site.pages["/moved"] = status(301, Location="/4")
    site.pages["/feed"] = json_feed(site.url("/moved"), *(site.url(f"/{number}") for number in range(5)))
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"))
    kept = KeptRecords()
    async with (
        open_replica(engine, [site], kept, interval_seconds=0.5) as one,
        open_replica(engine, [site], kept, interval_seconds=0.5) as other,
    ):
        both = asyncio.create_task(other.run())
        await one.run_until_done()
        other.stop.set()
        await both
    asked = sorted(site.asked, key=lambda each: each.began)
    assert len(site.paths()) == 8
    assert all(later.began - earlier.ended > 0.3 for earlier, later in pairwise(asked))


async def test_kafka_away_marks_nothing_and_the_same_revision_goes_out_again(engine: AsyncEngine, site: Site) -> None:
    class LosesTheFirstAnswer(KeptRecords):
        @override
        async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
            await super().publish(topic, key, value, headers)
            if len(self.records) == 1:
                rows.extend(await rows_of(engine, publication))
                raise KafkaUnavailable("publish: the acknowledgement was lost")

    rows: list[object] = []
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site, LosesTheFirstAnswer())
    first, again = events(kept)
    assert first.revision == again.revision
    assert kept.records[0][3]["ce_id"] == kept.records[1][3]["ce_id"]
    assert rows[0].published_revision is None  # type: ignore[attr-defined]
    (row,) = await rows_of(engine)
    assert (row.outcome, row.attempts) == ("published", 1)


async def test_database_gone_back_in_time_reuses_no_revision(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site)
    async with engine.begin() as connection:
        await connection.execute(delete(publication))
    site.pages["/a"] = article_page(OTHER)
    await asyncio.sleep(1.1)
    await make_due(engine)
    await ingest(engine, site, kept)
    first, second = events(kept)
    assert second.revision > first.revision


async def test_event_that_kafka_can_never_keep_ends_as_too_large(engine: AsyncEngine, site: Site) -> None:
    await add_pages(engine, site.url("/a"))
    await ingest(engine, site, KeptRecords(RecordTooLarge("5 MB")))
    (row,) = await rows_of(engine)
    assert (row.outcome, row.due_at) == ("too_large", None)


async def test_result_is_not_saved_where_the_lease_was_lost(engine: AsyncEngine, site: Site) -> None:
    class Stolen(KeptRecords):
        @override
        async def publish(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
            await super().publish(topic, key, value, headers)
            async with engine.begin() as connection:
                theirs = {"lease_token": func.gen_random_uuid(), "leased_until": from_now(60)}
                await connection.execute(update(page).values(**theirs))

    await add_pages(engine, site.url("/a"))
    kept = Stolen()
    before = counted("published")

    async def is_sent() -> bool:
        return bool(kept.records) and bool((await rows_of(engine, publication))[0].published_revision)

    async with open_replica(engine, [site], kept) as replica:
        await replica.run_until(is_sent)
    (row,) = await rows_of(engine)
    assert (row.outcome, row.article_id) == (None, None)
    assert row.lease_token is not None
    assert counted("published") == before


@pytest.mark.parametrize("kind", [ErasedKind.URL, ErasedKind.PUBLISHER, ErasedKind.ARTICLE])
async def test_what_was_erased_does_not_come_back(engine: AsyncEngine, site: Site, kind: ErasedKind) -> None:
    names = {
        ErasedKind.URL: site.url("/a"),
        ErasedKind.PUBLISHER: "127.0.0.1",
        ErasedKind.ARTICLE: str(uuid5(NAMESPACE_URL, site.url("/a"))),
    }
    async with engine.begin() as connection:
        await connection.execute(insert(erased).values(kind=kind, value=names[kind]))
    await add_pages(engine, site.url("/a"))
    kept = await ingest(engine, site)
    assert kept.records == []
    (row,) = await rows_of(engine)
    assert (row.outcome, row.entry) == ("erased", None)
    assert (site.paths() == []) == (kind is not ErasedKind.ARTICLE)


async def test_poll_after_an_erasure_brings_no_words_back(engine: AsyncEngine, site: Site) -> None:
    site.pages["/feed"] = json_feed(site.url("/a"), modified="2026-10-01T12:00:00Z")
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"))
    kept = await ingest(engine, site)
    async with engine.begin() as connection:
        await connection.execute(update(page).values(outcome=PageOutcome.ERASED.value, entry=null(), due_at=None))
        await connection.execute(update(feed).values(next_poll_at=from_now(0)))
    site.pages["/feed"] = json_feed(site.url("/a"), site.url("/b"), modified="2026-10-02T12:00:00Z")
    await ingest(engine, site, kept)
    erased_page, other = await rows_of(engine)
    assert (erased_page.outcome, erased_page.entry, erased_page.due_at) == ("erased", None, None)
    assert (other.outcome, len(kept.records)) == ("not_found", 1)
    assert (await rows_of(engine, feed))[0].entries == 2  # over both polls


async def test_file_is_an_article_of_its_own_url_whatever_it_links_to(engine: AsyncEngine, tmp_path: Path) -> None:
    link = '<link rel="canonical" href="https://gull.example/scoop"><meta property="og:site_name" content="The Gull">'
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "a page.html"
    file.write_text(article_page(head=link))
    (tmp_path / "notes.txt").write_text("no page")
    kept = KeptRecords()

    async def scan() -> int:
        async with engine.begin() as connection:
            return await folders.save_files(connection, folders.find_files(tmp_path))

    async with open_replica(engine, [], kept, folders=[tmp_path]) as replica:
        assert await scan() == 1
        await replica.run_until_done()
        assert await scan() == 0
        file.write_text(article_page(OTHER))
        assert await scan() == 1
        await replica.run_until_done()
    first, second = events(kept)
    assert first.canonical_url == first.url == file.as_uri()
    assert (first.article_id, first.arrival) == (uuid5(NAMESPACE_URL, file.as_uri()), Arrival.FILE)
    assert (first.publisher.domain, first.publisher.name) == ("file", None)
    assert second.revision > first.revision
    assert second.article_id == first.article_id


async def test_file_of_another_replicas_folder_is_left_to_it(engine: AsyncEngine, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(article_page())
    async with engine.begin() as connection:
        await folders.save_files(connection, folders.find_files(tmp_path))
        other = tmp_path.with_name("other")
        assert await waiting.lease_files(connection, folders=folders.folder_urls([other]), most=1) == []
        assert len(await waiting.lease_files(connection, folders=folders.folder_urls([tmp_path]), most=1)) == 1


@pytest.mark.parametrize(
    ("write", "outcome"),
    [
        (lambda file: file.unlink(), "not_found"),
        (lambda file: file.write_bytes(b"x" * 3_000_001), "too_large"),
        (lambda file: file.write_bytes(b"\x89PNG\x00\x01"), "not_html"),
        (lambda file: (file.unlink(), file.symlink_to("/etc/hostname")), "refused_address"),
        (lambda file: (file.unlink(), file.mkdir()), "bad_response"),
    ],
)
async def test_file_that_is_no_page_ends_in_its_outcome(
    engine: AsyncEngine, tmp_path: Path, write: object, outcome: str
) -> None:
    file = tmp_path / "a.html"
    file.write_text(article_page())
    async with engine.begin() as connection:
        await folders.save_files(connection, folders.find_files(tmp_path))
    write(file)  # type: ignore[operator]
    async with open_replica(engine, [], KeptRecords(), folders=[tmp_path]) as replica:
        await replica.run_until_done()
    assert (await rows_of(engine))[0].outcome == outcome


@pytest.mark.parametrize(
    ("answer", "outcome", "seconds"),
    [
        (article_page(), "not_a_feed", 300),
        (body(b"%PDF-1.7", "application/pdf"), "not_a_feed", 300),
        (status(404), "not_found", 300),
        (status(410), "gone", 345_600),
        (status(429, Retry_After="4000"), "rate_limited", 4_000),
        (status(500), "server_error", 300),
        (never, "timed_out", 300),
        (status(302, Location="http://169.254.169.254/"), "refused_address", 600),
    ],
)
async def test_feed_that_fails_ends_in_its_outcome_and_waits(
    engine: AsyncEngine, site: Site, answer: object, outcome: str, seconds: float
) -> None:
    site.pages["/feed"] = answer  # type: ignore[assignment]
    site.pages["/good"] = json_feed(site.url("/a"))
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"))
        await frontier.add_feed(connection, site.url("/good"))
    kept = KeptRecords()
    async with open_replica(engine, [site], kept, fetch_seconds=0.5) as replica:

        async def both_are_polled() -> bool:
            async with engine.begin() as connection:
                await connection.execute(update(host).values(free_at=from_now(0)))
            polled = all(row.polled_at is not None for row in await rows_of(engine, feed))
            return polled and await nothing_is_due(engine)

        await replica.run_until(both_are_polled)
    bad, good = await rows_of(engine, feed)
    assert (bad.outcome, bad.failures, good.outcome) == (outcome, 1, "polled")
    assert bad.reason
    assert round((bad.next_poll_at - bad.polled_at).total_seconds()) == seconds
    assert PageOutcome.PUBLISHED in {row.outcome for row in await rows_of(engine)}


async def test_feed_that_was_not_modified_is_asked_with_its_validator(engine: AsyncEngine, site: Site) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"f"':
            return web.Response(status=304)
        response = await json_feed(site.url("/a"))(request)
        response.headers["ETag"] = '"f"'
        return response

    site.pages["/feed"] = answer
    async with engine.begin() as connection:
        await frontier.add_feed(connection, site.url("/feed"))
    await ingest(engine, site)
    async with engine.begin() as connection:
        await connection.execute(update(feed).values(next_poll_at=from_now(0)))
    await ingest(engine, site)
    (row,) = await rows_of(engine, feed)
    assert (row.outcome, row.entries, row.failures) == ("not_modified", 1, 0)
