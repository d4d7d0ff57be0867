import asyncio

import pytest
from typing_extensions import override

from services.kafka.client import KafkaUnavailable, in_time, let_go
from services.lifecycle import Progress, persist


class Connections:
    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class CancelledFromWithin:
    """A client whose own inner task was cancelled, so that its calls raise CancelledError though nobody asked."""

    def __init__(self) -> None:
        self.client = Connections()

    async def stop(self) -> None:
        raise asyncio.CancelledError

    async def getmany(self) -> None:
        raise asyncio.CancelledError


class NeverEnds(CancelledFromWithin):
    @override
    async def stop(self) -> None:
        await asyncio.Event().wait()


async def test_client_cancelled_from_within_is_let_go_without_cancelling_us() -> None:
    client = CancelledFromWithin()
    await let_go(client)
    assert client.client.closed


async def test_call_of_a_client_cancelled_from_within_is_unavailable() -> None:
    with pytest.raises(KafkaUnavailable, match="gave up"):
        await in_time("poll", CancelledFromWithin().getmany())


async def test_our_own_cancellation_goes_through() -> None:
    task = asyncio.create_task(in_time("poll", asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_call_past_its_deadline_is_unavailable() -> None:
    with pytest.raises(KafkaUnavailable, match="poll"):
        await in_time("poll", asyncio.Event().wait(), 0.01)


async def test_loop_cancelled_from_within_ends_the_process() -> None:
    async def work(_: asyncio.Event) -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="from within"):
        await persist("work", work, asyncio.Event(), Progress(), is_passing=lambda _: True)
