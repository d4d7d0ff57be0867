"""Journeys: how far a fetch has come that waits for a host, kept in its row so that it goes on from there.

What needs two hosts, or one slow host several times, is done a step a turn; it ends, since redirects and places do.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Table, func

from services.ingest.fetching.redirects import Interrupted, Way

WAITS_MAX = 20
"""So often a host is not free in time for one step, with a quarter of a minute in between, until that is a failure."""


class Journey(NamedTuple):
    """A fetch that is not done: the ``way`` it came, whose last URL is asked next.

    Of a home page that names no feed, ``places`` are where one is still to be looked for, that of the way first.
    ``waits`` counts how often in a row the next URL could not be asked.
    """

    way: Way
    places: tuple[str, ...] = ()
    waits: int = 0

    @property
    def next(self) -> str:
        """The URL that is asked next."""
        return self.way.urls[-1]

    def as_json(self) -> dict[str, Any]:
        """Return what stands in the row; ``next`` is what the row is leased by."""
        way = {"urls": list(self.way.urls), "moved_permanently_to": self.way.moved_permanently_to}
        return {"next": self.next, "way": way, "places": list(self.places), "waits": self.waits}


def journey_of(row: Row[Any]) -> Journey | None:
    """Return the journey that a row of a feed, a page or a submission keeps; None where its fetch begins anew."""
    kept = row.journey
    if kept is None:
        return None
    way = Way(tuple(kept["way"]["urls"]), kept["way"]["moved_permanently_to"])
    return Journey(way, tuple(kept["places"]), kept["waits"])


def go_on(before: Journey | None, interrupted: Interrupted) -> Journey | None:
    """Return the journey of a fetch that was interrupted, after the one of ``before``; None where nothing was begun."""
    if interrupted.way is None:
        return before
    journey = Journey(interrupted.way, interrupted.places)
    made_a_step = len(journey.way.urls) > 1 or bool(journey.places)
    if before is None:
        return journey if made_a_step else journey._replace(waits=1)
    return journey if journey.next != before.next else journey._replace(waits=before.waits + 1)


def next_url(table: Table, url: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the URL that a row's fetch asks next: its journey's, or ``url``."""
    return func.coalesce(table.c.journey["next"].astext, url)
