"""What every list and search costs PostgreSQL, read from the plans of the statements that the API really sends.

The database is filled so that a wrong way shows: words and values that nearly every row has, that few have, that none
has, and pairs that are frequent each and never meet. Counted are rows and buffers, which are the same on any machine.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from hashlib import md5
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import orjson
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.api.http.parameters import Listing
from services.api.http.transactions import LIMITS
from services.api.queries.newest import GATHERED_MAX
from services.api.queries.ranks import RANKED_MAX, SEARCHED_MAX
from services.api.resources.articles import ArticleListing
from services.api.resources.claims import ClaimListing
from services.api.resources.entities import EntityListing
from services.api.resources.pages import PageListing
from tests.integration.api_world import Api, open_api

if TYPE_CHECKING:
    from tests.conftest import Databases

ARTICLES, CLAIMS = 3_000, 30_000

LARGE = {"article", "claim", "revision", "mention", "entity", "change", "page", "thread", "thread_claim", "relation"}
"""Tables that grow with every article: never read from end to end."""

PAGES_BEYOND = 40
"""Buffers that an index may be deeper, or a row's neighbour be apart, at another place of a list."""

DEPTHS = (0.3, 0.6)
"""Where in a list a part is compared with the first: the share of it that stands before."""

VISITED_MAX = 3_500 + 2 * GATHERED_MAX
"""Rows that a part of a list may visit: the nearest, and what is gathered or lies along the time until it is full."""

SEARCHED = SEARCHED_MAX + 10 * RANKED_MAX
"""Rows that a part of what is searched for may visit."""

FILL = """
INSERT INTO entity (entity_id, name, type, folded, first_seen_at)
SELECT md5('entity' || n)::uuid, 'Name ' || n, CASE WHEN n % 50 = 0 THEN 'LOC' ELSE 'PERSON' END,
       'name' || n % 40 || ' family' || n, timestamptz '2026-01-01Z' + n * interval '1 minute'
FROM generate_series(1, 3000) AS n;

INSERT INTO article (article_id, revision, extractor_version, arrival, url, canonical_url, publisher_domain, title,
                     language, fetched_at, search)
SELECT md5('article' || n)::uuid, 1, 1, CASE WHEN n % 100 = 0 THEN 'submitted' ELSE 'fetched' END,
       'https://news.example/' || n, 'https://news.example/' || n, 'p' || floor(sqrt(n % 2500)) || '.example', 'T',
       CASE WHEN n % 30 = 0 THEN 'de' ELSE 'en' END, timestamptz '2026-01-01Z' + n * interval '1 minute',
       (SELECT string_agg(format('''w%s'':%s', (n * k) % 5000, k), ' ') FROM generate_series(2, 120) AS k)::tsvector
       || '''common'':1'::tsvector || CASE n % 2 WHEN 0 THEN '''even'':2' ELSE '''odd'':2' END::tsvector
       || CASE WHEN n % 9 = 0 THEN '''middl'':3' ELSE '' END::tsvector
       || CASE WHEN n % 500 = 0 THEN '''rare'':4' ELSE '' END::tsvector
FROM generate_series(1, 3000) AS n;

INSERT INTO revision (article_id, revision, text_sha256, text, event, fetched_at)
SELECT article_id, 1, 'x', 'A common text with a rare word.', '{"paragraphs": []}', fetched_at FROM article;

INSERT INTO mention (article_id, "start", "end", text, type, name, entity_id)
SELECT md5('article' || n % 3000 + 1)::uuid, n, n + 4, 'Name', 'PERSON', 'Name', md5('entity' || n % 3000 + 1)::uuid
FROM generate_series(1, 9000) AS n;

INSERT INTO claim (claim_id, article_id, revision, extractor_version, ordinal, publisher_domain, arrival, language,
                   fetched_at, content, speaker, speaker_name, entity_id, voice, form, polarity, force, speech_act,
                   confidence, served, reading, search)
SELECT md5('claim' || n)::uuid, a.article_id, 1, 1, n % 10, a.publisher_domain, a.arrival, a.language, a.fetched_at,
       'c', 's', 's', md5('entity' || (n % 97) * (n % 31) + 1)::uuid,
       CASE WHEN n % 10 = 0 THEN 'article' ELSE 'attributed' END,
       CASE WHEN n % 10 = 0 THEN NULL WHEN n % 2999 = 0 THEN 'partial' WHEN n % 3 = 0 THEN 'indirect' ELSE 'direct' END,
       CASE WHEN n % 25 = 0 THEN 'denied' ELSE 'affirmed' END,
       CASE WHEN n % 4999 = 0 THEN 'reported' WHEN n % 7 = 0 THEN 'hedged' ELSE 'bare' END, 'say',
       CASE WHEN n % 20 = 0 THEN 0.2 WHEN n % 101 = 0 THEN 0.97 ELSE 0.9 END, n % 20 <> 0, jsonb_build_object('content',
       jsonb_build_object('spans', '[]'::jsonb, 'text', repeat('what was said ', 30)), 'speaker', null, 'cue', null,
       'speaker_reason', null, 'voice', '', 'form', null, 'polarity', '', 'force', '', 'force_words', null,
       'speech_act', '', 'question', null, 'said_at', null, 'said_at_reason', null, 'confidence', 0.9),
       format('''common'':1A ''w%s'':2A ''w%s'':3A ''@name%s''', n % 5000, n % 4999, (n % 97) * (n % 31))::tsvector
       || CASE n / 10 % 2 WHEN 0 THEN '''even'':2A' ELSE '''odd'':2A' END::tsvector
       || CASE WHEN n / 10 % 9 = 0 THEN '''middl'':3A' ELSE '' END::tsvector
       || CASE WHEN n % 3001 = 0 THEN '''rare'':4A' ELSE '' END::tsvector
FROM generate_series(1, 30000) AS n JOIN article AS a ON a.article_id = md5('article' || (n - 1) / 10 + 1)::uuid;

INSERT INTO thread (thread_id, status, claims, articles, origins, quotes)
SELECT md5('thread' || n)::uuid, CASE WHEN n % 50 = 0 THEN 'disputed' ELSE 'single_source' END, 2, 2, n % 7, n % 3
FROM generate_series(0, 14999) AS n;

INSERT INTO thread_claim (thread_id, claim_id, side, origin_id)
SELECT md5('thread' || n % 15000)::uuid, md5('claim' || n)::uuid, 'affirming', md5('article' || (n - 1) / 10 + 1)::uuid
FROM generate_series(1, 30000) AS n;

INSERT INTO relation (a, b, article_a, article_b, kind, score, reasons, objects, "order")
SELECT least(a.claim_id, b.claim_id), greatest(a.claim_id, b.claim_id), a.article_id, b.article_id, 'agrees', 0.9, '[]',
       '{"shared": [], "own": [], "other": []}', 'unknown'
FROM generate_series(1, 15000) AS n JOIN claim AS a ON a.claim_id = md5('claim' || n)::uuid
JOIN claim AS b ON b.claim_id = md5('claim' || n + 15000)::uuid;

INSERT INTO change (change_id, position, kind, article_id, revision, extractor_version, published_at)
SELECT md5('change' || n)::uuid, n, 'extracted', md5('article' || n)::uuid, 1, 1, now()
FROM generate_series(1, 3000) AS n;

INSERT INTO feed (feed_id, url, publisher_domain)
SELECT md5('feed' || n)::uuid, 'https://news.example/feed/' || n, 'p.example' FROM generate_series(1, 50) AS n;

INSERT INTO page (page_id, url, host, arrival, feed_id, publisher_domain, outcome, found_at, due_at)
SELECT md5('page' || n)::uuid, 'https://news.example/' || n, 'news.example', 'fetched', md5('feed' || n % 50 + 1)::uuid,
       'p.example', CASE WHEN n % 1000 = 0 THEN 'not_html' ELSE 'published' END,
       timestamptz '2026-01-01Z' + n * interval '1 minute', NULL
FROM generate_series(1, 10000) AS n;
"""


def key(kind: str, number: int) -> str:
    """The id that ``FILL`` gives."""
    return str(UUID(md5(f"{kind}{number}".encode()).hexdigest()))


CLAIM_FILTERS: dict[str, tuple[str, ...]] = {
    "q": ("common", "middle", "rare", "never", "odd even", '"common w77"'),
    "speaker": ("name0", "name60", "name2821", "nobody"),
    "entity": (key("entity", 1), key("entity", 61), key("entity", 4000)),
    "publisher": ("p49.example", "p2.example", "none.example"),
    "polarity": ("affirmed", "denied"),
    "force": ("bare", "hedged", "reported", "intended"),
    "form": ("direct", "partial", "mixed"),
    "voice": ("attributed", "article", "headline"),
    "arrival": ("fetched", "submitted", "file"),
    "language": ("en", "de", "fr"),
    "from": ("2026-01-01", "2026-01-03", "2026-02-01"),
    "to": ("2026-02-01", "2026-01-01", "2025-12-01"),
    "min_confidence": ("0", "0.95", "0.99"),
}

CLAIM_PAIRS: tuple[dict[str, str], ...] = (
    {"voice": "article", "form": "direct"},
    {"q": "odd", "force": "hedged", "polarity": "denied"},
    {"q": "common", "language": "fr"},
    {"q": "never", "publisher": "p49.example"},
    {"q": "middle", "speaker": "name60"},
    {"publisher": "p49.example", "force": "reported"},
    {"entity": key("entity", 1), "polarity": "denied"},
    {"entity": key("entity", 61), "q": "common", "form": "mixed"},
    {"language": "de", "arrival": "submitted", "polarity": "denied", "from": "2026-01-02", "to": "2026-01-02"},
    {"q": "even", "from": "2026-01-02", "min_confidence": "0.95"},
    {"min_confidence": "0.99", "voice": "attributed"},
    {"force": "bare", "form": "direct", "voice": "attributed", "polarity": "affirmed", "language": "en", "q": "common"},
)

ARTICLE_FILTERS: dict[str, tuple[str, ...]] = {
    "q": ("common", "middle", "rare", "never", "odd even"),
    "publisher": ("p49.example", "none.example"),
    "arrival": ("fetched", "submitted", "file"),
    "language": ("en", "de", "fr"),
    "from": ("2026-01-01", "2026-02-01"),
    "to": ("2026-02-01", "2025-12-01"),
    "url": ("https://news.example/7", "https://none.example"),
}

Request = tuple[str, dict[str, str]]


def requests() -> Iterator[Request]:
    """Every list, with each filter alone and with several."""
    yield "/v1/claims", {}
    yield from (("/v1/claims", {name: value}) for name, values in CLAIM_FILTERS.items() for value in values)
    yield from (("/v1/claims", pair) for pair in CLAIM_PAIRS)
    yield "/v1/articles", {}
    yield from (("/v1/articles", {name: value}) for name, values in ARTICLE_FILTERS.items() for value in values)
    yield "/v1/articles", {"q": "common", "language": "fr", "publisher": "p49.example"}
    yield f"/v1/articles/{key('article', 7)}/claims", {}
    yield f"/v1/articles/{key('article', 7)}/revisions", {}
    yield from (("/v1/entities", filters) for filters in ({}, {"name": "name7"}, {"name": "family9"}, {"name": "none"}))
    yield from (
        ("/v1/entities", filters) for filters in ({"type": "LOC"}, {"type": "NORP"}, {"type": "LOC", "name": "name0"})
    )
    yield f"/v1/entities/{key('entity', 1)}", {}
    yield f"/v1/entities/{key('entity', 1)}/claims", {}
    yield f"/v1/entities/{key('entity', 61)}/claims", {"min_confidence": "0.99"}
    yield from (("/v1/search/claims", {"q": asked}) for asked in CLAIM_FILTERS["q"])
    yield "/v1/search/claims", {"q": "odd", "force": "hedged", "polarity": "denied", "language": "de"}
    yield from (("/v1/search/articles", {"q": asked}) for asked in ARTICLE_FILTERS["q"])
    yield from ((f"/v1/threads{filters}", {}) for filters in ("", "?status=disputed", "?status=uncontested"))
    yield from (("/v1/threads", {"q": asked}) for asked in CLAIM_FILTERS["q"])
    yield from (("/v1/threads", {"speaker": name}) for name in CLAIM_FILTERS["speaker"])
    yield "/v1/threads?q=common+odd+middle&status=disputed&speaker=name0", {}
    yield "/v1/threads", {"entity": key("entity", 1)}
    yield f"/v1/threads/{key('thread', 7)}", {}
    yield f"/v1/claims/{key('claim', 7)}/relations", {}
    yield f"/v1/compare?article={key('article', 7)}&article={key('article', 1507)}", {}
    yield f"/v1/entities/{key('entity', 1)}/stances", {"topic": "common"}
    yield from (("/v1/changes", {"after": after}) for after in ("0", "2900"))
    yield "/v1/feeds", {}
    yield from (("/v1/pages", filters) for filters in ({}, {"outcome": "published"}, {"outcome": "not_html"}))
    yield from (("/v1/pages", {"feed": key("feed", 3)} | more) for more in ({}, {"outcome": "not_html"}))


def named(request: Request) -> str:
    path, filters = request
    return path + ("?" + "&".join(f"{name}={value}" for name, value in filters.items()) if filters else "")


@dataclass
class Spy:
    """Hears the statements that an engine executes."""

    engine: AsyncEngine
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine.sync_engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        self.heard.append((statement, parameters))


@dataclass
class Cost:
    """What a request's statements cost: tables read from end to end, rows visited and buffers used."""

    scanned: set[str] = field(default_factory=set)
    visited: int = 0
    buffers: int = 0

    def add(self, plan: dict[str, Any]) -> None:
        self.buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        for node in nodes(plan):
            if node["Node Type"] == "Seq Scan":
                self.scanned.add(node["Relation Name"])
            if "Relation Name" in node:
                removed = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
                self.visited += round((node["Actual Rows"] + removed) * node["Actual Loops"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def measure(api: Api, path: str, filters: dict[str, Any]) -> tuple[Cost, Any]:
    """Ask, and read the plan of every statement that the answer took, in a transaction with the same settings."""
    with Spy(api.database) as spy:
        answer = await api.get(path, **filters)
    cost = Cost()
    async with api.database.begin() as connection:
        for name, value in LIMITS.items():
            await connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")
        for statement, parameters in spy.heard:
            if statement.startswith("SELECT set_config"):
                await connection.exec_driver_sql(statement, parameters)
            else:
                explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}"
                found = (await connection.exec_driver_sql(explained, parameters)).scalar_one()
                cost.add((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
    assert spy.heard
    return cost, answer


@pytest_asyncio.fixture(scope="module")
async def filled(databases: "Databases", template: str) -> AsyncIterator[Api]:
    url = await databases.create("plans", template=template)
    async with open_api(url) as api:
        async with api.database.begin() as connection:
            await connection.execute(text("SET LOCAL synchronous_commit = off"))
            for statement in FILL.split(";\n"):
                if statement.strip():
                    await connection.exec_driver_sql(statement)
        async with api.database.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")
        yield api


async def test_no_list_reads_a_large_table_from_end_to_end(filled: Api) -> None:
    wrong = {}
    for request in requests():
        cost, _ = await measure(filled, *request)
        if cost.scanned & LARGE or cost.visited > (
            SEARCHED if "search" in request[0] or "threads" in request[0] else VISITED_MAX
        ):
            wrong[named(request)] = cost
    assert not wrong, list(wrong.items())


LISTINGS: dict[str, tuple[type[Listing], str, str]] = {
    "claims": (ClaimListing, "claim", "fetched_at"),
    "articles": (ArticleListing, "article", "fetched_at"),
    "entities": (EntityListing, "entity", "first_seen_at"),
    "pages": (PageListing, "page", "found_at"),
}
"""The lists in the order of time: what their parameters are, and where their order stands."""


async def test_depth_of_a_list_costs_at_most_twice_its_first_part(filled: Api) -> None:
    wrong, compared = {}, 0
    for path, filters in requests():
        name = path.rpartition("/")[2]
        if name not in LISTINGS or path.startswith(("/v1/search", "/v1/articles/")):
            continue
        first, answer = await measure(filled, path, filters)
        for depth in DEPTHS if answer["next_cursor"] is not None else ():
            cursor = await cursor_at(filled, path, filters, depth)
            deep, _ = await measure(filled, path, {**filters, "cursor": cursor})
            compared += 1
            if deep.visited > 2 * first.visited or deep.buffers > 2 * first.buffers + PAGES_BEYOND:
                wrong[f"{named((path, filters))} at {depth}"] = (first, deep)
    assert compared > 50
    assert not wrong


async def cursor_at(api: Api, path: str, filters: dict[str, str], depth: float) -> str:
    """The cursor of a place in a list, as the API would give it there."""
    listing, table, at = LISTINGS[path.rpartition("/")[2]]
    query = f"SELECT {at} FROM {table} ORDER BY {at} DESC OFFSET (SELECT count(*) FROM {table}) * {depth} LIMIT 1"
    async with api.database.connect() as connection:
        place = (await connection.execute(text(query))).scalar_one()
    bound = orjson.dumps([path, listing.model_validate(filters).filters()], option=orjson.OPT_SORT_KEYS)
    return str(api.app.state.cursors.write(bound, (place, UUID(int=0))))
