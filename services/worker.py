"""One worker process: it does one task at a time under limits, and dies with the process that started it.

Frames on its standard input and output are a length (8 bytes, big-endian) and a pickle: tasks ``(function, argument)``
go in, ``(Answer, payload)`` come out.
"""

import ctypes
import importlib
import json
import os
import pickle
import resource
import select
import signal
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from enum import StrEnum
from typing import Any, BinaryIO

HEADER = struct.Struct(">Q")
"""The length of the pickle that follows, in bytes."""

LINGER_SECONDS = 5.0
"""How long a worker may finish its task after its parent closed the pipe; on Linux a dead parent needs no such wait."""

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process gets when its parent dies."""


class Answer(StrEnum):
    """What a worker says of a task."""

    READY = "ready"
    RESULT = "result"
    ERROR = "error"
    MEMORY = "memory"


class WorkerError(Exception):
    """A task raised what cannot be pickled; the text names the exception and shows its words."""


def serve(settings: str) -> None:
    """Do tasks until standard input ends; ``settings`` is what ``workers`` wrote (JSON).

    CPU time is limited by a timer for each task (SIGPROF ends the process), since RLIMIT_CPU counts whole seconds and
    adds up over tasks. Memory is limited by RLIMIT_DATA: heap and private mappings, what a task can grow.
    """
    given = json.loads(settings)
    _die_with(given["parent"])
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with os.fdopen(os.dup(0), "rb") as inbox, os.fdopen(os.dup(1), "wb") as outbox:
        os.dup2(2, 1)  # a library that prints must not speak into the pipe
        threading.Thread(target=_watch, args=(inbox.fileno(),), daemon=True).start()
        answer = _prepare(given["modules"], given["prepare"], given["memory_bytes"])
        _send(outbox, answer)
        if answer[0] is Answer.ERROR:
            return
        while answer[0] is not Answer.MEMORY and (task := _receive(inbox)) is not None:
            answer = _do(task, given["cpu_seconds"])
            _send(outbox, answer)


def _prepare(modules: list[str], prepare: str | None, memory_bytes: int) -> tuple[Answer, Any]:
    try:
        for name in modules:
            importlib.import_module(name)
        if prepare is not None:
            pickle.loads(bytes.fromhex(prepare))()  # noqa: S301 (our parent wrote it)
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent shall see it)
        return Answer.ERROR, _portable(error)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_DATA, memory_bytes)
    return Answer.READY, None


def _do(task: bytes, cpu_seconds: float) -> tuple[Answer, Any]:
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        function, argument = pickle.loads(task)  # noqa: S301 (our parent wrote it)
        return Answer.RESULT, function(argument)
    except MemoryError:
        return Answer.MEMORY, None
    except Exception as error:  # noqa: BLE001 (it travels back)
        return Answer.ERROR, _portable(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _portable(error: Exception) -> Exception:
    """Return the exception itself where it survives a pickle, else its name and words; with its traceback as a note."""
    error.add_note("in a worker process:\n" + "".join(traceback.format_exception(error)).rstrip())
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (we wrote it)
    except Exception:  # noqa: BLE001 (any failure means the same)
        return WorkerError(f"{type(error).__qualname__}: {error}")
    return error.with_traceback(None)


def _send(outbox: BinaryIO, answer: tuple[Answer, Any]) -> None:
    try:
        frame = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        frame = pickle.dumps((Answer.MEMORY, None))
    except Exception as error:  # noqa: BLE001 (a result that cannot be pickled is the task's fault)
        frame = pickle.dumps((Answer.ERROR, _portable(error)))
    outbox.write(HEADER.pack(len(frame)))
    outbox.write(frame)
    outbox.flush()


def _receive(inbox: BinaryIO) -> bytes | None:
    header = inbox.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    frame = inbox.read(length)
    return frame if len(frame) == length else None


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (ValueError, OSError):  # pragma: no cover (macOS refuses some limits)
        sys.stderr.write(f"this system sets no limit {kind}\n")


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, also while C code runs; elsewhere the pipe must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # pragma: no cover (it died before the kernel was asked)
        os._exit(1)


def _watch(pipe: int, leave: Callable[[int], None] = os._exit) -> None:
    """Wait until the other end of ``pipe`` is closed, then end the process, whatever it does."""
    poll = select.poll()
    poll.register(pipe, 0)
    poll.poll()
    time.sleep(LINGER_SECONDS)
    leave(1)
