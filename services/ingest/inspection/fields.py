"""Fields: what an article's event says, each with the evidence by which it was found."""

from typing import NamedTuple

from schemas.events import ArticleIngested, Dated, Named
from services.ingest.urls import canonical_url

NOWHERE = "no_evidence"
TEXT = "text"


class Stated(NamedTuple):
    """A field of an article, what it is, and the evidence for it; where it is null, why."""

    field: str
    value: object
    evidence: str


def list_fields(event: ArticleIngested) -> list[Stated]:
    """Return every field of the event that tells of the article, with its evidence."""
    says_itself = canonical_url(event.final_url) == event.canonical_url
    return [
        _named(event, "title", event.title),
        _dated("published", event.published),
        _dated("modified", event.modified),
        _named(event, "authors", ", ".join(event.authors) or None),
        _named(event, "publisher", event.publisher.name),
        Stated("publisher_domain", event.publisher.domain, "url"),
        Stated("canonical_url", event.canonical_url, "url" if says_itself else "canonical link"),
        _named(event, "language", event.language),
        _named(event, "section", event.section),
        _named(event, "wire_credit", event.wire_credit),
        Stated("disclosures", " / ".join(event.disclosures) or None, TEXT if event.disclosures else NOWHERE),
        Stated("ai_use", event.ai_use, TEXT if event.ai_use else NOWHERE),
        Stated("paywalled", event.paywalled, "what the page declares" if event.paywalled else NOWHERE),
    ]


def _named(event: ArticleIngested, field: Named, value: str | None) -> Stated:
    return Stated(field, value, event.evidence.get(field, NOWHERE))


def _dated(field: str, dated: Dated) -> Stated:
    """Return a date in UTC, with its evidence, the offset it was written with, and whether the page contradicts it."""
    if dated.at is None:
        return Stated(field, None, str(dated.reason))
    minutes = dated.offset_minutes
    offset = (
        ""
        if minutes is None
        else f", written at {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    )
    return Stated(
        field, dated.at, f"{dated.evidence}, to the {dated.precision}{offset}{', doubtful' if dated.doubtful else ''}"
    )
