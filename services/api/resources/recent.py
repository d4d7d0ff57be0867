"""The recent events: the newest changes as they are sent to streams, bounded in bytes, found by position."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import orjson

from schemas.tables import ChangeKind
from services.api.resources import changes

RECENT_BYTES = 8 * 1024 * 1024
"""Of events kept: some minutes of busy news; a stream further behind is let go, and reads the log when it returns."""

AT_ONCE = 20
"""Events handed to a stream at once."""


class Event(NamedTuple):
    """A change as it is sent to streams: what it is chosen by, and its bytes."""

    position: int
    kind: ChangeKind
    article_id: UUID | None
    publisher: str | None
    sent: bytes


def write_event(change: changes.Change) -> Event:
    """Return a change as a server-sent event (WHATWG HTML, 9.2.5); JSON as we write it has no line breaks."""
    sent = b"id: %d\nevent: %s\ndata: %s\n\n" % (change.position, change.kind.encode(), change.json)
    return Event(*change[:4], sent)


class Recent:
    """The newest events, bounded in bytes; ``floor`` is the position after which none is missing."""

    def __init__(self, floor: int, *, most_bytes: int = RECENT_BYTES) -> None:
        self.floor = self.top = floor
        self._events: deque[Event] = deque()
        self._most = most_bytes
        self._bytes = 0

    def add(self, events: Sequence[Event]) -> None:
        """Add the next events; drop the oldest over the bound, and the words of articles that were erased."""
        erased = {event.article_id for event in events if event.kind == ChangeKind.ERASED}
        if erased:
            self._events = deque(
                _without_words(event) if event.article_id in erased else event for event in self._events
            )
            self._bytes = sum(len(event.sent) for event in self._events)
        for event in events:
            self._events.append(event)
            self._bytes += len(event.sent)
            self.top = event.position
        while self._bytes > self._most and len(self._events) > 1:
            dropped = self._events.popleft()
            self._bytes -= len(dropped.sent)
            self.floor = dropped.position

    def after(self, position: int) -> list[Event] | None:
        """Return the next events after a position, or None where some of them may be missing here.

        A few at a time: what a stream is still to send would keep the words of an article that is erased meanwhile.
        """
        if position < self.floor:
            return None
        found = []
        for event in reversed(self._events):
            if event.position <= position:
                break
            found.append(event)
        return found[-AT_ONCE:][::-1]


def _without_words(event: Event) -> Event:
    """Return the event as the log now shows it: of an erased article nothing is live."""
    data = event.sent.split(b"\ndata: ", 1)[1]
    shown = {**orjson.loads(data), "publisher": None, "claims": []}
    return write_event(changes.Change(*event[:3], None, orjson.dumps(shown)))
