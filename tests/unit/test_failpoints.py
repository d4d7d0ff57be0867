"""Failpoints: they kill where they are told to, and nothing otherwise."""

import signal
import subprocess
import sys

import pytest

SCRIPT = """
from services.failpoints import reach
for number in range(3):
    reach("other")
    reach("here")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("named", "printed", "code"),
    [
        ("", "0\n1\n2\n", 0),
        ("elsewhere", "0\n1\n2\n", 0),
        ("here", "", -signal.SIGKILL),
        ("here:3", "0\n1\n", -signal.SIGKILL),
        ("here:4", "0\n1\n2\n", 0),
    ],
)
def test_process_is_killed_at_the_line_and_time_that_is_named(named: str, printed: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"CLAIMWIRE_FAILPOINT": named},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.stdout, done.returncode) == (printed, code)
