"""Responses: what headers and statuses mean."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.outcomes import PageOutcome
from services.ingest.fetching.responses import (
    MAX_AGE_SECONDS,
    MAX_RETRY_AFTER_SECONDS,
    FetchFailed,
    read_max_age,
    read_media_type,
    read_retry_after,
    read_validator,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("9" * 18, MAX_RETRY_AFTER_SECONDS),
        ("9" * 5_000, None),
        ("-1", None),
        ("1.5", None),
        ("١٢", None),
        ("soon", None),
        ("", None),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60.0),
        ("Sun Mar  1 12:01:00 2026", 60.0),
        ("Sun, 01 Mar 2026 13:01:00 +0100", 60.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2126 12:00:00 GMT", MAX_RETRY_AFTER_SECONDS),
        ("Sun, 31 Feb 2026 12:00:00 GMT", None),
        ("Sun, 01 Mar 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


def test_retry_after_depends_on_the_time_it_is_read() -> None:
    assert read_retry_after("Sun, 01 Mar 2026 12:01:00 GMT", NOW + timedelta(seconds=30)) == 30.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("public", None),
        ("max-age=300", 300),
        ("public, Max-Age = 300", 300),
        ('public,max-age="300"', 300),
        ("s-maxage=600", None),
        ("max-age=300, no-cache", 0),
        ("no-store", 0),
        ("max-age=-1", None),
        ("max-age=" + "9" * 5_000, MAX_AGE_SECONDS),
        ("stale-max-age=5", None),
    ],
)
def test_max_age_is_read_and_capped(value: str | None, seconds: int | None) -> None:
    assert read_max_age(value) == seconds


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        (None, None),
        ("", None),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("text/html\x00", None),
        ("é", None),
        ("x" * 600, None),
    ],
)
def test_media_type_is_plain_or_unknown(value: str | None, media_type: str | None) -> None:
    assert read_media_type(value) == media_type


@pytest.mark.parametrize("value", ['"v1"', 'W/"v1"', "Sun, 01 Mar 2026 11:00:00 GMT"])
def test_validator_is_kept_as_sent(value: str) -> None:
    assert read_validator(value) == value


@pytest.mark.parametrize("value", [None, "", '"\udce4"', '"é"', '"a\r\nX: y"', "v" * 513])
def test_validator_that_cannot_be_sent_back_is_dropped(value: str | None) -> None:
    assert read_validator(value) is None


def test_failure_keeps_a_short_printable_reason() -> None:
    failure = FetchFailed(PageOutcome.BAD_RESPONSE, "bad \x00\udce4 line\n" + "x" * 1_000)
    assert failure.reason.startswith("bad ?? line?x")
    assert len(failure.reason) == 300
    assert str(failure).startswith("bad_response: bad")
