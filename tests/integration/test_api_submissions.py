"""``POST /v1/articles`` and ``/v1/submissions`` as clients see them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from schemas.tables import submission
from services.api.resources.submissions import HTML_MAX_BYTES, ShownSubmission
from tests.integration.api_world import Api, api_settings, open_api, open_app, problem

URL = {"url": "https://news.example/a"}


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


async def submit(api: Api, body: Any, key: str | None = None) -> httpx2.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    if isinstance(body, bytes):
        headers["Content-Type"] = "application/json"
        return await api.client.post("/v1/articles", content=body, headers=headers)
    return await api.client.post("/v1/articles", json=body, headers=headers)


async def rows(api: Api) -> list[Any]:
    async with api.database.connect() as connection:
        return list((await connection.execute(select(submission).order_by(submission.c.submitted_at))).all())


async def test_submitted_url_is_accepted_and_stored(api: Api) -> None:
    answer = await submit(api, URL)
    assert answer.status_code == 202
    [row] = await rows(api)
    assert answer.headers["location"] == f"/v1/submissions/{row.submission_id}"
    assert (row.submitter, row.url, row.done_at) == ("loopback", URL["url"], None)
    assert row.due_at is not None
    shown = await api.get(answer.headers["location"])
    assert ShownSubmission.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert shown == answer.json()
    assert shown["status"] == "pending"


async def test_submitted_text_keeps_what_its_submitter_states(api: Api) -> None:
    body = {
        "text": "Cafe\u0301 closed, 🚧 it says.",
        "url": "https://own.example/b",
        "title": "Closed",
        "publisher": {"domain": "own.example", "name": "Own"},
        "published_at": "2026-10-05T08:00:00+02:00",
    }
    assert (await submit(api, body)).status_code == 202
    [row] = await rows(api)
    assert row.text == "Café closed, 🚧 it says."
    assert (row.title, row.publisher_domain, row.publisher_name) == ("Closed", "own.example", "Own")
    assert row.published_at.isoformat() == "2026-10-05T06:00:00+00:00"


async def test_done_submission_tells_its_outcome(api: Api) -> None:
    location = (await submit(api, URL)).headers["location"]
    article_id = uuid4()
    done = {"done_at": func.now(), "due_at": None, "outcome": "unchanged", "article_id": article_id, "reason": "same"}
    async with api.database.begin() as connection:
        await connection.execute(update(submission).values(done))
    shown = await api.get(location)
    assert (shown["status"], shown["outcome"], shown["reason"]) == ("done", "unchanged", "same")
    assert shown["links"]["article"] == f"/v1/articles/{article_id}"


async def test_unknown_submission_is_not_found(api: Api) -> None:
    await api.get(f"/v1/submissions/{uuid4()}", 404)


async def test_same_key_and_body_is_the_same_submission(api: Api) -> None:
    first = await submit(api, b'{"url": "https://news.example/a", "text": "A text."}', key="k-1")
    again = await submit(api, b'{"text":"A text.","url":"https://news.example/a"}', key="k-1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["location"] == again.headers["location"]
    assert len(await rows(api)) == 1


async def test_submissions_without_a_key_are_each_their_own(api: Api) -> None:
    assert (await submit(api, URL)).headers["location"] != (await submit(api, URL)).headers["location"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, ""),
        ({"url": "https://news.example/a\u0000"}, "url"),
        ({"text": "NUL \u0000 here"}, "text"),
        ({"text": 5}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 500_001}, "text"),
        ({"html": "é" * (HTML_MAX_BYTES // 2 + 1)}, "html"),
        ({"text": "A text.", "html": "<p>A text."}, ""),
        ({**URL, "title": "A title"}, ""),
        ({**URL, "titel": "A title"}, "titel"),
        ({"text": "A text.", "publisher": {"domain": "Own Example"}}, "publisher.domain"),
        ({"text": "A text.", "publisher": {"domain": "own.example", "x": 1}}, "publisher.x"),
        ({"text": "A text.", "published_at": "2026-10-05T00:00:00"}, "published_at"),
        (b"[]", ""),
        (b"null", ""),
        (b"", ""),
    ],
)
async def test_body_that_is_not_an_article_is_refused(api: Api, body: Any, name: str) -> None:
    answer = await submit(api, body)
    assert answer.status_code == 422, answer.text
    assert name in [mistake["name"] for mistake in problem(answer)["errors"]]
    assert await rows(api) == []


@pytest.mark.parametrize("key", ["", "k" * 256, "with space", "naïve".encode().decode("latin-1")])
async def test_unusable_key_is_refused(api: Api, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    answer = await api.client.post("/v1/articles", json=URL, headers=headers)
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["part"] == "header"


async def test_compressed_body_is_refused(api: Api) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await api.client.post("/v1/articles", content=b"\x1f\x8b", headers=headers)).status_code == 415


async def test_writing_is_refused_where_others_can_reach_the_api(api: Api) -> None:
    settings = api_settings("postgresql://", api_host="0.0.0.0", api_keys="off")
    async with open_app(api.database, settings) as public:
        answer = await submit(public, URL)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert problem(answer)["code"] == "unauthorized"
        assert (await public.get("/v1/articles"))["items"] == []
    assert await rows(api) == []
