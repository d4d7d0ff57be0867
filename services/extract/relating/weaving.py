"""Weaving: builds the threads of marked claims anew, and finds the origins of marked articles first.

One process at a time weaves, under an advisory lock of its transaction: so what it writes is a function of what is
stored, and a mark that came with a change is always woven after it.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import any_, case, delete, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.tables import ChangeKind, thread, thread_claim, thread_mark, thread_successor
from services import changes, failpoints
from services.changes import NewChange
from services.extract.relating.kinship import find_origins
from services.extract.relating.strands import Strands, find_neighbours_in_tension, find_statements, find_strands
from services.extract.relating.threads import Named, Thread, build
from services.extract.relating.withdrawal import array

LOCK = 0x636C61696D746872
"""The advisory lock of weaving ("claimthr" in ASCII)."""

MARKED_AT_ONCE = 300
"""Claims and articles of one transaction: those of some ten articles, so that a thread that many of them touch is built
once."""

MARKS_READ = 5_000
"""Marks among which one transaction looks for all of the same claim: each article that is related to it left one."""


class _Woven(NamedTuple):
    """What threads were before, by their ids: their claims, and all of their row that a client sees."""

    members: dict[UUID, set[UUID]]
    shown: dict[UUID, Any]


async def weave(engine: AsyncEngine) -> int:
    """Build the threads of some marks anew; return how many marks, 0 also where another process is at it."""
    async with engine.connect() as connection:
        if (await connection.execute(select(thread_mark.c.mark_id).limit(1))).first() is None:
            return 0
    async with engine.begin() as connection:
        if not (await connection.execute(select(func.pg_try_advisory_xact_lock(LOCK)))).scalar_one():
            return 0
        marks = (await connection.execute(_SOME, {"window": MARKS_READ, "most": MARKED_AT_ONCE})).all()
        articles = {row.article_id for row in marks if row.article_id is not None}
        moved = await find_origins(connection, articles) if articles else set()
        claims = {row.claim_id for row in marks if row.claim_id is not None}
        if moved:
            theirs = await find_statements(connection, moved)
            claims |= theirs | await find_neighbours_in_tension(connection, theirs)
        if claims:
            await _weave(connection, await find_strands(connection, claims))
        ids = [mark for row in marks for mark in row.marks]
        await connection.execute(_DONE, {"ids": ids})
        failpoints.reach("weave.before_commit")
    return len(ids)


_SOME = text("""
    SELECT claim_id, article_id, array_agg(mark_id) AS marks
      FROM (SELECT claim_id, article_id, mark_id FROM thread_mark ORDER BY mark_id LIMIT :window) AS oldest
     GROUP BY claim_id, article_id ORDER BY min(mark_id) LIMIT :most
""")

_DONE = text("DELETE FROM thread_mark WHERE mark_id = ANY(CAST(:ids AS bigint[]))")


async def weave_all(engine: AsyncEngine) -> int:
    """Weave until nothing is marked, as far as this process may; return how many marks there were."""
    woven = 0
    while count := await weave(engine):
        woven += count
    return woven


async def _weave(connection: AsyncConnection, strands: Strands) -> None:
    before = await _read(connection, strands.threads)
    # A long chain of likenesses takes seconds, in which leases are to be renewed and probes answered.
    built = await asyncio.to_thread(build, strands.claims, strands.ties, strands.beside)
    now = {one.thread_id: one for one in built}
    changed = [one for key, one in now.items() if before.shown.get(key) != _shown(one, strands.origins)]
    ended = sorted(before.members.keys() - now.keys())
    await connection.execute(
        delete(thread_claim).where(
            thread_claim.c.thread_id == any_(array({*ended, *(one.thread_id for one in changed)}))
        )
    )
    await _write(connection, changed, strands.origins)
    await _end(connection, ended)
    home = {claim: key for key, one in now.items() for claim in one.sides}
    await _succeed(connection, ended, changed, _successors(before.members, ended, home, strands.replaced))
    began = [one.thread_id for one in changed if one.thread_id not in before.shown]
    kept = [one.thread_id for one in changed if one.thread_id in before.shown]
    if changed or ended:
        told = NewChange(ChangeKind.THREADED, None, added=began, updated=kept, retracted=ended, cause=uuid4())
        await changes.log(connection, [told])


def _successors(
    members: Mapping[UUID, Collection[UUID]],
    ended: Iterable[UUID],
    home: Mapping[UUID, UUID],
    replaced: Mapping[UUID, UUID],
) -> list[tuple[UUID, UUID]]:
    """Return which threads hold what those that ended held: their claims, or what took the place of these."""
    found: set[tuple[UUID, UUID]] = set()
    for key in ended:
        heirs = {claim if claim in home else replaced.get(claim, claim) for claim in members[key]}
        found |= {(key, home[claim]) for claim in heirs if claim in home}
    return sorted(found)


def _shown(one: Thread, origins: Mapping[UUID, UUID | None]) -> tuple[Any, ...]:
    """Return all that is stored of a thread, to be compared with what was."""
    rows = sorted(
        (row["claim_id"], row["side"], row["origin_id"], row["tense"], row["reasons"])
        for row in _claim_rows(one, origins)
    )
    fields = _fields(one)
    return (*(fields[name] for name in _FIELDS), rows)


_FIELDS = (
    *("status", "claims", "articles", "origins", "submitted_origins", "quotes"),
    *("affirmed_by", "denied_by", "since"),
)


def _fields(one: Thread) -> dict[str, Any]:
    return {
        "status": one.status.value,
        "claims": len(one.sides),
        "articles": one.articles,
        "origins": one.origins,
        "submitted_origins": one.submitted_origins,
        "quotes": one.quotes,
        "affirmed_by": _names(one.affirmed_by),
        "denied_by": _names(one.denied_by),
        "since": one.since,
    }


def _names(named: Sequence[Named]) -> list[dict[str, str | None]]:
    return [{"entity_id": str(each.entity_id) if each.entity_id else None, "name": each.name} for each in named]


def _claim_rows(one: Thread, origins: Mapping[UUID, UUID | None]) -> list[dict[str, Any]]:
    place: dict[str, Any] = {"thread_id": one.thread_id}
    own = [
        {**place, "claim_id": key, "side": side.value, "origin_id": origins.get(key), "tense": False, "reasons": []}
        for key, side in one.sides.items()
    ]
    return own + [
        {
            **place,
            "claim_id": each.claim_id,
            "side": each.side.value,
            "origin_id": origins.get(each.claim_id),
            "tense": True,
            "reasons": [reason.value for reason in each.reasons],
        }
        for each in one.tense
    ]


async def _read(connection: AsyncConnection, ids: Collection[UUID]) -> _Woven:
    """Return what is stored of threads that have not ended."""
    live = select(thread).where(thread.c.thread_id == any_(array(ids)), thread.c.ended_at.is_(None))
    rows = (await connection.execute(live)).mappings().all()
    members: dict[UUID, set[UUID]] = {row["thread_id"]: set() for row in rows}
    parts: dict[UUID, list[Any]] = {row["thread_id"]: [] for row in rows}
    for part in await connection.execute(select(thread_claim).where(thread_claim.c.thread_id == any_(array(members)))):
        parts[part.thread_id].append((part.claim_id, part.side, part.origin_id, part.tense, part.reasons))
        if not part.tense:
            members[part.thread_id].add(part.claim_id)
    shown = {row["thread_id"]: (*(row[name] for name in _FIELDS), sorted(parts[row["thread_id"]])) for row in rows}
    return _Woven(members, shown)


async def _write(connection: AsyncConnection, threads: Sequence[Thread], origins: Mapping[UUID, UUID | None]) -> None:
    if not threads:
        return
    new = insert(thread)
    fields = {name: new.excluded[name] for name in _FIELDS}
    again = case((thread.c.ended_at.is_(None), thread.c.began_at), else_=func.now())
    kept = {**fields, "updated_at": func.now(), "ended_at": null(), "began_at": again}
    rows = [{"thread_id": one.thread_id, **_fields(one)} for one in threads]
    await connection.execute(new.on_conflict_do_update(index_elements=["thread_id"], set_=kept), rows)
    await connection.execute(insert(thread_claim), [row for one in threads for row in _claim_rows(one, origins)])


_EMPTY = {"claims": 0, "articles": 0, "origins": 0, "submitted_origins": 0, "quotes": 0, "since": None}


async def _end(connection: AsyncConnection, ended: Collection[UUID]) -> None:
    """Have threads keep nothing but their ids."""
    if ended:
        over: dict[str, Any] = {**_EMPTY, "status": None, "affirmed_by": [], "denied_by": [], "ended_at": func.now()}
        gone = update(thread).where(thread.c.thread_id == any_(array(ended)))
        await connection.execute(gone.values(**over, updated_at=func.now()))


_HAND_ON = text("""
    INSERT INTO thread_successor (thread_id, successor_id)
    SELECT former.thread_id, CAST(:heir AS uuid) FROM thread_successor former WHERE former.successor_id = :ended
    UNION SELECT CAST(:ended AS uuid), CAST(:heir AS uuid) ON CONFLICT DO NOTHING
""")


async def _succeed(
    connection: AsyncConnection,
    ended: Collection[UUID],
    threads: Sequence[Thread],
    successors: Sequence[tuple[UUID, UUID]],
) -> None:
    """Name the successors of threads that ended, also for those that they succeeded; what is there again has none."""
    if successors:
        await connection.execute(_HAND_ON, [{"ended": key, "heir": heir} for key, heir in successors])
    successor = thread_successor.c
    if ended:
        await connection.execute(delete(thread_successor).where(successor.successor_id == any_(array(ended))))
    back = [one.thread_id for one in threads]
    if back:
        await connection.execute(delete(thread_successor).where(successor.thread_id == any_(array(back))))
