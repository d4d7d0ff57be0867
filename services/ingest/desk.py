"""The desk: where texts get their revisions and pages end, several in one transaction where they are plain."""

import logging
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.events import ArticleIngested
from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind, page
from services.database import is_passing, sqlstate
from services.ingest.articles import Read, Refused, names_after
from services.ingest.queues import identities, lots, publications
from services.ingest.queues.frontier import find_other_page
from services.ingest.queues.gathering import Gathering
from services.ingest.queues.leases import LeaseLost, finish
from services.ingest.queues.lots import COLUMNS, Draft, Ended
from services.ingest.queues.publications import Name, Numbered, Standing
from services.ingest.queues.work import Work

logger = logging.getLogger(__name__)

ROLLED_BACK = "40"
"""The SQLSTATE class of a transaction that stood in another's way (PostgreSQL, appendix A)."""


class Known(NamedTuple):
    """An article as the database knows it now: its event under its id, its number, and another page of a known text."""

    event: ArticleIngested
    numbered: Numbered
    original: str | None = None


class Desk:
    """Numbers texts and ends pages: in lots what is plain, and alone what a lot leaves out."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._numbering = Gathering(self._number_lot)
        self._finishing = Gathering(self._finish_lot)

    async def refuse_erased(self, names: Collection[Name]) -> None:
        """Raise ``Refused`` where one of the things named was erased."""
        async with self._engine.connect() as connection:
            await _refuse_erased(connection, names)

    async def number(self, work: Work, read: Read, urls: Collection[str], *, is_archived: bool) -> Known:
        """Return the article that was read at the URLs, its text numbered.

        Raises:
            LeaseLost: the work is another replica's now.
            Refused: it was erased.
        """
        event = read.event
        if work.lease.table is page and not (is_archived or read.names.before or read.names.shared):
            names = names_after(read)
            draft = Draft(work.lease, event.article_id, event.canonical_url, event.text_sha256, names)
            if (numbered := await self._numbering.add(draft)) is not None:
                return Known(event, numbered)
        async with self._engine.begin() as connection:
            key = await identities.settle(connection, read.names, urls, event.article_id)
            event = event.model_copy(update={"article_id": key})
            await _refuse_erased(connection, names_after(read._replace(event=event)))
            numbered = await publications.number(
                connection,
                work.lease,
                article_id=key,
                canonical_url=event.canonical_url,
                text_sha256=event.text_sha256,
                is_archived=is_archived,
            )
            known_text = numbered.standing is Standing.UNCHANGED
            original = await find_other_page(connection, key, work.lease.id) if known_text else None
        return Known(event, numbered, original)

    async def finish(self, work: Work, values: dict[str, Any], numbered: Numbered | None) -> None:
        """Save what became of the work, and confirm the revision that Kafka acknowledged.

        That is confirmed also where the lease is lost: it is a fact. The leased row is locked before the publication's,
        as in numbering, so that two savers never wait for each other. Raises ``LeaseLost``.
        """
        is_plain = work.lease.table is page and values["due_at"] is None and values.keys() <= COLUMNS
        if is_plain and await self._finishing.add(Ended(work.lease, values, numbered)):
            return
        lost: LeaseLost | None = None
        async with self._engine.begin() as connection:
            try:
                await finish(connection, work.lease, **values)
            except LeaseLost as error:
                lost = error
            if numbered is not None:
                await publications.confirm(connection, numbered)
        if lost is not None:
            raise lost

    async def _number_lot(self, drafts: Sequence[Draft]) -> list[Numbered | None]:
        try:
            async with self._engine.begin() as connection:
                numbered = await lots.number(connection, drafts)
        except Exception as error:  # noqa: BLE001 (each page alone shows whose fault it is)
            _pass_on(error)
            return [None] * len(drafts)
        return [numbered.get(draft.lease.id) for draft in drafts]

    async def _finish_lot(self, pages: Sequence[Ended]) -> list[bool]:
        try:
            async with self._engine.begin() as connection:
                done = await lots.finish(connection, pages)
        except Exception as error:  # noqa: BLE001 (each page alone shows whose fault it is)
            _pass_on(error)
            return [False] * len(pages)
        return [each.lease.id in done for each in pages]


def refused_as(kind: ErasedKind) -> Refused:
    """Return why nothing is read or published that was erased under a name of this kind."""
    return Refused(PageOutcome.ERASED, f"its {kind} was erased")


async def _refuse_erased(connection: AsyncConnection, names: Collection[Name]) -> None:
    kind = await publications.find_erased(connection, names)
    if kind is not None:
        raise refused_as(kind)


def _pass_on(error: Exception) -> None:
    """Raise what concerns every page; what may be one page's fault, or chance, is left to each alone."""
    if is_passing(error) and not (sqlstate(error) or "").startswith(ROLLED_BACK):
        raise error
    logger.info("a lot was not done, its pages are done alone: %s: %s", type(error).__name__, error)
