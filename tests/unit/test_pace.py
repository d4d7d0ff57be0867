"""How often a feed changes, learnt from its polls, and how often it is worth asking."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.queues.pace import DAY_SECONDS, UNKNOWN_A_DAY, find_interval, first_pace, next_pace

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=each) for each in hours]


def poll(per_day: float, new: int = 0, *, hours: float = 1.0, changed: int = 0, listed: int = 50) -> float:
    return next_pace(per_day, new=new, changed=changed, listed=listed, elapsed_seconds=hours * 3_600)


def test_first_pace_is_that_of_the_dated_entries_until_now() -> None:
    assert first_pace(ago(*range(48)), NOW) == pytest.approx(48 / 47 * 24)
    assert first_pace(ago(24 * 1_000, 24 * 999), NOW) == pytest.approx(0.002)


def test_feed_that_dates_nothing_or_all_in_the_future_starts_at_an_ordinary_pace() -> None:
    assert first_pace([], NOW) == first_pace(ago(-5), NOW) == UNKNOWN_A_DAY


def test_entry_of_this_moment_does_not_make_a_pace_without_bound() -> None:
    assert first_pace([NOW], NOW) == 1_440


@pytest.mark.parametrize("per_day", [2.0, 24.0, 480.0])
@pytest.mark.parametrize("start", [0.01, UNKNOWN_A_DAY, 5_000.0])
def test_pace_comes_near_to_how_often_the_feed_changes(start: float, per_day: float) -> None:
    """A feed that changes evenly, polled when its pace says so, over twenty days."""
    pace, now, seen = start, 0.0, 0
    while now < 20 * DAY_SECONDS:
        seconds = find_interval(pace, least_seconds=60)
        now += seconds
        made = int(now / DAY_SECONDS * per_day)
        pace, seen = poll(pace, made - seen, hours=seconds / 3_600), made
    assert pace == pytest.approx(per_day, rel=0.3)


def test_feed_that_falls_silent_is_asked_less_and_less() -> None:
    assert poll(100.0, hours=48) == pytest.approx(100 / 2.71828, rel=0.01)
    assert find_interval(poll(100.0, hours=24 * 30), least_seconds=60) == DAY_SECONDS


def test_feed_whose_entries_are_all_new_is_as_fast_as_it_was_seen_to_be() -> None:
    assert poll(1.0, 20, listed=20) == 480
    assert poll(1.0, 19, listed=20) < 20
    assert poll(1.0, 1, listed=1) < 2


def test_changed_entries_count_unless_the_feed_dates_most_of_them_anew() -> None:
    assert poll(10.0, changed=5) == poll(10.0, 5)
    assert poll(10.0, changed=26) == poll(10.0)


@given(st.floats(0, 1e6), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.floats(-10, 1e9))
def test_pace_is_never_negative_and_its_interval_within_bounds(
    per_day: float, new: int, changed: int, listed: int, elapsed: float
) -> None:
    pace = next_pace(per_day, new=new, changed=changed, listed=listed, elapsed_seconds=elapsed)
    assert pace >= 0
    assert 60 <= find_interval(pace, least_seconds=60) <= DAY_SECONDS


def test_no_feed_is_left_alone_for_longer_than_is_set() -> None:
    assert find_interval(0.0, least_seconds=60, most_seconds=3_600) == 3_600
    assert find_interval(0.0, least_seconds=60, most_seconds=30) == 60
