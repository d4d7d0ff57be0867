"""``/v1/articles/{article_id}/revisions``: the texts that an article has had, and what each changed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from schemas.events import Paragraph
from schemas.extraction import Span
from services.api.http.limits import end_turn
from services.api.http.pagination import BIGINT_MAX, open_page
from services.api.http.parameters import Listing, once_each
from services.api.http.problems import DESCRIBED, NotFound, NotKept
from services.api.http.selection import Only
from services.api.http.transactions import reading
from services.api.queries import articles as article_queries
from services.api.queries import revisions as queries
from services.api.queries.listing import AnyRow
from services.api.resources.articles import here
from services.api.resources.difference import Kind, Part, compare

router = APIRouter(
    prefix="/v1/articles/{article_id}/revisions",
    tags=["articles"],
    responses=DESCRIBED,
    dependencies=[Depends(once_each)],
)

LISTED = ("article_id", "revision", "is_current", "text_sha256", "fetched_at", "stored_at")
"""What a revision in a list shows of its row as it is."""

COMPARING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="difference")
"""Two texts of half a million code points take up to a second: one thread, so that it never takes more than a core."""

COMPARED_AT_ONCE = 2
"""Differences whose texts are in memory: the one that is compared, and the next; the others wait without theirs."""

Number = Annotated[int, Path(ge=0, lt=2**63)]


class RevisionLinks(BaseModel):
    """Where to go on from a revision."""

    self: str
    difference: str
    article: str


def _links(article_id: UUID, revision: int) -> JsonDict:
    article = f"/v1/articles/{article_id}"
    link = f"{article}/revisions/{revision}"
    return {"self": link, "difference": f"{link}/difference", "article": article}


class ListedRevision(BaseModel):
    """One text of an article, in a list."""

    article_id: UUID
    revision: int = Field(description="Grows with each published text of the article; not a count.")
    is_current: bool = Field(description="Whether the article's claims are read from this text.")
    text_sha256: str
    fetched_at: datetime
    stored_at: datetime
    links: RevisionLinks


class ShownRevision(ListedRevision):
    """One text of an article; it is data from a page: whoever shows it must escape it."""

    title: str | None
    text: str
    paragraphs: list[Paragraph]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1772445600,
                    "is_current": True,
                    "text_sha256": "78cda8327a897b99f47f7580fa00ac192937ffeb5bc388530e51703e926853fe",
                    "fetched_at": "2026-03-02T10:00:00Z",
                    "stored_at": "2026-03-02T10:00:01Z",
                    "links": _links(UUID("5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11"), 1772445600),
                    "title": "No inspection, says Venn",
                    "text": "The ferry was inspected once, Odra Venn said.",
                    "paragraphs": [{"span": [0, 45], "kind": "text"}],
                }
            ]
        }
    )


class RevisionPage(BaseModel):
    """Some revisions, and the cursor to go on with; null at the end."""

    items: list[ListedRevision]
    next_cursor: str | None


class ShownPart(BaseModel):
    """Words that were kept, deleted or inserted, with their place in either text."""

    kind: Kind
    before: Span = Field(description="In code points of the text before; empty where the words are inserted.")
    after: Span = Field(description="In code points of this text; empty where the words are deleted.")
    text: str


class ShownDifference(BaseModel):
    """What a revision changed: the parts of both texts in their order."""

    article_id: UUID
    revision: int
    previous: int | None = Field(description="The revision before; null where this is the first one that is known.")
    parts: list[ShownPart] = Field(
        description="Without those inserted they are the text before, without those deleted this text."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1772445600,
                    "previous": 1772443802,
                    "parts": [
                        {"kind": "kept", "before": [0, 14], "after": [0, 14], "text": "The ferry was "},
                        {"kind": "deleted", "before": [14, 31], "after": [14, 14], "text": "never inspected, "},
                        {"kind": "inserted", "before": [31, 31], "after": [14, 30], "text": "inspected once, "},
                        {"kind": "kept", "before": [31, 46], "after": [30, 45], "text": "Odra Venn said."},
                    ],
                }
            ]
        }
    )


def show_revision(row: AnyRow) -> dict[str, object]:
    """Return a revision as a list shows it."""
    return {**{name: getattr(row, name) for name in LISTED}, "links": _links(row.article_id, row.revision)}


async def _find(connection: AsyncConnection, article_id: UUID, number: int) -> AnyRow:
    """Return a revision with its text; raises NotFound, Erased or NotKept."""
    here(await article_queries.find_erasure(connection, article_id))
    row = await queries.find_revision(connection, article_id, number)
    if row is None:
        raise NotFound("The article has no such revision")
    if row.text is None:
        raise NotKept("The revision's text is no longer kept")
    return row


@router.get("", summary="List the texts that an article has had, the newest first", response_model=RevisionPage)
async def list_revisions(request: Request, article_id: UUID, listing: Annotated[Listing, Query()]) -> Response:
    page = open_page(request, listing, by=int, most=BIGINT_MAX)
    async with reading(request) as connection:
        here(await article_queries.find_erasure(connection, article_id))
        rows = await queries.list_revisions(connection, page, article_id)
    return page.answer(rows, show_revision, "revision", "article_id")


@router.get("/{revision}", summary="Get one of the texts that an article has had", response_model=ShownRevision)
async def get_revision(request: Request, article_id: UUID, revision: Number, only: Only) -> Response:
    async with reading(request) as connection:
        row = await _find(connection, article_id, revision)
    shown = {name: getattr(row, name) for name in ("title", "text", "paragraphs")}
    return only.answer({**show_revision(row), **shown})


@router.get(
    "/{revision}/difference", summary="Get what a text changed of the one before", response_model=ShownDifference
)
async def get_difference(request: Request, article_id: UUID, revision: Number, only: Only) -> Response:
    comparing: asyncio.Semaphore = request.app.state.comparing
    end_turn(request)
    async with comparing:
        async with reading(request) as connection:
            row = await _find(connection, article_id, revision)
            previous = await queries.find_previous(connection, article_id, revision)
        if previous is not None and previous.text is None:
            raise NotKept("The text of the revision before is no longer kept")
        before = "" if previous is None else previous.text
        loop = asyncio.get_running_loop()
        parts = await loop.run_in_executor(COMPARING, compare, before, row.text)
        return only.answer(
            {
                "article_id": row.article_id,
                "revision": row.revision,
                "previous": previous and previous.revision,
                "parts": [_show_part(part, before, row.text) for part in parts],
            }
        )


def _show_part(part: Part, before: str, after: str) -> dict[str, object]:
    start, end = part.before if part.kind == Kind.DELETED else part.after
    text = before if part.kind == Kind.DELETED else after
    return {"kind": part.kind, "before": part.before, "after": part.after, "text": text[start:end]}
