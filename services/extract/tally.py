"""Counting and logging what became of a record, after its commit."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from schemas.extraction import Claim
from schemas.outcomes import RecordOutcome
from services import metrics
from services.extract.records import Erasure, Read, Reading, Unusable
from services.kafka import Record

logger = logging.getLogger(__name__)


def count(record: Record, reading: Reading, outcome: RecordOutcome) -> None:
    """Count and log what became of a record, after its commit."""
    metrics.RECORDS.labels(outcome).inc()
    key = (record.key or b"")[:64].decode("ascii", "backslashreplace")
    match reading:
        case Unusable():
            metrics.DEAD_LETTERS.labels(reading.reason).inc()
            logger.warning("record %d %s: %s: %s", record.offset, outcome, reading.reason, reading.exception)
        case Erasure():
            logger.info("article %s %s", key, outcome)
        case Read():
            _count_read(reading, outcome)
            logger.info("article %s %s with %d claims", key, outcome, len(reading.extraction.claims))


def _count_read(reading: Read, outcome: RecordOutcome) -> None:
    metrics.RECORD_SECONDS.observe(reading.seconds)
    metrics.OFFSET_VIOLATIONS.inc(reading.refused)
    if outcome is RecordOutcome.SAVED:
        age = datetime.now(UTC) - reading.event.fetched_at
        metrics.EVENT_AGE_SECONDS.observe(max(0.0, age.total_seconds()))
        _count_claims(reading.extraction.claims)


def _count_claims(claims: Sequence[Claim]) -> None:
    metrics.ARTICLES_WITHOUT_CLAIMS.inc(not claims)
    for claim in claims:
        metrics.CLAIMS.labels(claim.voice, claim.form or metrics.NO_FORM, claim.polarity).inc()
        metrics.CLAIM_CONFIDENCE.observe(claim.confidence)
        if claim.speaker is not None:
            metrics.SPEAKERS.labels(claim.speaker.resolved_by).inc()
