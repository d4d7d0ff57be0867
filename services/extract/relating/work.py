"""The work of relating: articles that wait are compared, a few at a time, each outside any transaction."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from services import failpoints, metrics
from services.extract.relating import leases
from services.extract.relating.comparing import Found, compare
from services.extract.relating.leases import Leased
from services.extract.relating.neighbours import Neighbourhood, find_neighbourhood
from services.extract.relating.saving import save_relations
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
    """Runs a function in a worker."""

    async def __call__(
        self, function: Callable[[Neighbourhood], list[Found]], argument: Neighbourhood, /
    ) -> list[Found]:
        """Return what the function returns; raises WorkerKilled where it takes too much."""
        ...


async def relate_some(engine: AsyncEngine, run: Run) -> int:
    """Compare some articles that wait; return how many were leased."""
    leased = await leases.take(engine, LEASED_AT_ONCE)
    try:
        async with asyncio.TaskGroup() as tasks:
            for one in leased:
                tasks.create_task(_relate_one(engine, run, one))
    except* Exception as failures:
        await leases.give_back(engine, leased)
        raise failures.exceptions[0] from None
    return len(leased)


async def relate_all(engine: AsyncEngine, run: Run) -> int:
    """Compare until no article waits that is not leased; return how many were."""
    related = 0
    while count := await relate_some(engine, run):
        related += count
    return related


async def _relate_one(engine: AsyncEngine, run: Run, leased: Leased) -> None:
    started = time.perf_counter()
    outcome = await _compare(engine, run, leased)
    metrics.ARTICLES_RELATED.labels(outcome).inc()
    metrics.RELATE_SECONDS.observe(time.perf_counter() - started)


async def _compare(engine: AsyncEngine, run: Run, leased: Leased) -> Outcome:
    near = await find_neighbourhood(engine, leased.article_id)
    outcome, found = Outcome.RELATED, list[Found]()
    try:
        if near.pairs:
            found = await run(compare, near)
    except WorkerKilled as killed:
        logger.warning("comparing article %s took too much: %s", leased.article_id, killed.reason)
        outcome = Outcome.FAILED
    failpoints.reach("relate.before_save")
    async with engine.begin() as connection:
        if not await leases.hold(connection, leased):
            return Outcome.SUPERSEDED
        changed = await save_relations(connection, leased, near, found)
        await leases.finish(connection, leased)
        failpoints.reach("relate.mid_transaction")
    metrics.RELATIONS_CHANGED.inc(changed)
    return outcome
