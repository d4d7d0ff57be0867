"""Worker processes that can be killed: each task has a limit of CPU time, memory and wall time, and harms no other.

Small hostile inputs hold C code for minutes, and neither threads nor asyncio can interrupt it; only killing a process
does. The pools of the standard library break as a whole when one process dies, and Pebble's, which kills single tasks,
has neither limits of CPU and memory a task nor asyncio; so the processes here are asyncio's own subprocesses. They are
started by exec, so they inherit no socket, and they speak pickles over a pipe.
"""

import asyncio
import pickle
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from schemas.outcomes import KillReason
from services import metrics
from services.process import LEAVE_SECONDS, TASKS_PER_PROCESS, Limits, Prepare, WorkerProcess
from services.worker import Answer, WorkerError

__all__ = ["KillReason", "WorkerError", "WorkerKilled", "Workers", "open_workers"]

_CPU_SIGNALS = frozenset({-signal.SIGPROF, -signal.SIGXCPU})
"""Exit codes of a process that its CPU limit ended."""

A = TypeVar("A")
R = TypeVar("R")


class WorkerKilled(Exception):
    """The task took more than its limit, or its process died; the process has been replaced."""

    def __init__(self, reason: KillReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Workers:
    """Processes that each do one task at a time; whoever waits longest for a free one gets it."""

    def __init__(self, count: int, limits: Limits, modules: Sequence[str], prepare: Prepare | None = None) -> None:
        self._slots = [_Slot(limits, modules, prepare) for _ in range(count)]
        self._free: asyncio.Queue[_Slot] = asyncio.Queue()
        for slot in self._slots:
            self._free.put_nowait(slot)
        self.killed: Counter[KillReason] = Counter()
        """How many processes were lost, by reason."""

    @property
    def pids(self) -> list[int]:
        """The process ids of all workers that live."""
        return [slot.child.pid for slot in self._slots if slot.child is not None]

    async def run(self, function: Callable[[A], R], argument: A) -> R:
        """Return ``function(argument)``, computed in a worker; the wait for a free one is not limited.

        ``function`` is found by its name, so it stands at the top of a module. Raises what it raises (`WorkerError`
        where that cannot be pickled), or `WorkerKilled`, or what keeps a new process from being prepared. Cancelled,
        it kills the process.
        """
        task = pickle.dumps((function, argument), pickle.HIGHEST_PROTOCOL)
        slot = await self._free.get()
        try:
            with metrics.WORKERS_BUSY.track_inprogress():
                answer, payload = await slot.ask(task)
        except WorkerKilled as killed:
            self.killed[killed.reason] += 1
            metrics.WORKERS_KILLED.labels(killed.reason).inc()
            raise
        finally:
            self._free.put_nowait(slot)
        if answer is Answer.ERROR:
            raise payload
        result: R = payload
        return result

    async def start(self) -> None:
        """Start every process and wait until each is prepared; raises what keeps one from it."""
        for failed in await asyncio.gather(*(slot.start() for slot in self._slots), return_exceptions=True):
            if failed is not None:
                raise failed

    async def end(self) -> None:
        """End every process: idle ones leave, busy ones are killed; a task that still comes raises RuntimeError."""
        idle = [self._free.get_nowait() for _ in range(self._free.qsize())]
        for slot in self._slots:
            slot.close(kill=slot not in idle)
        ended = [*idle, *[await self._free.get() for _ in range(len(self._slots) - len(idle))]]
        await asyncio.gather(*(slot.end(idle=True) for slot in ended))
        for slot in ended:
            self._free.put_nowait(slot)


@asynccontextmanager
async def open_workers(
    count: int,
    *,
    modules: Sequence[str] = (),
    prepare: Prepare | None = None,
    cpu_seconds: float,
    memory_bytes: int,
    wall_seconds: float,
    tasks: int = TASKS_PER_PROCESS,
) -> AsyncIterator[Workers]:
    """Hold ``count`` worker processes that have imported ``modules`` and called ``prepare``; leaving ends them all.

    The limits are those of one task; a process is replaced after ``tasks`` of them.
    """
    limits = Limits(cpu_seconds=cpu_seconds, memory_bytes=memory_bytes, wall_seconds=wall_seconds, tasks=tasks)
    workers = Workers(count, limits, modules, prepare)
    try:
        await workers.start()
        metrics.WORKERS.set(count)
        yield workers
    finally:
        metrics.WORKERS.set(0)
        await workers.end()


class _Slot:
    """The place of one process, which may be replaced."""

    def __init__(self, limits: Limits, modules: Sequence[str], prepare: Prepare | None) -> None:
        self._limits = limits
        self._modules = modules
        self._prepare = prepare
        self._closed = False
        self.child: WorkerProcess | None = None

    async def start(self) -> None:
        """Start the process and wait until it is prepared; raises what keeps it from that."""
        answer, payload = await (await self._child()).ready()
        if answer is Answer.ERROR:
            raise payload

    def close(self, *, kill: bool) -> None:
        """Start no process any more, and kill the one that has a task: whoever waits for it then learns so."""
        self._closed = True
        if kill and self.child is not None:
            self.child.kill()

    async def ask(self, task: bytes) -> tuple[Answer, Any]:
        """Have the task done; whatever goes wrong or is cancelled on the way costs the process, not the slot."""
        child = await self._child()
        try:
            await self.start()
            answer = await self._within_wall(child, task)
        except (ConnectionError, EOFError):
            reason = KillReason.CPU if await child.exit_code() in _CPU_SIGNALS else KillReason.DIED
            await self._replace()
            raise WorkerKilled(reason) from None
        except BaseException:
            await self._replace()
            raise
        if answer[0] is Answer.MEMORY:
            await self._replace()
            raise WorkerKilled(KillReason.MEMORY)
        if child.tasks >= self._limits.tasks:
            await self._replace(idle=True)
        return answer

    async def _within_wall(self, child: WorkerProcess, task: bytes) -> tuple[Answer, Any]:
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                return await child.ask(task)
        except TimeoutError:
            raise WorkerKilled(KillReason.WALL) from None

    async def _child(self) -> WorkerProcess:
        if self._closed:
            raise RuntimeError("the workers have ended")
        if self.child is None:
            self.child = await WorkerProcess.start(self._limits, self._modules, self._prepare)
            metrics.WORKERS_STARTED.inc()
        return self.child

    async def _replace(self, *, idle: bool = False) -> None:
        await self.end(idle=idle)
        if not self._closed:
            await self._child()

    async def end(self, *, idle: bool) -> None:
        child, self.child = self.child, None
        if child is not None:
            await child.end(within_seconds=LEAVE_SECONDS if idle else 0.0)
