"""Ports of 127.0.0.1 that are free, and the same ones again after a restart."""

import asyncio
import random
import socket
import time
from pathlib import Path

from services.engines.failure import EngineFailed

LOOPBACK = "127.0.0.1"
"""The only address the embedded engines listen on."""

CANDIDATES = range(20_000, 30_000)
"""Below the range from which systems take the ports of outgoing connections: a client that knocks at a stopped engine's
port from inside that range can be given that very port, connect to itself, and keep the engine from coming back."""

TRIES = 200
"""Candidates looked at before giving up: with one port in two taken, none is found once in 2^200."""

CLOSING_SECONDS = 5.0
"""What a killed engine's sockets may take to go."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of the past in TIME_WAIT are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """A port that is free now.

    Raises:
        EngineFailed: none was found.
    """
    for port in random.sample(CANDIDATES, TRIES):
        if is_free(port):
            return port
    raise EngineFailed(f"no free port of {LOOPBACK} was found from {CANDIDATES.start} to {CANDIDATES.stop - 1}")


def remembered_port(file: Path, asked: int | None = None) -> int:
    """The port asked for, else the one written in `file` where it is still free, else a free one; writes it there.

    Raises:
        EngineFailed: the port asked for is taken, or none is free.
    """
    if asked is not None and not is_free(asked):
        raise EngineFailed(f"port {asked} of {LOOPBACK} is taken by another program")
    port = asked or _read_port(file) or find_free_port()
    file.write_text(f"{port}\n")
    return port


def _read_port(file: Path) -> int | None:
    text = file.read_text().strip() if file.exists() else ""
    port = int(text) if text.isascii() and text.isdigit() else 0
    return port if 0 < port < 2**16 and is_free(port) else None


async def until_free(port: int) -> None:
    """Waits until the port is free.

    Raises:
        EngineFailed: it stays taken.
    """
    deadline = time.monotonic() + CLOSING_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            raise EngineFailed(f"port {port} of {LOOPBACK} is taken by another program")
        await asyncio.sleep(0.05)
