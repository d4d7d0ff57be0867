"""``/v1/claims`` as clients see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest_asyncio

from schemas.events import Arrival, Dated, DateReason, Evidence, Publisher
from schemas.extraction import Polarity, Voice
from services.api.resources.claims import ClaimPage, ShownClaim
from services.extract.records import Erasure, Read
from tests.builders import FETCHED_AT, TEXT, article, claim, mention, reading, words
from tests.integration.api_world import Api, open_api


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


def said(number: int, **changes: object) -> Read:
    """An article with one claim by Anna Weller."""
    event = article(url=f"https://news.example/{number}", fetched_at=FETCHED_AT + timedelta(minutes=number))
    return reading(event, claim(event.text, "The bridge is closed.", **{"speaker": "Anna Weller", **changes}))  # type: ignore[arg-type]


async def test_claim_is_answered_with_its_exact_words(api: Api) -> None:
    event = article(arrival=Arrival.SUBMITTED, publisher=Publisher(domain="own.example"))
    outer = claim(event.text, "The bridge is closed.", speaker="Anna Weller", mention=0, cue=words(TEXT, "said"))
    inner = claim(event.text, "closed", nested_in=0)
    await api.save(reading(event, outer, inner, mentions=(mention(TEXT, "Anna Weller"),)))
    first, second = (await api.get("/v1/claims", speaker="Anna Weller"))["items"][0], None
    [second] = [item for item in (await api.get("/v1/claims"))["items"] if item != first]
    assert ShownClaim.model_validate(first).model_dump(mode="json").keys() == first.keys()
    for shown in (first["content"], first["cue"], first["speaker"]):
        assert " … ".join(TEXT[start:end] for start, end in shown["spans"]) == shown["text"]
    assert first["speaker"] == {
        "spans": [[0, 11]],
        "text": "Anna Weller",
        "name": "Anna Weller",
        "name_reason": None,
        "anonymous": False,
        "resolved_by": "name",
        "entity_id": first["speaker"]["entity_id"],
    }
    assert first["speaker"]["entity_id"] is not None
    assert (first["arrival"], first["publisher"]) == ("submitted", {"domain": "own.example", "name": None})
    assert (first["said_at"], first["said_at_reason"]) == (None, "no_evidence")
    assert second["nested_in"] == first["claim_id"]
    assert (second["speaker"], second["speaker_reason"]) == (None, "no_evidence")
    assert await api.get(first["links"]["self"]) == first
    assert (await api.get(first["links"]["text"]))["text"] == TEXT


async def test_claim_tells_title_and_date_of_its_article(api: Api) -> None:
    at = datetime(2026, 10, 4, 8, 15, tzinfo=UTC)
    dated = Dated(at=at, precision="second", evidence=Evidence.META, reason=None)
    told = article(url="https://news.example/1", title="Bridge closed", published=dated)
    undated = Dated(at=None, precision=None, evidence=None, reason=DateReason.NO_EVIDENCE)
    silent = article(url="https://news.example/2", title=None, published=undated)
    await api.save(*(reading(event, claim(event.text, "The bridge is closed.")) for event in (told, silent)))
    shown = {item["url"]: item for item in (await api.get("/v1/claims"))["items"]}
    assert {url: (item["title"], item["published_at"]) for url, item in shown.items()} == {
        told.canonical_url: ("Bridge closed", "2026-10-04T08:15:00Z"),
        silent.canonical_url: (None, None),
    }
    [found] = (await api.get("/v1/search/claims", q="bridge", limit=1))["items"]
    assert found["title"] == shown[found["url"]]["title"]
    for item in shown.values():
        one = await api.get(item["links"]["self"])
        assert (one["title"], one["published_at"]) == (item["title"], item["published_at"])


async def test_list_goes_on_without_gap_or_double(api: Api) -> None:
    await api.save(*(said(number) for number in range(5)))
    pages = await api.walk("/v1/claims", limit=2, speaker="Anna Weller")
    assert [len(page) for page in pages] == [2, 2, 1]
    urls = [item["url"] for page in pages for item in page]
    assert urls == [f"https://news.example/{number}" for number in (4, 3, 2, 1, 0)]


async def test_claim_stored_meanwhile_does_not_move_the_list(api: Api) -> None:
    await api.save(said(1), said(2))
    first = await api.get("/v1/claims", limit=1)
    await api.save(said(3))
    second = await api.get("/v1/claims", limit=1, cursor=first["next_cursor"])
    assert [item["url"] for item in second["items"]] == ["https://news.example/1"]


async def test_list_is_filtered(api: Api) -> None:
    denied = {"polarity": Polarity.DENIED}
    own = {"voice": Voice.ARTICLE, "form": None, "speaker": None, "speaker_reason": None}
    await api.save(said(1), said(2, **denied), said(3, **own))
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"speaker": "Anna Weller"}, [2, 1]),
        ({"speaker": "weller"}, [2, 1]),
        ({"speaker": "Anna Wellers"}, []),
        ({"polarity": "denied"}, [2]),
        ({"voice": "article"}, [3]),
        ({"publisher": "news.example", "voice": "attributed", "polarity": "affirmed"}, [1]),
        ({"publisher": "%"}, []),
    ]
    for filters, numbers in cases:
        found = await api.get("/v1/claims", **filters)
        assert ClaimPage.model_validate(found)
        assert [item["url"] for item in found["items"]] == [f"https://news.example/{number}" for number in numbers]


async def test_speaker_is_found_in_another_normal_form(api: Api) -> None:
    event = article("“No,” Zoë Ahlén said.")
    await api.save(reading(event, claim(event.text, "“No,”", speaker="Zoë Ahlén")))
    assert len((await api.get("/v1/claims", speaker="Zoe\u0308 Ahle\u0301n"))["items"]) == 1


async def test_unsure_claim_is_listed_only_when_asked_for(api: Api) -> None:
    await api.save(said(1, confidence=0.2))
    assert (await api.get("/v1/claims"))["items"] == []
    assert len((await api.get("/v1/claims", min_confidence=0.1))["items"]) == 1
    assert (await api.get("/v1/claims", min_confidence=0.3))["items"] == []


async def test_retracted_claim_answers_with_what_replaced_it(api: Api) -> None:
    before = article("“The old bridge is closed,” Anna Weller said.")
    after = article("“The old bridge is shut,” Anna Weller said.", revision=2)
    await api.save(reading(before, claim(before.text, "“The old bridge is closed,”", speaker="Anna Weller")))
    [old] = (await api.get("/v1/claims"))["items"]
    await api.save(reading(after, claim(after.text, "“The old bridge is shut,”", speaker="Anna Weller")))
    [new] = (await api.get("/v1/claims"))["items"]
    gone = await api.get(f"/v1/claims/{old['claim_id']}")
    assert gone["retracted_by"] == "revision"
    assert gone["retracted_at"].endswith("Z")
    assert gone["replaced_by"] == new["claim_id"]
    assert gone["content"] == old["content"]
    assert (old["served"], gone["served"], new["served"]) == (True, False, True)


async def test_erased_claim_is_gone(api: Api) -> None:
    read = said(1)
    await api.save(read)
    [shown] = (await api.get("/v1/claims"))["items"]
    await api.save(Erasure(read.event.article_id))
    assert (await api.get(f"/v1/claims/{shown['claim_id']}", 410))["code"] == "erased"
    assert (await api.get("/v1/claims"))["items"] == []


async def test_unknown_claim_is_not_found(api: Api) -> None:
    assert (await api.get(f"/v1/claims/{uuid4()}", 404))["code"] == "not_found"
