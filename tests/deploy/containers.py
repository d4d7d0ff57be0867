"""Containers as tests run them: buildah builds, podman runs, both without a daemon."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.manifests import Object, Pod

ROOT = Path(__file__).parents[2]

TOOLS = ("buildah", "mmdebstrap", "podman", "runc")
"""Debian's packages of these names; what a machine lacks is named where the test is skipped."""

BASE = "localhost/claimwire-test-base:bookworm"
BASE_PYTHON = "3.11"
"""Debian 12 with its own Python: no registry of images is needed to try the Dockerfile."""

IMAGE = "localhost/claimwire-test:latest"

CONFIGURATION = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
"""
"""For machines that are containers themselves: without CAP_SYS_RESOURCE, systemd, or unified control groups."""


def run(*command: object, timeout: float = 600) -> str:
    """Run a tool; fails with its own words."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=timeout, cwd=ROOT)
    assert done.returncode == 0, f"{words[:3]}: {done.stderr[-2000:]}"
    return done.stdout


def need_tools(folder: Path) -> None:
    """Skip, naming what is missing; else have the tools work in a container too."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"not installed: {', '.join(missing)}" if missing else "images are built by root here")
    (folder / "containers.conf").write_text(CONFIGURATION)
    os.environ["CONTAINERS_CONF"] = str(folder / "containers.conf")


def build_base(folder: Path) -> None:
    """Make a base image from Debian's own packages, once a machine."""
    if subprocess.run(["podman", "image", "exists", BASE], check=False).returncode == 0:
        return
    sources = Path("/etc/apt/sources.list.d/debian.sources").read_text("utf-8")
    tar = folder / "base.tar"
    packages = "--include=python3,python3-venv,ca-certificates"
    command = ["mmdebstrap", "--quiet", "--variant=minbase", packages, "bookworm", str(tar), "-"]
    subprocess.run(command, input=sources, text=True, check=True, timeout=600)
    run("podman", "import", "--quiet", tar, BASE)
    tar.unlink()


def build_image() -> None:
    """Build the image from packages that were fetched by their hashes, without any network."""
    locked = ("-r", "requirements/services.txt", "-r", "requirements/build.txt")
    fetch = (sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:")
    run(*fetch, "--python-version", BASE_PYTHON, "--dest", "build/wheels", *locked)
    options = "PIP_OPTIONS=--no-index --find-links=/src/requirements"
    arguments = ("--build-arg", f"BASE={BASE}", "--build-arg", options, "--build-arg", "VERSION=test")
    run(
        "buildah",
        "build",
        "--runtime",
        "runc",
        "--network",
        "none",
        "-f",
        "deploy/Dockerfile",
        "-t",
        IMAGE,
        *arguments,
        ".",
    )


def inspect() -> dict[str, Any]:
    """Return the image's configuration."""
    (found,) = json.loads(run("podman", "inspect", IMAGE))
    config: dict[str, Any] = found["Config"]
    return config


def confined(pod: Pod, container: Object) -> list[str]:
    """Return podman's words for a pod's security context and its places to write to."""
    own, whole = container["securityContext"], pod.spec["securityContext"]
    words = ["--user", f"{whole['runAsUser']}:{whole['runAsGroup']}", "--network", "host"]
    words += ["--read-only"] if own["readOnlyRootFilesystem"] else []
    words += [word for name in own["capabilities"]["drop"] for word in ("--cap-drop", name)]
    words += [] if own["allowPrivilegeEscalation"] else ["--security-opt", "no-new-privileges"]
    empty = {volume["name"] for volume in pod.spec["volumes"] if "emptyDir" in volume}
    mounts = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] in empty]
    return words + [word for path in mounts for word in ("--tmpfs", path)]
