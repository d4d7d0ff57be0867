"""Rests: how long, at which hours and on which days a feed asks to be left alone (RSS 2.0, and 1.0's syndication)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml import etree

TTL_MAX_SECONDS = 7 * 86_400
"""A feed may ask for rest, not for oblivion."""

_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_HOUR = re.compile(r"\d{1,2}", re.ASCII)
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Rest(NamedTuple):
    """What a feed asks for: seconds between two polls, and hours (0 to 23) and days (0 is Monday) without, in UTC."""

    ttl_seconds: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


def read_rest(root: "etree._Element") -> Rest:
    """Return what the feed's own elements ask for; one that forbids every hour, or every day, forbids none."""
    parts = (root, *root.iterfind("{*}channel"))
    stated = {_local(child): (child.text or "").strip() for part in parts for child in part}
    hours = {int(text) % 24 for text in _listed(root, "skipHours", "hour") if _HOUR.fullmatch(text) and int(text) <= 24}  # noqa: PLR2004 (some count from 1)
    days = {_DAYS.index(text.lower()) for text in _listed(root, "skipDays", "day") if text.lower() in _DAYS}
    return Rest(
        _ttl(stated),
        tuple(sorted(hours)) if len(hours) < 24 else (),  # noqa: PLR2004 (a day's)
        tuple(sorted(days)) if len(days) < len(_DAYS) else (),
    )


def wait_out(seconds: float, now: datetime, skip_hours: tuple[int, ...], skip_days: tuple[int, ...]) -> float:
    """Return the seconds from ``now``, at least as many as given, to a time that no rest is asked for."""
    at = (now + timedelta(seconds=seconds)).astimezone(UTC)
    first = at
    while at < first + timedelta(days=len(_DAYS)) and (at.hour in skip_hours or at.weekday() in skip_days):
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return max((at - now).total_seconds(), seconds)


def _ttl(stated: dict[str, str]) -> int | None:
    """Return how long a feed is to be left alone: RSS ``ttl`` in minutes, or the syndication module's period."""
    minutes, period, often = (stated.get(name, "") for name in ("ttl", "updatePeriod", "updateFrequency"))
    if _NUMBER.fullmatch(minutes):
        return min(int(minutes) * 60, TTL_MAX_SECONDS)
    frequency = int(often) if _NUMBER.fullmatch(often) else 1
    return _PERIODS[period] // frequency if period in _PERIODS else None


def _listed(root: "etree._Element", name: str, each: str) -> Iterator[str]:
    """Yield the words of the elements ``each`` in the feed's element ``name``."""
    for found in root.iterfind(f"{{*}}channel/{{*}}{name}/{{*}}{each}"):
        yield (found.text or "").strip()


def _local(element: "etree._Element") -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
