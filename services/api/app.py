"""The application: its routes, what they hold, and what stands around them."""

import asyncio
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.tables import Scope
from services.api.docs import add_docs
from services.api.gate import GUARDED, Gate, Needs, are_keys_on, open_keyring
from services.api.http.access import Access, expect
from services.api.http.handlers import install
from services.api.http.leaving import Leaving
from services.api.http.limits import Limits, Room, Turns
from services.api.http.origins import allow_origins
from services.api.http.pagination import Cursors
from services.api.http.representations import Representations
from services.api.http.transactions import Transactions
from services.api.http.writers import is_loopback
from services.api.resources import (
    articles,
    cards,
    changes,
    claims,
    comparison,
    entities,
    feeds,
    health,
    pages,
    pins,
    relations,
    revisions,
    search,
    stances,
    statistics,
    stream,
    submissions,
    threads,
)
from services.api.resources.tail import Tail
from services.lifecycle import Readiness
from services.settings import ApiSettings

STREAM = "/v1/stream"
"""What lasts as long as its client likes, and so has no span."""

DESCRIPTION = """Who said what, when, in which article, in whose words.

Texts are data from pages and from submitters: whoever shows them must escape them. Spans are `[start, end)` in Unicode
code points. Times are UTC. Lists go on with `cursor`, taken from `next_cursor` of the answer before. Every error is a
problem (RFC 9457). In a JSON object that names a field twice the last one counts.

Where the API asks for keys, send yours as `Authorization: Bearer <key>`; answers tell in `RateLimit` what is left of
the minute. A browser's `EventSource` sends no headers: read `/v1/stream` with `fetch` there.

`fields=` names the members wanted of each item, by commas; all others are left out. Every answer to a GET has an
`ETag`: send it back as `If-None-Match`, and what has not changed is a 304 without a body.

Below `/v1` things are only ever added: paths, parameters, members of answers, values of closed lists; take what you do
not know as such. What is to go says so in its answers for at least twelve months before, with the headers
`Deprecation` (RFC 9745) and `Sunset` (RFC 8594) and a `Link` to what takes its place.
"""


def create_app(
    settings: ApiSettings, database: AsyncEngine, readiness: Readiness, traces: Any | None = None
) -> FastAPI:
    """Build the application on what its caller opened; opens nothing itself. ``traces``: where spans of requests go."""
    app = FastAPI(
        title="Claimwire",
        version=version("claimwire"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        # The names of the routes, which are good names for the functions of a client.
        generate_unique_id_function=lambda route: route.name,
        # A redirect would repeat the Host header, which nobody vouches for.
        redirect_slashes=False,
        telemetry=_telemetry(traces),
    )
    app.state.transactions = Transactions(database, statement_seconds=settings.api_statement_seconds)
    app.state.tail = Tail(app.state.transactions, most_streams=settings.api_streams)
    app.state.pace = stream.Pace.of(settings)
    app.state.statistics = statistics.Kept()
    app.state.comparing = asyncio.Semaphore(revisions.COMPARED_AT_ONCE)
    app.state.readiness = readiness
    app.state.writable = is_loopback(settings.api_host)
    secret = settings.api_cursor_secret
    app.state.cursors = Cursors() if secret is None else Cursors(secret.get_secret_value().encode())
    read = (articles, revisions, claims, entities, search, changes, stream, feeds, pages, statistics)
    for resource in (*read, threads, relations, cards, stances, comparison):
        app.include_router(resource.router, dependencies=[Depends(Needs(Scope.READ))])
        expect(resource.router.routes)
    for resource in (submissions, pins, health):  # each of their routes says what it needs
        app.include_router(resource.router)
        expect(resource.router.routes)
    install(app)
    add_docs(app)
    _guard(app, settings)
    app.add_middleware(Limits, body_seconds=settings.api_body_seconds)
    app.add_middleware(Representations)
    allow_origins(app, settings.api_cors_origins)
    app.add_middleware(Access)
    app.add_middleware(Leaving, is_leaving=lambda: readiness.stopping)
    return app


def _telemetry(traces: Any | None) -> TelemetryConfig:
    """Have FastAPI make a span a request below /v1, and nothing else of what it could tell OpenTelemetry."""
    return {
        "tracer_provider": traces,
        "tracing": traces is not None,
        "operation_spans": False,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
        "exclude": lambda scope: not scope["path"].startswith(f"{GUARDED}/") or scope["path"] == STREAM,
    }


def _guard(app: FastAPI, settings: ApiSettings) -> None:
    """Let in whom the settings say, as often as they say, and so many at once."""
    keys_on = are_keys_on(settings)
    is_private = not keys_on and app.state.writable
    quota = 0 if is_private else settings.api_requests_per_minute
    keyring = open_keyring(app.state.transactions, seconds=settings.api_keys_seconds, requests_per_minute=quota)
    app.state.keyring = keyring if keys_on else None
    app.add_middleware(Turns)
    app.add_middleware(Gate, keyring=app.state.keyring, requests_per_minute=quota)
    app.add_middleware(Room, most=settings.api_concurrency)
