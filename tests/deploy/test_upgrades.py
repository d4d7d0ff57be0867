"""Two versions, one after the other: nothing that Kubernetes refuses to change is changed under one name."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.manifests import DEPLOY, OVERLAYS, Manifests, Object, name_of, render, rendered

IMMUTABLE = {
    "Deployment": ("spec.selector",),
    "Job": ("spec.template", "spec.selector", "spec.completions"),
    "Service": ("spec.clusterIP",),
    "KafkaNodePool": ("spec.storage.type",),
    "Cluster": ("spec.bootstrap",),
}
"""What cannot be changed: by Kubernetes for its own, by the operators for theirs."""


def copy_of_deploy(folder: Path) -> Path:
    shutil.copytree(DEPLOY, folder / "deploy")
    return folder / "deploy" / "k8s"


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def frozen(objects: list[Object]) -> dict[tuple[str, str, str], Any]:
    return {
        (one["kind"], name_of(one), path): _at(one, path) for one in objects for path in IMMUTABLE.get(one["kind"], ())
    }


def _at(place: Any, path: str) -> Any:
    for step in path.split("."):
        place = place.get(step) if isinstance(place, dict) else None
    return place


def differences(before: list[Object], after: list[Object]) -> list[tuple[str, str, str]]:
    old, new = frozen(before), frozen(after)
    return [key for key in old.keys() & new.keys() if old[key] != new[key]]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_next_version_changes_nothing_immutable(overlay: str, tmp_path: Path) -> None:
    k8s = copy_of_deploy(tmp_path)
    replace(k8s / "base" / "version.env", "version=0.1.0", "version=0.2.0")
    replace(k8s / "base" / "version.env", "migrate-0-1-0", "migrate-0-2-0")
    after = render(k8s / "overlays" / overlay)
    assert differences(rendered(overlay).objects, after) == []
    assert [name_of(one) for one in after if one["kind"] == "Job"] == ["claimwire-migrate-0-2-0"]
    pods = Manifests(after).pods("Deployment", "Job", "CronJob")
    images = {container["image"].rpartition(":")[2] for pod in pods for container in pod.containers}
    assert images == {"0.2.0"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_other_settings_roll_the_services_and_leave_the_job(overlay: str, tmp_path: Path) -> None:
    k8s = copy_of_deploy(tmp_path)
    for file in ("ingest.env", "extract.env", "api.env"):
        replace(k8s / "base" / file, "CLAIMWIRE_STOP_SECONDS=20", "CLAIMWIRE_STOP_SECONDS=15")
    replace(k8s / "base" / "engines.env", "MECHANISM=SCRAM-SHA-512", "MECHANISM=SCRAM-SHA-256")
    after = render(k8s / "overlays" / overlay)
    assert differences(rendered(overlay).objects, after) == []
    before = {name_of(one): one["spec"]["template"] for one in rendered(overlay).of("Deployment")}
    assert all(before[name_of(one)] != one["spec"]["template"] for one in after if one["kind"] == "Deployment")


def test_changed_selector_is_seen(tmp_path: Path) -> None:
    k8s = copy_of_deploy(tmp_path)
    replace(k8s / "base" / "version.env", "version=0.1.0", "version=0.2.0")
    assert differences(rendered("prod").objects, render(k8s / "overlays" / "prod")) == [
        ("Job", "claimwire-migrate-0-1-0", "spec.template")
    ]
