"""The cleaner: makes of a page the article in it, with one parse, or says why there is none."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree, html
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from schemas.events import TEXT_MAX_CODE_POINTS, Dated, Evidence, Paragraph
from schemas.outcomes import PageOutcome
from services.ingest.bylines import find_wire_credit, read_authors
from services.ingest.characters import label, one_line
from services.ingest.cleaning.chaff import drop_chaff
from services.ingest.cleaning.mending import join_bodies
from services.ingest.cleaning.prompts import without_prompts
from services.ingest.dates import after, agreed_date, date_in_url, dates_in_text, first_date, read_date
from services.ingest.declarations import Declarations, read_declarations
from services.ingest.disclosures import find_disclosures, tells_ai_use
from services.ingest.feeds import Entry
from services.ingest.languages import find_language
from services.ingest.markup import encode, hostile, read_json_ld
from services.ingest.paragraphs import Block, blocks_of, blocks_of_plain, join, same_words, write_out_quotations
from services.ingest.urls import BadUrl, resolve

CLEANER_VERSION = 3
"""Grows by one whenever the same page may give another text."""

HTML_MAX_CODE_POINTS = 3_000_000
"""Decoded; 5 MB of plain paragraphs take 9 CPU seconds, and no article needs 3."""

TEXT_MIN_CODE_POINTS = 200
"""Below this stand cookie walls, error pages and stubs; the shortest agency reports have about 250."""

NOTICE_MAX_CODE_POINTS = 1_500
"""A page this short that calls itself an error or a check of the reader is one."""

VISIBLE_DATE_PARAGRAPHS = 5
"""Where a text says when it was published: in its first or its last paragraphs."""

_PARSER = html.HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)
_PUBLISHED = ("article:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "date")
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "last-modified")
_EXTRACTION = Extractor(output_format="xml", fast=True, recall=True, comments=False)
"""What is no part of an article is dropped before, so it may take what it doubts; as XML no text is built twice."""

_ANY_TAG = re.compile(r"<[a-zA-Z][^<>]{0,2000}>")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_BINARY_SAMPLE = 4_096
_BINARY_SHARE = 0.1
_MAGIC = ("%PDF-", "\x89PNG", "\ufffdPNG", "GIF8", "PK\x03\x04", "\x1f")
_NOTICE = re.compile(
    r"\b40[34]\b|page not found|not found$|access denied|forbidden|just a moment|are you (?:a robot|human)|verify you"
    r"|attention required|security check|service unavailable|enable javascript|cookie (?:policy|consent|settings)",
    re.IGNORECASE,
)
_RULES = " |\u2013\u2014\u00b7:-"
_SITE = re.compile(r"\s+[|\u2013\u2014\u00b7:-]\s+")


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


def clean(page: Page) -> Cleaned:
    """Return the article in the page; runs in a worker. Raises `Rejected`."""
    _check_markup(page.html)
    tree = parse(page.html)
    said = read_declarations(tree, read_json_ld(tree))
    write_out_quotations(tree)
    entry = page.entry or Entry(url=page.url)
    title = _title(said, entry)
    blocks = _extract(tree)
    text, paragraphs = join(without_prompts(blocks), title)
    _check_text(text, TEXT_MIN_CODE_POINTS)
    if len(text) <= NOTICE_MAX_CODE_POINTS and _NOTICE.search(said.page_title or title or ""):
        raise Rejected(PageOutcome.NO_TEXT, "an error page or a check of the reader")
    pieces = [words for words, _ in blocks]
    published, modified = _dates(page, said, entry, pieces)
    disclosures = find_disclosures(pieces)
    return Cleaned(
        text=text,
        paragraphs=paragraphs,
        title=title,
        language=find_language(said.languages, text),
        authors=read_authors([*said.persons, *entry.authors], publisher=said.publisher),
        published=published,
        modified=modified,
        canonical_link=_canonical(page, said),
        publisher_name=said.publisher,
        section=said.section or entry.section,
        wire_credit=find_wire_credit([*said.bylines, *entry.authors], pieces),
        disclosures=disclosures,
        paywalled=said.paywalled,
        ai_use=tells_ai_use(disclosures),
    )


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
    # As UTF-8 bytes with the encoding fixed: a declaration inside the page cannot contradict what was decoded.
    try:
        return html.document_fromstring(encode(markup), parser=_PARSER)
    except etree.ParserError as error:
        raise Rejected(PageOutcome.NO_TEXT, "an empty document") from error


def _extract(tree: html.HtmlElement) -> list[Block]:
    """Return the blocks of the main text; metadata is read by us, since the library's reading of it can be held up."""
    drop_chaff(tree)
    join_bodies(tree)
    document = bare_extraction(tree, options=_EXTRACTION)
    found = blocks_of(document.body) if isinstance(document, Document) else ()
    return [(words, kind) for raw, kind in found if (words := one_line(raw))]


def _title(said: Declarations, entry: Entry) -> str | None:
    """Return the headline, without the name of the site that pages append to it."""
    title = said.title or entry.title or said.page_title
    if title is None:
        return None
    parts = _SITE.split(title)
    named = said.publisher is not None and same_words(parts[-1], said.publisher)
    first = said.title is None and entry.title is None
    return title[: -len(parts[-1])].rstrip(_RULES) if len(parts) > 1 and (named or first) else title


def _canonical(page: Page, said: Declarations) -> str | None:
    try:
        return resolve(page.final_url, said.canonical) if said.canonical else None
    except BadUrl:
        return None


def _dates(page: Page, said: Declarations, entry: Entry, pieces: list[str]) -> tuple[Dated, Dated]:
    """Return when it was published and modified, by the evidence trusted most: JSON-LD, meta, feed, URL, text."""
    now = page.fetched_at

    def stated(key: str) -> Dated:
        return agreed_date(read_date(value, Evidence.JSON_LD, now=now) for value in said.stated(key))

    def meta(names: tuple[str, ...]) -> Dated:
        return first_date(read_date(said.meta(name), Evidence.META, now=now) for name in names)

    edges = pieces[:VISIBLE_DATE_PARAGRAPHS] + pieces[VISIBLE_DATE_PARAGRAPHS:][-VISIBLE_DATE_PARAGRAPHS:]
    seen, seen_modified = dates_in_text("\n".join(edges), now=now)
    shown = agreed_date(read_date(time, Evidence.TEXT, now=now) for time in said.times)
    in_url = date_in_url(urlsplit(page.final_url).path, now=now)
    published = first_date((stated("datePublished"), meta(_PUBLISHED), entry.published, in_url, shown, seen))
    modified = first_date((stated("dateModified"), meta(_MODIFIED), entry.modified, seen_modified))
    return published, after(modified, published)
