"""``/v1/articles/{article_id}/revisions`` as clients see it."""

import asyncio
from collections.abc import AsyncIterator
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from schemas.events import Paragraph, ParagraphKind
from services.api.resources.difference import compare
from services.api.resources.revisions import (
    COMPARED_AT_ONCE,
    COMPARING,
    RevisionPage,
    ShownDifference,
    ShownRevision,
)
from services.extract.records import Erasure
from tests.builders import article, reading, sha256
from tests.integration.api_world import Api, open_api

TEXTS = {
    1: "The ferry was never inspected, Odra Venn said.",
    5: "The ferry was inspected once 🚧, Odra Venn said.",
    9: "The ferry was inspected once 🚧, Odra Venn told us.",
}


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        for number, text in TEXTS.items():
            paragraphs = (Paragraph(span=(0, len(text)), kind=ParagraphKind.TEXT),)
            await api.save(reading(article(text, revision=number, title=f"Title {number}", paragraphs=paragraphs)))
        yield api


def path(*more: object) -> str:
    return "/".join(map(str, ("/v1/articles", article().article_id, "revisions", *more)))


async def test_revisions_are_listed_newest_first_with_the_current_one(api: Api) -> None:
    found = await api.get(path())
    RevisionPage.model_validate(found)
    shown = [(item["revision"], item["is_current"], item["text_sha256"]) for item in found["items"]]
    assert shown == [(9, True, sha256(TEXTS[9])), (5, False, sha256(TEXTS[5])), (1, False, sha256(TEXTS[1]))]
    assert [[item["revision"] for item in page] for page in await api.walk(path(), limit=2)] == [[9, 5], [1]]
    links = (await api.get(f"/v1/articles/{article().article_id}"))["links"]
    assert links["revisions"] == path()


async def test_revision_is_answered_with_its_text(api: Api) -> None:
    shown = await api.get(path(5))
    assert ShownRevision.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert (shown["text"], shown["title"], shown["is_current"]) == (TEXTS[5], "Title 5", False)
    assert shown["paragraphs"] == [{"span": [0, len(TEXTS[5])], "kind": "text"}]
    assert await api.get(shown["links"]["self"]) == shown


async def test_difference_is_to_the_revision_before(api: Api) -> None:
    shown = await api.get(path(5, "difference"))
    assert ShownDifference.model_validate(shown).model_dump(mode="json") == shown
    assert (shown["revision"], shown["previous"]) == (5, 1)
    assert joined(shown, "inserted") == TEXTS[1]
    assert joined(shown, "deleted") == TEXTS[5]
    for part in shown["parts"]:
        text, (start, end) = (TEXTS[1], part["before"]) if part["kind"] == "deleted" else (TEXTS[5], part["after"])
        assert text[start:end] == part["text"]
    assert [part["text"] for part in shown["parts"] if part["kind"] == "deleted"] == ["never inspected, "]


def joined(shown: dict[str, Any], without: str) -> str:
    return "".join(part["text"] for part in shown["parts"] if part["kind"] != without)


async def test_texts_wait_in_the_database_until_it_is_their_turn_to_be_compared(api: Api) -> None:
    go_on = Event()
    COMPARING.submit(go_on.wait)
    try:
        asked = [asyncio.create_task(api.get(path(5, "difference"))) for _ in range(10)]
        await asyncio.sleep(0.5)
        assert COMPARING._work_queue.qsize() <= COMPARED_AT_ONCE
    finally:
        go_on.set()
    assert [shown["previous"] for shown in await asyncio.gather(*asked)] == [1] * 10


async def test_first_revision_is_all_inserted(api: Api) -> None:
    shown = await api.get(path(1, "difference"))
    assert shown["previous"] is None
    assert [(part["kind"], part["text"]) for part in shown["parts"]] == [("inserted", TEXTS[1])]


@pytest.mark.parametrize("number", ["2", "-1", "x", "9223372036854775808"])
async def test_unknown_revision_is_not_found(api: Api, number: str) -> None:
    for tail in ((), ("difference",)):
        assert (await api.get(path(number, *tail), 404))["code"] == "not_found"


async def test_revisions_of_an_unknown_article_are_not_found(api: Api) -> None:
    for tail in ("", "/1", "/1/difference"):
        await api.get(f"/v1/articles/{uuid4()}/revisions{tail}", 404)


async def test_revisions_of_an_erased_article_are_gone(api: Api) -> None:
    await api.save(Erasure(article().article_id))
    for tail in ((), (5,), (5, "difference"), (2,)):
        assert (await api.get(path(*tail), 410))["code"] == "erased"


def test_example_is_a_difference() -> None:
    extra: Any = ShownDifference.model_config["json_schema_extra"]
    example = extra["examples"][0]
    texts = joined(example, "inserted"), joined(example, "deleted")
    parts = [(str(part.kind), list(part.before), list(part.after)) for part in compare(*texts)]
    assert [(part["kind"], part["before"], part["after"]) for part in example["parts"]] == parts
