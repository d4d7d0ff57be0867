"""Disclosures: what an article says of its own making: rewrites, credits, disclaimers, and what ties its publisher."""

import re
from collections.abc import Iterator
from itertools import pairwise

from schemas.extraction import Span, Words
from services.extract.reading.layout.notices import Silence
from services.extract.sourcing.credits import agencies
from services.extract.sourcing.report import Report
from services.lexemes import fold_name

KINDS = (Silence.REWRITE, Silence.CREDIT, Silence.DISCLAIMER)
"""Notices in which an article tells of its own making."""

OWNED_MAX_WORDS = 45
"""Words of a sentence that tells who owns a publisher; a longer one is a report."""

OWNER_WORDS = 6
"""Words at such a sentence's beginning among which the publisher's name stands."""

_TIE = re.compile(
    r"\b(?:is|are|was|were|has been)(?: \w+){0,2}"
    r" (?:owned|insured|funded|financed|sponsored|supported|published|written|run|controlled|part|paid)\b"
    r"|\b(?:owns?|holds?|has) (?:a|an|the|no|\d+)(?: \w+){0,3} (?:shares?|stakes?|interest)\b"
    r"|\b(?:receives?|received|takes?|took) (?:money|funds|funding|advertising|support)\b"
    r"|\b(?:is|was) (?:an? )?(?:client|customer|subsidiary|partner|advertiser|shareholder)\b",
    re.IGNORECASE,
)
_READ_BEFORE = re.compile(
    r"\b(?:read|checked|approved|authori[sz]ed|saw|reviewed|edited) (?:\w+ ){0,2}"
    r"(?:answers|quotations|quotes|replies|interview|article|text)\b[^.]{0,30}\b(?:before|prior to)\b"
    r"|\b(?:interview|conversation|transcript|answers)\b[^.]{0,20}"
    r" (?:has|have|was|were) been (?:edited|condensed|shortened)\b"
    r"|\b(?:interview|conversation|transcript|answers)\b[^.]{0,20} (?:was|were) (?:edited|condensed|shortened)\b",
    re.IGNORECASE,
)
_FILLER = frozenset(fold_name("the of and a news media group").split())


def find_disclosures(report: Report) -> tuple[tuple[Silence, Words], ...]:
    """Return an article's disclosures in order, each with its kind; disclaimers in a row are one.

    An agency in brackets, in a dateline or on a line of its own, is a credit where no sentence is one.
    """
    found = [(number, kind) for number, kind in sorted(_found(report).items()) if kind in KINDS]
    rows: list[list[int]] = [[found[0][0]]] if found else []
    for (before, was), (number, kind) in pairwise(found):
        if kind is was is Silence.DISCLAIMER and _go_on(report, before, number):
            rows[-1].append(number)
        else:
            rows.append([number])
    kinds = dict(found)
    told = [(kinds[row[0]], report.words(_span(report, row))) for row in rows]
    if Silence.CREDIT not in kinds.values():
        told += [(Silence.CREDIT, report.words(span)) for _, span in agencies(report)][:1]
    return tuple(sorted(told, key=lambda each: each[1].spans))


def _span(report: Report, row: list[int]) -> Span:
    return report.layout.sentences[row[0]][0], report.layout.sentences[row[-1]][1]


def _go_on(report: Report, before: int, number: int) -> bool:
    places = report.layout.places
    return number == before + 1 and places[before] == places[number]


def _found(report: Report) -> dict[int, Silence]:
    return {**dict(_ties(report)), **report.layout.silent}


def _ties(report: Report) -> Iterator[tuple[int, Silence]]:
    """Yield the sentences that tell what ties the publisher, or that somebody read the text before it was printed."""
    names = frozenset(fold_name(report.publisher or "").split()) - _FILLER
    for number, span in enumerate(report.layout.sentences):
        sentence = report.shown(span)
        if len(sentence.split()) > OWNED_MAX_WORDS or number in report.layout.lines:
            continue
        tells = _READ_BEFORE.search(sentence) or (_TIE.search(sentence) and names & _subject(sentence))
        if tells and not report.is_quoted(span):
            yield number, Silence.DISCLAIMER


def _subject(sentence: str) -> frozenset[str]:
    """Return the first words of a sentence, folded."""
    return frozenset(fold_name(" ".join(sentence.split()[:OWNER_WORDS])).split())
