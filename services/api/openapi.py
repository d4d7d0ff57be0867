"""The API's description: ``python -m services.api.openapi > schemas/openapi.json``."""

import json
import sys

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from services.api.app import create_app
from services.lifecycle import Readiness
from services.settings import ApiSettings


def describe() -> str:
    """Return the OpenAPI description as it is kept in the repository."""
    settings = ApiSettings(database_url=SecretStr("postgresql://"), kafka_servers="")
    app = create_app(settings, create_async_engine("postgresql+asyncpg://"), Readiness())
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(describe())
