"""Responses: JSON as the API writes it."""

from uuid import UUID

import orjson
from starlette.responses import Response


def json_response(content: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return the response that shows ``content``."""
    return Response(to_json(content), status_code=status, headers=headers, media_type="application/json")


def to_json(content: object) -> bytes:
    """Return ``content`` as JSON, times as RFC 3339 in UTC."""
    return orjson.dumps(content, default=_show_id, option=orjson.OPT_UTC_Z)


def _show_id(value: object) -> str:
    # asyncpg's ids are a subclass of UUID, which orjson does not take.
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
