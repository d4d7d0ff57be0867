"""``/v1/changes``: the change log, by which a copy of all claims is kept without asking for them again and again.

Positions are given after the commit, without a gap and in an order that readers can rely on; what has none yet is not
shown. Claims are shown as they are when the log is read, not as they were: a change that comes later in the log may
show in an earlier one, and is told again in its own place.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from schemas.events import Publisher
from schemas.tables import ChangeKind
from services.api.http.pagination import find_address, link
from services.api.http.parameters import Selection, once_each
from services.api.http.problems import DESCRIBED, AheadOfLog
from services.api.http.responses import json_response, to_json
from services.api.http.selection import choose
from services.api.http.transactions import reading
from services.api.queries import changes as queries
from services.api.queries import claims as claim_queries
from services.api.queries.listing import AnyRow
from services.api.resources.claims import ShownClaim, show_claim

router = APIRouter(prefix="/v1/changes", tags=["changes"], responses=DESCRIBED, dependencies=[Depends(once_each)])

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

IDS_AT_ONCE = 1_000
"""An answer ends with the change that brings the claims named to so many: some 2 MB, of which the last may be half."""

CLAIMS_MAX = 1_000
"""A change of more claims is shown without them: some 2 MB. No article of a newspaper comes near."""

LAST_POSITION = 2**63 - 1

SHOWN = ("position", "change_id", "kind", "article_id", "revision", "extractor_version", "changed_at")
"""What a change shows of its row as it is."""

OF_CLAIMS = frozenset({ChangeKind.EXTRACTED, ChangeKind.ERASED})
OF_ENTITIES = frozenset({ChangeKind.MERGED, ChangeKind.SPLIT})

FOLLOWING = """To keep a copy of all claims: begin with `after=0`; of each item in turn upsert `claims` and remove
`retracted`; go on with `next_after`. At the end of the log the copy holds what `/v1/claims?min_confidence=0` lists, and
those of it that are `served` are what `/v1/claims` lists. Claims are shown as they are now, so an item may already show
what a later one tells. Changes of relations, threads and entities only name what is to be asked for again.
409 `ahead_of_log`: the log is another one, or its database was set back; begin again.
"""

Position = Annotated[int, Field(ge=0, le=LAST_POSITION)]


class ChangeLinks(BaseModel):
    """Where to go on from a change; null where it is of no article."""

    article: str | None
    claims: str | None


class ChangedThreads(BaseModel):
    """Which threads began, hold other claims, or ended; one that ended answers with its successors."""

    began: list[UUID]
    changed: list[UUID]
    ended: list[UUID]


class ShownChange(BaseModel):
    """What became of an article's claims (upsert `claims`, remove `retracted`), or of what claims have in common."""

    position: int
    change_id: UUID = Field(description="`ce_id` of the event on Kafka that tells the same.")
    kind: ChangeKind = Field(description="`erased`: the article's words are gone for good; remove all that you keep.")
    article_id: UUID | None = Field(description="Null where the change is of threads or entities.")
    revision: int | None
    extractor_version: int | None
    publisher: Publisher | None = Field(description="Of the article as it is now; null once it is erased.")
    changed_at: datetime
    added: list[UUID]
    updated: list[UUID] = Field(description="Claims that were found again; their confidence may differ.")
    retracted: list[UUID]
    claims: list[ShownClaim] = Field(description="Those added or updated that are live now, as they are now.")
    claims_omitted: bool = Field(
        description=f"There are more than {CLAIMS_MAX:,}, so `claims` is empty: ask `links.claims` for them."
    )
    related: list[UUID] = Field(description="Claims whose relations changed, also those of other articles.")
    threads: ChangedThreads
    entities: list[UUID] = Field(description="Entities that became one, or are several again.")
    links: ChangeLinks

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "position": 1841,
                    "change_id": "3c1e4c02-7f0a-5b7e-8d0d-0d5a7c7f1e55",
                    "kind": "extracted",
                    "article_id": "5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                    "revision": 1772443802,
                    "extractor_version": 1,
                    "publisher": {"domain": "harbour-post.example", "name": "The Harbour Post"},
                    "changed_at": "2026-03-02T09:30:02Z",
                    "added": ["0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10"],
                    "updated": [],
                    "retracted": ["77f0c9aa-51f2-5d1c-9a0e-2b1f6f0d3c44"],
                    "claims": ShownClaim.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "claims_omitted": False,
                    "related": [],
                    "threads": {"began": [], "changed": [], "ended": []},
                    "entities": [],
                    "links": {
                        "article": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11",
                        "claims": "/v1/articles/5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11/claims?min_confidence=0",
                    },
                }
            ]
        }
    )


class ChangePage(BaseModel):
    """Some changes in the order of the log, and where to go on."""

    items: list[ShownChange]
    next_after: int = Field(description="The last position shown; go on with it as `after`, also where nothing came.")
    more: bool = Field(description="Whether there are more already.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": ShownChange.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "next_after": 1841,
                    "more": False,
                }
            ]
        }
    )


class Wanted(Selection):
    """Which part of the log is wanted."""

    after: Position = Field(0, description="The position after which to begin; 0: the beginning of the log.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="The most changes of one answer.")


class Change(NamedTuple):
    """A change made ready to be sent: what it is chosen by, and its JSON."""

    position: int
    kind: ChangeKind
    article_id: UUID | None
    publisher: str | None
    json: bytes


async def read_changes(connection: AsyncConnection, after: int, *, limit: int, most_ids: int) -> list[Change]:
    """Return the changes after a position, as ``queries.list_changes`` bounds them."""
    rows = await queries.list_changes(connection, after, limit=limit, most_ids=most_ids)
    shown = [row for row in rows if row.kind in OF_CLAIMS and not _is_large(row)]
    articles, wanted = {row.article_id for row in shown}, {key for row in shown for key in (*row.added, *row.updated)}
    found = await claim_queries.find_live(connection, list(articles), list(wanted)) if wanted else []
    claims = {row.claim_id: show_claim(row) for row in found}
    return [
        Change(
            row.position,
            ChangeKind(row.kind),
            row.article_id,
            row.publisher_domain,
            to_json(show_change(row, claims)),
        )
        for row in rows
    ]


def _is_large(row: AnyRow) -> bool:
    return len(row.added) + len(row.updated) > CLAIMS_MAX


def show_change(row: AnyRow, live: Mapping[UUID, dict[str, object]]) -> dict[str, object]:
    """Return a change as the API shows it, with those of its claims that are live."""
    publisher = row.publisher_domain and {"domain": row.publisher_domain, "name": row.publisher_name}
    return {
        **{name: getattr(row, name) for name in SHOWN},
        "publisher": publisher,
        **_show_claims(row, live),
        "related": row.updated if row.kind == ChangeKind.RELATED else [],
        "threads": _show_threads(row),
        "entities": [*row.added, *row.updated, *row.retracted] if row.kind in OF_ENTITIES else [],
        "links": _show_links(row.article_id),
    }


def _show_claims(row: AnyRow, live: Mapping[UUID, dict[str, object]]) -> dict[str, object]:
    if row.kind not in OF_CLAIMS:
        return {"added": [], "updated": [], "retracted": [], "claims": [], "claims_omitted": False}
    named: Sequence[UUID] = () if _is_large(row) else (*row.added, *row.updated)
    return {
        **{name: getattr(row, name) for name in ("added", "updated", "retracted")},
        "claims": [live[key] for key in named if key in live],
        "claims_omitted": _is_large(row),
    }


def _show_threads(row: AnyRow) -> dict[str, object]:
    is_of_threads = row.kind == ChangeKind.THREADED
    began, changed, ended = (row.added, row.updated, row.retracted) if is_of_threads else ([], [], [])
    return {"began": began, "changed": changed, "ended": ended}


def _show_links(article_id: UUID | None) -> dict[str, object]:
    if article_id is None:
        return {"article": None, "claims": None}
    article = f"/v1/articles/{article_id}"
    return {"article": article, "claims": f"{article}/claims?min_confidence=0"}


async def find_end(connection: AsyncConnection, after: int) -> int:
    """Return the log's highest position; raises AheadOfLog where ``after`` is beyond it."""
    end = await queries.find_end(connection)
    if after > end:
        raise AheadOfLog("The log has not come to this position; it is another log, or was set back: begin at 0")
    return end


@router.get("", summary="Follow the change log", description=FOLLOWING, response_model=ChangePage)
async def list_changes(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
    chosen = choose(request, wanted)
    async with reading(request) as connection:
        end = await find_end(connection, wanted.after)
        changes = await read_changes(connection, wanted.after, limit=wanted.limit, most_ids=IDS_AT_ONCE)
    last = changes[-1].position if changes else wanted.after
    shown: list[object] = [orjson.Fragment(change.json) for change in changes]
    if chosen.names is not None:
        shown = [chosen.of(orjson.loads(change.json)) for change in changes]
    links = link(find_address(request, "after"), f"after={last}" if last < end else None)
    return json_response({"items": shown, "next_after": last, "more": last < end}, headers=links)
