"""``/v1/statistics``: how much there is, and how new, for a page to begin with."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.extraction import Polarity, Voice
from schemas.outcomes import FeedOutcome
from services.api.http.parameters import once_each
from services.api.http.problems import DESCRIBED
from services.api.http.selection import Only
from services.api.http.transactions import Transactions
from services.api.queries import statistics as queries

router = APIRouter(prefix="/v1/statistics", tags=["statistics"], responses=DESCRIBED, dependencies=[Depends(once_each)])

KEPT_SECONDS = 30.0
"""How long figures are told before they are counted anew, once a process, whoever asks."""

DAY = timedelta(hours=24)


class Measured(StrEnum):
    """How a number was come by."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    AT_LEAST = "at_least"


class Number(BaseModel):
    """A number of things."""

    number: int
    measured: Measured = Field(description="What is many is estimated, or counted up to a bound only: `at_least`.")


class LastDay(BaseModel):
    """What was fetched in the last 24 hours."""

    since: datetime
    articles: Number
    claims: Number
    voices: dict[Voice, int] = Field(description="Of the claims counted, the newest ones.")
    polarities: dict[Polarity, int] = Field(description="Of the claims counted, the newest ones.")


class ShownStatistics(BaseModel):
    """How much there is, and how new."""

    counted_at: datetime
    articles: Number = Field(description="Without those erased.")
    claims: Number = Field(description="Live ones, also those less sure than are listed by default.")
    speakers: Number = Field(description="Entities that live claims are attributed to.")
    publishers: Number
    last_day: LastDay
    feeds: dict[FeedOutcome, int] = Field(description="Feeds by what became of their last poll.")
    feeds_waiting: int = Field(description="Feeds that were never polled.")
    newest_fetched_at: datetime | None = Field(description="When the newest article was fetched.")
    last_changed_at: datetime | None = Field(description="When the last change of the log was made.")
    position: int = Field(description="The log's last position; 0: it is empty.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "counted_at": "2026-03-02T10:00:00Z",
                    "articles": {"number": 214_300, "measured": "estimated"},
                    "claims": {"number": 1_804_000, "measured": "estimated"},
                    "speakers": {"number": 10_000, "measured": "at_least"},
                    "publishers": {"number": 64, "measured": "exact"},
                    "last_day": {
                        "since": "2026-03-01T10:00:00Z",
                        "articles": {"number": 1_204, "measured": "exact"},
                        "claims": {"number": 10_377, "measured": "exact"},
                        "voices": {"attributed": 6_102, "article": 3_071, "headline": 1_204},
                        "polarities": {"affirmed": 9_498, "denied": 879},
                    },
                    "feeds": {"polled": 71, "not_modified": 12, "timed_out": 1},
                    "feeds_waiting": 0,
                    "newest_fetched_at": "2026-03-02T09:59:41Z",
                    "last_changed_at": "2026-03-02T09:59:44Z",
                    "position": 231_904,
                }
            ]
        }
    )


Shown = Mapping[str, object]


class Kept:
    """Keeps what was counted last, so that the database is asked once in a while and never once a request."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._counting: asyncio.Task[Shown] | None = None
        self._until = 0.0

    async def get(self, count: Callable[[], Awaitable[Shown]]) -> Shown:
        """Return what was counted; whoever comes while it is being counted waits for the same, also for its failure."""
        if self._counting is None or (self._counting.done() and asyncio.get_running_loop().time() >= self._until):
            self._counting = asyncio.create_task(self._count(count))
        return await asyncio.shield(self._counting)

    async def _count(self, count: Callable[[], Awaitable[Shown]]) -> Shown:
        shown = await count()
        self._until = asyncio.get_running_loop().time() + self._seconds
        return shown


async def count_everything(transactions: Transactions, now: datetime) -> dict[str, object]:
    """Return the statistics as the API shows them."""
    since = now - DAY
    async with transactions.reading() as connection:
        all_of = await queries.count_all(connection)
        about = await queries.estimate(connection)
        articles = await queries.count_articles_since(connection, since)
        claims = await queries.count_claims_since(connection, since)
        feeds = {row.outcome: row.number for row in await queries.count_feeds(connection)}
        newest = await queries.find_newest(connection)
    voices: Counter[str] = Counter()
    polarities: Counter[str] = Counter()
    for row in claims:
        voices[row.voice] += row.number
        polarities[row.polarity] += row.number
    return {
        "counted_at": now,
        "articles": measure(all_of.articles, queries.COUNTED_MAX, about["articles"]),
        "claims": measure(all_of.claims, queries.COUNTED_MAX, about["claims"]),
        "speakers": measure(all_of.speakers, queries.DISTINCT_MAX),
        "publishers": measure(all_of.publishers, queries.DISTINCT_MAX),
        "last_day": {
            "since": since,
            "articles": measure(articles, queries.COUNTED_MAX),
            "claims": measure(voices.total(), queries.COUNTED_MAX),
            "voices": voices,
            "polarities": polarities,
        },
        "feeds_waiting": feeds.pop(None, 0),
        "feeds": feeds,
        "newest_fetched_at": newest.fetched_at,
        "last_changed_at": newest.changed_at,
        "position": newest.position or 0,
    }


def measure(counted: int, bound: int, estimated: int = 0) -> dict[str, object]:
    """Return a number as it was counted; over the bound as it is estimated, where that says more."""
    if counted <= bound:
        return {"number": counted, "measured": Measured.EXACT}
    if estimated > bound:
        return {"number": estimated, "measured": Measured.ESTIMATED}
    return {"number": bound, "measured": Measured.AT_LEAST}


@router.get("", summary="Tell how much there is, and how new", response_model=ShownStatistics)
async def get_statistics(request: Request, only: Only) -> Response:
    transactions: Transactions = request.app.state.transactions
    kept: Kept = request.app.state.statistics
    return only.answer(await kept.get(lambda: count_everything(transactions, datetime.now(UTC))))
