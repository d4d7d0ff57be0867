import json
import string
from http import HTTPStatus

import pytest
from starlette.exceptions import HTTPException

from services.api.http.problems import Away, Erased, Invalid, NotFound, Problem, answer, answer_unexpected, refuse


def error(*loc: object, type_: str = "x", message: str = "wrong") -> dict[str, object]:
    return {"type": type_, "loc": loc, "msg": message, "input": "secret", "ctx": {"error": "secret"}}


def test_problem_is_told_as_the_standard_has_it() -> None:
    response = answer(Erased("It is gone", claim_id="1"))
    assert (response.status_code, response.media_type) == (410, "application/problem+json")
    assert json.loads(bytes(response.body)) == {
        "type": "urn:claimwire:problem:erased",
        "title": "Gone",
        "status": 410,
        "code": "erased",
        "detail": "It is gone",
        "claim_id": "1",
    }


def test_problem_keeps_its_headers() -> None:
    assert answer(Away("Later", headers={"Retry-After": "2"})).headers["retry-after"] == "2"


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415])
def test_error_of_the_framework_tells_none_of_its_detail(status: int) -> None:
    response = answer(HTTPException(status, "no such path: /secret"))
    body = json.loads(bytes(response.body))
    assert (response.status_code, body["code"]) == (status, HTTPStatus(status).name.lower())
    assert "secret" not in str(body)


def test_unexpected_failure_is_a_problem() -> None:
    assert json.loads(bytes(answer_unexpected().body))["status"] == 500


def test_every_problem_has_its_own_code() -> None:
    codes = [problem.code for problem in Problem.__subclasses__()]
    assert len(set(codes)) == len(codes)
    assert all(set(code) <= set(string.ascii_lowercase + "_") for code in codes)


def test_invalid_request_names_what_is_wrong_and_tells_no_input() -> None:
    refused = refuse([error("query", "limit"), error("body", "publisher", "domain")])
    assert isinstance(refused, Invalid)
    assert [(found["part"], found["name"]) for found in refused.members["errors"]] == [  # type: ignore[attr-defined]
        ("query", "limit"),
        ("body", "publisher.domain"),
    ]
    assert b"secret" not in bytes(answer(refused).body)


def test_name_that_cannot_be_written_is_cleaned() -> None:
    refused = refuse([error("body", "a\ud800\x1b\n" + "b" * 100)])
    assert json.loads(bytes(answer(refused).body))["errors"][0]["name"] == "a" + "b" * 63


def test_id_that_is_none_is_not_found() -> None:
    assert isinstance(refuse([error("path", "claim_id", type_="uuid_parsing")]), NotFound)


def test_uuid_in_a_query_is_not_quoted() -> None:
    refused = refuse([error("query", "feed", type_="uuid_parsing", message="found `<` at 1")])
    assert b"found" not in bytes(answer(refused).body)


def test_mistake_is_told_in_words_of_the_api() -> None:
    refused = refuse(
        [error("query", "limt", type_="extra_forbidden"), error("body", message="Value error, give a url")]
    )
    told = [mistake["detail"] for mistake in json.loads(bytes(answer(refused).body))["errors"]]
    assert told == ["There is none of this name here", "Give a url"]


@pytest.mark.parametrize(("status", "told"), [(400, "JSON"), (404, "/docs"), (405, "Allow")])
def test_error_of_the_framework_says_what_to_do(status: int, told: str) -> None:
    assert told in json.loads(bytes(answer(HTTPException(status)).body))["detail"]


def test_json_that_is_none_is_a_bad_request() -> None:
    assert refuse([error("body", 3, type_="json_invalid")]).status_code == 400
