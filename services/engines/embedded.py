"""Both embedded engines at once, in one state folder."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.engines.account import open_folder
from services.engines.failure import EngineFailed, failing_as
from services.engines.kafka import Kafka, KafkaSettings, open_kafka
from services.engines.locks import hold_state
from services.engines.postgres import Postgres, PostgresSettings, open_postgres
from services.engines.progress import Report, report_nothing

NEEDED_BYTES = 500_000_000
"""What the first start writes (jars 45 MB, an empty database 60 MB, perhaps a copy of the binaries, 40 MB), and
room for PostgreSQL's log (256 MB) and the first articles."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The running engines."""

    postgres: Postgres
    kafka: Kafka

    @property
    def database_url(self) -> str:
        """The libpq URI of the database `claimwire`, password included."""
        return self.postgres.url()

    @property
    def kafka_servers(self) -> str:
        """Kafka's bootstrap servers, `host:port`."""
        return self.kafka.servers


@asynccontextmanager
async def open_engines(
    state: Path,
    *,
    jars: Path | None = None,
    postgres: PostgresSettings | None = None,
    kafka: KafkaSettings | None = None,
    report: Report = report_nothing,
) -> AsyncIterator[Engines]:
    """PostgreSQL and Kafka, started in parallel in `state`, which this process holds; stopped on leaving.

    Kafka's jars are kept in `jars`, by default the state folder's own.

    Raises:
        EngineFailed: the folder is held by another command, the disk is too full, or an engine failed, in one line.
    """
    async with AsyncExitStack() as stack:
        with failing_as(f"{state} cannot be used"):
            state = _open_state(state)
            stack.enter_context(hold_state(state))
        opening = (
            stack.enter_async_context(open_postgres(state / "postgres", postgres, report=report)),
            stack.enter_async_context(open_kafka(state / "kafka", kafka, jars=jars or state / "jars", report=report)),
        )
        # Both are waited for, also where one fails, so that the other is known to the stack.
        opened_postgres, opened_kafka = await asyncio.gather(*opening, return_exceptions=True)
        if isinstance(opened_postgres, BaseException):
            raise opened_postgres
        if isinstance(opened_kafka, BaseException):
            raise opened_kafka
        yield Engines(opened_postgres, opened_kafka)


def _open_state(state: Path) -> Path:
    open_folder(state)
    check_space(state)
    return state.resolve()


def check_space(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Refuses a disk with too little left.

    Raises:
        EngineFailed: fewer than `needed` bytes are free, with both figures.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EngineFailed(f"the disk of {folder} has {free // 10**6} MB left; the engines need {needed // 10**6} MB")
