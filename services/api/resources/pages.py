"""``/v1/pages``: the pages that ingest knows, and what became of each."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.events import Arrival, Publisher
from schemas.outcomes import PageOutcome
from services.api.http.pagination import open_page
from services.api.http.parameters import Listing, once_each
from services.api.http.problems import DESCRIBED, NotFound
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import intake as queries
from services.api.queries.listing import AnyRow

router = APIRouter(prefix="/v1/pages", tags=["intake"], responses=DESCRIBED, dependencies=[Depends(once_each)])

SHOWN = (
    *("page_id", "url", "arrival", "feed_id", "article_id", "outcome", "reason", "attempts"),
    *("found_at", "due_at", "done_at"),
)
"""What a page shows of its row as it is."""


class PageLinks(BaseModel):
    """Where to go on from a page."""

    self: str
    article: str | None = Field(description="Answers once the article is stored.")


class ShownPage(BaseModel):
    """A page, and what became of it."""

    page_id: UUID
    url: str
    arrival: Arrival
    publisher: Publisher
    feed_id: UUID | None
    article_id: UUID | None
    outcome: PageOutcome | None = Field(description="Null until it was tried.")
    reason: str | None
    attempts: int
    found_at: datetime
    due_at: datetime | None = Field(description="When it is to be fetched; null once it is done.")
    done_at: datetime | None
    links: PageLinks

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "page_id": "8d0a2f3b-77c1-5d39-9f63-4f1f6a1b0e21",
                    "url": "https://harbour-post.example/ferry?from=feed",
                    "arrival": "fetched",
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "feed_id": "c1a5f9b4-6a0e-5f0e-8a53-0b9e5f4c2d77",
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "outcome": "published",
                    "reason": None,
                    "attempts": 1,
                    "found_at": "2026-03-02T09:29:30Z",
                    "due_at": None,
                    "done_at": "2026-03-02T09:30:00Z",
                    "links": {
                        "self": "/v1/pages/8d0a2f3b-77c1-5d39-9f63-4f1f6a1b0e21",
                        "article": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    },
                }
            ]
        }
    )


class PagePage(BaseModel):
    """Some pages, and the cursor to go on with; null at the end."""

    items: list[ShownPage]
    next_cursor: str | None


class PageListing(Listing):
    """Which pages are wanted."""

    outcome: PageOutcome | None = Field(None, description="What became of the page.")
    feed: UUID | None = Field(None, description="The id of the feed that lists them.")


def show_page(row: AnyRow) -> dict[str, object]:
    """Return a page as the API shows it."""
    article = None if row.article_id is None else f"/v1/articles/{row.article_id}"
    return {
        **{name: getattr(row, name) for name in SHOWN},
        "publisher": {"domain": row.publisher_domain, "name": row.publisher_name},
        "links": {"self": f"/v1/pages/{row.page_id}", "article": article},
    }


@router.get("", summary="List pages, the one found last first", response_model=PagePage)
async def list_pages(request: Request, listing: Annotated[PageListing, Query()]) -> Response:
    page = open_page(request, listing)
    async with reading(request) as connection:
        rows = await queries.list_pages(connection, page, outcome=listing.outcome, feed_id=listing.feed)
    return page.answer(rows, show_page, "found_at", "page_id")


@router.get("/{page_id}", summary="Get one page", response_model=ShownPage)
async def get_page(request: Request, page_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = await queries.find_page(connection, page_id)
    if row is None:
        raise NotFound("There is no such page")
    return only.answer(show_page(row))
