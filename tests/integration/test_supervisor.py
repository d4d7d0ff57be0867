"""Children that end with their command: any process, not only an engine."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from services.engines.account import Account
from services.engines.child import Child, Command, run_once
from services.engines.failure import EngineFailed
from services.engines.supervisor import parse_order
from tests.processes import is_alive, parent_of, until_gone


def python(code: str, folder: Path, grace_seconds: float = 10.0) -> Command:
    return Command([sys.executable, "-c", code], folder / "log", grace_seconds)


def words(log: Path) -> list[str]:
    return log.read_text().split()


async def until_logged(log: Path, count: int) -> list[str]:
    async with asyncio.timeout(20):
        while len(found := words(log)) < count:
            await asyncio.sleep(0.02)
    return found


async def test_child_is_asked_to_stop_first(tmp_path: Path) -> None:
    code = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("ready", flush=True)
time.sleep(600)
"""
    child = Child(python(code, tmp_path))
    await child.start()
    await until_logged(tmp_path / "log", 1)
    assert child.is_running
    await child.stop()
    assert await child.wait() == 3
    assert not child.is_running


async def test_child_that_ignores_the_request_is_killed_with_its_group(tmp_path: Path) -> None:
    code = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.fork(), flush=True)
time.sleep(600)
"""
    child = Child(python(code, tmp_path, grace_seconds=0.2))
    await child.start()
    pids = [int(each) for each in await until_logged(tmp_path / "log", 2)]
    await child.stop()
    assert await child.wait() == -signal.SIGKILL
    for pid in (child.pid, *filter(None, pids)):
        await until_gone(pid)


async def test_workers_of_a_killed_child_go_too(tmp_path: Path) -> None:
    code = "import os, time; print(os.fork(), flush=True); time.sleep(600)"
    child = Child(python(code, tmp_path))
    await child.start()
    pids = [int(each) for each in await until_logged(tmp_path / "log", 2)]
    await child.kill()
    for pid in filter(None, pids):
        await until_gone(pid)


async def test_signals_of_the_terminal_reach_no_child(tmp_path: Path) -> None:
    child = Child(python("import time; print('ready', flush=True); time.sleep(600)", tmp_path))
    await child.start()
    await until_logged(tmp_path / "log", 1)
    supervisor = parent_of(child.pid)
    for number in (signal.SIGINT, signal.SIGHUP):
        os.kill(supervisor, number)
    assert os.getsid(child.pid) not in (os.getsid(0), os.getsid(supervisor))
    await asyncio.sleep(0.2)
    assert is_alive(child.pid)
    os.kill(supervisor, signal.SIGTERM)
    assert await child.wait() == -signal.SIGTERM
    await child.stop()


async def test_exit_status_is_handed_on(tmp_path: Path) -> None:
    assert await run_once(python("raise SystemExit(5)", tmp_path)) == 5


async def test_command_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    child = Child(Command([str(tmp_path / "missing")], tmp_path / "log", 1.0))
    with pytest.raises(EngineFailed, match=r"missing cannot be run: .*No such file"):
        await child.start()
    await child.stop()


async def test_child_that_was_never_started_has_no_pid(tmp_path: Path) -> None:
    child = Child(python("", tmp_path))
    await child.stop()
    with pytest.raises(EngineFailed, match="was not started"):
        await child.wait()
    with pytest.raises(EngineFailed, match="was not started"):
        _ = child.pid


async def test_environment_and_folder_are_the_given_ones(tmp_path: Path) -> None:
    code = "import os; print(os.environ['WHAT'], os.getcwd())"
    command = Command(
        [sys.executable, "-c", code], tmp_path / "log", 1.0, environment={"WHAT": "given"}, folder=tmp_path
    )
    assert await run_once(command) == 0
    assert (tmp_path / "log").read_text() == f"given {tmp_path}\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_account_is_the_given_one(open_folder: Path) -> None:
    command = Command(["/usr/bin/id", "-u"], open_folder / "log", 1.0, account=Account(65534, 65534))
    assert await run_once(command) == 0
    assert (open_folder / "log").read_text() == "65534\n"


def test_order_is_read_from_the_command_line() -> None:
    order = parse_order(["2.5", "--signal", "INT", "--user", "1", "--group", "2", "--", "sh", "-c", "exit"])
    assert (order.grace_seconds, order.stop_signal, order.user, order.group) == (2.5, signal.SIGINT, 1, 2)
    assert order.command == ["sh", "-c", "exit"]
