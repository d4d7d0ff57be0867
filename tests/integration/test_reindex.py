"""The indices of vectors and words are built anew by the runbook's own statements, while others write."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas import tables

RUNBOOK = Path(__file__).parents[2] / "deploy" / "runbook.md"
STATEMENTS = 1_500
FOUND = 10

FILL = """
INSERT INTO article (article_id, revision, extractor_version, arrival, fetched_at, search)
SELECT md5('a' || n)::uuid, 1, 1, 'fetched', now(), to_tsvector('simple', 'bridge w' || n)
FROM generate_series({first}, {last}) AS n;
INSERT INTO claim (claim_id, article_id, content, reading, search)
SELECT md5('c' || n)::uuid, md5('a' || n)::uuid, 'x', '{{}}', to_tsvector('simple', 'bridge w' || n)
FROM generate_series({first}, {last}) AS n;
INSERT INTO statement (claim_id, article_id, embedding, entities, named, sentence, lead)
SELECT md5('c' || n)::uuid, md5('a' || n)::uuid,
       ARRAY(SELECT random() - 0.5 FROM generate_series(1, 384) WHERE n > 0)::real[]::halfvec(384),
       ARRAY[md5('e' || n)::uuid], '{{}}', 'x', false
FROM generate_series({first}, {last}) AS n;
"""


def procedure() -> list[str]:
    """The statements of the runbook, one by one."""
    section = RUNBOOK.read_text("utf-8").partition("### Build indices anew")[2]
    block = re.search(r"```sql\n(.*?)```", section, re.DOTALL)
    assert block is not None
    lines = re.sub(r"--.*", "", block[1])
    return [" ".join(statement.split()) for statement in lines.split(";") if statement.strip()]


def kept() -> set[str]:
    """The indices of the schema that are no trees of single values."""
    return {
        str(index.name)
        for table in tables.metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["postgresql"]["using"] in {"gin", "hnsw"}
    }


def test_runbook_names_every_index_of_vectors_and_words() -> None:
    named = [found for one in procedure() for found in re.findall(r"^REINDEX INDEX CONCURRENTLY (\w+)$", one)]
    assert len(named) == len(set(named))
    assert set(named) == kept()


async def fill(connection: AsyncConnection, first: int, last: int) -> None:
    for statement in FILL.format(first=first, last=last).split(";")[:-1]:
        await connection.execute(text(statement))


async def files(connection: AsyncConnection) -> dict[str, int]:
    """The file of each index that is valid: another one after it was built anew."""
    rows = await connection.execute(
        text("SELECT c.relname, c.relfilenode FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE indisvalid")
    )
    return {row.relname: row.relfilenode for row in rows}


async def nearest(connection: AsyncConnection, claim: int, *, by_index: bool) -> list[Any]:
    await connection.execute(text(f"SET LOCAL enable_seqscan = {'off' if by_index else 'on'}"))
    await connection.execute(text(f"SET LOCAL enable_indexscan = {'on' if by_index else 'off'}"))
    await connection.execute(text("SET LOCAL hnsw.ef_search = 200"))
    of = f"(SELECT embedding FROM statement WHERE claim_id = md5('c{claim}')::uuid)"
    query = f"SELECT claim_id FROM statement ORDER BY embedding <=> {of} LIMIT {FOUND}"
    return list((await connection.execute(text(query))).scalars())


async def write(engine: AsyncEngine, stop: asyncio.Event) -> int:
    """Save more while the indices are built."""
    number = STATEMENTS
    while not stop.is_set():
        number += 1
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '2s'"))  # nobody who writes waits for long
            await fill(connection, number, number)
        await asyncio.sleep(0.01)
    return number


async def test_indices_are_built_anew_while_others_write(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await fill(connection, 1, STATEMENTS)
        before = await files(connection)
    stop = asyncio.Event()
    writing = asyncio.create_task(write(engine, stop))
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in procedure():
            told = await connection.execute(text(statement))
    assert told.all() == []  # the last one lists what was left invalid
    stop.set()
    last = await writing
    assert last > STATEMENTS
    async with engine.begin() as connection:
        after = await files(connection)
        assert {name for name in kept() if after[name] == before[name]} == set()
        assert set(after) == set(before)
        found = [await nearest(connection, claim, by_index=True) for claim in (1, 700, last)]
        exact = [await nearest(connection, claim, by_index=False) for claim in (1, 700, last)]
        shared = sum(len(set(a) & set(b)) for a, b in zip(found, exact, strict=True))
        assert shared >= 0.9 * 3 * FOUND
        by_word = f"SELECT count(*) FROM claim WHERE search @@ 'w{last}' AND retracted_at IS NULL"
        assert (await connection.execute(text(by_word))).scalar_one() == 1


async def test_index_whose_building_was_cut_off_is_listed_and_goes(engine: AsyncEngine) -> None:
    look = procedure()[-1]
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.begin() as other, alone.connect() as connection:
        await fill(other, 1, 3)  # a transaction that is open is waited for
        await connection.execute(text("SET statement_timeout = '1s'"))
        with pytest.raises(DBAPIError, match="statement timeout"):
            await connection.execute(text("REINDEX INDEX CONCURRENTLY ix_statement_entities"))
    async with alone.connect() as connection:
        assert list((await connection.execute(text(look))).scalars()) == ["ix_statement_entities_ccnew"]
        await connection.execute(text("DROP INDEX CONCURRENTLY ix_statement_entities_ccnew"))
        assert list((await connection.execute(text(look))).scalars()) == []
