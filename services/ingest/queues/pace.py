"""The pace of a feed: how many changes a day it has, learnt from what its polls find, and how often to ask for them.

Pure. Changes are taken for a Poisson process whose rate drifts; an average that forgets within days follows it.
"""

import math
from collections.abc import Sequence
from datetime import datetime

DAY_SECONDS = 86_400.0
"""The longest that a feed is left alone while it answers, whatever it asks for: news that waits longer is none."""

SPAN_LEAST_SECONDS = 60.0
"""What a feed's entries are taken to go back at least, so that one of a second ago says little."""

POLLS_A_CHANGE = 4.0
"""Polls for one change: what is new waits on average an eighth of the time between two changes, and a poll that finds
nothing is a 304."""

UNKNOWN_A_DAY = 24.0
"""Changes a day of a feed that dates nothing, until its polls tell: one an hour, so a poll every quarter of one."""

SOURCES_A_DAY = 1.0
"""Changes a day of what names other feeds and lists no article, to begin with: sites seldom get new sections."""

MEMORY_SECONDS = 2 * DAY_SECONDS
"""What the average looks back on: long enough for a night, short enough that a weekend slows the polls down."""


def first_pace(published: Sequence[datetime], now: datetime) -> float:
    """Return the changes a day of a feed seen for the first time: its dated entries, over the time they go back."""
    past = [at for at in published if at <= now]
    if not past:
        return UNKNOWN_A_DAY
    seconds = max((now - min(past)).total_seconds(), SPAN_LEAST_SECONDS)
    return len(past) / seconds * DAY_SECONDS


def next_pace(per_day: float, *, new: int, changed: int, listed: int, elapsed_seconds: float) -> float:
    """Return the changes a day after a poll that found so many entries ``elapsed_seconds`` after the one before it.

    A feed that dates most of its entries anew says nothing of changes by that. One whose entries are all new may have
    listed others in between: it counts as fast as it was just seen to be.
    """
    elapsed = max(elapsed_seconds, 1.0)
    changes = new + (changed if changed * 2 <= listed else 0)
    seen = changes / elapsed * DAY_SECONDS
    kept = math.exp(-elapsed / MEMORY_SECONDS)
    averaged = per_day * kept + seen * (1.0 - kept)
    return max(averaged, seen) if 1 < listed <= new else averaged


def find_interval(per_day: float, *, least_seconds: float, most_seconds: float = DAY_SECONDS) -> float:
    """Return the seconds between two polls of a feed of this pace: from ``least_seconds`` to ``most_seconds``."""
    wanted = DAY_SECONDS / (max(per_day, 0.0) * POLLS_A_CHANGE) if per_day > 0 else DAY_SECONDS
    return max(min(wanted, most_seconds), least_seconds)
