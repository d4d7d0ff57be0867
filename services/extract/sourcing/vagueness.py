"""Vague sources: words that give a main point to nobody whom one could find and ask."""

import re
from collections.abc import Iterator

from schemas.extraction import Force, Span, Voice, Words
from services.extract.sourcing.report import Report, hull, stems_of

LEAD_SENTENCES = 4
"""Sentences that carry the main point; behind them a vague word is an aside."""

MAIN_SENTENCES = 2
"""Sentences in which hearsay on the headline's matter is the main point itself."""

_VERB = r"(?:says?|said|claim(?:s|ed)?|suggest(?:s|ed)?|indicate[sd]?|report(?:s|ed)?|tells?|told|believe[sd]?)"
_HEADLINE = re.compile(rf"\b(?:sources?|insiders?|officials|experts|reports?|rumou?rs?) {_VERB}\b", re.IGNORECASE)
_LEAD = re.compile(
    r"\b(?:in|from|through|by|according to) (?:\w+ )?"
    r"(?:recent|various|several|multiple|some|unnamed|unspecified|numerous)"
    r" (?:statements?|reports?|sources?|accounts?|comments?|remarks)\b"
    r"|\b(?:reports?|rumou?rs?) (?:suggest|indicate|say|claim)\b"
    r"|\baccording to (?:reports|sources|rumou?rs|insiders|experts)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    rf"(?:(?<=, )sources|\bSources) {_VERB}\b|\b[Ii]t (?:is|has been) (?:said|reported|claimed|rumou?red)\b"
    r"|\b[Aa]ccording to (?:studies|reports|sources)\b"
)


def find_vague(report: Report) -> tuple[Words, ...]:
    """Return the words by which an article gives its main point, or its report, to sources that nobody could find."""
    return tuple(report.words(span) for span in sorted(set(_spans(report))))


def _spans(report: Report) -> Iterator[Span]:
    if report.headline is not None:
        yield from (match.span() for match in _HEADLINE.finditer(report.text, *report.headline))
        yield from _hearsay(report, report.headline)
    for number, sentence in enumerate(report.prose):
        patterns = (_LEAD, _NOBODY) if number < LEAD_SENTENCES else (_NOBODY,)
        for pattern in patterns:
            yield from (m.span() for m in pattern.finditer(report.text, *sentence) if not report.is_quoted(m.span()))


def _hearsay(report: Report, headline: Span) -> Iterator[Span]:
    """Yield the claims that open the report as what is said by nobody: "a stone has reportedly been moved"."""
    matter = stems_of(report.shown(headline))
    for claim in report.claims:
        start, end = hull(claim)
        opens = any(first <= start < last for first, last in report.prose[:MAIN_SENTENCES])
        unsaid = claim.voice is Voice.ARTICLE and claim.force is Force.REPORTED
        if opens and unsaid and matter & stems_of(report.shown((start, end))):
            yield start, end
