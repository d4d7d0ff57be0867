"""The cleaner: makes of a page the article in it, with one parse, or says why there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree, html
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from schemas.events import TEXT_MAX_CODE_POINTS, Dated, Evidence, Named, Paragraph
from schemas.outcomes import PageOutcome
from services.ingest.characters import label, one_line
from services.ingest.cleaning.bylines import find_wire_credit
from services.ingest.cleaning.chaff import drop_chaff
from services.ingest.cleaning.dating import Stated, find_dates
from services.ingest.cleaning.declarations import Declarations, read_declarations
from services.ingest.cleaning.disclosures import find_disclosures, tells_ai_use
from services.ingest.cleaning.heading import find_authors, find_title, find_wire
from services.ingest.cleaning.languages import find_language
from services.ingest.cleaning.mending import join_bodies, show_posts
from services.ingest.cleaning.paragraphs import Block, blocks_of, blocks_of_plain, join, write_out_quotations
from services.ingest.cleaning.prompts import without_prompts
from services.ingest.cleaning.shown import find_shown
from services.ingest.cleaning.walls import find_wall
from services.ingest.discovery.entries import Entry
from services.ingest.markup import HTML_MAX_CODE_POINTS, hostile, read_json_ld
from services.ingest.markup import parse as parse_markup
from services.ingest.urls import BadUrl, resolve

CLEANER_VERSION = 4
"""Grows by one whenever the same page may give another text."""

TEXT_MIN_CODE_POINTS = 200
"""Below this stand cookie walls, error pages and stubs; the shortest agency reports have about 250."""

_EXTRACTION = Extractor(output_format="xml", fast=True, recall=True, comments=False)
"""What is no part of an article is dropped before, so it may take what it doubts; as XML no text is built twice."""

_ANY_TAG = re.compile(r"<[a-zA-Z][^<>]{0,2000}>")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_BINARY_SAMPLE = 4_096
_BINARY_SHARE = 0.1
_MAGIC = ("%PDF-", "\x89PNG", "\ufffdPNG", "GIF8", "PK\x03\x04", "\x1f")
_UNDATED = Dated()


class Rejected(Exception):
    """The page holds no article for us; ``outcome`` is counted, ``reason`` is a line for people."""

    def __init__(self, outcome: PageOutcome, reason: str) -> None:
        super().__init__(outcome, reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(frozen=True)
class Page:
    """A page as fetched and decoded, with what the feed that listed it said of it."""

    url: str
    final_url: str
    html: str
    fetched_at: datetime
    entry: Entry | None = None


@dataclass(frozen=True)
class Cleaned:
    """An article as it stands in its page: what ``ArticleIngested`` needs besides ids, revision and arrival."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    title: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published: Dated = _UNDATED
    modified: Dated = _UNDATED
    canonical_link: str | None = None
    publisher_name: str | None = None
    section: str | None = None
    wire_credit: str | None = None
    disclosures: tuple[str, ...] = ()
    paywalled: bool = False
    ai_use: bool = False
    cleaner_version: int = CLEANER_VERSION
    evidence: Mapping[Named, Evidence] = field(default_factory=dict)


def clean(page: Page) -> Cleaned:
    """Return the article in the page; runs in a worker. Raises `Rejected`."""
    _check_markup(page.html)
    tree = parse(page.html)
    said = read_declarations(tree, read_json_ld(tree))
    write_out_quotations(tree)
    entry = page.entry or Entry(url=page.url)
    title, title_by = find_title(said, entry)
    drop_chaff(tree)
    shown = find_shown(tree)
    blocks = _extract(tree)
    text, paragraphs = join(without_prompts(blocks, shown.bylines), title)
    pieces = [words for words, _ in blocks]
    if (wall := find_wall((said.page_title, title), text, pieces, paywalled=said.paywalled)) is not None:
        raise Rejected(wall, "a page in the article's place")
    _check_text(text, TEXT_MIN_CODE_POINTS)
    stated = Stated(said, entry, page.final_url, shown, pieces)
    published, modified = find_dates(stated, now=page.fetched_at)
    disclosures = find_disclosures(pieces)
    authors, authors_by = find_authors(said, entry, shown)
    wire_credit, wire_by = find_wire(said, entry, pieces)
    language, language_by = _language(said, text)
    section_by = said.section_by or (Evidence.FEED if entry.section else None)
    by: dict[Named, Evidence | None] = {"title": title_by, "authors": authors_by, "language": language_by}
    by |= {"section": section_by, "publisher": said.publisher_by, "wire_credit": wire_by}
    return Cleaned(
        text=text,
        paragraphs=paragraphs,
        title=title,
        language=language,
        authors=authors,
        published=published,
        modified=modified,
        canonical_link=_canonical(page, said),
        publisher_name=said.publisher,
        section=said.section or entry.section,
        wire_credit=wire_credit,
        disclosures=disclosures,
        paywalled=said.paywalled,
        ai_use=tells_ai_use(disclosures),
        evidence={name: evidence for name, evidence in by.items() if evidence is not None},
    )


def _language(said: Declarations, text: str) -> tuple[str | None, Evidence | None]:
    language = find_language(said.languages, text)
    declared = {(code or "")[:2].lower() for code in said.languages}
    return language, None if language is None else Evidence.META if language in declared else Evidence.TEXT


def clean_plain(text: str, title: str | None = None) -> Cleaned:
    """Return the article in a plain text, whose paragraphs are parted by blank lines. Raises `Rejected`."""
    heading = label(title)
    body, paragraphs = join(blocks_of_plain(text), heading)
    _check_text(body, 1)
    pieces = [body[slice(*paragraph.span)] for paragraph in paragraphs]
    disclosures = find_disclosures(pieces)
    return Cleaned(
        text=body,
        paragraphs=paragraphs,
        title=heading,
        language=find_language((), body),
        wire_credit=find_wire_credit((), pieces),
        disclosures=disclosures,
        ai_use=tells_ai_use(disclosures),
    )


def _check_markup(markup: str) -> None:
    if len(markup) > HTML_MAX_CODE_POINTS:
        raise Rejected(PageOutcome.TOO_LARGE, f"{len(markup)} characters of HTML")
    sample = markup[:_BINARY_SAMPLE]
    binary = len(_BINARY.findall(sample)) > _BINARY_SHARE * len(sample)
    if binary or sample.startswith(_MAGIC) or not _ANY_TAG.search(markup):
        raise Rejected(PageOutcome.NOT_HTML, "binary data or no markup")
    if (found := hostile(markup)) is not None:
        raise Rejected(PageOutcome.HOSTILE_MARKUP, found)


def _check_text(text: str, least: int) -> None:
    if not text:
        raise Rejected(PageOutcome.NO_TEXT, "no words were found")
    if len(text) < least:
        raise Rejected(PageOutcome.TOO_SHORT, f"{len(text)} characters of text")
    if len(text) > TEXT_MAX_CODE_POINTS:
        raise Rejected(PageOutcome.TOO_LARGE, f"{len(text)} characters of text")


def parse(markup: str) -> html.HtmlElement:
    """Return the page as elements. Raises `Rejected` where there are none."""
    try:
        return parse_markup(markup)
    except etree.ParserError as error:
        raise Rejected(PageOutcome.NO_TEXT, "an empty document") from error


def _extract(tree: html.HtmlElement) -> list[Block]:
    """Return the blocks of the main text; metadata is read by us, since the library's reading of it can be held up."""
    join_bodies(tree)
    show_posts(tree)
    document = bare_extraction(tree, options=_EXTRACTION)
    found = blocks_of(document.body) if isinstance(document, Document) else ()
    return [(words, kind) for raw, kind in found if (words := one_line(raw))]


def _canonical(page: Page, said: Declarations) -> str | None:
    try:
        return resolve(page.final_url, said.canonical) if said.canonical else None
    except BadUrl:
        return None
