"""Dates are read, doubted, and never guessed."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.events import Dated, DateReason, Evidence
from services.ingest.dates import after, agreed_date, date_in_url, dates_in_text, first_date, read_date

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def feed_date(text: object) -> Dated:
    return read_date(text, Evidence.FEED, now=NOW)


def on(day: int, hour: int | None = None, evidence: Evidence = Evidence.FEED) -> Dated:
    precision = "day" if hour is None else "second"
    at = datetime(2024, 5, day, hour or 0, tzinfo=UTC)
    return Dated(at=at, precision=precision, evidence=evidence, reason=None)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T10:00:00Z",
        "2024-05-01T12:00:00+02:00",
        "2024-05-01T12:00:00.1234567+0200",
        "2024-05-01 10:00:00 UTC",
        "20240501T100000Z",
        "Wed, 01 May 2024 10:00:00 GMT",
        "Wednesday, 1 May 2024 06:00:00 EDT",
        "1 May 2024 12:00 +0200 (CEST)",
    ],
)
def test_moment_is_read_in_utc(text: str) -> None:
    assert feed_date(text).model_copy(update={"offset_minutes": None}) == on(1, 10)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2024-05-01T10:00:00Z", 0),
        ("2024-05-01T12:00:00-05:30", -330),
        ("1 May 2024 06:00 EDT", -240),
        ("2024-05-01", None),
    ],
)
def test_time_zone_is_kept(text: str, minutes: int | None) -> None:
    assert feed_date(text).offset_minutes == minutes


@pytest.mark.parametrize(
    "text",
    [
        *(
            "May 1, 2024",
            "1st May, 2024 09:30",
            "Wed May 01 2024 23:00:00 CEST",
            "quarta-feira, 1 de maio de 2024 às 0:13",
        ),
        *("1er mai 2024", "1. Mai 2024", "01:38 pm IST May 1, 2024", "Skarne, 1 May 2024", "2024-05-01 | desk"),
    ],
)
def test_day_in_words_is_read(text: str) -> None:
    assert feed_date(text) == on(1)


def test_time_in_words_counts_with_a_known_zone() -> None:
    assert feed_date("May 1st, 2024 - 6:00 a.m. EDT") == on(1, 10).model_copy(update={"offset_minutes": -240})
    assert feed_date("Wed May 01 2024 10:00:00 GMT+0000").at == on(1, 10).at
    assert feed_date("12:05 am UTC May 2, 2024").at == datetime(2024, 5, 2, 0, 5, tzinfo=UTC)


def test_day_in_numbers_is_read_if_it_has_one_reading() -> None:
    assert feed_date("13.05.2024") == feed_date("05/13/2024") == on(13)
    assert feed_date("05/05/2024") == on(5)
    assert feed_date("04/05/2024") == Dated()
    assert feed_date("30/02/2024").reason is DateReason.IMPLAUSIBLE


def test_line_with_two_days_tells_none() -> None:
    assert feed_date("from May 1, 2024 to May 3, 2024") == Dated()


@pytest.mark.parametrize(
    "text", ["2024-05-01", "20240501", "2024-05-01T23:30:00", "Wed, 01 May 2024 10:00:00 XYZ", "1 May 2024"]
)
def test_time_without_an_offset_tells_the_day_only(text: str) -> None:
    assert feed_date(text) == on(1)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T00:00:00Z",
        "Wed, 31 Feb 2024 10:00:00 GMT",
        "2023-02-29",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "2026-06-17",
        "2024-05-01T25:00:00Z",
        "2024-05-01T10:00:00+99:99",
        "Wed, 01 May 2024 10:00:00 +9999",
    ],
)
def test_impossible_or_implausible_time_is_null(text: str) -> None:
    assert feed_date(text) == Dated(reason=DateReason.IMPLAUSIBLE)


@pytest.mark.parametrize("text", ["", "yesterday", "2 hours ago", "May", "Friday", None, 1714557600, "x" * 10_000])
def test_what_states_no_date_is_no_evidence(text: object) -> None:
    assert feed_date(text) == Dated()


def test_clock_ahead_by_less_than_a_day_is_believed() -> None:
    assert feed_date((NOW + timedelta(hours=23)).isoformat()).at == NOW + timedelta(hours=23)


def test_first_date_counts_and_a_refused_one_gives_the_reason() -> None:
    refused = Dated(reason=DateReason.IMPLAUSIBLE)
    assert first_date([Dated(), refused, on(2), on(1)]) == on(2)
    assert first_date([Dated(), refused, Dated()]) == refused
    assert first_date([]) == Dated()


def test_dates_of_equal_trust_must_agree() -> None:
    assert agreed_date([Dated(), on(1, 10), on(2, 9)]) == on(1, 10)
    assert agreed_date([on(1), on(3)]) == Dated(reason=DateReason.CONTRADICTED)
    assert agreed_date([Dated()]) == Dated()


def test_change_before_publication_is_contradicted() -> None:
    assert after(on(2, 9), on(2, 10)) == Dated(reason=DateReason.CONTRADICTED)
    assert after(on(2), on(2, 10)) == on(2)
    assert after(on(3, 1), on(2, 10)) == on(3, 1)
    assert after(on(1), Dated()) == on(1)


@pytest.mark.parametrize(
    "path", ["/2024/05/01/bridge", "/world/2024/may/01/bridge", "/20240501-bridge", "/a/2024-05-01-b.html", "/2024/5/1"]
)
def test_day_in_a_path_is_found(path: str) -> None:
    assert date_in_url(path, now=NOW) == on(1, evidence=Evidence.URL)


@pytest.mark.parametrize("path", ["/", "/2024/05/bridge", "/20240501123456", "/2024/13/45/x", "/12024/05/01"])
def test_other_numbers_in_a_path_are_no_date(path: str) -> None:
    assert date_in_url(path, now=NOW).at is None


@pytest.mark.parametrize(
    "text",
    ["Published: May 1, 2024 at noon", "Posted on 1st May 2024", "published Wed, 1 May 2024", "Published 2024-05-01"],
)
def test_visible_date_is_found_by_the_word_before_it(text: str) -> None:
    assert dates_in_text(text, now=NOW) == (on(1, evidence=Evidence.TEXT), Dated())


def test_visible_dates_tell_published_from_updated() -> None:
    text = "Published May 1, 2024. Updated: 2 May 2024."
    assert dates_in_text(text, now=NOW) == (on(1, evidence=Evidence.TEXT), on(2, evidence=Evidence.TEXT))


@pytest.mark.parametrize("text", ["It happened on May 1, 2024.", "Published May 32, 2024", "Posted May 1, 20245"])
def test_other_visible_dates_are_no_evidence(text: str) -> None:
    assert dates_in_text(text, now=NOW) == (Dated(), Dated())
