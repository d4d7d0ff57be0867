"""``/v1/entities``: who and what the articles name, and what it claims."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.extraction import MentionType
from services.api.http.pagination import open_page
from services.api.http.parameters import Listing, Name, once_each
from services.api.http.problems import DESCRIBED, NotFound
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import claims as claim_queries
from services.api.queries import entities as queries
from services.api.queries.entities import ALIASES_MAX, COUNTED_MAX
from services.api.queries.listing import AnyRow
from services.api.resources.claims import ClaimPage, SureClaimListing, show_claim
from services.api.resources.roles import CLAIMS_MAX, ROLES_MAX, Role, show_roles
from services.lexemes import fold_name

router = APIRouter(prefix="/v1/entities", tags=["entities"], responses=DESCRIBED, dependencies=[Depends(once_each)])


class EntityLinks(BaseModel):
    """Where to go on from an entity."""

    self: str
    claims: str
    mentions: str


class ListedEntity(BaseModel):
    """An entity in a list."""

    entity_id: UUID
    name: str = Field(description="The fullest that articles give, or, of states and well-known bodies, the usual one.")
    type: MentionType
    aliases: list[str] = Field(description=f"Other names that articles give it, {ALIASES_MAX} at most.")
    first_seen_at: datetime
    links: EntityLinks

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entity_id": "7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22",
                    "name": "Odra Venn",
                    "type": "PERSON",
                    "aliases": ["Venn"],
                    "first_seen_at": "2026-03-02T09:30:02Z",
                    "links": {
                        "self": "/v1/entities/7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22",
                        "claims": "/v1/entities/7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22/claims",
                        "mentions": "/v1/entities/7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22/mentions",
                    },
                }
            ]
        }
    )


class MergedEntity(BaseModel):
    """An entity that is one with another, and why."""

    entity_id: UUID
    name: str | None = Field(description="Null where no article names it so any more.")
    rule: str = Field(description="pinned, shorter_name, surname, acronym, town, renamed, or one to come.")
    score: float = Field(description="How sure the rule is, from 0 to 1.")
    merged_at: datetime


class ShownEntity(ListedEntity):
    """An entity, and how much is known of it; asked for by an id that was merged into it, it answers too."""

    merged: list[MergedEntity] = Field(description="What was merged into it, the least sure first.")
    roles: list[Role] = Field(
        description="What articles call a person beside the name, where they quote the person, and when: most first, "
        f"{ROLES_MAX} at most, of the newest {CLAIMS_MAX} claims. Empty for what is no person."
    )
    articles: int = Field(description=f"Articles that name it now; {COUNTED_MAX:,}: so many or more.")
    claims: int = Field(description=f"Live claims it is the speaker of; {COUNTED_MAX:,}: so many or more.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **ListedEntity.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index,dict-item]
                    "merged": [
                        {
                            "entity_id": "0c6f3c7c-52a7-5d0c-9f6e-0d8b8e6f5a11",
                            "name": "Venn",
                            "rule": "surname",
                            "score": 0.8,
                            "merged_at": "2026-03-02T09:30:03Z",
                        }
                    ],
                    "roles": Role.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "articles": 12,
                    "claims": 31,
                }
            ]
        }
    )


class ShownMention(BaseModel):
    """Words of an article's text that name an entity."""

    article_id: UUID
    spans: list[tuple[int, int]]
    text: str
    type: MentionType

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article_id": "3b0d5c39-6a5c-5a57-9d35-6a4b4f0e8a10",
                    "spans": [[0, 9]],
                    "text": "Odra Venn",
                    "type": "PERSON",
                }
            ]
        }
    )


class MentionPage(BaseModel):
    """Some mentions, and the cursor to go on with; null at the end."""

    items: list[ShownMention]
    next_cursor: str | None


class EntityPage(BaseModel):
    """Some entities, and the cursor to go on with; null at the end."""

    items: list[ListedEntity]
    next_cursor: str | None


def _has_name(name: str) -> str:
    if not fold_name(name):
        raise ValueError("must have a word of a name")
    return name


class EntityListing(Listing):
    """Which entities are wanted."""

    name: Annotated[Name, AfterValidator(_has_name)] | None = Field(
        None, description="Words of its names, also those that only some articles give, in any spelling of letters."
    )
    q: Annotated[Name, AfterValidator(_has_name)] | None = Field(None, description="The same as name.")
    type: MentionType | None = Field(
        None, description="GPE: a place with a government, LOC: any other, NORP: a people, faith or party."
    )


def show_entity(row: AnyRow) -> dict[str, object]:
    """Return an entity as a list shows it."""
    link = f"/v1/entities/{row.entity_id}"
    return {
        "entity_id": row.entity_id,
        "name": row.name,
        "type": row.type,
        "aliases": row.aliases,
        "first_seen_at": row.first_seen_at,
        "links": {"self": link, "claims": f"{link}/claims", "mentions": f"{link}/mentions"},
    }


def missing() -> NotFound:
    """Return the problem of an entity that is not there."""
    return NotFound("There is no such entity, or no stored article names it any more")


@router.get("", summary="List entities, the one that was first seen last first", response_model=EntityPage)
async def list_entities(request: Request, listing: Annotated[EntityListing, Query()]) -> Response:
    page = open_page(request, listing)
    forms = dict.fromkeys(fold_name(f"{listing.name or ''} {listing.q or ''}").split())
    async with reading(request) as connection:
        wanted = queries.EntityFilter(forms=list(forms), type=listing.type)
        rows = await queries.list_entities(connection, page, wanted)
    return page.answer(rows, show_entity, "first_seen_at", "entity_id")


@router.get("/{entity_id}", summary="Get one entity", response_model=ShownEntity)
async def get_entity(request: Request, entity_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = await queries.find_entity(connection, entity_id)
        if row is None:
            raise missing()
        merged = await queries.list_merged(connection, row.entity_id)
        wanted = claim_queries.ClaimFilter(entity_id=row.entity_id)
        said = await claim_queries.list_called(connection, wanted, most=CLAIMS_MAX)
    counts = {"articles": row.articles, "claims": row.claims}
    told = [{name: getattr(each, name) for name in MergedEntity.model_fields} for each in merged]
    return only.answer({**show_entity(row), "merged": told, "roles": show_roles(said), **counts})


def _show_mention(row: AnyRow) -> dict[str, object]:
    return {"article_id": row.article_id, "spans": [(row.start, row.end)], "text": row.text, "type": row.type}


@router.get(
    "/{entity_id}/mentions",
    summary="List where articles name an entity, article by article",
    response_model=MentionPage,
)
async def list_mentions(request: Request, entity_id: UUID, listing: Annotated[Listing, Query()]) -> Response:
    page = open_page(request, listing, by=int)
    async with reading(request) as connection:
        if not await queries.is_known(connection, entity_id):
            raise missing()
        rows = await queries.list_mentions(connection, page, entity_id)
    return page.answer(rows, _show_mention, "start", "article_id")


@router.get(
    "/{entity_id}/claims",
    summary="List the live claims that an entity is the speaker of, newest article first",
    response_model=ClaimPage,
)
async def list_claims_of_entity(
    request: Request, entity_id: UUID, listing: Annotated[SureClaimListing, Query()]
) -> Response:
    page = open_page(request, listing)
    wanted = claim_queries.ClaimFilter(entity_id=entity_id, min_confidence=listing.min_confidence)
    async with reading(request) as connection:
        if not await queries.is_known(connection, entity_id):
            raise missing()
        rows = await claim_queries.list_claims(connection, page, wanted)
    return page.answer(rows, show_claim, "fetched_at", "claim_id")
