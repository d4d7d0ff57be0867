"""/v1/changes on a real database."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from schemas.extraction import Claim, Words
from schemas.tables import change
from services import changes
from services.api.resources.changes import CLAIMS_MAX, ChangePage
from services.extract.records import Erasure
from tests.builders import TEXT, article, claim, reading
from tests.integration.api_world import Api, open_api

LONG = "The ferry was late. " * (CLAIMS_MAX + 1)


@pytest.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


async def save(api: Api, *readings: Any) -> None:
    for each in readings:
        await api.save(each)
    while await changes.number(api.database):
        pass


def letters(count: int) -> list[Claim]:
    """So many claims, of a letter each."""
    one = claim(LONG, "ferry")
    return [one.model_copy(update={"content": Words.of(LONG, (n, n + 1))}) for n in range(count)]


async def test_changes_are_told_in_order_with_their_claims_as_listed(api: Api) -> None:
    await save(api, reading(article(), claim(TEXT, "slow"), claim(TEXT, "closed", confidence=0.1)))
    await save(api, reading(article(url="https://news.example/b"), claim(TEXT, "mayor")))
    found = await api.get("/v1/changes")
    listed = {each["claim_id"]: each for each in (await api.get("/v1/claims", min_confidence=0))["items"]}
    assert (found["next_after"], found["more"]) == (2, False)
    assert [item["position"] for item in found["items"]] == [1, 2]
    first, second = found["items"]
    assert [each["claim_id"] for each in first["claims"]] == first["added"]
    assert {each["claim_id"]: each for item in (first, second) for each in item["claims"]} == listed
    assert [each["served"] for each in first["claims"]] == [True, False]
    assert (first["kind"], first["publisher"]["domain"], first["claims_omitted"]) == (
        "extracted",
        "news.example",
        False,
    )
    assert (first["updated"], first["retracted"]) == ([], [])


async def test_unnumbered_changes_are_not_shown(api: Api) -> None:
    await api.save(reading(article(), claim(TEXT, "slow")))
    assert await api.get("/v1/changes") == {"items": [], "next_after": 0, "more": False}


async def test_pages_go_on_where_the_last_ended(api: Api) -> None:
    await save(api, *(reading(article(url=f"https://news.example/{n}"), claim(TEXT, "slow")) for n in range(5)))
    after, seen = 0, []
    while (page := await api.get("/v1/changes", after=after, limit=2))["more"]:
        seen += [item["position"] for item in page["items"]]
        after = page["next_after"]
    assert seen + [item["position"] for item in page["items"]] == [1, 2, 3, 4, 5]
    assert (await api.get("/v1/changes", after=5)) == {"items": [], "next_after": 5, "more": False}


async def test_later_change_shows_in_an_earlier_one(api: Api) -> None:
    await save(api, reading(article(), claim(TEXT, "slow"), claim(TEXT, "closed")))
    await save(api, reading(article(), claim(TEXT, "closed"), version=2))
    first, second = (await api.get("/v1/changes"))["items"]
    assert len(first["added"]) == 2
    assert [each["content"]["text"] for each in first["claims"]] == ["closed"]
    assert (second["updated"], second["retracted"]) == ([first["added"][1]], [first["added"][0]])
    assert [each["extractor_version"] for each in second["claims"]] == [2]


async def test_erasure_leaves_ids_and_no_words(api: Api) -> None:
    await save(api, reading(article(), claim(TEXT, "slow")))
    await save(api, Erasure(article().article_id))
    answer = await api.client.get("/v1/changes")
    first, second = answer.json()["items"]
    assert (first["claims"], first["publisher"]) == ([], None)
    assert (second["kind"], second["retracted"], second["revision"]) == ("erased", first["added"], None)
    assert b"slow" not in answer.content


async def test_changes_of_relations_threads_and_entities_name_what_to_ask_for(api: Api) -> None:
    await save(api, reading(article(), claim(TEXT, "slow")))
    one, other, third = (uuid4() for _ in range(3))
    rows: list[dict[str, Any]] = [
        {"kind": "related", "article_id": article().article_id, "updated": [one]},
        {"kind": "threaded", "added": [one], "updated": [other], "retracted": [third]},
        {"kind": "merged", "added": [one], "retracted": [other]},
    ]
    async with api.database.begin() as connection:
        for row in rows:
            await connection.execute(insert(change).values(change_id=uuid4(), **row))
    await save(api)
    answer = await api.get("/v1/changes", after=1)
    assert ChangePage.model_validate(answer)
    related, threaded, merged = answer["items"]
    assert [item["kind"] for item in answer["items"]] == ["related", "threaded", "merged"]
    assert (related["related"], related["article_id"]) == ([str(one)], str(article().article_id))
    assert threaded["threads"] == {"began": [str(one)], "changed": [str(other)], "ended": [str(third)]}
    assert (threaded["article_id"], threaded["links"]) == (None, {"article": None, "claims": None})
    assert merged["entities"] == [str(one), str(other)]
    for item in answer["items"]:
        assert (item["added"], item["updated"], item["retracted"], item["claims"]) == ([], [], [], [])


async def test_answer_is_bounded_by_the_claims_it_names(api: Api) -> None:
    many = letters(600)
    await save(api, *(reading(article(LONG, url=f"https://news.example/{n}"), *many) for n in range(3)))
    page = await api.get("/v1/changes")
    assert ([item["position"] for item in page["items"]], page["more"]) == ([1, 2], True)
    rest = await api.get("/v1/changes", after=page["next_after"])
    assert ([item["position"] for item in rest["items"]], rest["more"]) == ([3], False)


async def test_change_of_too_many_claims_is_shown_without_them(api: Api) -> None:
    await save(api, reading(article(LONG), *letters(CLAIMS_MAX + 1)))
    [item] = (await api.get("/v1/changes"))["items"]
    assert (item["claims"], item["claims_omitted"], len(item["added"])) == ([], True, CLAIMS_MAX + 1)
    path, _, query = item["links"]["claims"].partition("?")
    name, _, value = query.partition("=")
    assert sum(len(part) for part in await api.walk(path, **{name: value}, limit=200)) == CLAIMS_MAX + 1


async def test_position_beyond_the_log_is_a_conflict(api: Api) -> None:
    await save(api, reading(article(), claim(TEXT, "slow")))
    assert (await api.get("/v1/changes", 409, after=2))["code"] == "ahead_of_log"
    assert (await api.get("/v1/changes", after=1))["items"] == []


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=201", "after=1&after=2", "cursor=a", "q=a"]
)
async def test_wrong_parameter_is_refused_by_its_name(api: Api, query: str) -> None:
    found = await api.get(f"/v1/changes?{query}", 422)
    assert [each["name"] for each in found["errors"]] == [query.partition("=")[0]]
