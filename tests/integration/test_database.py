import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import tables
from services.database import is_passing, is_permanent, open_database, sqlstate
from services.extract import store
from services.migrations import SchemaNotReady, check_schema, migrate
from tests.builders import TEXT, article, claim, reading


async def test_migrated_database_is_what_the_tables_say(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_run_down_and_up_on_a_filled_database(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await store.save(connection, [reading(article(), claim(TEXT, "slow"))])
        await connection.execute(
            insert(tables.feed).values(feed_id=uuid4(), url="https://a.example", publisher_domain="a")
        )
    await migrate(engine, revision="base")
    async with engine.connect() as connection:
        left = await connection.execute(
            text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        )
        assert left.scalar_one() == 1  # alembic's own
    with pytest.raises(SchemaNotReady, match=r"no schema, \d{4} is needed"):
        await check_schema(engine)
    await migrate(engine)
    await check_schema(engine)


async def test_migrating_twice_changes_nothing(engine: AsyncEngine) -> None:
    await migrate(engine)
    await check_schema(engine)


async def test_schema_of_a_later_version_is_good_enough(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await check_schema(engine)
    assert await migrate(engine) is False
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


async def test_empty_database_is_not_ready(database_url: str) -> None:
    async with open_database(SecretStr(database_url), application_name="tests") as engine:
        with pytest.raises(SchemaNotReady):
            await check_schema(engine)


@pytest.mark.parametrize(
    ("statement", "parameters", "state"),
    [
        ("SELECT CAST(:value AS integer)", {"value": 2**40}, "22000"),
        ("SELECT CAST(:value AS text)", {"value": "nul \x00"}, "22021"),
        ("SELECT CAST(:value AS text)", {"value": "\ud800"}, "22000"),
        ("SELECT 1/0", {}, "22012"),
        ("INSERT INTO task (name) VALUES (NULL)", {}, "23502"),
    ],
)
async def test_data_that_postgres_refuses_is_a_permanent_failure(
    engine: AsyncEngine, statement: str, parameters: dict[str, object], state: str | None
) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with engine.begin() as connection:
            await connection.execute(text(statement), parameters)
    assert (is_permanent(caught.value), is_passing(caught.value), sqlstate(caught.value)) == (True, False, state)


async def test_connection_ended_by_an_operator_passes(engine: AsyncEngine) -> None:
    async def be_ended() -> None:
        async with engine.connect() as one, engine.begin() as other:
            victim = (await one.execute(select(func.pg_backend_pid()))).scalar_one()
            await other.execute(select(func.pg_terminate_backend(victim)))
            await one.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(DBAPIError) as caught:
        await be_ended()
    assert (is_permanent(caught.value), is_passing(caught.value)) == (False, True)


async def test_database_that_is_away_passes() -> None:
    url = SecretStr("postgresql://nobody:secret@127.0.0.1:9/none")
    async with open_database(url, application_name="tests") as engine:
        with pytest.raises(ConnectionRefusedError) as caught:
            await check_schema(engine)
    assert is_passing(caught.value)


async def test_wrong_password_is_told_and_passes(postgres_url_without_password: str) -> None:
    async with open_database(SecretStr(postgres_url_without_password), application_name="tests") as engine:
        with pytest.raises((DBAPIError, asyncpg.PostgresError), match="password"):
            await check_schema(engine)


@pytest.fixture
def postgres_url_without_password(database_url: str) -> str:
    scheme, _, rest = database_url.partition("://")
    user, _, host = rest.partition("@")
    return f"{scheme}://{user.partition(':')[0]}:wrong@{host}"


async def test_unprepared_statements_work(migrated_url: str) -> None:
    async with open_database(SecretStr(migrated_url), application_name="tests", prepare=False) as engine:
        for _ in range(3):
            async with engine.begin() as connection:
                assert (await connection.execute(select(func.count()).select_from(tables.claim))).scalar_one() == 0


async def test_url_with_sqlalchemys_driver_name_is_understood(migrated_url: str) -> None:
    url = migrated_url.replace("postgresql://", "postgresql+asyncpg://")
    async with open_database(SecretStr(url), application_name="tests") as engine:
        await check_schema(engine)


@pytest_asyncio.fixture
async def empty(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(SecretStr(database_url), application_name="tests") as engine:
        yield engine


async def test_index_whose_building_was_cut_off_is_built_anew(empty: AsyncEngine) -> None:
    """PostgreSQL leaves one that answers nothing; a step that failed is run again."""
    await migrate(empty, revision="0005")
    async with empty.begin() as connection:
        await connection.execute(text("CREATE INDEX ix_article_kept ON article (title)"))
        cut_off = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_article_kept'::regclass"
        await connection.execute(text(cut_off))
    await migrate(empty)
    async with empty.connect() as connection:
        found = await connection.scalar(text("SELECT pg_get_indexdef('ix_article_kept'::regclass)"))
    assert found is not None
    assert "(fetched_at) WHERE (erased_at IS NULL)" in found


async def test_step_that_waits_for_a_lock_gives_up_and_those_before_it_stay(empty: AsyncEngine) -> None:
    await migrate(empty, revision="0004a")
    async with empty.connect() as reader, reader.begin():
        await reader.execute(text("SELECT count(*) FROM submission"))
        with pytest.raises(DBAPIError) as caught:
            await migrate(empty)
    assert sqlstate(caught.value) == "55P03"
    async with empty.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "0004a"
    await migrate(empty)
    await check_schema(empty)


async def test_two_processes_that_migrate_at_once_do_it_one_after_the_other(
    empty: AsyncEngine, database_url: str
) -> None:
    async with open_database(SecretStr(database_url), application_name="tests") as other:
        assert tuple(await asyncio.gather(migrate(empty), migrate(other))) == (True, True)
    await check_schema(empty)
