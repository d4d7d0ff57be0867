"""``/v1/entities/{entity_id}/stances``: what a speaker said on a topic, by the day where one is known, else apart."""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.api.http.parameters import Selection, once_each
from services.api.http.problems import DESCRIBED
from services.api.http.selection import choose
from services.api.http.transactions import reading
from services.api.queries import claims as claim_queries
from services.api.queries import entities as queries
from services.api.queries.listing import AnyRow
from services.api.resources.claims import ShownClaim, show_claim
from services.api.resources.days import DatedBy, find_day
from services.api.resources.entities import missing
from services.api.resources.filters import ASKED, Asked
from services.api.resources.terms import read_terms

router = APIRouter(
    prefix="/v1/entities/{entity_id}/stances",
    tags=["comparing"],
    responses=DESCRIBED,
    dependencies=[Depends(once_each)],
)

STANCES_MAX = 500
"""Claims of one answer: a megabyte."""

_CLAIM: Any = ShownClaim.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]

Json = dict[str, Any]


class DatedStance(BaseModel):
    """A claim and its day."""

    at: date
    by: DatedBy = Field(
        description="What gives the day: the words beside the claim, the article's text, or when it was published."
    )
    claim: ShownClaim


class UndatedStance(BaseModel):
    """A claim of which no day is known; when it was fetched is none."""

    claim: ShownClaim


class Stances(BaseModel):
    """What a speaker said on a topic; among the undated, and between them and the others, there is no order of time."""

    entity_id: UUID
    topic: str
    dated: list[DatedStance] = Field(description="The earliest day first.")
    undated: list[UndatedStance]
    claims_omitted: bool = Field(description=f"There are more; shown are those of the {STANCES_MAX} fetched last.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entity_id": "7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22",
                    "topic": "ferry",
                    "dated": [{"at": "2026-03-02", "by": "published_at", "claim": _CLAIM}],
                    "undated": [],
                    "claims_omitted": False,
                }
            ]
        }
    )


class Topic(Selection):
    """What the speaker is to have spoken of."""

    topic: Asked = Field(description=ASKED)


def show_stances(rows: Iterable[AnyRow]) -> Json:
    """Return claims, those with a day apart from those without."""
    days = [(find_day(row), {"claim": show_claim(row)}) for row in rows]
    dated = [{**day._asdict(), **shown} for day, shown in days if day is not None]
    return {
        "dated": sorted(dated, key=itemgetter("at")),
        "undated": [shown for day, shown in days if day is None],
    }


@router.get("", summary="Get what an entity said on a topic over time", response_model=Stances)
async def get_stances(request: Request, entity_id: UUID, wanted: Annotated[Topic, Query()]) -> Response:
    chosen = choose(request, wanted)
    said = claim_queries.ClaimFilter(asked=read_terms(wanted.topic).tsquery(), entity_id=entity_id)
    async with reading(request) as connection:
        if not await queries.is_known(connection, entity_id):
            raise missing()
        rows, more = await claim_queries.list_stances(connection, said, most=STANCES_MAX)
    told = {"entity_id": entity_id, "topic": wanted.topic, "claims_omitted": more}
    return chosen.answer({**told, **show_stances(rows)})
