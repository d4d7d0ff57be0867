"""The loop of ingest: names that nobody answers for keep no others waiting."""

import subprocess
import sys
from pathlib import Path

import pytest

THREADS = Path("/proc/self/task")

LOOK_UP = f"""
import asyncio, os
from services.cli.app import open_loop

async def look_up():
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    return len(os.listdir({str(THREADS)!r}))

with asyncio.Runner(loop_factory=lambda: open_loop(32)) as runner:
    print(runner.run(look_up()))
"""


@pytest.mark.skipif(not THREADS.exists(), reason="the system does not list a process's threads")
def test_loop_of_ingest_looks_up_as_many_names_at_once_as_it_is_told() -> None:
    # In a process of its own, since the first look-up of a process starts the threads; half of them are for names.
    ended = subprocess.run([sys.executable, "-c", LOOK_UP], capture_output=True, text=True, check=True, timeout=60)
    assert int(ended.stdout) > 2 * 32
