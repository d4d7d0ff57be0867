"""The list of what the image holds: every package that is locked for it, with its version and hashes, and ourselves."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_sbom_lists_what_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "sbom.json"
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml"]
    command += ["--output-reproducible", "--of", "JSON", "-o", str(path), "requirements/services.txt"]
    recipe = (ROOT / "Makefile").read_text("utf-8").replace("\\\n\t  ", "")
    assert " ".join(command[3:9]) in recipe, "this is not what make sbom does"
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=120)
    told = json.loads(path.read_text("utf-8"))
    locked = set(
        re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / "requirements" / "services.txt").read_text(), re.MULTILINE)
    )
    assert {(one["name"], one["version"]) for one in told["components"]} == locked
    assert all(one["externalReferences"][0]["hashes"] for one in told["components"])
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", "claimwire")
