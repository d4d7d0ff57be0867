"""The events on Kafka: what ingest tells extract of an article, and what extract tells everyone of its claims.

Only additive changes inside a major version: a reader ignores fields it does not know, and refuses a newer major.
"""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from schemas.extraction import Claim as ExtractedClaim
from schemas.extraction import Reason, Span

ARTICLES_TOPIC = "claimwire.articles.v1"
"""One ``ArticleIngested`` an article revision; key: the article's id."""

CLAIMS_TOPIC = "claimwire.claims.v1"
"""One ``ArticleExtracted`` an article, revision and extractor version; key: the article's id; compacted."""

ARTICLE_INGESTED = "claimwire.article.ingested.v1"
"""The CloudEvents type of ``ArticleIngested``."""

ARTICLE_EXTRACTED = "claimwire.article.extracted.v1"
"""The CloudEvents type of ``ArticleExtracted``."""

ARTICLE_ERASED = "claimwire.article.erased.v1"
"""The CloudEvents type of a null value: its article is gone for good."""

TEXT_MAX_CODE_POINTS = 500_000
"""A longer text is not news but a book or an attack; its page ends as ``too_large``."""

MESSAGE_MAX_BYTES = 4 * 1024 * 1024
"""Producer, consumer and topics all allow this much: 500,000 code points are at most 2 MB, and 3 MB escaped in JSON."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(value: str) -> str:
    if _UNSTORABLE.search(value):
        raise ValueError("text holds NUL or a lone surrogate")
    if not unicodedata.is_normalized("NFC", value):
        raise ValueError("text is not in Unicode normal form C")
    return value


Text = Annotated[str, AfterValidator(_storable)]
"""NFC, without NUL or lone surrogates: what PostgreSQL can hold."""

Line = Annotated[Text, Field(min_length=1, max_length=2_000)]
"""A short text: a title, a name, a section."""

Url = Annotated[Text, Field(min_length=8, max_length=2_048, pattern=r"^https?://")]
"""An absolute http(s) URL; longer ones break index rows and are spam."""

Address = Annotated[Text, Field(min_length=8, max_length=4_096, pattern=r"^(https?://|file:///|urn:)")]
"""Where an article is: its URL, its file, or ``urn:claimwire:submission:<id>`` for a text that was handed in."""

Revision = Annotated[int, Field(ge=1, le=2**62)]
"""A number that grows with each published text of an article; not a count."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Event(BaseModel):
    """A frozen value that ignores fields of newer minor versions."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Arrival(StrEnum):
    """How an article came."""

    FETCHED = "fetched"
    SUBMITTED = "submitted"
    FILE = "file"


class Evidence(StrEnum):
    """What a date was taken from, in the order of trust."""

    JSON_LD = "json_ld"
    META = "meta"
    FEED = "feed"
    URL = "url"
    TEXT = "text"
    SUBMITTER = "submitter"


class DateReason(StrEnum):
    """Why a date is null."""

    NO_EVIDENCE = "no_evidence"
    CONTRADICTED = "contradicted"
    IMPLAUSIBLE = "implausible"


class Dated(Event):
    """A time with its evidence, or null with a reason; ``precision`` tells a day from a moment.

    ``at`` is in UTC; ``offset_minutes`` is the offset from UTC it was written with, null where that was not stated.
    ``doubtful``: the page contradicts it elsewhere.
    """

    at: AwareDatetime | None = None
    precision: Literal["day", "second"] | None = None
    evidence: Evidence | None = None
    reason: DateReason | None = DateReason.NO_EVIDENCE
    offset_minutes: Annotated[int, Field(ge=-1_439, le=1_439)] | None = None
    doubtful: bool = False

    @model_validator(mode="after")
    def _null_has_a_reason(self) -> Self:
        if (self.at is None) != (self.reason is not None) or (self.at is None) != (self.evidence is None):
            raise ValueError("a date has evidence, or is null with a reason")
        return self


class Publisher(Event):
    """Who published the article; ``name`` is null where nothing states it."""

    domain: Line
    name: Line | None = None


class ParagraphKind(StrEnum):
    """What a paragraph is in the page."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    QUOTE = "quote"
    ITEM = "item"


class Paragraph(Event):
    """A paragraph of the text: its span in code points, and what it is."""

    span: Span
    kind: ParagraphKind = ParagraphKind.TEXT


Named = Literal["title", "authors", "section", "language", "publisher", "wire_credit"]
"""The fields whose evidence an article tells; dates have their own."""


class ArticleIngested(Event):
    """An article as cleaned: all that extract needs, nothing it must look up."""

    schema_version: Annotated[str, Field(pattern=r"^1\.\d{1,6}$")] = "1.0"
    article_id: UUID
    revision: Revision
    url: Address
    canonical_url: Address
    final_url: Address
    arrival: Arrival
    publisher: Publisher
    feed_url: Url | None = None
    section: Line | None = None
    title: Line | None = None
    text: Annotated[Text, Field(min_length=1, max_length=TEXT_MAX_CODE_POINTS)]
    paragraphs: tuple[Paragraph, ...] = ()
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    authors: tuple[Line, ...] = ()
    published: Dated = Dated()
    modified: Dated = Dated()
    fetched_at: AwareDatetime
    text_sha256: Sha256
    wire_credit: Line | None = None
    disclosures: tuple[Line, ...] = ()
    paywalled: bool = False
    ai_use: bool = False
    cleaner_version: Annotated[int, Field(ge=1)] = 1
    evidence: dict[Named, Evidence] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _paragraphs_lie_in_text(self) -> Self:
        at = 0
        for paragraph in self.paragraphs:
            start, end = paragraph.span
            if not at <= start < end <= len(self.text):
                raise ValueError("paragraphs overlap or leave the text")
            at = end
        return self


class Claim(ExtractedClaim):
    """A claim as others see it: with its id, so that it can be cited."""

    claim_id: UUID


class ArticleExtracted(Event):
    """All claims of an article at one revision and extractor version, and the ids that this reading retracts.

    ``position`` is the event's place in the change log: of one key the highest position counts. ``claims`` is empty
    and ``claims_omitted`` set where the event would exceed the size limit: then the API has them. ``claims_reason``:
    why none were looked for, null where they were.
    """

    schema_version: Annotated[str, Field(pattern=r"^1\.\d{1,6}$")] = "1.0"
    article_id: UUID
    revision: Revision
    extractor_version: Annotated[int, Field(ge=1)]
    position: Annotated[int, Field(ge=1)]
    text_sha256: Sha256
    canonical_url: Address
    arrival: Arrival
    publisher: Publisher
    title: Line | None = None
    published: Dated = Dated()
    fetched_at: AwareDatetime
    extracted_at: AwareDatetime
    claims: tuple[Claim, ...] = ()
    claims_reason: Reason | None = None
    retracted: tuple[UUID, ...] = ()
    claims_omitted: bool = False


def event_time(event: ArticleIngested | ArticleExtracted) -> datetime:
    """Return when the event's fact happened, for the ``ce_time`` header."""
    return event.fetched_at if isinstance(event, ArticleIngested) else event.extracted_at
