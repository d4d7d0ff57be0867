"""Saving of what articles name: mentions, their entities and names, and marks on those whose merges may change.

A transaction that saves decides nothing: it marks, and ``settling`` decides afterwards. It may wait for another one
that brings the same new entity or name, or for one that settles to take names away; none waits in a circle, since all
who save go by the order of the ids, and settling passes over what they hold.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import tables
from schemas.extraction import Mention
from services.extract.entities.keys import Key
from services.extract.entities.merging import bucket_of
from services.extract.entities.naming import names_shown
from services.lexemes import fold_name

Values = dict[str, Any]
Named = tuple[UUID, Sequence[Mention], Sequence[Key]]
"""An article, its mentions, and what each of them names."""


def entity_row(key: Key, mention: Mention) -> Values:
    """Return the row of what a mention names."""
    name = key.title or mention.name
    bucket = bucket_of(name, key.type, key.id)
    shown = {"name": name, "type": key.type, "folded": fold_name(name)}
    return {"entity_id": key.id, "bucket": bucket, "titled": key.title is not None, **shown}


def mention_row(article_id: UUID, mention: Mention, key: Key) -> Values:
    """Return the row of a mention."""
    start, end = mention.span
    shown = {"text": mention.text, "type": mention.type, "name": mention.name}
    return {"article_id": article_id, "start": start, "end": end, "entity_id": key.id, **shown}


async def save_mentions(connection: AsyncConnection, articles: Sequence[Named]) -> None:
    """Put the mentions of articles in the place of those they had, in the caller's transaction.

    Marks after the mentions are there: by their foreign keys these hold the entities' rows until the transaction ends,
    and ``settling`` passes over rows that are held, so that none is found dead in between.
    """
    gone = await drop_mentions(connection, [article_id for article_id, _, _ in articles])
    named = [(key, mention) for _, mentions, keys in articles for mention, key in zip(mentions, keys, strict=True)]
    entities = {key.id: entity_row(key, mention) for key, mention in reversed(named)}
    mentions = [
        mention_row(article_id, mention, key)
        for article_id, shown, keys in articles
        for mention, key in zip(shown, keys, strict=True)
    ]
    aliases = sorted({each for _, shown, keys in articles for each in names_shown(shown, keys)})
    fresh: set[UUID] = set()
    if entities:
        await connection.execute(
            insert(tables.entity).on_conflict_do_nothing(), [entities[key] for key in sorted(entities)]
        )
        await connection.execute(insert(tables.mention).on_conflict_do_nothing(), mentions)
        fresh = await _find_dead(connection, entities)
    if aliases:
        rows = [dict(zip(("entity_id", "form", "type"), each, strict=True)) for each in aliases]
        added = insert(tables.entity_alias).on_conflict_do_nothing().returning(tables.entity_alias.c.entity_id)
        fresh.update((await connection.execute(added, rows)).scalars())
    await mark(connection, fresh)
    await mark(connection, gone, lost=True)


async def drop_mentions(connection: AsyncConnection, article_ids: Collection[UUID]) -> set[UUID]:
    """Delete the mentions of articles, and return the entities that they named."""
    mention = tables.mention
    dropped = delete(mention).where(mention.c.article_id.in_(article_ids)).returning(mention.c.entity_id)
    return set((await connection.execute(dropped)).scalars())


async def mark(connection: AsyncConnection, entity_ids: Iterable[UUID], *, lost: bool = False) -> None:
    """Have entities looked at anew, once this is committed; ``lost``: an article names them no more, or otherwise."""
    rows = [{"entity_id": key, "lost": lost} for key in sorted(entity_ids)]
    if rows:
        await connection.execute(insert(tables.entity_mark), rows)


async def _find_dead(connection: AsyncConnection, rows: dict[UUID, Values]) -> set[UUID]:
    """Return the entities that were found dead, or are new; those that lost their name have it again."""
    entity = tables.entity
    dead = select(entity.c.entity_id, entity.c.name).where(entity.c.entity_id.in_(list(rows)), entity.c.live.is_(False))
    found = {row.entity_id: row.name for row in await connection.execute(dead)}
    nameless = [rows[key] for key in sorted(found) if found[key] is None]
    if nameless:
        written: Values = {name: bindparam(f"new_{name}") for name in nameless[0] if name != "entity_id"}
        statement = update(entity).where(entity.c.entity_id == bindparam("new_entity_id")).values(written)
        await connection.execute(statement, [{f"new_{name}": value for name, value in row.items()} for row in nameless])
    return set(found)
