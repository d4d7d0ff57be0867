"""Articles: what was read, decoded and cleaned in a worker, as the event that tells it."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from schemas.events import Arrival, ArticleIngested, Dated, Evidence, Publisher
from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind
from services.ingest.cleaning.cleaner import Cleaned, Page, Rejected, clean, clean_plain
from services.ingest.discovery.entries import Entry
from services.ingest.fetching.decoding import NotHtml, decode
from services.ingest.fetching.responses import Fetched
from services.ingest.queues.work import Source, Supplied, find_publisher
from services.ingest.urls import BadUrl, Names, article_id, name_page

REASON_MAX = 300
"""Code points of a reason: a line in a log and a column."""


class Refused(Exception):
    """What was read makes no article; ``outcome`` says why in one word, ``reason`` in a line."""

    def __init__(self, outcome: PageOutcome, reason: str) -> None:
        super().__init__(outcome, reason)
        self.outcome = outcome
        self.reason = reason


class CleanerFailed(Exception):
    """Our own code failed on this page: a person should look."""


@dataclass(frozen=True)
class Task:
    """What a worker makes an article of: the source, and what was read there (of a text handed in, the time alone)."""

    source: Source
    fetched: Fetched

    @property
    def is_archived(self) -> bool:
        """Whether it is a page from an archive, which knows where it was fetched; a file itself does not."""
        return self.source.arrival is Arrival.FILE and self.fetched.final_url != self.source.url


class Read(NamedTuple):
    """An article as it was read: its event, and the names by which it may be known already."""

    event: ArticleIngested
    names: Names


def draft(task: Task) -> ArticleIngested:
    """Return the article's event; its revision is not numbered yet. Raises as ``read`` does."""
    return read(task).event


def read(task: Task) -> Read:
    """Return the article, its revision not numbered yet. Runs in a worker.

    Raises:
        Refused: there is no article in it.
        CleanerFailed: our own code is at fault.
    """
    try:
        return _read(task)
    except Rejected as rejected:
        raise Refused(rejected.outcome, rejected.reason) from None
    except NotHtml as error:
        raise Refused(PageOutcome.NOT_HTML, str(error)) from None
    except BadUrl as error:
        raise Refused(PageOutcome.BAD_URL, error.reason) from None
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]})
        raise Refused(PageOutcome.BAD_RESPONSE, f"makes no event: {', '.join(fields) or 'as a whole'}") from None
    except MemoryError:
        raise
    except Exception as error:
        raise CleanerFailed(f"{type(error).__name__}: {error}"[:REASON_MAX]) from error


def _read(task: Task) -> Read:
    source, fetched = task.source, task.fetched
    if source.supplied is not None:
        return Read(_supplied(task, source.supplied), Names(source.url))
    markup, _ = decode(fetched)
    is_file = source.arrival is Arrival.FILE
    entry = Entry.model_validate(source.entry) if source.entry and not is_file else None
    cleaned = clean(Page(fetched.requested_url, fetched.final_url, markup, fetched.fetched_at, entry))
    if task.is_archived:
        task = replace(task, source=replace(source, url=fetched.requested_url))
        source = replace(task.source, arrival=Arrival.FETCHED, publisher_domain=None)
    elif is_file:
        own_id, publisher = article_id(source.url), find_publisher(source, source.url)
        return Read(_event(task, cleaned, own_id, source.url, publisher), Names(source.url))
    names = name_page(fetched.final_url, cleaned.canonical_link)
    publisher = find_publisher(source, fetched.final_url)
    publisher = publisher.model_copy(update={"name": publisher.name or cleaned.publisher_name})
    return Read(_event(task, cleaned, article_id(names.now), names.now, publisher), names)


def _supplied(task: Task, supplied: Supplied) -> ArticleIngested:
    """Return the event of a text that was handed in: its id is of its submitter, URL and text, and of no page."""
    if supplied.html is not None:
        url = supplied.url or task.source.url
        cleaned = clean(Page(url, url, supplied.html, task.fetched.fetched_at, Entry(url=url, title=supplied.title)))
    else:
        cleaned = clean_plain(supplied.text or "", supplied.title)
    named = json.dumps([supplied.submitter, supplied.url, _sha256(cleaned.text)])
    own_id, publisher = uuid5(NAMESPACE_URL, named), find_publisher(task.source, task.source.url)
    return _event(task, cleaned, own_id, task.source.url, publisher)


def _event(task: Task, cleaned: Cleaned, new_id: UUID, canonical: str, publisher: Publisher) -> ArticleIngested:
    source, fetched = task.source, task.fetched
    return ArticleIngested(
        article_id=new_id,
        revision=1,
        url=source.url,
        canonical_url=canonical,
        final_url=fetched.final_url,
        arrival=source.arrival,
        publisher=publisher,
        feed_url=source.feed_url,
        section=cleaned.section,
        title=cleaned.title,
        text=cleaned.text,
        paragraphs=cleaned.paragraphs,
        language=cleaned.language,
        authors=cleaned.authors,
        published=_published(source, cleaned.published),
        modified=cleaned.modified,
        fetched_at=fetched.fetched_at,
        text_sha256=_sha256(cleaned.text),
        wire_credit=cleaned.wire_credit,
        disclosures=cleaned.disclosures,
        paywalled=cleaned.paywalled,
        ai_use=cleaned.ai_use,
        cleaner_version=cleaned.cleaner_version,
        evidence=dict(cleaned.evidence),
    )


def _published(source: Source, found: Dated) -> Dated:
    """Return the date found in the article, or the one its submitter states, who is trusted least."""
    stated = source.supplied.published_at if source.supplied else None
    if found.at is not None or stated is None:
        return found
    return Dated(at=stated, precision="second", evidence=Evidence.SUBMITTER, reason=None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def names_before(source: Source) -> set[tuple[ErasedKind, str]]:
    """Return under which names the article may have been erased, as far as is known before it is read."""
    url = source.supplied.url if source.supplied else source.url
    names = {(ErasedKind.PUBLISHER, source.publisher_domain or ""), (ErasedKind.URL, source.url)}
    if url and source.arrival is not Arrival.FILE:
        names |= {(ErasedKind.URL, url), *_urls(name_page(url))}
    return names


def _urls(names: Names) -> set[tuple[ErasedKind, str]]:
    """Return the names as those of an erasure: what was erased under a name of before stays erased."""
    return {(ErasedKind.URL, name) for name in (names.now, *names.before, *names.shared)}


def names_after(read: Read) -> set[tuple[ErasedKind, str]]:
    """Return under which names the article may have been erased."""
    event = read.event
    names = {
        (ErasedKind.ARTICLE, str(event.article_id)),
        (ErasedKind.PUBLISHER, event.publisher.domain),
        (ErasedKind.URL, event.final_url),
        *_urls(read.names),
    }
    if event.arrival is Arrival.SUBMITTED:
        return names | {(ErasedKind.TEXT, event.text_sha256)}
    return names if event.final_url.startswith("file:") else names | _urls(name_page(event.final_url))
