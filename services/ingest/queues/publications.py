"""Publications: which article a canonical URL is, which number its text has, and whether Kafka has acknowledged it.

A number is given before the event is sent and confirmed after the acknowledgement, so a crash in between only makes the
same revision go out again.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import ErasedKind, alias, erased, publication
from services.ingest.canonical import CANONICAL_VERSION
from services.ingest.queues.leases import Lease, check

# Built once: building a statement costs as much as running it, and each of these runs for every page.
_OWN = publication.c.article_id == bindparam("article")
_FIND = select(
    func.coalesce(
        select(alias.c.article_id).where(alias.c.canonical_url == bindparam("url")).scalar_subquery(),
        select(publication.c.article_id).where(publication.c.canonical_url == bindparam("url")).scalar_subquery(),
    )
)
_MAKE = insert(publication).on_conflict_do_nothing()
_HOLD = select(publication).where(_OWN).with_for_update()
_SECONDS = cast(func.floor(func.extract("epoch", func.now())), BigInteger)
_NUMBER = (
    update(publication)
    .where(_OWN)
    .values(
        text_sha256=bindparam("sha256"),
        revision=func.greatest(publication.c.revision + 1, _SECONDS),
        numbered_at=func.now(),
    )
    .returning(publication.c.revision)
)
_CONFIRM = (
    update(publication)
    .where(_OWN, publication.c.revision == bindparam("number"))
    .values(published_revision=bindparam("number"), published_at=func.now())
)
_GIVEN = (
    func.unnest(bindparam("kinds", type_=ARRAY(Text)), bindparam("values", type_=ARRAY(Text)))
    .table_valued("kind", "value", name="given")
    .render_derived()
)
_ERASED = select(erased.c.kind, erased.c.value).join(
    _GIVEN, (erased.c.kind == _GIVEN.c.kind) & (erased.c.value == _GIVEN.c.value)
)

Name = tuple[ErasedKind, str]
"""Under what something may have been erased."""


class Standing(StrEnum):
    """How a text stands to what was published of its article."""

    NEW = "new"
    UNACKNOWLEDGED = "unacknowledged"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Another text is known, and stays."""


class Numbered(NamedTuple):
    """An article's id, the revision that names its text, and whether that is still to be published."""

    article_id: UUID
    revision: int
    standing: Standing


async def number(
    connection: AsyncConnection,
    lease: Lease,
    *,
    article_id: UUID,
    canonical_url: str,
    text_sha256: str,
    is_archived: bool = False,
) -> Numbered:
    """Give the text its revision, in a transaction of the caller's that holds the lease.

    One from an archive, which may be of any age, gets none where another is known, or is just on its way.

    A text that differs from the row's gets ``greatest(revision + 1, Unix seconds)``: it grows also where the database
    went back in time.

    Raises:
        LeaseLost: the work is another replica's now.
    """
    await check(connection, lease)
    named = {"article_id": article_id, "canonical_url": canonical_url, "canonical_version": CANONICAL_VERSION}
    await connection.execute(_MAKE, named)
    row = (await connection.execute(_HOLD, {"article": article_id})).one()
    if row.text_sha256 == text_sha256:
        standing = Standing.UNCHANGED if row.published_revision == row.revision else Standing.UNACKNOWLEDGED
        return Numbered(article_id, row.revision, standing)
    if is_archived and row.text_sha256 is not None:
        return Numbered(article_id, row.revision, Standing.KEPT)
    revision = await connection.scalar(_NUMBER, {"article": article_id, "sha256": text_sha256})
    return Numbered(article_id, int(revision or 0), Standing.NEW)


async def find_article(connection: AsyncConnection, canonical_url: str) -> UUID | None:
    """Return the id of the article that a canonical URL names, by its alias or by its own row; None for a new one."""
    found = await connection.scalar(_FIND, {"url": canonical_url})
    return None if found is None else UUID(str(found))


async def confirm(connection: AsyncConnection, numbered: Numbered) -> None:
    """Note that Kafka has acknowledged the revision, unless the article has moved on to a later one."""
    await connection.execute(_CONFIRM, {"article": numbered.article_id, "number": numbered.revision})


async def list_erased(connection: AsyncConnection, named: Collection[Name]) -> set[Name]:
    """Return those of the things named that were erased."""
    kinds, values = [kind.value for kind, _ in named], [value for _, value in named]
    found = await connection.execute(_ERASED, {"kinds": kinds, "values": values})
    return {(ErasedKind(kind), value) for kind, value in found}


async def find_erased(connection: AsyncConnection, named: Collection[Name]) -> ErasedKind | None:
    """Return the kind under which one of the things named was erased, or None."""
    return min((kind for kind, _ in await list_erased(connection, named)), default=None)
