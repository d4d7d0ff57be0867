"""``/v1/claims/{claim_id}/relations``: who else says so, who says otherwise, and in what two claims differ."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.comparison import Ground, Objects, Order, RelationKind
from services.api.http.pagination import open_page
from services.api.http.parameters import Listing, once_each
from services.api.http.problems import DESCRIBED
from services.api.http.transactions import reading
from services.api.queries import claims as claim_queries
from services.api.queries import relations as queries
from services.api.queries.listing import AnyRow
from services.api.resources.claims import ShownClaim, here, show_claim

router = APIRouter(
    prefix="/v1/claims/{claim_id}/relations",
    tags=["comparing"],
    responses=DESCRIBED,
    dependencies=[Depends(once_each)],
)

ORDER = "Whether this claim was made earlier or later than the other one, as far as that is known."

EXAMPLE: dict[str, Any] = {
    "kind": "contradicts",
    "order": "unknown",
    "reasons": [
        {
            "reason": "polarity",
            "words": "“The ferry was never inspected” denies what “The ferry was inspected in May” affirms",
        }
    ],
    "objects": {"shared": ["The ferry"], "own": [], "other": ["May"]},
}


class Related(BaseModel):
    """How a claim stands to another one."""

    kind: RelationKind = Field(description="`tension`: both cannot be taken whole; `reasons` say in what they differ.")
    order: Order
    reasons: list[Ground] = Field(description="In what the two differ, each in words for people too.")
    objects: Objects = Field(description="What both name, and what only this one and only the other one does.")


class ShownRelation(Related):
    """How a claim stands to another one, which is shown."""

    order: Order = Field(description=ORDER)
    related_at: datetime
    claim: ShownClaim = Field(description="The other claim.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **EXAMPLE,
                    "related_at": "2026-03-02T09:30:05Z",
                    "claim": ShownClaim.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index]
                }
            ]
        }
    )


class RelationPage(BaseModel):
    """Some relations, and the cursor to go on with; null at the end."""

    items: list[ShownRelation]
    next_cursor: str | None


def show_related(row: AnyRow) -> dict[str, object]:
    """Return a relation as it is stored: as seen from the first claim."""
    return {"kind": row.kind, "order": row.order, "reasons": row.reasons, "objects": row.objects}


def turn(related: Mapping[str, Any]) -> dict[str, object]:
    """Return a relation as seen from the other claim."""
    objects = related["objects"]
    return {
        **related,
        "order": Order(related["order"]).inverse,
        "objects": {"shared": objects["shared"], "own": objects["other"], "other": objects["own"]},
    }


def show_relation(row: AnyRow) -> dict[str, object]:
    """Return a relation with the other claim, as seen from the one that is asked about."""
    related = show_related(row)
    return {**(turn(related) if row.turned else related), "related_at": row.related_at, "claim": show_claim(row)}


@router.get(
    "",
    summary="List how a claim stands to others, the relation found last first",
    response_model=RelationPage,
)
async def list_relations(request: Request, claim_id: UUID, listing: Annotated[Listing, Query()]) -> Response:
    page = open_page(request, listing)
    async with reading(request) as connection:
        here(await claim_queries.find_claim(connection, claim_id))
        rows = await queries.list_relations(connection, page, claim_id)
    return page.answer(rows, show_relation, "related_at", "claim_id")
