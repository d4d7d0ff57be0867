"""Shown: the dates and the byline that a page's reader sees beside its headline."""

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from services.ingest.characters import one_line
from services.ingest.cleaning.chaff import NAMES_KEPT

LINE_MAX = 60
"""Code points of words that are a date and little besides; in a longer line it is a date of the story."""

SHOWN_MAX = 100
"""More dates are a list of other articles."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
BYLINES_MAX = 4
"""Bylines that differ; more are those of other articles."""

SOURCE_MAX = 400
"""Code points of a date or a byline in the page's source, where it is indented."""

JUDGED_MAX = 200
"""Elements looked at for a byline; where there are more, each may hold the whole page."""

_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|writer|reporter)s?(?:[-_]{1,2}(?:name|link))?(?:$|\s)", re.IGNORECASE
)
_CHANGED = re.compile(r"updated|modified|changed|corrected|last edit", re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """Dates as written, above and below the headline in order, each with whether it is called a change."""

    before: tuple[tuple[str, bool], ...] = ()
    after: tuple[tuple[str, bool], ...] = ()
    has_headline: bool = False
    bylines: tuple[str, ...] = ()


def find_shown(tree: HtmlElement) -> Shown:
    """Return the dates that the page shows as lines of their own, or in ``time`` elements (HTML standard, 4.5.14)."""
    before: list[tuple[str, bool]] = []
    after: list[tuple[str, bool]] = []
    headlines = judged = 0
    bylines: dict[str, None] = {}
    for element in tree.iter():
        if element.tag == "h1":
            headlines += 1
            before, after = before + after, []
        if judged < JUDGED_MAX and _is_byline(element):
            judged += 1
            if len(words := element.text_content()) <= SOURCE_MAX and (name := one_line(words)[: LINE_MAX + 1]):
                bylines.update({name: None} if len(name) <= LINE_MAX else {})
        if element.tag == "time" and element.get("datetime"):
            after.append((element.get("datetime"), _tells_change(element, element.text or "")))
            continue
        for words in (element.text, element.tail):
            if words and len(words) <= SOURCE_MAX and _YEAR.search(words) and len(line := words.strip()) <= LINE_MAX:
                after.append((line, _tells_change(element, line)))
        if len(after) > SHOWN_MAX:
            break
    named = tuple(bylines) if len(bylines) <= BYLINES_MAX else ()
    return Shown(tuple(before), tuple(after), headlines == 1, named)


def _tells_change(element: HtmlElement, line: str) -> bool:
    around = element.getparent()
    said = (line, element.get("class") or "", "" if around is None else around.text or "")
    return any(_CHANGED.search(words) for words in said)


def _is_byline(element: HtmlElement) -> bool:
    names = element.get("itemprop") or element.get("class")
    return (names is not None and _names_byline(names)) or element.get("rel") == "author"


@lru_cache(NAMES_KEPT)
def _names_byline(names: str) -> bool:
    return "comment" not in names and _BYLINE.search(names) is not None
