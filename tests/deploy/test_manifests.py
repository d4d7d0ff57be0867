"""The overlays as kustomize renders them: nothing is wrong with them that can be told without a cluster."""

import re
import tomllib
from pathlib import Path

import pytest
from yamllint import linter
from yamllint.config import YamlLintConfig

from services.cli.opml import read_feeds
from services.cli.syncing import read_keys
from tests.deploy.checker import CHECKS, Check
from tests.deploy.manifests import BY_HAND, DEPLOY, OVERLAYS, rendered
from tests.deploy.workloads import version

STYLE = YamlLintConfig(
    "{extends: default, rules: {line-length: {max: 200}, document-start: disable, braces: {max-spaces-inside: 0}, "
    "comments: {min-spaces-from-content: 1}, truthy: {check-keys: false}, indentation: {indent-sequences: whatever}}}"
)


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_overlay_has_no_problem(check: Check, overlay: str) -> None:
    assert list(check(rendered(overlay))) == []


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: str(path.relative_to(DEPLOY)))
def test_yaml_is_tidy_and_has_no_key_twice(path: Path) -> None:
    found = [f"{problem.line}: {problem.desc}" for problem in linter.run(path.read_text("utf-8"), STYLE, str(path))]
    assert found == []


def test_version_is_of_the_project_in_both_spellings() -> None:
    said = version()
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert re.fullmatch(rf"{re.escape(project)}(-\d+)?", said["version"])
    assert said["migrate"] == f"claimwire-migrate-{said['version'].replace('.', '-')}"


def test_files_of_feeds_and_keys_can_be_read() -> None:
    for path in (DEPLOY / "k8s").rglob("feeds.opml"):
        assert read_feeds(path)
    assert read_keys(DEPLOY / "k8s" / "overlays" / "dev" / "keys.toml")


def test_production_makes_no_secret_and_names_those_to_be_made() -> None:
    head = (DEPLOY / "k8s" / "overlays" / "prod" / "kustomization.yaml").read_text("utf-8")
    assert list(rendered("prod").of("Secret")) == []
    for name, keys in BY_HAND.items():
        assert f"generic {name} " in head
        assert all(key in head for key in keys)
