"""What the gateway's bench stands on: a library of articles, two ways that say the same, times of what is sent."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import library
from bench.plans import Prepared, open_gateway
from bench.served import router
from schemas.tables import article, claim
from tests.integration.api_world import Api, open_api

ORIGINALS = 10
"""Articles that are read: enough for every question to find something."""


@pytest.fixture
async def originals(engine: AsyncEngine) -> int:
    return await library.add_originals(engine, most=ORIGINALS)


@pytest.fixture
async def api(migrated_url: str, originals: int) -> AsyncIterator[Api]:
    async with open_api(migrated_url) as api:
        api.app.include_router(router)
        yield api


async def test_editions_have_ids_times_and_publishers_of_their_own(engine: AsyncEngine, originals: int) -> None:
    assert await library.add_editions(engine, 1, 28) == 28 * originals
    assert await library.add_editions(engine, 29, 29) == originals
    await library.settle(engine)
    async with engine.connect() as connection:
        counts = select(func.count(), func.count(claim.c.claim_id.distinct()), func.count(claim.c.search))
        assert set((await connection.execute(counts)).one()) == {30 * originals}
        articles = (await connection.execute(select(article.c.canonical_url, article.c.fetched_at))).all()
        publishers = await connection.scalar(select(func.count(claim.c.publisher_domain.distinct())))
    assert len({row.canonical_url for row in articles}) == len(articles)
    assert len({row.fetched_at for row in articles}) > len(articles) / 2
    assert (publishers or 0) > library.PUBLISHERS / 2


async def test_plain_way_answers_the_same(api: Api) -> None:
    for asked in ("limit=7", "limit=200&polarity=denied", "q=the&voice=headline"):
        ours, plain = await api.get(f"/v1/claims?{asked}"), await api.get(f"/v1/plain/claims?{asked}")
        assert ours["items"]
        assert ours["items"] == plain["items"]
        assert (ours["next_cursor"] is None) == (plain["next_cursor"] is None)


async def test_statements_are_timed_as_they_were_sent(migrated_url: str, originals: int) -> None:
    connection = await asyncpg.connect(migrated_url)
    try:
        async with open_gateway(migrated_url) as gateway:
            prepared = Prepared(connection)
            for asked in ({}, {"polarity": "denied", "q": "the"}, {"speaker": "nobody at all"}):
                answer, sent = await gateway.ask("/v1/claims", limit=5, **asked)
                assert sent
                await prepared.settle(sent)
                assert 0 < await prepared.run(sent) < 10_000
                assert bool(answer["items"]) == ("speaker" not in asked)
    finally:
        await connection.close()
