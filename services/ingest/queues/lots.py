"""Lots: pages that are numbered, or end, in one transaction, with a statement for them all instead of some for each.

A lot takes only what is plain: what it leaves out, for whatever reason, is to be done alone, where every case is known.
Rows are locked in one order, pages by URL as polls do and then publications by their key, so that no two lots wait for
each other in turn.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.canonical import CANONICAL_VERSION
from services.ingest.queues.leases import Lease
from services.ingest.queues.publications import Name, Numbered, Standing

COLUMNS = frozenset({"outcome", "reason", "attempts", "due_at", "done_at", "article_id", "etag", "last_modified"})
"""What a lot writes of a page that is done; of the last three what is None stays as it was."""


class Draft(NamedTuple):
    """A text without its revision: the page where it was read, the article, and its names among what was erased."""

    lease: Lease
    article_id: UUID
    canonical_url: str
    text_sha256: str
    names: Collection[Name]


class Ended(NamedTuple):
    """A page that is done for good: what its row gets of ``COLUMNS``, and the revision that Kafka acknowledged."""

    lease: Lease
    values: dict[str, Any]
    numbered: Numbered | None


_ODD = text("""
    SELECT 'name' AS kind, canonical_url AS value FROM alias WHERE canonical_url = ANY(CAST(:urls AS text[]))
    UNION ALL
    SELECT 'name', publication.canonical_url
      FROM unnest(CAST(:urls AS text[]), CAST(:articles AS uuid[])) AS given (url, article)
      JOIN publication ON publication.canonical_url = given.url AND publication.article_id <> given.article
    UNION ALL
    SELECT erased.kind, erased.value
      FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS given (kind, value)
      JOIN erased ON erased.kind = given.kind AND erased.value = given.value
""")
_HOLD = text("""
    SELECT page.page_id
      FROM unnest(CAST(:pages AS uuid[]), CAST(:tokens AS uuid[])) AS given (page, token)
      JOIN page ON page.page_id = given.page AND page.lease_token = given.token
     ORDER BY page.url COLLATE "C" FOR UPDATE OF page
""")
_MAKE = text("""
    INSERT INTO publication (article_id, canonical_url, canonical_version)
    SELECT given.article, given.url, CAST(:version AS integer)
      FROM unnest(CAST(:articles AS uuid[]), CAST(:urls AS text[])) AS given (article, url)
     ORDER BY given.article
    ON CONFLICT DO NOTHING
""")
_NUMBER = text("""
    WITH held AS MATERIALIZED (
        SELECT article_id FROM publication WHERE article_id = ANY(CAST(:articles AS uuid[]))
         ORDER BY article_id FOR UPDATE)
    UPDATE publication
       SET text_sha256 = given.sha256, numbered_at = now(),
           revision = greatest(publication.revision + 1, CAST(floor(extract(epoch FROM now())) AS bigint))
      FROM unnest(CAST(:articles AS uuid[]), CAST(:sha256s AS text[])) AS given (article, sha256)
      JOIN held ON held.article_id = given.article
     WHERE publication.article_id = given.article AND publication.text_sha256 IS DISTINCT FROM given.sha256
    RETURNING publication.article_id, publication.revision
""")
_FINISH = text("""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:pages AS uuid[]), CAST(:tokens AS uuid[]), CAST(:outcomes AS text[]),
                             CAST(:reasons AS text[]), CAST(:attempts AS integer[]), CAST(:articles AS uuid[]),
                             CAST(:etags AS text[]), CAST(:modified AS text[]))
            AS given (page, token, outcome, reason, attempts, article, etag, modified)),
    held AS MATERIALIZED (
        SELECT page.page_id FROM given JOIN page ON page.page_id = given.page AND page.lease_token = given.token
         ORDER BY page.url COLLATE "C" FOR UPDATE OF page)
    UPDATE page
       SET outcome = given.outcome, reason = given.reason, attempts = given.attempts, due_at = NULL, done_at = now(),
           article_id = coalesce(given.article, page.article_id), etag = coalesce(given.etag, page.etag),
           last_modified = coalesce(given.modified, page.last_modified), leased_until = NULL, lease_token = NULL
      FROM given JOIN held ON held.page_id = given.page
     WHERE page.page_id = given.page AND page.lease_token = given.token
    RETURNING page.page_id
""")
_CONFIRM = text("""
    WITH held AS MATERIALIZED (
        SELECT article_id FROM publication WHERE article_id = ANY(CAST(:articles AS uuid[]))
         ORDER BY article_id FOR UPDATE)
    UPDATE publication SET published_revision = given.revision, published_at = now()
      FROM unnest(CAST(:articles AS uuid[]), CAST(:revisions AS bigint[])) AS given (article, revision)
      JOIN held ON held.article_id = given.article
     WHERE publication.article_id = given.article AND publication.revision = given.revision
""")


async def number(connection: AsyncConnection, drafts: Sequence[Draft]) -> dict[UUID, Numbered]:
    """Give new texts their revisions, in the caller's transaction; return them by their pages.

    Left out are: a page that another replica has by now, what was erased, an article that has another id than its
    canonical URL's, a text that has its revision already, and the second of two pages of one article.
    """
    odd = {(kind, value) for kind, value in await connection.execute(_ODD, _named(drafts))}
    plain = {draft.article_id: draft for draft in reversed(drafts) if not _is_odd(draft, odd)}
    held = (
        {page_id for (page_id,) in await connection.execute(_HOLD, _leased(list(plain.values())))} if plain else set()
    )
    ours = {article_id: draft for article_id, draft in plain.items() if draft.lease.id in held}
    if not ours:
        return {}
    urls = [draft.canonical_url for draft in ours.values()]
    await connection.execute(_MAKE, {"articles": list(ours), "urls": urls, "version": CANONICAL_VERSION})
    texts = {"articles": list(ours), "sha256s": [draft.text_sha256 for draft in ours.values()]}
    numbered = (await connection.execute(_NUMBER, texts)).all()
    return {ours[key].lease.id: Numbered(ours[key].article_id, revision, Standing.NEW) for key, revision in numbered}


async def finish(connection: AsyncConnection, pages: Sequence[Ended]) -> set[UUID]:
    """Save that pages are done and confirm their revisions, in the caller's transaction; return which are.

    Left out are those that another replica has by now; their revisions are confirmed all the same.
    """
    columns = {name: [page.values.get(name) for page in pages] for name in COLUMNS}
    given = {
        "outcomes": columns["outcome"],
        "reasons": columns["reason"],
        "attempts": columns["attempts"],
        "articles": columns["article_id"],
        "etags": columns["etag"],
        "modified": columns["last_modified"],
    }
    done = await connection.execute(_FINISH, _leased(pages) | given)
    revisions = [page.numbered for page in pages if page.numbered is not None]
    if revisions:
        articles, numbers = [each.article_id for each in revisions], [each.revision for each in revisions]
        await connection.execute(_CONFIRM, {"articles": articles, "revisions": numbers})
    return set(done.scalars())


def _leased(each: Sequence[Draft | Ended]) -> dict[str, list[UUID]]:
    return {"pages": [one.lease.id for one in each], "tokens": [one.lease.token for one in each]}


def _named(drafts: Sequence[Draft]) -> dict[str, list[Any]]:
    names = sorted({name for draft in drafts for name in draft.names})
    return {
        "urls": [draft.canonical_url for draft in drafts],
        "articles": [draft.article_id for draft in drafts],
        "kinds": [kind.value for kind, _ in names],
        "values": [value for _, value in names],
    }


def _is_odd(draft: Draft, odd: Collection[tuple[str, str]]) -> bool:
    return ("name", draft.canonical_url) in odd or any((kind.value, value) in odd for kind, value in draft.names)
