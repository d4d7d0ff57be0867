from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError

from schemas.events import (
    TEXT_MAX_CODE_POINTS,
    Arrival,
    ArticleExtracted,
    ArticleIngested,
    Dated,
    DateReason,
    Evidence,
    Paragraph,
    Publisher,
    event_time,
)
from tests.builders import FETCHED_AT, TEXT, article, sha256

SOFIA = "Sofía"


def changed(**changes: object) -> ArticleIngested:
    return ArticleIngested.model_validate(article().model_dump() | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "a \x00 b"},
        {"text": "a \ud800 b"},
        {"text": SOFIA.replace("í", "i\u0301")},
        {"text": ""},
        {"title": ""},
        {"title": "x" * 2_001},
        {"authors": ("a \x00",)},
        {"publisher": {"domain": "\x00"}},
        {"canonical_url": "javascript:alert(1)"},
        {"url": f"https://news.example/{'x' * 5_000}"},
        {"feed_url": "file:///etc/passwd"},
        {"revision": 0},
        {"revision": 2**63},
        {"text_sha256": "abc"},
        {"fetched_at": "2026-10-05T12:00:00"},
        {"language": "English"},
        {"schema_version": "2.0"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_event_that_breaks_the_contract_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        changed(**changes)
    assert {fault["loc"][0] for fault in caught.value.errors()} == changes.keys()


def test_longest_text_is_taken_and_one_more_character_is_not() -> None:
    longest = "𝒳" * TEXT_MAX_CODE_POINTS
    assert changed(text=longest).text == longest
    with pytest.raises(ValidationError, match="500000"):
        changed(text=longest + "x")


def test_field_of_a_newer_minor_version_is_ignored() -> None:
    assert not hasattr(changed(schema_version="1.9", mood="calm"), "mood")


@pytest.mark.parametrize("spans", [[(0, 0)], [(5, 3)], [(0, 5), (4, 8)], [(6, 8), (0, 5)], [(0, len(TEXT) + 1)]])
def test_paragraphs_that_overlap_or_leave_the_text_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValidationError, match="paragraphs|span"):
        changed(paragraphs=[{"span": span} for span in spans])


def test_paragraphs_may_leave_gaps() -> None:
    spans = [(0, 5), (8, len(TEXT))]
    assert changed(paragraphs=[{"span": span} for span in spans]).paragraphs == tuple(
        Paragraph(span=span) for span in spans
    )


@pytest.mark.parametrize(
    "values",
    [
        {"at": FETCHED_AT, "precision": "day", "evidence": Evidence.META},
        {"at": FETCHED_AT, "precision": "day", "reason": None},
        {"at": None, "reason": None},
        {"at": None, "evidence": Evidence.META},
    ],
)
def test_date_has_evidence_or_is_null_with_a_reason(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="a date has evidence, or is null with a reason"):
        Dated.model_validate(values)
    assert Dated().reason is DateReason.NO_EVIDENCE


def test_event_happened_when_its_fact_did() -> None:
    later = datetime(2026, 10, 6, tzinfo=UTC)
    extracted = ArticleExtracted(
        article_id=uuid4(),
        revision=1,
        extractor_version=1,
        position=1,
        text_sha256=sha256(TEXT),
        canonical_url="https://news.example/a",
        arrival=Arrival.FETCHED,
        publisher=Publisher(domain="news.example"),
        fetched_at=FETCHED_AT,
        extracted_at=later,
    )
    assert (event_time(article()), event_time(extracted)) == (FETCHED_AT, later)
