"""The crew: a bounded number of pieces in hand, a pause while engines are away, and nothing left leased at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import page
from services.ingest.crew import TAKE_SECONDS, Crew, Piece
from services.ingest.queues import leases
from services.ingest.queues.hosts import HostBusy
from services.ingest.queues.leases import Lease, LeaseLost, from_now
from services.kafka import KafkaUnavailable
from services.lifecycle import Progress

Do = Callable[[], Coroutine[Any, Any, None]]
Fail = Callable[[Exception], Coroutine[Any, Any, None]]


async def never_fails(error: Exception) -> None:
    raise AssertionError from error


async def piece(engine: AsyncEngine, do: Do, fail: Fail = never_fails) -> Piece:
    """A leased page for which ``do`` is done."""
    lease = Lease(page, uuid4(), uuid4())
    row = {"url": f"https://a.example/{lease.id}", "host": "a.example", "arrival": "fetched", "publisher_domain": "a"}
    async with engine.begin() as connection:
        held = {"leased_until": from_now(5), "lease_token": lease.token}
        await connection.execute(insert(page).values(page_id=lease.id, **row, **held))
    return Piece(lease, do, fail)


def crew_of(
    engine: AsyncEngine,
    take: Callable[[int], Awaitable[list[Piece]]],
    *,
    most: int = 3,
    find_problems: Callable[[], Awaitable[object]] | None = None,
) -> Crew:
    async def none() -> None: ...

    problems = find_problems or none
    return Crew("pages", engine=engine, take=take, find_problems=problems, progress=Progress(), most=most)


def giving(*pieces: Piece) -> Callable[[int], Awaitable[list[Piece]]]:
    """Hands out the pieces, up to the room there is."""
    left = list(pieces)

    async def take(room: int) -> list[Piece]:
        taken = left[:room]
        del left[:room]
        return taken

    return take


async def held(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        found = select(func.count()).select_from(page).where(page.c.lease_token.is_not(None))
        return int(await connection.scalar(found) or 0)


async def run_for(crew: Crew, seconds: float, *, drain_seconds: float = 0.1) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    async with asyncio.timeout(20):
        await crew.run(stop, drain_seconds=drain_seconds)


async def test_no_more_than_the_most_are_in_hand_at_once(engine: AsyncEngine) -> None:
    now: list[int] = []
    running = 0

    async def do() -> None:
        nonlocal running
        running += 1
        now.append(running)
        await asyncio.sleep(0.02)
        running -= 1

    pieces = [await piece(engine, do) for _ in range(12)]
    await run_for(crew_of(engine, giving(*pieces)), 1.0)
    assert (len(now), max(now)) == (12, 3)


async def test_stop_gives_back_what_does_not_end_in_time(engine: AsyncEngine) -> None:
    ended = []

    async def quick() -> None:
        await asyncio.sleep(0.5)
        ended.append(True)

    async def endless() -> None:
        await asyncio.sleep(600)

    pieces = [await piece(engine, quick), await piece(engine, endless)]
    await run_for(crew_of(engine, giving(*pieces)), 0.3, drain_seconds=1.0)
    assert ended == [True]
    assert await held(engine) == 1  # the quick one did not save anything here, the endless one was given back


@pytest.mark.parametrize("error", [KafkaUnavailable("publish"), ConnectionRefusedError(), TimeoutError()])
async def test_crew_waits_until_engines_are_back_and_goes_on(engine: AsyncEngine, error: Exception) -> None:
    done = []
    asked = []

    async def fail() -> None:
        raise error

    async def succeed() -> None:
        done.append(True)

    async def problems() -> object:
        asked.append(True)
        return {"kafka": "away"} if len(asked) < 3 else {}

    pieces = [await piece(engine, fail), await piece(engine, succeed)]
    await run_for(crew_of(engine, giving(*pieces), most=1, find_problems=problems), 3.0)
    assert done == [True]
    assert len(asked) == 3
    async with engine.connect() as connection:
        query = select(page.c.outcome, page.c.attempts, page.c.lease_token).where(page.c.page_id == pieces[0].lease.id)
        assert (await connection.execute(query)).one() == (None, 0, None)


async def test_crew_waits_where_taking_work_fails_in_passing(engine: AsyncEngine) -> None:
    calls = []

    async def take(_: int) -> list[Piece]:
        calls.append(True)
        if len(calls) == 1:
            raise ConnectionRefusedError
        return []

    await run_for(crew_of(engine, take), 1.5)
    assert len(calls) > 1


async def test_unexpected_failure_to_take_work_ends_the_crew(engine: AsyncEngine) -> None:
    async def broken(_: int) -> list[Piece]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_for(crew_of(engine, broken), 5.0)


@pytest.mark.parametrize("seconds", [0.0, 0.4])
async def test_piece_that_fails_unexpectedly_ends_alone_also_while_draining(
    engine: AsyncEngine, seconds: float
) -> None:
    done = []
    failed: list[Exception] = []

    async def stumble() -> None:
        await asyncio.sleep(seconds)
        raise ZeroDivisionError

    async def fail(error: Exception) -> None:
        failed.append(error)

    async def succeed() -> None:
        done.append(True)

    pieces = [await piece(engine, stumble, fail), await piece(engine, succeed)]
    await run_for(crew_of(engine, giving(*pieces)), 0.2, drain_seconds=2.0)
    assert [type(error) for error in failed] == [ZeroDivisionError]
    assert done == [True]


async def test_failure_that_cannot_be_saved_keeps_its_lease_and_the_others_go_on(engine: AsyncEngine) -> None:
    done = []

    async def stumble() -> None:
        raise ZeroDivisionError

    async def succeed() -> None:
        done.append(True)

    pieces = [await piece(engine, stumble), await piece(engine, succeed)]
    await run_for(crew_of(engine, giving(*pieces), most=1), 0.5)
    assert done == [True]
    assert await held(engine) == 2  # so the one that failed is not the first again at once


async def test_failure_that_is_saved_while_the_database_is_away_is_given_back(engine: AsyncEngine) -> None:
    async def stumble() -> None:
        raise ZeroDivisionError

    async def fail(_: Exception) -> None:
        raise ConnectionRefusedError

    await run_for(crew_of(engine, giving(await piece(engine, stumble, fail))), 0.5)
    assert await held(engine) == 0


async def test_single_places_are_filled_together_but_soon(engine: AsyncEngine) -> None:
    took: list[tuple[float, int]] = []
    loop = asyncio.get_running_loop()
    left = [await piece(engine, partial(asyncio.sleep, 0.04 * number)) for number in range(1, 41)]

    async def take(room: int) -> list[Piece]:
        took.append((loop.time(), room))
        return await hand_out(room)

    hand_out = giving(*left)
    await run_for(crew_of(engine, take, most=20), 1.8)
    busy = [(later - earlier, room) for (earlier, _), (later, room) in pairwise(took) if room < 20]
    assert min(seconds for seconds, room in busy if room < 5) > TAKE_SECONDS * 0.9
    assert max(seconds for seconds, _ in busy) < 1


async def test_busy_host_and_lost_lease_are_no_failures(engine: AsyncEngine) -> None:
    async def busy() -> None:
        raise HostBusy("a.example")

    async def lost() -> None:
        raise LeaseLost("page")

    pieces = [await piece(engine, busy), await piece(engine, lost)]
    await run_for(crew_of(engine, giving(*pieces)), 0.5)
    async with engine.connect() as connection:
        later = select(page.c.page_id).where(page.c.due_at > func.now())
        assert list(await connection.scalars(later)) == [pieces[0].lease.id]


async def test_leases_in_hand_are_renewed(engine: AsyncEngine) -> None:
    async def slow() -> None:
        await asyncio.sleep(1.2)

    work = await piece(engine, slow)
    async with engine.begin() as connection:
        await connection.execute(update(page).values(leased_until=from_now(1)))
    until = asyncio.create_task(run_for(crew_of(engine, giving(work)), 0.9))
    await asyncio.sleep(0.7)
    async with engine.connect() as connection:
        left = await connection.scalar(select(page.c.leased_until > from_now(leases.LEASE_SECONDS / 2)))
    await until
    assert left is True
