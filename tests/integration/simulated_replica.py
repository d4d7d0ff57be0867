"""A replica of ingest as a process of its own, for which the names of the simulated web resolve to this machine."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

from pydantic import SecretStr

from services.database import open_database
from services.ingest.crew import Crew
from services.ingest.fetching.fetcher import open_fetcher
from services.ingest.fetching.guard import Guard
from services.ingest.fetching.robots import Robots
from services.ingest.fetching.rulebooks import Rulebooks
from services.ingest.intake import FeedIntake, PageIntake
from services.ingest.pipeline import Pipeline
from services.ingest.polling.poller import Poller
from services.ingest.queues.hosts import Hosts
from services.kafka import open_producer
from services.lifecycle import Progress
from services.logs import set_up_logs
from services.settings import IngestSettings
from services.workers import open_workers
from tests.integration.simulated_web import Names

INTERVAL_SECONDS = 1.0
FETCH_SECONDS = 5.0
POLL_SECONDS = 2.0
PAGES_MOST, FEEDS_MOST = 24, 24


async def run(database_url: str, kafka_servers: str, port: str, agent: str) -> None:
    """Ingest what is due until told to stop."""
    settings = IngestSettings(database_url=SecretStr(database_url), kafka_servers=kafka_servers)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_database(settings.database_url, application_name=agent))
        workers = await stack.enter_async_context(
            open_workers(
                1,
                modules=("services.ingest.articles", "services.ingest.polling.poller"),
                cpu_seconds=10.0,
                memory_bytes=1_000_000_000,
                wall_seconds=60.0,
            )
        )
        fetcher = await stack.enter_async_context(
            open_fetcher(
                user_agent=f"Claimwire/0.1 (+https://claimwire.example/crawler; {agent})",
                guard=Guard([f"127.0.0.1:{port}"]),
                total_timeout_seconds=FETCH_SECONDS,
                resolver=Names(),
            )
        )
        producer = await stack.enter_async_context(open_producer(settings, agent))
        hosts = Hosts(engine, Robots(fetcher, "Claimwire", Rulebooks(engine)), INTERVAL_SECONDS)
        pipeline = Pipeline(engine=engine, fetcher=fetcher, workers=workers, producer=producer, folders=())
        poller = Poller(engine=engine, fetcher=fetcher, workers=workers, interval_seconds=POLL_SECONDS)
        pages = PageIntake(engine=engine, hosts=hosts, pipeline=pipeline, folders=())
        feeds = FeedIntake(engine=engine, hosts=hosts, poller=poller)

        async def no_problems() -> None: ...

        def crew(intake: PageIntake | FeedIntake, most: int) -> Crew:
            name, progress = type(intake).__name__, Progress()
            return Crew(name, engine=engine, take=intake.take, find_problems=no_problems, progress=progress, most=most)

        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        async with asyncio.TaskGroup() as crews:
            crews.create_task(crew(pages, PAGES_MOST).run(stop, drain_seconds=1.0))
            crews.create_task(crew(feeds, FEEDS_MOST).run(stop, drain_seconds=1.0))


if __name__ == "__main__":
    set_up_logs("INFO", "text")
    asyncio.run(run(*sys.argv[1:]))
