"""Files that only one process may hold, and that a process's end lets go of, however it ends."""

import asyncio
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.engines.failure import EngineFailed


@contextmanager
def hold_state(state: Path) -> Iterator[None]:
    """Holds a state folder for this process.

    Raises:
        EngineFailed: another command runs on it, with its process id.
    """
    file = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _take(file):
            holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
            raise EngineFailed(
                f"another claimwire (process {holder}) runs on {state}: stop it, or choose another folder"
            )
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)


async def open_lock(path: Path, *, seconds: float, what: str) -> int:
    """A file descriptor that holds `path`, waited for at most `seconds`; whoever it is handed to holds it too.

    Raises:
        EngineFailed: `what` is held by another process all that time.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + seconds
    try:
        while not (taken := _take(file)) and time.monotonic() < deadline:  # noqa: ASYNC110 - flock tells nobody
            await asyncio.sleep(0.05)
    except BaseException:
        os.close(file)
        raise
    if not taken:
        os.close(file)
        raise EngineFailed(f"{what} is still in use by another process ({path})")
    return file


def _take(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
