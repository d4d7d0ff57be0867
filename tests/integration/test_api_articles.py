"""``/v1/articles`` as clients see it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import insert, select

from schemas import tables
from schemas.events import Arrival, Dated, Evidence, Paragraph, ParagraphKind, Publisher
from services.api.resources.articles import ArticlePage, ShownArticle, ShownText
from services.extract.records import Erasure, Read, read
from tests.builders import FETCHED_AT, article, claim, key_of, reading
from tests.integration.api_world import Api, open_api


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


def numbered(number: int, **changes: Any) -> Any:
    fetched_at = FETCHED_AT + timedelta(minutes=number)
    return article(url=f"https://news.example/{number}", fetched_at=fetched_at, **changes)


async def test_article_is_answered_with_its_evidence(api: Api) -> None:
    event = article(
        final_url="https://news.example/a?x",
        authors=("Ola Brink",),
        disclosures=("Paid content",),
        published=Dated.model_validate(
            {
                "at": "2026-10-05T08:00:00+02:00",
                "precision": "second",
                "evidence": Evidence.JSON_LD,
                "reason": None,
                "offset_minutes": 120,
            }
        ),
    )
    await api.save(reading(event))
    shown = await api.get(f"/v1/articles/{event.article_id}")
    assert ShownArticle.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert shown["publisher"] == {"domain": "news.example", "name": "The News"}
    assert shown["published"] == {
        "at": "2026-10-05T06:00:00Z",
        "precision": "second",
        "evidence": "json_ld",
        "reason": None,
        "offset_minutes": 120,
        "doubtful": False,
    }
    unknown = {"at": None, "precision": None, "evidence": None, "offset_minutes": None, "doubtful": False}
    assert shown["modified"] == unknown | {"reason": "no_evidence"}
    assert shown["fetched_at"] == "2026-10-05T12:00:00Z"
    assert (shown["authors"], shown["disclosures"]) == (["Ola Brink"], ["Paid content"])
    assert shown["text_sha256"] == event.text_sha256
    assert shown["links"]["claims"] == f"/v1/articles/{event.article_id}/claims"
    assert "text" not in shown


async def test_article_of_another_language_says_why_it_has_no_claims(api: Api) -> None:
    german = article("Die Ministerin sagte: „Die Brücke ist gesperrt, und sie bleibt es auch.“", language="de")
    found = read((key_of(german.article_id), german.model_dump_json().encode()))
    english = reading(numbered(1))
    assert isinstance(found, Read)
    await api.save(found, english)
    shown = [(await api.get(f"/v1/articles/{one.event.article_id}"))["claims_reason"] for one in (found, english)]
    assert shown == ["language", None]
    listed = (await api.get("/v1/articles", language="de"))["items"]
    assert [one["claims_reason"] for one in listed] == ["language"]
    async with api.database.connect() as connection:
        events = (await connection.execute(select(tables.change.c.event["claims_reason"].astext))).scalars()
    assert set(events) == {"language", None}


async def test_text_is_answered_with_its_paragraphs(api: Api) -> None:
    text = "Brücke geschlossen\n\n“Nobody 🚧 crosses,” she said."
    paragraphs = (
        Paragraph(span=(0, 18), kind=ParagraphKind.TITLE),
        Paragraph(span=(20, len(text)), kind=ParagraphKind.TEXT),
    )
    event = article(text, paragraphs=paragraphs)
    await api.save(reading(event))
    shown = await api.get(f"/v1/articles/{event.article_id}/text")
    assert ShownText.model_validate(shown).model_dump(mode="json") == shown
    assert shown["text"] == text
    assert shown["paragraphs"] == [{"span": [0, 18], "kind": "title"}, {"span": [20, len(text)], "kind": "text"}]


async def test_newer_revision_replaces_the_text(api: Api) -> None:
    older, newer = article("The old text of it."), article("The new text of it.", revision=2)
    await api.save(reading(older))
    await api.save(reading(newer))
    shown = await api.get(f"/v1/articles/{older.article_id}/text")
    assert (shown["revision"], shown["text"]) == (2, "The new text of it.")


async def test_list_goes_on_without_gap_or_double(api: Api) -> None:
    same = FETCHED_AT
    events = [article(url=f"https://news.example/{number}", fetched_at=same) for number in range(5)]
    await api.save(*(reading(event) for event in [*events, numbered(6), numbered(7)]))
    pages = await api.walk("/v1/articles", limit=2)
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    shown = [item["article_id"] for page in pages for item in page]
    assert shown[:2] == [str(numbered(7).article_id), str(numbered(6).article_id)]
    assert shown[2:] == sorted((str(event.article_id) for event in events), reverse=True)


async def test_list_is_filtered_by_publisher_and_arrival(api: Api) -> None:
    other = Publisher(domain="other.example", name=None)
    await api.save(
        reading(numbered(1)),
        reading(numbered(2, publisher=other)),
        reading(numbered(3, publisher=other, arrival=Arrival.SUBMITTED)),
    )
    found = await api.get("/v1/articles", publisher="OTHER.example")
    assert ArticlePage.model_validate(found)
    assert [item["arrival"] for item in found["items"]] == ["submitted", "fetched"]
    found = await api.get("/v1/articles", publisher="other.example", arrival="fetched")
    assert [item["article_id"] for item in found["items"]] == [str(numbered(2).article_id)]
    assert (await api.get("/v1/articles", arrival="file"))["items"] == []


async def test_article_is_found_by_each_url_that_stands_for_it(api: Api) -> None:
    event = article(url="https://news.example/a")
    await api.save(reading(event), reading(article(url="https://news.example/b")))
    page = {"page_id": uuid4(), "url": "https://news.example/a?from=feed", "host": "news.example"}
    page |= {"arrival": "fetched", "publisher_domain": "news.example", "article_id": event.article_id}
    async with api.database.begin() as connection:
        await connection.execute(insert(tables.page).values(page))
        old = {"canonical_url": "https://news.example/old", "article_id": event.article_id}
        await connection.execute(insert(tables.alias).values(old))
    for url in (event.canonical_url, page["url"], old["canonical_url"]):
        (found,) = (await api.get("/v1/articles", url=url))["items"]
        assert found["article_id"] == str(event.article_id)
    assert (await api.get("/v1/articles", url="https://news.example/c"))["items"] == []
    assert (await api.get("/v1/articles", url=event.canonical_url, publisher="other.example"))["items"] == []


@pytest.mark.parametrize("path", ["", "/text", "/claims"])
async def test_unknown_article_is_not_found(api: Api, path: str) -> None:
    assert (await api.get(f"/v1/articles/{uuid4()}{path}", 404))["code"] == "not_found"


@pytest.mark.parametrize("path", ["", "/text", "/claims"])
async def test_erased_article_is_gone(api: Api, path: str) -> None:
    event = article()
    await api.save(reading(event, claim(event.text, "The bridge is closed.", speaker="Anna Weller")))
    await api.save(Erasure(event.article_id))
    assert (await api.get(f"/v1/articles/{event.article_id}{path}", 410))["code"] == "erased"
    assert (await api.get("/v1/articles"))["items"] == []


async def test_claims_of_an_article_stand_in_the_order_of_its_text(api: Api) -> None:
    event = article()
    contents = ["Anna", "The bridge is closed.", "Traffic was slow", "Monday"]
    claims = [claim(event.text, content, confidence=0.9 if content != "Monday" else 0.1) for content in contents]
    await api.save(reading(event, *claims))
    path = f"/v1/articles/{event.article_id}/claims"
    pages = await api.walk(path, limit=2)
    assert [item["content"]["text"] for page in pages for item in page] == contents[:3]
    assert len((await api.get(path, min_confidence=0.05))["items"]) == 4


async def test_article_without_claims_has_an_empty_list(api: Api) -> None:
    event = article()
    await api.save(reading(event))
    assert await api.get(f"/v1/articles/{event.article_id}/claims") == {"items": [], "next_cursor": None}
