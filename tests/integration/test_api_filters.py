"""Every filter of claims and articles, alone and with others, as clients see them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from schemas import tables
from schemas.events import Arrival, Publisher
from schemas.extraction import Force, Form, Polarity, Voice
from services.extract.records import Erasure, Read
from tests.builders import FETCHED_AT, article, claim, mention, reading
from tests.integration.api_world import Api, open_api

TEXT = "“The bridge is closed,” Volodymyr Zelenskyy said. “The 5‑style ferry sails,” Odra Banks said."


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


def said(
    number: int, content: str = "The bridge is closed", speaker: str = "Volodymyr Zelenskyy", **changes: Any
) -> Read:
    """An article of a certain day with one claim."""
    of_article = {name: changes.pop(name) for name in ("publisher", "arrival", "language", "title") if name in changes}
    fetched_at = FETCHED_AT + timedelta(days=number)
    event = article(TEXT, url=f"https://news.example/{number}", fetched_at=fetched_at, **of_article)
    made = claim(TEXT, content, speaker=speaker, mention=0, **changes)
    return reading(event, made, mentions=(mention(TEXT, speaker),))


def own(number: int) -> Read:
    """An article with one claim in its own voice."""
    plain = {"voice": Voice.ARTICLE, "form": None, "speaker": None, "speaker_reason": None}
    event = article(TEXT, url=f"https://news.example/{number}", fetched_at=FETCHED_AT + timedelta(days=number))
    return reading(event, claim(TEXT, "bridge", **plain))  # type: ignore[arg-type]


async def found(api: Api, path: str = "/v1/claims", **filters: Any) -> list[int]:
    """The numbers of the articles whose claims, or which themselves, are listed."""
    answer = await api.get(path, **filters)
    return [int(item["url"].rpartition("/")[2]) for item in answer["items"]]


async def fill(api: Api) -> None:
    """Articles 1 to 8, each different from 1 in one thing."""
    await api.save(
        said(1),
        said(2, publisher=Publisher(domain="other.example")),
        said(3, arrival=Arrival.SUBMITTED),
        said(4, language="fr"),
        said(5, form=Form.INDIRECT, polarity=Polarity.DENIED),
        said(6, force=Force.HEDGED),
        own(7),
        said(8, "The 5‑style ferry sails", "Odra Banks", confidence=0.2),
    )


FILTERS: dict[str, dict[Any, set[int]]] = {
    "publisher": {"other.example": {2}, "news.example": {1, 3, 4, 5, 6, 7}, "%": set()},
    "arrival": {"submitted": {3}, "fetched": {1, 2, 4, 5, 6, 7}, "file": set()},
    "language": {"fr": {4}, "en": {1, 2, 3, 5, 6, 7}, "de": set()},
    "voice": {"attributed": {1, 2, 3, 4, 5, 6}, "article": {7}, "headline": set()},
    "form": {"direct": {1, 2, 3, 4, 6}, "indirect": {5}, "mixed": set()},
    "polarity": {"affirmed": {1, 2, 3, 4, 6, 7}, "denied": {5}},
    "force": {"bare": {1, 2, 3, 4, 5, 7}, "hedged": {6}, "reported": set()},
    "speaker": {"Zelensky": {1, 2, 3, 4, 5, 6}, "ZELENSKYJ Volodymyr": {1, 2, 3, 4, 5, 6}, "Odra Zelensky": set()},
    "q": {
        "bridges": {1, 2, 3, 4, 5, 6, 7},
        '"bridge is closed" zelenskiy': {1, 2, 3, 4, 5, 6},
        "closed -bridge": {1, 2, 3, 4, 5, 6},
    },
    "from": {
        "2026-10-08": {3, 4, 5, 6, 7},
        "2026-10-08T12:00:00Z": {3, 4, 5, 6, 7},
        "2026-10-08T14:00:01+02:00": {4, 5, 6, 7},
    },
    "to": {"2026-10-08": {1, 2, 3}, "2026-10-08T12:00:00Z": {1, 2}, "2026-10-08T14:00:01+02:00": {1, 2, 3}},
}
"""For each filter some values, and the articles whose claims they let through."""


async def test_each_filter_lets_through_what_it_says(api: Api) -> None:
    await fill(api)
    for name, values in FILTERS.items():
        for value, numbers in values.items():
            assert await found(api, **{name: value}) == sorted(numbers, reverse=True), (name, value)


async def test_filters_are_combined(api: Api) -> None:
    await fill(api)
    for first, second in set(combinations(FILTERS, 2)) - {("from", "to")}:
        for one, numbers in FILTERS[first].items():
            for other, others in FILTERS[second].items():
                both = sorted(numbers & others, reverse=True)
                assert await found(api, **{first: one, second: other}) == both, (first, one, second, other)


@pytest.mark.parametrize(
    ("start", "end", "numbers"),
    [
        ("2026-10-07", "2026-10-08", [3, 2]),
        ("2026-10-08", "2026-10-08", [3]),
        ("2026-10-08T12:00:00Z", "2026-10-08T12:00:00Z", []),
        ("2026-10-08T12:00:00Z", "2026-10-08", [3]),
        ("2026-10-08T12:00:01Z", "2026-10-08T12:00:00Z", None),
        ("2026-10-09", "2026-10-08", None),
        ("2026-10-09", "2026-10-08T12:00:00Z", None),
    ],
)
async def test_period_that_ends_before_it_begins_is_refused(
    api: Api, start: str, end: str, numbers: list[int] | None
) -> None:
    await fill(api)
    period = {"from": start, "to": end}
    for path in ("/v1/claims", "/v1/articles"):
        if numbers is not None:
            assert await found(api, path, **period) == numbers
        else:
            refused = await api.get(path, 422, **period)
            assert refused["errors"] == [{"part": "query", "name": "from", "detail": "Must not be after `to`"}]


async def test_unsure_claims_come_with_every_filter_that_asks_for_them(api: Api) -> None:
    await fill(api)
    for filters in ({}, {"speaker": "banks"}, {"q": "5-style ferries"}, {"q": "banks"}, {"polarity": "affirmed"}):
        assert 8 not in await found(api, **filters)
        assert await found(api, min_confidence=0.2, **filters, **{"from": "2026-10-13"}) == [8]
        assert await found(api, min_confidence=0.3, **filters, **{"from": "2026-10-13"}) == []


async def test_claims_of_an_entity_are_found(api: Api) -> None:
    await fill(api)
    speaker = (await api.get("/v1/claims", speaker="Zelensky"))["items"][0]["speaker"]
    assert await found(api, entity=speaker["entity_id"]) == [6, 5, 4, 3, 2, 1]
    assert await found(api, entity=speaker["entity_id"], form="indirect", q="closed") == [5]


async def test_filtered_list_goes_on_without_gap_or_double(api: Api) -> None:
    await fill(api)
    pages = await api.walk("/v1/claims", limit=2, q="bridge", language="en", **{"from": "2026-10-01"})
    assert [[int(item["url"][-1]) for item in page] for page in pages] == [[7, 6], [5, 3], [2, 1]]


async def test_articles_are_filtered(api: Api) -> None:
    await fill(api)
    cases: list[tuple[dict[str, str], list[int]]] = [
        ({"q": "ferries", "language": "fr"}, [4]),
        ({"q": '"odra banks"', "to": "2026-10-06"}, [1]),
        ({"q": "article 5-style"}, []),
        ({"arrival": "submitted", "q": "5-style"}, [3]),
        ({"from": "2026-10-12"}, [8, 7]),
        ({"language": "de"}, []),
        ({"publisher": "other.example", "language": "en"}, [2]),
        ({"url": "https://news.example/5", "q": "bridge"}, [5]),
        ({"url": "https://news.example/5", "q": "nowhere"}, []),
    ]
    for filters, numbers in cases:
        assert await found(api, "/v1/articles", **filters) == numbers, filters
    pages = await api.walk("/v1/articles", limit=3, q="bridge", language="en")
    assert [[int(item["url"][-1]) for item in page] for page in pages] == [[8, 7, 6], [5, 3, 2], [1]]


async def test_retracted_and_erased_claims_are_not_found(api: Api) -> None:
    read = said(1)
    await api.save(read, said(2))
    await api.save(reading(article("Nothing.", url="https://news.example/2", revision=2, fetched_at=FETCHED_AT)))
    await api.save(Erasure(read.event.article_id))
    for filters in ({"q": "bridge"}, {"speaker": "Zelensky"}, {"polarity": "affirmed"}, {"min_confidence": "0"}):
        assert await found(api, **filters) == []
    assert await found(api, "/v1/articles", q="ferry") == []
    async with api.database.connect() as connection:
        for table in (tables.claim, tables.article):
            kept = table.select().where(table.c.article_id == read.event.article_id)
            row = (await connection.execute(kept)).one()
            assert (row.search, row.language) == (None, None)


async def test_what_was_stored_without_vectors_is_not_found_by_words(api: Api) -> None:
    await api.save(said(1), said(2))
    async with api.database.begin() as connection:
        old = tables.claim.c.article_id == said(1).event.article_id
        await connection.execute(update(tables.claim).where(old).values(search=None, language=None, arrival=None))
        await connection.execute(
            update(tables.article).where(tables.article.c.article_id == said(1).event.article_id).values(search=None)
        )
    assert await found(api) == [2, 1]
    for filters in ({"q": "bridge"}, {"speaker": "Zelensky"}, {"language": "en"}, {"arrival": "fetched"}):
        assert await found(api, **filters) == [2]
    assert await found(api, polarity="affirmed") == [2, 1]
    assert await found(api, "/v1/articles", q="bridge") == [2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "%"),
        ("q", "& | !"),
        ("q", "😀"),
        ("q", '"\'"'),
        ("q", ""),
        ("q", "a" * 301),
        ("q", "a\x00"),
        ("speaker", "—"),
        ("speaker", ""),
        ("entity", "x"),
        ("language", "english"),
        ("language", "EN"),
        ("force", "strong"),
        ("form", "free"),
        ("arrival", "stolen"),
        ("min_confidence", "nan"),
        ("from", "2026-10-08T12:00:00"),
        ("from", "2026-10-08 12:00:00Z"),
        ("from", "0001-01-01"),
        ("from", "1791201600"),
        ("from", "2026-02-30"),
        ("from", "yesterday"),
        ("to", "9999-12-31T23:59:60Z"),
        ("to", "2026-10-08T12:00:00+99:99"),
        ("to", "2026-10-08T24:00:00Z"),
        ("to", "٢٠٢٦-10-08"),
        ("start", "2026-10-08"),
        ("Q", "bridge"),
    ],
)
async def test_value_that_is_none_is_refused_by_name(api: Api, name: str, value: str) -> None:
    refused = await api.get("/v1/claims", 422, **{name: value})
    assert [(each["part"], each["name"]) for each in refused["errors"]] == [("query", name)]
    assert len(value) < 3 or value not in str(refused)


@pytest.mark.parametrize(
    "asked", ["a & b", "!bridge | (closed", "bridge:*", "' OR 1=1 --", "\\", "a <-> b", "%bridge%"]
)
async def test_operators_are_plain_text(api: Api, asked: str) -> None:
    await fill(api)
    status = 422 if asked == "\\" else 200
    for path in ("/v1/claims", "/v1/articles", "/v1/search/claims", "/v1/search/articles"):
        await api.get(path, status, q=asked)
    if "bridge" in asked:
        assert 1 in await found(api, q=asked)


async def test_filter_given_twice_is_refused(api: Api) -> None:
    answer = await api.client.get("/v1/claims?from=2026-10-01&from=2026-10-02")
    assert answer.status_code == 422
    assert [each["name"] for each in answer.json()["errors"]] == ["from"]
