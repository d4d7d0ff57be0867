"""Behind PgBouncer in transaction mode, where every transaction may run on another connection."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas import tables
from services import changes, offsets
from services.database import open_database
from services.engines.ports import find_free_port
from services.engines.postgres import Postgres
from services.extract import store
from services.kafka import Partition
from services.migrations import check_schema, migrate
from tests.builders import TEXT, article, claim, reading

pytestmark = pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="Debian's package pgbouncer is not installed")

CONFIG = """
[databases]
{name} = host=127.0.0.1 port={port} dbname={name} user=claimwire password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
logfile = {folder}/log
ignore_startup_parameters = extra_float_digits
"""


@pytest.fixture
async def pooled_url(postgres: Postgres, database_url: str, open_folder: Path) -> AsyncIterator[str]:
    name = database_url.rpartition("/")[2]
    listen = find_free_port()
    config = open_folder / "pgbouncer.ini"
    config.write_text(
        CONFIG.format(name=name, port=postgres.port, password=postgres.password, listen=listen, folder=open_folder)
    )
    open_folder.chmod(0o777)
    as_nobody = ["-u", "nobody"] if os.getuid() == 0 else []
    bouncer = await asyncio.create_subprocess_exec("pgbouncer", "-q", *as_nobody, str(config))
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", listen)
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        writer.close()
        yield database_url.replace(f":{postgres.port}/", f":{listen}/")
    finally:
        bouncer.terminate()
        await bouncer.wait()


async def test_everything_that_writes_works_unprepared(pooled_url: str) -> None:
    async with open_database(SecretStr(pooled_url), application_name="tests", prepare=False) as engine:
        await migrate(engine)
        await check_schema(engine)

        async def save(number: int) -> None:
            event = article(url=f"https://news.example/{number}")
            partition = Partition("topic", number)
            async with engine.begin() as connection:
                place = await offsets.find_place(connection, "cluster", partition, earliest=0)
            async with engine.begin() as connection:
                after = place.after([False], version="1", next_offset=1)
                await offsets.move(connection, "cluster", partition, expected=0, to=after)
                await store.save(connection, [reading(event, claim(TEXT, "slow"))])

        await asyncio.gather(*(save(number) for number in range(20)))
        assert await changes.number(engine) == 20
        token = await changes.take_lease(engine, 30)
        assert token is not None
        assert len(await changes.list_unpublished(engine)) == 20
        async with engine.connect() as connection:
            assert len((await connection.execute(tables.claim.select())).all()) == 20
