"""The work of relating: articles that wait are compared, a few at a time, each outside any transaction."""

import asyncio
import logging
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from services import failpoints, metrics, traces
from services.changes import find_traceparent
from services.extract.relating import leases
from services.extract.relating.comparing import Compared, compare
from services.extract.relating.leases import Leased
from services.extract.relating.neighbours import Neighbourhood, find_neighbourhood
from services.extract.relating.saving import mark, save_relations
from services.workers import WorkerKilled

logger = logging.getLogger(__name__)

LEASED_AT_ONCE = 4
"""Articles compared side by side: while one is judged in a worker, others wait for the database."""


class Outcome(StrEnum):
    """What became of one comparison."""

    RELATED = "related"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class Run(Protocol):
    """Runs a comparison in a worker."""

    async def __call__(self, function: Callable[[Neighbourhood], Compared], argument: Neighbourhood, /) -> Compared:
        """Return what the function returns; raises WorkerKilled where it takes too much."""
        ...


async def relate_some(engine: AsyncEngine, run: Run, *, lease_seconds: float = leases.LEASE_SECONDS) -> int:
    """Compare some articles that wait; return how many were leased.

    Raises:
        DBAPIError | OSError: PostgreSQL is away; what was not saved is leased again once our leases have ended.
    """
    leased = await leases.take(engine, LEASED_AT_ONCE, seconds=lease_seconds)
    done = await asyncio.gather(*(_relate_one(engine, run, one) for one in leased), return_exceptions=True)
    for failed in done:
        if failed is not None:
            raise failed
    return len(leased)


async def relate_all(engine: AsyncEngine, run: Run) -> int:
    """Compare until no article waits that is not leased; return how many were."""
    related = 0
    while count := await relate_some(engine, run):
        related += count
    return related


async def _relate_one(engine: AsyncEngine, run: Run, leased: Leased) -> None:
    started = time.perf_counter()
    parent = await find_traceparent(engine, leased.article_id) if traces.are_on() else None
    with traces.span("relate", parent=parent, article_id=str(leased.article_id)) as span:
        outcome = await _compare(engine, run, leased)
        span.note(outcome=outcome)
    metrics.ARTICLES_RELATED.labels(outcome).inc()
    metrics.RELATE_SECONDS.observe(time.perf_counter() - started)


async def _compare(engine: AsyncEngine, run: Run, leased: Leased) -> Outcome:
    near = await find_neighbourhood(engine, leased.article_id)
    compared = await _judge(run, near, leased)
    failpoints.reach("relate.before_save")
    async with engine.begin() as connection:
        if not await leases.hold(connection, leased):
            return Outcome.SUPERSEDED
        changed = await save_relations(connection, leased, near, compared.found) if compared.failure is None else 0
        await mark(connection, leased, near)
        await leases.finish(connection, leased)
        failpoints.reach("relate.mid_transaction")
    metrics.RELATIONS_CHANGED.inc(changed)
    return Outcome.RELATED if compared.failure is None else Outcome.FAILED


async def _judge(run: Run, near: Neighbourhood, leased: Leased) -> Compared:
    if not near.pairs:
        return Compared()
    try:
        compared = await run(compare, near)
    except WorkerKilled as killed:
        compared = Compared(failure=f"over the limit of {killed.reason}")
    if compared.failure is not None:
        logger.warning("article %s cannot be compared: %s", leased.article_id, compared.failure)
    return compared
