"""The ingest service as it is, but that the names of the simulated web resolve to this machine; run as a process."""

import asyncio

from services.ingest.service import run
from services.logs import set_up_logs
from services.settings import IngestSettings
from tests.integration.simulated_web import Names

FETCH_SECONDS = 5.0
"""The most that a fetch may take: what never answers is to end within the test."""

SETTINGS = {
    "CLAIMWIRE_FETCH_TIMEOUT_SECONDS": str(FETCH_SECONDS),
    "CLAIMWIRE_FETCH_CONCURRENCY": "64",
    "CLAIMWIRE_POLL_INTERVAL_SECONDS": "2",
    "CLAIMWIRE_INGEST_PROCESSES": "1",
    "CLAIMWIRE_STOP_SECONDS": "2",
}
"""Where the test is in more haste than a service; everything else is as the service has it by default."""

INTERVAL_SECONDS: float = IngestSettings.model_fields["host_interval_seconds"].default
"""The pause between two requests of a host: the service's own."""

if __name__ == "__main__":
    set_up_logs("INFO", "text")
    asyncio.run(run(IngestSettings(), resolver=Names()))
