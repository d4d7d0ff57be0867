"""The API's description is the one kept, and whole."""

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import schemas
from services.api.openapi import describe

KEPT = Path(schemas.__file__).parent / "openapi.json"


def test_description_is_the_one_kept() -> None:
    assert describe() == KEPT.read_text(), "run: python -m services.api.openapi > schemas/openapi.json"


def test_references_lead_somewhere() -> None:
    description = json.loads(describe())
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', describe()))
    assert names <= description["components"]["schemas"].keys()


def test_examples_are_valid() -> None:
    description = json.loads(describe())
    checked = 0
    for name, schema in description["components"]["schemas"].items():
        rooted: dict[str, Any] = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
        for example in schema.get("examples", []):
            Draft202012Validator(rooted).validate(example)
            checked += 1
    assert checked >= 4


def test_operations_tell_their_summary_and_their_problems() -> None:
    for path, operations in json.loads(describe())["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert "description" not in operation, (method, path)
            assert "application/problem+json" in operation["responses"]["default"]["content"], (method, path)
            assert "422" not in operation["responses"], (method, path)
