"""What the pages for people name (paths, commands, settings, metrics, routes), held against what is there."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import typer

from services import settings
from services.cli.app import app
from services.metrics import REGISTRY
from tests.deploy.configuration import is_command

ROOT = Path(__file__).parents[2]

TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")

PASSED_OVER = frozenset({".git", ".venv", ".venv-training", ".state", "build", "__pycache__", "models", "data"})
"""Folders that are no part of what is delivered."""

MADE = ("bench/out/", "build/", ".state", ".venv", "claimwire.env", "claimwire.dump", "claimwire.list", "quality.json")
"""What commands write: it is not there before."""

SHELL = re.compile(r"(make|claimwire|kubectl|docker|curl|python3|export|psql|pg_\w+|\.venv/bin/\w+|\w+=\S+) ?")
"""How a block of commands begins where it does not say its language."""

OTHERS = frozenset({"CLAIMWIRE_FAILPOINT"})
"""Variables that are no settings: the tests' own."""


class Page(NamedTuple):
    """A page of Markdown: where it is, and its text."""

    path: Path
    text: str

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Each fenced block: its language and its lines, as far left as its fence."""
        found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", self.text, re.MULTILINE | re.DOTALL)
        return [(language, re.sub(f"^{indent}", "", body, flags=re.MULTILINE)) for indent, language, body in found]

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return re.sub(r"^ *```.*?^ *```$", "", self.text, flags=re.MULTILINE | re.DOTALL)

    @property
    def marked(self) -> list[str]:
        """What the prose shows as code."""
        return re.findall(r"`([^`\n]+)`", self.prose)

    @property
    def shell(self) -> list[str]:
        """The blocks that are commands of a shell."""
        return [
            body for language, body in self.blocks if language in {"sh", "bash"} or (not language and SHELL.match(body))
        ]

    @property
    def commands(self) -> list[str]:
        """Every command, one a string: from the prose, and line by line from the blocks."""
        lines = (line for body in self.shell for line in re.sub(r"\\\n", " ", body).splitlines())
        return [*self.marked, *(line.strip() for line in lines)]


def pages() -> list[Page]:
    paths = [*(ROOT / name for name in TOP), *(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    return [Page(path, path.read_text("utf-8")) for path in sorted(paths)]


@cache
def everything() -> frozenset[str]:
    """Every path that is delivered, from the root, folders without their slash."""
    found: set[str] = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in PASSED_OVER]
        found |= {str((Path(folder) / name).relative_to(ROOT)) for name in (*folders, *files)}
    return frozenset(found)


def check_links(page: Page) -> Iterator[str]:
    """Relative links lead to files that are there, and to headings that they have."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        if not path.exists():
            yield f"no file {target}"
        elif anchor and anchor not in anchors(page.text if path == page.path else path.read_text("utf-8")):
            yield f"no heading {target}"


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", Page(ROOT, text).prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_paths(page: Page) -> Iterator[str]:
    """Paths are there: whole from the root, or the last part of one."""
    top = "|".join(re.escape(path) for path in everything() if "/" not in path)
    path = re.compile(rf"(?:{top})(/[\w.-]+)*/?|[\w-]+(/[\w.-]+)*(/|\.(md|py|yaml|json|toml|env|opml|sql|sh))")
    for word in {word for each in page.commands for word in each.split()}:
        if not path.fullmatch(word) or word.startswith((*MADE, "deploy/claimwire-")):  # an object of kubectl's
            continue
        if not any(one == word.strip("/") or one.endswith(f"/{word.strip('/')}") for one in everything()):
            yield f"no path {word}"


def check_targets(page: Page) -> Iterator[str]:
    """Targets of make are in the Makefile."""
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for command in page.commands:
        for target in re.findall(r"^make ([a-z][a-z-]*)", command):
            if target not in known:
                yield f"no target {target}"


def check_commands(page: Page) -> Iterator[str]:
    """Commands of claimwire are its own, with options that they know; groups of them are too."""
    for command in page.commands:
        found = re.search(r"(?:^|/| -- | exec \w+ )claimwire ([a-z][^|>#]*)", command)
        if found is not None:
            words = shlex.split(found.group(1).replace("…", "x"))
            if not (is_command(words) or (len(words) == 1 and words[0] in groups())):
                yield f"no command claimwire {' '.join(words)}"


def groups() -> set[str]:
    """The names under which commands are gathered."""
    commands: dict[str, Any] = getattr(typer.main.get_command(app), "commands", {})
    return {name for name, command in commands.items() if hasattr(command, "commands")}


def check_settings(page: Page) -> Iterator[str]:
    """Settings are those of a class, or by a star some of one."""
    classes = [each for each in vars(settings).values() if hasattr(each, "model_fields")]
    known = {f"CLAIMWIRE_{name.upper()}" for each in classes for name in each.model_fields} | OTHERS
    for name in sorted(set(re.findall(r"\bCLAIMWIRE_[A-Z_]+[*…]?", page.text)) - known):
        if not (name.endswith(("_*", "_…")) and any(one.startswith(name[:-1]) for one in known)):
            yield f"no setting {name}"


def check_metrics(page: Page) -> Iterator[str]:
    """Metrics are exposed; what is recorded is recorded by a rule."""
    known = {series for declared in REGISTRY.declared for series in (declared.name, *declared.series)}
    rules = "".join(path.read_text("utf-8") for path in (ROOT / "deploy/prometheus/rules").glob("*.yaml"))
    known |= set(re.findall(r"record: (\S+)", rules))
    for name in {name for each in page.marked for name in re.findall(r"(?<!urn:)\bclaimwire[_:][a-z][\w:]*", each)}:
        if name not in known:
            yield f"no metric {name}"


def check_routes(page: Page) -> Iterator[str]:
    """Paths below /v1 are those of the API."""
    described = json.loads((ROOT / "schemas" / "openapi.json").read_text("utf-8"))["paths"]
    known = [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in described]
    for route in {route for each in page.commands for route in re.findall(r"/v1/[\w{}/$-]+", each)}:
        if not any(one.fullmatch(route.rstrip("/")) for one in known):
            yield f"no route {route}"


def check_shell(page: Page) -> Iterator[str]:
    """Blocks of commands are a shell's language; nothing is run."""
    for body in page.shell:
        parsed = subprocess.run(["bash", "-n"], input=body, capture_output=True, text=True, check=False)
        if parsed.returncode != 0:
            yield parsed.stderr


CHECKS: tuple[Callable[[Page], Iterator[str]], ...] = (
    *(check_links, check_paths, check_targets, check_commands, check_settings, check_metrics, check_routes),
    check_shell,
)
