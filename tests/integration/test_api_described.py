"""What the description says of the gateway is so: a generated client works, and schemathesis finds nothing."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text as sql

import schemas
from schemas.tables import Scope
from services.api.openapi import describe
from services.api.queries import keys
from services.database import open_database
from tests.integration.api_process import Server, open_server
from tests.integration.filled import fill, read

KEPT = Path(schemas.__file__).parent / "openapi.json"

SEED = 20_261_122
EXAMPLES = 20
"""Requests of each kind that schemathesis makes up for an operation: with all operations about a minute."""

LEFT_OUT = {
    "/v1/stream": "never ends, so there is no answer to check; test_api_stream.py asks it",
}
LEFT_OUT_PARAMETERS = {
    "fields": "what it leaves out is required by the schema of the whole; test_api_habits.py asks every operation",
}
CONFIG = """
# 400: a made-up cursor is a string, as its schema says, but none that an answer gave; test_api_requests.py has them.
# 410: the change log leads to an article that was erased; test_api_articles.py has that.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 410, 429, "5xx"]

# It comes without a key more often than an address may in a minute: 429 instead of 401; test_api_keys.py has the 401s.
[checks.missing_required_header]
enabled = false

[checks.ignored_auth]
enabled = false

# 422: words to look for must hold a word, which no pattern says in all dialects alike; test_api_search.py has them.
[[operations]]
include-name-regex = "^GET /v1/(articles|claims|entities|search/.*|threads|entities/.*/stances)$"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 410, 422, 429, "5xx"]

# An entity and itself are no two; test_api_entities.py has that.
[[operations]]
include-name-regex = "^POST /v1/entities/.*/pins$"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 422, 429, "5xx"]

# Which of url, html and text may stand together is said in words; test_api_submissions.py has every combination.
[[operations]]
include-name = "POST /v1/articles"
checks.positive_data_acceptance.enabled = false
"""


class Described:
    """The gateway as a process with keys on, on a database with a little of everything."""

    def __init__(self, server: Server, key: str, ids: dict[str, Any]) -> None:
        self.server = server
        self.key = key
        self.ids = ids


@pytest_asyncio.fixture
async def described(migrated_url: str) -> AsyncIterator[Described]:
    async with open_database(SecretStr(migrated_url), application_name="test") as database:
        await fill(database)
        articles = [str(read(number).event.article_id) for number in range(2)]
        ids: dict[str, Any] = {"article_id": articles[0], "revision": "2", "article": articles}
        async with database.begin() as connection:
            key = await keys.add(connection, name="schemathesis", scopes=tuple(Scope))
            for table in ("claim", "entity", "feed", "page", "submission", "thread"):
                where = "WHERE retracted_at IS NULL" if table == "claim" else ""
                found = await connection.execute(sql(f"SELECT {table}_id FROM {table} {where} LIMIT 1"))
                ids[f"{table}_id"] = str(found.scalar_one())
    async with open_server(migrated_url, API_KEYS="on", API_REQUESTS_PER_MINUTE="0") as server:
        yield Described(server, key, ids)


def description(ids: dict[str, Any]) -> dict[str, Any]:
    """The description without what is left out, and with ids that there are."""
    described: dict[str, Any] = json.loads(describe())
    for path in LEFT_OUT:
        del described["paths"][path]
    for operations in described["paths"].values():
        for operation in operations.values():
            taken = [one for one in operation.get("parameters", []) if one["name"] not in LEFT_OUT_PARAMETERS]
            for parameter in taken:
                if parameter["name"] in ids:
                    parameter["example"] = ids[parameter["name"]]
            operation["parameters"] = taken
    return described


async def test_schemathesis_finds_nothing(described: Described, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(description(described.ids)))
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(file), f"--url={described.server.url()}"),
        *(f"--seed={SEED}", f"--max-examples={EXAMPLES}", "--no-color", "--generation-database=none"),
        f"--header=Authorization: Bearer {described.key}",
    ]
    out = await run(*command, cwd=tmp_path)
    operations = sum(map(len, description({})["paths"].values()))
    assert re.search(rf"Tested: +{operations}\n", out), out


PROGRAM = """
import json
import sys

from claimwire_client import AuthenticatedClient
from claimwire_client.api.articles import get_article, get_difference
from claimwire_client.api.claims import get_claim, list_claims
from claimwire_client.api.statistics import get_statistics
from claimwire_client.models import ClaimPage, Polarity, ProblemAnswer, ShownArticle, ShownClaim

url, key, article_id = sys.argv[1:]
with AuthenticatedClient(base_url=url, token=key) as client:
    page = list_claims.sync(client=client, polarity=Polarity.DENIED, limit=1)
    assert isinstance(page, ClaimPage), page
    following = list_claims.sync(client=client, polarity=Polarity.DENIED, limit=1, cursor=page.next_cursor)
    assert isinstance(following, ClaimPage), following
    one = get_claim.sync(page.items[0].claim_id, client=client)
    assert isinstance(one, ShownClaim), one
    article = get_article.sync(one.article_id, client=client)
    assert isinstance(article, ShownArticle), article
    difference = get_difference.sync(article_id, 2, client=client)
    missing = get_claim.sync(one.article_id, client=client)
    assert isinstance(missing, ProblemAnswer), missing
    told = {
        "claims": [page.items[0].content.text, following.items[0].content.text],
        "title": article.title,
        "year": article.fetched_at.year,
        "parts": [part.kind for part in difference.parts],
        "code": missing.code,
        "number": get_statistics.sync(client=client).articles.number,
    }
print(json.dumps(told))
"""


async def test_generated_client_reads_what_the_gateway_answers(described: Described, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("post_hooks: []\n")
    out = await run(
        *(sys.executable, "-m", "openapi_python_client", "generate", f"--path={KEPT}", "--meta=none"),
        *("--output-path=claimwire_client", "--config=config.yaml", "--fail-on-warning"),
        cwd=tmp_path,
    )
    assert "Warning" not in out
    (tmp_path / "program.py").write_text(PROGRAM)
    arguments = described.server.url(), described.key, described.ids["article_id"]
    told = json.loads(await run(sys.executable, "program.py", *arguments, cwd=tmp_path))
    assert told["claims"] == ["Nobody was hurt."] * 2
    assert (told["title"], told["year"], told["code"], told["number"]) == ("Bridge closed", 2026, "not_found", 3)
    assert told["parts"] == ["kept", "deleted"]


async def run(*command: str, cwd: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=cwd
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()
