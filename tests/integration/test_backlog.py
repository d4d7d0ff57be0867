"""The gauges of what waits: read from the tables, so that they are right after a restart too."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import ChangeKind, ErasedKind, change, dead_letter, erased, feed, host, page, submission
from services import metrics
from services.extract import backlog as of_extract
from services.ingest.queues import backlog as of_ingest
from services.registry import Service


def ago(**units: float) -> Any:
    return func.now() - timedelta(**units)


def value(name: str, **labels: str) -> float:
    service = Service.INGEST if name.startswith("claimwire_ingest") else Service.EXTRACT
    found = metrics.REGISTRY.of(service).get_sample_value(name, labels)
    assert found is not None, (name, labels)
    return found


def feed_row(name: str, **values: object) -> dict[str, object]:
    return {"feed_id": uuid4(), "url": f"https://{name}.example/rss", "publisher_domain": name, **values}


def page_row(number: int, **values: object) -> dict[str, object]:
    url = f"https://a.example/{number}"
    return {"page_id": uuid4(), "url": url, "host": "a", "arrival": "fetched", "publisher_domain": "a", **values}


async def add(engine: AsyncEngine, table: Any, *rows: dict[str, object]) -> None:
    async with engine.begin() as connection:
        for row in rows:
            await connection.execute(insert(table).values(row))


async def measure(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await of_ingest.measure(connection)
    await of_extract.measure(engine)


async def test_empty_tables_are_zeros(engine: AsyncEngine) -> None:
    await measure(engine)
    assert value("claimwire_ingest_feeds", outcome="polled") == value("claimwire_ingest_feeds", outcome="gone") == 0
    for name in (
        *("ingest_feed_overdue_seconds", "ingest_newest_page_timestamp_seconds", "ingest_pages_due"),
        *("ingest_pages_due_oldest_seconds", "ingest_submissions_waiting", "ingest_submissions_waiting_oldest_seconds"),
        *("ingest_hosts_backed_off", "ingest_hosts_backed_off_longest_seconds", "changes_behind"),
        *("changes_behind_seconds", "changes_unnumbered", "changes_newest_timestamp_seconds"),
        "extract_dead_letters_waiting_oldest_seconds",
    ):
        assert value(f"claimwire_{name}") == 0, name


async def test_feeds_are_counted_by_outcome_and_the_longest_overdue_is_told(engine: AsyncEngine) -> None:
    late = {"next_poll_at": ago(seconds=90)}
    soon = {"outcome": "polled", "next_poll_at": ago(hours=-1)}
    ended = [{"outcome": outcome, "ended_at": ago(days=1)} for outcome in ("gone", "polled")]
    rows = [late, soon, soon, *ended]
    await add(engine, feed, *(feed_row(name, **row) for name, row in zip("abcde", rows, strict=True)))
    await measure(engine)
    assert value("claimwire_ingest_feeds", outcome="gone") == 0
    assert value("claimwire_ingest_feeds", outcome="not_polled") == 1
    assert value("claimwire_ingest_feeds", outcome="polled") == 2
    assert value("claimwire_ingest_feed_overdue_seconds") == pytest.approx(90, abs=30)


async def test_due_pages_are_those_that_nobody_holds(engine: AsyncEngine) -> None:
    held = {"due_at": ago(hours=9), "leased_until": ago(hours=-1), "lease_token": uuid4()}
    lapsed = {"due_at": ago(minutes=10), "leased_until": ago(minutes=5), "lease_token": uuid4()}
    rows = [held, lapsed, {"due_at": ago(minutes=1)}, {"due_at": ago(hours=-1)}, {"due_at": None}]
    await add(engine, page, *(page_row(number, **row) for number, row in enumerate(rows)))
    await measure(engine)
    assert value("claimwire_ingest_pages_due") == 2
    assert value("claimwire_ingest_pages_due_oldest_seconds") == pytest.approx(600, abs=30)
    async with engine.connect() as connection:
        now = await connection.scalar(text("SELECT extract(epoch FROM now())"))
    assert value("claimwire_ingest_newest_page_timestamp_seconds") == pytest.approx(float(now or 0), abs=30)


async def test_submissions_wait_until_they_have_an_outcome(engine: AsyncEngine) -> None:
    def row(**values: object) -> dict[str, object]:
        return {"submission_id": uuid4(), "submitter": "x", "body_sha256": "", "text": "t", **values}

    done = row(submitted_at=ago(days=9), due_at=None, outcome="published")
    await add(engine, submission, done, row(submitted_at=ago(minutes=3)), row(due_at=ago(hours=-1)))
    await measure(engine)
    assert value("claimwire_ingest_submissions_waiting") == 2
    assert value("claimwire_ingest_submissions_waiting_oldest_seconds") == pytest.approx(180, abs=30)


async def test_hosts_are_backed_off_past_our_own_pauses(engine: AsyncEngine) -> None:
    waits = {"a": -1.0, "b": 5.0, "c": 120.0, "d": 1_800.0}
    await add(engine, host, *({"host": name, "free_at": ago(seconds=-wait)} for name, wait in waits.items()))
    await measure(engine)
    assert value("claimwire_ingest_hosts_backed_off") == 2
    assert value("claimwire_ingest_hosts_backed_off_longest_seconds") == pytest.approx(1_800, abs=30)


async def test_dead_letters_wait_by_reason_until_they_are_redriven(engine: AsyncEngine) -> None:
    def row(offset: int, reason: str, **values: object) -> dict[str, object]:
        place = {"cluster_id": "c", "topic": "t", "partition": 0, "offset": offset, "record_sha256": ""}
        return {"dead_letter_id": uuid4(), **place, "reason": reason, "exception": "", **values}

    old = row(2, "bad_key", first_seen_at=ago(hours=2))
    redriven = row(3, "bad_key", first_seen_at=ago(days=9), redriven_at=ago(days=8))
    await add(engine, dead_letter, row(1, "not_json"), old, redriven)
    await add(engine, erased, {"kind": ErasedKind.URL, "value": "https://a.example/"})
    await measure(engine)
    counts = [value("claimwire_extract_dead_letters_waiting", reason=reason) for reason in ("not_json", "bad_key")]
    assert (counts, value("claimwire_extract_dead_letters_waiting", reason="empty_value")) == ([1, 1], 0)
    assert value("claimwire_extract_dead_letters_waiting_oldest_seconds") == pytest.approx(7_200, abs=30)
    assert [value("claimwire_erased", kind=kind) for kind in ("url", "publisher")] == [1, 0]


async def test_change_log_tells_how_far_numbering_and_publishing_are_behind(engine: AsyncEngine) -> None:
    def row(**values: object) -> dict[str, object]:
        return {"change_id": uuid4(), "kind": ChangeKind.EXTRACTED, "article_id": uuid4(), **values}

    sent = row(position=1, changed_at=ago(hours=3), published_at=ago(hours=3))
    unsent = [row(position=2, changed_at=ago(minutes=4)), row(position=3, changed_at=ago(minutes=2))]
    await add(engine, change, sent, *unsent, row(changed_at=ago(minutes=1)))
    await measure(engine)
    assert (value("claimwire_changes_behind"), value("claimwire_changes_unnumbered")) == (2, 1)
    assert value("claimwire_changes_behind_seconds") == pytest.approx(240, abs=30)
    assert value("claimwire_changes_unnumbered_oldest_seconds") == pytest.approx(60, abs=30)
    async with engine.connect() as connection:
        newest = await connection.scalar(text("SELECT extract(epoch FROM now() - interval '2 minutes')"))
    assert value("claimwire_changes_newest_timestamp_seconds") == pytest.approx(float(newest or 0), abs=30)
