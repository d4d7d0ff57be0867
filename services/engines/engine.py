"""An embedded engine as its caller holds it: a process, a port, and start, stop, kill and start again."""

import asyncio
import os
import re
import time
from pathlib import Path

from services.engines import ports
from services.engines.child import Child, Command
from services.engines.failure import EngineFailed, failing_as
from services.engines.locks import open_lock

LOOK_SECONDS = 0.05
"""How often a starting engine is looked at: well under the 0.2 s that the faster one needs."""

LOG_BYTES = 10_000_000
"""Past this size a log is put aside as `.1` when its engine starts; engines write warnings only, a few KB a day."""

TELLING = re.compile(r"FATAL|PANIC|Caused by: |^[\w.]+(?:Exception|Error): ")
"""Lines of an engine's log that say why it ended; without one the last ERROR, then the last line, has to do."""


class Engine:
    """One engine in a folder; at most one process runs on a folder, also across commands that were killed."""

    def __init__(self, title: str, folder: Path, port: int, command: Command, *, start_seconds: float) -> None:
        self.title = title
        self.folder = folder
        self.port = port
        self._start_seconds = start_seconds
        self._child = Child(command)
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The engine's process id (PostgreSQL's postmaster, Kafka's Java), as a kill test needs it."""
        return self._child.pid

    @property
    def log(self) -> Path:
        """Where the engine's output is appended."""
        return self._child.command.log

    async def start(self) -> None:
        """Starts the engine on its port and waits until it answers.

        Raises:
            EngineFailed: it ended at start, did not answer in time, or its port or folder is taken.
        """
        with failing_as(f"{self.title} cannot be started"):
            lock = await lock_folder(self.folder, self.title, self._child.command.grace_seconds)
            try:
                await ports.until_free(self.port)
                self._log_start = _begin_log(self.log)
                self._before_start()
                await self._child.start(keep_open=(lock,))
            finally:
                os.close(lock)
            await self._until_ready()

    async def stop(self) -> None:
        """Ends the engine in order; nothing where it ended already."""
        await self._child.stop()

    async def kill(self) -> None:
        """Ends the engine by kill -9."""
        await self._child.kill()

    async def wait(self) -> int:
        """Waits until the engine ends, and returns its exit status (negative: the signal that ended it)."""
        return await self._child.wait()

    def _before_start(self) -> None:
        """What must be put right in the folder before the process starts, with the folder's lock held."""

    def _is_ready(self) -> bool:
        raise NotImplementedError

    def _new_log(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + self._start_seconds
        while not self._is_ready():
            if not self._child.is_running:
                status = await self._child.wait()
                raise EngineFailed(f"{self.title} ended at start (status {status}): {self._last_word()}")
            if time.monotonic() > deadline:
                await self.stop()
                raise EngineFailed(f"{self.title} did not answer in {self._start_seconds:.0f} s: {self._last_word()}")
            await asyncio.sleep(LOOK_SECONDS)

    def _last_word(self) -> str:
        return f"{tell_reason(self._new_log())} (log: {self.log})"


async def lock_folder(folder: Path, title: str, grace_seconds: float) -> int:
    """A descriptor that holds an engine's folder; the supervisor of a killed command lets go of it within its grace."""
    return await open_lock(folder / "lock", seconds=grace_seconds + 5, what=f"{title}'s folder")


def read_reason(log: Path) -> str:
    """The line of a log file that says best why a process ended."""
    return tell_reason(log.read_text(errors="replace"))


def tell_reason(log: str) -> str:
    """The line of a log that says best why a process ended."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if TELLING.search(line)] or [line for line in lines if "ERROR" in line] or lines
    return telling[-1] if telling else "it said nothing"


def _begin_log(log: Path) -> int:
    """Puts a log that has grown aside; returns where the new run's lines will begin."""
    if not log.exists():
        return 0
    if log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
        return 0
    return log.stat().st_size
