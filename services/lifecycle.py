"""How a service lives: it stops on a signal, waits with back-off while the world is away, and shows its progress."""

import asyncio
import logging
import os
import random
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from services import metrics

logger = logging.getLogger(__name__)

STALE_SECONDS = 120.0
"""A loop that has not turned for so long is dead: above the longest batch, the longest fetch and any back-off."""

STEADY_SECONDS = 30.0
"""Work that lasted so long before it failed had recovered; its back-off begins anew."""

FORCED_STOP = 3
"""The exit code of a process that did not stop in its time."""


@asynccontextmanager
async def stop_on_signal(*, deadline_seconds: float) -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGTERM or SIGINT sets; past the deadline after it the process ends with code 3.

    asyncio cannot interrupt a client that waits for ever in its own ``stop``, so a thread holds the deadline.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    timers: list[threading.Timer] = []

    def on_signal(name: str) -> None:
        if stop.is_set():
            return
        logger.info("stopping on %s", name)
        stop.set()
        timers.append(end_within(deadline_seconds))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number.name)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        for timer in timers:
            timer.cancel()


def end_within(seconds: float) -> threading.Timer:
    """End the process with code 3 after so long, unless the timer is cancelled or the process ended before."""
    timer = threading.Timer(seconds, _end_now)
    timer.daemon = True
    timer.start()
    return timer


def _end_now() -> None:  # pragma: no cover (the process ends before its coverage is written)
    sys.stderr.write("did not stop in time; ending now\n")
    sys.stderr.flush()
    os._exit(FORCED_STOP)


async def sleep_unless(stop: asyncio.Event, seconds: float) -> bool:
    """Sleep, but wake when ``stop`` is set; return whether it is."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


class Backoff:
    """Waits longer after each failure in a row, up to a cap, with jitter (Brooker, AWS architecture blog, 2015)."""

    def __init__(self, *, first_seconds: float = 0.2, cap_seconds: float = 10.0) -> None:
        self._first = first_seconds
        self._cap = cap_seconds
        self.failures = 0

    def reset(self) -> None:
        """Forget the failures: something worked."""
        self.failures = 0

    async def wait(self, stop: asyncio.Event) -> None:
        """Sleep for the next, longer while, or until ``stop`` is set."""
        most = min(self._cap, self._first * 2.0**self.failures)
        self.failures = min(self.failures + 1, 30)
        await sleep_unless(stop, random.uniform(most / 2, most))  # noqa: S311 (jitter, not a secret)


class NotWorking(Exception):
    """A loop of the service waits for the world to come back."""


class Progress:
    """When each of a service's loops last turned; the service is alive while none is stale."""

    def __init__(self, *, stale_seconds: float = STALE_SECONDS) -> None:
        self._stale = stale_seconds
        self._turned: dict[str, float] = {}
        self._waiting: dict[str, int] = {}

    def turn(self, loop: str) -> None:
        """Note that ``loop`` has turned."""
        self._turned[loop] = time.monotonic()
        if loop in self._waiting:
            self._waiting[loop] -= 1
            if self._waiting[loop] == 0:
                del self._waiting[loop]
        metrics.LOOP_TURNED.labels(loop).set_to_current_time()

    def wait(self, loop: str) -> None:
        """Note that ``loop`` lives but waits, since the world failed it; once it turned twice, a turn was whole."""
        self.turn(loop)
        self._waiting[loop] = 2

    async def check_work(self) -> None:
        """Raise ``NotWorking`` while a loop waits since the world failed it: a check of readiness."""
        if self._waiting:
            raise NotWorking(", ".join(sorted(self._waiting)))

    def done(self, loop: str) -> None:
        """Forget a loop that has ended in order."""
        self._turned.pop(loop, None)
        self._waiting.pop(loop, None)
        metrics.LOOP_TURNED.remove(loop)

    def stale(self) -> list[str]:
        """Return the loops that have not turned for too long."""
        now = time.monotonic()
        return [loop for loop, turned in self._turned.items() if now - turned > self._stale]


class Readiness:
    """Whether the service can do its work; checks are cached, so that probes cost the engines nothing."""

    CACHE_SECONDS = 2.0
    CHECK_SECONDS = 5.0

    def __init__(self, **checks: Callable[[], Awaitable[None]]) -> None:
        self._checks = checks
        self._looking: asyncio.Task[dict[str, str]] | None = None
        self._problems: dict[str, str] = dict.fromkeys(checks, "not checked yet")
        self._checked: float | None = None
        self._lock = asyncio.Lock()
        self.stopping = False

    async def problems(self) -> dict[str, str]:
        """Return what is wrong, by what it is wrong with; empty while ready."""
        async with self._lock:
            if self._checked is None or time.monotonic() - self._checked > self.CACHE_SECONDS:
                results = await asyncio.gather(*(self._check(check) for check in self._checks.values()))
                self._problems = {name: found for name, found in zip(self._checks, results, strict=True) if found}
                self._checked = time.monotonic()
                for name in self._checks:
                    metrics.READY_CHECK.labels(name).set(name not in self._problems)
        problems = {**self._problems, **({"service": "stopping"} if self.stopping else {})}
        metrics.READY.set(0 if problems else 1)
        return problems

    def look(self) -> None:
        """Have the checks made again, if it is time, for whoever reads the metrics next; wait for nothing."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self.problems())

    async def _check(self, check: Callable[[], Awaitable[None]]) -> str | None:
        try:
            async with asyncio.timeout(self.CHECK_SECONDS):
                await check()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is the answer)
            return type(error).__name__
        return None


async def persist(
    name: str,
    work: Callable[[asyncio.Event], Awaitable[None]],
    stop: asyncio.Event,
    progress: Progress,
    *,
    is_passing: Callable[[Exception], bool],
) -> None:
    """Do ``work`` until it returns or ``stop`` is set; when the world fails it, wait and begin again.

    What is not passing is ours, and ends the process: an orchestrator starts it again, and people see it.
    """
    backoff = Backoff()
    while not stop.is_set():
        started = time.monotonic()
        try:
            await work(stop)
        except Exception as error:
            if not is_passing(error):
                raise
            if time.monotonic() - started > STEADY_SECONDS:
                backoff.reset()
            logger.warning("%s failed, to be tried again: %s: %s", name, type(error).__name__, error)
            progress.wait(name)
            await backoff.wait(stop)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling() == 0:  # a task group would take that for our own wish, and go on
                raise RuntimeError(f"{name} was cancelled from within") from None
            raise
        else:
            break
    progress.done(name)


async def repeat(
    name: str,
    act: Callable[[], Awaitable[None]],
    seconds: float,
    stop: asyncio.Event,
    progress: Progress,
    *,
    is_passing: Callable[[Exception], bool],
) -> None:
    """Do ``act`` every so many seconds until ``stop`` is set; when the world fails it, wait and begin again."""

    async def work(stop: asyncio.Event) -> None:
        while not stop.is_set():
            progress.turn(name)
            await act()
            await sleep_unless(stop, seconds)

    await persist(name, work, stop, progress, is_passing=is_passing)
