"""Neighbours: which statements may stand in a relation with an article's own, found by vectors and shared entities.

Whether two are candidates is a rule on the pair alone; what is found here only spares looking at all. Each statement
walks the index of vectors to those closest to it. Those a little farther off that share an entity are found by that:
all that name it are looked at, unless they are so many that it tells nothing, or the walk meets them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services import metrics
from services.database import begin
from services.extract.relations.candidates import NEAR, TAU

NEIGHBOURS_MAX = 50
"""Neighbours of one statement, of those closest to it and of those that share an entity: more have only reports that
all print, whose claims are neighbours of one another."""

PAIRS_MAX = 20_000
"""Pairs of one article that are judged, the nearest first: some seconds of work for a text made to flood."""

EF_SEARCH = 100
"""How many neighbours a walk of the index keeps in view. The recall of those up to ``CLOSE`` was 1.0 among 10,000
statements and 0.998 among a million (``bench/relate.py``). With vectors that were not tuned it was 0.985 there; with 16
neighbours to a statement in the place of 24 it was 0.977, and no better where a walk kept 320 in view: what is missed
then is not linked, and looking longer finds nothing."""

FREQUENT = 2_000
"""Statements that name an entity, past which it brings no pairs by itself: a head of state is in every tenth, and
reading them all would cost more the more there are."""

HALVES = 0.002
"""What halves may add to a distance."""

FARTHEST = 1 - TAU + HALVES
"""The greatest distance of candidates that share an entity."""

CLOSE = 1 - NEAR + HALVES
"""The greatest distance of candidates that share none."""

NAMING_MAX = 5 * FREQUENT
"""Statements that name an entity, past which not even all of their places are looked up, but about so many of them."""

SETTINGS = (
    f"SET LOCAL hnsw.iterative_scan = strict_order; SET LOCAL hnsw.ef_search = {EF_SEARCH}; "
    f"SET LOCAL gin_fuzzy_search_limit = {NAMING_MAX}; "
    "SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '64MB';"
)
"""Nothing here is to read a whole table, whatever PostgreSQL thinks of the size of the store just now."""


class Pair(NamedTuple):
    """Two statements, the smaller id first, and how far apart their vectors are (1 - cosine)."""

    a: UUID
    b: UUID
    distance: float


@dataclass(frozen=True)
class Neighbourhood:
    """Statements as rows, by their ids, the pairs of them to be judged, and what merged entities are one with."""

    rows: dict[UUID, tuple[Any, ...]]
    pairs: list[Pair]
    roots: dict[UUID, UUID]


# A vector goes back as the text it came as; halfvec has no form of its own on the wire.
_OWN = text("SELECT claim_id, entities, embedding::text AS vector FROM statement WHERE article_id = :article_id")

CLOSEST = text(f"""
    SELECT claim_id, entities, embedding <=> CAST(CAST(:vector AS text) AS halfvec) AS distance FROM statement
     WHERE article_id <> CAST(:article_id AS uuid)
     ORDER BY embedding <=> CAST(CAST(:vector AS text) AS halfvec) LIMIT {NEIGHBOURS_MAX}
""")  # noqa: S608 (our own constant)

# Of each entity all that name it, whatever it is one with; then of each statement the nearest that share a rare one.
SHARING = text(f"""
    WITH named AS (
        SELECT root, member FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS given (root, member)
    ), naming AS MATERIALIZED (
        SELECT root, found.claim_id, found.embedding
          FROM (SELECT root, array_agg(member) AS members FROM named GROUP BY root) AS entities
         CROSS JOIN LATERAL (
            SELECT claim_id, embedding FROM statement
             WHERE entities && entities.members AND article_id <> :article_id LIMIT {FREQUENT + 1}) AS found
    ), rare AS (
        SELECT root FROM naming GROUP BY root HAVING count(*) <= {FREQUENT}
    ), own AS (
        SELECT DISTINCT claim_id, root, embedding FROM statement JOIN named ON member = ANY(entities)
         WHERE article_id = :article_id
    ), pairs AS (
        SELECT DISTINCT own.claim_id AS own, naming.claim_id AS other, own.embedding <=> naming.embedding AS distance
          FROM own JOIN rare USING (root) JOIN naming USING (root)
         WHERE own.embedding <=> naming.embedding <= :farthest
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY own ORDER BY distance, other) AS place FROM pairs
    )
    SELECT own, other, distance, place, frequent
      FROM (SELECT count(DISTINCT root) - (SELECT count(*) FROM rare) AS frequent FROM naming) AS told
      LEFT JOIN ranked ON place <= {NEIGHBOURS_MAX}
""")  # noqa: S608 (our own constants)

_WITHIN = text("""
    SELECT a.claim_id AS a, b.claim_id AS b, a.embedding <=> b.embedding AS distance
      FROM statement a JOIN statement b USING (article_id)
     WHERE article_id = :article_id AND a.claim_id < b.claim_id AND a.embedding <=> b.embedding <= :most
""")

_KNOWN = text("SELECT a, b, 0.0 AS distance FROM relation WHERE article_a = :article_id OR article_b = :article_id")

_ROOTS = text("""
    SELECT entity_id, coalesce(merged_into, entity_id) AS root FROM entity WHERE entity_id = ANY(CAST(:ids AS uuid[]))
""")

_ONE = text("""
    SELECT entity_id, merged_into AS root FROM entity WHERE merged_into = ANY(CAST(:roots AS uuid[]))
""")

_ROWS = text("""
    SELECT s.claim_id, s.article_id, c.reading::text AS claim, s.sentence, halfvec_send(s.embedding) AS vector,
           a.title, a.publisher_name, s.named::text AS named, s.lead, a.card->'date'->>'value' AS own_date,
           s.entities, c.revision, c.extractor_version
      FROM statement s JOIN claim c USING (claim_id) JOIN article a ON a.article_id = s.article_id
     WHERE s.claim_id = ANY(CAST(:ids AS uuid[])) AND c.retracted_at IS NULL
""")


async def find_neighbourhood(engine: AsyncEngine, article_id: UUID) -> Neighbourhood:
    """Return an article's statements, those near them or related to them, and the pairs to be judged."""
    mine = {"article_id": article_id}
    async with begin(engine, SETTINGS) as connection:
        own = (await connection.execute(_OWN, mine)).all()
        found = [Pair(*row) for row in await connection.execute(_KNOWN, mine)]
        found += [Pair(*row) for row in await connection.execute(_WITHIN, {**mine, "most": FARTHEST})]
        classes = await _find_classes(connection, {key for row in own for key in row.entities})
        found += await _find_sharing(connection, classes, article_id)
        for row in own:
            found += await _find_closest(connection, row, classes, article_id)
        pairs = _first_of(found)
        ids = {row.claim_id for row in own}.union(*((pair.a, pair.b) for pair in pairs))
        rows = (await connection.execute(_ROWS, {"ids": sorted(ids)})).all()
        roots = await _find_roots(connection, {key for row in rows for key in row.entities})
    return Neighbourhood({row.claim_id: tuple(row) for row in rows}, pairs, roots)


async def _find_roots(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return what entities are one with, by their ids."""
    return {row.entity_id: row.root for row in await connection.execute(_ROOTS, {"ids": sorted(ids)})}


async def _find_classes(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return all that is one with each entity, itself included."""
    roots = await _find_roots(connection, ids)
    members: dict[UUID, set[UUID]] = {root: {root} for root in roots.values()}
    for row in await connection.execute(_ONE, {"roots": sorted(members)}):
        members[row.root].add(row.entity_id)
    return {key: members[roots[key]] | {key} for key in roots}


async def _find_sharing(
    connection: AsyncConnection, classes: Mapping[UUID, Collection[UUID]], article_id: UUID
) -> list[Pair]:
    """Return the pairs of all statements of an article with the nearest that share an entity."""
    given = sorted({(min(members), member) for members in classes.values() for member in members})
    if not given:
        return []
    roots, members = zip(*given, strict=True)
    asked = {"roots": roots, "members": members, "article_id": article_id, "farthest": FARTHEST}
    rows = (await connection.execute(SHARING, asked)).all()
    metrics.RELATE_CAPS.labels("frequent").inc(rows[0].frequent)
    metrics.RELATE_CAPS.labels("neighbours").inc(sum(row.place == NEIGHBOURS_MAX for row in rows))
    return [_pair(row.own, row.other, row.distance) for row in rows if row.own is not None]


async def _find_closest(
    connection: AsyncConnection, own: Row[Any], classes: Mapping[UUID, Collection[UUID]], article_id: UUID
) -> list[Pair]:
    """Return the pairs of a statement with those closest to it, and with those farther off that share an entity."""
    rows = (await connection.execute(CLOSEST, {"vector": own.vector, "article_id": article_id})).all()
    if len(rows) == NEIGHBOURS_MAX and rows[-1].distance <= CLOSE:
        metrics.RELATE_CAPS.labels("neighbours").inc()
    entities = set[UUID]().union(*(classes.get(key, ()) for key in own.entities))
    return [
        _pair(own.claim_id, row.claim_id, row.distance)
        for row in rows
        if row.distance <= CLOSE or (row.distance <= FARTHEST and not entities.isdisjoint(row.entities))
    ]


def _pair(one: UUID, other: UUID, distance: float) -> Pair:
    return Pair(min(one, other), max(one, other), distance)


def _first_of(found: Sequence[Pair]) -> list[Pair]:
    """Return each pair once, the nearest first, no more than are judged."""
    nearest: dict[tuple[UUID, UUID], Pair] = {}
    for pair in sorted(found, key=lambda pair: (pair.distance, pair)):
        nearest.setdefault((pair.a, pair.b), pair)
    if len(nearest) > PAIRS_MAX:
        metrics.RELATE_CAPS.labels("pairs").inc()
    return list(nearest.values())[:PAIRS_MAX]
