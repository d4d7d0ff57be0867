"""Rulebooks: what each host's robots.txt said last, kept for all replicas and for those that start again."""

from datetime import timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.outcomes import PageOutcome
from schemas.tables import robots

TEXT_MAX_CHARACTERS = 100_000
"""A longer text is not kept rather than cut, since half of its rules would allow what the others forbid."""

EXPIRED_FOR = timedelta(days=1)
"""How long a rulebook that counts no more stays: a host that is still read has a new one by then."""

FORGOTTEN_AT_ONCE = 1_000
"""Rows; one short transaction's work."""


class Rulebook(NamedTuple):
    """The text of a robots.txt, or (None) why it cannot be had, and for how many seconds from now that counts."""

    text: str | None
    seconds: float
    outcome: PageOutcome | None = None
    reason: str = ""


class Shelf(Protocol):
    """Where rulebooks are kept."""

    async def find(self, origin: str) -> Rulebook | None:
        """Return the rulebook of an origin (scheme, host and port) that still counts."""
        ...

    async def keep(self, origin: str, book: Rulebook) -> None:
        """Keep a rulebook in place of the one before."""
        ...


class Rulebooks:
    """The shelf that all replicas share: a table."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, origin: str) -> Rulebook | None:
        """Return the rulebook of an origin (scheme, host and port) that still counts."""
        left = func.extract("epoch", robots.c.expires_at - func.now())
        counts = (robots.c.origin == origin, robots.c.expires_at > func.now())
        columns = (robots.c.text, robots.c.outcome, robots.c.reason, left)
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(*columns).where(*counts))).one_or_none()
        if row is None:
            return None
        text, outcome, reason, seconds = row
        return Rulebook(text, float(seconds), PageOutcome(outcome) if outcome else None, reason)

    async def keep(self, origin: str, book: Rulebook) -> None:
        """Keep a rulebook in place of the one before; one that is too long is asked for again by whoever needs it."""
        if len(book.text or "") > TEXT_MAX_CHARACTERS:
            return
        values = {
            "text": book.text,
            "outcome": book.outcome.value if book.outcome else None,
            "reason": book.reason,
            "expires_at": func.now() + timedelta(seconds=book.seconds),
        }
        statement = insert(robots).values(origin=origin, **values)
        async with self._engine.begin() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=[robots.c.origin], set_=values))

    async def forget(self, *, most: int = FORGOTTEN_AT_ONCE) -> int:
        """Delete rulebooks that have expired for a day, up to ``most``; return how many."""
        old = select(robots.c.origin).where(robots.c.expires_at < func.now() - EXPIRED_FOR).limit(most)
        async with self._engine.begin() as connection:
            chosen = old.with_for_update(skip_locked=True)
            return (await connection.execute(delete(robots).where(robots.c.origin.in_(chosen)))).rowcount
