"""Pagination: a list goes on after the last row shown, by a cursor that is bound to its query and signed (HMAC).

The answer names the part after it twice: as ``next_cursor``, and as a link (RFC 8288) with rel="next".
"""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from fastapi import Request
from sqlalchemy import Row
from starlette.responses import Response

from services.api.http.parameters import Listing
from services.api.http.problems import BadCursor
from services.api.http.responses import json_response
from services.api.http.selection import Chosen, choose

Position = tuple[datetime | int, UUID]
"""Where a row stands in its list: what the list is ordered by, then the row's id."""

INTEGER_MAX = 2**31 - 1
BIGINT_MAX = 2**63 - 1
"""What PostgreSQL's types hold: without a secret anybody can sign a position."""

SIGNATURE_BYTES = 16
"""Of 32: nobody finds a second one by trying."""


class Cursors:
    """Writes and reads cursors; processes with the same secret read one another's.

    Without a secret the signature only catches what was mangled or belongs to another query. That is enough to be
    right: a position says no more than a query could ask for.
    """

    def __init__(self, secret: bytes = b"claimwire cursors") -> None:
        self._secret = secret

    def write(self, query: bytes, position: Position) -> str:
        """Return the cursor of a position in the list that ``query`` names."""
        at, key = position
        payload = orjson.dumps([at, str(key)])
        return urlsafe_b64encode(self._sign(query, payload) + payload).rstrip(b"=").decode()

    def read(self, query: bytes, cursor: str) -> Position:
        """Return the position; raises BadCursor unless ``write`` made it for the same query."""
        try:
            raw = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise _refusal() from error
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(query, payload)):
            raise _refusal()
        return _parse(payload)

    def _sign(self, query: bytes, payload: bytes) -> bytes:
        return hmac.digest(self._secret, query + b"\0" + payload, hashlib.sha256)[:SIGNATURE_BYTES]


def _refusal() -> BadCursor:
    return BadCursor("The cursor was not given for this query; start again without it")


def _parse(payload: bytes) -> Position:
    try:
        at, key = orjson.loads(payload)
        return at if isinstance(at, int) else datetime.fromisoformat(at).astimezone(UTC), UUID(key)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _refusal() from error


@dataclass(frozen=True)
class Page:
    """A part of a list: at most ``limit`` rows that stand after ``after``."""

    limit: int
    after: Position | None
    query: bytes
    cursors: Cursors
    address: str
    """Path and query of the list's first part."""
    chosen: Chosen

    def answer(
        self,
        rows: Sequence[Row[*tuple[Any, ...]]],
        show: Callable[[Row[*tuple[Any, ...]]], Mapping[str, object]],
        *key: str,
    ) -> Response:
        """Return the response for rows fetched one beyond the limit; ``key`` names the columns of a row's position."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        at, name = key
        last = (getattr(shown[-1], at), getattr(shown[-1], name)) if more else None
        cursor = self.cursors.write(self.query, last) if last is not None else None
        items = [self.chosen.of(show(row)) for row in shown]
        links = link(self.address, cursor and f"cursor={cursor}")
        return json_response({"items": items, "next_cursor": cursor}, headers=links)


def open_page(
    request: Request, listing: Listing, *, by: type[datetime] | type[int] = datetime, most: int = INTEGER_MAX
) -> Page:
    """Return the page that a request asks for, of a list ordered by times, or by integers up to ``most``.

    Raises:
        BadCursor: the cursor is not of this path and these filters.
    """
    cursors: Cursors = request.app.state.cursors
    query = orjson.dumps([request.url.path, listing.filters()], option=orjson.OPT_SORT_KEYS)
    after = None if listing.cursor is None else cursors.read(query, listing.cursor)
    if after is not None and not (isinstance(after[0], by) and _is_within(after[0], most)):
        raise _refusal()
    chosen = choose(request, listing)
    return Page(listing.limit, after, query, cursors, find_address(request, "cursor"), chosen)


def _is_within(at: datetime | int, most: int) -> bool:
    return isinstance(at, datetime) or (not isinstance(at, bool) and 0 <= at <= most)


def find_address(request: Request, place: str) -> str:
    """Return path and query without the parameter that is the place in the list; no host, which is nobody's word."""
    told = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != place])
    return quote(request.url.path) + (f"?{told}" if told else "")


def link(address: str, following: str | None) -> dict[str, str]:
    """Return the Link header: the first part of a list, and the next one where a parameter says that there is one."""
    first = f'<{address}>; rel="first"'
    joined = "&" if "?" in address else "?"
    return {"Link": first if following is None else f'{first}, <{address}{joined}{following}>; rel="next"'}
