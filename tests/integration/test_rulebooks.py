"""What robots.txt said last is kept for all replicas, for as long as it counts."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.outcomes import PageOutcome
from schemas.tables import robots
from services.ingest.fetching.rulebooks import TEXT_MAX_CHARACTERS, Rulebook, Rulebooks
from services.ingest.queues.leases import from_now

ORIGIN = "https://a.example"


async def test_rulebook_is_found_until_it_counts_no_more(engine: AsyncEngine) -> None:
    shelf = Rulebooks(engine)
    assert await shelf.find(ORIGIN) is None
    await shelf.keep(ORIGIN, Rulebook("Disallow: /", 3_600))
    found = await shelf.find(ORIGIN)
    assert found is not None
    assert found._replace(seconds=0) == Rulebook("Disallow: /", 0)
    assert 3_590 < found.seconds <= 3_600
    assert await shelf.find("http://a.example") is None
    async with engine.begin() as connection:
        await connection.execute(update(robots).values(expires_at=from_now(0)))
    assert await shelf.find(ORIGIN) is None


async def test_rulebook_takes_the_place_of_the_one_before(engine: AsyncEngine) -> None:
    shelf = Rulebooks(engine)
    await shelf.keep(ORIGIN, Rulebook(None, 600, PageOutcome.ROBOTS_UNREACHABLE, "status 500"))
    found = await shelf.find(ORIGIN)
    assert found is not None
    assert (found.text, found.outcome, found.reason) == (None, PageOutcome.ROBOTS_UNREACHABLE, "status 500")
    await shelf.keep(ORIGIN, Rulebook("", 86_400))
    found = await shelf.find(ORIGIN)
    assert found is not None
    assert (found.text, found.outcome, found.reason) == ("", None, "")


async def test_rulebook_too_long_is_not_kept(engine: AsyncEngine) -> None:
    shelf = Rulebooks(engine)
    await shelf.keep(ORIGIN, Rulebook("x" * (TEXT_MAX_CHARACTERS + 1), 86_400))
    assert await shelf.find(ORIGIN) is None
    await shelf.keep(ORIGIN, Rulebook("x" * TEXT_MAX_CHARACTERS, 86_400))
    assert await shelf.find(ORIGIN) is not None


async def test_rulebooks_that_have_long_expired_are_forgotten_some_at_a_time(engine: AsyncEngine) -> None:
    shelf = Rulebooks(engine)
    for number in range(5):
        await shelf.keep(f"https://{number}.example", Rulebook("", 60))
    long_ago = from_now(-timedelta(days=1, seconds=1).total_seconds())
    async with engine.begin() as connection:
        await connection.execute(update(robots).values(expires_at=from_now(-60)))
        old = [f"https://{number}.example" for number in range(3)]
        await connection.execute(update(robots).where(robots.c.origin.in_(old)).values(expires_at=long_ago))
    assert [await shelf.forget(most=2) for _ in range(3)] == [2, 1, 0]
    async with engine.connect() as connection:
        left = set((await connection.execute(select(robots.c.origin))).scalars())
    assert left == {"https://3.example", "https://4.example"}
