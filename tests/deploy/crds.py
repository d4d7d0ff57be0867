"""CustomResourceDefinitions made from ``operators.yaml``, for a real kube-apiserver; and Pods as Deployments make them.

``python -m tests.deploy.crds crds`` prints the definitions, ``… pods FILE`` the Pods of rendered manifests.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.manifests import Manifests
from tests.deploy.shapes import operators

KEPT: tuple[str, ...] = ("type", "pattern", "minimum", "maximum", "minItems", "required")
"""What is written alike in both."""


def definitions() -> list[dict[str, Any]]:
    """Return a definition of every kind that we use."""
    return [_definition(name, schema) for name, schema in operators()["kinds"].items()]


def _definition(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    group, version, kind = name.split("/")
    plural = f"{kind.lower()}s"
    spec = {"type": "object", "properties": {"spec": structural(schema)}}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": spec}}
    # Names of groups below k8s.io and x-k8s.io alone are guarded; these are the operators' own.
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [served],
        },
    }


def structural(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as Kubernetes wants it: no references, and one type; what is not named is refused by it."""
    if "$ref" in schema:
        return structural(operators()["definitions"][schema["$ref"].rpartition("/")[2]])
    if isinstance(schema.get("type"), list) or not schema:
        return {"x-kubernetes-preserve-unknown-fields": True}
    if "const" in schema or "enum" in schema:
        return {"type": "string", "enum": schema.get("enum") or [schema["const"]]}
    made: dict[str, Any] = {key: value for key, value in schema.items() if key in KEPT}
    if "properties" in schema:
        made["properties"] = {name: structural(one) for name, one in schema["properties"].items()}
    elif isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = structural(schema["additionalProperties"])
    elif schema.get("type") == "object":
        made["x-kubernetes-preserve-unknown-fields"] = True
    if schema.get("type") == "array":
        made["items"] = structural(schema.get("items", {}))
    return made


def pods(path: Path) -> list[dict[str, Any]]:
    """Return a Pod for every template of rendered manifests: Pod Security refuses Pods, and only warns of the rest."""
    all_ = Manifests([one for one in yaml.safe_load_all(path.read_text("utf-8")) if one])
    space = next(all_.of("Namespace"))["metadata"]["name"]
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{pod.name}-try", "namespace": space, "labels": dict(pod.labels)},
            "spec": pod.spec,
        }
        for pod in all_.pods()
    ]


if __name__ == "__main__":
    shown = definitions() if sys.argv[1] == "crds" else pods(Path(sys.argv[2]))
    sys.stdout.write("".join(f"---\n{json.dumps(one)}\n" for one in shown))
