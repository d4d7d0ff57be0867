"""What happens before there is an environment: old Pythons, missing modules, registries out of reach."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services import bootstrap

SOURCE = Path(bootstrap.__file__)
NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout of its own with one requirement that no registry in reach has."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "run.txt").write_text(f"a-package==1.0 --hash=sha256:{'0' * 64}\n")
    return tmp_path


def run(project: Path, *arguments: str, prelude: str = "") -> subprocess.CompletedProcess[str]:
    become = "from services.bootstrap import main; sys.exit(main(sys.argv[2:], Path(sys.argv[1])))"
    code = f"import sys; from pathlib import Path; {become}"
    command = [sys.executable, "-c", f"{prelude}\n{code}", str(project), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | NOWHERE)


def test_file_runs_as_it_stands() -> None:
    command = [sys.executable, str(SOURCE), "requirements/missing.txt"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert str(SOURCE.parent.parent / "requirements" / "missing.txt") in done.stderr


def test_file_is_read_by_old_pythons() -> None:
    ast.parse(SOURCE.read_text(), feature_version=(3, 5))


def test_old_python_is_told_in_one_line(project: Path) -> None:
    old = "import sys, os; sys.version_info = (3, 9, 2); os.environ['PATH'] = '/nowhere'"
    done = run(project, "run.txt", prelude=old)
    assert done.returncode == 1
    assert done.stderr == f"claimwire: Python 3.11 or newer is needed; {sys.executable} is 3.9\n"


def test_old_python_becomes_a_newer_one_that_works(project: Path) -> None:
    names = project / "names"
    names.mkdir()
    (names / "python3.14").write_text("#!/bin/sh\nexit 127\n")
    (names / "python3.13").write_text('#!/bin/sh\necho "newer: $*"\n')
    for file in names.iterdir():
        file.chmod(0o755)
    old = f"import sys, os; sys.version_info = (3, 9, 2); os.environ['PATH'] = {str(names)!r} + ':/bin'"
    done = run(project, "run.txt", "--", "what", prelude=old)
    assert done.stdout.splitlines()[-1] == f"newer: {SOURCE} run.txt -- what"


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_missing_module_names_the_package(project: Path, module: str) -> None:
    done = run(project, "run.txt", prelude=f"import sys; sys.modules[{module!r}] = None")
    package = f"python3.{sys.version_info.minor}-venv"
    assert done.returncode == 1
    assert done.stderr == (
        f"claimwire: Python's module {module} is missing: install it, on Debian: apt install {package}\n"
    )


def test_registry_out_of_reach_is_one_line(project: Path) -> None:
    done = run(project, "run.txt", "--", "never")
    assert done.returncode == 1
    assert done.stderr == "claimwire: the packages cannot be installed: the package registry is out of reach\n"
    assert not (project / ".venv" / "run.txt.stamp").exists()
    assert bootstrap.works(project / ".venv" / "bin" / "python")


def test_environment_up_to_date_becomes_the_command(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    wanted = bootstrap.fingerprint([project / "run.txt", project / "pyproject.toml"])
    (project / ".venv" / "run.txt.stamp").write_text(wanted)
    command = project / "command"
    command.write_text('#!/bin/sh\necho "ran: $*"\n')
    command.chmod(0o755)
    done = run(project, "run.txt", "--", "command", "up", "https://example.org/?a=1&b=2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran: up https://example.org/?a=1&b=2\n", "")


def test_changed_requirements_change_the_fingerprint(project: Path) -> None:
    paths = [project / "run.txt"]
    before = bootstrap.fingerprint(paths)
    assert bootstrap.fingerprint(paths) == before
    paths[0].write_text("")
    assert bootstrap.fingerprint(paths) != before


def test_missing_requirements_file_is_one_line(project: Path) -> None:
    done = run(project, "missing.txt")
    assert done.returncode == 1
    assert done.stderr.startswith("claimwire: [Errno 2] No such file or directory: ")
    assert done.stderr.count("\n") == 1


def test_environment_made_by_half_does_not_work(tmp_path: Path) -> None:
    assert not bootstrap.works(tmp_path / "python")
    (tmp_path / "python").symlink_to("/bin/false")
    assert not bootstrap.works(tmp_path / "python")


def test_full_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(bootstrap.Failed, match="MB left; .venv needs 1000000000000 MB"):
        bootstrap.check_space(tmp_path, 10**12)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("x\nERROR: of its own kind\ny", "ERROR: of its own kind"),
        ("the last line", "the last line"),
        ("", "it said nothing"),
    ],
)
def test_output_of_pip_is_explained(output: str, reason: str) -> None:
    assert bootstrap.explain(output) == reason
