"""Origins: which other sites' pages may ask the API from a browser (CORS); none unless they are named."""

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from typing_extensions import override

from services.api.http.problems import Malformed, answer

METHODS = ("GET", "HEAD", "POST")

SENT = ("Authorization", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "X-Request-Id")
"""Headers of a request that a page may set, besides those that any page may."""

READ = ("ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id")
"""Headers of an answer that a page may read, besides those that any page may."""


class Origins(CORSMiddleware):
    """Answers browsers that ask whether a page may; a refusal is a problem, as any other."""

    @override
    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code < 400:  # noqa: PLR2004 (no error)
            return response
        told = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return answer(Malformed("A page of this origin may not ask so", headers=told))


def allow_origins(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Let the pages of ``origins`` ask; never with cookies, which the API does not have."""
    if origins:
        app.add_middleware(
            Origins, allow_origins=origins, allow_methods=METHODS, allow_headers=SENT, expose_headers=READ
        )
