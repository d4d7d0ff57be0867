"""Description: what FastAPI leaves out of the OpenAPI description: examples, problems, headers and what tags mean."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from services.api.catalogue import give_example, list_problems
from services.api.http.problems import MEDIA_TYPE, ProblemAnswer

TAGS = {
    "articles": "What was read: articles, their texts as cleaned, and every revision of them.",
    "claims": "Who claimed what, in which words of which article.",
    "entities": "Whom and what articles name, one id across all articles and spellings.",
    "search": "Articles and claims by their words.",
    "comparing": "What articles have in common: who says so, who says otherwise, since when, and how well sourced.",
    "changes": "The change log, by which a copy is kept up to date: by pages, or as a stream.",
    "statistics": "How much there is, and how new.",
    "submissions": "Handing in a URL, or a text of one's own.",
    "intake": "Feeds and pages, and what became of each.",
    "health": "Whether this process lives, can answer, and what it is.",
}

HEADERS = {
    "ETag": {
        "description": "Names this answer: send it back as `If-None-Match`, and what has not changed is a 304.",
        "schema": {"type": "string"},
        "example": 'W/"5d41402abc4b2a76b9719d911017c592"',
    },
    "Link": {
        "description": 'The first part of the list (rel="first") and the next one (rel="next"), as RFC 8288 has it.',
        "schema": {"type": "string"},
        "example": '</v1/claims?limit=50>; rel="first", </v1/claims?limit=50&cursor=x1f>; rel="next"',
    },
}

Json = dict[str, Any]


def complete(description: Json) -> None:
    """Complete the description of the application, in place."""
    components = description["components"]
    problem = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"].update({**problem.pop("$defs"), "ProblemAnswer": problem})
    components.update(responses={"Problem": _describe_problem()}, headers=HEADERS)
    _keep_nulls(components["schemas"])
    for operations in description["paths"].values():
        for method, operation in operations.items():
            _complete(operation, components["schemas"], is_get=method == "get")
    used = {
        tag for operations in description["paths"].values() for found in operations.values() for tag in found["tags"]
    }
    description["tags"] = [{"name": name, "description": told} for name, told in TAGS.items() if name in used]


def _describe_problem() -> Json:
    examples = {
        code: {"summary": meaning, "value": give_example(status, code, meaning)}
        for status, code, meaning in list_problems()
    }
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    return {
        "description": "A problem (RFC 9457); `code` says which.",
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


def _list_models(model: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """Return every model of the API."""
    for found in model.__subclasses__():
        if found.__module__.startswith("services.api."):
            yield found
        yield from _list_models(found)


def _keep_nulls(schemas: Json) -> None:
    """Put the nulls back that FastAPI leaves out of examples."""
    for model in _list_models():
        extra = model.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "examples" in extra and model.__name__ in schemas:
            schemas[model.__name__]["examples"] = extra["examples"]


def _complete(operation: Json, schemas: Json, *, is_get: bool) -> None:
    answers = operation["responses"]
    for part in (operation.get("requestBody", {}), *answers.values()):
        content = part.get("content", {}).get("application/json", {})
        if "$ref" in content.get("schema", {}):
            content.update(find_example(schemas, _name(content["schema"])))
    if is_get and "application/json" in answers["200"]["content"]:
        shown = schemas[_name(answers["200"]["content"]["application/json"]["schema"])]
        names = ["ETag", *(["Link"] if "items" in shown["properties"] else [])]
        answers["200"]["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        answers["304"] = {"description": "The client holds this answer already, as its `If-None-Match` says."}
    answers["default"] = {"$ref": "#/components/responses/Problem"}


def find_example(schemas: Json, name: str) -> Json:
    """Return ``example`` for a schema: its own; of a list an item's; of a short form what a longer one shows."""
    schema = schemas[name]
    if "examples" in schema:
        return {"example": schema["examples"][0]}
    members = set(schema["properties"])
    if members == {"items", "next_cursor"}:
        item = find_example(schemas, _name(schema["properties"]["items"]["items"]))
        return {"example": {"items": list(item.values()), "next_cursor": None}}
    for longer in schemas.values():
        if "examples" in longer and members <= longer["properties"].keys():
            return {"example": {member: longer["examples"][0][member] for member in schema["properties"]}}
    return {}


def _name(schema: Json) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
