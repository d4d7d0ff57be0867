"""``/v1/claims``: who claimed what, in which words of which article."""

from datetime import datetime
from operator import itemgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.events import Arrival, Publisher
from schemas.extraction import Force, Form, Polarity, Reason, ResolvedBy, SaidAt, SpeechAct, Voice, Words
from schemas.tables import RetractedBy
from services.api.http.pagination import open_page
from services.api.http.parameters import Domain, Listing, once_each
from services.api.http.problems import DESCRIBED, Erased, NotFound
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import claims as queries
from services.api.queries.listing import AnyRow
from services.api.resources.filters import ASKED, PUBLISHER, Asked, Language, Period, Speaker
from services.api.resources.terms import read_terms, speaker_tsquery

router = APIRouter(prefix="/v1/claims", tags=["claims"], responses=DESCRIBED, dependencies=[Depends(once_each)])

READ = (
    *("content", "cue", "speaker_reason", "voice", "form", "polarity", "force", "force_words"),
    *("speech_act", "question", "said_at", "said_at_reason", "confidence"),
)
"""What a claim shows of its reading as it is; the others there are indices that say nothing outside the extraction."""

_READ = itemgetter(*READ)


class ShownSpeaker(Words):
    """Who a claim is attributed to: the words, and what they resolve to."""

    name: str | None
    name_reason: Reason | None
    anonymous: bool
    resolved_by: ResolvedBy
    entity_id: UUID | None


class ClaimLinks(BaseModel):
    """Where to go on from a claim."""

    self: str
    article: str
    text: str


class ShownClaim(BaseModel):
    """A claim with its exact words; spans are `[start, end)` in code points of the article's text."""

    claim_id: UUID
    article_id: UUID
    revision: int
    extractor_version: int
    publisher: Publisher
    arrival: Arrival = Field(description="`submitted`: somebody's own text, not one that was fetched.")
    url: str = Field(description="The article's canonical URL.")
    title: str | None = Field(description="The article's title; null where it has none.")
    published_at: datetime | None = Field(description="When the article was published; null where nothing states it.")
    fetched_at: datetime
    content: Words
    cue: Words | None
    speaker: ShownSpeaker | None
    speaker_reason: Reason | None
    voice: Voice
    form: Form | None
    polarity: Polarity
    force: Force
    force_words: Words | None
    speech_act: SpeechAct
    question: Words | None
    said_at: SaidAt | None
    said_at_reason: Reason | None
    confidence: float
    served: bool = Field(description="Whether lists show it without `min_confidence`: it is live, and sure enough.")
    nested_in: UUID | None = Field(description="The claim that holds this one in its content.")
    stored_at: datetime
    retracted_at: datetime | None
    retracted_by: RetractedBy | None
    replaced_by: UUID | None = Field(description="The claim that took a retracted one's place.")
    links: ClaimLinks

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "claim_id": "0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10",
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1,
                    "extractor_version": 1,
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "arrival": "fetched",
                    "url": "https://harbour-post.example/ferry",
                    "title": "No inspection, says Venn",
                    "published_at": "2026-03-02T08:15:00Z",
                    "fetched_at": "2026-03-02T09:30:00Z",
                    "content": {"spans": [[0, 29]], "text": "The ferry was never inspected"},
                    "cue": {"spans": [[41, 45]], "text": "said"},
                    "speaker": {
                        "spans": [[31, 40]],
                        "text": "Odra Venn",
                        "name": "Odra Venn",
                        "name_reason": None,
                        "anonymous": False,
                        "resolved_by": "name",
                        "entity_id": "7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22",
                    },
                    "speaker_reason": None,
                    "voice": "attributed",
                    "form": "indirect",
                    "polarity": "denied",
                    "force": "bare",
                    "force_words": None,
                    "speech_act": "say",
                    "question": None,
                    "said_at": None,
                    "said_at_reason": "no_evidence",
                    "confidence": 0.94,
                    "served": True,
                    "nested_in": None,
                    "stored_at": "2026-03-02T09:30:02Z",
                    "retracted_at": None,
                    "retracted_by": None,
                    "replaced_by": None,
                    "links": {
                        "self": "/v1/claims/0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10",
                        "article": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                        "text": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11/text",
                    },
                }
            ]
        }
    )


class ClaimPage(BaseModel):
    """Some claims, and the cursor to go on with; null at the end."""

    items: list[ShownClaim]
    next_cursor: str | None


MinConfidence = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Only claims that are at least so sure, also those below what is listed by default.",
    ),
]


class SureClaimListing(Listing):
    """Which claims of one article or entity are wanted."""

    min_confidence: MinConfidence = None


class ClaimFilters(Period, Listing):
    """What any list of claims may be narrowed by."""

    speaker: Speaker | None = Field(
        None, description="The speaker's name or a part of it, in any spelling of its letters; without one, the words."
    )
    entity: UUID | None = Field(None, description="The id of the entity that is the speaker.")
    publisher: Domain | None = Field(None, description=PUBLISHER)
    arrival: Arrival | None = Field(None, description="How the article came.")
    language: Language | None = Field(None, description="The article's language, an ISO 639 code.")
    voice: Voice | None = Field(
        None, description="Whose voice claims it: a speaker's, the article's or the headline's."
    )
    form: Form | None = Field(None, description="How a speaker's words are told.")
    polarity: Polarity | None = Field(None, description="Whether the content is affirmed or denied.")
    force: Force | None = Field(None, description="How firmly it is said.")
    min_confidence: MinConfidence = None

    def wanted(self, asked: str | None) -> queries.ClaimFilter:
        """Return the filter as the statements take it."""
        return queries.ClaimFilter(
            asked=None if asked is None else read_terms(asked).tsquery(),
            speaker=None if self.speaker is None else speaker_tsquery(self.speaker),
            entity_id=self.entity,
            publisher=self.publisher,
            polarity=self.polarity,
            force=self.force,
            form=self.form,
            voice=self.voice,
            arrival=self.arrival,
            language=self.language,
            start=self.start,
            end=self.end,
            min_confidence=self.min_confidence,
        )


class ClaimListing(ClaimFilters):
    """Which claims are wanted; every filter given must let a claim through."""

    q: Asked | None = Field(None, description=f"{ASKED} Found in what was claimed and in the name of who claimed it.")


def show_claim(row: AnyRow) -> dict[str, object]:
    """Return a claim as the API shows it; ids as texts, since a page is written faster so."""
    stored = queries.Stored.of(row)
    found, link, article = stored.reading, f"/v1/claims/{stored.claim_id}", f"/v1/articles/{stored.article_id}"
    return {
        "claim_id": str(stored.claim_id),
        "article_id": str(stored.article_id),
        "revision": stored.revision,
        "extractor_version": stored.extractor_version,
        "publisher": {"domain": stored.publisher_domain, "name": stored.publisher_name},
        "arrival": stored.arrival,
        "url": stored.canonical_url,
        "title": stored.title,
        "published_at": stored.published_at,
        "fetched_at": stored.fetched_at,
        **dict(zip(READ, _READ(found), strict=True)),
        "speaker": _show_speaker(found["speaker"], stored.entity_id),
        "served": stored.served and stored.retracted_at is None,
        "nested_in": stored.nested_in and str(stored.nested_in),
        "stored_at": stored.stored_at,
        "retracted_at": stored.retracted_at,
        "retracted_by": stored.retracted_by,
        "replaced_by": stored.replaced_by,
        "links": {"self": link, "article": article, "text": f"{article}/text"},
    }


def _show_speaker(speaker: dict[str, object] | None, entity_id: UUID | None) -> dict[str, object] | None:
    if speaker is None:
        return None
    shown = {**speaker, "entity_id": entity_id and str(entity_id)}
    del shown["mention"]
    return shown


def here(row: AnyRow | None) -> AnyRow:
    """Return the row of a claim that has its words; raises NotFound or Erased."""
    if row is None:
        raise NotFound("There is no such claim")
    if row.retracted_by == RetractedBy.ERASURE:
        raise Erased("The claim's words were taken away for good")
    return row


@router.get("", summary="List live claims, newest article first", response_model=ClaimPage)
async def list_claims(request: Request, listing: Annotated[ClaimListing, Query()]) -> Response:
    page = open_page(request, listing)
    async with reading(request) as connection:
        rows = await queries.list_claims(connection, page, listing.wanted(listing.q))
    return page.answer(rows, show_claim, "fetched_at", "claim_id")


@router.get("/{claim_id}", summary="Get one claim, also a retracted one", response_model=ShownClaim)
async def get_claim(request: Request, claim_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = here(await queries.find_claim(connection, claim_id))
    return only.answer(show_claim(row))
