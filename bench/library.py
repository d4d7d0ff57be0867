"""A full library: articles and claims made by the real reading and store, then multiplied inside PostgreSQL.

The originals are the texts of the corpus and the samples. Each edition of one has ids, a URL, a publisher and a time of
its own, and the words of the original; so ids, times and filters are as many as in a real database, and a word is as
frequent as in the originals.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.pages import SAMPLES
from bench.quality.affairs import load
from schemas.events import Arrival, ArticleIngested, Publisher
from schemas.tables import article, claim, mention, revision
from services.extract.records import Read, read
from services.extract.store import save
from services.ingest.articles import Refused, Task, draft
from services.ingest.folders import as_fetched
from services.ingest.queues.work import Source

NEWEST = datetime(2026, 10, 20, tzinfo=UTC)
"""When the newest article was fetched."""

DAYS = 180
"""Over how many days before that the editions are spread."""

PUBLISHERS = 40

_MIXED = "abs(hashtext(o.article_id::text || n)::bigint)"
"""A number that looks random and is the same in every table for one edition of one article."""

_FETCHED = f"timestamptz '{NEWEST.isoformat()}' - ({_MIXED} % {DAYS * 86_400}) * interval '1 second'"
_URL = "o.canonical_url || '?edition=' || n"


def _own(column: str) -> str:
    return f"md5(o.{column}::text || n)::uuid"


OWN: dict[Table, dict[str, str]] = {
    article: {
        "article_id": _own("article_id"),
        "url": _URL,
        "canonical_url": _URL,
        "publisher_domain": f"'paper-' || {_MIXED} % {PUBLISHERS} || '.example'",
        "publisher_name": f"'The Paper ' || {_MIXED} % {PUBLISHERS}",
        "fetched_at": _FETCHED,
    },
    revision: {"article_id": _own("article_id"), "fetched_at": _FETCHED},
    mention: {"article_id": _own("article_id")},
    claim: {
        "claim_id": _own("claim_id"),
        "article_id": _own("article_id"),
        "nested_in": _own("nested_in"),
        "publisher_domain": f"'paper-' || {_MIXED} % {PUBLISHERS} || '.example'",
        "fetched_at": _FETCHED,
    },
}
"""What an edition has of its own, by table in the order of their references; all else is the original's."""


async def add_originals(engine: AsyncEngine, *, most: int | None = None) -> int:
    """Save the originals, or ``most`` of them; return how many claims they have."""
    async with engine.begin() as connection:
        await save(connection, list(islice(read_originals(), most)))
        await connection.execute(text("CREATE TABLE original AS SELECT article_id FROM article"))
        return int((await connection.execute(select(func.count()).select_from(claim))).scalar_one())


async def add_editions(engine: AsyncEngine, first: int, last: int) -> int:
    """Make the editions numbered ``first`` to ``last`` of every original; return how many claims that were."""
    made = 0
    for table in OWN:
        async with engine.begin() as connection:
            made = await _multiply(connection, table, first, last)
    return made


async def _multiply(connection: AsyncConnection, table: Table, first: int, last: int) -> int:
    names = [f'"{column.name}"' for column in table.columns]
    values = [OWN[table].get(column.name, f'o."{column.name}"') for column in table.columns]
    statement = (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM {table.name} AS o JOIN original USING (article_id), generate_series({first}, {last}) AS n"
    )
    return (await connection.execute(text(statement))).rowcount


async def settle(engine: AsyncEngine) -> None:
    """Have PostgreSQL know what it holds, as autovacuum would in time."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM (ANALYZE)"))


def read_originals() -> Iterator[Read]:
    """Yield the reading of every original."""
    for event in (*corpus_events(("train", "dev", "test")), *_samples()):
        reading = read((str(event.article_id).encode(), event.model_dump_json().encode()))
        if isinstance(reading, Read):
            yield reading


def corpus_events(splits: Sequence[str]) -> Iterator[ArticleIngested]:
    """Yield the articles of parts of the corpus as ingest would publish them."""
    for split in splits:
        for each in load(split):
            url = f"https://corpus.example/{each.affair}/{each.article}"
            yield ArticleIngested(
                article_id=uuid5(NAMESPACE_URL, url),
                revision=1,
                url=url,
                canonical_url=url,
                final_url=url,
                arrival=Arrival.FETCHED,
                publisher=Publisher(domain="corpus.example", name=each.publisher),
                title=each.headline,
                text=each.text,
                language="en",
                fetched_at=NEWEST,
                text_sha256=hashlib.sha256(each.text.encode()).hexdigest(),
            )


def _samples() -> Iterator[ArticleIngested]:
    for path in sorted(SAMPLES.rglob("*.html")):
        url = f"https://{path.parent.name}/{path.name}"
        fetched = as_fetched(url, path.read_bytes(), NEWEST)
        with suppress(Refused):  # a page of the samples that is no article
            yield draft(Task(Source(url, Arrival.FETCHED), fetched))
