"""The backlog of extract: what its tables say of dead letters, of the change log and of erasures, as gauges."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.outcomes import DeadLetterReason
from schemas.tables import ErasedKind
from services import metrics

COUNTED_MOST = 100_000
"""Rows are counted no further, so that looking at a huge backlog stays cheap."""

# One round trip, by partial indices that hold only what waits; positions follow the sequence, so the first is oldest.
_BACKLOG = text(f"""
    SELECT (SELECT jsonb_object_agg(reason, jsonb_build_array(letters, extract(epoch FROM now() - oldest))) FROM (
               SELECT reason, count(*) AS letters, min(first_seen_at) AS oldest FROM dead_letter
                WHERE redriven_at IS NULL GROUP BY reason) AS by_reason) AS letters,
           (SELECT jsonb_object_agg(kind, erasures) FROM (
               SELECT kind, count(*) AS erasures FROM erased GROUP BY kind) AS by_kind) AS erased,
           (SELECT count(*) FROM (
               SELECT FROM change WHERE position IS NULL LIMIT {COUNTED_MOST}) AS new) AS unnumbered,
           (SELECT extract(epoch FROM now() - changed_at) FROM change
             WHERE position IS NULL ORDER BY sequence LIMIT 1) AS oldest_unnumbered,
           (SELECT count(*) FROM (
               SELECT FROM change WHERE published_at IS NULL AND position IS NOT NULL
               LIMIT {COUNTED_MOST}) AS unsent) AS unpublished,
           (SELECT extract(epoch FROM now() - changed_at) FROM change
             WHERE published_at IS NULL AND position IS NOT NULL ORDER BY position LIMIT 1) AS oldest_unpublished,
           (SELECT count(*) FROM (SELECT FROM article WHERE related_at IS NULL AND card IS NOT NULL
               LIMIT {COUNTED_MOST}) AS waiting) AS unrelated,
           (SELECT count(*) FROM (SELECT FROM relate_mark LIMIT {COUNTED_MOST}) AS merged) AS merged,
           (SELECT count(*) FROM (SELECT FROM thread_mark LIMIT {COUNTED_MOST}) AS marked) AS marks,
           (SELECT extract(epoch FROM changed_at) FROM change
             WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1) AS newest
""")  # noqa: S608 (our own constants)


async def measure(engine: AsyncEngine) -> None:
    """Set the gauges of what waits for extract, for numbering and for publishing."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        found = (await connection.execute(_BACKLOG)).one()
    _count_letters(found.letters or {})
    for kind in ErasedKind:
        metrics.ERASED.labels(kind).set((found.erased or {}).get(kind, 0))
    metrics.CHANGES_UNNUMBERED.set(found.unnumbered)
    metrics.CHANGES_UNNUMBERED_SECONDS.set(max(0, found.oldest_unnumbered or 0))
    metrics.CHANGES_BEHIND.set(found.unpublished)
    metrics.CHANGES_BEHIND_SECONDS.set(max(0, found.oldest_unpublished or 0))
    metrics.UNRELATED.set(found.unrelated)
    metrics.RELATE_MARKS.set(found.merged)
    metrics.THREAD_MARKS.set(found.marks)
    metrics.NEWEST_CHANGE.set(found.newest or 0)
    metrics.TABLES_READ.set_to_current_time()


def _count_letters(found: Mapping[str, Any]) -> None:
    for reason in DeadLetterReason:
        metrics.DEAD_LETTERS_WAITING.labels(reason).set(found.get(reason, (0,))[0])
    metrics.DEAD_LETTERS_WAITING_SECONDS.set(max((age for _, age in found.values()), default=0))
