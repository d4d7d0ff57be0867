"""Makes `.venv` from a hash-locked requirements file, with nothing but the standard library of a bare python3.

`python3 services/bootstrap.py requirements/run.txt [-- COMMAND…]`: installs what the file lists and this project, both
only where something changed, then becomes COMMAND. Every failure is one line.
"""
# ruff: noqa: RUF005, UP032 - a Python older than these forms must get as far as saying that it is too old
# ruff: noqa: S603, S606 - what is run here is this file's own words and what the Makefile says

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
"""The first Python that the services run on."""

OTHERS = ("python3.14", "python3.13", "python3.12", "python3.11")
"""Names under which a newer Python may stand beside an old python3."""

NEEDED_MB = 1000
"""What `.venv` takes (700 MB with everything for development), and pip's working room."""

REASONS = (
    ("No space left on device", "the disk is full"),
    ("DO NOT MATCH THE HASHES", "a package came with another hash than the requirements file has"),
    ("Failed to establish a new connection", "the package registry is out of reach"),
    ("ConnectTimeoutError", "the package registry is out of reach"),
    ("ProxyError", "the package registry is out of reach: the proxy refused"),
    ("ReadTimeoutError", "the package registry does not answer"),
    ("Temporary failure in name resolution", "the package registry is out of reach"),
    ("SSLError", "the package registry's certificate cannot be verified"),
    ("No matching distribution found", "a package has no file for this machine and Python, or the registry lacks it"),
)
"""What pip says somewhere in its errors, and what it means for a person."""

PR_SET_PDEATHSIG = 1
"""Linux's prctl(2) option: the signal that a process gets when its parent ends."""


class Failed(Exception):
    """The environment cannot be made; the message is one line for a person."""


def main(arguments: "list[str]", root: Path) -> int:
    """Makes the environment of the checkout and becomes the command; returns 1 after a failure, 130 after Ctrl-C."""
    requirements, command = arguments[0], arguments[2:]
    try:
        use_new_python(sys.version_info[:2], arguments)
        install(root, root / requirements)
        if command:
            end_with_parent()
            os.execv(str(root / command[0]), command)
    except (Failed, OSError) as error:
        sys.stderr.write("claimwire: {}\n".format(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def use_new_python(version: "tuple[int, ...]", arguments: "list[str]") -> None:
    """Becomes a newer Python where this one is too old; raises Failed where there is none."""
    if version >= OLDEST:
        return
    for name in OTHERS:
        path = shutil.which(name)
        # Asked, not trusted: version managers leave shims of Pythons that are not there.
        if path and subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(path, [path, str(Path(__file__).resolve())] + arguments)
    have = ".".join(str(part) for part in version)
    raise Failed("Python 3.11 or newer is needed; {} is {}".format(sys.executable, have))


def install(root: Path, requirements: Path) -> None:
    """Brings `.venv` up to date with the requirements file and pyproject.toml; raises Failed."""
    venv = root / ".venv"
    python = venv / "bin" / "python"
    stamp = venv / "{}.stamp".format(requirements.name)
    wanted = fingerprint([requirements, root / "pyproject.toml"])
    if stamp.exists() and stamp.read_text() == wanted and works(python):
        return
    check_space(root)
    if not works(python):
        make_venv(venv)
    say("installing {} (once)".format(requirements.name))
    run_pip(python, ["--require-hashes", "--no-deps", "-r", str(requirements)])
    run_pip(python, ["--no-deps", "--no-build-isolation", "-e", str(root)])
    stamp.write_text(wanted)


def fingerprint(paths: "list[Path]") -> str:
    """What the environment depends on: the files' contents and this Python's version."""
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def works(python: Path) -> bool:
    """Whether an environment's Python runs, is new enough and has pip; one made by half does not."""
    check = "import sys, pip; sys.exit(sys.version_info[:2] < {})".format(OLDEST)
    return python.exists() and subprocess.call([str(python), "-c", check], stderr=subprocess.DEVNULL) == 0


def check_space(folder: Path, needed_mb: int = NEEDED_MB) -> None:
    """Refuses a disk with too little left; raises Failed with both figures."""
    free_mb = shutil.disk_usage(str(folder)).free // 10**6
    if free_mb < needed_mb:
        raise Failed("the disk of {} has {} MB left; .venv needs {} MB".format(folder, free_mb, needed_mb))


def make_venv(venv: Path) -> None:
    """Makes an empty environment in place of what is there; raises Failed where Python's own modules for it lack."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            package = "python{}.{}-venv".format(*sys.version_info)
            raise Failed("Python's module {} is missing: install it, on Debian: apt install {}".format(module, package))
    say("making {}".format(venv))
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if made.returncode:
        raise Failed("{} cannot be made: {}".format(venv, explain(made.stdout.decode(errors="replace"))))


def run_pip(python: Path, options: "list[str]") -> None:
    """Runs `pip install`, its progress shown on a terminal; raises Failed with what its errors mean."""
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"] + quiet + options
    pip = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    if pip.returncode:
        raise Failed("the packages cannot be installed: {}".format(explain(pip.stderr.decode(errors="replace"))))


def explain(output: str) -> str:
    """What went wrong, in a few words."""
    for said, reason in REASONS:
        if said in output:
            return reason
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines or ["it said nothing"]
    return errors[-1]


def end_with_parent() -> None:
    """Asks Linux to end this process, also after it became another program, when `make` is killed."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def say(line: str) -> None:
    """Tells what takes a while."""
    sys.stdout.write("claimwire: {}\n".format(line))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent.parent))
