"""What becomes of an article after its first text: it changes, it stays, it is erased, and others hand theirs in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest_asyncio
from aiohttp import ClientSession, web
from aiokafka import AIOKafkaProducer
from sqlalchemy import select

from schemas import tables
from schemas.events import ARTICLES_TOPIC
from schemas.tables import ChangeKind
from tests.world import World, open_world, page

PAGES = 3
LATER = "2026-10-03T09:00:00Z"
OWN_TEXT = (
    "The harbour was never closed. Nobody counted the boats of the town on Tuesday morning at all. "
    '"There was no storm that night," said Odra Hale, who lives beside the pier. "The sea was quiet until noon." '
    "The ministry did not answer questions about the repairs by Wednesday evening, and nobody else did."
)


@pytest_asyncio.fixture
async def world(migrated_url: str, kafka_servers: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(migrated_url, kafka_servers, tmp_path, pages=PAGES) as world:
        await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
        await world.until_settled(PAGES)
        await world.until(lambda: get(world, "/readyz"), "the api answers")
        yield world


async def get(world: World, path: str) -> tuple[int, Any]:
    async with ClientSession() as http, http.get(f"{world.api_url}{path}") as response:
        return response.status, await response.json()


async def items(world: World, path: str) -> list[Any]:
    status, answer = await get(world, path)
    assert (status, answer["next_cursor"]) == (200, None)
    return list(answer["items"])


async def submit(world: World, **body: object) -> dict[str, Any]:
    """Hand an article in and wait for its outcome; returns the submission as the API shows it."""
    async with ClientSession() as http, http.post(f"{world.api_url}/v1/articles", json=body) as response:
        assert response.status == 202, await response.text()
        link = response.headers["Location"]

    async def done() -> bool:
        return bool((await get(world, link))[1]["status"] == "done")

    await world.until(done, f"{link} done")
    return dict((await get(world, link))[1])


async def article_at(world: World, path: str) -> str:
    found = [one for one in await items(world, "/v1/articles?limit=100") if one["url"] == world.site.url(path)]
    assert len(found) == 1
    return str(found[0]["article_id"])


async def claim_ids(world: World, article_id: str) -> set[str]:
    return {claim["claim_id"] for claim in await items(world, f"/v1/articles/{article_id}/claims?limit=100")}


async def outcome(world: World, path: str) -> str | None:
    async with world.engine.connect() as connection:
        query = select(tables.page.c.outcome).where(tables.page.c.url == world.site.url(path))
        found: str | None = await connection.scalar(query)
        return found


async def log_of(world: World, article_id: str) -> list[Any]:
    """What was logged of an article's claims; that they were compared is told apart."""
    query = select(tables.change).filter_by(article_id=UUID(article_id)).order_by(tables.change.c.position)
    query = query.where(tables.change.c.kind.in_((ChangeKind.EXTRACTED, ChangeKind.ERASED)))
    async with world.engine.connect() as connection:
        return list(await connection.execute(query))


async def test_changed_page_is_a_new_revision_and_an_unchanged_one_is_not_published(world: World) -> None:
    changed, same = await article_at(world, "/news/1.html"), await article_at(world, "/news/2.html")
    before, kept = await claim_ids(world, changed), await claim_ids(world, same)
    _, first = await get(world, f"/v1/articles/{changed}")
    world.site.pages["/news/1.html"] = page(1).replace("Mara Venn", "Edda Klosk")
    world.site.updated |= {"/news/1.html": LATER, "/news/2.html": LATER}

    async def read_again() -> bool:
        _, shown = await get(world, f"/v1/articles/{changed}")
        return shown["revision"] > first["revision"] and await outcome(world, "/news/2.html") == "unchanged"

    await world.until(read_again, "the changed page stored, the unchanged one looked at")
    await world.until_settled(PAGES)

    after = await claim_ids(world, changed)
    assert after
    assert not after & before
    for claim in before:
        status, shown = await get(world, f"/v1/claims/{claim}")
        assert (status, shown["retracted_by"]) == (200, "revision")
        assert shown["replaced_by"] is None or shown["replaced_by"] in after
    speakers = {claim["speaker"]["name"] for claim in await items(world, "/v1/claims?limit=100") if claim["speaker"]}
    assert "Edda Klosk" in speakers

    log = await log_of(world, changed)
    assert [({str(one) for one in row.added}, {str(one) for one in row.retracted}) for row in log] == [
        (before, set()),
        (after, before),
    ]
    assert await claim_ids(world, same) == kept
    assert len(await log_of(world, same)) == 1
    sent = [one.key for one in await world.sent()]
    assert (sent.count(changed), sent.count(same), len(sent)) == (2, 1, PAGES + 1)


async def test_null_value_erases_and_the_page_does_not_come_back(world: World) -> None:
    erased = await article_at(world, "/news/1.html")
    claims = await claim_ids(world, erased)
    assert claims
    async with AIOKafkaProducer(bootstrap_servers=world.settings.kafka_servers) as producer:
        await producer.send_and_wait(ARTICLES_TOPIC, None, key=erased.encode())

    async def gone() -> bool:
        return (await get(world, f"/v1/articles/{erased}"))[0] == 410

    await world.until(gone, "the article gone")
    for claim in claims:
        status, problem = await get(world, f"/v1/claims/{claim}")
        assert status == 410
        assert "Venn" not in str(problem)
    assert {one["article_id"] for one in await items(world, "/v1/articles?limit=100")}.isdisjoint({erased})

    world.site.pages["/news/1.html"] = page(1, more="The harbour was opened again on Wednesday, the ministry said.")
    world.site.updated["/news/1.html"] = LATER

    async def refused() -> bool:
        return await outcome(world, "/news/1.html") == "erased"

    await world.until(refused, "the page refused")
    await world.until(lambda: published(world), "the log published")
    last = [one for one in await world.sent() if one.key == erased][-1]
    assert last.value is None
    assert [row.kind for row in await log_of(world, erased)] == ["extracted", "erased"]
    assert (await get(world, f"/v1/articles/{erased}"))[0] == 410


async def published(world: World) -> bool:
    return await world.count(tables.change, tables.change.c.published_at.is_(None)) == 0


async def test_submissions_end_in_their_outcomes_and_replace_no_fetched_text(world: World) -> None:
    url = world.site.url("/news/1.html")
    fetched = await article_at(world, "/news/1.html")
    _, text = await get(world, f"/v1/articles/{fetched}/text")
    claims = await claim_ids(world, fetched)
    world.site.answers["/other.html"] = other_page  # the feed does not list it

    plain = await submit(world, text=OWN_TEXT, url=url, title="Nothing closed", publisher={"domain": "test.example"})
    html = await submit(world, html=page(1).replace("Mara Venn", "Odra Hale"), url=url)
    known = await submit(world, url=url)
    other = await submit(world, url=world.site.url("/other.html"))
    short = await submit(world, html=f"<p>{OWN_TEXT[:40]}</p>")
    missing = await submit(world, url=world.site.url("/missing.html"))
    outcomes = [one["outcome"] for one in (plain, html, known, other, short, missing)]
    assert outcomes == ["published", "published", "unchanged", "published", "too_short", "not_found"]
    assert known["article_id"] == fetched
    assert len({plain["article_id"], html["article_id"], other["article_id"], fetched}) == 4
    assert (short["article_id"], missing["article_id"]) == (None, None)

    await world.until(lambda: stored(world, PAGES + 3), "all stored")
    submitted = await items(world, "/v1/articles?arrival=submitted&limit=100")
    assert {one["article_id"] for one in submitted} == {plain["article_id"], html["article_id"]}
    spoken = await items(world, f"/v1/articles/{plain['article_id']}/claims?limit=100")
    assert "Odra Hale" in {claim["speaker"]["name"] for claim in spoken if claim["speaker"]}
    assert {claim["arrival"] for claim in spoken} == {"submitted"}
    assert await get(world, f"/v1/articles/{fetched}/text") == (200, text)
    assert await claim_ids(world, fetched) == claims


async def other_page(_: web.Request) -> web.Response:
    return web.Response(text=page(77), content_type="text/html")


async def stored(world: World, number: int) -> bool:
    return await world.stored() == number
