"""A gathering answers each of those who asked together, and one who leaves takes nothing from the others."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from services.ingest.queues.gathering import Gathering


async def test_those_who_ask_together_are_answered_in_one_go() -> None:
    rounds: list[list[int]] = []

    async def double(asked: Sequence[int]) -> list[int]:
        rounds.append(list(asked))
        return [2 * each for each in asked]

    gathering = Gathering(double, seconds=0.01)
    told = [gathering.add(1), gathering.add(2)]
    assert [await each for each in told] == [2, 4]
    assert await gathering.add(3) == 6
    assert rounds == [[1, 2], [3]]


async def test_who_asks_while_others_are_answered_waits_for_the_next_round() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    rounds: list[list[int]] = []

    async def slow(asked: Sequence[int]) -> list[int]:
        rounds.append(list(asked))
        begun.set()
        await go_on.wait()
        return list(asked)

    gathering = Gathering(slow, seconds=0.0)
    first = gathering.add(1)
    await begun.wait()
    second = gathering.add(2)
    go_on.set()
    assert [await first, await second] == [1, 2]
    assert rounds == [[1], [2]]


async def test_what_is_raised_reaches_everybody_who_asked() -> None:
    async def fail(_: Sequence[int]) -> list[int]:
        raise OSError("away")

    gathering = Gathering(fail, seconds=0.0)
    told = [gathering.add(1), gathering.add(2)]
    for each in told:
        with pytest.raises(OSError, match="away"):
            await each


async def test_one_who_stops_waiting_takes_no_answer_from_the_others() -> None:
    async def same(asked: Sequence[int]) -> list[int]:
        return list(asked)

    gathering = Gathering(same, seconds=0.01)
    first, second = gathering.add(1), gathering.add(2)
    first.cancel()
    assert await second == 2


async def test_round_runs_outside_of_what_is_bound_to_the_first() -> None:
    bound: ContextVar[str] = ContextVar("bound", default="nobody's")
    bound.set("the first one's")

    async def read(asked: Sequence[int]) -> list[str]:
        return [bound.get() for _ in asked]

    assert await Gathering(read, seconds=0.0).add(1) == "nobody's"
