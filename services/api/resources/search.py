"""``/v1/search``: the articles and claims that say certain words, the best first, with the words marked."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from schemas.extraction import Span
from services.api.http.pagination import open_page
from services.api.http.parameters import once_each
from services.api.http.problems import DESCRIBED
from services.api.http.transactions import reading
from services.api.queries import articles, claims
from services.api.queries.listing import AnyRow, Rows
from services.api.queries.ranks import POINTS, RANKED_MAX
from services.api.resources.articles import ArticleFilters, ListedArticle, ShownArticle, show_article
from services.api.resources.claims import ClaimFilters, ShownClaim, show_claim
from services.api.resources.filters import ASKED, Asked
from services.api.resources.highlights import EXCERPT_CHARACTERS, Excerpt, find_excerpt, find_highlights
from services.api.resources.terms import Terms, read_terms

router = APIRouter(prefix="/v1/search", tags=["search"], responses=DESCRIBED, dependencies=[Depends(once_each)])

TEXT_MAX_CHARACTERS = 50_000
"""Of a longer text its beginning is read for an excerpt: ten milliseconds' work, ten times an article's length."""

TEXTS_MAX_CHARACTERS = 500_000
"""So much is read for all excerpts of an answer; of what is beyond, the beginning is shown."""

TEXTS_AT_ONCE = 5
"""Texts in memory at a time; between them others get their turn."""

RANKS = f"""What is found is ranked by how close together its words stand, with those of a title or of a claim's content
before others; of more than {RANKED_MAX:,} the newest so many are ranked. Highlights are spans `[start, end)` in code
points of the words they stand beside.
"""

Limit = Annotated[int, Field(ge=1, le=50, description="The most items of one answer.")]
Rank = Annotated[float, Field(ge=0, lt=1, description="Comparable within one answer's query alone.")]


_ARTICLE: Any = ShownArticle.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]


class ClaimHighlights(BaseModel):
    """Where the words stand that were looked for."""

    content: list[Span] = Field(description="In `content.text`.")
    speaker: list[Span] = Field(description="In `speaker.name`, or in `speaker.text` where there is no name.")


class FoundClaim(ShownClaim):
    """A claim that says the words, or whose speaker has the name."""

    rank: Rank
    highlights: ClaimHighlights

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **ShownClaim.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index,dict-item]
                    "rank": 0.23077,
                    "highlights": {"content": [[4, 9], [20, 29]], "speaker": []},
                }
            ]
        }
    )


class FoundClaimPage(BaseModel):
    """Some claims, and the cursor to go on with; null at the end."""

    items: list[FoundClaim]
    next_cursor: str | None


class ArticleHighlights(BaseModel):
    """Where the words stand that were looked for."""

    title: list[Span] = Field(description="In `title`.")
    excerpt: list[Span] = Field(description="In `excerpt.text`.")


class ShownExcerpt(BaseModel):
    """The part of the article's text in which most of the words stand; its beginning where they stand far within."""

    start: int = Field(description="Where it begins in the article's text, in code points.")
    text: str


class FoundArticle(ListedArticle):
    """An article that says the words in its title or its text."""

    rank: Rank
    excerpt: ShownExcerpt
    highlights: ArticleHighlights

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **{name: _ARTICLE[name] for name in ListedArticle.model_fields},
                    "rank": 0.37,
                    "excerpt": {"start": 0, "text": "The ferry was never inspected, Odra Venn said."},
                    "highlights": {"title": [[3, 13]], "excerpt": [[4, 9], [20, 29]]},
                }
            ]
        }
    )


class FoundArticlePage(BaseModel):
    """Some articles, and the cursor to go on with; null at the end."""

    items: list[FoundArticle]
    next_cursor: str | None


class ClaimSearch(ClaimFilters):
    """What is looked for in claims, and among which."""

    q: Asked = Field(description=f"{ASKED} Found in what was claimed and in the name of who claimed it.")
    limit: Limit = 20


class ArticleSearch(ArticleFilters):
    """What is looked for in articles, and among which."""

    q: Asked = Field(description=f"{ASKED} Found in title and text.")
    limit: Limit = 20


def show_found_claim(row: AnyRow, terms: Terms) -> dict[str, object]:
    """Return a claim that was found as the API shows it."""
    content, speaker = row.reading["content"], row.reading["speaker"]
    name = "" if speaker is None else speaker["name"] or speaker["text"]
    highlights = {"content": find_highlights(terms, content["text"]), "speaker": find_highlights(terms, name)}
    return {**show_claim(row), "rank": row.points / POINTS, "highlights": highlights}


def show_found_article(row: AnyRow, terms: Terms, excerpt: Excerpt) -> dict[str, object]:
    """Return an article that was found as the API shows it."""
    highlights = {"title": find_highlights(terms, row.title or ""), "excerpt": excerpt.highlights}
    shown = {"start": excerpt.start, "text": excerpt.text}
    return {**show_article(row), "rank": row.points / POINTS, "excerpt": shown, "highlights": highlights}


async def _find_excerpts(connection: AsyncConnection, rows: Rows, terms: Terms) -> dict[object, Excerpt]:
    """Return the excerpt of each article, a few texts in memory at a time."""
    ids = [row.article_id for row in rows]
    excerpts: dict[object, Excerpt] = {}
    left = TEXTS_MAX_CHARACTERS
    for first in range(0, len(ids), TEXTS_AT_ONCE):
        some = ids[first : first + TEXTS_AT_ONCE]
        characters = max(min(TEXT_MAX_CHARACTERS, left // len(some)), EXCERPT_CHARACTERS)
        for row in await articles.find_beginnings(connection, some, characters=characters):
            # In a thread: words repeated on end, asked for as a long phrase, take half a second a text.
            excerpts[row.article_id] = await asyncio.to_thread(find_excerpt, terms, row.beginning or "")
            left = max(left - len(row.beginning or ""), 0)
    return excerpts


@router.get("/claims", summary="Search live claims, the best first", description=RANKS, response_model=FoundClaimPage)
async def search_claims(request: Request, listing: Annotated[ClaimSearch, Query()]) -> Response:
    page = open_page(request, listing, by=int)
    terms = read_terms(listing.q)
    async with reading(request) as connection:
        rows = await claims.search_claims(connection, page, listing.wanted(listing.q))
    return page.answer(rows, lambda row: show_found_claim(row, terms), "points", "claim_id")


@router.get("/articles", summary="Search articles, the best first", description=RANKS, response_model=FoundArticlePage)
async def search_articles(request: Request, listing: Annotated[ArticleSearch, Query()]) -> Response:
    page = open_page(request, listing, by=int)
    terms = read_terms(listing.q)
    async with reading(request) as connection:
        rows = await articles.search_articles(connection, page, listing.wanted(listing.q))
        excerpts = await _find_excerpts(connection, rows[: page.limit], terms)
    return page.answer(
        rows, lambda row: show_found_article(row, terms, excerpts[row.article_id]), "points", "article_id"
    )
