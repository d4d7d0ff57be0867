"""Strands: all that the threads of some claims may hang on, found along relations and along the threads that were."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, any_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.comparison import RelationKind, RelationReason
from schemas.events import Arrival
from schemas.extraction import Form, Polarity, Voice
from schemas.tables import statement, thread_claim
from services import metrics
from services.extract.relating.cohesion import CLAIMS_MAX, Tie
from services.extract.relating.threads import DISPUTING, Named, Told
from services.extract.relating.withdrawal import array

FOLLOWED_MAX = 5 * CLAIMS_MAX
"""Claims followed along relations for one weaving; a longer chain of likenesses is cut off there.

Putting them into threads takes seconds of CPU time, in a transaction that must not idle for a minute."""


@dataclass(frozen=True)
class Strands:
    """Claims to be put into threads with all their ties, those at the other ends, and the threads that were.

    ``origins``: of each claim, null where nobody says it. ``replaced``: what took the place of claims that are gone.
    """

    claims: list[Told]
    beside: list[Told]
    ties: list[Tie]
    threads: set[UUID]
    origins: Mapping[UUID, UUID | None]
    replaced: Mapping[UUID, UUID]


_THREADS = text("""
    SELECT DISTINCT thread_id FROM thread_claim WHERE claim_id = ANY(CAST(:ids AS uuid[])) AND NOT tense
""")

_TIES = text("""
    SELECT a, b, kind, score,
           CASE WHEN kind = 'tension' THEN jsonb_path_query_array(reasons, '$[*].reason')::text END AS reasons
      FROM relation
     WHERE (a = ANY(CAST(:ids AS uuid[])) OR b = ANY(CAST(:ids AS uuid[])))
       AND a NOT IN (SELECT unnest(CAST(:known AS uuid[]))) AND b NOT IN (SELECT unnest(CAST(:known AS uuid[])))
""")
"""The ties of claims, each once: without those of claims whose ties are known. Reasons matter of tension alone."""

_IN_TENSION = text("""
    SELECT a, b FROM relation
     WHERE (a = ANY(CAST(:ids AS uuid[])) OR b = ANY(CAST(:ids AS uuid[]))) AND kind = 'tension'
""")

_REPLACED = text("""
    SELECT gone.claim_id, gone.replaced_by FROM claim gone JOIN statement s ON s.claim_id = gone.replaced_by
     WHERE gone.claim_id = ANY(CAST(:ids AS uuid[])) AND gone.retracted_at IS NOT NULL
""")

_TOLD = text("""
    SELECT s.claim_id, s.article_id, c.polarity, c.form, c.voice, c.nested_in, c.speaker_name, a.arrival, o.origin_id,
           coalesce(e.merged_into, c.entity_id) AS entity_id, c.reading->'said_at'->>'not_before' AS said_on,
           a.card->'date'->>'value' AS own_date
      FROM statement s JOIN claim c USING (claim_id) JOIN article a ON a.article_id = s.article_id
      LEFT JOIN origin o ON o.article_id = s.article_id LEFT JOIN entity e ON e.entity_id = c.entity_id
     WHERE s.claim_id = ANY(CAST(:ids AS uuid[])) AND c.retracted_at IS NULL
""")


_KINDS = {kind.value: kind for kind in RelationKind}
"""Ties are many: to look a kind up is cheaper than to call its class."""


async def find_strands(connection: AsyncConnection, seeds: Collection[UUID]) -> Strands:
    """Return the strands of some claims, live or gone, and of those that they dispute, whose threads name who does."""
    changed, reached, threads = frozenset(seeds), set(seeds), set[UUID]()
    replaced: dict[UUID, UUID] = {}
    ties: dict[tuple[UUID, UUID], Tie] = {}
    news = reached
    while news:
        heirs = {row.claim_id: row.replaced_by for row in await connection.execute(_REPLACED, {"ids": sorted(news)})}
        replaced |= heirs
        found = {row.thread_id for row in await connection.execute(_THREADS, {"ids": sorted(news)})} - threads
        threads |= found
        near = await _members(connection, found) | {*heirs.values()}
        asked = {"ids": sorted(news), "known": sorted(reached - news)}
        for row in await connection.execute(_TIES, asked):
            tie = ties[row.a, row.b] = _tie(row)
            if _leads_on(tie, changed) and len(reached) < FOLLOWED_MAX:
                near |= {tie.a, tie.b}
        news = near - reached
        reached |= news
    if len(reached) >= FOLLOWED_MAX:
        metrics.RELATE_CAPS.labels("threads").inc()
    ends = {key for pair in ties for key in pair} - reached
    rows = (await connection.execute(_TOLD, {"ids": sorted(reached | ends)})).all()
    told = [_told(row) for row in rows]
    return Strands(
        claims=[one for one in told if one.claim_id in reached],
        beside=[one for one in told if one.claim_id in ends],
        ties=list(ties.values()),
        threads=threads,
        origins={one.claim_id: one.origin for one in told},
        replaced=replaced,
    )


async def find_statements(connection: AsyncConnection, articles: Collection[UUID]) -> set[UUID]:
    """Return the claims of articles that are compared."""
    theirs = select(statement.c.claim_id).where(statement.c.article_id == any_(array(articles)))
    return set((await connection.execute(theirs)).scalars())


async def find_neighbours_in_tension(connection: AsyncConnection, claims: Collection[UUID]) -> set[UUID]:
    """Return the claims in whose threads' answers some claims stand as in tension."""
    return {key for row in await connection.execute(_IN_TENSION, {"ids": sorted(claims)}) for key in row}


async def _members(connection: AsyncConnection, threads: Collection[UUID]) -> set[UUID]:
    mine = select(thread_claim.c.claim_id).where(
        thread_claim.c.thread_id == any_(array(threads)), thread_claim.c.tense.is_(False)
    )
    return set((await connection.execute(mine)).scalars())


def _leads_on(tie: Tie, changed: Collection[UUID]) -> bool:
    disputes = tie.reasons >= DISPUTING and (tie.a in changed or tie.b in changed)
    return tie.kind is not RelationKind.TENSION or disputes


def _tie(row: Row[Any]) -> Tie:
    reasons = frozenset[RelationReason]() if row.reasons is None else _reasons(row.reasons)
    return Tie(row.a, row.b, _KINDS[row.kind], row.score, reasons)


@lru_cache
def _reasons(names: str) -> frozenset[RelationReason]:
    """Return the reasons named in a list of JSON: of the few lists that there are, each is read once."""
    return frozenset(RelationReason(name) for name in orjson.loads(names))


def _told(row: Row[Any]) -> Told:
    said = row.voice == Voice.ATTRIBUTED
    day = row.said_on or row.own_date
    return Told(
        claim_id=row.claim_id,
        article_id=row.article_id,
        polarity=Polarity(row.polarity),
        form=Form(row.form) if row.form else None,
        nested=row.nested_in is not None,
        speaker=Named(row.entity_id, row.speaker_name) if row.speaker_name else None,
        origin=(row.origin_id or row.article_id) if said else None,
        submitted=row.arrival == Arrival.SUBMITTED,
        day=date.fromisoformat(day[:10]) if day else None,
    )
