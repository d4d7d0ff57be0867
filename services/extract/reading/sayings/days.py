"""Words for days, weeks, months and years, and the days that they mean in an article of a known date."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from schemas.extraction import Span

FIRST_YEAR = 1500
"""A smaller number of four digits is rather an amount."""

LAST_YEAR = 2100
"""A larger one too."""

CENTURY_TURN = 50
"""Without an article's date, '98 is of the last century and '12 of nobody knows which."""

_MONTH_NAMES = "January February March April May June July August September October November December"
_DAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_COUNT_NAMES = "one two three four five six seven eight nine ten eleven twelve"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_SHORT = {name[:3]: number for name, number in _MONTHS.items()} | {"Sept": 9}
_WEEKDAYS = {name: number for number, name in enumerate(_DAY_NAMES.split())}
_COUNTS = {name: number for number, name in enumerate(_COUNT_NAMES.split(), 1)} | {"a": 1, "an": 1}

_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|(?:Sept|{'|'.join(_SHORT)})\b\.?)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_OF_WEEK = rf"(?:(?:{'|'.join(_WEEKDAYS)}|(?:Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)\b\.?),? (?:the )?)?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12]\d{3})(?!\d|s\b)"
_PART = r"(?:[’']s)?(?! ?[’']s) (?:early |late )?(?:morning|afternoon|evening|night|lunchtime)"
_ON = r"(?:(?:late |early |again )?[Oo]n (?:the (?:morning|afternoon|evening|night) of )?|dated )?"
_FIRST = r"(?:[Ii]n|[Dd]uring|[Bb]ack in|[Ll]ate in|[Ee]arly in|[Ll]ast|[Tt]his) (?:early |late |mid-)?"
_UNIT = r"(?P<unit>day|week|month|year|decade)s?"

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("full", re.compile(rf"\b{_ON}{_OF_WEEK}{_DAY}(?: of)? {_MONTH},? {_YEAR}")),
    ("full", re.compile(rf"\b{_ON}{_OF_WEEK}{_MONTH} {_DAY}, ?{_YEAR}")),
    ("full", re.compile(r"\b(?:[Oo]n )?(?P<year>[12]\d{3})-(?P<number>[01]\d)-(?P<day>[0-3]\d)\b")),
    ("day", re.compile(rf"\b{_ON}{_OF_WEEK}{_DAY}(?: of)? {_MONTH}(?![\w’'])")),
    ("day", re.compile(rf"\b{_ON}{_OF_WEEK}{_MONTH} {_DAY}(?![\w,.’']*\d)(?![\w’'])")),
    ("month", re.compile(rf"\b{_FIRST}{_MONTH}(?: of)?,? {_YEAR}")),
    ("month", re.compile(rf"\b{_FIRST}{_MONTH}(?P<ago> (?:of )?last year| (?:of )?this year)?(?![\w’'])(?! \d)")),
    ("weekday", re.compile(rf"\b(?:{_ON}(?:last |this past )?|[Ll]ast |[Tt]his ){_WEEKDAY}(?:{_PART})?(?![\w’'])")),
    (
        "today",
        re.compile(
            r"\b(?:(?:late |early |earlier )?[Tt]oday|[Tt]his (?:morning|afternoon|evening)|[Tt]onight)\b(?![’'])"
        ),
    ),
    (
        "yesterday",
        re.compile(r"\b(?:(?:late |early )?[Yy]esterday(?: (?:morning|afternoon|evening))?|[Ll]ast night)\b(?![’'])"),
    ),
    (
        "period",
        re.compile(r"\b(?:[Ee]arlier |[Ll]ater? |in )?(?P<which>[Ll]ast|[Tt]his) (?P<unit>week|month|year)\b(?![’'])"),
    ),
    ("ago", re.compile(rf"\b(?P<count>{'|'.join(_COUNTS)}|\d{{1,2}}) {_UNIT} ago\b", re.IGNORECASE)),
    (
        "vague",
        re.compile(
            rf"\b(?:{'|'.join(_COUNTS)}|\d{{1,2}}) {_UNIT} (?:later|earlier|after|afterwards|before)\b", re.IGNORECASE
        ),
    ),
    ("vague", re.compile(r"\b(?:[Ll]ast|[Tt]his) (?:spring|summer|autumn|fall|winter|weekend)\b(?![’'])")),
    (
        "vague",
        re.compile(
            r"\b(?:[Tt]he (?:same|next|following) (?:day|morning|evening|night|week)"
            r"|[Tt]hat (?:day|morning|evening|night))\b(?![’'])"
        ),
    ),
    ("year", re.compile(rf"\b(?:[Ii]n|[Dd]uring|[Bb]ack in) {_YEAR}(?![-–/]\d)")),
    ("year", re.compile(r"\b[Ii]n [’'‘](?P<short>\d\d)(?!\w)")),
)
"""Each has bounded repetitions only; of two that overlap the earlier in this list counts."""


_TRIGGER = re.compile(
    rf"\d\d|[’'‘]\d|(?:{'|'.join(name[:3] for name in (*_MONTHS, *_WEEKDAYS))})|[Tt]o(?:day|night)|[Yy]esterday"
    r"|[Ll]ast |[Tt]his |[Tt]hat (?:day|mor|eve|nig)|[Tt]he (?:same|next|foll)"
    r"|(?:day|week|month|year|decade)s? (?:ago|later|earlier|after|before)"
)
"""Without one of these nothing dates anything: most sentences are passed over at once."""


class Dating(NamedTuple):
    """Words that date something, and the days they mean: from ``first`` to before ``end``, both null if unknown."""

    span: Span
    first: date | None
    end: date | None
    whole: bool
    """Whether the words alone, without an article's date, tell one day."""


def find_datings(text: str, start: int, end: int, day: date | None) -> Iterator[Dating]:
    """Yield the words between two places that date something, in order of kind; ``day``: that of the article."""
    taken: list[Span] = []
    if _TRIGGER.search(text, start, end) is None:
        return
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text, start, end):
            if any(s < match.end() and match.start() < e for s, e in taken) or not _is_calendar(kind, match):
                continue
            taken.append(match.span())
            first, last = _resolve(kind, match, day) or (None, None)
            yield Dating(match.span(), first, last, kind == "full" and first is not None)


def _is_calendar(kind: str, match: re.Match[str]) -> bool:
    if kind == "year" and "year" in match.groupdict():
        return FIRST_YEAR <= int(match["year"]) <= LAST_YEAR
    return True


def _resolve(kind: str, match: re.Match[str], day: date | None) -> tuple[date, date] | None:
    """Return the days meant, or None where the article's date is needed and unknown, or the words fit no calendar."""
    try:
        if kind == "full":
            number = match.groupdict().get("number")
            month = int(number) if number else _month(match)
            return _one(date(int(match["year"]), month, int(match["day"])))
        if kind == "month" and "year" in match.groupdict():
            return _whole_month(int(match["year"]), _month(match))
        if kind == "year":
            return _year(match, day)
        return None if day is None else _relative(kind, match, day)
    except (ValueError, OverflowError):
        return None


def _relative(kind: str, match: re.Match[str], day: date) -> tuple[date, date] | None:
    resolve = _RELATIVE.get(kind)
    return None if resolve is None else resolve(match, day)


def _last_weekday(match: re.Match[str], day: date) -> tuple[date, date]:
    """Return the last such day up to the article's; "last Tuesday" is not the article's own Tuesday."""
    back = (day.weekday() - _WEEKDAYS[match["weekday"]]) % 7
    return _one(day - timedelta(days=back or (7 if "last" in match.group().lower().split() else 0)))


def _ago(match: re.Match[str], day: date) -> tuple[date, date] | None:
    shown = match["count"].lower()
    return _period(match["unit"].lower(), int(shown) if shown.isdigit() else _COUNTS[shown], day)


def _month(match: re.Match[str]) -> int:
    name = match["month"].rstrip(".")
    return _MONTHS.get(name) or _SHORT[name]


def _one(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _whole_month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _latest(month: int, number: int, day: date) -> date:
    """Return the last such day up to the article's."""
    this_year = date(day.year, month, number)
    return this_year if this_year <= day else date(day.year - 1, month, number)


def _latest_month(match: re.Match[str], day: date) -> tuple[date, date]:
    month, ago = _month(match), match["ago"]
    if ago is not None:
        return _whole_month(day.year - ("last" in ago), month)
    return _whole_month(day.year - (month > day.month), month)


def _period(unit: str, back: int, day: date) -> tuple[date, date] | None:
    """Return the day, week, month or year that lies so many of them before the article's."""
    if unit == "day":
        return _one(day - timedelta(days=back))
    if unit == "week":
        monday = day - timedelta(days=day.weekday(), weeks=back)
        return monday, monday + timedelta(weeks=1)
    if unit == "month":
        months = day.year * 12 + day.month - 1 - back
        return _whole_month(months // 12, months % 12 + 1)
    return (date(day.year - back, 1, 1), date(day.year - back + 1, 1, 1)) if unit == "year" else None


def _year(match: re.Match[str], day: date | None) -> tuple[date, date] | None:
    if "year" in match.groupdict():
        year = int(match["year"])
    else:
        short, now = int(match["short"]), None if day is None else day.year
        if now is None and short < CENTURY_TURN:
            return None
        year = 1900 + short if now is None else now - (now - short) % 100
    return date(year, 1, 1), date(year + 1, 1, 1)


_RELATIVE: dict[str, Callable[[re.Match[str], date], tuple[date, date] | None]] = {
    "today": lambda _, day: _one(day),
    "yesterday": lambda _, day: _one(day - timedelta(days=1)),
    "weekday": _last_weekday,
    "day": lambda match, day: _one(_latest(_month(match), int(match["day"]), day)),
    "month": _latest_month,
    "period": lambda match, day: _period(match["unit"], 1 if match["which"].lower() == "last" else 0, day),
    "ago": _ago,
}
"""How words of a kind are resolved in an article of a known date; those of other kinds are not."""
