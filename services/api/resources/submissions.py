"""``POST /v1/articles`` and ``/v1/submissions``: handing in a URL or a text, and what became of it."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Depends, Header, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from schemas.events import TEXT_MAX_CODE_POINTS
from schemas.outcomes import PageOutcome
from schemas.tables import Scope
from services import traces
from services.api.gate import Needs
from services.api.http.parameters import Name, Storable, no_parameters, once_each
from services.api.http.problems import DESCRIBED, KeyReused, NotFound
from services.api.http.responses import json_response
from services.api.http.selection import Only
from services.api.http.transactions import reading, writing
from services.api.http.writers import find_submitter
from services.api.queries import intake as queries
from services.api.queries.listing import AnyRow

HTML_MAX_BYTES = 3_000_000
"""Of a page, in UTF-8: the same for one that is handed in as for one that is fetched."""

FIRST_NEWSPAPER = datetime(1605, 1, 1, tzinfo=UTC)
LAST_DATE = datetime(2200, 1, 1, tzinfo=UTC)
"""What a stated date must lie between to be a date of news at all; whether it is likely is for the cleaner to say."""

WEB_URL = r"^https?://[^\s\x00-\x1f\x7f]+$"

router = APIRouter(prefix="/v1", tags=["submissions"], responses=DESCRIBED, dependencies=[Depends(once_each)])


def _at_most_html(value: str) -> str:
    if len(value.encode()) > HTML_MAX_BYTES:
        raise ValueError(f"must be at most {HTML_MAX_BYTES} bytes of UTF-8")
    return value


class SubmittedPublisher(BaseModel):
    """Who published the text, as its submitter states it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    domain: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
    name: Name | None = None


class SubmittedArticle(BaseModel):
    """A URL to fetch; or HTML or a text of one's own, which is never taken for the publisher's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://harbour-post.example/ferry"},
                {"text": "The ferry was never inspected, Odra Venn said.", "title": "No inspection, says Venn"},
            ]
        },
    )

    url: Annotated[str, Field(min_length=8, max_length=2_048, pattern=WEB_URL), Storable()] | None = None
    html: Annotated[str, Field(min_length=1), Storable(), AfterValidator(_at_most_html)] | None = None
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX_CODE_POINTS), Storable()] | None = None
    title: Annotated[str, Field(min_length=1, max_length=2_000), Storable()] | None = None
    publisher: SubmittedPublisher | None = None
    published_at: Annotated[AwareDatetime, Field(ge=FIRST_NEWSPAPER, lt=LAST_DATE)] | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.html is not None and self.text is not None:
            raise ValueError("give html or text, not both")
        if self.html is None and self.text is None:
            if self.url is None:
                raise ValueError("give a url, html or text")
            if self.title or self.publisher or self.published_at:
                raise ValueError("a url alone is fetched: its page says title, publisher and date")
        return self


class SubmissionLinks(BaseModel):
    """Where to go on from a submission."""

    self: str
    article: str | None


class ShownSubmission(BaseModel):
    """What became of a submission; `pending` until its outcome is final."""

    submission_id: UUID
    status: str = Field(description="`pending` or `done`", pattern="^(pending|done)$")
    url: str | None
    submitted_at: datetime
    done_at: datetime | None
    outcome: PageOutcome | None = Field(description="While pending: that of the last attempt.")
    reason: str | None
    attempts: int
    article_id: UUID | None
    links: SubmissionLinks

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "submission_id": "0e4b8f64-62f1-4a83-9d39-6cf3a7a5f0b1",
                    "status": "pending",
                    "url": "https://harbour-post.example/ferry",
                    "submitted_at": "2026-03-02T09:29:58Z",
                    "done_at": None,
                    "outcome": None,
                    "reason": None,
                    "attempts": 0,
                    "article_id": None,
                    "links": {"self": "/v1/submissions/0e4b8f64-62f1-4a83-9d39-6cf3a7a5f0b1", "article": None},
                }
            ]
        }
    )


def show_submission(row: AnyRow) -> dict[str, object]:
    """Return a submission as the API shows it."""
    shown = ("submission_id", "url", "submitted_at", "done_at", "outcome", "reason", "attempts", "article_id")
    article = None if row.article_id is None else f"/v1/articles/{row.article_id}"
    return {
        **{name: getattr(row, name) for name in shown},
        "status": "pending" if row.done_at is None else "done",
        "links": {"self": f"/v1/submissions/{row.submission_id}", "article": article},
    }


def _values(body: SubmittedArticle, submitter: str, key: str | None) -> dict[str, object]:
    """Return the row of a new submission; two bodies that say the same in other JSON have the same hash."""
    canonical = orjson.dumps(body.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)
    publisher = body.publisher
    return {
        "submission_id": uuid4(),
        "submitter": submitter,
        "idempotency_key": key,
        "body_sha256": hashlib.sha256(canonical).hexdigest(),
        **body.model_dump(include={"url", "html", "text", "title", "published_at"}),
        "publisher_domain": publisher and publisher.domain,
        "publisher_name": publisher and publisher.name,
        "traceparent": traces.current(),
    }


@router.post(
    "/articles",
    summary="Hand in a URL, or HTML or a text of one's own",
    status_code=202,
    response_model=ShownSubmission,
    dependencies=[Depends(Needs(Scope.SUBMIT)), Depends(no_parameters)],
)
async def submit_article(
    request: Request,
    body: SubmittedArticle,
    submitter: Annotated[str, Depends(find_submitter)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="The same key with the same body is the same submission, however often it is sent.",
        ),
    ] = None,
) -> Response:
    values = _values(body, submitter, idempotency_key)
    async with writing(request) as connection:
        row = await queries.add_submission(connection, values)
    if row.body_sha256 != values["body_sha256"]:
        raise KeyReused("This Idempotency-Key was sent before with another body")
    shown = show_submission(row)
    return json_response(shown, status=202, headers={"Location": f"/v1/submissions/{row.submission_id}"})


@router.get(
    "/submissions/{submission_id}",
    summary="Get what became of a submission",
    response_model=ShownSubmission,
    dependencies=[Depends(Needs(Scope.SUBMIT, Scope.READ))],
)
async def get_submission(request: Request, submission_id: UUID, only: Only) -> Response:
    async with reading(request) as connection:
        row = await queries.find_submission(connection, submission_id)
    if row is None:
        raise NotFound("There is no such submission")
    return only.answer(show_submission(row))
