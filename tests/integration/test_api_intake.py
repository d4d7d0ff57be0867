"""``/v1/feeds`` and ``/v1/pages`` as clients see them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest_asyncio
from sqlalchemy import insert

from schemas.tables import feed, page
from services.api.resources.feeds import ShownFeed
from services.api.resources.pages import ShownPage
from tests.builders import FETCHED_AT
from tests.integration.api_world import Api, open_api


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


def a_feed(number: int, **changes: object) -> dict[str, Any]:
    url = f"https://news.example/{number}.xml"
    added_at = FETCHED_AT + timedelta(minutes=number)
    values = {"feed_id": uuid5(NAMESPACE_URL, url), "url": url, "publisher_domain": "news.example"}
    return {**values, "added_at": added_at, "outcome": None, "reason": None, **changes}


def a_page(number: int, **changes: object) -> dict[str, Any]:
    url = f"https://news.example/{number}"
    found_at = FETCHED_AT + timedelta(minutes=number)
    values = {"page_id": uuid5(NAMESPACE_URL, url), "url": url, "host": "news.example", "arrival": "fetched"}
    more = {"feed_id": None, "outcome": None, "reason": None, "article_id": None}
    return {**values, **more, "publisher_domain": "news.example", "found_at": found_at, **changes}


async def fill(api: Api, table: Any, *rows: dict[str, Any]) -> None:
    async with api.database.begin() as connection:
        await connection.execute(insert(table), list(rows))


async def test_feeds_tell_what_became_of_their_last_poll(api: Api) -> None:
    bad = {"outcome": "not_a_feed", "reason": "an HTML page"}
    paced = a_feed(3, changes_per_day=14.5, moved_to="https://news.example/all.xml", ended_at=FETCHED_AT)
    await fill(api, feed, a_feed(1), a_feed(2, **bad))
    await fill(api, feed, paced)
    pages = await api.walk("/v1/feeds", limit=2)
    assert [item["url"][-5] for part in pages for item in part] == ["3", "2", "1"]
    [shown] = (await api.get("/v1/feeds", outcome="not_a_feed"))["items"]
    assert ShownFeed.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert (shown["outcome"], shown["reason"]) == ("not_a_feed", "an HTML page")
    assert (shown["changes_per_day"], shown["moved_to"], shown["ended_at"]) == (None, None, None)
    last = await api.get(f"/v1/feeds/{paced['feed_id']}")
    assert (last["changes_per_day"], last["moved_to"]) == (14.5, "https://news.example/all.xml")
    assert last["ended_at"] is not None


async def test_pages_tell_what_became_of_them(api: Api) -> None:
    listed, article_id = a_feed(1), uuid4()
    await fill(api, feed, listed)
    await fill(
        api,
        page,
        a_page(1),
        a_page(2, feed_id=listed["feed_id"], outcome="too_short", reason="31 characters"),
        a_page(3, feed_id=listed["feed_id"], outcome="published", article_id=article_id),
    )
    pages = await api.walk("/v1/pages", limit=1)
    assert [item["url"][-1] for part in pages for item in part] == ["3", "2", "1"]
    [shown] = (await api.get("/v1/pages", outcome="too_short"))["items"]
    assert ShownPage.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert shown["reason"] == "31 characters"
    [feeds] = (await api.get("/v1/feeds"))["items"]
    of_feed = (await api.get(feeds["links"]["pages"]))["items"]
    assert [item["links"]["article"] for item in of_feed] == [f"/v1/articles/{article_id}", None]


async def test_unknown_outcome_is_refused(api: Api) -> None:
    assert (await api.get("/v1/pages", 422, outcome="lost"))["errors"][0]["name"] == "outcome"
    assert (await api.get("/v1/feeds", 422, feed="x"))["errors"][0]["name"] == "feed"
