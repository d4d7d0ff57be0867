"""What every answer of the gateway does alike: tags, packing, chosen members, links, and problems."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text as sql

from services.api.http.pagination import Cursors
from services.api.openapi import describe
from tests.integration.api_world import Api, open_api, problem
from tests.integration.filled import fill, read

DESCRIPTION = json.loads(describe())


@pytest_asyncio.fixture(scope="module")
async def api(template: str, databases: Any) -> AsyncIterator[Api]:
    """One gateway for the whole module: nothing here changes what it shows."""
    async with open_api(await databases.create("habits", template=template)) as api:
        await fill(api.database)
        yield api


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every GET of JSON below /v1, as path template and description."""
    for path, methods in DESCRIPTION["paths"].items():
        if (
            path.startswith("/v1/")
            and "application/json"
            in methods.get("get", {"responses": {"200": {"content": {}}}})["responses"]["200"]["content"]
        ):
            yield path, methods["get"]


async def ids(api: Api) -> dict[str, str]:
    event = read(0).event
    found = {"{article_id}": str(event.article_id), "{revision}": "2"}
    for table in ("claim", "entity", "feed", "page", "submission", "thread"):
        where = "WHERE retracted_at IS NULL" if table == "claim" else ""
        async with api.database.connect() as connection:
            key = (await connection.execute(sql(f"SELECT {table}_id FROM {table} {where} LIMIT 1"))).scalar()
        found[f"{{{table}_id}}"] = str(key)
    return found


async def paths(api: Api) -> list[str]:
    """A path of each operation that answers."""
    known = await ids(api)
    filled = []
    for path, operation in operations():
        for name, value in known.items():
            path = path.replace(name, value)  # noqa: PLW2901
        words = [
            found["name"]
            for found in operation.get("parameters", [])
            if found.get("required") and found["in"] == "query"
        ]
        given = [f"article={found.event.article_id}" for found in (read(0), read(1))] if "article" in words else []
        filled.append(path + "?" + "&".join([*given, *(f"{name}=bridge" for name in words if name != "article")]))
    return filled


async def test_every_answer_is_tagged_and_not_sent_twice(api: Api) -> None:
    found = await paths(api)
    assert len(found) >= 17
    for path in found:
        first = await api.client.get(path)
        assert first.status_code == 200, (path, first.text)
        again = await api.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        head = await api.client.head(path, headers={"Accept-Encoding": "identity"})
        assert (head.status_code, head.content) == (200, b"")
        plain = await api.client.get(path, headers={"Accept-Encoding": "identity"})
        assert head.headers["content-length"] == str(len(plain.content)) == plain.headers["content-length"]
        assert head.headers["etag"] == first.headers["etag"]


async def test_large_answer_is_packed_and_its_tag_the_same(api: Api) -> None:
    path = f"/v1/articles/{read(1).event.article_id}/text"
    plain = await api.client.get(path, headers={"Accept-Encoding": "identity"})
    for coding in ("gzip", "br"):
        packed = await api.client.get(path, headers={"Accept-Encoding": coding})
        assert packed.headers["content-encoding"] == coding
        assert (packed.json(), packed.headers["etag"]) == (plain.json(), plain.headers["etag"])
        assert int(packed.headers["content-length"]) < len(plain.content) / 2
    refused = await api.client.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert ("content-encoding" in refused.headers, refused.headers["vary"]) == (False, "Accept-Encoding")


async def test_members_of_every_answer_can_be_chosen(api: Api) -> None:
    for path in await paths(api):
        whole = (await api.client.get(path)).json()
        assert whole.get("items") != [], path
        item = whole["items"][0] if "items" in whole else whole
        names = list(item)[:2]
        chosen = (await api.client.get(f"{path}&fields={','.join(names)}")).json()
        assert set(chosen) == set(whole if "items" in whole else names), path
        shown = chosen["items"][0] if "items" in chosen else chosen
        assert shown == {name: item[name] for name in names}, path


async def test_member_that_there_is_not_is_refused_and_not_repeated(api: Api) -> None:
    for path in await paths(api):
        for fields in ("hidden<", "article_id,,", "", "links.self", "items"):
            refused = await api.client.get(f"{path}&fields={fields}")
            assert refused.status_code == 422, (path, fields)
            assert [mistake["name"] for mistake in problem(refused)["errors"]] == ["fields"]
            assert "hidden" not in refused.text


async def test_chosen_members_do_not_change_what_a_cursor_goes_on_with(api: Api) -> None:
    whole = await api.walk("/v1/claims", limit=2)
    chosen = await api.walk("/v1/claims", limit=2, fields="claim_id")
    assert [[item["claim_id"] for item in page] for page in whole] == [
        [item["claim_id"] for item in page] for page in chosen
    ]
    cursor = (await api.get("/v1/claims", limit=2, fields="claim_id"))["next_cursor"]
    assert (await api.get("/v1/claims", limit=2, cursor=cursor))["items"] == whole[1]


async def test_links_lead_through_every_list(api: Api) -> None:
    lists = [path for path in await paths(api) if "items" in (await api.client.get(path)).json()]
    assert len(lists) == len([1 for _, found in operations() if "Link" in found["responses"]["200"]["headers"]]) >= 9
    for path in lists:
        expected = (await api.client.get(f"{path}&limit=50")).json()["items"]
        first = answer = await api.client.get(f"{path}&limit=1")
        items = list(first.json()["items"])
        while following := re.search(r'<([^>]+)>; rel="next"', answer.headers["link"]):
            answer = await api.client.get(following[1])
            assert answer.status_code == 200
            items += answer.json()["items"]
        assert items == expected != [], path
        start = re.search(r'<([^>]+)>; rel="first"', answer.headers["link"])
        assert start is not None
        assert (await api.client.get(start[1])).json() == first.json()


async def test_link_repeats_a_filter_as_it_was_meant(api: Api) -> None:
    answer = await api.client.get("/v1/claims", params={"limit": 1, "speaker": "Ola Brink"})
    assert 'speaker=Ola+Brink>; rel="first"' in answer.headers["link"]
    odd = await api.client.get("/v1/claims", params={"speaker": 'a>; rel="next" é\u2028'})
    assert odd.headers["link"] == '</v1/claims?speaker=a%3E%3B+rel%3D%22next%22+%C3%A9%E2%80%A8>; rel="first"'


async def test_unknown_parameter_is_refused_everywhere(api: Api) -> None:
    for path in await paths(api):
        refused = await api.client.get(f"{path}&sort=secret")
        assert refused.status_code == 422, path
        assert [mistake["name"] for mistake in problem(refused)["errors"]] == ["sort"]
        assert "secret" not in refused.text


async def test_times_are_utc_everywhere(api: Api) -> None:
    def times(found: object) -> Iterator[str]:
        if isinstance(found, dict):
            for name, value in found.items():
                if name.endswith("_at") and isinstance(value, str):
                    yield value
                yield from times(value)
        elif isinstance(found, list):
            for value in found:
                yield from times(value)

    for path in await paths(api):
        for time in times((await api.client.get(path)).json()):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time), path


async def test_problem_is_not_stored(api: Api) -> None:
    for path in ("/nowhere", "/v1/claims?limit=0"):
        answer = await api.client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


async def test_post_takes_no_members(api: Api) -> None:
    answer = await api.client.post("/v1/articles?fields=url", json={"url": "https://news.example/x"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "at", ["1099511627776", "18446744073709551615", "-1", "true", '"0001-01-01T00:00:00+14:00"', '"2026-01-01"', "null"]
)
async def test_position_that_anybody_can_sign_is_refused_or_no_position(api: Api, at: str) -> None:
    article = f"/v1/articles/{read(1).event.article_id}"
    for path in (f"{article}/claims", f"{article}/revisions", "/v1/claims", "/v1/feeds"):
        payload = f'[{at},"5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11"]'.encode()
        signature = Cursors()._sign(orjson.dumps([path, {}]), payload)
        cursor = urlsafe_b64encode(signature + payload).rstrip(b"=").decode()
        answer = await api.client.get(path, params={"cursor": cursor})
        assert answer.status_code in {200, 400}, (path, answer.text)
