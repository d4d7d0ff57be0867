"""How well pages are read: main text by the measure of the article extraction benchmark, and dates by their day.

The measure is scrapinghub/article-extraction-benchmark's: a page's true and false shares are those of its runs of four
words, so a long page weighs as much as a short one; precision and recall are means over pages, and F1 is of those.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import fmean
from typing import NamedTuple

RUN = 4
"""Words of a run; a shorter text is one run."""

SAME_DAY = timedelta(days=1)
"""Two dates nearer than this name one day, in whatever zone each was written."""

_WORD = re.compile(r"\w+")
_JSON_LD = re.compile(r"<script\b[^>]{0,500}\bld\+json\b[^>]{0,500}>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_STATED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,64})"')


class Agreement(NamedTuple):
    """Of all runs of two texts, the shares that are in both, in the found one alone, in the true one alone."""

    both: float
    found: float
    true: float

    @property
    def precision(self) -> float:
        """How much of what was found is right; 1 where nothing was to be found and nothing was."""
        return 1.0 if not self.found and not self.true else self.both / ((self.both + self.found) or 1.0)

    @property
    def recall(self) -> float:
        """How much of what is right was found."""
        return 1.0 if not self.found and not self.true else self.both / ((self.both + self.true) or 1.0)


def agree(true: str, found: str) -> Agreement:
    """Return how far two texts agree."""
    right, ours = Counter(_runs(true)), Counter(_runs(found))
    both, extra, missed = (sum(runs.values()) for runs in (right & ours, ours - right, right - ours))
    whole = both + extra + missed or 1
    return Agreement(both / whole, extra / whole, missed / whole)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text)
    if words:
        yield from zip(*(islice(words, first, None) for first in range(min(RUN, len(words)))), strict=False)


def f1(pages: Sequence[Agreement]) -> float:
    """Return the F1 of mean precision and mean recall; pages where either is not defined do not count for it."""
    precision = fmean(page.precision for page in pages if page.both + page.found)
    recall = fmean(page.recall for page in pages if page.both + page.true)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def stated_dates(html: str) -> list[datetime]:
    """Return the days of publication that the page's JSON-LD states, read apart from the cleaner's way."""
    return list(_times(found for script in _JSON_LD.findall(html) for found in _STATED.findall(script)))


def _times(stated: Iterable[str]) -> Iterator[datetime]:
    for text in stated:
        try:
            time = datetime.fromisoformat(text.strip())
        except ValueError:
            continue
        if time.year > 1:  # 0001-01-01 is how some systems write none
            yield time if time.tzinfo else time.replace(tzinfo=UTC)


def without_json_ld(html: str) -> str:
    """Return the page stripped of all JSON-LD."""
    return _JSON_LD.sub("", html)


def is_day(found: datetime | None, stated: Iterable[datetime]) -> bool:
    """Tell whether the date that was found is one of those stated."""
    return found is not None and any(abs(found - date) < SAME_DAY for date in stated)
