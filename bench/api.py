"""What the gateway costs: its CPU a page and a request, and PostgreSQL's time for what it sends, on a full library.

**CPU**: the gateway runs as a process with its default settings, logs included, and is asked over kept connections;
counted is all CPU time, user and system, of that process. Its list of claims is compared with the same statement
answered in FastAPI's plain way (``bench/served.py``), in turn, medians shown.

**Time in PostgreSQL**: the statements that the gateway sends for the first page of a list and for the page a thousand
pages on, as PostgreSQL itself times them, in turn, medians shown. Words are asked for that stand in a half, in a sixth
and in a twentieth of all claims; of the rarer ones a page is so small that there are a thousand.

**Streams**: see ``bench/api_stream.py``.

The library is made anew each time (``bench/library.py``). Linux only.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import aiohttp
import asyncpg
import orjson
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import api_stream, cpu, library
from bench.pages import ROOT
from bench.plans import Gateway, Prepared, Sent, open_gateway
from bench.table import Row, show
from bench.world import GRACE_SECONDS, Unsettled, open_folder, until_ready
from services.api.http.pagination import Cursors
from services.api.resources.claims import ClaimListing
from services.api.resources.terms import read_terms
from services.database import open_database
from services.engines.child import Child, Command
from services.engines.failure import EngineFailed
from services.engines.ports import LOOPBACK, find_free_port
from services.engines.postgres import Postgres, PostgresSettings, open_postgres
from services.migrations import migrate

CLAIMS = 200_000
"""Claims of a small newsroom's year."""

PAGE = 50
DEPTH = 1_000

ROUNDS = 7
"""Of each kind, in turn, so that what else the machine does falls on both."""

REQUESTS = 200
"""Of one round: about a CPU second of pages, a hundred times the kernel's tick."""

CONNECTIONS = 4

AT_ONCE = 20_000
"""Claims made by one statement, so that progress can be told."""

HASTY = {"fsync": "off", "max_wal_size": "2GB"}
"""The library is thrown away; neither setting touches reading."""

WORDS = ("the", "not", "offer")
"""In a half, a sixth and a twentieth of the originals' claims."""

FILTER = {"polarity": "affirmed"}


@dataclass(frozen=True)
class Kind:
    """A request that is repeated."""

    path: str
    headers: Mapping[str, str]
    status: int = 200


async def measure(say: Console, claims: int, *, stream: bool) -> list[Row]:
    """Make the library and measure all."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(open_folder())
        postgres = await stack.enter_async_context(
            open_postgres(folder / "postgres", PostgresSettings(extra_settings=HASTY))
        )
        url = postgres.url()
        engine = await stack.enter_async_context(open_database(SecretStr(url), application_name="bench"))
        made = await _fill(engine, claims)
        say.print(f"{made:,} claims, {os.cpu_count()} cores", highlight=False)
        rows = [*await _measure_depth(url, say), *await _measure_cpu(folder, url, say)]
        return [*rows, *await _measure_stream(folder, postgres, say)] if stream else rows


async def _measure_stream(folder: Path, postgres: Postgres, say: Console) -> list[Row]:
    """Measure streams on a database of their own, whose log holds nothing yet."""
    connection = await asyncpg.connect(postgres.url())
    await connection.execute("CREATE DATABASE stream")
    await connection.close()
    url = postgres.url("stream")
    async with open_database(SecretStr(url), application_name="bench") as engine:
        await migrate(engine)
    return await api_stream.measure(folder, url, say)


async def _fill(engine: AsyncEngine, claims: int) -> int:
    await migrate(engine)
    first = await library.add_originals(engine)
    step = max(1, AT_ONCE // first)
    made = first
    with Progress(transient=True) as progress:
        filling = progress.add_task("making claims", total=claims)
        for edition in range(1, claims // first, step):
            made += await library.add_editions(engine, edition, min(edition + step, claims // first) - 1)
            progress.update(filling, completed=made)
    await library.settle(engine)
    return made


async def _measure_depth(url: str, say: Console) -> list[Row]:
    """Compare the first page of filtered searches with the page a thousand pages on."""
    connection = await asyncpg.connect(url)
    try:
        async with open_gateway(url) as gateway:
            depth = Depth(gateway, connection, Prepared(connection), say)
            return [await depth.measure(word) for word in (None, *WORDS)]
    finally:
        await connection.close()


@dataclass(frozen=True)
class Depth:
    """What the depth of a list costs PostgreSQL."""

    gateway: Gateway
    connection: asyncpg.Connection
    prepared: Prepared
    say: Console

    async def measure(self, word: str | None) -> Row:
        """Compare the first page of a filter, and of a word with it, with the page a thousand pages on."""
        asked = FILTER if word is None else {**FILTER, "q": word}
        limit, last, after = await self._find_place(word)
        cursor = _write_cursor(asked, last)
        _, first = await self.gateway.ask("/v1/claims", limit=limit, **asked)
        answer, deep = await self.gateway.ask("/v1/claims", limit=limit, cursor=cursor, **asked)
        if answer["items"][0]["claim_id"] != str(after["claim_id"]):
            raise Unsettled(f"{asked}: page {DEPTH} does not begin where the page before it ends")
        near, far = await self._time(first, deep)
        words = "filter" if word is None else f"filter + “{word}”"
        self.say.print(
            f"{words}: pages of {limit}, {near:.2f} ms the first, {far:.2f} ms at {DEPTH:,}", highlight=False
        )
        name = f"{words} + cursor at {DEPTH:,} pages against the first, time in PostgreSQL (ratio)"
        return Row(name, far / near, 2.0, 1.2, lower_is_better=True)

    async def _find_place(self, word: str | None) -> tuple[int, asyncpg.Record, asyncpg.Record]:
        """Return the size of a page, the last row of the thousandth page and the first of the next."""
        found = "" if word is None else "AND search @@ $1::tsquery"
        live = f"FROM claim WHERE retracted_at IS NULL AND served AND polarity = 'affirmed' {found}"
        values = [] if word is None else [read_terms(word).tsquery()]
        limit = min(PAGE, (await self.connection.fetchval(f"SELECT count(*) {live}", *values) - 1) // DEPTH)
        if limit < 1:
            raise Unsettled(f"there are no {DEPTH} pages of {word}: make more claims")
        query = f"SELECT fetched_at, claim_id {live} ORDER BY 1 DESC, 2 DESC OFFSET {limit * DEPTH - 1} LIMIT 2"
        last, after = await self.connection.fetch(query, *values)
        return limit, last, after

    async def _time(self, first: Sequence[Sent], deep: Sequence[Sent]) -> tuple[float, float]:
        await self.prepared.settle(first)
        await self.prepared.settle(deep)
        rounds = [[await self.prepared.run(each) for each in (first, deep)] for _ in range(3 * ROUNDS)]
        near, far = (median(each) for each in zip(*rounds, strict=True))
        return near, far


def _write_cursor(asked: Mapping[str, str], last: asyncpg.Record) -> str:
    query = orjson.dumps(["/v1/claims", ClaimListing.model_validate(asked).filters()], option=orjson.OPT_SORT_KEYS)
    return Cursors().write(query, (last["fetched_at"], last["claim_id"]))


async def _measure_cpu(folder: Path, url: str, say: Console) -> list[Row]:
    """Compare a page of claims with the plain way's, and tell how many requests a CPU second serves."""
    async with _open_server(folder, url) as (base, pid), aiohttp.ClientSession(base) as http:
        kinds = await _find_kinds(http)
        for kind in kinds.values():
            await _load(http, kind, REQUESTS)
        rounds = [{name: await _count(http, pid, kind) for name, kind in kinds.items()} for _ in range(ROUNDS)]
    seconds = {name: median(each[name] for each in rounds) for name in kinds}
    for name, each in seconds.items():
        say.print(f"{name}: {1_000 * each:.2f} CPU ms", highlight=False)
    ratio = median(each["page of 50"] / each["page of 50, plain"] for each in rounds)
    shown = [Row(f"{name} (requests a CPU second)", 1 / each) for name, each in seconds.items()]
    return [
        Row("page of 50, CPU of the api against response_model (ratio)", ratio, 0.7, 0.5, lower_is_better=True),
        *shown,
    ]


async def _find_kinds(http: aiohttp.ClientSession) -> dict[str, Kind]:
    identity = {"Accept-Encoding": "identity"}
    page = Kind(f"/v1/claims?limit={PAGE}", identity)
    async with http.get(page.path, headers=identity) as answer:
        tag = answer.headers["ETag"]
        items = (await answer.json())["items"]
    return {
        "page of 50": page,
        "page of 50, plain": replace(page, path=f"/v1/plain/claims?limit={PAGE}"),
        "page of 50, br": replace(page, headers={"Accept-Encoding": "br"}),
        "one claim": Kind(items[0]["links"]["self"], identity),
        "304": Kind(page.path, {**identity, "If-None-Match": tag}, 304),
    }


async def _count(http: aiohttp.ClientSession, pid: int, kind: Kind) -> float:
    """Return the CPU seconds that the gateway takes for one request."""
    before = cpu.read(pid)
    await _load(http, kind, REQUESTS)
    return cpu.read(pid).since(before).whole / REQUESTS


async def _load(http: aiohttp.ClientSession, kind: Kind, requests: int) -> None:
    async def ask() -> None:
        for _ in range(requests // CONNECTIONS):
            async with http.get(kind.path, headers=kind.headers) as answer:
                await answer.read()
                if answer.status != kind.status:
                    raise Unsettled(f"{kind.path} answered {answer.status}")

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))


@asynccontextmanager
async def _open_server(folder: Path, url: str) -> AsyncIterator[tuple[str, int]]:
    port = find_free_port()
    environment = {**os.environ, "CLAIMWIRE_DATABASE_URL": url, "CLAIMWIRE_API_PORT": str(port)}
    arguments = (sys.executable, "-m", "bench.served")
    child = Child(Command(arguments, folder / "api.log", GRACE_SECONDS, environment=environment, folder=ROOT))
    await child.start()
    try:
        await until_ready(port, child.command)
        yield f"http://{LOOPBACK}:{port}", child.pid
    finally:
        await child.stop()


def main() -> int:
    """Measure, show, write, and tell whether every floor is met."""
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--claims", type=int, default=CLAIMS, help="how many claims the library holds")
    parser.add_argument("--skip-stream", action="store_true", help="leave out the streams, which take two minutes")
    given = parser.parse_args()
    say = Console()
    try:
        rows: list[Row] = asyncio.run(measure(say, given.claims, stream=not given.skip_stream))
    except (EngineFailed, Unsettled) as error:
        sys.exit(f"bench: {error}")
    show("api", rows, say)
    missed = [row.measure for row in rows if row.missed]
    if missed:
        say.print(f"below the floor: {'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
