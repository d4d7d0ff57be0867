"""README's walk-through, run as a reader would run it."""

import asyncio
import json
import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent.parent / "README.md"
SECTION = "A question, from start to end"
ADDRESS = "http://127.0.0.1:8000"

VARIABLE = re.compile(r"/[0-9a-f-]{36}")
"""Ids of the samples come from their URLs, and so from the port that they are served on."""


def blocks() -> list[tuple[str, str]]:
    """The section's blocks of code, each with its language."""
    _, _, rest = README.read_text("utf-8").partition(f"## {SECTION}\n")
    section, _, _ = rest.partition("\n## ")
    return re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


async def check_walkthrough(api: str) -> None:
    """Run what README says against a running gateway, and compare what comes with what README shows."""
    found = blocks()
    shell = "".join(code for language, code in found if language == "sh")
    (program,) = (code for language, code in found if language == "python")
    assert len([line for line in program.splitlines() if line]) <= 10
    shown_json, shown_shell, shown_python = (code for language, code in found if language in {"json", ""})
    told = await _run(["bash", "-euo", "pipefail", "-c", shell.replace(ADDRESS, api)])
    assert _same_ids(told) == _same_ids(shown_json + shown_shell)
    json.loads(shown_json)
    told = await _run([sys.executable, "-c", program.replace(ADDRESS, api)])
    # Which paper was read first differs from run to run.
    assert sorted(told.splitlines()) == sorted(shown_python.splitlines()), told


def _same_ids(told: str) -> str:
    return VARIABLE.sub("/<id>", told)


async def _run(command: list[str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()
