"""Hosts: politeness across replicas; each host is asked by one of them at a time, with a pause between two requests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Table, bindparam, func, not_, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.tables import host
from services.ingest.fetching.fetcher import FetchFailed, utc_now
from services.ingest.fetching.redirects import Interrupted
from services.ingest.fetching.robots import Robots
from services.ingest.queues.gathering import Gathering
from services.ingest.queues.leases import LEASE_SECONDS, free, from_now
from services.ingest.queues.schedule import host_pause
from services.ingest.urls import BadUrl, host_key

WAIT_SECONDS = 10.0
"""The longest a redirect may wait inside a piece of work: longer, it would keep a place from other hosts' pages."""

LOOK_SECONDS = 0.5
"""How often a host that is being asked is looked at again: most answer sooner."""

LOOK_AHEAD = 16
"""So many times the work asked for is looked at, to find work of so many hosts among it."""

_LEAVE = text("""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:names AS text[]), CAST(:tokens AS uuid[]), CAST(:pauses AS float8[]))
            AS given (name, token, pause)),
    held AS MATERIALIZED (
        SELECT host.host FROM given JOIN host ON host.host = given.name AND host.lease_token = given.token
         ORDER BY host.host FOR UPDATE OF host)
    UPDATE host SET leased_until = NULL, lease_token = NULL, free_at = now() + given.pause * interval '1 second'
      FROM given JOIN held ON held.host = given.name
     WHERE host.host = given.name AND host.lease_token = given.token
""")


class HostBusy(Interrupted):
    """The host of the next request is not free in time; the work goes on from there later, at nobody's fault."""


async def remember(connection: AsyncConnection, names: set[str]) -> None:
    """Make sure that each host has its row, which is what replicas lock."""
    if names:
        rows = [{"host": name} for name in sorted(names)]
        await connection.execute(insert(host).on_conflict_do_nothing(), rows)


async def take(connection: AsyncConnection, names: set[str], token: UUID) -> set[str]:
    """Lease those of the hosts that are free now; return which are ours. Their rows are made where they are new."""
    await remember(connection, names)
    chosen = (
        select(host.c.host)
        .where(host.c.host.in_(names), host.c.free_at <= func.now(), free(host))
        .with_for_update(skip_locked=True)
    )
    leased = {"leased_until": from_now(LEASE_SECONDS), "lease_token": token}
    taken = await connection.execute(update(host).where(host.c.host.in_(chosen)).values(leased).returning(host.c.host))
    return set(taken.scalars())


def first_of_free(table: Table, due: str, url: ColumnElement[str], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition of the rows to begin with: of each host that nobody asks and that is free, the oldest due.

    Work of a host that is not free is passed over, however much there is, so that it delays no other's. A statement
    with it is given how many rows it takes at ``most``.
    """
    (key,) = table.primary_key.columns
    name = func.split_part(url, "/", 3)  # as host_key, of a URL as `resolve` returns it
    # A value, not a join: one probe for each row that is due, and few are.
    is_busy = select(or_(host.c.free_at > func.now(), not_(free(host)))).where(host.c.host == name).scalar_subquery()
    waiting = (
        select(key, name.label("host"), table.c[due].label("due"))
        .where(table.c[due] <= func.now(), free(table), is_busy.is_not(true()), *where)
        .order_by(table.c[due])
        .limit(bindparam("most", type_=Integer) * LOOK_AHEAD)
        .subquery("waiting")
    )
    first = select(waiting.c[key.name]).ext(distinct_on(waiting.c.host)).order_by(waiting.c.host, waiting.c.due)
    return key.in_(first)


async def seconds_until_free(connection: AsyncConnection, name: str) -> float:
    """Return when to look at a busy host again: when its pause is over, or soon where somebody is asking it."""
    left = await connection.scalar(
        select(func.extract("epoch", host.c.free_at - func.now())).where(host.c.host == name)
    )
    return max(float(left or 0.0), LOOK_SECONDS)


class Left(NamedTuple):
    """A host that was asked under a lease, and for how long nobody is to ask it again."""

    name: str
    token: UUID
    pause_seconds: float


@dataclass(frozen=True)
class Hosts:
    """How hosts are asked: by robots.txt, and with ``interval_seconds`` between two requests."""

    engine: AsyncEngine
    robots: Robots
    interval_seconds: float
    wait_seconds: float = WAIT_SECONDS

    @cached_property
    def leaving(self) -> Gathering[Left, None]:
        """Where hosts are left, many by one statement."""
        return Gathering(self._leave_all)

    async def _leave_all(self, left: Sequence[Left]) -> list[None]:
        names, tokens, pauses = zip(*left, strict=True)
        async with self.engine.begin() as connection:
            await connection.execute(_LEAVE, {"names": names, "tokens": tokens, "pauses": pauses})
        return [None] * len(left)

    async def begin_all(
        self, connection: AsyncConnection, urls: Sequence[str], token: UUID
    ) -> list["Turn | BadUrl | None"]:
        """Return a turn for each of the URLs, None where its host is taken, or why it names no host."""
        names = [_host_key(url) for url in urls]
        ours = await take(connection, {name for name in names if isinstance(name, str)}, token)
        turns: list[Turn | BadUrl | None] = []
        for name in names:
            if isinstance(name, BadUrl):
                turns.append(name)
                continue
            turns.append(Turn(self, token, name) if name in ours else None)
            ours.discard(name)
        return turns


def _host_key(url: str) -> str | BadUrl:
    try:
        return host_key(url)
    except BadUrl as error:
        return error


class Turn:
    """One piece of work's turn: it holds one host at a time, so that no two wait for each other."""

    def __init__(self, hosts: Hosts, token: UUID, held: str | None) -> None:
        self._hosts = hosts
        self._token = token
        self._held = held
        self._url: str | None = None
        self._left: asyncio.Future[None] | None = None

    @property
    def held(self) -> tuple[str, UUID] | None:
        """The host that is leased now, and the lease's token."""
        return None if self._held is None else (self._held, self._token)

    async def before_request(self, url: str) -> None:
        """Return when ``url`` may be asked: allowed by robots.txt, its host ours, the pause over.

        Raises:
            HostBusy: another host than the first is not free in time.
            FetchFailed: robots.txt disallows the URL, or cannot be had.
        """
        if self._url is not None or host_key(url) != self._held:
            await self._go_to(url)
        self._url = url
        if await self._hosts.robots.check(url, utc_now(), before_redirect=self._go_to):
            await self._go_to(url)

    @property
    def pause_seconds(self) -> float:
        """What lies between two requests of the host that was asked: our interval, or its crawl delay."""
        delay = None if self._url is None else self._hosts.robots.crawl_delay(self._url)
        return host_pause(interval_seconds=self._hosts.interval_seconds, crawl_delay_seconds=delay)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that robots.txt of the host named when ``url`` was asked."""
        return self._hosts.robots.sitemaps(url)

    @asynccontextmanager
    async def left_after(self) -> AsyncIterator[None]:
        """Leave the host once the fetch inside has ended, with the pause that its failure calls for."""
        failure: FetchFailed | None = None
        try:
            yield
        except FetchFailed as error:
            failure = error
            raise
        finally:
            self._leave(failure)

    async def leave(self) -> None:
        """Let others ask the host, after the pause that the request calls for; return when they can be told so."""
        self._leave(None)
        if self._left is not None:
            await asyncio.shield(self._left)

    def _leave(self, failure: FetchFailed | None) -> None:
        """Have the host left soon, with the pause that its ``failure`` calls for; nobody need wait for that."""
        name, self._held = self._held, None
        if name is None:
            return
        delay = None if self._url is None else self._hosts.robots.crawl_delay(self._url)
        pause = host_pause(
            interval_seconds=self._hosts.interval_seconds,
            crawl_delay_seconds=delay,
            retry_after_seconds=failure.retry_after_seconds if failure else None,
            outcome=failure.outcome if failure else None,
        )
        self._left = self._hosts.leaving.add(Left(name, self._token, pause if self._url else 0.0))

    async def _go_to(self, url: str) -> None:
        """Return when the URL's host is ours and the pause after the request before is over. Raises ``HostBusy``."""
        name = host_key(url)
        if name == self._held:
            await self._pause(name)
        else:
            await self.leave()
            await self._wait_for(name)

    async def _wait_for(self, name: str) -> None:
        deadline = asyncio.get_running_loop().time() + self._hosts.wait_seconds
        while True:
            async with self._hosts.engine.begin() as connection:
                if await take(connection, {name}, self._token):
                    self._held = name
                    return
                wait = await seconds_until_free(connection, name)
            if asyncio.get_running_loop().time() + min(wait, LOOK_SECONDS) > deadline:
                raise HostBusy(name)
            await asyncio.sleep(min(wait, LOOK_SECONDS))

    async def _pause(self, name: str) -> None:
        """Wait between two requests of the same host, then make sure that it is still ours.

        One page's redirects wait for our interval alone, and not for ever: a crawl delay is meant between pages.
        """
        await asyncio.sleep(min(self._hosts.interval_seconds, self._hosts.wait_seconds))
        async with self._hosts.engine.begin() as connection:
            still = await connection.execute(
                update(host)
                .where(host.c.host == name, host.c.lease_token == self._token)
                .values(leased_until=from_now(LEASE_SECONDS))
            )
        if still.rowcount == 0:
            self._held = None
            raise HostBusy(name)
