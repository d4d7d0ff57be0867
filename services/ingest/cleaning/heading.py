"""Heading: an article's title and authors, and what each was taken from."""

import re

from schemas.events import Evidence
from services.ingest.cleaning.bylines import find_wire_credit, read_authors
from services.ingest.cleaning.declarations import Declarations
from services.ingest.cleaning.paragraphs import same_words
from services.ingest.cleaning.shown import Shown
from services.ingest.discovery.entries import Entry

_RULES = " |\u2013\u2014\u00b7:-"
_SITE = re.compile(r"\s+[|\u2013\u2014\u00b7:-]\s+")


def find_title(said: Declarations, entry: Entry) -> tuple[str | None, Evidence | None]:
    """Return the headline, without the name of the site that pages append to it, and what it was taken from."""
    title, evidence = next(said.titles, (entry.title, Evidence.FEED))
    is_tab = title is None
    if title is None:
        title, evidence = said.page_title, Evidence.META
    if title is None:
        return None, None
    parts = _SITE.split(title)
    named = said.publisher is not None and same_words(parts[-1], said.publisher)
    return (title[: -len(parts[-1])].rstrip(_RULES) if len(parts) > 1 and (named or is_tab) else title), evidence


def find_authors(said: Declarations, entry: Entry, shown: Shown) -> tuple[tuple[str, ...], Evidence | None]:
    """Return the persons who wrote it, by the first evidence that names one; the byline that is shown comes last."""
    stated = (
        (said.persons, Evidence.JSON_LD),
        (said.meta_authors, Evidence.META),
        (entry.authors, Evidence.FEED),
        (shown.bylines, Evidence.TEXT),
    )
    for words, evidence in stated:
        typed = said.typed_persons if evidence is Evidence.JSON_LD else ()
        if authors := read_authors(words, publisher=said.publisher, typed=typed):
            return authors, evidence
    return (), None


def find_wire(said: Declarations, entry: Entry, pieces: list[str]) -> tuple[str | None, Evidence | None]:
    """Return the agency that the article is credited to, and what told it: those stated as authors, or the text."""
    stated = ((said.authors, Evidence.JSON_LD), (said.meta_authors, Evidence.META), (entry.authors, Evidence.FEED))
    for words, evidence in stated:
        if (credit := find_wire_credit(words, [])) is not None:
            return credit, evidence
    credit = find_wire_credit((), pieces)
    return credit, Evidence.TEXT if credit else None
