"""The application: its routes, what they hold, and what stands around them."""

from importlib.metadata import version

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.api import articles, claims, feeds, health, pages, submissions
from services.api.access import Access
from services.api.docs import add_docs
from services.api.limits import Limits
from services.api.pagination import Cursors
from services.api.problems import install
from services.api.transactions import Transactions
from services.api.writers import is_loopback
from services.lifecycle import Readiness
from services.settings import ApiSettings

DESCRIPTION = """Who said what, when, in which article, in whose words.

Texts are data from pages and from submitters: whoever shows them must escape them. Spans are `[start, end)` in Unicode
code points. Times are UTC. Lists go on with `cursor`, taken from `next_cursor` of the answer before. Every error is a
problem (RFC 9457). In a JSON object that names a field twice the last one counts.
"""


def create_app(settings: ApiSettings, database: AsyncEngine, readiness: Readiness) -> FastAPI:
    """Build the application on what its caller opened; opens nothing itself."""
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
    )
    app.state.transactions = Transactions(database, statement_seconds=settings.api_statement_seconds)
    app.state.readiness = readiness
    app.state.writable = is_loopback(settings.api_host)
    secret = settings.api_cursor_secret
    app.state.cursors = Cursors() if secret is None else Cursors(secret.get_secret_value().encode())
    for resource in (articles, claims, submissions, feeds, pages, health):
        app.include_router(resource.router)
    install(app)
    add_docs(app)
    app.add_middleware(Limits, body_seconds=settings.api_body_seconds)
    app.add_middleware(Access)
    return app
