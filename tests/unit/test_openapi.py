"""The API's description is the one kept, and whole."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import schemas
from services.api.openapi import describe

KEPT = Path(schemas.__file__).parent / "openapi.json"

DESCRIBED = describe()
DESCRIPTION: dict[str, Any] = json.loads(DESCRIBED)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def resolve(found: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in found:
        return found
    there: Any = DESCRIPTION
    for name in found["$ref"].removeprefix("#/").split("/"):
        there = there[name]
    return dict(there)


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that is described, of requests, answers and problems alike."""
    for name, operation in operations():
        for part in (operation.get("requestBody", {}), *map(resolve, operation["responses"].values())):
            for media_type, content in part.get("content", {}).items():
                yield f"{name} {media_type}", content


def validate(example: object, schema: dict[str, Any]) -> None:
    rooted = {**schema, "components": DESCRIPTION["components"]}
    Draft202012Validator(rooted, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(example)


def test_description_is_the_one_kept() -> None:
    assert KEPT.read_text() == DESCRIBED, "run: make documents"


def test_references_lead_somewhere() -> None:
    for found in re.findall(r'"\$ref": "(#/[^"]+)"', DESCRIBED):
        assert resolve({"$ref": found})


def test_examples_of_schemas_are_valid() -> None:
    checked = 0
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        for example in schema.get("examples", []):
            validate(example, {"$ref": f"#/components/schemas/{name}"})
            checked += 1
    assert checked >= 12


def test_every_body_has_an_example_that_is_valid() -> None:
    for name, content in contents():
        examples = [content["example"]] if "example" in content else []
        examples += [example["value"] for example in content.get("examples", {}).values()]
        assert examples, name
        for example in examples:
            validate(example, content.get("schema", {}))


def test_every_list_shows_an_item_in_its_example() -> None:
    lists = [(name, content["example"]) for name, content in contents() if "items" in content.get("example", {})]
    assert len(lists) >= 7
    assert [name for name, example in lists if not example["items"]] == []


def test_operations_tell_their_summary_and_their_problems() -> None:
    for name, operation in operations():
        assert re.fullmatch(r"[A-Z][^.]+", operation["summary"]), name
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, name
        assert "422" not in operation["responses"], name


def test_operations_are_named_for_the_functions_of_a_client() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in names)


def test_tags_are_described() -> None:
    told = {tag["name"] for tag in DESCRIPTION["tags"] if tag["description"]}
    assert told == {tag for _, operation in operations() for tag in operation["tags"]}


def test_times_are_described_as_such() -> None:
    def walk(found: object) -> Iterator[tuple[str, Any]]:
        if isinstance(found, dict):
            yield from found.get("properties", {}).items()
            for inner in found.values():
                yield from walk(inner)

    times = [(name, schema) for name, schema in walk(DESCRIPTION["components"]["schemas"]) if name.endswith("_at")]
    assert len(times) > 10
    assert [name for name, schema in times if '"date-time"' not in json.dumps(schema) and name != "said_at"] == []


def test_policy_of_deprecation_is_stated() -> None:
    for header in ("Deprecation", "Sunset"):
        assert f"`{header}`" in DESCRIPTION["info"]["description"]
