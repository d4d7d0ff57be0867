"""Problems: every error the API answers, as RFC 9457 has it, with a code that never changes and none of the input."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

NAME_MAX_CHARACTERS = 64
"""A parameter's name is told so that it can be corrected; a longer one is nobody's mistake."""

NOT_READ = "The body is no JSON in UTF-8"

UNKNOWN_NAME = "There is none of this name here"
"""What is told of a parameter or a member of a body that the API does not know."""


class Problem(HTTPException):
    """A request that is refused; a subclass a reason."""

    status: ClassVar[HTTPStatus]
    code: ClassVar[str]

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(self.status, detail, headers)
        self.members = members


class Malformed(Problem):
    """A body that is no JSON, a head that is no HTTP, or a browser's question for a page that may not ask."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad_request"


class BadCursor(Problem):
    """The cursor is not one that this API gave for this query."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad_cursor"


class NotAllowed(Problem):
    """Nobody has shown that they may: a good key is missing, or the request was to come from this machine."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"


class OutOfScope(Problem):
    """The key is good, but it does not allow this."""

    status = HTTPStatus.FORBIDDEN
    code = "scope_missing"


class NotFound(Problem):
    """There is no such thing, and never was one that we know of."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class TimedOut(Problem):
    """The body did not arrive in time."""

    status = HTTPStatus.REQUEST_TIMEOUT
    code = "request_timeout"


class KeyReused(Problem):
    """The Idempotency-Key was sent before with another body."""

    status = HTTPStatus.CONFLICT
    code = "idempotency_key_reused"


class AheadOfLog(Problem):
    """The position is one that the change log has not reached: it is of another log, or this one was set back."""

    status = HTTPStatus.CONFLICT
    code = "ahead_of_log"


class Erased(Problem):
    """It was there, and its words were taken away for good."""

    status = HTTPStatus.GONE
    code = "erased"


class NotKept(Problem):
    """It was there, and was kept for a time that is over; what else is shown of the article stays."""

    status = HTTPStatus.GONE
    code = "not_kept"


class TooLarge(Problem):
    """The body is over the limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body_too_large"


class TargetTooLong(Problem):
    """The path and the query are over the limit."""

    status = HTTPStatus.REQUEST_URI_TOO_LONG
    code = "target_too_long"


class NotJson(Problem):
    """The body is of a media type or an encoding that is not read here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"


class Invalid(Problem):
    """A parameter or the body is not what the API takes."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"


class RateLimited(Problem):
    """The requests of a minute are used up."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "rate_limited"


class HeadTooLarge(Problem):
    """The headers are over the limit, in size or in number."""

    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    code = "headers_too_large"


class Busy(Problem):
    """This process has its hands full: the same request may succeed later, or elsewhere."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "busy"


class Away(Problem):
    """The database is away or too slow: the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "database_away"


class TooManyStreams(Problem):
    """This process sends as many streams as it may."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "too_many_streams"


class NoStream(Problem):
    """The request came by a version of HTTP that has no answer without an end."""

    status = HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
    code = "http_version_not_supported"


class NotReady(Problem):
    """The service cannot do its work now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "not_ready"


class Mistake(BaseModel):
    """One thing that is wrong with a request."""

    part: str = Field(description="query, header or body")
    name: str = Field(description="The parameter or field")
    detail: str


EXAMPLE: dict[str, Any] = {
    "type": "urn:claimwire:problem:invalid",
    "title": "Unprocessable Content",
    "status": 422,
    "code": "invalid",
    "detail": "The request is not valid",
    "errors": [{"part": "query", "name": "limit", "detail": "Input should be less than or equal to 200"}],
}


class ProblemAnswer(BaseModel):
    """An error as RFC 9457 has it; ``code`` never changes its meaning."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [EXAMPLE]})

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Mistake] = Field(default=[], description="With status 422: everything that is wrong.")


DESCRIBED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
    }
}
"""What every operation's description says of its errors."""


def describe(status: int, code: str, detail: str, **members: object) -> dict[str, object]:
    """Return the members of a problem's JSON object."""
    title = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}.get(status)
    return {
        "type": f"urn:claimwire:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }


_SAID = {
    HTTPStatus.BAD_REQUEST: NOT_READ,
    HTTPStatus.NOT_FOUND: "There is nothing at this path; /docs shows what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "The path takes other methods: Allow names them",
}
"""What to do about errors of the framework, whose own words are for those who build it."""


def answer(error: HTTPException) -> Response:
    """Return the response that tells a problem; the framework's own errors get their status as code."""
    if isinstance(error, Problem):
        body = describe(error.status_code, error.code, error.detail, **error.members)
    else:
        status = HTTPStatus(error.status_code)
        body = describe(status, status.name.lower(), _SAID.get(status) or status.description or status.phrase)
    return _respond(body, error.headers)


def answer_unexpected() -> Response:
    """Return the response to a failure of our own, which tells nothing but that."""
    return _respond(describe(500, "internal_server_error", "The service failed; its log says how"), None)


def _respond(body: dict[str, object], headers: Mapping[str, str] | None) -> Response:
    return Response(orjson.dumps(body), status_code=int(str(body["status"])), headers=headers, media_type=MEDIA_TYPE)


def refuse(errors: Sequence[Any]) -> Problem:
    """Return the problem that pydantic's errors are: an id that is none is not found, JSON that is none malformed."""
    if any(error["type"] == "json_invalid" for error in errors):
        return Malformed(NOT_READ)
    if any(error["loc"][0] == "path" for error in errors):
        return NotFound("There is no such id")
    mistakes = [
        {"part": _clip(error["loc"][0]), "name": ".".join(map(_clip, error["loc"][1:])), "detail": _reason(error)}
        for error in errors
    ]
    return Invalid("The request is not valid", errors=mistakes)


def _clip(part: object) -> str:
    """Return a name without what a log, a terminal or JSON could stumble over."""
    return "".join(character for character in str(part) if character.isprintable())[:NAME_MAX_CHARACTERS]


_REASONS = {
    "extra_forbidden": UNKNOWN_NAME,
    "uuid_parsing": "Input should be a valid UUID",  # pydantic quotes the offending character
}


def _reason(error: Mapping[str, Any]) -> str:
    said = _REASONS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return said[:1].upper() + said[1:]
