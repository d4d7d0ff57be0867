"""``/v1/compare``, ``/v1/articles/{id}/card`` and ``/v1/entities/{id}/stances`` as clients see them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from schemas.comparison import RelationKind, ThreadStatus
from schemas.events import Dated, DateReason, Evidence
from schemas.extraction import Form, SaidAt
from services.api.queries.single import LOOKED_MAX
from services.api.resources.cards import ShownCard
from services.api.resources.comparison import THREADS_MAX, Comparison
from services.api.resources.stances import Stances
from services.extract.records import Erasure, Read
from tests.builders import article, claim, mention, reading
from tests.integration.api_world import Api, open_api
from tests.integration.compared import claims_by_words, one_origin, relate, relation_of, thread_of

UNDATED = Dated(at=None, precision=None, evidence=None, reason=DateReason.NO_EVIDENCE)
WIRE = "Rhea Solquist said the ferry would sail in March. “It will sail,” Rhea Solquist said."
POST = "On 2 March 2026 Rhea Solquist said the ferry would not sail at all."
LAMP = "Rhea Solquist said the ferry would sail in March, the agency wrote."


def dated(at: datetime) -> Dated:
    return Dated(at=at, precision="second", evidence=Evidence.META, reason=None)


def said(text: str, paper: str, *contents: str, published: Dated = UNDATED, **changes: Any) -> Read:
    """An article in which Rhea Solquist says something."""
    event = article(text, url=f"https://{paper}.example/1", published=published)
    quoted = {"speaker": "Rhea Solquist", "mention": 0, "form": Form.INDIRECT, **changes}
    claims = [claim(text, content, **quoted) for content in contents]
    return reading(event, *claims, mentions=(mention(text, "Rhea Solquist"),))


READ = {
    "wire": said(WIRE, "wire", "the ferry would sail in March"),
    "post": said(POST, "post", "the ferry would not sail at all"),
    "lamp": said(LAMP, "lamp", "the ferry would sail in March, the agency wrote"),
}
ALONE = (
    """INSERT INTO thread (thread_id, status, claims)
       SELECT md5(claim_id::text)::uuid, 'single_source', 1 FROM claim""",
    """INSERT INTO thread_claim (thread_id, claim_id, side, origin_id)
       SELECT md5(claim_id::text)::uuid, claim_id, 'affirming', article_id FROM claim""",
    """INSERT INTO thread_claim (thread_id, claim_id, side, origin_id)
       SELECT md5(claim_id::text)::uuid, gen_random_uuid(), 'affirming', claim_id
         FROM claim WHERE content = 'ferry7 sails'""",
)
"""Each claim is put into a thread of its own; beside one there is another, of another origin."""

ID = {paper: str(read.event.article_id) for paper, read in READ.items()}


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        await api.save(*READ.values())
        yield api


async def ids(api: Api) -> dict[str, str]:
    """The claim of each paper."""
    found = await claims_by_words(api)
    return {paper: found[read.extraction.claims[0].content.text] for paper, read in READ.items()}


def asked(*papers: str) -> str:
    return "/v1/compare?" + "&".join(f"article={ID[paper]}" for paper in papers)


async def test_comparison_shows_cards_threads_relations_and_origins(api: Api) -> None:
    key = await ids(api)
    await relate(api, key["wire"], key["post"], relation_of(RelationKind.CONTRADICTS))
    await relate(api, key["wire"], key["lamp"], relation_of())
    sides = {key["wire"]: "affirming", key["lamp"]: "affirming", key["post"]: "denying"}
    held = dict.fromkeys((key["wire"], key["lamp"]), uuid4())
    shared = await thread_of(api, sides, held=held, status=ThreadStatus.DISPUTED, origins=2, articles=3)
    await one_origin(api, [READ["wire"].event.article_id, READ["lamp"].event.article_id], "wire_credit")
    shown = await api.get(asked("wire", "lamp", "post"))
    assert Comparison.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert [card["article_id"] for card in shown["cards"]] == [ID[paper] for paper in ("wire", "lamp", "post")]
    (thread,) = shown["threads"]
    assert (thread["thread_id"], thread["shared"], thread["differing"]) == (shared, True, True)
    assert len(thread["claims"]) == 3
    texts = {paper: (await api.get(f"/v1/articles/{ID[paper]}/text"))["text"] for paper in READ}
    for one in thread["claims"]:
        (paper,) = [paper for paper, each in ID.items() if each == one["claim"]["article_id"]]
        ((start, end),) = one["claim"]["content"]["spans"]
        assert texts[paper][start:end] == one["claim"]["content"]["text"]
    kinds = {frozenset((one["a"], one["b"])): one["kind"] for one in shown["relations"]}
    assert kinds == {
        frozenset((key["wire"], key["post"])): "contradicts",
        frozenset((key["wire"], key["lamp"])): "agrees",
    }
    both, alone = shown["origins"]
    assert ({*both["articles"]}, alone["articles"]) == ({ID["wire"], ID["lamp"]}, [ID["post"]])
    assert [one["kind"] for one in both["evidence"]] == ["wire_credit"]
    assert alone["evidence"] == []


async def test_comparison_shows_claims_of_the_articles_compared_alone(api: Api) -> None:
    key = await ids(api)
    await relate(api, key["wire"], key["post"], relation_of(RelationKind.CONTRADICTS))
    await thread_of(api, {key["wire"]: "affirming", key["post"]: "denying"}, articles=2)
    shown = await api.get(asked("wire", "lamp"))
    (thread,) = shown["threads"]
    assert [one["claim"]["claim_id"] for one in thread["claims"]] == [key["wire"]]
    assert (thread["article_count"], thread["shared"], thread["differing"]) == (2, False, False)
    assert shown["relations"] == []


async def test_article_with_most_words_at_first_hand_says_so(migrated_url: str) -> None:
    async with open_api(migrated_url) as api:
        quoted = said(WIRE, "wire", "“It will sail,”", form=Form.DIRECT)
        await api.save(quoted, READ["post"], READ["lamp"])
        flags = [
            {one["flag"] for one in card["flags"]} for card in (await api.get(asked("wire", "post", "lamp")))["cards"]
        ]
        assert ["best_sourced" in each for each in flags] == [True, False, False]
        flags = [{one["flag"] for one in card["flags"]} for card in (await api.get(asked("post", "lamp")))["cards"]]
        assert not any("best_sourced" in each for each in flags)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"article={ID['wire']}", 422),
        (f"article={ID['wire']}&article={ID['wire']}", 422),
        ("&".join(f"article={UUID(int=number)}" for number in range(11)), 422),
        ("article=x&article=y", 422),
        (f"article={ID['wire']}&article={ID['post']}&q=1", 422),
        (f"article={ID['wire']}&article={ID['post']}&fields=cards&fields=origins", 422),
        (f"article={ID['wire']}&article={UUID(int=4)}", 404),
    ],
)
async def test_wrong_comparison_is_refused(api: Api, query: str, status: int) -> None:
    await api.get(f"/v1/compare?{query}", status)


async def test_erased_article_is_compared_no_more(api: Api) -> None:
    await api.save(Erasure(READ["lamp"].event.article_id))
    assert (await api.get(asked("wire", "lamp"), 410))["code"] == "erased"
    assert (await api.get(f"/v1/articles/{ID['lamp']}/card", 410))["code"] == "erased"


async def test_card_shows_its_gaps_and_words(api: Api) -> None:
    key = await ids(api)
    sides = {key["post"]: "denying", key["wire"]: "affirming", key["lamp"]: "affirming"}
    await thread_of(api, sides, held={claim_id: uuid4() for claim_id in sides}, status=ThreadStatus.DISPUTED)
    card = await api.get(f"/v1/articles/{ID['post']}/card")
    assert ShownCard.model_validate(card).model_dump(mode="json").keys() == card.keys()
    flags = {one["flag"]: one for one in card["flags"]}
    assert {"no_quote", "no_venue", "single_source_claim"} <= flags.keys()
    assert card["single_source"] == [key["post"]]
    assert (await api.get(f"/v1/articles/{ID['wire']}/card"))["single_source"] == []
    ((start, end),) = flags["single_source_claim"]["spans"]
    assert POST[start:end] == "the ferry would not sail at all"
    assert (card["quotes"]["direct"], card["venue"], card["disclosure"]) == (0, None, None)
    assert [one["name"] for one in card["attributed"]] == ["Rhea Solquist"]
    assert (card["date"]["value"] is None) == (card["date"]["reason"] is not None)
    assert not {"score", "trust", "credibility", "rating"} & card.keys()


async def test_flood_is_told_of_as_far_as_it_is_looked_at_and_that_there_is_more(migrated_url: str) -> None:
    """Each claim of a text made to flood is in a thread of its own; one further down is of several origins."""
    text = " ".join(f"Rhea Solquist said ferry{number} sails." for number in range(THREADS_MAX + 20))
    flood = said(text, "flood", *(f"ferry{number} sails" for number in range(THREADS_MAX + 20)))
    async with open_api(migrated_url) as api:
        await api.save(flood, READ["post"])
        async with api.database.begin() as connection:
            for statement in ALONE:
                await connection.exec_driver_sql(statement)
        card = await api.get(f"/v1/articles/{flood.event.article_id}/card")
        found = await claims_by_words(api)
        first = [found[f"ferry{number} sails"] for number in range(LOOKED_MAX) if number != 7]
        assert (card["single_source"], card["single_source_omitted"]) == (first, True)
        assert (await api.get(f"/v1/articles/{ID['post']}/card"))["single_source_omitted"] is False
        shown = await api.get(f"/v1/compare?article={flood.event.article_id}&article={ID['post']}")
        assert [one["single_source_omitted"] for one in shown["cards"]] == [True, False]
        assert shown["cards"][0]["single_source"] == first
        assert (len(shown["threads"]), shown["threads_omitted"]) == (THREADS_MAX, True)


async def test_unknown_card_is_not_found(api: Api) -> None:
    assert (await api.get(f"/v1/articles/{uuid4()}/card", 404))["code"] == "not_found"


async def test_stances_are_dated_apart_from_undated(migrated_url: str) -> None:
    day = SaidAt(not_before="2026-02-01", not_after="2026-02-02")
    month = SaidAt(not_before="2026-02-01", not_after="2026-03-01")
    told = {"wire": day, "post": month, "lamp": None}
    async with open_api(migrated_url) as api:
        for paper, said_at in told.items():
            reason = None if said_at else "no_evidence"
            published = dated(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)) if paper == "lamp" else UNDATED
            text, content = READ[paper].event.text, READ[paper].extraction.claims[0].content.text
            await api.save(said(text, paper, content, published=published, said_at=said_at, said_at_reason=reason))
        (entity,) = (await api.get("/v1/entities", name="Solquist"))["items"]
        path = f"/v1/entities/{entity['entity_id']}/stances"
        shown = await api.get(path, topic="ferry")
        assert Stances.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
        assert [(one["at"], one["by"], one["claim"]["url"]) for one in shown["dated"]] == [
            ("2026-02-01", "said_at", "https://wire.example/1"),
            ("2026-03-01", "published_at", "https://lamp.example/1"),
        ]
        assert [one["claim"]["url"] for one in shown["undated"]] == ["https://post.example/1"]
        assert (await api.get(path, topic="airport"))["dated"] == []
        assert (await api.get(path, 422))["errors"][0]["name"] == "topic"
        assert (await api.get(f"/v1/entities/{uuid4()}/stances", 404, topic="ferry"))["code"] == "not_found"
