"""``/livez``, ``/readyz`` and ``/version``: whether the gateway lives, can answer, and what it is."""

import platform
from importlib.metadata import version

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from schemas.extraction import EXTRACTOR_VERSION
from services.api.http.parameters import no_parameters
from services.api.http.problems import DESCRIBED, NotReady
from services.api.http.responses import json_response
from services.api.http.transactions import RETRY_SECONDS
from services.lifecycle import Readiness

router = APIRouter(tags=["health"], responses=DESCRIBED, dependencies=[Depends(no_parameters)])


class Health(BaseModel):
    """All is well."""

    status: str

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})


class Version(BaseModel):
    """What answers."""

    version: str
    extractor_version: int
    python: str

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": "0.1.0", "extractor_version": 1, "python": "3.13.1"}]}
    )


def _readiness(request: Request) -> Readiness:
    readiness: Readiness = request.app.state.readiness
    return readiness


@router.get("/livez", summary="Tell whether the process answers", response_model=Health)
async def livez() -> Response:
    return json_response({"status": "ok"})


@router.get("/readyz", summary="Tell whether the database is there and has the schema", response_model=Health)
async def readyz(request: Request) -> Response:
    problems = await _readiness(request).problems()
    if problems:
        told = {"Retry-After": str(RETRY_SECONDS)}
        raise NotReady("The service cannot answer now", headers=told, problems=problems)
    return json_response({"status": "ok"})


@router.get("/version", summary="Tell the version", response_model=Version)
async def show_version() -> Response:
    built = version("claimwire")
    return json_response(
        {"version": built, "extractor_version": EXTRACTOR_VERSION, "python": platform.python_version()}
    )
