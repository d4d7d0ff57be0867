"""The day of an article as its own text tells it, or why it tells none, and the bounds that its text allows."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from schemas.comparison import CardDate, NoDate
from schemas.extraction import Span
from services.extract.reading.sayings.dates import head_datings
from services.extract.reading.sayings.days import FIRST_YEAR, LAST_YEAR, Dating, find_datings
from services.extract.sourcing.report import Report

YEARS_ON = 5
"""Years after the last year that it mentions, within which an article is taken to be written: a day and its weekday
return after 5, 6 or 11 years."""

LEAD_SENTENCES = 3
"""In which a saying is dated by the day of the news."""

LEAP = date(2000, 12, 31)
"""The end of a year that has every day: words without a year are read as of it."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
_NEAR = re.compile(
    rf"\b(?:{'|'.join(_WEEKDAYS)}|today|yesterday|tonight|last night|this (?:morning|afternoon|evening)"
    r"|(?:last|this) (?:week|month)|\w+ (?:days?|weeks?) ago)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:by|until|till|from|before|for|every|next|than|through|will|would|shall|again|leaves?|meets?|of|any|a) ?\Z",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"(?:\b(?:in|since|until|from|of|during|dated|early as|late as|back in|(?:spring|summer|autumn|fall|winter)(?: of)?"
    r"|founded|born|after) (?:the year )?)?(?<![\d.,$€£/-])\b(?P<year>[12]\d{3})\b(?![\d,.]\d|[-–/]?s\b|%| [a-z]+s\b"
    r"| ?(?:UTC|[A-Z]{1,4}T|[ap]\.?m)\b| local time)"
)
_PROMISED = re.compile(
    r"\b(?:will|would|shall|next|expected|plans?|planned|due|scheduled|to be)\b"
    r"|\b(?:by|before|no later than)(?: the end of)? ?\Z"
)


def date_of(report: Report, published_at: datetime | None = None) -> CardDate:
    """Return the day that the text gives: in a dateline, or where its lead says when its words were said.

    A day without its year is made whole by its weekday and the years that the text mentions, or is ``ambiguous``; no
    day but words such as *on Friday* is ``relative``. ``published_at``, where the page tells it, is an upper bound.
    """
    after, bounding = _last_mentioned(report)
    before = None if published_at is None else published_at.date() + timedelta(days=1)
    for dating in (*head_datings(report.text), *_dated_in_lead(report)):
        if dating.whole:
            return CardDate(value=dating.first, evidence=(report.words(dating.span),))
        if (day := _day_without_year(report, dating.span)) is not None and not _is_headline(report, dating.span):
            found = _with_year(day, report.shown(dating.span), after, before)
            reason = None if found else NoDate.AMBIGUOUS
            evidence = (report.words(dating.span), *(() if bounding is None else (report.words(bounding),)))
            bounds = (None, None) if found else (after, before)
            return CardDate(value=found, reason=reason, not_before=bounds[0], not_after=bounds[1], evidence=evidence)
    relative = next(_relative(report), None)
    evidence = tuple(report.words(span) for span in (relative, bounding) if span is not None)
    return CardDate(
        reason=NoDate.RELATIVE if relative else NoDate.NO_EVIDENCE,
        not_before=after,
        not_after=before,
        relative=report.words(relative) if relative else None,
        evidence=evidence,
    )


def _dated_in_lead(report: Report) -> Iterator[Dating]:
    """Yield the days, with a year or a weekday, at which the lead says that something was said."""
    lead = report.prose[:LEAD_SENTENCES]
    for claim in report.claims:
        evidence = claim.said_at.evidence if claim.said_at else None
        if evidence is None or not any(start <= evidence.spans[0][0] < end for start, end in lead):
            continue
        for dating in find_datings(report.text, *evidence.spans[0], None):
            if dating.whole or _WEEKDAY.search(report.shown(dating.span)):
                yield dating


def _day_without_year(report: Report, span: Span) -> date | None:
    """Return the day that words with a month and a number name, in a leap year; null where they name none."""
    shown = report.shown(span)
    if not _MONTH.search(shown) or not re.search(r"\d", shown):
        return None
    dating = next((one for one in find_datings(report.text, *span, LEAP) if one.span == span), None)
    one_day = dating is not None and dating.first is not None and dating.end == dating.first + timedelta(days=1)
    return dating.first if dating and one_day else None


def _with_year(day: date, shown: str, after: date | None, before: date | None) -> date | None:
    """Return the one day within the bounds that has the weekday; null where none or several have, or none is told."""
    weekday = _WEEKDAY.search(shown)
    first = after or (before and before.replace(day=1, year=before.year - YEARS_ON))
    if weekday is None or first is None:
        return None
    wanted = _WEEKDAYS.index(weekday[1].lower())
    days = [_in_year(day, year) for year in range(first.year, first.year + YEARS_ON + 1)]
    fits = [one for one in days if one and one.weekday() == wanted and one >= first and (not before or one < before)]
    return fits[0] if len(fits) == 1 else None


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _relative(report: Report) -> Iterator[Span]:
    """Yield words that tell a day only to who knows when they were written, and date what has happened."""
    for dating in head_datings(report.text):
        if _NEAR.search(report.shown(dating.span)):
            yield dating.span
    for sentence in report.prose:
        for dating in sorted(find_datings(report.text, *sentence, None)):
            shown, at = report.shown(dating.span), dating.span[0]
            past = dating.first is None and _NEAR.search(shown) and not _MONTH.search(shown)
            if past and not report.is_quoted(dating.span) and not _TO_COME.search(report.text, max(0, at - 12), at):
                yield dating.span


def _last_mentioned(report: Report) -> tuple[date | None, Span | None]:
    """Return the last day or year that the text mentions as past, with its words: the article is not older."""
    found = [(day, span) for sentence in report.prose for day, span in _mentioned(report, sentence)]
    return max(found, default=(None, None), key=lambda each: (each[0], -each[1][0]))


def _mentioned(report: Report, sentence: Span) -> Iterator[tuple[date, Span]]:
    taken = []
    for dating in find_datings(report.text, *sentence, None):
        if dating.whole and dating.first is not None and not _is_to_come(report, sentence, dating.span[0]):
            taken.append(dating.span)
            yield dating.first, dating.span
    for match in _YEAR.finditer(report.text, *sentence):
        free = not any(start <= match.start("year") < end for start, end in taken)
        year = int(match["year"])
        if free and FIRST_YEAR <= year <= LAST_YEAR and not _is_to_come(report, sentence, match.start()):
            yield date(year, 1, 1), match.span()


def _is_to_come(report: Report, sentence: Span, at: int) -> bool:
    return _PROMISED.search(report.text, sentence[0], at) is not None


def _is_headline(report: Report, span: Span) -> bool:
    """Tell whether words stand in the headline, where a day without its year may be one to come."""
    return report.headline is not None and report.headline[0] <= span[0] < report.headline[1]
