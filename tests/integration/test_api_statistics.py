"""``/v1/statistics`` as clients see it, and what it costs the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text as sql

from schemas.events import Publisher
from schemas.extraction import Polarity, Voice
from services.api.queries import statistics as queries
from services.api.resources.statistics import Kept, Measured, Shown, ShownStatistics, count_everything, measure
from services.extract.records import Erasure
from tests.builders import article, claim, reading
from tests.integration.api_world import Api, open_api

NOW = datetime.now(UTC)


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


async def fill(api: Api) -> None:
    text = 'Anna Weller, the mayor, said: "The bridge is closed." Traffic was slow on Monday.'
    for number, days in enumerate((0, 0, 3)):
        event = article(
            text,
            url=f"https://news.example/{number}",
            fetched_at=NOW - timedelta(days=days),
            publisher=Publisher(domain=f"{number % 2}.example", name=None),
        )
        said = claim(text, "The bridge is closed.", speaker="Anna Weller", polarity=Polarity.DENIED)
        written = claim(text, "Traffic was slow", voice=Voice.ARTICLE, form=None)
        await api.save(reading(event, said, written))
    async with api.database.begin() as connection:
        await connection.execute(
            sql(
                "INSERT INTO feed (feed_id, url, publisher_domain, outcome) VALUES "
                "(gen_random_uuid(), 'a', 'a', 'polled'), (gen_random_uuid(), 'b', 'b', NULL)"
            )
        )
        await connection.execute(sql("UPDATE change SET position = sequence"))


async def test_empty_database_has_statistics(api: Api) -> None:
    shown = await api.get("/v1/statistics")
    ShownStatistics.model_validate(shown)
    assert shown["claims"] == {"number": 0, "measured": "exact"}
    assert (shown["newest_fetched_at"], shown["last_changed_at"], shown["position"]) == (None, None, 0)
    assert (shown["feeds"], shown["feeds_waiting"]) == ({}, 0)


async def test_everything_is_counted(api: Api) -> None:
    await fill(api)
    erased = article(url="https://news.example/gone", publisher=Publisher(domain="gone.example", name=None))
    await api.save(reading(erased), Erasure(erased.article_id))
    shown = await api.get("/v1/statistics")
    ShownStatistics.model_validate(shown)
    counted = {name: shown[name]["number"] for name in ("articles", "claims", "publishers")}
    assert counted == {"articles": 3, "claims": 6, "publishers": 2}
    day = shown["last_day"]
    assert (day["articles"]["number"], day["claims"]["number"]) == (2, 4)
    assert day["voices"] == {"attributed": 2, "article": 2}
    assert day["polarities"] == {"denied": 2, "affirmed": 2}
    assert (shown["feeds"], shown["feeds_waiting"]) == ({"polled": 1}, 1)
    assert shown["newest_fetched_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert shown["position"] >= 3
    only = await api.get("/v1/statistics", fields="claims,position")
    assert only == {"claims": shown["claims"], "position": shown["position"]}


async def test_speakers_and_publishers_are_counted_once_each(api: Api) -> None:
    await fill(api)
    async with api.database.begin() as connection:
        await connection.execute(
            sql(
                "INSERT INTO entity (entity_id, name, type) SELECT gen_random_uuid(), 'n', 'PERSON' "
                "FROM generate_series(1, 3)"
            )
        )
        await connection.execute(
            sql(
                "UPDATE claim SET entity_id = chosen.entity_id FROM (SELECT claim_id, row_number() OVER () % 2 AS n "
                "FROM claim) AS numbered JOIN (SELECT entity_id, row_number() OVER () - 1 AS n FROM entity) AS chosen "
                "ON chosen.n = numbered.n WHERE claim.claim_id = numbered.claim_id"
            )
        )
    async with api.database.connect() as connection:
        counted = await queries.count_all(connection)
    assert (counted.speakers, counted.publishers) == (2, 2)


async def test_database_is_asked_once_for_many_requests(api: Api) -> None:
    asked: list[str] = []
    sqlalchemy_event.listen(
        api.database.sync_engine, "before_cursor_execute", lambda *given: asked.append(str(given[2]))
    )
    answers = await asyncio.gather(*(api.get("/v1/statistics") for _ in range(20)))
    assert len({answer["counted_at"] for answer in answers}) == 1
    assert sum("pg_class" in statement for statement in asked) == 1


async def test_no_statement_scans_the_claims(api: Api) -> None:
    await fill(api)
    statements: list[tuple[str, object]] = []
    sqlalchemy_event.listen(
        api.database.sync_engine,
        "before_cursor_execute",
        lambda *given: statements.append((str(given[2]), given[3])),
    )
    await count_everything(api.app.state.transactions, NOW)
    async with api.database.connect() as connection:
        await connection.execute(sql("SET enable_seqscan = off"))
        for statement, parameters in [given for given in statements if "claim" in given[0]]:
            explained = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]
            plan = "\n".join(row[0] for row in explained)
            assert "Seq Scan on claim" not in plan, plan
            assert "Index" in plan


async def test_failure_is_shared_and_forgotten() -> None:
    kept, calls = Kept(seconds=0.05), 0

    async def count() -> Shown:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        if calls == 1:
            raise OSError
        return {"calls": calls}

    failed = await asyncio.gather(kept.get(count), kept.get(count), return_exceptions=True)
    assert [type(one) for one in failed] == [OSError, OSError]
    assert await kept.get(count) == {"calls": 2}
    assert await kept.get(count) == {"calls": 2}
    await asyncio.sleep(0.06)
    assert await kept.get(count) == {"calls": 3}


def test_number_over_its_bound_is_estimated_or_a_least_one() -> None:
    assert measure(7, 10, 99) == {"number": 7, "measured": Measured.EXACT}
    assert measure(11, 10, 99) == {"number": 99, "measured": Measured.ESTIMATED}
    assert measure(11, 10, 3) == {"number": 10, "measured": Measured.AT_LEAST}
