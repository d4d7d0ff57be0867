"""Settling: gives marked entities their name and decides anew which are one, when those who saved have committed.

One process at a time settles, under an advisory lock of its transaction, so that what it decides is a function of what
is stored. Of an entity that somebody names just now it is not told whether it is dead: it is marked again, for later.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.extraction import MentionType
from schemas.tables import entity, entity_alias, entity_mark, mention, relate_mark
from services.extract.entities.deciding import decide, list_forms, write_merges
from services.extract.entities.keys import entity_key
from services.extract.entities.merging import Merge, MergeRule, bucket_of
from services.extract.entities.saving import mark
from services.extract.relating.renewal import renew_some

LOCK = 0x636C61696D656E74
"""The advisory lock of settling ("claiment" in ASCII)."""

SETTLED_AT_ONCE = 500
"""Marks of one transaction: well below a second."""


_WAITING = select(or_(exists().select_from(entity_mark), exists().select_from(relate_mark)))


async def settle(engine: AsyncEngine) -> int:
    """Settle some marks, and have some articles compared anew for what was settled; return how many of both.

    0 also where nothing of it can be done just now: another process is at it, those who save hold all that is marked,
    or enough articles wait to be compared. Whoever goes on then is to wait a little.
    """
    async with engine.connect() as connection:
        if not (await connection.execute(_WAITING)).scalar_one():
            return 0
    async with engine.begin() as connection:
        lost = await _take_marks(connection, entity_mark.c.lost)
        forgotten = await _forget(connection, lost)
    async with engine.begin() as connection:
        marked = await _take_marks(connection, entity_mark.c.lost.is_(False))
        buckets = await _rename(connection, marked)
        await decide(connection, marked, buckets)
    async with engine.begin() as connection:
        renewed = await renew_some(connection) if await _is_ours(connection) else 0
    return forgotten + len(marked) + renewed


async def settle_all(engine: AsyncEngine) -> int:
    """Settle until nothing is marked, as far as this process may just now; return how much was settled."""
    settled = 0
    while count := await settle(engine):
        settled += count
    return settled


async def _take_marks(connection: AsyncConnection, which: ColumnElement[bool]) -> set[UUID]:
    """Take some marks away and return their entities; none where another process settles."""
    if not await _is_ours(connection):
        return set()
    first = select(entity_mark.c.mark_id).where(which).order_by(entity_mark.c.mark_id).limit(SETTLED_AT_ONCE)
    taken = delete(entity_mark).where(entity_mark.c.mark_id.in_(first)).returning(entity_mark.c.entity_id)
    return set((await connection.execute(taken)).scalars())


async def _is_ours(connection: AsyncConnection) -> bool:
    """Tell whether no other process settles, and keep it so until the transaction ends."""
    return bool((await connection.execute(select(func.pg_try_advisory_xact_lock(LOCK)))).scalar_one())


async def _forget(connection: AsyncConnection, lost: Collection[UUID]) -> int:
    """Take from entities the names that no article shows any more, and from those that none names the last one too.

    Return of how many. Those that somebody is naming just now stay marked as they were, behind all others; the rest
    are settled next.
    """
    mine = entity.c.entity_id.in_(lost)
    lock = select(entity.c.entity_id).where(mine).order_by(entity.c.entity_id).with_for_update(skip_locked=True)
    held = set((await connection.execute(lock)).scalars())
    shown = exists().where(
        mention.c.entity_id == entity_alias.c.entity_id,
        mention.c.type == entity_alias.c.type,
        or_(mention.c.text == entity_alias.c.form, mention.c.name == entity_alias.c.form),
    )
    await connection.execute(delete(entity_alias).where(entity_alias.c.entity_id.in_(held), ~shown))
    named = exists().where(mention.c.entity_id == entity.c.entity_id)
    dead = select(entity.c.entity_id, entity.c.name, entity.c.type).where(entity.c.entity_id.in_(held), ~named)
    rows = (await connection.execute(dead)).all()
    await _bury(connection, {row.entity_id: _read_now(row.name, row.type) for row in rows})
    await mark(connection, held)
    await mark(connection, set(lost) - held, lost=True)
    return len(held)


def _read_now(name: str | None, kind: str) -> UUID | None:
    return None if name is None else entity_key(name, MentionType(kind)).id


async def _bury(connection: AsyncConnection, dead: Mapping[UUID, UUID | None]) -> None:
    """Take the names of entities that nothing names; one whose name has another id now goes on as that one.

    What a dead one was one with is marked: among the words of all its names are those of the dead one.
    """
    former = select(entity.c.merged_into).where(entity.c.entity_id.in_(dead), entity.c.merged_into.is_not(None))
    await mark(connection, set((await connection.execute(former)).scalars()))
    words = {"live": False, "name": None, "folded": None}
    await connection.execute(update(entity).where(entity.c.entity_id.in_(dead)).values(words))
    into = func.coalesce(entity.c.merged_into, entity.c.entity_id)
    renamed = {key: other for key, other in dead.items() if other is not None and other != key}
    found = select(entity.c.entity_id, into.label("root")).where(entity.c.entity_id.in_(renamed.values()))
    roots = {row.entity_id: row.root for row in await connection.execute(found)}
    merges = {key: Merge(roots[other], MergeRule.RENAMED, 1.0) for key, other in renamed.items() if other in roots}
    await write_merges(connection, {key: merges.get(key) for key in dead})


async def _rename(connection: AsyncConnection, marked: Collection[UUID]) -> set[str]:
    """Find which marked entities live, name them by all their names, and return the buckets they were and are in."""
    named = exists().where(mention.c.entity_id == entity.c.entity_id)
    woken = update(entity).where(entity.c.entity_id.in_(marked), entity.c.live.is_(False), named).values(live=True)
    await connection.execute(woken)
    columns = (entity.c.entity_id, entity.c.name, entity.c.type, entity.c.titled, entity.c.bucket)
    rows = (await connection.execute(select(*columns).where(entity.c.entity_id.in_(marked)))).all()
    forms = await list_forms(connection, marked)
    buckets = {row.bucket for row in rows if row.bucket is not None}
    for row in rows:
        if row.name is None:
            continue
        kind = _type_of(MentionType(row.type), {kind for _, kind in forms[row.entity_id]})
        fitting = [form for form, as_type in forms[row.entity_id] if entity_key(form, as_type).id == row.entity_id]
        name = row.name if row.titled else max([*fitting] or [row.name], key=_fullness)
        bucket = bucket_of(name, kind, row.entity_id)
        buckets.add(bucket)
        if (name, kind, bucket) != (row.name, row.type, row.bucket):
            told = {"name": name, "type": kind, "bucket": bucket}
            await connection.execute(update(entity).where(entity.c.entity_id == row.entity_id).values(told))
    return buckets


def _type_of(stored: MentionType, seen: Collection[MentionType]) -> MentionType:
    """Return what a place is: one with a government, if any article takes it for that; all else is as stored."""
    places = {MentionType.GPE, MentionType.LOC}
    shown = places.intersection(seen)
    return max(shown, key=lambda kind: kind is MentionType.GPE) if stored in places and shown else stored


def _fullness(form: str) -> tuple[int, bool, int, str]:
    return len(form.split()), not form.isupper(), len(form), form
