"""The intake: takes what is due, submissions first, and hands it on as pieces of work."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.tables import feed
from services.ingest.articles import names_before
from services.ingest.crew import Piece
from services.ingest.folders import folder_urls
from services.ingest.pipeline import Pipeline
from services.ingest.polling.poller import Poller
from services.ingest.queues import frontier, leases, publications, submissions, waiting
from services.ingest.queues.hosts import LOOK_SECONDS, Hosts, Turn
from services.ingest.queues.journeys import journey_of
from services.ingest.queues.leases import Lease
from services.ingest.queues.publications import Name
from services.ingest.queues.work import Work, from_page, from_submission
from services.ingest.urls import BadUrl

SUBMISSIONS_SECONDS = 0.25
"""How long submissions are not looked for after none was due; nobody who hands one in notices that."""


class PageIntake:
    """Takes submissions, then files, then pages of as many hosts, for the pipeline."""

    def __init__(self, *, engine: AsyncEngine, hosts: Hosts, pipeline: Pipeline, folders: Sequence[Path]) -> None:
        self._engine = engine
        self._hosts = hosts
        self._pipeline = pipeline
        self._folders = folder_urls(folders)
        self._last_host = waiting.FILE_HOST
        self._look_at = 0.0

    async def take(self, room: int) -> list[Piece]:
        """Return up to ``room`` pieces that are due."""
        pieces = await self._take_submissions(room) if self._look_at <= _now() else []
        if self._folders and len(pieces) < room:
            pieces += await self._take_files(room - len(pieces))
        if len(pieces) < room:
            pieces += await self._take_pages(room - len(pieces))
        return pieces

    async def _take_submissions(self, room: int) -> list[Piece]:
        async with self._engine.begin() as connection:
            works = [from_submission(row) for row in await submissions.lease_submissions(connection, most=room)]
            if not works:
                self._look_at = _now() + SUBMISSIONS_SECONDS
            pieces = [self._piece(work, None) for work in works if work.source.supplied is not None]
            asked = [work for work in works if work.source.supplied is None]
            if not asked:
                return pieces
            urls = [work.journey.next if work.journey else work.source.url for work in asked]
            token = asked[0].lease.token
            for work, turn in zip(asked, await self._hosts.begin_all(connection, urls, token), strict=True):
                if turn is None:
                    await leases.give_back(connection, work.lease, seconds=LOOK_SECONDS)
                else:
                    pieces.append(self._piece(work, turn if isinstance(turn, Turn) else None))
        return pieces

    async def _take_files(self, room: int) -> list[Piece]:
        async with self._engine.begin() as connection:
            rows = await waiting.lease_files(connection, folders=self._folders, most=room)
        return [self._piece(from_page(row), None) for row in rows]

    async def _take_pages(self, room: int) -> list[Piece]:
        async with self._engine.begin() as connection:
            rows = await waiting.lease_pages(connection, after=self._last_host, most=room)
            if not rows:
                return []
            works = await _check(connection, [from_page(row, row.feed_url) for row in rows])
        self._last_host = rows[-1].host
        turns = [Turn(self._hosts, row.lease_token, row.host) for row in rows]
        return [self._piece(work, turn) for work, turn in zip(works, turns, strict=True)]

    def _piece(self, work: Work, turn: Turn | None) -> Piece:
        do, fail = partial(self._pipeline.handle, work, turn), partial(self._pipeline.fail, work)
        return Piece(work.lease, do, fail, turn, work.journey)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _check(connection: AsyncConnection, works: Sequence[Work]) -> list[Work]:
    """Return the works with what is known of them as erased, by one look for all of them."""
    names = [_names(work) for work in works]
    erased = await publications.list_erased(connection, set().union(*names))
    found = [min((kind for kind, _ in erased & each), default=None) for each in names]
    return [
        replace(work, is_checked=bool(each), erased=kind) for work, each, kind in zip(works, names, found, strict=True)
    ]


def _names(work: Work) -> set[Name]:
    """Return the names of what is to be read; none of a URL that is none, which whoever reads it says."""
    try:
        return names_before(work.source)
    except BadUrl:
        return set()


class FeedIntake:
    """Takes feeds whose poll is due and whose host is free."""

    def __init__(self, *, engine: AsyncEngine, hosts: Hosts, poller: Poller) -> None:
        self._engine = engine
        self._hosts = hosts
        self._poller = poller

    async def take(self, room: int) -> list[Piece]:
        """Return up to ``room`` polls that are due."""
        async with self._engine.begin() as connection:
            rows = await frontier.lease_feeds(connection, most=room)
            if not rows:
                return []
            journeys = [journey_of(row) for row in rows]
            places = [way.next if way else frontier.place_of(row) for row, way in zip(rows, journeys, strict=True)]
            turns = await self._hosts.begin_all(connection, places, rows[0].lease_token)
            pieces = [self._piece(row, turn) for row, turn in zip(rows, turns, strict=True)]
            for piece in pieces:
                if isinstance(piece, Lease):
                    await leases.give_back(connection, piece, seconds=LOOK_SECONDS)
        return [piece for piece in pieces if isinstance(piece, Piece)]

    def _piece(self, row: Row[Any], turn: Turn | BadUrl | None) -> Piece | Lease:
        """Return the poll of a feed, or only its lease where its host was taken by others meanwhile."""
        lease, fail = Lease(feed, row.feed_id, row.lease_token), partial(self._poller.fail, row)
        if turn is None:
            return lease
        if isinstance(turn, BadUrl):
            return Piece(lease, partial(fail, turn), fail)
        return Piece(lease, partial(self._poller.poll, row, turn), fail, turn, journey_of(row))
