"""Datelines: the place, day and hour that stand before a report, on a line of their own or before its first words."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re

from schemas.extraction import Span
from services.extract.reading.language.lexicon import FUNCTION_WORDS, words
from services.extract.reading.names.places import place_names

DATELINE_MAX_CODE_POINTS = 110
"""A city, a country, a day, an hour and an agency fit in it; more is prose."""

PLACE_MAX_WORDS = 4
"""Words of one place or agency between two commas."""

SHOUTED_MIN_LETTERS = 5
"""Letters; a shorter word in capitals is mostly the initials of a body, unless it is known as a place."""

_WEEKDAYS = words(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
    " today yesterday"
)
_MONTHS = words(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sept sep oct nov dec"
)
_AROUND = words(
    "posted published updated update modified created edited issued released last first on at of the from as ago"
    " hours hour minutes minute mins min days day hrs a.m p.m am pm noon midnight morning afternoon evening night"
    " est edt cst cdt mst mdt pst pdt gmt utc bst cet cest ist et pt local time live"
)
"""May stand with a day or an hour in a dateline, and say nothing by themselves."""

_NUMBER = re.compile(r"\d{1,4}(?:st|nd|rd|th)?")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:[ap]\.?m)?|\d{1,2}[ap]\.?m")
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}(?:t[\d:.]+z?)?")
_PART = re.compile(r"[,|·•()\[\];]| [-–—] ")
_RULE = re.compile(r" ?[–—|]\s|\s--?\s|:\s")
_PLACE = re.compile(r"[^\W\d_a-zà-ÿ][^\n:;!?\"“”(),–—]{1,30}(?:, ?[^\W\d_a-zà-ÿ][^\n:;!?\"“”(),–—]{1,30}){0,2}")
_AGENCY = re.compile(r" ?\([^()\n]{2,30}\)\Z")


def is_dateline(line: str) -> bool:
    """Tell whether a line holds a day or an hour and, apart from it by commas, nothing but places and agencies."""
    if len(line) > DATELINE_MAX_CODE_POINTS:
        return False
    parts = [part for part in map(_words, _PART.split(line)) if part]
    times = [part for part in parts if all(map(_is_time, part))]
    places = (part for part in parts if part not in times)
    dated = _is_dated([word for part in times for word in part])
    return dated and len(parts) - len(times) <= len(times) + 2 and all(map(_is_place, places))


def dateline_end(text: str, span: Span) -> int:
    """Return where the report starts: behind "TARROW, Norland (Agency) —" or "11:42 —" if there is one, else its start.

    A colon ends a dateline only behind a day or an hour: behind a bare name it is a speaker's label.
    """
    start, end = span[0], min(span[1], span[0] + DATELINE_MAX_CODE_POINTS)
    for rule in _RULE.finditer(text, start, end):
        line = text[start : rule.start()]
        if rule.end() < span[1] and (_is_ordered(line) or (rule[0] != ": " and _is_report_from(line))):
            return rule.end()
    return span[0]


def _is_ordered(line: str) -> bool:
    """Decide whether no place but in brackets stands behind the day: "On Friday, Caldo -" is prose."""
    first, *others = map(_words, line.split("(", maxsplit=1)[0].split(","))
    return is_dateline(line) and (
        not all(map(_is_time, first)) or all(_is_time(word) for part in others for word in part)
    )


def _words(part: str) -> list[str]:
    return [word for shown in part.split() if (word := shown.strip(".:"))]


def _is_time(shown: str) -> bool:
    word = shown.lower()
    known = word in _WEEKDAYS or word in _MONTHS or word in _AROUND
    return known or any(pattern.fullmatch(word) for pattern in (_NUMBER, _CLOCK, _DAY))


def _is_dated(shown: list[str]) -> bool:
    found = [word.lower() for word in shown]
    if any(word in _WEEKDAYS or word == "ago" or _CLOCK.fullmatch(word) or _DAY.fullmatch(word) for word in found):
        return True
    number = any(_NUMBER.fullmatch(word) for word in found)
    return number and any(word in _MONTHS or word in {"a.m", "p.m", "am", "pm"} for word in found)


def _is_place(part: list[str]) -> bool:
    return len(part) <= PLACE_MAX_WORDS and all(word[0].isupper() or word in {"of", "and"} for word in part)


def _is_report_from(line: str) -> bool:
    """Decide whether words before a dash are a place: shouted, or with a country or an agency."""
    agency = _AGENCY.search(line)
    places = line[: agency.start()] if agency else line
    if not places.strip():
        return agency is not None and line[0] == "("
    if _PLACE.fullmatch(places) is None:
        return False
    found = places.replace(",", " ").split()
    prose = found[0].lower() in FUNCTION_WORDS or not all(word[0].isupper() for word in found)
    if prose or any(map(str.isdigit, line)):
        return False
    shouted = found[0].isupper() and len(found[0].replace(".", "")) >= SHOUTED_MIN_LETTERS
    known = found[0].isupper() and found[0].lower() in place_names()
    return shouted or known or agency is not None or "," in places
