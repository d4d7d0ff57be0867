from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from services.engines.kafka import Kafka, open_kafka
from tests.conftest import JARS
from tests.integration.conftest import engine, migrated_url, template

__all__ = ["engine", "migrated_url", "template"]


@pytest_asyncio.fixture
async def own_kafka(open_folder: Path) -> AsyncIterator[Kafka]:
    """A broker of the test's own: its topics begin with what the test sends."""
    async with open_kafka(open_folder / "kafka", jars=JARS) as broker:
        yield broker
