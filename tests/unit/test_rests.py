"""Hours and days at which a feed asks to be left alone."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from services.ingest.discovery.entries import FeedBody
from services.ingest.discovery.feeds import read_feed
from services.ingest.discovery.rests import Rest, read_rest, wait_out

NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
"""A Monday."""


def rest(stated: str) -> Rest:
    return read_rest(etree.fromstring(f"<rss><channel><title>t</title>{stated}</channel></rss>"))


def hours(*values: object) -> str:
    return "<skipHours>" + "".join(f"<hour>{value}</hour>" for value in values) + "</skipHours>"


def test_hours_and_days_are_read_and_nonsense_among_them_is_not() -> None:
    asked = rest(hours(23, " 0 ", 24, 25, -1, "noon", "") + "<skipDays><day>Sunday</day><day>Doomsday</day></skipDays>")
    assert (asked.skip_hours, asked.skip_days) == ((0, 23), (6,))


def test_feed_that_forbids_every_hour_or_every_day_forbids_none() -> None:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    days = "<skipDays>" + "".join(f"<day>{name}</day>" for name in names) + "</skipDays>"
    assert rest(hours(*range(24)) + days) == Rest()


def test_feed_carries_what_its_channel_asks_for() -> None:
    item = "<item><title>A</title><link>https://a.example/1</link></item>"
    body = f"<rss version='2.0'><channel><title>t</title><ttl>5</ttl>{hours(3)}{item}</channel></rss>"
    found = read_feed(FeedBody("https://a.example/rss", body.encode(), NOW))
    assert (found.ttl_seconds, found.skip_hours, found.skip_days) == (300, (3,), ())


@pytest.mark.parametrize(
    ("seconds", "skip_hours", "skip_days", "expected"),
    [
        (600, (), (), 600),
        (600, (21, 23), (), 600),
        (600, (22,), (), 1_800),
        (600, (22, 23, 0), (), 1_800 + 2 * 3_600),
        (600, (), (0,), 1_800 + 3_600),
        (600, (0,), (0, 1), 1_800 + 3_600 + 86_400 + 3_600),
        (1_800, (22,), (), 1_800),
    ],
)
def test_poll_waits_until_no_rest_is_asked_for(
    seconds: float, skip_hours: tuple[int, ...], skip_days: tuple[int, ...], expected: float
) -> None:
    assert wait_out(seconds, NOW, skip_hours, skip_days) == expected


def test_rest_without_end_is_waited_out_for_a_week_at_most() -> None:
    assert wait_out(0, NOW, tuple(range(24)), ()) <= 7 * 86_400 + 3_600
