import logging
from uuid import uuid4

import pytest

from schemas.outcomes import DeadLetterReason, RecordOutcome
from services import metrics
from services.extract.records import Erasure, Reading, Unusable
from services.extract.tally import count
from services.registry import Service
from tests.builders import TEXT, article, claim, reading, record, record_of

REGISTRY = metrics.REGISTRY.of(Service.EXTRACT)
NAMES = {
    "saved": ("claimwire_extract_records_total", {"outcome": "saved"}),
    "outdated": ("claimwire_extract_records_total", {"outcome": "outdated"}),
    "erased": ("claimwire_extract_records_total", {"outcome": "erased"}),
    "dead": ("claimwire_extract_records_total", {"outcome": "dead_lettered"}),
    "not_json": ("claimwire_extract_dead_letters_total", {"reason": "not_json"}),
    "claims": ("claimwire_extract_claims_total", {"voice": "attributed", "form": "direct", "polarity": "affirmed"}),
    "sure": ("claimwire_extract_claim_confidence_count", {}),
    "speakers": ("claimwire_extract_speakers_total", {"resolved_by": "name"}),
    "without": ("claimwire_extract_articles_without_claims_total", {}),
    "timed": ("claimwire_extract_record_seconds_count", {}),
    "aged": ("claimwire_extract_event_age_seconds_count", {}),
    "refused": ("claimwire_offset_violations_total", {}),
}


def figures() -> dict[str, float]:
    return {short: REGISTRY.get_sample_value(name, labels) or 0.0 for short, (name, labels) in NAMES.items()}


def counted(reading: Reading, outcome: RecordOutcome, *, key: bytes | None = b"key") -> dict[str, float]:
    """What one record adds to the figures."""
    before = figures()
    count(record(b"", key, offset=7), reading, outcome)
    return {name: value - before[name] for name, value in figures().items() if value != before[name]}


def test_saved_article_counts_with_its_claims_and_its_age() -> None:
    event = article()
    said = claim(TEXT, "The bridge is closed.", speaker="The bridge")
    read = reading(event, said, claim(TEXT, "Traffic was slow on Monday."))
    counts = {"saved": 1, "claims": 2, "sure": 2, "speakers": 1, "timed": 1, "aged": 1}
    assert counted(read, RecordOutcome.SAVED) == counts


def test_saved_article_without_claims_counts_as_such() -> None:
    assert counted(reading(article()), RecordOutcome.SAVED) == {"saved": 1, "without": 1, "timed": 1, "aged": 1}


def test_outdated_article_counts_no_claims() -> None:
    read = reading(article(), claim(TEXT, "The bridge is closed."))
    assert counted(read, RecordOutcome.OUTDATED) == {"outdated": 1, "timed": 1}


def test_article_from_the_future_is_no_time_old() -> None:
    before = REGISTRY.get_sample_value("claimwire_extract_event_age_seconds_sum") or 0.0
    event = article(fetched_at="9999-12-31T23:59:59-14:00")
    assert counted(reading(event), RecordOutcome.SAVED)["aged"] == 1
    assert REGISTRY.get_sample_value("claimwire_extract_event_age_seconds_sum") == before


def test_dead_letter_counts_by_its_reason_and_warns(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    dead = Unusable(DeadLetterReason.NOT_JSON, "unexpected end")
    assert counted(dead, RecordOutcome.DEAD_LETTERED) == {"dead": 1, "not_json": 1}
    assert [(line.levelname, line.message) for line in caplog.records] == [
        ("WARNING", "record 7 dead_lettered: not_json: unexpected end")
    ]


@pytest.mark.parametrize("key", [None, b"\xff\x00", b"k" * 1_000_000])
def test_any_key_is_logged_in_a_short_line(caplog: pytest.LogCaptureFixture, key: bytes | None) -> None:
    caplog.set_level(logging.INFO)
    assert counted(Erasure(uuid4()), RecordOutcome.ERASED, key=key) == {"erased": 1}
    (line,) = caplog.records
    assert len(line.message) < 200


def test_article_is_one_line_with_its_outcome(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    event = article()
    count(record_of(event), reading(event), RecordOutcome.SAVED)
    assert [line.message for line in caplog.records] == [f"article {event.article_id} saved with 0 claims"]
