"""``/v1/articles``: what was read, its text as cleaned, and what it claims."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.events import Arrival, Dated, Paragraph, Publisher
from schemas.extraction import Reason
from services.api.http.pagination import open_page
from services.api.http.parameters import Domain, Listing, Storable, once_each
from services.api.http.problems import DESCRIBED, Erased, NotFound, NotKept
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import articles as queries
from services.api.queries import claims as claim_queries
from services.api.queries.listing import AnyRow
from services.api.resources.claims import ClaimPage, SureClaimListing, show_claim
from services.api.resources.filters import ASKED, PUBLISHER, Asked, Language, Period
from services.api.resources.terms import read_terms

router = APIRouter(prefix="/v1/articles", tags=["articles"], responses=DESCRIBED, dependencies=[Depends(once_each)])

Address = Annotated[str, Field(min_length=1, max_length=2_048), Storable()]

TOLD = (
    *("feed_url", "final_url", "section", "authors", "wire_credit", "disclosures", "paywalled", "ai_use"),
    "cleaner_version",
)
"""What an article shows of its event as it is."""


class ArticleLinks(BaseModel):
    """Where to go on from an article."""

    self: str
    text: str
    claims: str
    revisions: str


class ListedArticle(BaseModel):
    """An article in a list."""

    article_id: UUID
    revision: int = Field(description="Grows with each published text of the article; not a count.")
    extractor_version: int
    arrival: Arrival = Field(description="`submitted`: somebody's own text, not one that was fetched.")
    publisher: Publisher
    title: str | None
    language: str | None
    url: str
    canonical_url: str
    published_at: datetime | None = Field(description="Null where nothing states it; the article says why.")
    fetched_at: datetime
    stored_at: datetime
    claims_reason: Reason | None = Field(
        description="Why no claims were looked for: `language`, its language is not read. Null where they were."
    )
    links: ArticleLinks


class ShownArticle(ListedArticle):
    """An article with all that is known of its page; a date has evidence, or is null with a reason."""

    final_url: str
    feed_url: str | None
    section: str | None
    authors: list[str]
    published: Dated
    modified: Dated
    text_sha256: str
    wire_credit: str | None
    disclosures: list[str]
    paywalled: bool
    ai_use: bool
    cleaner_version: int

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1,
                    "extractor_version": 1,
                    "arrival": "fetched",
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "title": "No inspection, says Venn",
                    "language": "en",
                    "url": "https://harbour-post.example/ferry?from=feed",
                    "canonical_url": "https://harbour-post.example/ferry",
                    "published_at": "2026-03-02T08:15:00Z",
                    "fetched_at": "2026-03-02T09:30:00Z",
                    "stored_at": "2026-03-02T09:30:02Z",
                    "claims_reason": None,
                    "links": {
                        "self": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                        "text": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11/text",
                        "claims": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11/claims",
                        "revisions": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11/revisions",
                    },
                    "final_url": "https://harbour-post.example/ferry",
                    "feed_url": "https://harbour-post.example/news.xml",
                    "section": "Harbour",
                    "authors": ["Ilse Tarn"],
                    "published": {
                        "at": "2026-03-02T08:15:00Z",
                        "precision": "second",
                        "evidence": "json_ld",
                        "reason": None,
                    },
                    "modified": {"at": None, "precision": None, "evidence": None, "reason": "no_evidence"},
                    "text_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "wire_credit": None,
                    "disclosures": [],
                    "paywalled": False,
                    "ai_use": False,
                    "cleaner_version": 1,
                }
            ]
        }
    )


class ArticlePage(BaseModel):
    """Some articles, and the cursor to go on with; null at the end."""

    items: list[ListedArticle]
    next_cursor: str | None


class ShownText(BaseModel):
    """An article's text as cleaned: what every span of its claims counts in, in Unicode code points.

    It is data from a page: whoever shows it must escape it.
    """

    article_id: UUID
    revision: int
    text_sha256: str
    text: str
    paragraphs: list[Paragraph]


class ArticleFilters(Period, Listing):
    """What any list of articles may be narrowed by."""

    publisher: Domain | None = Field(None, description=PUBLISHER)
    arrival: Arrival | None = Field(None, description="How the article came.")
    language: Language | None = Field(None, description="An ISO 639 code.")

    def wanted(self, asked: str | None, ids: Collection[UUID] | None = None) -> queries.ArticleFilter:
        """Return the filter as the statements take it."""
        return queries.ArticleFilter(
            asked=None if asked is None else read_terms(asked).tsquery(),
            publisher=self.publisher,
            arrival=self.arrival,
            language=self.language,
            start=self.start,
            end=self.end,
            ids=ids,
        )


class ArticleListing(ArticleFilters):
    """Which articles are wanted; every filter given must let an article through."""

    q: Asked | None = Field(None, description=f"{ASKED} Found in title and text.")
    url: Address | None = Field(
        None, description="The article's canonical URL, or that of a page it was read from, exactly as shown."
    )


def show_article(row: AnyRow) -> dict[str, object]:
    """Return an article as a list shows it."""
    link = f"/v1/articles/{row.article_id}"
    return {
        "article_id": row.article_id,
        "revision": row.revision,
        "extractor_version": row.extractor_version,
        "arrival": row.arrival,
        "publisher": {"domain": row.publisher_domain, "name": row.publisher_name},
        "title": row.title,
        "language": row.language,
        "url": row.url,
        "canonical_url": row.canonical_url,
        "published_at": row.published_at,
        "fetched_at": row.fetched_at,
        "stored_at": row.stored_at,
        "claims_reason": row.claims_reason,
        "links": {"self": link, "text": f"{link}/text", "claims": f"{link}/claims", "revisions": f"{link}/revisions"},
    }


def _show_date(dated: dict[str, Any]) -> dict[str, Any]:
    at = dated["at"]
    return {**dated, "at": at and datetime.fromisoformat(at).astimezone(UTC)}


def here(row: AnyRow | None) -> AnyRow:
    """Return the row of an article that is there; raises NotFound or Erased."""
    if row is None:
        raise NotFound("There is no such article")
    if row.erased_at is not None:
        raise Erased("The article's words were taken away for good")
    return row


@router.get("", summary="List articles, the one fetched last first", response_model=ArticlePage)
async def list_articles(request: Request, listing: Annotated[ArticleListing, Query()]) -> Response:
    page = open_page(request, listing)
    async with reading(request) as connection:
        named = None if listing.url is None else await queries.find_ids(connection, listing.url)
        rows = await queries.list_articles(connection, page, listing.wanted(listing.q, named))
    return page.answer(rows, show_article, "fetched_at", "article_id")


@router.get("/{article_id}", summary="Get one article", response_model=ShownArticle)
async def get_article(request: Request, article_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = here(await queries.find_article(connection, article_id))
    dates = {name: _show_date(row.event[name]) for name in ("published", "modified")}
    told = {name: row.event[name] for name in TOLD}
    return only.answer({**show_article(row), "text_sha256": row.text_sha256, **told, **dates})


@router.get("/{article_id}/text", summary="Get an article's text", response_model=ShownText)
async def get_text(request: Request, article_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = here(await queries.find_text(connection, article_id))
    if row.text is None:
        raise NotKept("The article's text is no longer kept")
    names = ("article_id", "revision", "text_sha256", "text", "paragraphs")
    return only.answer({name: getattr(row, name) for name in names})


@router.get(
    "/{article_id}/claims", summary="List an article's live claims in the order of its text", response_model=ClaimPage
)
async def list_claims_of_article(
    request: Request, article_id: UUID, listing: Annotated[SureClaimListing, Query()]
) -> Response:
    page = open_page(request, listing, by=int)
    async with reading(request) as connection:
        here(await queries.find_erasure(connection, article_id))
        rows = await claim_queries.list_claims_of_article(
            connection, page, article_id, min_confidence=listing.min_confidence
        )
    return page.answer(rows, show_claim, "ordinal", "claim_id")
