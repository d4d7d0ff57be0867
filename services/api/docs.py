"""``/docs``: the operations to read and to try, from files of our own, so that it works offline and loads nothing."""

import hashlib
import re
from base64 import b64encode
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from services.api.description import complete
from services.api.http.problems import NotFound

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def _page(title: str) -> Response:
    """Return the page, with a policy that lets it run its own two scripts and speak to this API alone."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=title,
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters={"validatorUrl": None},
    )
    body = bytes(page.body).decode()
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(body))
    scripts = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
    )
    return HTMLResponse(body, headers={"Content-Security-Policy": policy})


def add_docs(app: FastAPI) -> None:
    """Serve the page and its files below ``/docs``, and a description that is complete."""
    page = _page(app.title)
    folder = Path(str(files("fastapi_standalone_docs"))) / "static" / "swagger"

    async def show_docs(_: Request) -> Response:
        return page

    async def show_asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            raise NotFound("There is no such file")
        return FileResponse(folder / name, media_type=ASSETS[name])

    app.add_route("/docs", show_docs, include_in_schema=False)
    app.add_route("/docs/{name}", show_asset, include_in_schema=False)
    _describe_when_asked(app)


def _describe_when_asked(app: FastAPI) -> None:
    """Complete the description the first time that it is asked for: it takes a third of a second."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            complete(describe())
        return describe()

    app.openapi = openapi  # type: ignore[method-assign] # (as FastAPI has it)
