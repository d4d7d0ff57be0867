"""The manifests of an overlay as kustomize renders them, and what tests ask of them."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
OVERLAYS = ("dev", "prod")

Object = dict[str, Any]
Labels = Mapping[str, str]

OF_THE_CLUSTER = frozenset({"Namespace"})
"""Kinds without a namespace."""

BY_HAND = {"claimwire-api": {"cursor-secret"}, "claimwire-api-keys": {"keys.toml"}}
"""Secrets that no manifest makes where their values must not be in a repository; the overlay's head says how to."""


@dataclass(frozen=True)
class Pod:
    """A pod that a manifest makes: whose, its labels, its spec."""

    kind: str
    name: str
    labels: Labels
    spec: Object

    @property
    def containers(self) -> list[Object]:
        return list(self.spec["containers"])


@dataclass
class Manifests:
    """All objects of an overlay."""

    objects: list[Object] = field(default_factory=list)

    def of(self, kind: str) -> Iterator[Object]:
        return (one for one in self.objects if one["kind"] == kind)

    def get(self, kind: str, name: str) -> Object | None:
        return next((one for one in self.of(kind) if name_of(one) == name), None)

    def pods(self, *kinds: str) -> Iterator[Pod]:
        for one in self.objects:
            if one["kind"] in (kinds or ("Deployment", "Job", "CronJob")):
                spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
                template = spec["template"]
                yield Pod(one["kind"], name_of(one), template["metadata"]["labels"], template["spec"])

    def secrets(self) -> dict[str, set[str]]:
        """The keys of every Secret that is there, once the operators have made theirs."""
        made = {name_of(one): set(one["data"]) for one in self.of("Secret")}
        made |= {f"{name_of(one)}-app": {"uri", "password", "username"} for one in self.of("Cluster")}
        made |= {name_of(one): {"password"} for one in self.of("KafkaUser")}
        made |= {f"{name_of(one)}-cluster-ca-cert": {"ca.crt"} for one in self.of("Kafka")}
        return BY_HAND | made

    def config_maps(self) -> dict[str, dict[str, str]]:
        return {name_of(one): one["data"] for one in self.of("ConfigMap")}

    def engine_pods(self) -> Iterator[Labels]:
        """The labels that the operators give their pods."""
        for one in self.of("Kafka"):
            for part in ("kafka", "entity-operator"):
                name = f"{name_of(one)}-{part}"
                yield {"strimzi.io/cluster": name_of(one), "strimzi.io/kind": "Kafka", "strimzi.io/name": name}
        for one in self.of("Cluster"):
            yield {"cnpg.io/cluster": name_of(one)}


def name_of(one: Object) -> str:
    return str(one["metadata"]["name"])


def selects(selector: Mapping[str, Any], labels: Labels) -> bool:
    """Whether a label selector matches; of expressions only ``In`` is known, which is all we use."""
    wanted = selector.get("matchLabels") or {}
    listed = selector.get("matchExpressions") or []
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"] for one in listed
    )


def kustomize() -> str:
    """Return kubectl, which has kustomize built in (5.5 since kubectl 1.32); skips the test where there is none."""
    found = shutil.which("kubectl")
    if found is None:
        pytest.skip("kubectl, which renders the overlays, is not installed")
    return found


def render(folder: Path) -> list[Object]:
    """Return the objects of a kustomization; fails with kustomize's own words."""
    done = subprocess.run([kustomize(), "kustomize", folder], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, f"kustomize warns: {done.stderr}"
    return [one for one in yaml.safe_load_all(done.stdout) if one]


@cache
def rendered(overlay: str) -> Manifests:
    """The manifests of an overlay, rendered once; who changes them takes a copy."""
    return Manifests(render(DEPLOY / "k8s" / "overlays" / overlay))
