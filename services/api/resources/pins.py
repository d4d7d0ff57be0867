"""``/v1/entities/{entity_id}/pins``: what an operator holds for one, or for two, whatever the rules find."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.tables import PinKind, Scope
from services.api.gate import Needs
from services.api.http.parameters import no_parameters, once_each
from services.api.http.problems import DESCRIBED, Invalid
from services.api.http.responses import json_response
from services.api.http.selection import Only
from services.api.http.transactions import reading, writing
from services.api.http.writers import find_submitter
from services.api.queries import pins as queries
from services.api.resources.entities import missing

router = APIRouter(
    prefix="/v1/entities/{entity_id}/pins", tags=["entities"], responses=DESCRIBED, dependencies=[Depends(once_each)]
)

_EXAMPLE: dict[str, Any] = {"entity_id": "0c6f3c7c-52a7-5d0c-9f6e-0d8b8e6f5a11", "kind": "apart"}


class NewPin(BaseModel):
    """What is decided of the entity and another one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    entity_id: UUID
    kind: PinKind | None = Field(description="same: they are one; apart: they never are; null: what the rules find.")


class ShownPin(BaseModel):
    """What was decided of the entity and another one."""

    entity_id: UUID
    kind: PinKind
    pinned_at: datetime

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "pinned_at": "2026-03-02T10:00:00Z"}]})


class Pins(BaseModel):
    """All that was decided of an entity; it shows in merges within seconds."""

    pins: list[ShownPin]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"pins": ShownPin.model_config["json_schema_extra"]["examples"]}]  # type: ignore[index]
        }
    )


def _show(entity_id: UUID, rows: Any) -> dict[str, object]:
    shown = ("kind", "pinned_at")
    other = ((row, row.b if row.a == entity_id else row.a) for row in rows)
    return {"pins": [{"entity_id": key, **{name: getattr(row, name) for name in shown}} for row, key in other]}


@router.get(
    "",
    summary="List the pins on an entity",
    response_model=Pins,
    dependencies=[Depends(Needs(Scope.READ))],
)
async def list_pins(request: Request, entity_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        rows = await queries.list_pins(connection, entity_id)
    return only.answer(_show(entity_id, rows))


@router.post(
    "",
    summary="Pin an entity and another one as one, or apart",
    response_model=Pins,
    dependencies=[Depends(Needs(Scope.ADMIN)), Depends(no_parameters)],
)
async def pin_entity(
    request: Request, entity_id: UUID, body: NewPin, _: Annotated[str, Depends(find_submitter)]
) -> Response:
    if body.entity_id == entity_id:
        raise Invalid("An entity cannot be pinned to itself")
    async with writing(request) as connection:
        if await queries.find_missing(connection, [entity_id, body.entity_id]):
            raise missing()
        await queries.pin(connection, entity_id, body.entity_id, body.kind)
        rows = await queries.list_pins(connection, entity_id)
    return json_response(_show(entity_id, rows))
