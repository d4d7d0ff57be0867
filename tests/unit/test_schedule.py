"""When feeds are polled again, pages tried again, and hosts left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.outcomes import FeedOutcome, PageOutcome
from services.ingest.queues import schedule
from services.ingest.queues.schedule import NextPoll, host_pause, next_poll, retry_after


def test_answered_feed_waits_for_the_interval_and_forgets_its_failures() -> None:
    assert next_poll(FeedOutcome.POLLED, failures=7, interval_seconds=300) == NextPoll(300, 0)
    assert next_poll(FeedOutcome.NOT_MODIFIED, failures=1, interval_seconds=300) == NextPoll(300, 0)


@pytest.mark.parametrize(("max_age", "seconds"), [(60, 300), (900, 900), (999_999, 3_600)])
def test_max_age_delays_the_next_poll_up_to_an_hour(max_age: float, seconds: float) -> None:
    assert next_poll(FeedOutcome.POLLED, failures=0, interval_seconds=300, max_age_seconds=max_age).seconds == seconds


def test_pace_of_a_feed_says_when_it_is_polled_within_the_least_time_and_a_day() -> None:
    def wait(per_day: float) -> float:
        return next_poll(FeedOutcome.NOT_MODIFIED, failures=0, interval_seconds=60, per_day=per_day).seconds

    assert [wait(0), wait(1), wait(24), wait(10_000)] == [86_400, 21_600, 900, 60]


@pytest.mark.parametrize(("per_day", "seconds"), [(0.5, 86_400), (4.0, 5_400), (40.0, 3_600)])
def test_max_age_is_believed_for_a_day_where_the_feed_does_not_change_sooner(per_day: float, seconds: float) -> None:
    found = next_poll(FeedOutcome.POLLED, failures=0, interval_seconds=60, per_day=per_day, max_age_seconds=999_999)
    assert found.seconds == seconds


@pytest.mark.parametrize(("ttl", "seconds"), [(None, 60), (30, 60), (7_200, 7_200), (604_800, 86_400)])
def test_time_to_live_is_honoured_up_to_a_day_however_often_a_feed_changes(ttl: float | None, seconds: float) -> None:
    found = next_poll(FeedOutcome.POLLED, failures=0, interval_seconds=60, per_day=10_000, ttl_seconds=ttl)
    assert found.seconds == seconds


def test_failures_in_a_row_double_the_wait_up_to_days() -> None:
    waits = [next_poll(FeedOutcome.TIMED_OUT, failures=n, interval_seconds=300).seconds for n in (0, 1, 2, 9, 5_000)]
    assert waits == [300, 600, 1_200, 153_600, 4 * 86_400]


def test_failed_poll_honours_retry_after_up_to_a_day() -> None:
    def wait(asked: float) -> float:
        return next_poll(FeedOutcome.RATE_LIMITED, failures=0, interval_seconds=300, retry_after_seconds=asked).seconds

    assert [wait(10), wait(7_000), wait(10**9)] == [300, 7_000, 86_400]


def test_only_a_feed_that_is_gone_ends() -> None:
    ends = {each for each in FeedOutcome if next_poll(each, failures=9, interval_seconds=60).ends}
    assert ends == {FeedOutcome.GONE}


@given(
    st.sampled_from(sorted(set(FeedOutcome) - {FeedOutcome.GONE})),
    st.integers(0, 10_000),
    st.floats(1, 86_400),
    st.floats(0, 1e12),
    st.none() | st.floats(0, 1e9),
)
def test_no_feed_waits_less_than_its_interval_or_more_than_days(
    outcome: FeedOutcome, failures: int, interval: float, asked: float, per_day: float | None
) -> None:
    found = next_poll(
        outcome,
        failures=failures,
        interval_seconds=interval,
        per_day=per_day,
        max_age_seconds=asked,
        ttl_seconds=asked,
        retry_after_seconds=asked,
    )
    assert interval <= found.seconds <= (4 * 86_400 if found.failures else 86_400)


def test_passing_failure_is_tried_again_later_each_time_and_then_stands() -> None:
    waits = [retry_after(PageOutcome.SERVER_ERROR, attempts=n) for n in range(1, schedule.PAGE_ATTEMPTS + 1)]
    assert waits == [60, 240, 960, 3_840, 15_360, *[schedule.RETRY_CAP_SECONDS] * 7, None]
    assert 1.9 * 86_400 < sum(wait or 0 for wait in waits) < 2 * 86_400


def test_pages_that_failed_together_come_back_apart() -> None:
    def wait(jitter: float, asked: float | None = None) -> float:
        return retry_after(PageOutcome.TIMED_OUT, attempts=6, jitter=jitter, retry_after_seconds=asked) or 0.0

    assert [wait(0.0), wait(0.5), wait(1.0)] == pytest.approx([21_600, 22_680, 23_760])
    assert wait(0.5, 40_000) == pytest.approx(42_000)  # never sooner than the server asks


@pytest.mark.parametrize("outcome", sorted(set(PageOutcome) - schedule.PASSING))
def test_final_outcome_is_never_tried_again(outcome: PageOutcome) -> None:
    assert retry_after(outcome, attempts=1, retry_after_seconds=5) is None


def test_final_outcome_that_may_pass_is_tried_again_as_often_as_any() -> None:
    waits = [retry_after(PageOutcome.BAD_RESPONSE, attempts=n, may_pass=True) for n in (1, schedule.PAGE_ATTEMPTS)]
    assert waits == [60, None]


def test_page_that_kills_a_worker_twice_is_done() -> None:
    assert retry_after(PageOutcome.WORKER_KILLED, attempts=1) == 60
    assert retry_after(PageOutcome.WORKER_KILLED, attempts=2) is None


@given(st.lists(st.sampled_from(sorted(schedule.PASSING)), max_size=3 * schedule.PAGE_ATTEMPTS))
def test_page_kills_no_more_workers_between_other_failures(outcomes: list[PageOutcome]) -> None:
    made: list[PageOutcome] = []
    for outcome in outcomes:
        made.append(outcome)
        if retry_after(outcome, attempts=len(made)) is None:
            break
    assert made.count(PageOutcome.WORKER_KILLED) <= schedule.KILLED_ATTEMPTS
    assert len(made) <= schedule.PAGE_ATTEMPTS


def test_rate_limited_page_waits_as_long_as_asked_up_to_a_day() -> None:
    def wait(asked: float) -> float | None:
        return retry_after(PageOutcome.RATE_LIMITED, attempts=1, retry_after_seconds=asked)

    assert [wait(1), wait(500), wait(1e9)] == [60, 500, 86_400]


def test_host_is_left_alone_for_the_longest_that_anybody_asks() -> None:
    assert host_pause(interval_seconds=1) == 1
    assert host_pause(interval_seconds=1, crawl_delay_seconds=20) == 20
    assert host_pause(interval_seconds=30, crawl_delay_seconds=20) == 30


def test_retry_after_of_a_rate_limit_holds_for_the_host_up_to_an_hour() -> None:
    limited = PageOutcome.RATE_LIMITED
    assert host_pause(interval_seconds=1, retry_after_seconds=120, outcome=limited) == 120
    assert host_pause(interval_seconds=1, retry_after_seconds=1e6, outcome=limited) == 3_600
    assert host_pause(interval_seconds=1, retry_after_seconds=600, outcome=PageOutcome.ROBOTS_UNREACHABLE) == 1
