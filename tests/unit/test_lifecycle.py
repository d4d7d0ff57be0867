import asyncio
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services import metrics
from services.lifecycle import FORCED_STOP, Backoff, NotWorking, Progress, Readiness, persist, repeat, sleep_unless
from services.registry import Service

STOPPING = """
import asyncio, sys
from services.lifecycle import NotWorking, stop_on_signal

async def main():
    async with stop_on_signal(deadline_seconds=float(sys.argv[1])) as stop:
        print("ready", flush=True)
        await stop.wait()
        await asyncio.sleep(float(sys.argv[2]))

asyncio.run(main())
print("in order")
"""


@asynccontextmanager
async def stopping(deadline_seconds: float, takes_seconds: float) -> AsyncIterator[Process]:
    """A process that waits for its signal and takes so long to stop."""
    arguments = ("-c", STOPPING, str(deadline_seconds), str(takes_seconds))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_stops_in_order(number: signal.Signals) -> None:
    async with stopping(20, 0.1) as process:
        process.send_signal(number)
        out, _ = await asyncio.wait_for(process.communicate(), 20)
        assert (process.returncode, out) == (0, b"in order\n")


async def test_stop_past_its_deadline_ends_with_its_own_code() -> None:
    async with stopping(0.3, 60) as process:
        process.terminate()
        process.terminate()
        started = time.monotonic()
        out, said = await asyncio.wait_for(process.communicate(), 20)
        assert (process.returncode, out) == (FORCED_STOP, b"")
        assert b"did not stop in time" in said
        assert time.monotonic() - started < 10


async def test_sleep_ends_early_when_it_is_time_to_stop() -> None:
    stop = asyncio.Event()
    assert await sleep_unless(stop, 0.01) is False
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await asyncio.wait_for(sleep_unless(stop, 60), 5) is True


async def test_backoff_grows_to_its_cap_and_begins_anew() -> None:
    backoff, stop, loop = Backoff(first_seconds=0.02, cap_seconds=0.08), asyncio.Event(), asyncio.get_running_loop()
    waited = []
    for _ in range(5):
        before = loop.time()
        await backoff.wait(stop)
        waited.append(loop.time() - before)
    assert all(found >= most / 2 - 0.002 for found, most in zip(waited, (0.02, 0.04, 0.08, 0.08, 0.08), strict=True))
    assert backoff.failures == 5
    backoff.reset()
    assert backoff.failures == 0


async def test_backoff_of_many_failures_is_still_a_number_and_ends_with_the_stop() -> None:
    backoff, stop = Backoff(cap_seconds=60), asyncio.Event()
    stop.set()
    for _ in range(2_000):
        await backoff.wait(stop)
    stop.clear()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    await asyncio.wait_for(backoff.wait(stop), 5)


def test_progress_names_the_loops_that_stand_still() -> None:
    progress = Progress(stale_seconds=0.05)
    for loop in ("consume", "publish", "ended"):
        progress.turn(loop)
    progress.done("ended")
    progress.done("never seen")
    assert progress.stale() == []
    time.sleep(0.1)
    progress.turn("publish")
    assert progress.stale() == ["consume"]


class Passing(Exception):
    """The world's fault."""


class Work:
    """Fails with each of ``failures`` in turn, then goes well."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    async def __call__(self, stop: asyncio.Event) -> None:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)

    async def persist(self, stop: asyncio.Event, progress: Progress) -> None:
        await persist("work", self, stop, progress, is_passing=lambda error: isinstance(error, Passing))


async def test_work_that_the_world_fails_is_begun_again() -> None:
    work, progress = Work(Passing(), Passing()), Progress(stale_seconds=-1)
    await work.persist(asyncio.Event(), progress)
    assert work.calls == 3
    assert progress.stale() == []


async def test_work_that_fails_by_our_own_fault_ends_with_it() -> None:
    work, progress = Work(Passing(), KeyError("ours")), Progress(stale_seconds=-1)
    with pytest.raises(KeyError):
        await work.persist(asyncio.Event(), progress)
    assert work.calls == 2
    assert progress.stale() == ["work"]


async def test_work_is_not_begun_once_it_is_time_to_stop() -> None:
    work, stop = Work(Passing()), asyncio.Event()
    stop.set()
    await work.persist(stop, Progress())
    assert work.calls == 0


async def test_work_cancelled_from_within_is_a_failure_and_from_without_a_wish() -> None:
    async def gives_up(_: asyncio.Event) -> None:
        raise asyncio.CancelledError

    async def waits(_: asyncio.Event) -> None:
        await asyncio.sleep(60)

    with pytest.raises(RuntimeError, match="work was cancelled from within"):
        await persist("work", gives_up, asyncio.Event(), Progress(), is_passing=lambda _: True)
    task = asyncio.create_task(persist("work", waits, asyncio.Event(), Progress(), is_passing=lambda _: True))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Check:
    """An engine that may be away; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


async def test_readiness_asks_each_engine_once_for_many_probes() -> None:
    database, kafka = Check(), Check()
    kafka.error = ConnectionError("no broker")
    readiness = Readiness(database=database, kafka=kafka)
    found = await asyncio.gather(*(readiness.problems() for _ in range(20)))
    assert {str(one) for one in found} == {str(found[0])}
    assert found[0] == {"kafka": "ConnectionError"}
    assert (database.asked, kafka.asked) == (1, 1)


async def test_readiness_returns_when_the_engine_does() -> None:
    class Hasty(Readiness):
        CACHE_SECONDS = 0.0
        CHECK_SECONDS = 0.05

    async def hangs() -> None:
        if not back.is_set():
            await asyncio.sleep(60)

    back = asyncio.Event()
    readiness = Hasty(database=hangs)
    assert (await readiness.problems()).keys() == {"database"}
    back.set()
    assert await readiness.problems() == {}


async def test_service_that_stops_is_not_ready() -> None:
    readiness = Readiness(database=Check())
    assert await readiness.problems() == {}
    readiness.stopping = True
    assert await readiness.problems() == {"service": "stopping"}


async def test_look_has_the_gauges_told_without_waiting() -> None:
    database = Check()
    readiness = Readiness(database=database)
    shown = metrics.REGISTRY.of(Service.API)
    readiness.look()
    readiness.look()
    await asyncio.sleep(0.01)
    assert database.asked == 1
    assert shown.get_sample_value("claimwire_ready") == 1
    assert shown.get_sample_value("claimwire_ready_check", {"check": "database"}) == 1


async def test_deed_is_repeated_until_it_is_time_to_stop_also_when_the_world_fails_it() -> None:
    stop = asyncio.Event()
    done: list[int] = []

    async def act() -> None:
        done.append(len(done))
        if len(done) == 2:
            raise ConnectionError
        if len(done) == 4:
            stop.set()

    async with asyncio.timeout(10):
        await repeat("watch", act, 0.01, stop, Progress(), is_passing=lambda error: isinstance(error, OSError))
    assert done == [0, 1, 2, 3]


async def test_loop_that_waits_for_the_world_is_alive_but_not_working() -> None:
    progress = Progress()
    progress.turn("consume")
    await progress.check_work()
    progress.wait("consume")
    assert progress.stale() == []
    with pytest.raises(NotWorking, match="consume"):
        await progress.check_work()
    progress.turn("consume")  # the work begins again, which tells nothing yet
    with pytest.raises(NotWorking):
        await progress.check_work()
    progress.turn("consume")
    await progress.check_work()
