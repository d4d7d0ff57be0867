"""``/v1/entities`` as clients see it where several names are one entity, and what an operator pins."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest_asyncio
from pydantic import SecretStr

from schemas.events import Dated, Evidence
from schemas.extraction import Mention, MentionType
from schemas.tables import PinKind
from services.api.resources.entities import EntityPage, MentionPage, ShownEntity
from services.api.resources.pins import Pins
from services.cli import entities as commands
from services.extract.entities.keys import entity_key
from services.extract.entities.settling import settle_all
from services.extract.records import Read
from services.settings import ServiceSettings
from tests.builders import article, claim, reading
from tests.integration.api_world import Api, open_api

ODRA = str(entity_key("Odra Venn", MentionType.PERSON).id)
VENN = str(entity_key("Venn", MentionType.PERSON).id)


@pytest_asyncio.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        yield api


def read(name: str) -> Read:
    text = f'{name} said: "The bridge is closed." It rained. {name} left.'
    starts = (0, text.rindex(name))
    mentions = tuple(Mention(span=(at, at + len(name)), text=name, type=MentionType.PERSON, name=name) for at in starts)
    event = article(url=f"https://news.example/{len(name)}", text=text)
    return reading(event, claim(text, '"The bridge is closed."', speaker=name, mention=0), mentions=mentions)


async def fill(api: Api) -> None:
    await api.save(read("Odra Venn"), read("Venn"))
    await settle_all(api.database)


async def test_merged_entity_answers_as_the_one_it_is_now(api: Api) -> None:
    await fill(api)
    shown = await api.get(f"/v1/entities/{VENN}")
    ShownEntity.model_validate(shown)
    assert shown == await api.get(f"/v1/entities/{ODRA}")
    assert (shown["entity_id"], shown["name"], shown["aliases"]) == (ODRA, "Odra Venn", ["Venn"])
    assert (shown["articles"], shown["claims"]) == (2, 2)
    (merged,) = shown["merged"]
    assert (merged["entity_id"], merged["name"], merged["rule"]) == (VENN, "Venn", "surname")


async def test_list_has_what_is_one_once_and_finds_it_by_any_name(api: Api) -> None:
    await fill(api)
    for asked in ("", "?q=Venn", "?q=odra", "?name=V%C3%A9nn&q=Odra"):
        listed = await api.get(f"/v1/entities{asked}")
        EntityPage.model_validate(listed)
        assert [item["entity_id"] for item in listed["items"]] == [ODRA], asked
    assert (await api.get("/v1/entities", q="Harl"))["items"] == []


async def test_mentions_and_claims_are_those_of_all_names(api: Api) -> None:
    await fill(api)
    pages = await api.walk(f"/v1/entities/{VENN}/mentions", limit=1)
    MentionPage.model_validate({"items": pages[0], "next_cursor": None})
    found = [item for page in pages for item in page]
    assert sorted(item["text"] for item in found) == ["Odra Venn", "Odra Venn", "Venn", "Venn"]
    assert len({(item["article_id"], *item["spans"][0]) for item in found}) == 4
    for path in (f"/v1/entities/{VENN}/claims", f"/v1/claims?entity={ODRA}"):
        claims = (await api.get(path))["items"]
        assert [item["speaker"]["entity_id"] for item in claims] == [ODRA, ODRA], path
    assert (await api.get(f"/v1/entities/{uuid4()}/mentions", 404))["code"] == "not_found"


async def test_pin_splits_and_joins_and_may_be_taken_away(api: Api) -> None:
    await fill(api)
    path = f"/v1/entities/{ODRA}/pins"
    for kind, count in (("apart", 2), ("same", 1), ("apart", 2), (None, 1)):
        answer = await api.client.post(path, json={"entity_id": VENN, "kind": kind})
        assert answer.status_code == 200, answer.text
        Pins.model_validate(answer.json())
        assert [item["kind"] for item in answer.json()["pins"]] == ([kind] if kind else [])
        await settle_all(api.database)
        assert len((await api.get("/v1/entities"))["items"]) == count, kind
    assert (await api.get(path))["pins"] == []


async def test_pin_on_nothing_or_on_itself_is_refused(api: Api) -> None:
    await fill(api)
    path = f"/v1/entities/{ODRA}/pins"
    for other, status in ((str(uuid4()), 404), (ODRA, 422)):
        assert (await api.client.post(path, json={"entity_id": other, "kind": "same"})).status_code == status
    assert (await api.client.post(path, json={"entity_id": VENN, "kind": "maybe"})).status_code == 422


async def test_commands_show_and_split(api: Api, migrated_url: str) -> None:
    await fill(api)
    settings = ServiceSettings(database_url=SecretStr(migrated_url))
    one, other = (entity_key(name, MentionType.PERSON).id for name in ("Odra Venn", "Venn"))
    rows = await commands.show_entity(settings, other)
    assert [(row["name"], row["is"], row["rule"]) for row in rows] == [
        ("Odra Venn", "PERSON", None),
        ("Venn", "merged", "surname"),
    ]
    await commands.pin(settings, one, other, PinKind.APART)
    rows = await commands.show_entity(settings, other)
    assert [(row["name"], row["is"]) for row in rows] == [("Venn", "PERSON"), (None, "pinned apart")]


def speaking(number: int, words: str, day: datetime | None) -> Read:
    """An article in which somebody speaks whom it calls by such words."""
    text = f'{words} said: "The bridge is closed."'
    name = "Odra Venn" if "Odra Venn" in words else "Venn"
    at = text.index(name)
    mentions = (Mention(span=(at, at + len(name)), text=name, type=MentionType.PERSON, name=name),)
    dated = Dated() if day is None else Dated(at=day, precision="day", evidence=Evidence.META, reason=None)
    event = article(url=f"https://news.example/role/{number}", text=text, published=dated)
    return reading(event, claim(text, '"The bridge is closed."', speaker=words, mention=0), mentions=mentions)


async def test_roles_of_a_person_are_dated_by_the_articles_that_give_them(api: Api) -> None:
    days = [datetime(2026, month, 2, 9, tzinfo=UTC) for month in (1, 3, 5)]
    await api.save(
        speaking(1, "Deputy mayor Odra Venn", days[0]),
        speaking(2, "The deputy mayor, Odra Venn", days[1]),
        speaking(3, "Mayor Odra Venn", days[2]),
        speaking(4, "The mayor, Ms Venn", None),
        speaking(5, "Ms Venn", days[2]),
    )
    await settle_all(api.database)
    shown = await api.get(f"/v1/entities/{ODRA}")
    ShownEntity.model_validate(shown)
    told = [(role["role"].casefold(), role["articles"], role["first_on"], role["last_on"]) for role in shown["roles"]]
    assert told == [
        ("deputy mayor", 2, "2026-01-02", "2026-03-02"),
        ("mayor", 2, "2026-05-02", "2026-05-02"),
    ]
    for role in shown["roles"]:
        text = await api.get(f"/v1/articles/{role['said']['article_id']}/text")
        (start, end) = role["said"]["spans"][0]
        assert text["text"][start:end] == role["said"]["text"]


async def test_what_is_no_person_has_no_roles(api: Api) -> None:
    text = "The harbour office, Kestrel Line said: the bridge is closed."
    mentions = (Mention(span=(20, 32), text="Kestrel Line", type=MentionType.ORG, name="Kestrel Line"),)
    said = claim(text, "the bridge is closed", speaker="The harbour office, Kestrel Line", mention=0)
    await api.save(reading(article(text=text), said, mentions=mentions))
    shown = await api.get(f"/v1/entities/{entity_key('Kestrel Line', MentionType.ORG).id}")
    assert (shown["claims"], shown["roles"]) == (1, [])
