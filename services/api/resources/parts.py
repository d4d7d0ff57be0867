"""Parts: the claims of a thread with their sides and origins, those in tension with it, and the articles of both."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.comparison import RelationReason, Side
from schemas.events import Arrival, Publisher
from services.api.queries.listing import AnyRow
from services.api.resources.cards import ShownDate, show_date
from services.api.resources.claims import ShownClaim, show_claim

CLAIM: Any = ShownClaim.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]

Json = dict[str, Any]


class ThreadClaim(BaseModel):
    """A claim of a thread."""

    side: Side
    origin: UUID | None = Field(
        description="Where its words come from: claims of one origin count once. Null in an article's own voice."
    )
    claim: ShownClaim

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"side": "denying", "origin": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11", "claim": CLAIM}]
        }
    )


class TenseClaim(ThreadClaim):
    """A claim that is none of the thread's, but in tension with one of them."""

    reasons: list[RelationReason] = Field(description="In what it differs.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "side": "affirming",
                    "origin": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "claim": CLAIM,
                    "reasons": ["object"],
                }
            ]
        }
    )


class ThreadArticle(BaseModel):
    """An article of a thread, with what its card tells of where and when."""

    article_id: UUID
    revision: int
    arrival: Arrival = Field(description="`submitted`: somebody's own text, not one that was fetched.")
    publisher: Publisher
    url: str = Field(description="The article's canonical URL.")
    title: str | None
    published_at: datetime | None
    venue: str | None = Field(description="Where the words were first said or printed, as the article names it.")
    date: ShownDate = Field(description="The day that the text itself gives.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1,
                    "arrival": "fetched",
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "url": "https://harbour-post.example/ferry",
                    "title": "No inspection, says Venn",
                    "published_at": "2026-03-02T08:15:00Z",
                    "venue": None,
                    "date": {"value": None, "reason": "no_evidence"},
                }
            ]
        }
    )


def show_part(row: AnyRow) -> Json:
    """Return a claim with its place in a thread."""
    shown = {"side": row.side, "origin": row.origin_id, "claim": show_claim(row)}
    return {**shown, "reasons": row.reasons} if row.tense else shown


def show_thread_article(row: AnyRow) -> Json:
    """Return an article with its card as a thread shows it."""
    card: Json | None = row.card
    venue = card and card["venue"]
    return {
        "article_id": row.article_id,
        "revision": row.revision,
        "arrival": row.arrival,
        "publisher": {"domain": row.publisher_domain, "name": row.publisher_name},
        "url": row.canonical_url,
        "title": row.title,
        "published_at": row.published_at,
        "venue": venue and venue["name"],
        "date": show_date(card),
    }
