"""Deciding: looks at the living entities of some buckets, and writes down which are one, by the rules and the pins."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.extraction import MentionType
from schemas.tables import (
    ChangeKind,
    PinKind,
    change,
    entity,
    entity_alias,
    entity_merge,
    entity_pin,
)
from services.extract.entities.merging import CROWD, Known, Merge, MergeRule, Pair, merges_of
from services.extract.relating.renewal import mark_entities
from services.lexemes import fold_name


class _Row(NamedTuple):
    entity_id: UUID
    name: str
    type: MentionType
    bucket: str
    merged_into: UUID | None
    rule: MergeRule | None


async def decide(connection: AsyncConnection, marked: Collection[UUID], buckets: Collection[str]) -> None:
    """Decide anew who is one with whom among entities of some buckets, and of those that pins link to them."""
    rows, pins = await _load(connection, marked, buckets)
    known = [Known(row.entity_id, row.name, row.type) for row in rows]
    pairs: dict[PinKind, list[Pair]] = {kind: [(pin.a, pin.b) for pin in pins if pin.kind == kind] for kind in PinKind}
    merges = merges_of(known, pairs[PinKind.SAME], pairs[PinKind.APART])
    changed = {
        row.entity_id: merges.get(row.entity_id)
        for row in rows
        if (row.merged_into, row.rule) != (merges[row.entity_id][:2] if row.entity_id in merges else (None, None))
    }
    await write_merges(connection, changed)
    moved = {row.entity_id: row.merged_into for row in rows if row.entity_id in changed}
    await _log(connection, {key: (moved[key], merge) for key, merge in changed.items()})
    roots = {merges[row.entity_id].into if row.entity_id in merges else row.entity_id for row in rows}
    touched = {*marked, *changed, *filter(None, moved.values()), *(merge.into for merge in changed.values() if merge)}
    groups = {root: {root, *(key for key, merge in merges.items() if merge.into == root)} for root in roots}
    await _fold(connection, {root: group for root, group in groups.items() if group & touched})


async def _load(
    connection: AsyncConnection, marked: Collection[UUID], buckets: Collection[str]
) -> tuple[list[_Row], list[Any]]:
    """Return the living entities of buckets and the pins on them, with the buckets that pins link to them."""
    seen = set(buckets)
    while True:
        rows = await _list_bucket(connection, marked, seen)
        ids = [row.entity_id for row in rows]
        pins = (
            await connection.execute(select(entity_pin).where(or_(entity_pin.c.a.in_(ids), entity_pin.c.b.in_(ids))))
        ).all()
        ends = {end for pin in pins for end in (pin.a, pin.b)} | {row.merged_into for row in rows if row.merged_into}
        linked = select(entity.c.bucket).where(entity.c.entity_id.in_(ends), entity.c.bucket.is_not(None)).distinct()
        more = set((await connection.execute(linked)).scalars()) - seen
        if not more:
            return rows, list(pins)
        seen |= more


async def _list_bucket(connection: AsyncConnection, marked: Collection[UUID], buckets: Collection[str]) -> list[_Row]:
    """Return the living entities of buckets; of a crowd just more than are compared, and whom something moved."""
    now = and_(entity_merge.c.entity_id == entity.c.entity_id, entity_merge.c.undone_at.is_(None))
    place = func.row_number().over(partition_by=entity.c.bucket, order_by=entity.c.entity_id)
    pinned = exists().where(or_(entity_pin.c.a == entity.c.entity_id, entity_pin.c.b == entity.c.entity_id))
    columns = (entity.c.entity_id, entity.c.name, entity.c.type, entity.c.bucket, entity.c.merged_into)
    every = (
        select(*columns, entity_merge.c.rule, place.label("place"), pinned.label("pinned"))
        .outerjoin(entity_merge, now)
        .where(entity.c.bucket.in_(buckets), entity.c.live)
        .subquery()
    )
    wanted = or_(
        every.c.place <= CROWD + 1, every.c.merged_into.is_not(None), every.c.pinned, every.c.entity_id.in_(marked)
    )
    rows = await connection.execute(select(every).where(wanted).order_by(every.c.entity_id))
    return [_Row(row.entity_id, row.name, MentionType(row.type), row.bucket, row.merged_into, row.rule) for row in rows]


async def write_merges(connection: AsyncConnection, changed: Mapping[UUID, Merge | None]) -> None:
    """Write down what entities go into now, and that what they went into before is over."""
    over = and_(entity_merge.c.entity_id.in_(changed), entity_merge.c.undone_at.is_(None))
    await connection.execute(update(entity_merge).where(over).values(undone_at=func.now()))
    made = [
        {"entity_id": key, "into_id": merge.into, "rule": merge.rule, "score": merge.score}
        for key, merge in sorted(changed.items())
        if merge is not None
    ]
    if made:
        await connection.execute(insert(entity_merge), made)
    for key, merge in sorted(changed.items()):
        into = None if merge is None else merge.into
        await connection.execute(update(entity).where(entity.c.entity_id == key).values(merged_into=into))
        if into is not None:
            followers = and_(entity.c.merged_into == key, entity.c.live.is_(False))
            await connection.execute(update(entity).where(followers).values(merged_into=into))


async def _log(connection: AsyncConnection, moved: Mapping[UUID, tuple[UUID | None, Merge | None]]) -> None:
    """Log merges and splits, and have the articles that name those entities related anew."""
    if not moved:
        return
    rows = [
        {
            "change_id": uuid4(),
            "kind": ChangeKind.MERGED if merge else ChangeKind.SPLIT,
            "added": [merge.into] if merge else [key],
            "retracted": [key] if merge else [before],
        }
        for key, (before, merge) in sorted(moved.items())
    ]
    await connection.execute(insert(change).values(published_at=func.now()), rows)
    await mark_entities(connection, moved.keys())


async def _fold(connection: AsyncConnection, groups: Mapping[UUID, Collection[UUID]]) -> None:
    """Write at each entity the words of all names of it and of those that are one with it."""
    members = {member for group in groups.values() for member in group}
    forms = await list_forms(connection, members)
    own = select(entity.c.entity_id, entity.c.name).where(entity.c.entity_id.in_(members))
    names = {row.entity_id: row.name for row in await connection.execute(own)}
    for root, group in sorted(groups.items()):
        shown = {names[member] for member in group} | {form for member in group for form, _ in forms[member]}
        words = {word for name in shown for word in fold_name(name).split()}
        folded = " ".join(sorted(words))
        await connection.execute(update(entity).where(entity.c.entity_id == root).values(folded=folded))


async def list_forms(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, set[tuple[str, MentionType]]]:
    """Return the names under which articles show entities, and as what."""
    found: dict[UUID, set[tuple[str, MentionType]]] = defaultdict(set)
    query = select(entity_alias).where(entity_alias.c.entity_id.in_(ids))
    for row in await connection.execute(query):
        found[row.entity_id].add((row.form, MentionType(row.type)))
    return found
