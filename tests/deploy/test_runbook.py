"""The runbook: a section for every alert with its four parts, and no command in it that does not exist."""

import re
import shlex

import pytest

from tests.deploy.configuration import is_command
from tests.deploy.manifests import DEPLOY, Labels, name_of, rendered, selects
from tests.deploy.test_rules import ALERTS
from tests.deploy.workloads import version

TEXT = (DEPLOY / "runbook.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
PARTS = ("**Meaning.**", "**First look.**", "**Remedy.**", "**Escalation.**")

COMMANDS = sorted(
    {*re.findall(r"`((?:claimwire|kubectl) [^`]+)`", TEXT), *re.findall(r"^(kubectl .+)$", TEXT, re.MULTILINE)}
)

KINDS = {
    "deploy": "Deployment",
    "deployment": "Deployment",
    "job": "Job",
    "cronjob": "CronJob",
    "hpa": "HorizontalPodAutoscaler",
    "networkpolicy": "NetworkPolicy",
    "secret": "Secret",
    "cluster.postgresql.cnpg.io": "Cluster",
    "kafka.kafka.strimzi.io": "Kafka",
    "scaledobject.keda.sh": "ScaledObject",
}
"""Kinds as kubectl is told of them."""

VERBS = frozenset({"get", "describe", "logs", "exec", "rollout", "scale", "delete", "top"})


def test_every_alert_has_a_section_with_its_four_parts() -> None:
    assert SECTIONS.keys() == {rule["alert"] for rule in ALERTS}
    for name, text in SECTIONS.items():
        places = [text.find(part) for part in PARTS]
        assert -1 not in places, name
        assert places == sorted(places), name


def test_links_lead_to_sections() -> None:
    links = re.findall(r"\]\(#(\w+)\)", TEXT)
    assert set(links) <= {name.lower() for name in SECTIONS}


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.startswith("claimwire")])
def test_command_of_ours_exists(command: str) -> None:
    assert is_command(shlex.split(command)[1:])


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.startswith("kubectl")])
def test_kubectl_is_asked_of_what_is_there(command: str) -> None:
    words, _, inner = command.removeprefix("kubectl -n claimwire ").partition(" -- ")
    assert words.split()[0] in VERBS
    for selector in re.findall(r"-l (\S+)", words):
        assert is_of_pods(dict(part.split("=") for part in selector.split(",")))
    for kind, name in re.findall(r"([\w.]+)[/ ](claimwire-[\w-]+)", re.sub(r"-l \S+", "", words)):
        assert words.split()[0] == "exec" or is_there(KINDS[kind], name), f"no {kind} {name}"
    if inner.startswith("claimwire"):
        assert is_command(shlex.split(inner)[1:])


def is_there(kind: str, name: str) -> bool:
    all_ = rendered("prod")
    return name in {name_of(one) for one in all_.of(kind)} | (all_.secrets().keys() if kind == "Secret" else set())


def is_of_pods(labels: Labels) -> bool:
    all_ = rendered("prod")
    return any(
        selects({"matchLabels": labels}, pod) for pod in (*(pod.labels for pod in all_.pods()), *all_.engine_pods())
    )


def test_migration_is_named_as_this_version_is() -> None:
    assert set(re.findall(r"claimwire-migrate-[\w-]+", TEXT)) == {version()["migrate"]}
