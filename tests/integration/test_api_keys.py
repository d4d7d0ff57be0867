"""Keys, scopes and quotas as their holders meet them, on a database."""

import asyncio
import io
import json
import logging
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from schemas.tables import Scope, api_key, submission
from services import metrics
from services.api.gate import FAILURES_PER_MINUTE
from services.api.http.keys import make_token, prefix_of
from services.api.queries import keys
from services.logs import JsonFormatter
from tests.integration.api_world import Api, api_settings, open_api, open_app, problem

URL = {"url": "https://news.example/a"}
ON = {"api_keys": "on", "api_keys_seconds": 0}


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url, **ON) as api:
        yield api


async def add(api: Api, *scopes: Scope, **values: Any) -> str:
    async with api.database.begin() as connection:
        return await keys.add(connection, name="a test", scopes=scopes or (Scope.READ,), **values)


async def ask(
    api: Api, token: str | None, path: str = "/v1/claims", method: str = "GET", **more: Any
) -> httpx2.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return await api.client.request(method, path, headers={**headers, **more.pop("headers", {})}, **more)


async def test_key_is_kept_as_its_prefix_and_hash_alone(api: Api) -> None:
    token = await add(api)
    async with api.database.connect() as connection:
        [row] = (await connection.execute(select(api_key))).all()
    assert row.prefix == prefix_of(token)
    assert token[len(row.prefix) + 1 :] not in str(row)
    assert row.holder_id == row.key_id


async def test_everything_below_v1_needs_a_key_and_nothing_else_does(api: Api) -> None:
    for path in ("/v1", "/v1/claims", "/v1/articles/x", "/v1/nowhere", "/v1/claims?limit=0"):
        assert (await ask(api, None, path)).status_code == 401, path
    assert (await ask(api, None, "/v1/articles", "POST", json=URL)).status_code == 401
    assert (await ask(api, None, "/v1/articles", "POST", json={"bad": 1})).status_code == 401
    for path in ("/livez", "/readyz", "/version", "/docs", "/openapi.json"):
        assert (await ask(api, None, path)).status_code == 200, path
    assert (await ask(api, None, "/v1evil")).status_code == 404


async def test_key_opens_what_its_scopes_say(api: Api) -> None:
    reader, writer, both = await add(api), await add(api, Scope.SUBMIT), await add(api, Scope.ADMIN)
    status = {
        (name, method): (await ask(api, token, path, method, **({"json": URL} if method == "POST" else {}))).status_code
        for name, token in (("reader", reader), ("writer", writer), ("admin", both))
        for method, path in (("GET", "/v1/articles"), ("POST", "/v1/articles"))
    }
    assert status == {
        ("reader", "GET"): 200,
        ("reader", "POST"): 403,
        ("writer", "GET"): 403,
        ("writer", "POST"): 202,
        ("admin", "GET"): 200,
        ("admin", "POST"): 202,
    }


async def test_missing_scope_is_named(api: Api) -> None:
    refused = await ask(api, await add(api), "/v1/articles", "POST", json=URL)
    told = problem(refused)
    assert (told["code"], told["scope"]) == ("scope_missing", "submit")
    assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="submit"'


async def test_submitter_reads_its_submission_and_nobody_elses_articles(api: Api) -> None:
    writer = await add(api, Scope.SUBMIT)
    location = (await ask(api, writer, "/v1/articles", "POST", json=URL)).headers["location"]
    assert (await ask(api, writer, location)).status_code == 200


async def test_every_operation_needs_some_scope(api: Api) -> None:
    async with api.database.begin() as connection:
        idle = await keys.add(connection, name="may do nothing", scopes=())
    paths = (await api.client.get("/openapi.json")).json()["paths"]
    operations = [(path, method) for path, found in paths.items() for method in found if path.startswith("/v1")]
    assert len(operations) >= 10
    for path, method in operations:
        real = re.sub(r"{\w+}", str(uuid4()), path)
        answer = await ask(api, idle, real, method.upper(), **({"json": URL} if method == "post" else {}))
        assert answer.status_code == 403, (method, path, answer.text)


@pytest.mark.parametrize("change", ["revoked", "expired"])
async def test_gone_key_looks_like_one_that_never_was(api: Api, change: str) -> None:
    token = await add(api)
    assert (await ask(api, token)).status_code == 200
    async with api.database.begin() as connection:
        column = {"revoked": "revoked_at", "expired": "expires_at"}[change]
        await connection.execute(update(api_key).values({column: func.now()}))
    gone, unknown = await ask(api, token), await ask(api, make_token())
    assert gone.status_code == unknown.status_code == 401
    assert gone.content == unknown.content


async def test_authorization_that_is_no_bearer_is_refused(api: Api) -> None:
    token = await add(api)
    for given in (token, f"Basic {token}", f"Bearer{token}", f"Bearer {token} x", "Bearer", ""):
        assert (await api.client.get("/v1/claims", headers={"Authorization": given})).status_code == 401, given
    assert (await api.client.get("/v1/claims", headers={"Authorization": f"bearer  {token} "})).status_code == 200
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await api.client.get("/v1/claims", headers=twice)).status_code == 401


async def test_rotated_key_keeps_its_holder_and_the_old_one_ends(api: Api) -> None:
    old = await add(api, Scope.SUBMIT, requests_per_minute=7)
    async with api.database.begin() as connection:
        new = await keys.rotate(connection, prefix_of(old), keep_old_for=timedelta(hours=1))
        assert await keys.rotate(connection, "cw_nobodys1", keep_old_for=timedelta(0)) is None
    assert new is not None
    assert new != old
    headers = {"Idempotency-Key": "k-1"}
    for token in (old, new):
        answer = await ask(api, token, "/v1/articles", "POST", json=URL, headers=headers)
        assert answer.status_code == 202
        assert answer.headers["ratelimit-policy"] == '"default";q=7;w=60'
    async with api.database.begin() as connection:
        assert (await connection.execute(select(func.count()).select_from(submission))).scalar() == 1
        await keys.rotate(connection, prefix_of(new), keep_old_for=timedelta(0))
    assert (await ask(api, new, "/v1/articles", "POST", json=URL)).status_code == 401


async def test_rotation_never_lengthens_a_life(api: Api) -> None:
    async with api.database.begin() as connection:
        ends_at = (await connection.execute(select(func.now() + timedelta(minutes=1)))).scalar_one()
        old = await keys.add(connection, name="x", scopes=[Scope.READ], expires_at=ends_at)
        await keys.rotate(connection, prefix_of(old), keep_old_for=timedelta(days=1))
        rows = await keys.list_keys(connection)
    assert {row.expires_at for row in rows} == {ends_at}


async def test_revoking_tells_whether_there_was_a_key(api: Api) -> None:
    token = await add(api)
    async with api.database.begin() as connection:
        assert await keys.revoke(connection, prefix_of(token)) is True
        assert await keys.revoke(connection, prefix_of(token)) is False


async def test_use_is_written_down(api: Api) -> None:
    used, idle = await add(api), await add(api)
    await asyncio.gather(*(ask(api, used) for _ in range(5)))
    await api.app.state.keyring.settle()
    async with api.database.begin() as connection:
        rows = {row.prefix: row.used_at for row in await keys.list_keys(connection)}
        assert rows[prefix_of(used)] is not None
        assert rows[prefix_of(idle)] is None
        key_id = (
            await connection.execute(select(api_key.c.key_id).where(api_key.c.prefix == prefix_of(used)))
        ).scalar()
        assert key_id is not None
        await keys.note_use(connection, key_id)
        again = {row.prefix: row.used_at for row in await keys.list_keys(connection)}
    assert again == rows


async def test_use_that_cannot_be_written_down_harms_nobody(api: Api) -> None:
    token = await add(api)
    async with api.database.begin() as connection:
        await connection.execute(select(api_key).with_for_update())
        answer = await ask(api, token)
        await api.app.state.keyring.settle()
    assert answer.status_code == 200


async def test_quota_of_a_key_is_told_and_kept(api: Api) -> None:
    token, other = await add(api, requests_per_minute=2), await add(api)
    answers = [await ask(api, token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert problem(answers[2])["code"] == "rate_limited"
    assert answers[2].headers["ratelimit-policy"] == '"default";q=2;w=60'
    assert 1 <= int(answers[2].headers["retry-after"]) <= 120
    assert "retry-after" not in answers[1].headers
    assert (await ask(api, other)).headers["ratelimit-policy"] == '"default";q=600;w=60'


async def test_requests_are_counted_by_prefix(api: Api) -> None:
    token = await add(api, requests_per_minute=2)
    for _ in range(3):
        await ask(api, token)
    await ask(api, "cw_unknown1_guess")
    counted = {
        tuple(sample.labels.values()): sample.value
        for family in metrics.KEY_REQUESTS.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }
    assert counted[prefix_of(token), "allowed"] == 2
    assert counted[prefix_of(token), "rate_limited"] == 1
    assert not [labels for labels in counted if labels[0] == "cw_unknown1"]
    assert metrics.KEY_QUOTA.labels(prefix_of(token))._value.get() == 2


async def test_quota_of_a_key_without_a_number_is_the_setting(api: Api) -> None:
    token = await add(api)
    await ask(api, token)
    assert metrics.KEY_QUOTA.labels(prefix_of(token))._value.get() == 600


async def test_log_names_the_key_by_its_prefix_alone(api: Api) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger("services.api.http.access")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    token = await add(api)
    try:
        await ask(api, token)
        await ask(api, "cw_unknown1_guess")
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["status"], line.get("key")) for line in lines] == [(200, prefix_of(token)), (401, None)]
    assert token[12:] not in written.getvalue()
    assert "guess" not in written.getvalue()


async def test_failures_are_limited_and_a_good_key_is_let_in_beside_them(api: Api) -> None:
    token = await add(api)
    answers = [await ask(api, make_token()) for _ in range(FAILURES_PER_MINUTE + 2)]
    assert [answer.status_code for answer in answers] == [401] * FAILURES_PER_MINUTE + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await ask(api, token)).status_code == 200


async def test_keys_are_off_on_loopback_and_on_elsewhere(api: Api) -> None:
    for host, setting, status in (
        ("127.0.0.1", "auto", 200),
        ("::1", "auto", 200),
        ("localhost", "auto", 200),
        ("127.0.0.1", "on", 401),
        ("0.0.0.0", "auto", 401),
        ("::", "auto", 401),
        ("10.0.0.1", "off", 200),
    ):
        settings = api_settings("postgresql://", api_host=host, api_keys=setting)
        async with open_app(api.database, settings) as one:
            assert (await ask(one, None)).status_code == status, (host, setting)


async def test_addresses_have_a_quota_where_keys_are_off_beyond_loopback(api: Api) -> None:
    quota = {"api_keys": "off", "api_requests_per_minute": 1}
    async with open_app(api.database, api_settings("postgresql://", api_host="0.0.0.0", **quota)) as public:
        answers = [await ask(public, None, headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert (await ask(public, None, "/livez")).status_code == 200
    async with open_app(api.database, api_settings("postgresql://", **quota)) as private:
        assert [(await ask(private, None)).status_code for _ in range(2)] == [200, 200]


async def test_no_limit_means_no_limit(api: Api) -> None:
    token = await add(api)
    async with open_app(api.database, api_settings("postgresql://", **ON, api_requests_per_minute=0)) as unlimited:
        answer = await ask(unlimited, token)
    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers


async def test_database_away_lets_nobody_in(api: Api) -> None:
    token = await add(api)
    await api.database.dispose()
    url = "postgresql://claimwire:x@127.0.0.1:1/claimwire"
    async with open_api(url, **ON) as cut_off:
        answer = await ask(cut_off, token)
    assert answer.status_code == 503
    assert problem(answer)["code"] == "database_away"


async def test_crowd_is_turned_away_but_not_the_probes(api: Api) -> None:
    async with open_app(api.database, api_settings("postgresql://", api_concurrency=1)) as small:
        async with api.database.begin() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(1)))
            await connection.exec_driver_sql("LOCK TABLE claim IN ACCESS EXCLUSIVE MODE")
            first = asyncio.create_task(ask(small, None))
            await asyncio.sleep(0.2)
            second, live = await ask(small, None), await ask(small, None, "/livez")
        assert (await first).status_code == 200
        assert (second.status_code, live.status_code) == (503, 200)
        assert second.headers["retry-after"] == "1"
        assert problem(second)["code"] == "busy"
        assert (await ask(small, None)).status_code == 200


async def test_named_origin_may_ask_and_others_may_not(api: Api) -> None:
    origin = "https://desk.example"
    token = await add(api)
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    async with open_app(api.database, api_settings("postgresql://", **ON, api_cors_origins=(origin,))) as shared:
        preflight = await shared.client.options("/v1/articles", headers={"Origin": origin, **asked})
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == origin
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in preflight.headers
        for status, answer in (
            (200, await ask(shared, token, headers={"Origin": origin})),
            (401, await ask(shared, None, headers={"Origin": origin})),
        ):
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == origin
            assert "RateLimit" in answer.headers["access-control-expose-headers"]
            assert "Origin" in answer.headers["vary"]
        evil = {"Origin": "https://evil.example"}
        refused = await shared.client.options("/v1/articles", headers={**evil, **asked})
        assert refused.status_code == 400
        assert (problem(refused)["code"], "origin" in problem(refused)["detail"]) == ("bad_request", True)
        read = await ask(shared, token, headers=evil)
        assert "access-control-allow-origin" not in {**refused.headers, **read.headers}


async def test_no_origin_may_ask_unless_named(api: Api) -> None:
    headers = {"Origin": "https://desk.example", "Access-Control-Request-Method": "GET"}
    answer = await api.client.options("/v1/claims", headers=headers)
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_description_asks_for_the_key_where_it_is_needed(api: Api) -> None:
    description = (await api.client.get("/openapi.json")).json()
    [scheme] = description["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert bool(operation.get("security")) is path.startswith("/v1"), path
