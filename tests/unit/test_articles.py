"""What was read becomes an event, or says why not."""

from uuid import NAMESPACE_URL, uuid5

import pytest

from schemas.events import Arrival
from schemas.outcomes import PageOutcome
from schemas.tables import ErasedKind
from services.ingest.articles import CleanerFailed, Read, Refused, Task, draft, names_after, names_before
from services.ingest.discovery.entries import FeedBody, NotAFeed
from services.ingest.folders import as_fetched
from services.ingest.polling import poller
from services.ingest.queues.work import Source, find_publisher
from services.ingest.urls import Names
from tests.builders import FETCHED_AT, article
from tests.integration.newsroom import article_page

URL = "https://www.gull.example/a?utm_source=x&b=1"


def task(html: str = article_page(), url: str = URL, arrival: Arrival = Arrival.FETCHED) -> Task:
    return Task(Source(url, arrival, "gull.example", "The Gull"), as_fetched(url, html.encode(), FETCHED_AT))


def test_page_is_named_by_its_canonical_url() -> None:
    event = draft(task())
    assert (event.url, event.canonical_url) == (URL, "https://www.gull.example/a?b=1")
    assert event.article_id == uuid5(NAMESPACE_URL, event.canonical_url)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (task("<html><p>short</p>"), PageOutcome.TOO_SHORT),
        (task("\x89PNG"), PageOutcome.NOT_HTML),
        (task(url="gopher://gull.example/"), PageOutcome.BAD_URL),
        (task(url="ftp://gull.example/", arrival=Arrival.FILE), PageOutcome.BAD_RESPONSE),
    ],
)
def test_page_without_an_article_is_refused(given: Task, outcome: PageOutcome) -> None:
    with pytest.raises(Refused) as refused:
        draft(given)
    assert refused.value.outcome is outcome
    assert refused.value.reason


def test_fault_of_our_own_is_told_as_such() -> None:
    with pytest.raises(CleanerFailed, match="AttributeError"):
        draft(Task(Source(URL, Arrival.FETCHED), None))  # type: ignore[arg-type]
    with pytest.raises(NotAFeed, match="our own code failed on it: AttributeError"):
        poller.read(FeedBody("https://gull.example/feed", None, FETCHED_AT))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("final_url", "named", "feed_url", "domain"),
    [
        ("https://www.gull.example/a", "gull.example", None, "gull.example"),
        ("https://news.gull.example/a", "www.gull.example", None, "gull.example"),
        ("https://lamp.example/a", "gull.example", None, "lamp.example"),
        ("https://notgull.example/a", "gull.example", None, "notgull.example"),
        ("https://lamp.example/a", "gull.example", "https://www.lamp.example/rss", "gull.example"),
        ("https://www.lamp.example/a", None, None, "lamp.example"),
    ],
)
def test_publisher_is_the_one_named_only_where_the_host_is_theirs(
    final_url: str, named: str | None, feed_url: str | None, domain: str
) -> None:
    source = Source(final_url, Arrival.FETCHED, named, "A name", feed_url=feed_url)
    found = find_publisher(source, final_url)
    assert (found.domain, found.name) == (domain, "A name" if named and domain in named else None)


def test_article_may_be_erased_under_each_of_its_names() -> None:
    before = names_before(Source(URL, Arrival.FETCHED, "gull.example"))
    assert {(ErasedKind.URL, URL), (ErasedKind.URL, "https://www.gull.example/a?b=1")} < before
    assert (ErasedKind.PUBLISHER, "gull.example") in before
    names = Names(URL, before=("https://gull.example/before",))
    fetched, submitted = Read(article(), names), Read(article(arrival=Arrival.SUBMITTED), names)
    assert (ErasedKind.ARTICLE, str(fetched.event.article_id)) in names_after(fetched)
    assert (ErasedKind.URL, "https://gull.example/before") in names_after(fetched)
    assert names_after(submitted) - names_after(fetched) == {(ErasedKind.TEXT, submitted.event.text_sha256)}


def test_what_was_erased_under_a_name_of_before_is_refused_before_it_is_read() -> None:
    source = Source("https://gull.example/a/index.html?format=print", Arrival.FETCHED)
    before = {"https://gull.example/a/?format=print", "https://gull.example/a/index.html?format=print"}
    assert {value for kind, value in names_before(source) if kind is ErasedKind.URL} == {
        *before,
        "https://gull.example/a/",
    }
