"""Worker processes under their limits, with real processes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvloop

from services import metrics
from services.process import ANSWER_MAX_BYTES
from services.registry import Service
from services.workers import KillReason, WorkerError, WorkerKilled, Workers, open_workers

MEMORY = 300 * 1024 * 1024


class Unpicklable(Exception):
    def __init__(self, *, keyword: str) -> None:
        super().__init__(keyword)


def double(number: int) -> int:
    return number * 2


def own_pid(_: None) -> int:
    return os.getpid()


def spin(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def spin_in_c(_: None) -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")


def grow(size: int) -> int:
    return len(bytearray(size))


def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def abort(_: None) -> None:
    os.abort()


def leave(_: None) -> None:
    os._exit(0)


def refuse(word: str) -> None:
    raise ValueError(word)


def refuse_strangely(word: str) -> None:
    raise Unpicklable(keyword=word)


def answer_strangely(_: None) -> object:
    return lambda: None


def shout(word: str) -> str:
    sys.stdout.write(word * 1000)
    sys.stdout.flush()
    return word


def open_files(pid: int) -> list[str]:
    return [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]


async def gone(pid: int, *, within_seconds: float = 20.0) -> bool:
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):
            return True
        await asyncio.sleep(0.02)
    return False


def _is_zombie(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
async def two() -> AsyncIterator[Workers]:
    async with open_workers(2, modules=[__name__], cpu_seconds=0.5, memory_bytes=MEMORY, wall_seconds=30.0) as workers:
        yield workers


async def test_task_returns_its_result(two: Workers) -> None:
    assert await asyncio.gather(*(two.run(double, number) for number in range(20))) == list(range(0, 40, 2))


async def test_task_over_its_cpu_time_is_killed_and_the_others_go_on(two: Workers) -> None:
    hostile, harmless = await asyncio.gather(two.run(spin_in_c, None), two.run(sleep, 1.0), return_exceptions=True)
    assert isinstance(hostile, WorkerKilled)
    assert hostile.reason is KillReason.CPU
    assert harmless == "slept"
    assert await two.run(double, 4) == 8
    assert two.killed == {KillReason.CPU: 1}


async def test_workers_are_counted_while_they_work_start_and_die(two: Workers) -> None:
    def figures() -> dict[str, float]:
        shown = metrics.REGISTRY.of(Service.INGEST)
        names = ("workers", "workers_busy", "workers_started_total")
        killed = shown.get_sample_value("claimwire_workers_killed_total", {"reason": "cpu"}) or 0.0
        return {name: shown.get_sample_value(f"claimwire_{name}") or 0.0 for name in names} | {"killed": killed}

    before = figures()
    working = asyncio.create_task(two.run(sleep, 0.5))
    await asyncio.sleep(0.1)
    assert (figures()["workers"], figures()["workers_busy"]) == (2, 1)
    await working
    with pytest.raises(WorkerKilled):
        await two.run(spin_in_c, None)
    after = {name: value - before[name] for name, value in figures().items()}
    assert after == {"workers": 0, "workers_busy": 0, "workers_started_total": 1, "killed": 1}


async def test_cpu_time_is_counted_for_each_task(two: Workers) -> None:
    for _ in range(6):
        await two.run(spin, 0.2)
    assert not two.killed


async def test_task_over_its_memory_is_killed_and_its_process_replaced(two: Workers) -> None:
    before = set(two.pids)
    with pytest.raises(WorkerKilled) as caught:
        await two.run(grow, 2 * MEMORY)
    assert caught.value.reason is KillReason.MEMORY
    assert len(before & set(two.pids)) == 1
    assert await two.run(grow, MEMORY // 4) == MEMORY // 4


async def test_task_over_its_wall_time_is_killed() -> None:
    async with open_workers(1, cpu_seconds=9, memory_bytes=MEMORY, wall_seconds=8.0) as workers:
        with pytest.raises(WorkerKilled) as caught:
            await workers.run(sleep, 30)
        assert caught.value.reason is KillReason.WALL
        assert await workers.run(double, 1) == 2


@pytest.mark.parametrize("end", [abort, leave])
async def test_task_that_ends_its_process_has_died(two: Workers, end: Callable[[None], None]) -> None:
    with pytest.raises(WorkerKilled) as caught:
        await two.run(end, None)
    assert caught.value.reason is KillReason.DIED
    assert await two.run(double, 1) == 2


async def test_process_killed_from_outside_is_replaced(two: Workers) -> None:
    for pid in two.pids:
        os.kill(pid, signal.SIGKILL)
    results = await asyncio.gather(two.run(double, 1), two.run(double, 1), return_exceptions=True)
    assert [str(result) for result in results] == ["died", "died"]
    assert await two.run(double, 1) == 2


def test_process_that_died_idle_is_known_as_dead_on_the_loop_of_ingest() -> None:
    async def kill_between_two_tasks() -> int:
        async with open_workers(1, cpu_seconds=1.0, memory_bytes=MEMORY, wall_seconds=30.0) as workers:
            os.kill(workers.pids[0], signal.SIGKILL)
            await asyncio.sleep(0.5)  # by then the loop has seen it go
            with pytest.raises(WorkerKilled, match=KillReason.DIED):
                await workers.run(double, 2)
            return await workers.run(double, 2)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(kill_between_two_tasks()) == 4


async def test_exception_travels_back_with_its_traceback(two: Workers) -> None:
    with pytest.raises(ValueError, match="no such thing") as caught:
        await two.run(refuse, "no such thing")
    assert "in refuse" in caught.value.__notes__[0]
    assert not two.killed


async def test_exception_that_cannot_be_pickled_travels_back_by_name(two: Workers) -> None:
    with pytest.raises(WorkerError, match=r"Unpicklable: strange"):
        await two.run(refuse_strangely, "strange")


async def test_result_that_cannot_be_pickled_is_an_error(two: Workers) -> None:
    with pytest.raises(Exception, match="pickle"):
        await two.run(answer_strangely, None)
    assert await two.run(double, 1) == 2


async def test_task_that_prints_does_not_disturb(two: Workers, capfd: pytest.CaptureFixture[str]) -> None:
    assert await two.run(shout, "word") == "word"


async def test_large_argument_and_result_pass(two: Workers) -> None:
    text = "é" * 3_000_000
    assert await two.run(str, text) == text


async def test_answer_above_the_limit_is_refused(two: Workers) -> None:
    with pytest.raises(WorkerKilled):
        await two.run(bytes, ANSWER_MAX_BYTES)
    assert await two.run(double, 1) == 2


async def test_cancelled_task_kills_its_process_and_frees_the_place() -> None:
    async with open_workers(1, cpu_seconds=60, memory_bytes=MEMORY, wall_seconds=60) as workers:
        (pid,) = workers.pids
        running = asyncio.create_task(workers.run(spin_in_c, None))
        await asyncio.sleep(0.2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await gone(pid)
        assert await workers.run(double, 1) == 2
        assert not workers.killed


async def test_waiting_tasks_get_a_worker_in_their_order() -> None:
    done: list[int] = []
    async with open_workers(1, cpu_seconds=9, memory_bytes=MEMORY, wall_seconds=9) as workers:

        async def note(number: int) -> None:
            await workers.run(double, number)
            done.append(number)

        await asyncio.gather(*(note(number) for number in range(10)))
    assert done == list(range(10))


async def test_process_is_replaced_after_its_share_of_tasks() -> None:
    async with open_workers(1, cpu_seconds=9, memory_bytes=MEMORY, wall_seconds=9, tasks=3) as workers:
        pids = [await workers.run(own_pid, None) for _ in range(7)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


async def test_leaving_ends_every_process_also_a_busy_one() -> None:
    async with open_workers(2, cpu_seconds=60, memory_bytes=MEMORY, wall_seconds=60) as workers:
        pids = workers.pids
        running = asyncio.create_task(workers.run(spin_in_c, None))
        await asyncio.sleep(0.2)
    assert [await gone(pid, within_seconds=1) for pid in pids] == [True, True]
    with pytest.raises(WorkerKilled):
        await running
    with pytest.raises(RuntimeError, match="ended"):
        await workers.run(double, 1)
    assert workers.pids == []


async def test_module_that_cannot_be_imported_fails_the_start() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        async with open_workers(2, modules=["no_such_module"], cpu_seconds=1, memory_bytes=MEMORY, wall_seconds=1):
            pytest.fail("opened without its module")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def count_in(file: Path) -> None:
    """Add a line to a file that must be there."""
    file.write_text(f"{file.read_text()}{os.getpid()}\n")


async def test_each_process_is_prepared_once_before_its_first_task(tmp_path: Path) -> None:
    file = tmp_path / "prepared"
    file.touch()
    async with open_workers(
        1, prepare=partial(count_in, file), cpu_seconds=9, memory_bytes=MEMORY, wall_seconds=9, tasks=2
    ) as workers:
        assert file.read_text().split() == [str(workers.pids[0])]
        pids = [await workers.run(own_pid, None) for _ in range(3)]
        assert file.read_text().split() == [str(pids[0]), str(pids[2])]


async def test_process_that_cannot_be_prepared_fails_the_start_and_later_the_task(tmp_path: Path) -> None:
    file = tmp_path / "prepared"
    limits: dict[str, Any] = {"cpu_seconds": 9.0, "memory_bytes": MEMORY, "wall_seconds": 9.0}
    with pytest.raises(FileNotFoundError, match="prepared"):
        async with open_workers(1, prepare=partial(count_in, file), **limits):
            pass
    file.touch()
    async with open_workers(1, prepare=partial(count_in, file), **limits, tasks=1) as workers:
        file.unlink()
        assert await workers.run(double, 1) == 2
        with pytest.raises(FileNotFoundError, match="prepared"):
            await workers.run(double, 1)
        assert not workers.killed
        file.touch()
        with suppress(FileNotFoundError):  # of the process that was started meanwhile
            await workers.run(double, 1)
        assert await workers.run(double, 2) == 4


async def test_process_inherits_no_socket_of_ours() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    listening = os.fstat(server.sockets[0].fileno()).st_ino
    os.set_inheritable(server.sockets[0].fileno(), True)
    async with server, open_workers(1, cpu_seconds=1, memory_bytes=MEMORY, wall_seconds=30) as workers:
        files = open_files(workers.pids[0])
    assert files
    assert f"socket:[{listening}]" not in files


async def test_interrupt_from_the_terminal_is_left_to_the_parent(two: Workers) -> None:
    for pid in two.pids:
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGHUP)
    assert [await two.run(double, 1), await two.run(double, 2)] == [2, 4]


PARENT = """
import asyncio
from services.workers import open_workers
from tests.integration.test_workers import spin_in_c

async def main():
    async with open_workers(2, cpu_seconds=100, memory_bytes=300 << 20, wall_seconds=100) as workers:
        running = asyncio.create_task(workers.run(spin_in_c, None))
        await asyncio.sleep(0.3)
        print(*workers.pids, flush=True)
        await running

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere C code holds on until its CPU limit")
async def test_workers_die_with_a_parent_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout is not None
    pids = [int(word) for word in (await parent.stdout.readline()).split()]
    parent.kill()
    await parent.wait()
    assert len(pids) == 2
    assert [await gone(pid) for pid in pids] == [True, True]
