"""Steps of the schema only add, so that services of the version before go on beside them; each exception says why."""

import re
from collections.abc import Iterator, Mapping, Sequence

import pytest

from services.migrations import schema_sql

NARROWING = re.compile(
    r"""(?ix)
    ^(DROP|TRUNCATE|DELETE|ALTER\ TYPE)\b
    | ^ALTER\ TABLE\ .*(DROP\ COLUMN|DROP\ CONSTRAINT|RENAME|SET\ NOT\ NULL|\bTYPE\b|ADD\ CONSTRAINT)
    | ^ALTER\ TABLE\ .*ADD\ COLUMN(?!.*\bDEFAULT\b).*NOT\ NULL
    | ^CREATE\ UNIQUE\ INDEX
    | ^UPDATE\ (?!alembic_version)
    """
)
"""What a service of the version before may stumble over: what it uses is gone, or what it writes is refused."""

EXCEPTIONS: Mapping[str, str] = {
    "DROP INDEX CONCURRENTLY IF EXISTS ix_statement_embedding": "the one beside it, which takes its name, answers",
    "ALTER TABLE claim ADD CONSTRAINT ck_claim_arrival": "of a column that the version before does not write",
    "DROP INDEX ix_claim_speaker": "another index answers; the version before is slower and not wrong",
    "ALTER TABLE change DROP CONSTRAINT ck_change_kind": "the next one allows more",
    "ALTER TABLE change ADD CONSTRAINT ck_change_kind": "allows more than before",
    "CREATE UNIQUE INDEX uq_thread_claim_claim_id": "of a new table",
    "CREATE UNIQUE INDEX uq_entity_merge_now": "of a new table",
    "ALTER TABLE entity ADD CONSTRAINT fk_entity_merged_into": "of a column that the version before does not write",
    "ALTER TABLE feed ADD CONSTRAINT fk_feed_found_in_feed": "of a column that the version before does not write",
    "ALTER TABLE entity ADD CONSTRAINT ck_entity_name": "of rows that are live, which the version before makes none of",
}
"""Statements that look like narrowing, by their beginning, and why the version before does not mind."""


def list_steps() -> list[list[str]]:
    """The statements of each step but the first, which has no version before it."""
    steps = re.split(r"^-- Running upgrade .*$", schema_sql(), flags=re.MULTILINE)[2:]
    found = [[re.sub(r"\s+", " ", each).strip() for each in step.split(";\n")] for step in steps]
    return [[each for each in step if each] for step in found]


def statements() -> list[str]:
    return [each for step in list_steps() for each in step]


def is_narrowing(statement: str) -> bool:
    return NARROWING.search(statement) is not None


def test_steps_only_add() -> None:
    narrowing = [each for each in statements() if is_narrowing(each)]
    unexplained = [each for each in narrowing if not each.startswith(tuple(EXCEPTIONS))]
    assert unexplained == []
    assert [each for each in EXCEPTIONS if not any(one.startswith(each) for one in narrowing)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE claim",
        "ALTER TABLE claim DROP COLUMN cue",
        "ALTER TABLE claim RENAME COLUMN cue TO words",
        "ALTER TABLE claim RENAME TO statement",
        "ALTER TABLE claim ALTER COLUMN cue SET NOT NULL",
        "ALTER TABLE claim ALTER COLUMN cue TYPE INTEGER",
        "ALTER TABLE claim ADD COLUMN mood TEXT NOT NULL",
        "ALTER TABLE claim ADD CONSTRAINT ck_claim_cue CHECK (cue IS NOT NULL)",
        "CREATE UNIQUE INDEX uq_claim_cue ON claim (cue)",
        "DELETE FROM claim",
        "UPDATE claim SET cue = NULL",
    ],
)
def test_narrowing_is_noticed(statement: str) -> None:
    assert is_narrowing(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE claim ADD COLUMN mood TEXT",
        "ALTER TABLE claim ADD COLUMN mood TEXT DEFAULT 'calm' NOT NULL",
        "ALTER TABLE claim ALTER COLUMN cue DROP NOT NULL",
        "CREATE INDEX ix_claim_cue ON claim (cue)",
        "UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001'",
    ],
)
def test_adding_is_let_through(statement: str) -> None:
    assert not is_narrowing(statement)


SMALL = frozenset({"feed", "host", "dead_letter", "api_key"})
"""Tables that do not grow with articles: what reads them whole is done at once."""


def locking(steps: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the statements that read a whole table of an earlier step while nobody may write it."""
    known = set(SMALL)
    for step in steps:
        known |= {found[1] for each in step if (found := re.match(r"CREATE TABLE (\w+)", each))}
        for each in step:
            index = re.match(r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON (\w+)", each)
            constraint = re.match(r"ALTER TABLE (\w+) ADD CONSTRAINT (?!.*NOT VALID)", each)
            found = index or constraint
            if found and found[1] not in known:
                yield each
        known = set(SMALL)


def test_steps_build_on_big_tables_while_others_write() -> None:
    assert list(locking(list_steps())) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX ix_claim_cue ON claim (cue)",
        "CREATE INDEX ix_claim_cue ON claim USING gin (cue)",
        "ALTER TABLE claim ADD CONSTRAINT ck_claim_cue CHECK (cue IS NOT NULL)",
        "ALTER TABLE claim ADD CONSTRAINT fk_claim_cue FOREIGN KEY(cue) REFERENCES cue (cue)",
    ],
)
def test_building_that_locks_is_noticed(statement: str) -> None:
    assert list(locking([["CREATE TABLE claim (cue TEXT)", statement], [statement]])) == [statement]
    kept = statement.replace("INDEX", "INDEX CONCURRENTLY IF NOT EXISTS") + " NOT VALID"
    assert list(locking([["CREATE TABLE claim (cue TEXT)"], [kept]])) == []
