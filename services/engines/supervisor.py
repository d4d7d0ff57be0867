"""Runs one command and ends it when the process that asked for it is gone, however that went.

`python -m services.engines.supervisor GRACE [--signal INT] [--user N --group N] -- COMMAND…`: standard input is a pipe
whose other end the asking process holds; its end-of-file is the order to stop. Standard output tells `started PID`,
`ended STATUS` (negative: a signal) or `failed REASON`; the command itself writes to standard error.
"""

import argparse
import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

PR_SET_PDEATHSIG = 1
"""Linux's prctl(2) option: the signal a process gets when its parent ends."""

HANDLED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Noticed rather than ignored: what is ignored here would stay ignored in the command. Only SIGTERM asks to stop."""

CANNOT_RUN = 127
"""Exit status where the command cannot be run, as a shell's."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command, and how it is to be run and stopped."""

    command: Sequence[str]
    grace_seconds: float
    stop_signal: signal.Signals
    user: int | None
    group: int | None


def parse_order(arguments: Sequence[str]) -> Order:
    """Reads the command line.

    Raises:
        SystemExit: it is not one of ours.
    """
    parser = argparse.ArgumentParser(prog="supervisor", description="Run a command that ends with its caller.")
    parser.add_argument("grace", type=float, help="seconds from the stop signal to SIGKILL")
    parser.add_argument("--signal", default="TERM", help="the stop signal's name without SIG")
    parser.add_argument("--user", type=int)
    parser.add_argument("--group", type=int)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args(arguments)
    return Order(given.command, given.grace, signal.Signals[f"SIG{given.signal}"], given.user, given.group)


def supervise(order: Order, held: int, told: int) -> int:
    """Runs the command until it ends, or until end-of-file on `held`; tells on `told`; returns the exit status."""
    wake = _notice_signals()
    try:
        child = _start(order)
    except (OSError, subprocess.SubprocessError) as error:
        _tell(told, f"failed {error}")
        return CANNOT_RUN
    _tell(told, f"started {child.pid}")
    _wait(child, held, wake)
    _stop(child, order)
    _tell(told, f"ended {child.returncode}")
    return 0


def _notice_signals() -> int:
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    for number in HANDLED:
        signal.signal(number, _do_nothing)
    return readable


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    pass


def _start(order: Order) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - running what it is told is its purpose
        order.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=sys.stderr.fileno(),
        start_new_session=True,
        user=order.user,
        group=order.group,
        extra_groups=[] if order.user is not None else None,
        preexec_fn=_end_with_parent(order.stop_signal),  # noqa: PLW1509 - this process has one thread
    )


def _end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """The last defence: a kill -9 of the supervisor itself. Must come after the change of user, which voids it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(number))


def _wait(child: subprocess.Popen[bytes], held: int, wake: int) -> None:
    while child.poll() is None:
        ready, _, _ = select.select([held, wake], [], [])
        if wake in ready and signal.SIGTERM in os.read(wake, 512):
            return
        if held in ready and not os.read(held, 512):
            return


def _stop(child: subprocess.Popen[bytes], order: Order) -> None:
    child.send_signal(order.stop_signal)
    try:
        child.wait(order.grace_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    # What the command left in its group (workers of a process that was killed) goes with it.
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)


def _tell(told: int, line: str) -> None:
    with suppress(OSError):
        os.write(told, f"{' '.join(line.split())}\n".encode())


if __name__ == "__main__":
    sys.exit(supervise(parse_order(sys.argv[1:]), sys.stdin.fileno(), sys.stdout.fileno()))
