"""The gateway as a process, with one more route: the same list of claims in FastAPI's plain way.

``/v1/plain/claims`` runs the same statement and shows the same members, but returns them as dictionaries for a
``response_model`` to check and write, which is what one writes without thinking of cost. ``python -m bench.served``
reads the settings of the api from the environment, as the service does.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.api.app import create_app
from services.api.http.pagination import open_page
from services.api.http.transactions import reading
from services.api.queries import claims as queries
from services.api.resources.claims import ClaimListing, ClaimPage, show_claim
from services.api.server import _listen as listen
from services.api.server import _serve as serve
from services.database import open_database
from services.lifecycle import Readiness, stop_on_signal
from services.logs import set_up_logs
from services.migrations import check_schema
from services.settings import ApiSettings, load

router = APIRouter(prefix="/v1/plain")


@router.get("/claims", response_model=ClaimPage)
async def list_claims(request: Request, listing: Annotated[ClaimListing, Query()]) -> Any:
    """List claims as FastAPI's tutorial would."""
    page = open_page(request, listing)
    async with reading(request) as connection:
        rows = await queries.list_claims(connection, page, listing.wanted(listing.q))
    shown = rows[: page.limit]
    last = (shown[-1].fetched_at, shown[-1].claim_id) if len(rows) > page.limit else None
    cursor = None if last is None else page.cursors.write(page.query, last)
    return {"items": [show_claim(row) for row in shown], "next_cursor": cursor}


async def main() -> None:
    """Serve until SIGTERM, as the service does."""
    settings = load(ApiSettings)
    set_up_logs(settings.log_level, settings.log_format)
    async with (
        stop_on_signal(deadline_seconds=settings.stop_seconds) as stop,
        open_database(
            settings.database_url, application_name="bench-api", pool_size=settings.database_pool
        ) as database,
    ):
        readiness = Readiness(database=lambda: check_schema(database))
        app = create_app(settings, database, readiness)
        app.include_router(router)
        with listen(settings.api_host, settings.api_port) as listener:
            await serve(app, listener, stop, readiness, settings)


if __name__ == "__main__":
    asyncio.run(main())
