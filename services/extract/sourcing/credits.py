"""Credits: whose words an article says that it prints: an agency in its dateline or byline, the source of a rewrite."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from schemas.comparison import OriginEvidence
from schemas.extraction import Span, Words
from services.extract.reading.language.lexicon import CALENDAR
from services.extract.reading.layout.datelines import DATELINE_MAX_CODE_POINTS, dateline_end
from services.extract.reading.layout.notices import Silence
from services.extract.sourcing.report import Report
from services.lexemes import fold_name

HEAD_PARAGRAPHS = 6
"""A dateline with its agency stands among the first paragraphs."""

_AGENCY = re.compile(r"\((?P<name>[^()\d]{2,40}?)(?:/[^()]*)?\)")
_NAME = r"(?:[Tt]he )?[A-Z][\w’'.&-]*(?: (?:(?:of|and|the|&) )?[A-Z][\w’'.&-]*){0,5}"
_FROM = re.compile(rf"\b(?:from|by|in|on|to|with|via|courtesy of|:) (?P<name>{_NAME})")
_REPORTS = re.compile(
    rf"(?:,|\A) (?:the )?(?:\w+ )?(?:news )?(?:agency )?(?P<name>{_NAME}) (?:reports|reported|said in a report)\b"
    rf"|\b(?:as|first) (?:reported|published|printed) (?:by|in) (?P<by>{_NAME})"
)
_PEOPLE = re.compile(r"\A\W*(?:additional |with )*(?:report|writ|edit|compil)\w+ by\b|\A\W*by [A-Z]", re.IGNORECASE)
LEAD_SENTENCES = 3
"""In which a report says whose it is: "…, the agency reports"."""


class Credit(BaseModel):
    """A name, folded, of whom an article credits, by what kind of notice, and the notice's words."""

    model_config = ConfigDict(frozen=True)

    kind: OriginEvidence
    name: str
    words: Words


def credited(report: Report) -> tuple[Credit, ...]:
    """Return whom an article credits with its words, in the order of the notices."""
    return tuple(dict.fromkeys(_credits(report)))


def signatures(report: Report) -> frozenset[str]:
    """Return the folded names under which others may credit an article: its publisher's, its initials, its agency."""
    publisher = re.split(r" (?:[|–—-]|\() ?", report.publisher or "")[0]
    names = {fold_name(publisher).removeprefix("the "), _initials(publisher)}
    names |= {fold_name(name) for name, _ in agencies(report)}
    return frozenset(names - {""})


def _initials(name: str) -> str:
    capitals = [word[0] for word in name.split() if word[:1].isupper() and word.lower() != "the"]
    return fold_name("".join(capitals)) if len(capitals) > 1 else ""


def _credits(report: Report) -> Iterator[Credit]:
    for name, span in agencies(report):
        yield _credit(report, OriginEvidence.WIRE_CREDIT, name, span)
    for number, kind in sorted(report.layout.silent.items()):
        span = report.layout.sentences[number]
        if kind is Silence.REWRITE:
            yield from (
                _credit(report, OriginEvidence.SELF_DECLARED_REWRITE, name, span) for name in _names(report, span)
            )
        if kind is Silence.CREDIT:
            yield from (_credit(report, OriginEvidence.WIRE_CREDIT, name, span) for name in _names(report, span))
    for span in report.prose[:LEAD_SENTENCES]:
        for match in _REPORTS.finditer(report.text, *span):
            yield _credit(report, OriginEvidence.WIRE_CREDIT, match["name"] or match["by"], span)


def _credit(report: Report, kind: OriginEvidence, name: str, span: Span) -> Credit:
    return Credit(kind=kind, name=fold_name(name).removeprefix("the "), words=report.words(span))


def _names(report: Report, span: Span) -> Iterator[str]:
    """Yield the names in a notice; those who wrote, edited and took pictures are no sources."""
    line = report.shown(span)
    if _PEOPLE.search(line) and " from " not in line:
        return
    for match in _FROM.finditer(line):
        if match["name"].lower() not in CALENDAR:
            name = match["name"].rstrip(".’'")
            yield from dict.fromkeys((name, *re.split(r" (?:and|&) (?:[Tt]he )?", name)))


def agencies(report: Report) -> Iterator[tuple[str, Span]]:
    """Yield the agencies in brackets: in a dateline, or alone on a line at the head or the end."""
    paragraphs = report.layout.paragraphs
    for number, paragraph in enumerate(paragraphs):
        start, end = paragraph.span
        behind = dateline_end(report.text, paragraph.span)
        is_line = end - start <= DATELINE_MAX_CODE_POINTS and report.text[end - 1] == ")"
        stop = behind if behind > start else end if is_line else start
        if number < HEAD_PARAGRAPHS or number == len(paragraphs) - 1:
            for match in _AGENCY.finditer(report.text, start, stop):
                if not _PEOPLE.search(match["name"]):
                    yield match["name"], match.span()
