"""How well pages are read: main text by the measure of the article extraction benchmark, and dates by their day.

The measure is scrapinghub/article-extraction-benchmark's: a page's true and false shares are those of its runs of four
words, so a long page weighs as much as a short one; precision and recall are means over pages, and F1 is of those.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import fmean
from typing import Any, NamedTuple

RUN = 4
"""Words of a run; a shorter text is one run."""

SAME_DAY = timedelta(days=1)
"""Two dates nearer than this name one day, in whatever zone each was written."""

_WORD = re.compile(r"\w+")
_JSON_LD = re.compile(r"<script\b[^>]{0,500}\bld\+json\b[^>]{0,500}>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_STATED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,64})"')
_TYPE = re.compile(r'"@type"\s*:\s*"(\w{1,64})"')
_ARTICLE = re.compile(r"(?:http://schema\.org/)?(?:\w*Article|\w*Posting|Report)")
_CHECK = re.compile(r"ClaimReview")
_PAGE = re.compile(r"\w*WebPage")
_NAMED = re.compile(
    r"""<meta\b[^>]{0,200}\bog:(?:title|url)\b[^>]{0,20}\bcontent=(?:"([^"]{1,500})"|'([^']{1,500})')"""
    r"""|<link\b[^>]{0,200}\brel=["']?canonical["']?[^>]{0,20}\bhref=["']?([^"'\s>]{1,500})""",
    re.IGNORECASE,
)


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
    """Return the day of publication that the page's JSON-LD states of its own article; none, or one in two spellings.

    Read apart from the cleaner's way. The article's own node is one of the types of articles, of several the one that
    has the page's headline or address, else the first; where there is none, a fact check's or the page's own. What
    is said of a video, a comment or a related article is not asked for.
    """
    nodes = [node for script in _JSON_LD.findall(html) for node in _nodes_of(script)]
    for kinds in (_ARTICLE, _CHECK, _PAGE):
        dated = [node for node in nodes if _is_of(node, kinds) and list(_times(_dates_of(node)))]
        if dated:
            names = {name for found in _NAMED.findall(html) for name in found if name}
            own = next((node for node in dated if names & set(_names_of(node))), dated[0])
            return list(_times(_dates_of(own)))
    return []


def _nodes_of(script: str) -> Iterator[dict[str, Any]]:
    """Yield the nodes at the top of a script, and of what it says is on the page; of a broken one its first date."""
    try:
        waiting = [json.loads(script, strict=False)]
    except ValueError:
        kinds, dates = _TYPE.findall(script), _STATED.findall(script)
        yield {"@type": [kind for kind in kinds if _ARTICLE.fullmatch(kind)] or kinds[:1], "datePublished": dates[:1]}
        return
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting = value + waiting
        elif isinstance(value, dict):
            yield value
            waiting = [value[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in value] + waiting


def _is_of(node: dict[str, Any], kinds: "re.Pattern[str]") -> bool:
    stated = node.get("@type")
    return any(isinstance(kind, str) and kinds.fullmatch(kind) for kind in _each(stated))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _dates_of(node: dict[str, Any]) -> list[str]:
    return [value for value in _each(node.get("datePublished")) if isinstance(value, str)]


def _names_of(node: dict[str, Any]) -> Iterator[str]:
    for name in ("headline", "url", "@id", "mainEntityOfPage"):
        for value in _each(node.get(name)):
            stated = value.get("@id") if isinstance(value, dict) else value
            if isinstance(stated, str):
                yield stated.strip()


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
