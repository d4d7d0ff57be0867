"""``/v1/threads`` and ``/v1/claims/{id}/relations`` as clients see them."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import pytest_asyncio

from schemas.comparison import Ground, Objects, Order, RelationKind, RelationReason, ThreadStatus
from schemas.extraction import Polarity
from services.api.resources.relations import RelationPage
from services.api.resources.threads import ShownThread, ThreadPage
from services.extract.records import Erasure, Read
from tests.builders import article, claim, mention, reading
from tests.integration.api_world import Api, open_api
from tests.integration.compared import claims_by_words, end, relate, relation_of, thread_of

SAID = {
    "wire": ("Rhea Solquist", "the ministry offered the island a loan for the ferry"),
    "post": ("Rhea Solquist", "nobody offered the island any money"),
    "lamp": ("Tomas Brandeck", "the quay was leased for nine years"),
    "gull": ("Ilona Verhaz", "the state may take over the line"),
}


def said(paper: str) -> Read:
    name, content = SAID[paper]
    text = f"{name} said {content}. Nobody was hurt."
    event = article(text, url=f"https://{paper}.example/1")
    polarity = Polarity.DENIED if "nobody" in content else Polarity.AFFIRMED
    quoted = claim(text, content, speaker=name, mention=0, polarity=polarity)
    return reading(event, quoted, mentions=(mention(text, name),))


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        await api.save(*map(said, SAID))
        yield api


async def ids(api: Api) -> dict[str, str]:
    """The claim of each paper."""
    found = await claims_by_words(api)
    return {paper: found[content] for paper, (_, content) in SAID.items()}


@pytest_asyncio.fixture
async def threads(api: Api) -> dict[str, str]:
    """A disputed thread, and two of one claim."""
    key = await ids(api)
    origin = {claim_id: uuid4() for claim_id in key.values()}
    solquist = [{"entity_id": None, "name": "Rhea Solquist"}]
    sides = {key["wire"]: "affirming", key["post"]: "denying"}
    disputed: Any = {"status": ThreadStatus.DISPUTED, "articles": 2, "quotes": 2, "since": date(2026, 3, 2)}
    single: Any = {"status": ThreadStatus.SINGLE_SOURCE, "articles": 1, "quotes": 1, "origins": 1}
    return {
        "offer": await thread_of(
            api,
            sides,
            tense={key["gull"]: "denying"},
            held=origin,
            **disputed,
            origins=2,
            submitted_origins=1,
            affirmed_by=solquist,
            denied_by=solquist,
        ),
        "quay": await thread_of(api, {key["lamp"]: "affirming"}, held=origin, **single),
        "state": await thread_of(api, {key["gull"]: "affirming"}, held=origin, **{**single, "origins": 0}),
    }


async def test_thread_is_answered_with_sides_words_and_counts(api: Api, threads: dict[str, str]) -> None:
    key = await ids(api)
    shown = await api.get(f"/v1/threads/{threads['offer']}")
    assert ShownThread.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    assert [(one["side"], one["claim"]["claim_id"]) for one in shown["claims"]] == [
        ("affirming", key["wire"]),
        ("denying", key["post"]),
    ]
    assert [(one["side"], one["reasons"], one["claim"]["claim_id"]) for one in shown["in_tension"]] == [
        ("denying", ["object"], key["gull"])
    ]
    for one in (*shown["claims"], *shown["in_tension"]):
        listed = await api.get(f"/v1/claims/{one['claim']['claim_id']}")
        assert one["claim"] == listed
        assert one["origin"] is not None
    assert (shown["independent_origins"], shown["submitted_origins"], shown["first_hand_quotes"]) == (2, 1, 2)
    assert (shown["status"], shown["since"], shown["claims_omitted"]) == ("disputed", "2026-03-02", False)
    assert [one["name"] for one in (*shown["affirmed_by"], *shown["denied_by"])] == ["Rhea Solquist"] * 2
    assert {one["url"] for one in shown["articles"]} == {
        f"https://{paper}.example/1" for paper in ("wire", "post", "gull")
    }
    assert all((one["date"]["value"] is None) == (one["date"]["reason"] is not None) for one in shown["articles"])


async def test_best_supported_thread_is_listed_first_without_gap_or_double(api: Api, threads: dict[str, str]) -> None:
    pages = await api.walk("/v1/threads", limit=1)
    assert [len(page) for page in pages] == [1, 1, 1]
    assert [page[0]["thread_id"] for page in pages] == [threads[name] for name in ("offer", "quay", "state")]
    assert [page[0]["claim"]["content"]["text"] for page in pages] == [
        SAID[name][1] for name in ("wire", "lamp", "gull")
    ]
    assert ThreadPage.model_validate(await api.get("/v1/threads"))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Did the ministry offer a loan?", ["offer"]),
        ("Who would take over the ferry line?", ["state", "offer"]),
        ("What was said about the quay?", ["quay"]),
        ("Did Rhea Solquist offer money for the quay?", ["offer", "quay"]),
        ("the", ["offer", "quay", "state"]),
        ("unheard-of", []),
    ],
)
async def test_question_finds_threads_by_the_words_they_share(
    api: Api, threads: dict[str, str], question: str, names: list[str]
) -> None:
    found = await api.walk("/v1/threads", q=question, limit=1)
    assert [one["thread_id"] for page in found for one in page] == [threads[name] for name in names]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"speaker": "solquist"}, ["offer"]),
        ({"speaker": "Nobody"}, []),
        ({"status": "single_source"}, ["quay", "state"]),
        ({"status": "single_source", "q": "quay state"}, ["quay", "state"]),
        ({"speaker": "Brandeck", "q": "Was money offered for the quay?"}, ["quay"]),
        ({"speaker": "Brandeck", "status": "disputed"}, []),
    ],
)
async def test_threads_are_filtered(
    api: Api, threads: dict[str, str], wanted: dict[str, str], names: list[str]
) -> None:
    found = (await api.get(f"/v1/threads?{urlencode(wanted)}"))["items"]
    assert [one["thread_id"] for one in found] == [threads[name] for name in names]


async def test_threads_of_an_entity_are_those_that_it_speaks_in(api: Api, threads: dict[str, str]) -> None:
    (entity,) = (await api.get("/v1/entities", name="Solquist"))["items"]
    found = (await api.get("/v1/threads", entity=entity["entity_id"]))["items"]
    assert [one["thread_id"] for one in found] == [threads["offer"]]
    assert (await api.get("/v1/threads", entity=str(uuid4())))["items"] == []


async def test_thread_that_ended_answers_with_its_successors(api: Api, threads: dict[str, str]) -> None:
    await end(api, threads["quay"], threads["offer"])
    shown = await api.get(f"/v1/threads/{threads['quay']}")
    assert ShownThread.model_validate(shown)
    assert (shown["status"], shown["successors"], shown["claims"]) == (None, [threads["offer"]], [])
    assert shown["ended_at"].endswith("Z")
    assert threads["quay"] not in {one["thread_id"] for one in (await api.get("/v1/threads"))["items"]}


async def test_unknown_thread_is_not_found(api: Api) -> None:
    assert (await api.get(f"/v1/threads/{uuid4()}", 404))["code"] == "not_found"


async def test_relation_is_seen_from_either_claim(api: Api) -> None:
    key = await ids(api)
    ground = Ground(reason=RelationReason.POLARITY, words="the one denies what the other affirms")
    objects = Objects(shared=("the island",), own=("a loan",), other=("money",))
    seen = relation_of(RelationKind.CONTRADICTS, Order.EARLIER, reasons=(ground,), objects=objects)
    await relate(api, key["wire"], key["post"], seen)
    (one,) = (await api.get(f"/v1/claims/{key['wire']}/relations"))["items"]
    (other,) = (await api.get(f"/v1/claims/{key['post']}/relations"))["items"]
    assert (one["claim"]["claim_id"], other["claim"]["claim_id"]) == (key["post"], key["wire"])
    assert (one["kind"], one["order"], other["order"]) == ("contradicts", "earlier", "later")
    assert one["objects"] == {"shared": ["the island"], "own": ["a loan"], "other": ["money"]}
    assert other["objects"] == {"shared": ["the island"], "own": ["money"], "other": ["a loan"]}
    assert one["reasons"] == [{"reason": "polarity", "words": ground.words}]
    assert "score" not in one


async def test_relations_go_on_without_gap_or_double(api: Api) -> None:
    key = await ids(api)
    for paper in ("post", "lamp", "gull"):
        await relate(api, key["wire"], key[paper], relation_of())
    pages = await api.walk(f"/v1/claims/{key['wire']}/relations", limit=1)
    assert [len(page) for page in pages] == [1, 1, 1]
    assert [page[0]["claim"]["claim_id"] for page in pages] == [key[paper] for paper in ("gull", "lamp", "post")]
    assert RelationPage.model_validate(await api.get(f"/v1/claims/{key['wire']}/relations"))


async def test_relations_of_a_claim_that_is_not_there_are_refused(api: Api) -> None:
    key = await ids(api)
    assert (await api.get(f"/v1/claims/{uuid4()}/relations", 404))["code"] == "not_found"
    assert (await api.get(f"/v1/claims/{key['gull']}/relations"))["items"] == []
    await api.save(Erasure(said("gull").event.article_id))
    assert (await api.get(f"/v1/claims/{key['gull']}/relations", 410))["code"] == "erased"


async def test_thread_of_an_erased_claim_answers_before_it_is_woven_anew(api: Api, threads: dict[str, str]) -> None:
    await api.save(Erasure(said("wire").event.article_id))
    shown = await api.get(f"/v1/threads/{threads['offer']}")
    assert [part["claim"]["content"]["text"] for part in shown["claims"]] == [SAID["post"][1]]
    assert threads["offer"] in [one["thread_id"] for one in (await api.get("/v1/threads"))["items"]]
