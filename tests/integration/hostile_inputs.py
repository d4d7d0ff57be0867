"""The hostile inputs that ingest has to bear, by number: what a server answers, and what has to become of it.

1 to 19 are feeds, sitemaps and robots.txt, 20 to 36 pages; a number with several forms has a line for each.
"""

import gzip
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from typing_extensions import override

from schemas.events import TEXT_MAX_CODE_POINTS, ArticleIngested
from schemas.outcomes import FeedOutcome, PageOutcome
from services.ingest.discovery import sitemaps
from services.ingest.discovery.feeds import ENTRIES_MAX
from tests.integration.hostile_server import answer
from tests.integration.newsroom import SENTENCES, article_page

Served = bytes | Sequence[bytes]
"""An answer as it goes out, or one for each time that it is asked for, the last for ever."""


@dataclass(frozen=True)
class Found:
    """What became of an input: the rows of its feed and of its pages, its events, and the paths that were asked for."""

    feed: Any
    pages: Sequence[Any]
    events: Sequence[ArticleIngested]
    asked: Sequence[str]

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [row.entry for row in self.pages]

    @property
    def titles(self) -> list[str | None]:
        return [entry["title"] for entry in self.entries]

    @property
    def text(self) -> str:
        return "\n".join(event.text for event in self.events)


@dataclass(frozen=True)
class Hostile:
    """One input: ``serve`` gives the answers of its host by path; ``/feed`` is polled, or else ``/page`` fetched."""

    number: int
    name: str
    serve: Callable[[str], Mapping[str, Served]]
    outcome: PageOutcome | FeedOutcome
    check: Callable[[Found], object] = lambda _: True
    rounds: int = 1
    reads_pages: bool = True
    """Whether the test waits for all pages that a feed lists; 500 of one host take a while."""

    @override
    def __str__(self) -> str:
        return f"{self.number:02}-{self.name}"

    @property
    def is_feed(self) -> bool:
        return isinstance(self.outcome, FeedOutcome)


GOOD = answer(article_page().encode(), content_type="text/html; charset=utf-8")


def rss(items: str, before: str = "", *, encoding: str = "utf-8") -> str:
    title = "<title>News</title><link>http://news.example/</link>"
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{before}<rss version="2.0"><channel>{title}{items}</channel></rss>'
    )


def item(link: str = "/page", **more: str) -> str:
    fields = {"title": "Bridge closed", "link": link, **more}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</item>"


def feed(body: str | bytes, site: str = "", *, content_type: str = "application/rss+xml") -> dict[str, Served]:
    """Return the answers of a host with that feed and the page that it lists; ``@SITE@`` becomes the host's origin."""
    text = body.replace("@SITE@", site).encode() if isinstance(body, str) else body
    return {"/feed": answer(text, content_type=content_type), "/page": GOOD}


def page(markup: str | bytes, content_type: str = "text/html; charset=utf-8") -> dict[str, Served]:
    body = markup.encode("utf-8", "surrogatepass") if isinstance(markup, str) else markup
    return {"/page": answer(body, content_type=content_type)}


def article(extra: str = "", head: str = "") -> dict[str, Served]:
    """Return the answers of a host with a page that has an article, and something else."""
    return page(article_page(head=head).replace("</article>", f"{extra}</article>"))


def a_feed(
    number: int,
    name: str,
    body: Callable[[], str | bytes],
    outcome: FeedOutcome,
    check: Callable[[Found], object] = lambda _: True,
    **more: Any,
) -> Hostile:
    return Hostile(number, name, lambda site: feed(body(), site), outcome, check, **more)


def a_page(
    number: int,
    name: str,
    answers: Callable[[], Mapping[str, Served]],
    outcome: PageOutcome,
    check: Callable[[Found], object] = lambda _: True,
) -> Hostile:
    return Hostile(number, name, lambda _: answers(), outcome, check)


def moved(location: str) -> Callable[[str], Mapping[str, Served]]:
    return lambda site: {"/feed": answer(status=302, location=location.replace("@SITE@", site))}


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return rss(item(title="&l9;"), f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>')


def square() -> str:
    return rss(item(title="&a;" * 2_000), f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>')


def is_bounded(found: Found) -> bool:
    """Tell whether nothing that was kept of it is long."""
    return all(len(json.dumps(entry)) < 10_000 for entry in found.entries)


def sitemap(urls: Sequence[str], kind: str = "urlset", part: str = "url") -> str:
    listed = "".join(f"<{part}><loc>{url}</loc></{part}>" for url in urls)
    return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</{kind}>'


def dated(name: str, date: str) -> Hostile:
    def check(found: Found) -> bool:
        (entry,) = found.entries
        return entry["published"]["at"] is None and entry["published"]["reason"] == "implausible"

    return a_feed(11, name, lambda: rss(item(pubDate=date)), FeedOutcome.POLLED, check)


def linked(number: int, name: str, link: str, *urls: str) -> Hostile:
    """Return a feed with a link that leads nowhere we go, or to ``urls``, and a good one beside it."""

    def check(found: Found) -> bool:
        paths = [row.url.partition(".example")[2].partition("/")[2] for row in found.pages]
        return sorted(paths) == sorted(["page", *urls])

    return a_feed(number, name, lambda: rss(item(link) + item()), FeedOutcome.POLLED, check)


def revised(site: str) -> Mapping[str, Served]:
    """Return a feed whose item keeps its guid and is dated anew at the second poll, and a page that has changed."""

    def stated(time: str) -> bytes:
        entry = f"<id>urn:x:1</id><title>Bridge closed</title><link href='{site}/page'/><updated>{time}</updated>"
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><entry>{entry}</entry></feed>"
        return answer(body.encode(), content_type="application/atom+xml")

    changed = article_page(SENTENCES.replace("eleven weeks", "twelve weeks"))
    return {
        "/feed": [stated("2026-03-01T10:00:00Z"), stated("2026-03-01T12:00:00Z")],
        "/page": [GOOD, answer(changed.encode(), content_type="text/html")],
    }


def is_revised(found: Found) -> bool:
    first, second = found.events
    return first.article_id == second.article_id and first.revision < second.revision and first.text != second.text


def robots(rules: bytes, status: int = 200) -> Callable[[], Mapping[str, Served]]:
    return lambda: {"/robots.txt": answer(rules, status=status, content_type="text/plain"), "/page": GOOD}


FEEDS = (
    a_feed(1, "billion laughs", laughs, FeedOutcome.NOT_A_FEED, is_bounded),
    a_feed(2, "entity that grows by the square", square, FeedOutcome.NOT_A_FEED, is_bounded),
    a_feed(
        3,
        "external entity",
        lambda: rss(item(title="Bridge &x;"), '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        FeedOutcome.POLLED,
        lambda found: "root:" not in repr(found),
    ),
    a_feed(
        4,
        "external document type",
        lambda: rss(item(), '<!DOCTYPE rss SYSTEM "@SITE@/x.dtd">'),
        FeedOutcome.POLLED,
        lambda found: found.titles == ["Bridge closed"] and "/x.dtd" not in found.asked,
    ),
    a_feed(5, "200,000 elements deep", lambda: rss("<a>" * 200_000), FeedOutcome.POLLED, lambda found: not found.pages),
    a_feed(
        6,
        "50,000 items",
        lambda: rss("".join(item(f"/{number}") for number in range(50_000))),
        FeedOutcome.POLLED,
        lambda found: len(found.pages) == found.feed.entries == ENTRIES_MAX,
        reads_pages=False,
    ),
    a_feed(
        7,
        "NUL in a title",
        lambda: rss(item(title="Bridge\0 closed")),
        FeedOutcome.POLLED,
        lambda found: found.titles == ["Bridge closed"],
    ),
    linked(8, "javascript link", "javascript:alert(1)"),
    linked(8, "data link", "data:text/html,x"),
    linked(8, "file link", "file:///etc/passwd"),
    linked(9, "link without a scheme", "//other.example/a", "a"),
    linked(9, "relative link", "a/../b?c=1#d", "b?c=1"),
    linked(9, "link with a user", "http://somebody:secret@other.example/a"),
    linked(9, "link with a backslash", "http:\\\\other.example\\a"),
    a_feed(
        10,
        "guid that is a path",
        lambda: rss(item(guid="../../etc/passwd")),
        FeedOutcome.POLLED,
        lambda found: found.entries[0]["guid"] == "../../etc/passwd" and found.pages[0].url.endswith("/page"),
    ),
    dated("year 9999", "Fri, 31 Dec 9999 00:00:00 GMT"),
    dated("31 February", "Sat, 31 Feb 2024 10:00:00 GMT"),
    dated("1970", "Thu, 01 Jan 1970 00:00:00 GMT"),
    dated("tomorrow", "Fri, 01 Jan 2100 12:00:00 GMT"),
    Hostile(12, "same guid and another text", revised, FeedOutcome.POLLED, is_revised, rounds=2),
    a_feed(
        13,
        "declared utf-16 that is utf-8",
        lambda: rss(item(title="Café"), encoding="utf-16"),
        FeedOutcome.POLLED,
        lambda found: found.titles == ["Café"],
    ),
    Hostile(
        14,
        "gzip bomb",
        lambda _: {"/feed": answer(gzip.compress(b" " * 50_000_000), content_encoding="gzip")},
        FeedOutcome.TOO_LARGE,
    ),
    a_feed(15, "page instead of a feed", article_page, FeedOutcome.NOT_A_FEED, lambda found: found.feed.reason),
    a_feed(16, "empty body", lambda: "", FeedOutcome.NOT_A_FEED, lambda found: found.feed.reason == "empty"),
    a_feed(16, "no items", lambda: rss(""), FeedOutcome.POLLED, lambda found: not found.pages),
    a_feed(
        16,
        "cut in the middle",
        lambda: (whole := rss("".join(item(f"/{number}") for number in range(10))))[: len(whole) * 2 // 3],
        FeedOutcome.POLLED,
        lambda found: 3 <= len(found.pages) <= 7 and all(row.url[-2] == "/" for row in found.pages),
    ),
    Hostile(17, "loop of redirects", moved("@SITE@/feed"), FeedOutcome.TOO_MANY_REDIRECTS),
    Hostile(17, "redirect to metadata", moved("http://169.254.169.254/latest/"), FeedOutcome.REFUSED_ADDRESS),
    Hostile(17, "redirect to a mapped address", moved("http://[::ffff:10.0.0.1]/"), FeedOutcome.REFUSED_ADDRESS),
    Hostile(17, "redirect to assigned space", moved("http://192.0.0.192/"), FeedOutcome.REFUSED_ADDRESS),
    a_feed(
        18,
        "index that lists itself",
        lambda: sitemap(["@SITE@/feed"] * 3, "sitemapindex", "sitemap"),
        FeedOutcome.NOT_A_FEED,
        lambda found: found.asked.count("/feed") == 1 and not found.pages,
    ),
    a_feed(
        18,
        "50,001 URLs",
        lambda: sitemap([f"@SITE@/{number}" for number in range(50_001)]),
        FeedOutcome.POLLED,
        lambda found: len(found.pages) == sitemaps.ENTRIES_MAX,
        reads_pages=False,
    ),
    a_feed(
        18,
        "gzip in gzip",
        lambda: gzip.compress(gzip.compress(sitemap(["http://other.example/a"]).encode())),
        FeedOutcome.NOT_A_FEED,
        lambda found: not found.pages,
    ),
)

ROBOTS = (
    a_page(
        19,
        "50 MB of rules",
        robots(b"User-agent: *\nDisallow: /page\n" + b"Disallow: /somewhere/else/and/further\n" * 1_400_000),
        PageOutcome.ROBOTS_DISALLOWED,
    ),
    a_page(
        19,
        "10,000 wildcards",
        robots(b"User-agent: *\n" + b"Disallow: /" + b"*a" * 10_000 + b"$\nDisallow: /*/" + b"*" * 10_000 + b"x\n"),
        PageOutcome.PUBLISHED,
    ),
    a_page(
        19, "rules that fail", robots(b"", 503), PageOutcome.ROBOTS_UNREACHABLE, lambda found: found.pages[0].due_at
    ),
)


def ld_json(text: str) -> Callable[[], Mapping[str, Served]]:
    return partial(article, head=f'<script type="application/ld+json">{text}</script>')


def has_its_words(found: Found) -> bool:
    return "The bridge is closed until further notice." in found.text


def is_short(found: Found) -> bool:
    return len(found.text) <= TEXT_MAX_CODE_POINTS


def without(pieces: str) -> Callable[[Found], bool]:
    return lambda found: has_its_words(found) and not set(pieces) & set(found.text)


NOTHING = "We use cookies and similar means to make our pages better. Accept all of them, or choose yourself. "
LONG = 1_000_000

PAGES = (
    a_page(
        20, "JSON-LD of quotes without end", ld_json('{"a": "' + '\\"' * 32_768), PageOutcome.PUBLISHED, has_its_words
    ),
    a_page(
        21,
        "40,000 attributes",
        lambda: article("<p " + " ".join(f"a{number}=1" for number in range(40_000)) + ">x</p>"),
        PageOutcome.HOSTILE_MARKUP,
    ),
    a_page(
        22,
        "20,000 boxes deep",
        lambda: page("<html><body>" + "<div>" * 20_000 + SENTENCES + "</div>" * 20_000),
        PageOutcome.NO_TEXT,
    ),
    a_page(
        23,
        "colspan of nine quadrillion",
        partial(article, '<table><tr><td colspan="9007199254740991">a</td></tr></table>'),
        PageOutcome.PUBLISHED,
        is_short,
    ),
    a_page(
        23,
        "colspan of 1,000 in 2,000 rows",
        partial(article, "<table>" + '<tr><td colspan="1000">a</td></tr>' * 2_000 + "</table>"),
        PageOutcome.PUBLISHED,
        is_short,
    ),
    a_page(24, "20 MB", lambda: article("<p>" + "word " * 4_000_000), PageOutcome.TOO_LARGE),
    a_page(
        24,
        "20 MB of no told length",
        lambda: {"/page": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html><p>" + b"word " * 4_000_000},
        PageOutcome.TOO_LARGE,
    ),
    a_page(25, "digits", lambda: article(f"<p>{'1234567890' * (LONG // 10)}</p>"), PageOutcome.TOO_LARGE),
    a_page(25, "dates", lambda: article(f"<p>{'2024-05-01 ' * (LONG // 11)}</p>"), PageOutcome.TOO_LARGE),
    a_page(
        26,
        "charset utf-7",
        lambda: page(
            article_page(f"{SENTENCES}\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-"), "text/html; charset=utf-7"
        ),
        PageOutcome.PUBLISHED,
        lambda found: "+ADw-script+AD4-alert(1)" in found.text and "<script" not in found.text,
    ),
    a_page(
        27,
        "unknown charset",
        lambda: page(article_page(f"{SENTENCES}\nThe café is shut."), "text/html; charset=x-klingon"),
        PageOutcome.PUBLISHED,
        lambda found: "The café is shut." in found.text,
    ),
    a_page(
        27,
        "latin-1 labelled utf-8",
        lambda: page(article_page(f"{SENTENCES}\nThe café is shut, they said.").encode("latin-1")),
        PageOutcome.PUBLISHED,
        lambda found: "The caf\ufffd is shut" in found.text and "U+FFFD" in found.pages[0].reason,
    ),
    a_page(
        28,
        "UTF-16 with a mark",
        lambda: page(article_page(f"{SENTENCES}\nThe café is shut – till May.").encode("utf-16"), "text/html"),
        PageOutcome.PUBLISHED,
        lambda found: "The café is shut – till May." in found.text,
    ),
    a_page(29, "random bytes", lambda: page(random.Random(29).randbytes(50_000)), PageOutcome.NOT_HTML),
    a_page(29, "PDF", lambda: page(b"%PDF-1.7\n1 0 obj <</Type /Catalog>>" + SENTENCES.encode()), PageOutcome.NOT_HTML),
    a_page(29, "PNG", lambda: page(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"<p>" * 100), PageOutcome.NOT_HTML),
    a_page(30, "gzip as it is", lambda: page(gzip.compress(article_page().encode())), PageOutcome.NOT_HTML),
    Hostile(
        30,
        "gzip in gzip",
        lambda _: {
            "/page": answer(
                gzip.compress(gzip.compress(article_page().encode())), content_type="text/html", content_encoding="gzip"
            )
        },
        PageOutcome.NOT_HTML,
    ),
    a_page(
        31,
        "what is no character",
        partial(article, "<p>Half a pair &#xD800;, nothing &#0;, and none \ufffe of them &#65535; stays here.</p>"),
        PageOutcome.PUBLISHED,
        without("\0\ud800\ufffe\uffff"),
    ),
    a_page(
        31,
        "what nobody sees",
        partial(
            article,
            "<p>They \u202ewrite\u202c from the \u2066right\u2069 with\u200b nothing\ufeff in bet\u00adween.</p>",
        ),
        PageOutcome.PUBLISHED,
        without("\u202e\u202c\u2066\u2069\u200b\ufeff\u00ad"),
    ),
    a_page(32, "1 MB without a space", lambda: article(f"<p>{'x' * LONG}</p>"), PageOutcome.TOO_LARGE),
    a_page(
        32,
        "10,000 quotes in a sentence",
        lambda: article("<p>He said " + '"a" ' * 10_000 + "and went.</p>"),
        PageOutcome.PUBLISHED,
        lambda found: has_its_words(found) and is_short(found),
    ),
    a_page(
        33,
        "markup in words",
        partial(article, '<p>She said: "Write &lt;/script&gt; and {&quot;a&quot;: &lt;b&gt;} there," and left.</p>'),
        PageOutcome.PUBLISHED,
        lambda found: 'She said: "Write </script> and {"a": <b>} there," and left.' in found.text,
    ),
    a_page(
        34, "cookie wall", lambda: page(article_page(NOTHING * 3, title="Cookie settings")), PageOutcome.COOKIE_WALL
    ),
    a_page(
        34,
        "error page of status 200",
        lambda: page(article_page("The page that you asked for has moved or is gone. " * 8, title="Page not found")),
        PageOutcome.SOFT_404,
    ),
    a_page(
        34,
        "paywall stub",
        lambda: page(article_page("The council voted. Subscribe to read on.")),
        PageOutcome.PAYWALL_STUB,
    ),
    Hostile(
        35,
        "one text at two URLs",
        lambda _: {"/feed": answer(rss(item("/a") + item("/b")).encode()), "/a": GOOD, "/b": GOOD},
        FeedOutcome.POLLED,
        lambda found: (
            len({event.article_id for event in found.events}) == 2
            and len({event.text_sha256 for event in found.events}) == 1
        ),
    ),
    a_page(
        36,
        "canonical link to another host",
        partial(article, head='<link rel="canonical" href="https://other.example/theirs">'),
        PageOutcome.PUBLISHED,
        lambda found: found.events[0].canonical_url == found.pages[0].url,
    ),
)

INPUTS = (*FEEDS, *ROBOTS, *PAGES)
