"""``/v1/articles/{article_id}/card``: what an article shows of its sourcing, and what of it is missing."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.comparison import Attributed, Flag, NoDate
from schemas.events import Arrival, Publisher
from schemas.extraction import Span, Words
from services.api.http.parameters import once_each
from services.api.http.problems import DESCRIBED, NotFound
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import articles as queries
from services.api.queries.listing import AnyRow, Rows
from services.api.queries.single import LOOKED_MAX, Single, list_single
from services.api.resources.articles import here

router = APIRouter(
    prefix="/v1/articles/{article_id}/card",
    tags=["comparing"],
    responses=DESCRIBED,
    dependencies=[Depends(once_each)],
)

Json = dict[str, Any]


class ShownDate(BaseModel):
    """The day that the text itself gives, or null with a reason."""

    value: date | None
    reason: NoDate | None


class CardDay(ShownDate):
    """The day that the text itself gives, what bounds it, and the words that tell."""

    not_before: date | None
    not_after: date | None = Field(description="Exclusive.")
    relative: str | None = Field(description="Words such as *last week*; `evidence` has their place.")
    evidence: list[Words]


class Quotes(BaseModel):
    """How many claims that are not nested are quoted, by their form."""

    direct: int
    mixed: int
    partial: int


class Shares(BaseModel):
    """Of all claims but the headline's, between 0 and 1; null where there are none."""

    attributed: float | None
    anonymous: float | None
    own_voice: float | None


class ShownFlag(BaseModel):
    """What a reader should know, with the words that show it; none where it is the absence of words."""

    flag: Flag
    spans: list[Span]
    words: list[Words]


class ShownCard(BaseModel):
    """What an article shows of its sourcing; it is no score, and says nothing of what is so.

    Words are data from a page: whoever shows them must escape them.
    """

    article_id: UUID
    revision: int
    arrival: Arrival
    publisher: Publisher
    url: str = Field(description="The article's canonical URL.")
    title: Words | None = Field(description="As printed in the text; null where it has none.")
    venue: str | None = Field(description="Where the words were first said or printed, as the article names it.")
    venue_words: Words | None
    date: CardDay
    quotes: Quotes
    attributed: list[Attributed]
    shares: Shares
    flags: list[ShownFlag]
    single_source: list[UUID] = Field(description="Claims that no other origin is known to say too.")
    single_source_omitted: bool = Field(
        description=f"The article has more than {LOOKED_MAX} claims that can be compared; of the others it is not told."
    )
    disclosure: Words | None = Field(description="The first of `disclosures`.")
    disclosures: list[Words] = Field(description="What the article says of how it was made.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1,
                    "arrival": "fetched",
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "url": "https://harbour-post.example/ferry",
                    "title": {"spans": [[0, 24]], "text": "No inspection, says Venn"},
                    "venue": None,
                    "venue_words": None,
                    "date": {
                        "value": None,
                        "reason": "relative",
                        "not_before": None,
                        "not_after": None,
                        "relative": "last week",
                        "evidence": [{"spans": [[71, 80]], "text": "last week"}],
                    },
                    "quotes": {"direct": 0, "mixed": 0, "partial": 0},
                    "attributed": [{"name": "Odra Venn", "anonymous": False, "claims": 3}],
                    "shares": {"attributed": 0.75, "anonymous": 0.0, "own_voice": 0.25},
                    "flags": [
                        {"flag": "no_quote", "spans": [], "words": []},
                        {
                            "flag": "single_source_claim",
                            "spans": [[26, 55]],
                            "words": [{"spans": [[26, 55]], "text": "The ferry was never inspected"}],
                        },
                    ],
                    "single_source": ["0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10"],
                    "single_source_omitted": False,
                    "disclosure": None,
                    "disclosures": [],
                }
            ]
        }
    )


def show_date(card: Json | None) -> Json:
    """Return the day that a card tells; where there is no card yet there is no evidence either."""
    told = {"value": None, "reason": NoDate.NO_EVIDENCE} if card is None else card["date"]
    return {"value": told["value"], "reason": told["reason"]}


def show_card(row: AnyRow, single: Single) -> Json:
    """Return the card of an article, of which ``single`` are the claims of a single source."""
    card: Json = row.card
    venue, disclosures = card["venue"], card["disclosures"]
    return {
        "article_id": row.article_id,
        "revision": row.revision,
        "arrival": row.arrival,
        "publisher": {"domain": row.publisher_domain, "name": row.publisher_name},
        "url": row.canonical_url,
        "title": card["title"],
        "venue": venue and venue["name"],
        "venue_words": venue and venue["words"],
        "date": _show_day(card["date"]),
        "quotes": {name: card[name] for name in Quotes.model_fields},
        "attributed": card["attributed"],
        "shares": {name: card[f"share_{name}"] for name in Shares.model_fields},
        "flags": [*map(_show_flag, card["flags"]), *_flag_single(single.claims)],
        "single_source": [found.claim_id for found in single.claims],
        "single_source_omitted": single.omitted,
        "disclosure": disclosures[0] if disclosures else None,
        "disclosures": disclosures,
    }


def _show_day(told: Json) -> Json:
    relative, evidence = told["relative"], told["evidence"]
    if relative is not None and relative not in evidence:
        evidence = [*evidence, relative]
    return {**told, "relative": relative and relative["text"], "evidence": evidence}


def _show_flag(flagged: Mapping[str, Any]) -> Json:
    words = flagged["words"]
    return {"flag": flagged["flag"], "spans": [span for one in words for span in one["spans"]], "words": words}


def _flag_single(single: Rows) -> list[Json]:
    words = [found.content for found in single]
    return [_show_flag({"flag": Flag.SINGLE_SOURCE_CLAIM, "words": words})] if words else []


@router.get("", summary="Get an article's source card", response_model=ShownCard)
async def get_card(request: Request, article_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = here(await queries.find_card(connection, article_id))
        single = await list_single(connection, [article_id])
    if row.card is None:
        raise NotFound("The article was not read for a card yet")
    return only.answer(show_card(row, single.get(article_id, Single())))
