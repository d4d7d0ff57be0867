"""``/v1/search`` and ``/v1/entities`` as clients see them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest_asyncio

from schemas.extraction import MentionType
from services.api.resources.entities import EntityPage, ShownEntity
from services.api.resources.search import TEXT_MAX_CHARACTERS, TEXTS_MAX_CHARACTERS, FoundArticlePage, FoundClaimPage
from services.extract.records import Erasure, Read
from tests.builders import FETCHED_AT, article, claim, mention, reading
from tests.integration.api_world import Api, open_api


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


def report(number: int, text: str, content: str, speaker: str, title: str = "News") -> Read:
    fetched_at = FETCHED_AT + timedelta(minutes=number)
    event = article(text, url=f"https://news.example/{number}", fetched_at=fetched_at, title=title)
    return reading(event, claim(text, content, speaker=speaker, mention=0), mentions=(mention(text, speaker),))


def numbers(answer: Any) -> list[int]:
    return [int(item["url"].rpartition("/")[2]) for item in answer["items"]]


FERRY = "“The ferry was never inspected under Article 5‑style rules,” Odra Venn said."
LONG = "🚧 Nothing happens here. " * 40 + FERRY + " Nobody came. " * 40


async def test_found_articles_show_the_words_marked(api: Api) -> None:
    await api.save(
        report(1, LONG, "The ferry was never inspected", "Odra Venn", title="Ferries are “inspected”"),
        report(2, FERRY, "The ferry was never inspected", "Odra Venn"),
        report(3, "“The bridge is closed,” Anna Weller said.", "The bridge is closed", "Anna Weller"),
    )
    found = await api.get("/v1/search/articles", q='ferry "article 5-style"')
    assert FoundArticlePage.model_validate(found)
    assert sorted(numbers(found)) == [1, 2]
    for item in found["items"]:
        text = (await api.get(item["links"]["text"]))["text"]
        excerpt, start = item["excerpt"]["text"], item["excerpt"]["start"]
        assert text[start : start + len(excerpt)] == excerpt
        marked = [excerpt[first:last] for first, last in item["highlights"]["excerpt"]]
        assert marked == ["ferry", "Article 5‑style"]
        title = [item["title"][first:last] for first, last in item["highlights"]["title"]]
        assert title == (["Ferries"] if item["title"].startswith("Ferries") else [])
        assert 0 < item["rank"] < 1


async def test_letter_without_a_form_is_passed_over_within_quotation_marks(api: Api) -> None:
    await api.save(report(1, FERRY, "The ferry was never inspected", "Odra Venn"))
    for path in ("/v1/search/claims", "/v1/search/articles", "/v1/claims", "/v1/articles"):
        assert numbers(await api.get(path, q='"the \ufe70 ferry"')) == [1]
        await api.get(path, 422, q='"\ufe70"')


async def test_long_texts_are_read_for_excerpts_to_a_limit(api: Api) -> None:
    beyond = "Nothing happens here. " * (TEXT_MAX_CHARACTERS // 20) + FERRY
    many = TEXTS_MAX_CHARACTERS // TEXT_MAX_CHARACTERS + 5
    texts = [beyond.replace("Nothing", "Ferry", 1)] * many + [beyond]
    await api.save(*(report(number, text, "The ferry", "Odra Venn") for number, text in enumerate(texts)))
    found = await api.get("/v1/search/articles", q="ferry", limit=50)
    assert len(found["items"]) == many + 1
    for item in found["items"]:
        begins = item["excerpt"]["text"].startswith("Ferry")
        assert item["excerpt"]["start"] == 0
        assert item["highlights"]["excerpt"] == ([[0, 5]] if begins else [])


async def test_found_claims_show_the_words_marked(api: Api) -> None:
    await api.save(report(1, FERRY, "The ferry was never inspected under Article 5‑style rules", "Odra Venn"))
    found = await api.get("/v1/search/claims", q="Venn inspections 5-style")
    assert FoundClaimPage.model_validate(found)
    [item] = found["items"]
    shown = {"content": item["content"]["text"], "speaker": item["speaker"]["name"]}
    marked = {name: [shown[name][start:end] for start, end in spans] for name, spans in item["highlights"].items()}
    assert marked == {"content": ["inspected", "5‑style"], "speaker": ["Venn"]}
    listed = (await api.get("/v1/claims", q="Venn inspections"))["items"][0]
    assert {name: item[name] for name in listed} == listed


async def test_better_matches_come_first_and_equal_ones_by_id(api: Api) -> None:
    apart = "The ferry, which sailed at noon from the pier of Tarrow with all its lamps lit, was then inspected."
    await api.save(
        report(1, apart + " Odra Venn spoke.", apart, "Odra Venn"),
        *(report(number, FERRY, "The ferry was never inspected", "Odra Venn") for number in (2, 3, 4)),
    )
    for path in ("/v1/search/articles", "/v1/search/claims"):
        found = await api.get(path, q="ferry inspected")
        assert numbers(found)[-1] == 1
        key = "claim_id" if "claims" in path else "article_id"
        places = [(item["rank"], item[key]) for item in found["items"]]
        assert places == sorted(places, reverse=True)
        pages = await api.walk(path, q="ferry inspected", limit=1)
        assert [item for page in pages for item in page] == found["items"]


async def test_word_of_the_title_counts_more(api: Api) -> None:
    await api.save(
        report(1, FERRY, "The ferry was never inspected", "Odra Venn", title="A ferry"),
        report(2, FERRY, "The ferry was never inspected", "Odra Venn", title="A boat"),
    )
    assert numbers(await api.get("/v1/search/articles", q="ferry")) == [1, 2]


async def test_search_is_filtered_as_the_lists_are(api: Api) -> None:
    await api.save(*(report(number, FERRY, "The ferry was never inspected", "Odra Venn") for number in (1, 2)))
    filters: dict[str, Any] = {"q": "ferry", "from": "2026-10-05T12:02:00Z"}
    assert numbers(await api.get("/v1/search/claims", **filters, speaker="Venn", polarity="affirmed")) == [2]
    assert numbers(await api.get("/v1/search/articles", **filters, language="en")) == [2]
    assert numbers(await api.get("/v1/search/claims", q="ferry", speaker="Weller")) == []


async def test_search_asks_for_words(api: Api) -> None:
    for path in ("/v1/search/claims", "/v1/search/articles"):
        for parameters in ({}, {"q": "%"}, {"q": "ferry", "limit": 51}, {"q": "ferry", "offset": 1}):
            refused = await api.get(path, 422, **parameters)
            assert [each["name"] for each in refused["errors"]] == [list(parameters)[-1] if parameters else "q"]


async def test_cursor_of_a_list_is_none_of_a_search(api: Api) -> None:
    await api.save(*(report(number, FERRY, "The ferry was never inspected", "Odra Venn") for number in (1, 2)))
    cursor = (await api.get("/v1/search/claims", q="ferry", limit=1))["next_cursor"]
    await api.get("/v1/search/claims", q="ferry", cursor=cursor)
    await api.get("/v1/search/claims", 400, q="venn", cursor=cursor)
    await api.get("/v1/claims", 400, q="ferry", cursor=cursor)


async def test_chosen_fields_of_what_is_found_are_shown(api: Api) -> None:
    await api.save(report(1, FERRY, "The ferry was never inspected", "Odra Venn"))
    [item] = (await api.get("/v1/search/claims", q="ferry", fields="claim_id,highlights"))["items"]
    assert item.keys() == {"claim_id", "highlights"}


async def test_entities_are_found_by_other_spellings_of_their_name(api: Api) -> None:
    text = "“No,” Volodymyr Zelenskyy said. Odra Venn nodded. Tarrow slept."
    names = (mention(text, "Volodymyr Zelenskyy"), mention(text, "Odra Venn"), mention(text, "Tarrow", MentionType.GPE))
    await api.save(reading(article(text), claim(text, "No", speaker="Volodymyr Zelenskyy", mention=0), mentions=names))
    listed = await api.get("/v1/entities")
    assert EntityPage.model_validate(listed)
    assert {item["name"] for item in listed["items"]} == {"Volodymyr Zelenskyy", "Odra Venn", "Tarrow"}
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"name": "Zelenskij"}, {"Volodymyr Zelenskyy"}),
        ({"name": "ZELENSKI, Volodymyr"}, {"Volodymyr Zelenskyy"}),
        ({"name": "Zelensk"}, set()),
        ({"name": "Venn", "type": "PERSON"}, {"Odra Venn"}),
        ({"name": "Venn", "type": "GPE"}, set()),
        ({"type": "GPE"}, {"Tarrow"}),
    ]
    for filters, found in cases:
        assert {item["name"] for item in (await api.get("/v1/entities", **filters))["items"]} == found, filters
    pages = await api.walk("/v1/entities", limit=1)
    assert sorted(item["name"] for page in pages for item in page) == ["Odra Venn", "Tarrow", "Volodymyr Zelenskyy"]
    assert (await api.get("/v1/entities", 422, name="…"))["errors"][0]["name"] == "name"


async def test_entity_shows_how_much_is_known_of_it(api: Api) -> None:
    text = "“The ferry sails,” Odra Venn said. Odra Venn left."
    other = report(2, FERRY, "The ferry was never inspected", "Odra Venn")
    names = (mention(text, "Odra Venn"), mention(text[35:], "Odra Venn").model_copy(update={"span": (35, 44)}))
    sure = claim(text, "The ferry sails", speaker="Odra Venn", mention=0)
    unsure = claim(text, "ferry", speaker="Odra Venn", mention=0, confidence=0.2)
    await api.save(reading(article(text), sure, unsure, mentions=names), other)
    [listed] = (await api.get("/v1/entities", name="Venn"))["items"]
    shown = await api.get(listed["links"]["self"])
    assert ShownEntity.model_validate(shown)
    assert {name: shown[name] for name in listed} == listed
    assert (shown["articles"], shown["claims"]) == (2, 3)
    claims = await api.get(shown["links"]["claims"])
    assert [item["content"]["text"] for item in claims["items"]] == ["The ferry was never inspected", "The ferry sails"]
    assert len((await api.get(shown["links"]["claims"], min_confidence=0))["items"]) == 3
    pages = await api.walk(shown["links"]["claims"], limit=1)
    assert [item for page in pages for item in page] == claims["items"]


async def test_entity_that_nothing_names_any_more_is_not_shown(api: Api) -> None:
    read = report(1, FERRY, "The ferry was never inspected", "Odra Venn")
    await api.save(read)
    [shown] = (await api.get("/v1/entities"))["items"]
    await api.save(Erasure(read.event.article_id))
    assert (await api.get("/v1/entities"))["items"] == []
    for link in (*shown["links"].values(), f"/v1/entities/{uuid4()}", f"/v1/entities/{uuid4()}/claims"):
        assert (await api.get(link, 404))["code"] == "not_found"
