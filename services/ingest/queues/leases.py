"""Leases: rows that replicas share as work, each held by one of them for a while.

A lease is taken in a short transaction and its result is saved only while its token still stands on the row. All times
are the database's, since the clocks of replicas differ.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    collate,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.functions import now

LEASE_SECONDS = 30.0
"""How long a lease lasts: what a crash delays its work by; longer than any stall of a healthy process."""

RENEW_SECONDS = 10.0
"""How often the leases in hand are renewed: twice may fail before they end."""


class LeaseLost(Exception):
    """Another replica has taken the work; nothing of ours may be saved any more."""


class Lease(NamedTuple):
    """A row held by us until its time is over or its token is replaced."""

    table: Table
    id: UUID
    token: UUID

    @property
    def held(self) -> ColumnElement[bool]:
        """The condition under which the row is still ours."""
        (key,) = self.table.primary_key.columns
        return (key == self.id) & (self.table.c.lease_token == self.token)


def from_now(seconds: float) -> ColumnElement[Any]:
    """Return the database's time in ``seconds``."""
    return func.now() + timedelta(seconds=seconds)


def leased_at(row: Row[Any]) -> datetime:
    """Return the database's time at which a row was leased, as it was returned then."""
    at: datetime = row.leased_until - timedelta(seconds=LEASE_SECONDS)
    return at


def free(table: Table) -> ColumnElement[bool]:
    """Return the condition under which nobody holds a row."""
    return or_(table.c.leased_until.is_(None), table.c.leased_until <= func.now())


def taking(table: Table, due: str, *where: ColumnElement[bool]) -> Update:
    """Return the statement that leases up to ``most`` free rows whose time ``due`` has come; `take_due` runs it.

    Rows that another replica is just taking are skipped, not waited for. It is built once: that costs more than
    running it.
    """
    (key,) = table.primary_key.columns
    chosen = (
        select(key)
        .where(table.c[due] <= func.now(), free(table), *where)
        .order_by(table.c[due])
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("chosen")  # which PostgreSQL runs exactly once, so the limit holds
    )
    return (
        update(table)
        .where(key.in_(select(chosen.c[key.name])))
        .values(leased_until=from_now(LEASE_SECONDS), lease_token=bindparam("token"))
        .returning(*table.c)
    )


async def take_due(connection: AsyncConnection, statement: Update, *, most: int) -> list[Row[Any]]:
    """Lease up to ``most`` rows by a statement of `taking`; return them with their tokens, all of them one."""
    return list(await connection.execute(statement, {"most": most, "token": uuid4()}))


async def renew(connection: AsyncConnection, table: Table, held: Iterable[tuple[object, UUID]]) -> None:
    """Let leases last from now on again, given as pairs of key and token; those that are lost stay so.

    Rows are locked by URL or name, as lots do, which end some of them at the same time.
    """
    (key,) = table.primary_key.columns
    pairs = sorted(held, key=str)
    if pairs:
        mine = tuple_(key, table.c.lease_token).in_(pairs)
        order = collate(table.c.url, "C") if "url" in table.c else key
        locked = select(key).where(mine).order_by(order).with_for_update().cte("locked")
        renewed = update(table).where(key.in_(select(locked.c[key.name])), mine)
        await connection.execute(renewed.values(leased_until=from_now(LEASE_SECONDS)))


async def check(connection: AsyncConnection, lease: Lease) -> None:
    """Hold the row until the transaction ends; raises ``LeaseLost`` where it is no longer ours."""
    held = await connection.execute(_held(lease.table), {"id": lease.id, "token": lease.token})
    if held.first() is None:
        raise LeaseLost(f"{lease.table.name} {lease.id}")


@cache
def _held(table: Table) -> Select[tuple[int]]:
    """Return the statement that holds a lease; building it costs as much as running it, for every page."""
    return select(1).select_from(table).where(_mine(table)).with_for_update()


def _ended(lease: Lease, values: dict[str, Any]) -> tuple[Update, dict[str, Any]]:
    """Return the statement that ends a lease, built once where it sets nothing but values and the time."""
    plain = {name: value for name, value in values.items() if not isinstance(value, ClauseElement)}
    stamped = tuple(name for name, value in values.items() if isinstance(value, now))
    if len(plain) + len(stamped) < len(values):
        return update(lease.table).where(lease.held).values(leased_until=None, lease_token=None, **values), {}
    given = {f"new_{name}": value for name, value in plain.items()}
    return _ending(lease.table, tuple(plain), stamped), {"id": lease.id, "token": lease.token, **given}


@cache
def _ending(table: Table, plain: tuple[str, ...], stamped: tuple[str, ...]) -> Update:
    given: dict[str, Any] = {name: bindparam(f"new_{name}") for name in plain}
    given |= {name: func.now() for name in stamped}
    return update(table).where(_mine(table)).values(leased_until=None, lease_token=None, **given)


def _mine(table: Table) -> ColumnElement[bool]:
    (key,) = table.primary_key.columns
    return (key == bindparam("id")) & (table.c.lease_token == bindparam("token"))


async def finish(connection: AsyncConnection, lease: Lease, **values: Any) -> None:
    """Save ``values`` and end the lease; raises ``LeaseLost``, having saved nothing, where it is no longer ours."""
    saved = await connection.execute(*_ended(lease, values))
    if saved.rowcount == 0:
        raise LeaseLost(f"{lease.table.name} {lease.id}")


async def give_back(connection: AsyncConnection, lease: Lease, *, seconds: float = 0.0, **values: Any) -> None:
    """End the lease as if it had not been taken, but due no sooner than in ``seconds``; a lost one is no failure.

    ``values`` are what of the work is kept all the same.
    """
    due = lease.table.c["next_poll_at" if "next_poll_at" in lease.table.c else "due_at"]
    later = {due.name: func.greatest(due, from_now(seconds))} if seconds else {}
    await connection.execute(
        update(lease.table).where(lease.held).values(leased_until=None, lease_token=None, **later, **values)
    )
