"""Whether each object has the shape that Kubernetes or an operator takes: their schemas, offline."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator

from tests.deploy.manifests import Manifests, Object, name_of

LOWEST, HIGHEST = "1.32", "1.37"
"""The minor versions of Kubernetes that the manifests are for: from the oldest that any vendor still keeps."""

OPERATORS = ("kafka.strimzi.io", "keda.sh", "monitoring.coreos.com", "postgresql.cnpg.io")


@cache
def operators() -> dict[str, Any]:
    facts: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("operators.yaml").read_text("utf-8"))
    return facts


def check_shapes(all_: Manifests, versions: tuple[str, ...] = (LOWEST, HIGHEST)) -> Iterator[str]:
    for one in all_.objects:
        for problem in _problems(json.dumps(one), versions):
            yield f"{one['kind']} {name_of(one)}: {problem}"


@cache  # a second of work an overlay, and overlays of tests differ in one object
def _problems(text: str, versions: tuple[str, ...]) -> list[str]:
    one = json.loads(text)
    of_operator = one["apiVersion"].split("/")[0] in OPERATORS
    return list(_of_operator(one) if of_operator else _of_kubernetes(one, versions))


def _of_operator(one: Object) -> Iterator[str]:
    schema = operators()["kinds"].get(f"{one['apiVersion']}/{one['kind']}")
    if schema is None:
        yield f"{one['apiVersion']} is not served"
        return
    whole = {"definitions": operators()["definitions"], **schema}
    for error in Draft202012Validator(whole).iter_errors(one["spec"]):
        yield f"{error.json_path}: {error.message[:200]}"


def _of_kubernetes(one: Object, versions: tuple[str, ...]) -> Iterator[str]:
    for version in versions:
        try:
            kubernetes_validate.validate(one, version, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            yield f"Kubernetes {version}: {str(error)[:200]}"
