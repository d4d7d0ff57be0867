from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.http.pagination import Cursors, Position
from services.api.http.problems import BadCursor
from services.api.http.responses import json_response

QUERY = b'["/v1/claims",{}]'
POSITION: Position = (datetime(2026, 10, 5, 12, 0, 0, 123_456, tzinfo=UTC), UUID(int=7))

times = st.datetimes(timezones=st.just(UTC))


@given(at=times | st.integers(0, 2**31), key=st.uuids())
def test_position_comes_back(at: datetime | int, key: UUID) -> None:
    assert Cursors().read(QUERY, Cursors().write(QUERY, (at, key))) == (at, key)


def test_cursor_fits_into_a_url() -> None:
    cursor = Cursors().write(QUERY, POSITION)
    assert cursor.replace("-", "a").replace("_", "a").isalnum()
    assert len(cursor) < 200


@given(index=st.integers(0, 150), bit=st.integers(0, 5))
def test_changed_cursor_is_refused(index: int, bit: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    cursor = Cursors().write(QUERY, POSITION)
    # The last character holds bits that base64 does not use.
    at = index % (len(cursor) - 1)
    other = alphabet[alphabet.index(cursor[at]) ^ (1 << bit)]
    with pytest.raises(BadCursor):
        Cursors().read(QUERY, cursor[:at] + other + cursor[at + 1 :])


def test_cursor_of_another_query_or_secret_is_refused() -> None:
    cursor = Cursors(b"one").write(QUERY, POSITION)
    assert Cursors(b"one").read(QUERY, cursor) == POSITION
    with pytest.raises(BadCursor):
        Cursors(b"one").read(b'["/v1/articles",{}]', cursor)
    with pytest.raises(BadCursor):
        Cursors(b"two").read(QUERY, cursor)


@given(st.text(max_size=100))
def test_garbage_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        Cursors().read(QUERY, cursor)


@pytest.mark.parametrize("payload", [b"", b"1", b"[1]", b'["x", "y"]', b'[{}, "y"]', b"[null, null]", b"{}"])
def test_forged_cursor_that_is_no_position_is_refused(payload: bytes) -> None:
    signature = Cursors()._sign(QUERY, payload)
    with pytest.raises(BadCursor):
        Cursors().read(QUERY, urlsafe_b64encode(signature + payload).decode())


def test_times_are_written_in_utc() -> None:
    assert orjson.loads(json_response(POSITION[0]).body) == "2026-10-05T12:00:00.123456Z"


def test_value_that_is_no_json_fails() -> None:
    with pytest.raises(TypeError):
        json_response(object())
