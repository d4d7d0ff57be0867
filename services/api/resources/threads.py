"""``/v1/threads``: claims about one proposition: who affirms it, who denies it, and how many origins it has."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from schemas.comparison import ThreadStatus
from services.api.http.pagination import BIGINT_MAX, Page, open_page
from services.api.http.parameters import Listing, once_each
from services.api.http.problems import DESCRIBED, NotFound
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import articles as article_queries
from services.api.queries import threads as queries
from services.api.queries.groups import list_roots
from services.api.queries.listing import AnyRow, Rows
from services.api.queries.threads import SAYING_MAX
from services.api.resources.claims import ShownClaim, show_claim
from services.api.resources.filters import Asked, Speaker
from services.api.resources.parts import (
    CLAIM,
    TenseClaim,
    ThreadArticle,
    ThreadClaim,
    show_part,
    show_thread_article,
)
from services.api.resources.questions import any_of, any_two_of, read_question, words_asked
from services.api.resources.terms import speaker_tsquery

router = APIRouter(prefix="/v1/threads", tags=["comparing"], responses=DESCRIBED, dependencies=[Depends(once_each)])

PARTS_MAX = 1_000
"""Claims of a thread that one answer shows, and as many in tension with it: some 2 MB."""

SUPPORT = f"""The best supported first: by independent origins, then articles, then first-hand quotes. With `q` those
first whose claims have most of its words. Of filters that more than {SAYING_MAX:,} claims meet the newest count.
"""

SHOWN = "One of its claims, in whose words it may be told."

Json = dict[str, Any]
Names = Mapping[str, AnyRow]
"""Of each entity's id what it is one with: ``root_id`` and ``name``."""


class Holder(BaseModel):
    """Who stands on a side."""

    entity_id: UUID | None = Field(description="Null where the words name nobody that is known.")
    name: str


class ThreadLinks(BaseModel):
    """Where to go on from a thread."""

    self: str


class Thread(BaseModel):
    """Claims about one proposition, counted over all articles."""

    thread_id: UUID
    since: date | None = Field(description="The earliest day that is known of its claims; null where none is.")
    independent_origins: int = Field(description="Where its words go back to: articles of one origin count once.")
    submitted_origins: int = Field(description="Of these, those of texts that somebody handed in.")
    first_hand_quotes: int
    article_count: int
    claim_count: int
    affirmed_by: list[Holder]
    denied_by: list[Holder]
    links: ThreadLinks


class ListedThread(Thread):
    """A thread in a list."""

    status: ThreadStatus
    claim: ShownClaim | None = Field(description=SHOWN)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "thread_id": "2d6a1c55-6a4e-5c0c-9b8e-7f2f5d0b3a66",
                    "status": "disputed",
                    "since": "2026-03-01",
                    "independent_origins": 2,
                    "submitted_origins": 0,
                    "first_hand_quotes": 1,
                    "article_count": 3,
                    "claim_count": 4,
                    "affirmed_by": [{"entity_id": None, "name": "two inspectors"}],
                    "denied_by": [{"entity_id": "7b0c2c9e-0f57-5a43-8d1c-3f1a2b7c9d22", "name": "Odra Venn"}],
                    "claim": CLAIM,
                    "links": {"self": "/v1/threads/2d6a1c55-6a4e-5c0c-9b8e-7f2f5d0b3a66"},
                }
            ]
        }
    )


class ShownThread(Thread):
    """A thread with its claims, or one that ended: then its successors hold what it held."""

    status: ThreadStatus | None = Field(description="Null once it ended.")
    claim: ShownClaim | None = Field(description=SHOWN)
    ended_at: datetime | None
    successors: list[UUID] = Field(
        description="Of one that ended: the threads that its claims are in now; none where no claim is left."
    )
    articles: list[ThreadArticle]
    claims: list[ThreadClaim]
    in_tension: list[TenseClaim] = Field(description="Claims of other threads that are in tension with its own.")
    claims_omitted: bool = Field(
        description=f"There are more than {PARTS_MAX} claims, or in tension; others are left out."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **ListedThread.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index,dict-item]
                    "ended_at": None,
                    "successors": [],
                    "articles": ThreadArticle.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "claims": ThreadClaim.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "in_tension": TenseClaim.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "claims_omitted": False,
                }
            ]
        }
    )


class ThreadPage(BaseModel):
    """Some threads, and the cursor to go on with; null at the end."""

    items: list[ListedThread]
    next_cursor: str | None


class ThreadListing(Listing):
    """Which threads are wanted; one of their claims must meet every filter given."""

    q: Asked | None = Field(
        None,
        description="A question as one asks it: *Did the minister promise a bridge?* Its words need not all be there; "
        "in quotation marks: side by side.",
    )
    speaker: Speaker | None = Field(
        None, description="The speaker's name or a part of it, in any spelling of its letters; without one, the words."
    )
    entity: UUID | None = Field(None, description="An entity that a claim is by, or names.")
    status: ThreadStatus | None = Field(
        None, description="`disputed`: both sides are held; `single_source`: all goes back to one origin."
    )


async def find_names(connection: AsyncConnection, threads: Iterable[AnyRow]) -> Names:
    """Return what the entities that stand on the sides of threads are one with now."""
    holders = (holder for row in threads for holder in (*row.affirmed_by, *row.denied_by))
    ids = {UUID(holder["entity_id"]) for holder in holders if holder["entity_id"] is not None}
    return {str(row.entity_id): row for row in await list_roots(connection, sorted(ids))}


def _show_holders(holders: Iterable[Json], names: Names) -> list[Json]:
    shown: dict[str, Json] = {}
    for holder in holders:
        known = names.get(holder["entity_id"])
        key, name = (holder["entity_id"], None) if known is None else (str(known.root_id), known.name)
        shown.setdefault(key or holder["name"], {"entity_id": key, "name": name or holder["name"]})
    return [*shown.values()]


def show_thread(row: AnyRow, names: Names) -> Json:
    """Return what is told of a thread wherever it is shown."""
    return {
        "thread_id": row.thread_id,
        "status": row.status,
        "since": row.since,
        "independent_origins": row.origins,
        "submitted_origins": row.submitted_origins,
        "first_hand_quotes": row.quotes,
        "article_count": row.articles,
        "claim_count": row.claims,
        "affirmed_by": _show_holders(row.affirmed_by, names),
        "denied_by": _show_holders(row.denied_by, names),
        "links": {"self": f"/v1/threads/{row.thread_id}"},
    }


def _show_listed(row: AnyRow, names: Names, claim: AnyRow | None) -> Json:
    return {**show_thread(row, names), "claim": None if claim is None else show_claim(claim)}


def show_parts(rows: Iterable[AnyRow], tense: Iterable[AnyRow], articles: Iterable[AnyRow]) -> Json:
    """Return the claims of a thread, those in tension with it, and the articles of both."""
    return {
        "articles": [show_thread_article(row) for row in articles],
        "claims": [show_part(row) for row in rows],
        "in_tension": [show_part(row) for row in tense],
    }


async def _find(connection: AsyncConnection, page: Page, listing: ThreadListing) -> Rows:
    """Return the threads of a page, each with its points."""
    speaker = None if listing.speaker is None else speaker_tsquery(listing.speaker)
    if listing.q is not None:
        stop_words = await queries.find_stop_words(connection, words_asked(listing.q))
        words = read_question(listing.q, stop_words).tsqueries()
        # Those that have two words may be few and old among the many that have one.
        wanted = [any_of(words), *filter(None, [any_two_of(words)])]
        said = [queries.Saying(asked, speaker, listing.entity) for asked in wanted]
        found = {key for saying in said for key in await queries.find_claims(connection, saying)}
        return await queries.rank_threads(connection, page, listing.status, [*found], words)
    keys: Sequence[UUID] | None = None
    if speaker is not None or listing.entity is not None:
        keys = await queries.find_claims(connection, queries.Saying(None, speaker, listing.entity))
    return await queries.list_threads(connection, page, listing.status, keys)


@router.get("", summary="List threads, the best supported first", description=SUPPORT, response_model=ThreadPage)
async def list_threads(request: Request, listing: Annotated[ThreadListing, Query()]) -> Response:
    page = open_page(request, listing, by=int, most=BIGINT_MAX)
    async with reading(request) as connection:
        rows = await _find(connection, page, listing)
        shown = await queries.find_shown(connection, [row.thread_id for row in rows[: page.limit]])
        names = await find_names(connection, rows)
    claims = {row.thread_id: row for row in shown}
    return page.answer(rows, lambda row: _show_listed(row, names, claims.get(row.thread_id)), "points", "thread_id")


async def _read(connection: AsyncConnection, thread_id: UUID) -> Json:
    """Return a thread with its claims, or its successors; raises NotFound."""
    row = await queries.find_thread(connection, thread_id)
    if row is None:
        raise NotFound("There is no such thread")
    successors = [] if row.ended_at is None else await queries.find_successors(connection, thread_id)
    shown = await queries.find_shown(connection, [thread_id])
    parts = await queries.list_parts(connection, thread_id, tense=False, most=PARTS_MAX + 1)
    tense = await queries.list_parts(connection, thread_id, tense=True, most=PARTS_MAX + 1)
    held = [parts[:PARTS_MAX], tense[:PARTS_MAX]]
    named = list(dict.fromkeys(part.article_id for some in held for part in some))
    articles = {found.article_id: found for found in await article_queries.list_cards(connection, named)}
    return {
        **_show_listed(row, await find_names(connection, [row]), shown[0] if shown else None),
        "ended_at": row.ended_at,
        "successors": successors,
        **show_parts(held[0], held[1], (articles[key] for key in named)),
        "claims_omitted": max(len(parts), len(tense)) > PARTS_MAX,
    }


@router.get("/{thread_id}", summary="Get one thread with its claims, or its successors", response_model=ShownThread)
async def get_thread(request: Request, thread_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        shown = await _read(connection, thread_id)
    return only.answer(shown)
