"""The statements about entities: who and what is named.

One that no stored article names any more is not shown, nor is one that was merged into another, but as that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import FromClause, Select, Text, exists, func, literal_column, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.extraction import MentionType
from schemas.tables import claim, entity, entity_alias, entity_merge, mention
from services.api.http.pagination import Page
from services.api.queries.groups import find_group
from services.api.queries.listing import Column, Found, Rows, equal
from services.api.queries.newest import Line, has_all, is_one_of, list_newest

COUNTED_MAX = 1_000
"""Articles and claims are counted as far as that: a millisecond's work."""

ALIASES_MAX = 100
"""Names of one entity that are shown: more than a person needs."""

_ONE = entity.alias("one")
"""An entity and what was merged into it."""

_IS_ONE = or_(_ONE.c.entity_id == entity.c.entity_id, _ONE.c.merged_into == entity.c.entity_id)
_FORMS = (
    select(entity_alias.c.form)
    .join(_ONE, _ONE.c.entity_id == entity_alias.c.entity_id)
    .where(_IS_ONE, entity_alias.c.form != entity.c.name)
    .distinct()
    .order_by(entity_alias.c.form)
    .limit(ALIASES_MAX)
    .correlate(entity)
    .subquery()
)
_ALIASES = select(func.coalesce(func.array_agg(_FORMS.c.form), literal_column("'{}'::text[]"))).scalar_subquery()
_ENTITY = [
    *(entity.c[name] for name in ("entity_id", "name", "type", "first_seen_at")),
    _ALIASES.label("aliases"),
]
_LINE = Line(entity, at="first_seen_at", key="entity_id", near=500)


@dataclass(frozen=True)
class EntityFilter:
    """Which entities are wanted; ``forms`` are those of the words that a name must have."""

    forms: Sequence[str] = ()
    type: MentionType | None = None

    def among(self, row: FromClause) -> list[Column]:
        """Return the conditions that an index in the order of time answers, or that most rows meet."""
        return [row.c.merged_into.is_(None), _is_named(row), *equal((row.c.type, self.type))]

    def narrow(self, row: FromClause) -> list[Column]:
        """Return the others, each of which an index without that order answers."""
        # The expression of the index, as it stands there.
        words = func.string_to_array(row.c.folded, literal_column("' '"), type_=ARRAY(Text))
        return [has_all(words, self.forms)] if self.forms else []


async def list_entities(connection: AsyncConnection, part: Page, wanted: EntityFilter) -> Rows:
    """Return entities, the one seen last for the first time first."""
    return await list_newest(connection, _LINE, select(*_ENTITY), wanted, part)


async def find_entity(connection: AsyncConnection, entity_id: UUID) -> Found:
    """Return an entity, or what it was merged into, with the ``articles`` that name it and its live ``claims``.

    These are counted to a limit.
    """
    group = await find_group(connection, entity_id)
    naming = select(mention.c.article_id).where(is_one_of(mention.c.entity_id, group)).distinct()
    live = (is_one_of(claim.c.entity_id, group), claim.c.retracted_at.is_(None))
    counts = (_count(naming).label("articles"), _count(select(claim.c.claim_id).where(*live)).label("claims"))
    query = select(*_ENTITY, *counts).where(entity.c.entity_id == group[0], _is_named(entity))
    return (await connection.execute(query)).one_or_none()


async def list_merged(connection: AsyncConnection, entity_id: UUID) -> Rows:
    """Return what was merged into an entity, by which rule and how surely; one that no article names has no name."""
    now = (entity_merge.c.into_id == entity_id, entity_merge.c.undone_at.is_(None))
    columns = [entity_merge.c[name] for name in ("entity_id", "rule", "score", "merged_at")]
    query = select(entity.c.name, *columns).join(entity, entity.c.entity_id == entity_merge.c.entity_id).where(*now)
    return (await connection.execute(query.order_by(entity_merge.c.score, entity_merge.c.entity_id))).all()


async def list_mentions(connection: AsyncConnection, part: Page, entity_id: UUID) -> Rows:
    """Return where articles name an entity, or what is one with it, in the order of each article's text."""
    group = await find_group(connection, entity_id)
    columns = [mention.c[name] for name in ("article_id", "start", "end", "text", "type")]
    query = select(*columns).where(is_one_of(mention.c.entity_id, group))
    if part.after is not None:
        start, article_id = part.after
        query = query.where(tuple_(mention.c.article_id, mention.c.start) > (article_id, start))
    query = query.order_by(mention.c.article_id, mention.c.start).limit(part.limit + 1)
    return (await connection.execute(query)).all()


async def is_known(connection: AsyncConnection, entity_id: UUID) -> bool:
    """Tell whether there is such an entity."""
    group = await find_group(connection, entity_id)
    query = select(exists().where(entity.c.entity_id == group[0], _is_named(entity)))
    return bool((await connection.execute(query)).scalar_one())


def _is_named(row: FromClause) -> Column:
    return exists().where(mention.c.entity_id == row.c.entity_id)


def _count(query: Select[tuple[UUID]]) -> Column:
    return select(func.count()).select_from(query.limit(COUNTED_MAX).subquery()).scalar_subquery()
