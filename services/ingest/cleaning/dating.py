"""Dating: when an article was published and changed, decided among all that its page, its feed and its URL state."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import urlsplit

from schemas.events import Dated, Evidence
from services.ingest.cleaning.declarations import Declarations
from services.ingest.cleaning.shown import Shown
from services.ingest.dates import after, agreed_date, date_in_url, dates_in_text, first_date, read_date
from services.ingest.discovery.entries import Entry

VISIBLE_DATE_PARAGRAPHS = 5
"""Where a text says when it was published: in its first or its last paragraphs."""

DOUBT = timedelta(days=2)
"""Statements this far apart cannot both be the day of publication, in whatever time zone each was written."""

_PUBLISHED = (
    "article:published_time", "datepublished", "og:published_time", "parsely-pub-date", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "article.published", "publish-date", "publish_date",
    "pubdate", "published_time", "cxenseparse:recs:publishtime", "sailthru.date", "dcterms.date", "dc.date", "date",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified", "revised")


@dataclass(frozen=True)
class Stated:
    """All that tells the dates of an article."""

    said: Declarations
    entry: Entry
    url: str
    shown: Shown
    pieces: list[str]


def find_dates(stated: Stated, *, now: datetime) -> tuple[Dated, Dated]:
    """Return when it was published and modified, by the evidence trusted most: JSON-LD, meta, feed, URL, visible text.

    A date that the page itself contradicts is kept, and marked as doubtful.
    """
    pieces = stated.pieces
    edges = pieces[:VISIBLE_DATE_PARAGRAPHS] + pieces[VISIBLE_DATE_PARAGRAPHS:][-VISIBLE_DATE_PARAGRAPHS:]
    seen, seen_modified = dates_in_text("\n".join(edges), now=now)
    own = [
        _linked(stated.said, "datePublished", now),
        _meta(stated.said, _PUBLISHED, now),
        date_in_url(urlsplit(stated.url).path, now=now),
        seen,
    ]
    shown = _shown(stated.shown, now, changed=False)
    published = first_date((*own[:2], stated.entry.published, *own[2:], shown))
    modified = first_date(
        (
            _linked(stated.said, "dateModified", now),
            _meta(stated.said, _MODIFIED, now),
            stated.entry.modified,
            seen_modified,
            _shown(stated.shown, now, changed=True),
        )
    )
    return _doubted(published, own), after(modified, published)


def _linked(said: Declarations, key: str, now: datetime) -> Dated:
    return agreed_date(read_date(value, Evidence.JSON_LD, now=now) for value in said.dated(key))


def _meta(said: Declarations, names: Sequence[str], now: datetime) -> Dated:
    return first_date(read_date(said.meta(name), Evidence.META, now=now) for name in names)


def _shown(shown: Shown, now: datetime, *, changed: bool) -> Dated:
    """Return the date shown next below the only headline, or next above it; without one, the date that all agree on."""

    def read(lines: Iterable[tuple[str, bool]]) -> Iterator[Dated]:
        return (read_date(line, Evidence.TEXT, now=now) for line, is_change in lines if is_change is changed)

    if shown.has_headline:
        return first_date(chain(read(shown.after), read(reversed(shown.before))))
    return agreed_date(read((*shown.before, *shown.after)))


def _doubted(published: Dated, own: Iterable[Dated]) -> Dated:
    at = published.at
    if at is None or all(other.at is None or abs(other.at - at) < DOUBT for other in own):
        return published
    return published.model_copy(update={"doubtful": True})
