"""Robots: what a host's robots.txt lets us read, and for how long it is believed."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from schemas.outcomes import PageOutcome
from services.ingest.fetching.responses import BeforeRequest, Fetched, FetchFailed
from services.ingest.fetching.robots import (
    LIFETIME,
    MAX_CRAWL_DELAY_SECONDS,
    MAX_KEPT_CHARACTERS,
    MAX_ROBOTS_BYTES,
    UNREACHABLE_LIFETIME,
    Robots,
)
from services.ingest.fetching.rulebooks import Rulebook

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOST = "https://example.com"


@dataclass
class FakeFetcher:
    """Answers every URL with one text or one failure, and remembers what it was asked."""

    answer: str | bytes | FetchFailed
    asked: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)

    async def fetch(
        self, url: str, *, accept: str, max_bytes: int, truncate: bool, before_request: BeforeRequest
    ) -> Fetched:
        for step in (url, *self.redirects):
            await before_request(step)
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, FetchFailed):
            raise self.answer
        body = self.answer.encode() if isinstance(self.answer, str) else self.answer
        assert truncate
        return Fetched(
            requested_url=url,
            final_url=url,
            status=200,
            content_type="text/plain",
            charset=None,
            body=body[:max_bytes],
            truncated=len(body) > max_bytes,
            etag=None,
            last_modified=None,
            fetched_at=NOW,
            cache_max_age_seconds=None,
            redirects=(),
            moved_permanently_to=None,
        )


def robots(answer: str | bytes | FetchFailed) -> tuple[Robots, FakeFetcher]:
    """The rules of a web that answers every robots.txt like that."""
    fetcher = FakeFetcher(answer)
    return Robots(fetcher, "Claimwire"), fetcher


async def outcome_of(answer: str | bytes | FetchFailed, path: str) -> PageOutcome | None:
    """Return how a check of `path` fails, or None."""
    try:
        await robots(answer)[0].check(HOST + path, NOW)
    except FetchFailed as failure:
        return failure.outcome
    return None


@pytest.mark.parametrize(
    ("text", "path", "is_allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("user-agent: CLAIMWIRE\ndisallow: /a", "/a", False),
        ("User-agent: Claimwire/1.0\nDisallow: /a", "/a", False),
        ("User-agent: claimwire # that one\nDisallow: /a", "/a", False),
        ("User-agent: Claimwire-Images\nDisallow: /a", "/a", True),
        ("User-agent: Claim\nDisallow: /a", "/a", True),
        ("User-agent: wire\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /a\nUser-agent: Claimwire\nDisallow: /b", "/a", True),
        ("User-agent: *\nDisallow: /a\nUser-agent: Claimwire\nDisallow: /b", "/b", False),
        ("User-agent: Other\nUser-agent: Claimwire\nDisallow: /a", "/a", False),
        ("User-agent: Claimwire\nDisallow: /a\nUser-agent: Other\nDisallow: /b", "/b", True),
        ("User-agent: Claimwire\nDisallow: /a\nUser-agent:\nDisallow: /b", "/b", True),
        ("User-agent: Claimwire\nDisallow: /a\n\nUser-agent: claimwire\nDisallow: /b", "/b", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /%7Eann", "/~ann", False),
        ("<html><body>Not here</body></html>", "/a", True),
    ],
)
async def test_rules_decide_what_may_be_read(text: str, path: str, is_allowed: bool) -> None:
    assert await outcome_of(text, path) == (None if is_allowed else PageOutcome.ROBOTS_DISALLOWED)


@pytest.mark.parametrize("outcome", [PageOutcome.NOT_FOUND, PageOutcome.GONE, PageOutcome.CLIENT_ERROR])
async def test_missing_file_allows_everything(outcome: PageOutcome) -> None:
    assert await outcome_of(FetchFailed(outcome, "none"), "/a") is None


@pytest.mark.parametrize(
    "outcome",
    [
        PageOutcome.DNS_FAILED,
        PageOutcome.CONNECTION_FAILED,
        PageOutcome.TLS_FAILED,
        PageOutcome.REFUSED_ADDRESS,
    ],
)
async def test_host_that_cannot_be_had_is_told_as_such(outcome: PageOutcome) -> None:
    assert await outcome_of(FetchFailed(outcome, "trouble"), "/a") is outcome


@pytest.mark.parametrize(
    "outcome",
    [
        PageOutcome.SERVER_ERROR,
        PageOutcome.RATE_LIMITED,
        PageOutcome.TIMED_OUT,
        PageOutcome.TOO_MANY_REDIRECTS,
        PageOutcome.BAD_RESPONSE,
        PageOutcome.BAD_URL,
    ],
)
async def test_unreachable_file_forbids_everything_for_now(outcome: PageOutcome) -> None:
    rules, fetcher = robots(FetchFailed(outcome, "trouble"))
    with pytest.raises(FetchFailed) as failed:
        await rules.check(f"{HOST}/a", NOW)
    assert failed.value.outcome is PageOutcome.ROBOTS_UNREACHABLE
    assert failed.value.retry_after_seconds == UNREACHABLE_LIFETIME.total_seconds()
    assert outcome.value in failed.value.reason

    with pytest.raises(FetchFailed) as failed:
        await rules.check(f"{HOST}/b", NOW + timedelta(minutes=4))
    assert failed.value.retry_after_seconds == 360
    assert len(fetcher.asked) == 1

    fetcher.answer = ""
    await rules.check(f"{HOST}/a", NOW + UNREACHABLE_LIFETIME)
    assert len(fetcher.asked) == 2


async def test_file_is_asked_for_once_a_day() -> None:
    rules, fetcher = robots("")
    assert await rules.check(f"{HOST}/a", NOW)
    assert not await rules.check(f"{HOST}/b", NOW + LIFETIME - timedelta(seconds=1))
    assert fetcher.asked == [f"{HOST}/robots.txt"]
    fetcher.answer = "User-agent: *\nDisallow: /"
    with pytest.raises(FetchFailed):
        await rules.check(f"{HOST}/a", NOW + LIFETIME)


async def test_simultaneous_checks_ask_once() -> None:
    rules, fetcher = robots("")
    await asyncio.gather(*(rules.check(f"{HOST}/{number}", NOW) for number in range(10)))
    assert len(fetcher.asked) == 1


async def test_each_scheme_and_port_has_its_own_file() -> None:
    rules, fetcher = robots("")
    for url in (
        "https://example.com/a",
        "http://example.com/a",
        "https://example.com:8443/",
        "https://EXAMPLE.com:443/",
    ):
        await rules.check(url, NOW)
    assert fetcher.asked == [
        "https://example.com/robots.txt",
        "http://example.com/robots.txt",
        "https://example.com:8443/robots.txt",
    ]


async def test_long_file_is_cut_at_a_line() -> None:
    head = "User-agent: *\nDisallow: /first\n"
    filler = "#" * (MAX_ROBOTS_BYTES - len(head) - len("Disallow: /")) + "\n"
    text = head + filler.replace("#\n", "\n", 1) + "Disallow: /late"
    assert text[:MAX_ROBOTS_BYTES].endswith("\nDisallow: /")
    assert await outcome_of(text, "/first") is PageOutcome.ROBOTS_DISALLOWED
    assert await outcome_of(text, "/other") is None


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"user-agent: a%d\n" % n for n in range(17_000)) + b"disallow: /b\n" * 17_000,
        b"user-agent: *\n" + b"".join(b"disallow: /*a*%d*a\n" % n for n in range(30_000)),
        b"user-agent: *\ndisallow: /b" + b"*a" * 200_000 + b"\n",
        bytes(range(256)) * 3_000,
    ],
    ids=["agents", "wildcards", "one-pattern", "binary"],
)
async def test_hostile_file_is_read_in_bounded_time(body: bytes) -> None:
    async with asyncio.timeout(10):
        assert await outcome_of(body, "/" + "b" * 2_000) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("User-agent: *\nCrawl-delay: 10", 10.0),
        ("User-agent: *\nCrawl-delay: 2.5\nUser-agent: Claimwire\nCrawl-delay: 1", 1.0),
        ("User-agent: Other\nCrawl-delay: 10", None),
        ("User-agent: *\nCrawl-delay: 86400", MAX_CRAWL_DELAY_SECONDS),
        ("User-agent: *\nCrawl-delay: -5", None),
        ("User-agent: *\nCrawl-delay: nan", None),
    ],
)
async def test_crawl_delay_is_read_and_capped(text: str, seconds: float | None) -> None:
    rules, _ = robots(text)
    assert rules.crawl_delay(f"{HOST}/a") is None
    await rules.check(f"{HOST}/a", NOW)
    assert rules.crawl_delay(f"{HOST}/b") == seconds


async def test_unreachable_file_has_no_crawl_delay() -> None:
    rules, _ = robots(FetchFailed(PageOutcome.SERVER_ERROR, "status 500"))
    with pytest.raises(FetchFailed):
        await rules.check(f"{HOST}/a", NOW)
    assert rules.crawl_delay(f"{HOST}/a") is None


async def test_hosts_not_seen_lately_are_forgotten() -> None:
    rules, fetcher = robots("#" * (MAX_KEPT_CHARACTERS // 8))
    for number in range(8):
        await rules.check(f"https://host{number}.example/", NOW)
    await rules.check("https://host0.example/", NOW)
    await rules.check("https://host8.example/", NOW)
    asked = len(fetcher.asked)
    await rules.check("https://host0.example/", NOW)
    assert len(fetcher.asked) == asked == 9
    await rules.check("https://host1.example/", NOW)
    assert len(fetcher.asked) == 10


async def test_redirects_of_the_file_wait_for_their_hosts_turn() -> None:
    rules, fetcher = robots("")
    fetcher.redirects = [f"{HOST}/rules.txt", "https://rules.example/"]
    waited: list[str] = []

    async def wait(url: str) -> None:
        waited.append(url)

    await rules.check(f"{HOST}/a", NOW, before_redirect=wait)
    await rules.check(f"{HOST}/b", NOW, before_redirect=wait)
    assert waited == fetcher.redirects


@dataclass
class FakeShelf:
    """Keeps rulebooks in this process."""

    books: dict[str, Rulebook] = field(default_factory=dict)

    async def find(self, origin: str) -> Rulebook | None:
        return self.books.get(origin)

    async def keep(self, origin: str, book: Rulebook) -> None:
        self.books[origin] = book


async def test_what_one_replica_has_read_another_does_not_ask_for() -> None:
    shelf, fetcher = FakeShelf(), FakeFetcher("User-agent: Claimwire\nDisallow: /a\0\nDisallow: /b")
    one, other = Robots(fetcher, "Claimwire", shelf), Robots(fetcher, "Claimwire", shelf)
    assert await one.check(f"{HOST}/c", NOW)
    assert not await other.check(f"{HOST}/c", NOW)
    with pytest.raises(FetchFailed, match="disallows"):
        await other.check(f"{HOST}/b", NOW)
    assert len(fetcher.asked) == 1
    assert "\0" not in (shelf.books[HOST].text or "")


async def test_file_that_cannot_be_had_is_left_alone_by_all_for_as_long_as_is_left() -> None:
    shelf, fetcher = FakeShelf(), FakeFetcher(FetchFailed(PageOutcome.SERVER_ERROR, "status 500"))
    with pytest.raises(FetchFailed):
        await Robots(fetcher, "Claimwire", shelf).check(f"{HOST}/a", NOW)
    shelf.books[HOST] = shelf.books[HOST]._replace(seconds=42.0)
    with pytest.raises(FetchFailed, match="status 500") as failed:
        await Robots(fetcher, "Claimwire", shelf).check(f"{HOST}/a", NOW)
    assert (failed.value.outcome, failed.value.retry_after_seconds) == (PageOutcome.ROBOTS_UNREACHABLE, 42.0)
    assert len(fetcher.asked) == 1


@pytest.mark.parametrize(("asked", "seconds"), [(None, 600), (30, 600), (3_000, 3_000)])
async def test_unreachable_file_is_asked_for_when_its_server_says(asked: float | None, seconds: float) -> None:
    rules, _ = robots(FetchFailed(PageOutcome.RATE_LIMITED, "status 429", retry_after_seconds=asked))
    with pytest.raises(FetchFailed) as failed:
        await rules.check(f"{HOST}/a", NOW)
    assert failed.value.retry_after_seconds == seconds
