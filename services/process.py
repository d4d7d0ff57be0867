"""One worker process as its parent sees it: started by exec, asked over a pipe, ended or killed."""

import asyncio
import json
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from services.worker import HEADER, Answer

TASKS_PER_PROCESS = 2_000
"""A process is replaced after so many tasks, should a parser's heap grow: none was seen to in 6,000 pages, and a start
takes 0.7 CPU seconds where pages are cleaned, as much as 50 of them."""

START_SECONDS = 60.0
"""The longest a process may take to import its modules and prepare itself, on a cold disk under load."""

LEAVE_SECONDS = 2.0
"""How long an idle process may take to leave once its pipe is closed, before it is killed."""

ANSWER_MAX_BYTES = 64 * 1024 * 1024
"""A longer answer is not one: results are articles and readings of at most a few MB."""

_BOOTSTRAP = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from services.worker import serve; serve(sys.argv[2])"
)
"""What a worker runs: our own import path first, so that it finds the same modules."""


Prepare = Callable[[], object]
"""What a process calls once before its first task; found by its name, so it stands at the top of a module."""


@dataclass(frozen=True)
class Limits:
    """The most that a task may take, memory counting the process with its modules; and a process's share of tasks."""

    cpu_seconds: float
    memory_bytes: int
    wall_seconds: float
    tasks: int = TASKS_PER_PROCESS


class WorkerProcess:
    """A worker process that takes one task at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101 (for the type checker: both are pipes)
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._inbox, self._outbox = process.stdin, process.stdout
        self._ready: tuple[Answer, Any] | None = None
        self.pid = process.pid
        self.tasks = 0

    @classmethod
    async def start(cls, limits: Limits, modules: Sequence[str], prepare: Prepare | None = None) -> Self:
        """Start a process by exec; it belongs to the thread of the event loop, whose death would end it."""
        settings = {
            "parent": os.getpid(),
            "modules": list(modules),
            "prepare": None if prepare is None else pickle.dumps(prepare).hex(),
            "cpu_seconds": limits.cpu_seconds,
            "memory_bytes": limits.memory_bytes,
        }
        arguments = ("-c", _BOOTSTRAP, json.dumps(sys.path), json.dumps(settings))
        return cls(await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE))

    async def ready(self) -> tuple[Answer, Any]:
        """Wait until it is prepared; this counts against no task."""
        if self._ready is None:
            async with asyncio.timeout(START_SECONDS):
                self._ready = await self._receive()
        return self._ready

    async def ask(self, task: bytes) -> tuple[Answer, Any]:
        """Hand over a pickled task, wait for its answer; raises ConnectionError or EOFError if the process is lost."""
        self.tasks += 1
        if self._inbox.is_closing():  # which uvloop tells in no error of its own
            raise ConnectionError("the process is gone")
        self._inbox.writelines((HEADER.pack(len(task)), task))
        await self._inbox.drain()
        return await self._receive()

    async def _receive(self) -> tuple[Answer, Any]:
        (length,) = HEADER.unpack(await self._outbox.readexactly(HEADER.size))
        if length > ANSWER_MAX_BYTES:
            raise ConnectionError(f"a worker's answer of {length} bytes")
        answer: tuple[Answer, Any] = pickle.loads(await self._outbox.readexactly(length))  # noqa: S301 (our own child)
        return answer

    async def exit_code(self) -> int:
        """Return how the process ended; one that broke the protocol but lives is killed."""
        await self.end(within_seconds=LEAVE_SECONDS)
        return await self._process.wait()

    async def end(self, *, within_seconds: float) -> None:
        """Close the pipe, wait a while for the process to leave, then kill it; return when it is gone."""
        self._inbox.close()
        try:
            async with asyncio.timeout(within_seconds):
                await self._gone()
        except TimeoutError:
            self.kill()
            await self._gone()

    def kill(self) -> None:
        """Kill the process, if it still lives."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def _gone(self) -> None:
        # What it still wrote must be read: asyncio sees the end of a process only after the end of its pipe.
        await self._outbox.read()
        await self._process.wait()
