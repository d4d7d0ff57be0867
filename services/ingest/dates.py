"""Dates: when an article says it was published and changed, and by what evidence; a date is never guessed.

A day counts as a day (``precision``), its ``at`` is midnight UTC. A time without an offset from UTC tells the day only.
The formats are those of RFC 3339, ISO 8601 and RFC 5322, and days written with the name of their month.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from schemas.events import Dated, DateReason, Evidence
from services.ingest.months import month_of

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""There was no web before; an older date is an empty field (1970, 1900, 0001), not news."""

FUTURE_TOLERANCE = timedelta(days=1)
"""Clocks run ahead and days are written in the publisher's zone; a date further ahead is a mistake."""

DATE_TEXT_LENGTHS = range(8, 129)
"""No date is shorter than ``20240501`` or longer than this; what is, is not read."""

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]\s?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_RFC_5322 = re.compile(
    r"(?:[a-z]{3,9},? +)?\d{1,2} [a-z]{3,9} \d{4}(?: +\d\d?:\d\d(?::\d\d)? *([+-]\d{4}|[a-z]{1,5})?(?: \(.*\))?)?",
    re.IGNORECASE,
)
_ZONE_HOURS = {
    "GMT": 0, "UT": 0, "UTC": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip
"""The zone names of RFC 5322 and the two for UTC that people write; any other name has several meanings."""

_WORD = r"([^\W\d_]{3,12})\.?"
_DAY_IN_WORDS = re.compile(
    rf"(?<!\d)(\d\d?)(?:st|nd|rd|th|er|[.ºª])?,? (?:de |d[\u2019'])?{_WORD},? (?:del? )?((?:19|20)\d\d)(?!\d)"
    rf"|(?<!\w){_WORD} (\d\d?)(?:st|nd|rd|th)?,? ((?:19|20)\d\d)(?!\d)"
    r"|(?<!\d)((?:19|20)\d\d-\d\d-\d\d)(?!\d)|(?<![\d./])(\d\d?)[./](\d\d?)[./]((?:19|20)\d\d)(?![\d./])"
)
_CLOCK = re.compile(r"(?<!\d)(\d\d?):(\d\d)(?::(\d\d))?\s?(?:([ap])\.?m\b\.?)?", re.IGNORECASE)
_ZONE = re.compile(rf"\b(?:GMT|UTC)?\s?([+-]\d\d:?\d\d)\b|\b({'|'.join(_ZONE_HOURS)})\b")
MONTHS = 12
"""A larger number is a day."""

NOON = 12
"""Twelve in the twelve-hour clock is noon or midnight."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"((?:19|20)\d\d)"
_IN_PATH = re.compile(rf"/(?:{_YEAR}/(?:(\d\d?)|{_MONTH})/(\d\d?)|{_YEAR}-?(\d\d)-?(\d\d))(?=[/_.-]|$)", re.IGNORECASE)
_ST = "(?:st|nd|rd|th)?"
_IN_WORDS = rf"(?:{_MONTH} (\d\d?){_ST},? (\d{{4}})|(\d\d?){_ST} {_MONTH},? (\d{{4}})|(\d{{4}}-\d\d-\d\d))"
_VISIBLE = re.compile(
    rf"\b(published|posted|updated|modified)(?: (?:on|at))?:? ?(?:[a-z]{{3,9}},? )?{_IN_WORDS}(?!\d)", re.IGNORECASE
)


def read_date(text: object, evidence: Evidence, *, now: datetime) -> Dated:
    """Return the time that ``text`` states; null if it states none, or an impossible or implausible one."""
    if not isinstance(text, str) or len(text := text.strip()) not in DATE_TEXT_LENGTHS:
        return Dated()
    try:
        moment = _moment(text)
    except (ValueError, OverflowError):
        return Dated(reason=DateReason.IMPLAUSIBLE)
    return Dated() if moment is None else _plausible(*moment, evidence, now)


def first_date(candidates: Iterable[Dated]) -> Dated:
    """Return the first that is a date; else why there is none: a date that was refused says more than no evidence."""
    refused = Dated()
    for dated in candidates:
        if dated.at is not None:
            return dated
        if refused.reason is DateReason.NO_EVIDENCE:
            refused = dated
    return refused


def agreed_date(candidates: Iterable[Dated]) -> Dated:
    """Return the first date if all, of equal trust, lie within a day of it; else null, contradicted."""
    dates = [dated for dated in candidates if dated.at is not None or dated.reason is not DateReason.NO_EVIDENCE]
    first = first_date(dates)
    times = [dated.at for dated in dates if dated.at is not None]
    if times and max(times) - min(times) > timedelta(days=1):
        return Dated(reason=DateReason.CONTRADICTED)
    return first


def after(modified: Dated, published: Dated) -> Dated:
    """Return ``modified`` unless it lies before ``published``: nothing is changed before it is there."""
    if modified.at is None or published.at is None:
        return modified
    slack = timedelta(days=1) if "day" in {modified.precision, published.precision} else timedelta()
    return Dated(reason=DateReason.CONTRADICTED) if modified.at < published.at - slack else modified


def date_in_url(path: str, *, now: datetime) -> Dated:
    """Return the day that a URL's path names (``/2024/05/01/``, ``/2024/may/01/``, ``/20240501-``)."""
    found = _IN_PATH.search(path)
    if found is None:
        return Dated()
    year, month, name, day, year2, month2, day2 = found.groups()
    number = _MONTHS.index(name.lower()) + 1 if name else int(month or month2)
    try:
        return _plausible(datetime(int(year or year2), number, int(day or day2), tzinfo=UTC), False, Evidence.URL, now)
    except ValueError:
        return Dated()  # three numbers in a path need not be a date


def dates_in_text(text: str, *, now: datetime) -> tuple[Dated, Dated]:
    """Return the days that visible words call published (or posted) and updated (or modified)."""
    found: dict[bool, list[Dated]] = {True: [], False: []}
    for match in _VISIBLE.finditer(text):
        word, month, day, year, day2, month2, year2, iso = match.groups()
        try:
            moment = datetime.fromisoformat(iso) if iso else _named(year or year2, month or month2, day or day2)
        except ValueError:
            continue
        new = word.lower() in {"published", "posted"}
        found[new].append(_plausible(moment.replace(tzinfo=UTC), False, Evidence.TEXT, now))
    return agreed_date(found[True]), agreed_date(found[False])


def _named(year: str, month: str, day: str) -> datetime:
    return datetime(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day), tzinfo=UTC)


def _moment(text: str) -> tuple[datetime, bool] | None:
    """Return a time and whether it is exact to the second; None if the text has not the form of a date."""
    if (iso := _ISO.fullmatch(text)) is not None:
        year, month, day, hour, minute, second, zone = iso.groups()
        whole = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
        return _in_zone(whole, _offset(zone)) if hour else (whole, False)
    rfc = _RFC_5322.fullmatch(text)
    parts = parsedate_tz(text if ":" in text else f"{text} 00:00") if rfc else None
    if rfc is None or parts is None:
        return _moment_in_words(text)
    whole = datetime(*parts[:6], tzinfo=UTC)
    zone = rfc[1] or ""
    known = zone[:1] in {"+", "-"} or zone.upper() in _ZONE_HOURS
    return _in_zone(whole, timedelta(seconds=parts[9] or 0) if known else None)


def _moment_in_words(text: str) -> tuple[datetime, bool] | None:
    """Return the time a line states if it names one day with its month; the clock counts with a known zone only."""
    days = list(days_in(text))
    if len(days) != 1:
        return None
    clocks, zones = list(_CLOCK.finditer(text)), list(_ZONE.finditer(text))
    if len(clocks) != 1 or len(zones) != 1:
        return days[0], False
    hour, minute, second, half = clocks[0].groups()
    hours = int(hour) % NOON + NOON * (half.lower() == "p") if half else int(hour)
    whole = days[0].replace(hour=hours, minute=int(minute), second=int(second or 0))
    stated, name = zones[0].groups()
    return _in_zone(whole, _offset(stated) if stated else timedelta(hours=_ZONE_HOURS[name]))


def days_in(text: str) -> Iterator[datetime]:
    """Yield the days that a text names with their month's name, or as 2024-05-01. Raises `ValueError`."""
    for found in _DAY_IN_WORDS.finditer(text):
        day, month, year, month2, day2, year2, iso, one, two, year3 = found.groups()
        number = month_of(month or month2 or "")
        if year3:
            yield from _day_in_numbers(int(one), int(two), int(year3))
        elif iso:
            yield datetime.fromisoformat(iso).replace(tzinfo=UTC)
        elif number:
            yield datetime(int(year or year2), number, int(day or day2), tzinfo=UTC)


def _day_in_numbers(one: int, two: int, year: int) -> Iterator[datetime]:
    """Yield the day if but one of the first two numbers can be the month: readers of the other order exist."""
    if max(one, two) > MONTHS >= min(one, two) or one == two:
        yield datetime(year, min(one, two), max(one, two), tzinfo=UTC)


def _in_zone(whole: datetime, offset: timedelta | None) -> tuple[datetime, bool]:
    if offset is None:
        return whole.replace(hour=0, minute=0, second=0), False
    return whole.replace(tzinfo=timezone(offset)), True


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def _plausible(moment: datetime, exact: bool, evidence: Evidence, now: datetime) -> Dated:
    if not EARLIEST <= moment <= now + FUTURE_TOLERANCE:
        return Dated(reason=DateReason.IMPLAUSIBLE)
    offset = (moment.utcoffset() or timedelta()) // timedelta(minutes=1) if exact else None
    return Dated(
        at=moment.astimezone(UTC),
        precision="second" if exact else "day",
        evidence=evidence,
        reason=None,
        offset_minutes=offset,
    )
