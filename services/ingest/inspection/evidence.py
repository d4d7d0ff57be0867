"""Evidence: where a page states what is said of its article; of several places the one that is trusted most."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from schemas.events import ArticleIngested, Dated
from services.ingest.characters import label
from services.ingest.declarations import Declarations, names_in, read_declarations
from services.ingest.entries import Entry
from services.ingest.markup import read_json_ld

TEXT = "the text"
FEED = "the feed"
URL = "the URL itself"
NOWHERE = "nothing states it"

Place = tuple[str, Iterable[str | None]]
"""Where something may be stated, and what is stated there."""


class Stated(NamedTuple):
    """A field of an article, what it is, and where that was found; where it is null, why."""

    field: str
    value: object
    evidence: str


def find_evidence(tree: HtmlElement, event: ArticleIngested, entry: Entry) -> list[Stated]:
    """Return every field of the event with its evidence; ``tree`` is the page as it was parsed."""
    said = read_declarations(tree, read_json_ld(tree))
    return [
        _stated("title", event.title, _titles(said, entry)),
        _dated("published", event.published),
        _dated("modified", event.modified),
        _stated("authors", ", ".join(event.authors) or None, _authors(said, entry)),
        _stated("publisher", event.publisher.name, _publishers(said)),
        Stated("publisher_domain", event.publisher.domain, URL),
        Stated("canonical_url", event.canonical_url, _canonical(said, event)),
        _stated("language", event.language, _languages(said)),
        _stated("section", event.section, _sections(said, entry)),
        _stated("wire_credit", event.wire_credit, [("the byline", said.bylines), (TEXT, [event.text])]),
        _stated("disclosures", " / ".join(event.disclosures) or None, [(TEXT, [event.text])]),
        Stated("paywalled", event.paywalled, "what the page says of itself" if said.paywalled else NOWHERE),
        Stated("ai_use", event.ai_use, "the disclosures" if event.ai_use else NOWHERE),
    ]


def _stated(field: str, value: str | None, places: Iterable[Place]) -> Stated:
    """Return the field with the first place that states its value, or states more, of which the value is left."""
    if value is None:
        return Stated(field, None, NOWHERE)
    wanted = value.casefold()
    for where, words in places:
        for each in words:
            stated = (label(each) or "").casefold() if where != TEXT else (each or "").casefold()
            if stated and (wanted in stated or stated in wanted):
                return Stated(field, value, where)
    return Stated(field, value, TEXT)


def _dated(field: str, dated: Dated) -> Stated:
    if dated.at is None:
        return Stated(field, None, str(dated.reason or NOWHERE))
    return Stated(field, dated.at, f"{dated.evidence}, to the {dated.precision}")


def _names(said: Declarations, key: str) -> Iterator[str]:
    return (name for value in said.stated(key) for name in names_in(value))


def _titles(said: Declarations, entry: Entry) -> Iterator[Place]:
    yield "JSON-LD headline", _names(said, "headline")
    yield "meta og:title", [said.meta("og:title")]
    yield "the heading", [said.headline]
    yield FEED, [entry.title]
    yield "the title element", [said.page_title]


def _authors(said: Declarations, entry: Entry) -> Iterator[Place]:
    yield "JSON-LD author", _names(said, "author")
    yield "meta author", said.bylines
    yield FEED, entry.authors


def _publishers(said: Declarations) -> Iterator[Place]:
    yield "meta og:site_name", [said.meta("og:site_name")]
    yield "JSON-LD publisher", _names(said, "publisher")
    yield "meta application-name", [said.meta("application-name")]
    yield "whoever added the feed", [""]


def _languages(said: Declarations) -> Iterator[Place]:
    places = ("lang", "meta content-language", "meta og:locale", "JSON-LD inLanguage")
    for name, stated in zip(places, said.languages, strict=True):
        yield name, [stated]


def _sections(said: Declarations, entry: Entry) -> Iterator[Place]:
    yield "JSON-LD articleSection", _names(said, "articleSection")
    yield "meta article:section", [said.meta("article:section")]
    yield FEED, [entry.section]


def _canonical(said: Declarations, event: ArticleIngested) -> str:
    declared = said.canonical
    if declared is None or event.canonical_url == event.final_url:
        return URL
    return "link rel=canonical" if urlsplit(declared).path == urlsplit(event.canonical_url).path else URL
