"""``/v1/feeds``: the feeds that are polled, and what became of the last poll of each."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.events import Publisher
from schemas.outcomes import FeedOutcome
from services.api.http.pagination import open_page
from services.api.http.parameters import Listing, once_each
from services.api.http.problems import DESCRIBED, NotFound
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import intake as queries
from services.api.queries.listing import AnyRow

router = APIRouter(prefix="/v1/feeds", tags=["intake"], responses=DESCRIBED, dependencies=[Depends(once_each)])

SHOWN = (
    *("feed_id", "url", "title", "added_at", "next_poll_at", "polled_at", "ended_at", "moved_to", "found_in"),
    *("outcome", "reason", "failures", "entries", "changes_per_day"),
)
"""What a feed shows of its row as it is."""


class FeedLinks(BaseModel):
    """Where to go on from a feed."""

    self: str
    pages: str


class ShownFeed(BaseModel):
    """A feed, and what became of its last poll."""

    feed_id: UUID
    url: str
    publisher: Publisher
    title: str | None
    added_at: datetime
    next_poll_at: datetime
    polled_at: datetime | None
    ended_at: datetime | None = Field(description="Since when it is polled no more; null while it is.")
    moved_to: str | None = Field(description="Where it is polled, if that is not its URL: it has moved for good.")
    found_in: UUID | None = Field(description="The home page or index of sitemaps that names it; null: it was added.")
    outcome: FeedOutcome | None
    reason: str | None
    failures: int = Field(description="Polls that failed in a row.")
    entries: int = Field(description="Pages found by this feed, over all polls.")
    changes_per_day: float | None = Field(description="Its pace as it was learnt, by which it is polled.")
    links: FeedLinks

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "feed_id": "c1a5f9b4-6a0e-5f0e-8a53-0b9e5f4c2d77",
                    "url": "https://harbour-post.example/news.xml",
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "title": "The Harbour Post: all news",
                    "added_at": "2026-02-01T08:00:00Z",
                    "next_poll_at": "2026-03-02T09:34:30Z",
                    "polled_at": "2026-03-02T09:29:30Z",
                    "ended_at": None,
                    "moved_to": None,
                    "found_in": None,
                    "outcome": "polled",
                    "reason": None,
                    "failures": 0,
                    "entries": 412,
                    "changes_per_day": 14.5,
                    "links": {
                        "self": "/v1/feeds/c1a5f9b4-6a0e-5f0e-8a53-0b9e5f4c2d77",
                        "pages": "/v1/pages?feed=c1a5f9b4-6a0e-5f0e-8a53-0b9e5f4c2d77",
                    },
                }
            ]
        }
    )


class FeedPage(BaseModel):
    """Some feeds, and the cursor to go on with; null at the end."""

    items: list[ShownFeed]
    next_cursor: str | None


class FeedListing(Listing):
    """Which feeds are wanted."""

    outcome: FeedOutcome | None = Field(None, description="What became of the last poll.")


def show_feed(row: AnyRow) -> dict[str, object]:
    """Return a feed as the API shows it."""
    return {
        **{name: getattr(row, name) for name in SHOWN},
        "publisher": {"domain": row.publisher_domain, "name": row.publisher_name},
        "links": {"self": f"/v1/feeds/{row.feed_id}", "pages": f"/v1/pages?feed={row.feed_id}"},
    }


@router.get("", summary="List feeds, the one added last first", response_model=FeedPage)
async def list_feeds(request: Request, listing: Annotated[FeedListing, Query()]) -> Response:
    page = open_page(request, listing)
    async with reading(request) as connection:
        rows = await queries.list_feeds(connection, page, outcome=listing.outcome)
    return page.answer(rows, show_feed, "added_at", "feed_id")


@router.get("/{feed_id}", summary="Get one feed", response_model=ShownFeed)
async def get_feed(request: Request, feed_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = await queries.find_feed(connection, feed_id)
    if row is None:
        raise NotFound("There is no such feed")
    return only.answer(show_feed(row))
