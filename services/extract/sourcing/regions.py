"""Regions: where an article calls disputed what is, by the gazetteer, a province of one country."""

from schemas.extraction import Words
from services.extract.sourcing.report import Report


def find_conflicts(report: Report) -> tuple[Words, ...]:
    return ()
