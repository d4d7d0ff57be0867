"""A process that ends with this one, however this one ends: the asking side of the supervisor."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.engines.account import Account
from services.engines.failure import EngineFailed

SUPERVISOR_SECONDS = 5.0
"""What a supervisor may take past its command's grace, before it is killed too: a loaded machine, not more work."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a child runs: its arguments, where its output is appended, and how it is stopped.

    `environment` None means this process's own; `account` None this process's user.
    """

    arguments: Sequence[str]
    log: Path
    grace_seconds: float
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    environment: Mapping[str, str] | None = None
    folder: Path | None = None


class Child:
    """One supervised process, startable again after it ended."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._pid: int | None = None
        self._held: int | None = None
        self._supervisor: asyncio.subprocess.Process | None = None
        self._ending: asyncio.Task[int] | None = None

    @property
    def pid(self) -> int:
        """The process's id (not its supervisor's), also after it ended.

        Raises:
            EngineFailed: it was never started.
        """
        if self._pid is None:
            raise EngineFailed(f"{self.command.arguments[0]} was not started")
        return self._pid

    @property
    def is_running(self) -> bool:
        """Whether the process, or its supervisor, is still there."""
        return self._ending is not None and not self._ending.done()

    async def start(self, *, keep_open: Sequence[int] = ()) -> None:
        """Starts the supervisor and its process; `keep_open` are file descriptors the supervisor holds to its end.

        Raises:
            EngineFailed: the process cannot be run, with the reason.
            OSError: the log cannot be written.
        """
        readable, self._held = os.pipe()
        try:
            with self.command.log.open("ab") as log:
                self._supervisor = await asyncio.create_subprocess_exec(
                    *self._supervisor_arguments(),
                    stdin=readable,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=tuple(keep_open),
                    env=None if self.command.environment is None else dict(self.command.environment),
                    cwd=self.command.folder,
                )
        except BaseException:
            self._let_go()
            raise
        finally:
            os.close(readable)
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._ending = asyncio.create_task(self._follow(self._supervisor, told))
        self._pid = await told

    async def wait(self) -> int:
        """Waits for the process's end and returns its exit status (negative: the signal that ended it)."""
        if self._ending is None:
            raise EngineFailed(f"{self.command.arguments[0]} was not started")
        return await asyncio.shield(self._ending)

    async def stop(self) -> None:
        """Ends the process: its stop signal, SIGKILL after the grace; nothing where it ended already."""
        self._let_go()
        if self._ending is None or self._supervisor is None:
            return
        try:
            await asyncio.wait_for(self.wait(), self.command.grace_seconds + SUPERVISOR_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._supervisor.kill()
            await self.wait()

    async def kill(self) -> None:
        """Ends the process as a crash does: kill -9, and no other word."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        await self.wait()

    async def _follow(self, supervisor: asyncio.subprocess.Process, told: asyncio.Future[int]) -> int:
        status = -signal.SIGKILL
        heard_end = False
        async for line in _lines(supervisor):
            word, _, rest = line.partition(" ")
            if word == "started":
                self._pid = int(rest)
                _settle(told, self._pid)
            elif word == "failed":
                heard_end = _settle(told, EngineFailed(f"{self.command.arguments[0]} cannot be run: {rest}"))
            elif word == "ended":
                status, heard_end = int(rest), True
        await supervisor.wait()
        self._let_go()
        if not heard_end:
            _settle(told, EngineFailed(f"the supervisor of {self.command.arguments[0]} ended (see {self.command.log})"))
            self._end_orphan()
        return status

    def _end_orphan(self) -> None:
        """The supervisor itself was killed: what it ran must not go on alone."""
        if self._pid is not None:
            with suppress(OSError):
                os.killpg(self._pid, signal.SIGKILL)

    def _let_go(self) -> None:
        """Closes our end of the pipe, which is the order to stop."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _supervisor_arguments(self) -> list[str]:
        account = self.command.account
        whose = [] if account is None else ["--user", str(account.uid), "--group", str(account.gid)]
        stop = ["--signal", self.command.stop_signal.name.removeprefix("SIG")]
        supervisor = [sys.executable, "-m", "services.engines.supervisor", str(self.command.grace_seconds)]
        return [*supervisor, *stop, *whose, "--", *self.command.arguments]


async def run_once(command: Command, *, keep_open: Sequence[int] = ()) -> int:
    """Runs a command to its end and returns its exit status; ends it where the caller is cancelled."""
    child = Child(command)
    try:
        await child.start(keep_open=keep_open)
        return await child.wait()
    finally:
        await child.stop()


async def _lines(supervisor: asyncio.subprocess.Process) -> AsyncIterator[str]:
    if supervisor.stdout is not None:
        async for line in supervisor.stdout:
            yield line.decode().strip()


def _settle(told: asyncio.Future[int], result: int | EngineFailed) -> bool:
    if not told.done():
        if isinstance(result, int):
            told.set_result(result)
        else:
            told.set_exception(result)
    return True
