"""The demo news world: its feeds name its pages, and its pages yield their articles whole."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import fastfeedparser
import pytest
import trafilatura
from lxml import html
from protego import Protego

SAMPLES = Path(__file__).parents[2] / "samples"
BASE = "http://127.0.0.1:8999"
FEEDS: list[dict[str, str]] = json.loads((SAMPLES / "feeds.json").read_text())
PAGES = sorted(SAMPLES.rglob("*.html"))

BODY = "//*[@class='story-body' or @class='article__body' or @class='entry-content']"
PARAGRAPHS = f"{BODY}/p[not(@class)] | {BODY}/ul/li | {BODY}/blockquote/p"
QUOTATION = re.compile(r'“[^”]*(?:”|$)|"[^"]*"')
"""A quotation that goes on in the next paragraph has no closing mark in this one."""

BOILERPLATE = [
    *("cookies", "312 partners", "Client sign-in", "Copy link", "Barley futures", "Principles of Reporting"),
    *("quotes delayed", "alongside in Tarrowmouth on Monday", "Subscribe to", "Save for later", "Morning Bell"),
    *("photographed by", "Photograph:", "Skarne Maid in 2019", "storks", "Chandler Street", "Send to a friend"),
    *("READ MORE", "Seal pup", "Have your say", "Most read", "circulation desk", "Advertisement", "Share this"),
    *("look like shoes", "first!! love", "3,204", "Squawk", "Tagged"),
]


@dataclass(frozen=True)
class Entry:
    """What a feed says of one page: its URL as resolved, and the day it names, if any."""

    url: str
    published: datetime | None

    @property
    def path(self) -> Path:
        return SAMPLES / urlsplit(self.url).path.lstrip("/")


def entries(feed: dict[str, str]) -> list[Entry]:
    raw = (SAMPLES / feed["path"].lstrip("/")).read_bytes()
    if feed["path"].endswith(".json"):
        pairs = [(item["url"], item.get("date_published")) for item in json.loads(raw)["items"]]
    else:
        pairs = [(item["link"], item.get("published")) for item in fastfeedparser.parse(raw)["entries"]]
    at = urljoin(BASE, feed["path"])
    return [Entry(urljoin(at, url), datetime.fromisoformat(when) if when else None) for url, when in pairs]


ENTRIES = [entry for feed in FEEDS for entry in entries(feed)]


def words(text: str) -> str:
    return " ".join(text.split())


def found(page: Path, query: str) -> list[str]:
    """Return the words of what an XPath finds in a page, one string a node."""
    tree: Any = html.fromstring(page.read_bytes())
    return [words(one if isinstance(one, str) else one.text_content()) for one in tree.xpath(query)]


def paragraphs(page: Path) -> list[str]:
    return found(page, PARAGRAPHS)


def extracted(page: Path) -> str:
    document: Any = trafilatura.bare_extraction(page.read_text(encoding="utf-8"), fast=True, include_comments=False)
    return words(document.text)


def name(page: Path) -> str:
    return str(page.relative_to(SAMPLES))


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed["path"])
def test_feed_names_only_pages_of_its_publisher(feed: dict[str, str]) -> None:
    listed = entries(feed)
    assert len(listed) >= 3
    assert [entry.url for entry in listed if not entry.path.is_file()] == []
    assert {entry.path.relative_to(SAMPLES).parts[0] for entry in listed} == {feed["domain"]}
    assert feed["name"]


def test_every_page_is_in_one_feed() -> None:
    assert sorted(entry.path for entry in ENTRIES) == PAGES
    assert len(PAGES) >= 14
    assert len({feed["domain"] for feed in FEEDS}) == 4


def test_feeds_hold_what_real_feeds_hold() -> None:
    assert any("utm_" in entry.url for entry in ENTRIES)
    assert any(entry.published is None for entry in ENTRIES)
    assert all(entry.published is None or entry.published.utcoffset() is not None for entry in ENTRIES)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed["path"])
def test_robots_allow_what_the_feed_lists_and_nothing_hidden(feed: dict[str, str]) -> None:
    shared = Protego.parse((SAMPLES / "robots.txt").read_text())
    own = Protego.parse((SAMPLES / feed["domain"] / "robots.txt").read_text())
    prefix = f"{BASE}/{feed['domain']}"
    assert shared.can_fetch(urljoin(BASE, feed["path"]), "claimwire")
    for entry in entries(feed):
        assert shared.can_fetch(entry.url, "claimwire")
        assert own.can_fetch(entry.url.removeprefix(prefix), "claimwire")
    rule = (SAMPLES / feed["domain"] / "robots.txt").read_text().split("Disallow: ")[1].strip()
    assert not own.can_fetch(rule + "x", "claimwire")
    assert not shared.can_fetch(prefix + rule + "x", "claimwire")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page_yields_its_first_and_last_paragraph_and_every_quotation(page: Path) -> None:
    expected = paragraphs(page)
    text = extracted(page)
    assert len(expected) >= 10
    wanted = [expected[0], expected[-1], *(quoted for one in expected for quoted in QUOTATION.findall(one))]
    assert len(wanted) > 5
    assert [one for one in wanted if one not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page_yields_no_boilerplate(page: Path) -> None:
    text = extracted(page).casefold()
    assert [phrase for phrase in BOILERPLATE if phrase.casefold() in text] == []


def test_boilerplate_stands_in_the_pages() -> None:
    everything = " ".join(words(page.read_text(encoding="utf-8")) for page in PAGES).casefold()
    assert [phrase for phrase in BOILERPLATE if phrase.casefold() not in everything] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page_is_as_long_as_a_report(page: Path) -> None:
    assert 250 <= len(extracted(page).split()) <= 600


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: name(entry.path))
def test_canonical_link_names_the_page_itself(entry: Entry) -> None:
    url = entry.url.partition("?")[0]
    links = found(entry.path, "//link[@rel='canonical']/@href")
    assert [urljoin(url, link) for link in links] in ([url], [])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: name(entry.path))
def test_page_and_feed_name_the_same_time(entry: Entry) -> None:
    scripts = found(entry.path, "//script[@type='application/ld+json']/text()")
    stated = [json.loads(script)["datePublished"] for script in scripts]
    stated += found(entry.path, "//meta[@property='article:published_time']/@content")
    assert [datetime.fromisoformat(one) for one in stated] in ([entry.published], [])
    for shown in found(entry.path, "//*[@class='post-meta']/text()"):
        assert entry.published is not None
        day = datetime.strptime(", ".join(shown.split(", ")[:2]), "%A, %d %B %Y").date()  # noqa: DTZ007 (a day alone)
        assert day == entry.published.date()


def test_publishers_differ_in_what_their_pages_tell() -> None:
    sources = {feed["domain"]: "" for feed in FEEDS}
    for one in PAGES:
        sources[one.relative_to(SAMPLES).parts[0]] += one.read_text(encoding="utf-8")
    habits = {
        domain: ("ld+json" in source, "article:published_time" in source, "post-meta" in source)
        for domain, source in sources.items()
    }
    assert sorted(habits.values()) == [
        (False, False, False),
        (False, False, True),
        (False, True, False),
        (True, False, False),
    ]


def test_wire_copy_has_the_words_of_the_wire() -> None:
    straight = str.maketrans("“”‘’", "\"\"''")
    wire = paragraphs(SAMPLES / "harbour-wire.example/2026/10/13/minister-skarne-ferry-takeover.html")
    copy = [
        one.translate(straight)
        for one in paragraphs(SAMPLES / "tarrow-lamp.example/2026/10/state-could-take-over.html")
    ]
    assert copy[1:-1] == wire[1:-1]
    assert copy[-1] == "(Harbour Wire)"


def test_two_articles_and_the_release_share_a_quotation() -> None:
    said = "We are investing in people, in safety and in the future of the crossing"
    holders = [name(one) for one in PAGES if said in extracted(one)]
    assert holders == [
        "harbour-wire.example/2026/10/09/kestrel-line-cuts-winter-sailings.html",
        "harbour-wire.example/releases/2026/10/09/kestrel-line-winter-service.html",
        "tarrow-lamp.example/2026/10/jobs-joy.html",
    ]


def test_rewrite_names_its_source_and_repeats_its_quotations() -> None:
    original = extracted(SAMPLES / "ostrel-courier.example/2026/10/08/ferry-chief-state-secretary-minister.html")
    rewrite = extracted(SAMPLES / "daily-gull.example/ferry-boss-40-million.html")
    assert "first published by The Ostrel Courier" in rewrite
    for said in ("I did not speak for the minister", "The minister can live with forty", "It includes everything."):
        assert said in original
        assert said in rewrite
