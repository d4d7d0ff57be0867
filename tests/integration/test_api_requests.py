"""What the gateway does with requests that nobody should send, and with a database that is away."""

import logging
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text as sql

from services import metrics
from services.api.http.transactions import LIMITS
from services.database import open_database
from services.migrations import migrate
from services.registry import Service
from tests.builders import article, reading
from tests.integration.api_world import Api, api_settings, cursor_of, open_api, open_app, problem


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/articles?limit=5&limt=5", "limt"),
        ("/v1/claims?limit=5&limit=6", "limit"),
        ("/v1/claims?polarity=true", "polarity"),
        ("/v1/claims?min_confidence=nan", "min_confidence"),
        ("/v1/claims?min_confidence=1.1", "min_confidence"),
        ("/v1/claims?speaker=a%00b", "speaker"),
        ("/v1/claims?speaker=", "speaker"),
        (f"/v1/claims?speaker={'a' * 5_000}", "speaker"),
        ("/v1/articles/0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10?x=1", "x"),
        ("/readyz?verbose=1", "verbose"),
    ],
)
async def test_parameter_that_is_not_taken_is_named(api: Api, path: str, name: str) -> None:
    refused = await api.get(path, 422)
    assert [mistake["name"] for mistake in refused["errors"]] == [name]


async def test_name_in_an_answer_is_short_and_printable(api: Api) -> None:
    refused = await api.get(f"/v1/claims?{'x' * 1_000}%1b%0a=1", 422)
    assert refused["errors"][0]["name"] == "x" * 64


async def test_replicas_read_one_anothers_cursors_only_with_the_same_secret(api: Api) -> None:
    await cursor_of(api, "/v1/claims")
    secret = {"api_cursor_secret": SecretStr("one")}
    async with open_app(api.database, api_settings("postgresql://", **secret)) as first:
        cursor = (await first.get("/v1/claims", limit=1))["next_cursor"]
    async with open_app(api.database, api_settings("postgresql://", **secret)) as second:
        assert len((await second.get("/v1/claims", cursor=cursor))["items"]) == 1
    await api.get("/v1/claims", 400, cursor=cursor)


@pytest.mark.parametrize("length", ["-1", "1e9", "0x10", "4, 4"])
async def test_length_that_is_no_number_is_refused(api: Api, length: str) -> None:
    headers = {"Content-Length": length, "Content-Type": "application/json"}
    assert (await api.client.post("/v1/articles", content=b"{}", headers=headers)).status_code == 413


async def test_answers_carry_safe_headers_and_an_id(api: Api) -> None:
    for path in ("/v1/claims", "/nowhere"):
        answer = await api.client.get(path, headers={"X-Request-Id": "abc-1"})
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-request-id"] == "abc-1"
    forged = await api.client.get("/livez", headers={"X-Request-Id": 'a" b'})
    assert re.fullmatch("[0-9a-f]{32}", forged.headers["x-request-id"])


async def test_request_is_logged_and_counted_by_its_template(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    def count(route: str, status: str) -> float:
        labels = {"method": "GET", "route": route, "status": status}
        return metrics.REGISTRY.of(Service.API).get_sample_value("claimwire_api_requests_total", labels) or 0.0

    template = "/v1/claims/{claim_id}"
    before, unmatched = count(template, "404"), count("unmatched", "404")
    with caplog.at_level(logging.INFO, logger="services.api.http.access"):
        await api.get("/v1/claims/0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10", 404)
        await api.get("/secret-path", 404)
    assert count(template, "404") == before + 1
    assert count("unmatched", "404") == unmatched + 1
    assert [record.message for record in caplog.records] == ["answered", "answered"]
    await api.client.request("BREW", "/v1/claims")
    labels = {"method": "other", "route": "/v1/claims", "status": "405"}
    assert metrics.REGISTRY.of(Service.API).get_sample_value("claimwire_api_requests_total", labels) == 1


async def test_failure_of_our_own_tells_nothing(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with api.database.begin() as connection:
        await connection.execute(sql("ALTER TABLE claim RENAME COLUMN reading TO hidden"))
    failed = await api.get("/v1/claims", 500)
    assert (failed["code"], failed["detail"]) == ("internal_server_error", "The service failed; its log says how")
    assert "the request failed" in [record.message for record in caplog.records]


async def test_slow_statement_is_given_up(api: Api) -> None:
    event = article()
    await api.save(reading(event))
    async with open_app(api.database, api_settings("postgresql://", api_statement_seconds=0.1)) as hasty:
        async with api.database.begin() as connection:
            await connection.execute(sql("LOCK TABLE article IN ACCESS EXCLUSIVE MODE"))
            answer = await hasty.client.get("/v1/articles")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert problem(answer)["code"] == "database_away"
        assert len((await hasty.get("/v1/articles"))["items"]) == 1


async def test_reading_cannot_write(api: Api) -> None:
    transactions = api.app.state.transactions
    async with transactions.reading() as connection:
        assert (await connection.execute(sql("SHOW transaction_read_only"))).scalar() == "on"
    async with transactions.writing() as connection:
        assert (await connection.execute(sql("SHOW transaction_read_only"))).scalar() == "off"


async def test_every_transaction_has_its_limits(api: Api) -> None:
    transactions = api.app.state.transactions
    for begin in (transactions.reading, transactions.writing):
        async with begin() as connection:
            for name, value in LIMITS.items():
                assert (await connection.execute(sql(f"SHOW {name}"))).scalar() == value, name
    async with api.database.connect() as connection:  # the pool's connections keep nothing of it
        assert (await connection.execute(sql("SHOW lock_timeout"))).scalar() == "0"


async def test_lock_that_is_held_is_given_up(api: Api) -> None:
    async with api.database.begin() as connection:
        await connection.execute(sql("LOCK TABLE claim IN ACCESS EXCLUSIVE MODE"))
        assert (await api.get("/v1/claims", 503))["code"] == "database_away"


async def test_database_away_is_a_problem_that_passes() -> None:
    url = SecretStr("postgresql://claimwire:x@127.0.0.1:1/claimwire")
    async with (
        open_database(url, application_name="test") as database,
        open_app(database, api_settings("postgresql://")) as api,
    ):
        for path in ("/v1/claims", "/v1/pages"):
            assert (await api.get(path, 503))["code"] == "database_away"
        assert (await api.get("/readyz", 503))["problems"].keys() == {"database"}
        assert await api.get("/livez") == {"status": "ok"}
        # What is wrong with a request is told without the database.
        await api.get("/v1/claims", 422, limit=0)


async def test_database_that_is_not_there_is_not_ready(database_url: str) -> None:
    url = SecretStr(f"{database_url}_none")
    async with (
        open_database(url, application_name="test") as database,
        open_app(database, api_settings("postgresql://")) as api,
    ):
        assert "Retry-After" in (await api.client.get("/readyz")).headers
        await api.get("/readyz", 503)
        assert (await api.get("/v1/claims", 503))["code"] == "database_away"  # an operator may make it yet


async def test_connection_that_was_cut_is_replaced(api: Api) -> None:
    await api.get("/v1/claims")
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
    async with api.database.begin() as connection:
        await connection.execute(sql(cut))
    assert (await api.client.get("/v1/claims")).status_code in {200, 503}
    assert (await api.client.get("/v1/claims")).status_code == 200


async def test_readiness_wants_the_schema(database_url: str) -> None:
    async with open_database(SecretStr(database_url), application_name="test") as database:
        async with open_app(database, api_settings(database_url)) as api:
            assert (await api.get("/readyz", 503))["problems"] == {"database": "SchemaNotReady"}
        await migrate(database)
        async with open_app(database, api_settings(database_url)) as api:
            assert await api.get("/readyz") == {"status": "ok"}


async def test_docs_load_nothing_from_elsewhere(api: Api) -> None:
    page = await api.client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "'sha256-" in policy
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)
    for asset in re.findall(r"/docs/[a-z.-]+", page.text):
        answer = await api.client.get(asset)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/javascript", "text/css"))
    assert (await api.client.get("/docs/..%2fapp.py")).status_code == 404
    assert "/openapi.json" in page.text
