"""Kinship: which articles have their words from one place, as rows: pairs with their evidence, and origins of them.

A pair is looked at where two articles share a key of their texts, or where claims of theirs are related. Of a crowd
that shares keys, each article is looked at with the nearest by id. A pair that was told stays while it is so, for its
evidence is of these two alone: so a crowd of kin hangs together, in whatever order it came and whoever left it.
"""

from collections.abc import Collection, Mapping
from uuid import UUID, uuid5

from sqlalchemy import any_, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import Arrival
from schemas.tables import article, origin, origin_pair
from services import metrics
from services.extract.relating.withdrawal import array, mark_articles
from services.extract.sourcing.fingerprint import Fingerprint
from services.extract.sourcing.origins import kept_pairs, same_origin

NAMESPACE = UUID("1f6e0f9a-9b1d-5b7a-8a76-2f5f0b2f8c55")
"""The namespace of origin ids; it never changes."""

EITHER_SIDE = 100
"""Articles that share a key with one, of smaller ids and of greater, with which it is compared: few reports are printed
by more, and those that print one are kin of one another too."""

RELATED_MAX = 5_000
"""Articles with related claims with which one is compared: more than the neighbours of a hundred claims."""

READ_AT_ONCE = 500
"""Fingerprints held at a time, of some 2 KB each."""

Evidence = tuple[UUID, UUID, str]
"""Two articles, the smaller id first, and by what one sees that they are of one origin."""

_OWN = text("SELECT fingerprint::text AS prints, arrival, origin_keys FROM article WHERE article_id = :article_id")

_SHARING = text("""
    WITH sharing AS MATERIALIZED (
        SELECT article_id FROM article
         WHERE origin_keys && CAST(:keys AS bigint[]) AND fingerprint IS NOT NULL
           AND article_id <> :article_id AND (arrival = 'submitted') = :submitted
    )
    (SELECT article_id FROM sharing WHERE article_id < :article_id ORDER BY article_id DESC LIMIT :most)
     UNION ALL (SELECT article_id FROM sharing WHERE article_id > :article_id ORDER BY article_id LIMIT :most)
""")

_RELATED = text(f"""
    SELECT CASE WHEN article_a = :article_id THEN article_b ELSE article_a END AS article_id,
           bool_or(r.kind = 'agrees' AND one.lead AND other.lead) AS agreeing
      FROM relation r JOIN statement one ON one.claim_id = r.a JOIN statement other ON other.claim_id = r.b
     WHERE (article_a = :article_id OR article_b = :article_id) AND article_a <> article_b GROUP BY 1
     ORDER BY agreeing DESC, article_id LIMIT {RELATED_MAX}
""")  # noqa: S608 (our own constant)

_JUDGED = text("""
    SELECT article_id, fingerprint::text AS prints FROM article
     WHERE article_id = ANY(CAST(:keys AS uuid[])) AND fingerprint IS NOT NULL AND (arrival = 'submitted') = :submitted
""")

_PRINTS = text("""
    SELECT article_id, fingerprint::text AS prints FROM article
     WHERE article_id = ANY(CAST(:keys AS uuid[])) AND fingerprint IS NOT NULL
""")


async def find_origins(
    connection: AsyncConnection, article_ids: Collection[UUID], *, either_side: int = EITHER_SIDE
) -> set[UUID]:
    """Compare articles with those they may be of one origin with; return all whose origin is now another one.

    For one caller at a time, in the caller's transaction. Those that lost one of their kin are marked: of a crowd they
    are to be compared with who is nearest now.
    """
    touched, lost = set(article_ids), set[UUID]()
    for key in sorted(article_ids):
        began, ended = await _compare(connection, key, either_side)
        touched |= began | ended
        lost |= ended
    await mark_articles(connection, lost - set(article_ids))
    component = await _find_component(connection, touched)
    return await _write_origins(connection, component)


async def _compare(connection: AsyncConnection, article_id: UUID, either_side: int) -> tuple[set[UUID], set[UUID]]:
    """Have the pairs of an article be what the rule says; return both of those that began, and of those that ended."""
    mine = or_(origin_pair.c.a == article_id, origin_pair.c.b == article_id)
    before: set[Evidence] = {
        (row.a, row.b, row.evidence) for row in await connection.execute(select(origin_pair).where(mine))
    }
    now = await _judge(connection, article_id, _both(before), either_side)
    for a, b, evidence in sorted(before - now):
        await connection.execute(delete(origin_pair).filter_by(a=a, b=b, evidence=evidence))
    news = [dict(zip(("a", "b", "evidence"), one, strict=True)) for one in sorted(now - before)]
    if news:
        await connection.execute(insert(origin_pair), news)
    return _both(now - before), _both(before - now)


def _both(pairs: Collection[Evidence]) -> set[UUID]:
    return {key for one in pairs for key in one[:2]}


async def _judge(
    connection: AsyncConnection, article_id: UUID, known: Collection[UUID], either_side: int
) -> set[Evidence]:
    """Return what shows which articles are of one origin with one, of those near it, related or known to be.

    Nothing where it was erased.
    """
    mine = {"article_id": article_id}
    own = (await connection.execute(_OWN, mine)).one_or_none()
    if own is None or own.prints is None:
        return set()
    related = {row.article_id: row.agreeing for row in await connection.execute(_RELATED, mine)}
    alike = {"submitted": own.arrival == Arrival.SUBMITTED}
    asked = {**mine, **alike, "keys": own.origin_keys, "most": either_side}
    near = set((await connection.execute(_SHARING, asked)).scalars())
    before = sum(key < article_id for key in near)
    if either_side in {before, len(near) - before} or len(related) == RELATED_MAX:
        metrics.RELATE_CAPS.labels("kin").inc()
    prints = Fingerprint.model_validate_json(own.prints)
    found: set[Evidence] = set()
    others = sorted((near | related.keys() | {*known}) - {article_id})
    for at in range(0, len(others), READ_AT_ONCE):
        for row in await connection.execute(_JUDGED, {**alike, "keys": others[at : at + READ_AT_ONCE]}):
            other = Fingerprint.model_validate_json(row.prints)
            a, b = sorted((article_id, row.article_id))
            agree = related.get(row.article_id, False)
            found |= {(a, b, kind.value) for kind in same_origin(prints, other, leads_agree=agree)}
    return found


async def _find_component(connection: AsyncConnection, articles: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the smallest article of the same origin, for some articles and all that are of one with them now or were.

    Those that were: an origin that falls apart leaves its parts to be named. A rewrite goes with one of its sources.
    """
    reached = set(articles)
    ours = select(origin.c.origin_id).where(origin.c.article_id == any_(array(articles)))
    reached |= set(
        (await connection.execute(select(origin.c.article_id).where(origin.c.origin_id.in_(ours)))).scalars()
    )
    ties: set[tuple[UUID, UUID]] = set()
    news = reached
    while news:
        mine = or_(origin_pair.c.a == any_(array(news)), origin_pair.c.b == any_(array(news)))
        found = {
            (row.a, row.b) for row in await connection.execute(select(origin_pair.c.a, origin_pair.c.b).where(mine))
        }
        ties |= found
        news = {key for pair in found for key in pair} - reached
        reached |= news
    prints = await _read_prints(connection, ties)
    known = [pair for pair in sorted(ties) if prints.keys() >= {*pair}]
    return _smallest(reached, kept_pairs(known, prints))


async def _read_prints(connection: AsyncConnection, ties: Collection[tuple[UUID, UUID]]) -> dict[UUID, Fingerprint]:
    """Return the fingerprints of all that are tied; those of an erased article tell nothing, and it has no ties."""
    keys = {key for pair in ties for key in pair}
    rows = await connection.execute(_PRINTS, {"keys": sorted(keys)})
    return {row.article_id: Fingerprint.model_validate_json(row.prints) for row in rows}


def _smallest(keys: Collection[UUID], ties: Collection[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    groups = {key: {key} for key in keys}
    for a, b in ties:
        if groups[a] is not groups[b]:
            one = groups[a] | groups[b]
            groups |= dict.fromkeys(one, one)
    return {key: min(group) for key, group in groups.items()}


async def _write_origins(connection: AsyncConnection, component: Mapping[UUID, UUID]) -> set[UUID]:
    """Write the origins of articles that are stored; return those whose origin changed."""
    stored = select(article.c.article_id, origin.c.origin_id).outerjoin(
        origin, origin.c.article_id == article.c.article_id
    )
    mine = stored.where(article.c.article_id == any_(array(component)), article.c.erased_at.is_(None))
    before = {row.article_id: row.origin_id for row in await connection.execute(mine)}
    await connection.execute(delete(origin).where(origin.c.article_id == any_(array(component.keys() - before.keys()))))
    now = {key: uuid5(NAMESPACE, str(component[key])) for key in before}
    changed = sorted(key for key in now if now[key] != before[key])
    if changed:
        new = insert(origin)
        written = new.on_conflict_do_update(index_elements=["article_id"], set_={"origin_id": new.excluded.origin_id})
        await connection.execute(written, [{"article_id": key, "origin_id": now[key]} for key in changed])
    return set(changed)
