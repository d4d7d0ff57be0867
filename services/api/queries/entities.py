"""The statements about entities: who and what is named. One that no stored article names any more is not shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import FromClause, Select, Text, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.extraction import MentionType
from schemas.tables import claim, entity, mention
from services.api.http.pagination import Page
from services.api.queries.listing import Column, Found, Rows, equal
from services.api.queries.newest import Line, has_all, list_newest

COUNTED_MAX = 1_000
"""Articles and claims are counted as far as that: a millisecond's work."""

_ENTITY = [entity.c.entity_id, entity.c.name, entity.c.type, entity.c.first_seen_at]
_LINE = Line(entity, at="first_seen_at", key="entity_id", near=500)


@dataclass(frozen=True)
class EntityFilter:
    """Which entities are wanted; ``forms`` are those of the words that a name must have."""

    forms: Sequence[str] = ()
    type: MentionType | None = None

    def among(self, row: FromClause) -> list[Column]:
        """Return the conditions that an index in the order of time answers, or that most rows meet."""
        return [_is_named(row), *equal((row.c.type, self.type))]

    def narrow(self, row: FromClause) -> list[Column]:
        """Return the others, each of which an index without that order answers."""
        # The expression of the index, as it stands there.
        words = func.string_to_array(row.c.folded, literal_column("' '"), type_=ARRAY(Text))
        return [has_all(words, self.forms)] if self.forms else []


async def list_entities(connection: AsyncConnection, part: Page, wanted: EntityFilter) -> Rows:
    """Return entities, the one seen last for the first time first."""
    return await list_newest(connection, _LINE, select(*_ENTITY), wanted, part)


async def find_entity(connection: AsyncConnection, entity_id: UUID) -> Found:
    """Return an entity with the ``articles`` that name it and its live ``claims``, counted to a limit."""
    naming = select(mention.c.article_id).where(mention.c.entity_id == entity_id).distinct()
    live = (claim.c.entity_id == entity_id, claim.c.retracted_at.is_(None))
    counts = (_count(naming).label("articles"), _count(select(claim.c.claim_id).where(*live)).label("claims"))
    query = select(*_ENTITY, *counts).where(entity.c.entity_id == entity_id, _is_named(entity))
    return (await connection.execute(query)).one_or_none()


async def is_known(connection: AsyncConnection, entity_id: UUID) -> bool:
    """Tell whether there is such an entity."""
    query = select(exists().where(entity.c.entity_id == entity_id, _is_named(entity)))
    return bool((await connection.execute(query)).scalar_one())


def _is_named(row: FromClause) -> Column:
    return exists().where(mention.c.entity_id == row.c.entity_id)


def _count(query: Select[tuple[UUID]]) -> Column:
    return select(func.count()).select_from(query.limit(COUNTED_MAX).subquery()).scalar_subquery()
