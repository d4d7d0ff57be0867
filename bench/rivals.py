"""The other open fetchers of news, in an environment of their own: nothing of ours depends on them."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.pages import ROOT

RIVALS = {"news-please": (4.0, 7.0), "newspaper4k": (3.0, 5.0)}
"""By the names of their packages: how many times their articles a CPU second ours are to be, at least and at best."""

REQUIREMENTS = ROOT / "requirements" / "rivals.txt"
ENVIRONMENT = ROOT / ".venv-rivals"
_STAMP = ENVIRONMENT / "requirements.sha256"


class Absent(Exception):
    """The rivals cannot be installed here; the message is a line that says why."""


def install(say: Callable[[str], object]) -> str:
    """Return the Python that has the rivals; they are installed where the requirements changed. Raises ``Absent``."""
    python = ENVIRONMENT / "bin" / "python"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not _STAMP.is_file() or _STAMP.read_text("ascii") != wanted:
        say(f"installing {', '.join(RIVALS)} into {ENVIRONMENT.name}")
        _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS)])
        _STAMP.write_text(wanted, "ascii")
    return str(python)


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        raise Absent(lines[-1] if lines else f"{Path(command[0]).name} ended with {ended.returncode}")
