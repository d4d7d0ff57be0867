"""Days: when a claim was made or its article is from, and by what that is known; when it was fetched is no such day."""

from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.api.queries.listing import AnyRow


class DatedBy(StrEnum):
    """By what the day of a claim is known."""

    SAID_AT = "said_at"
    TEXT = "text"
    PUBLISHED_AT = "published_at"


class Day(NamedTuple):
    """The day of a claim, and by what it is known."""

    at: date
    by: DatedBy


def find_day(row: AnyRow) -> Day | None:
    """Return the day of a claim: that of its words, else its article's; none where the words bound it only."""
    said_at = row.reading["said_at"]
    if said_at is None:
        return find_articles_day(row)
    first, end = (said_at[name] and date.fromisoformat(said_at[name]) for name in ("not_before", "not_after"))
    is_day = first is not None and end is not None and end - first == timedelta(days=1)
    return Day(first, DatedBy.SAID_AT) if is_day else None


def find_articles_day(row: AnyRow) -> Day | None:
    """Return the day of a claim's article: that its text gives, else when it was published."""
    if row.own_day is not None:
        return Day(date.fromisoformat(row.own_day), DatedBy.TEXT)
    return None if row.published_at is None else Day(row.published_at.astimezone(UTC).date(), DatedBy.PUBLISHED_AT)
