"""One trace from a feed's item to its stored claims, over the real engines and a collector of the test's own."""

from pathlib import Path

from aiohttp import ClientSession
from sqlalchemy import select

from schemas import tables
from tests.collector import Collector, Seen, open_collector
from tests.world import World, open_world, page

ABOVE = {
    "fetch": "ingest",
    "clean": "ingest",
    "publish": "ingest",
    "consume": "publish",
    "read": "consume",
    "store": "consume",
    "relate": "consume",
}
"""Each step of an item, and the one that it is part of or follows from."""

STEPS = ("ingest", *ABOVE)
REQUEST = "POST /v1/articles"
PATH = "/apart/9.html"


PAGES = 2


async def submit(world: World) -> str:
    """Hand in a page that no feed lists; returns its URL."""
    world.site.pages[PATH] = page(9)
    async with ClientSession() as http:
        await world.until(lambda: is_up(http, world), "the api answers")
        async with http.post(f"{world.api_url}/v1/articles", json={"url": world.site.url(PATH)}) as answer:
            assert answer.status == 202
    return world.site.url(PATH)


async def is_up(http: ClientSession, world: World) -> bool:
    async with http.get(f"{world.api_url}/readyz") as answer:
        return answer.status == 200


async def saved_in(world: World) -> dict[str, str]:
    """The trace of each article's claims, as the change log names it."""
    change = tables.change
    async with world.engine.connect() as connection:
        rows = await connection.execute(select(change.c.article_id, change.c.traceparent).filter_by(kind="extracted"))
        return {str(row.article_id): row.traceparent.split("-")[1] for row in rows}


async def test_one_trace_leads_from_an_item_to_its_claims(
    migrated_url: str, kafka_servers: str, tmp_path: Path
) -> None:
    async with (
        open_collector() as collector,
        open_world(migrated_url, kafka_servers, tmp_path, pages=PAGES, otlp_endpoint=collector.url) as world,
    ):
        services = (world.ingest, world.extract, world.api)
        for service in services:
            await service.start()
        await world.until_stored(PAGES)
        submitted = await submit(world)
        await world.until_stored(PAGES + 1)

        async def are_compared() -> bool:
            return await world.count(tables.article, tables.article.c.related_at.is_(None)) == 0

        await world.until(are_compared, "every article compared")
        assert [await service.stop() for service in services] == [0, 0, 0]
        stored = await saved_in(world)
    items = [span for span in collector.named("ingest") if span.attributes["claimwire.url"] != submitted]
    assert len(items) == PAGES
    for item in items:
        check_item(collector, item, stored)
    check_submission(collector, submitted, stored)


def check_item(collector: Collector, ingest: Seen, stored: dict[str, str]) -> None:
    """An item's trace has each step once, below the one before, and is linked to the poll that found it."""
    spans = {span.name: span for span in collector.spans if span.trace == ingest.trace}
    assert sorted(span.name for span in collector.spans if span.trace == ingest.trace) == sorted(STEPS)
    for name, above in ABOVE.items():
        assert spans[name].parent == spans[above].span, name
    assert {name: spans[name].service for name in ("publish", "store")} == {
        "publish": "claimwire-ingest",
        "store": "claimwire-extract",
    }
    assert ingest.attributes["claimwire.outcome"] == "published"
    assert stored[spans["publish"].attributes["claimwire.article_id"]] == ingest.trace
    polls = {span.trace for span in collector.named("poll")}
    assert set(ingest.links) <= polls
    assert len(ingest.links) == 1


def check_submission(collector: Collector, url: str, stored: dict[str, str]) -> None:
    """What was handed in goes on in the trace of its request."""
    (request,) = collector.named(REQUEST)
    spans = {span.name: span for span in collector.spans if span.trace == request.trace}
    assert set(spans) == {REQUEST, *STEPS}
    assert (spans["ingest"].parent, spans["ingest"].attributes["claimwire.url"]) == (request.span, url)
    assert request.trace in stored.values()
    assert not [span for span in collector.spans if "/livez" in span.name or "/readyz" in span.name]
