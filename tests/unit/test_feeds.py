"""Feeds as they come, and as nobody should write them."""

import json
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.events import DateReason, Evidence
from services.ingest.discovery.entries import Entry, Feed, FeedBody, NotAFeed
from services.ingest.discovery.feeds import BODY_MAX_BYTES, ENTRIES_MAX, read_feed

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ITEM = "<item><title>Bridge</title><link>https://news.example/1</link></item>"


def read(body: str | bytes, url: str = "https://news.example/rss/feed.xml") -> Feed:
    return read_feed(FeedBody(url, body.encode() if isinstance(body, str) else body, NOW))


def rss(items: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def item(**fields: str) -> str:
    given = {"link": "https://news.example/1", **fields}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in given.items()) + "</item>"


def only(feed: Feed) -> Entry:
    assert len(feed.entries) == 1
    return feed.entries[0]


def test_rss_is_read() -> None:
    entry = item(
        title="Bridge &amp;amp; road",
        guid="tag:1",
        pubDate="Wed, 01 May 2024 10:00:00 GMT",
        author="x@y.example (Ann Lee)",
        category="World",
    )
    feed = read(rss("<ttl>30</ttl>" + entry))
    read_entry = only(feed)
    assert (feed.title, feed.ttl_seconds, feed.dropped, feed.skipped) == ("News", 1_800, 0, 0)
    assert (read_entry.url, read_entry.guid, read_entry.title) == ("https://news.example/1", "tag:1", "Bridge & road")
    assert read_entry.published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert read_entry.published.evidence is Evidence.FEED
    assert (read_entry.authors, read_entry.section) == (("x@y.example (Ann Lee)",), "World")


def test_atom_is_read() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title>Bridge</title><link href="../a/1"/>'
        "<id>urn:1</id><published>2024-05-01T10:00:00Z</published><updated>2024-05-02T10:00:00Z</updated>"
        "<author><name>Ann Lee</name></author></entry></feed>"
    )
    entry = only(feed)
    assert (entry.url, entry.guid, entry.authors) == ("https://news.example/a/1", "urn:1", ("Ann Lee",))
    assert entry.published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert entry.modified.at == datetime(2024, 5, 2, 10, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [
            {
                "id": "1",
                "url": "/1",
                "title": "Bridge",
                "date_published": "2024-05-01T10:00:00Z",
                "authors": [{"name": "Ann Lee"}],
                "tags": ["World"],
            },
            {"id": 2, "url": 3, "authors": "x", "tags": []},
            "nothing",
        ],
    }
    feed = read(json.dumps(body))
    entry = only(feed)
    assert (entry.url, entry.authors, entry.section) == ("https://news.example/1", ("Ann Lee",), "World")
    assert entry.published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert feed.skipped == 1


def test_syndication_period_becomes_a_time_to_live() -> None:
    head = (
        '<sy:updatePeriod xmlns:sy="s">daily</sy:updatePeriod><sy:updateFrequency xmlns:sy="s">4</sy:updateFrequency>'
    )
    assert read(rss(head + ITEM)).ttl_seconds == 21_600


@pytest.mark.parametrize("ttl", ["0", "-1", "soon", "9" * 5_000])
def test_senseless_time_to_live_is_ignored(ttl: str) -> None:
    assert read(rss(f"<ttl>{ttl}</ttl>" + ITEM)).ttl_seconds is None


def test_entities_that_multiply_are_no_feed() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    started = time.process_time()
    with pytest.raises(NotAFeed, match="multiply"):
        read(rss(item(title="&l9;"), f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'))
    assert time.process_time() - started < 1


def test_entity_that_grows_by_the_square_is_no_feed() -> None:
    started = time.process_time()
    with pytest.raises(NotAFeed, match="multiply"):
        read(rss(item(title="&a;" * 2_000), f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "entity", ["<!ENTITY nbsp '&#160;'>", '<!ENTITY % latin PUBLIC "-//W3C//x" "http://x.example/">']
)
def test_entity_of_a_letter_is_no_reason_to_refuse_a_feed(entity: str) -> None:
    assert only(read(rss(ITEM, f"<!DOCTYPE rss [{entity}]>"))).title == "Bridge"


def test_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden words")
    feed = read(rss(item(title="&x;"), f'<!DOCTYPE x [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'))
    assert "hidden words" not in repr(feed)


def test_external_document_type_is_not_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        read(rss(ITEM, f'<!DOCTYPE rss SYSTEM "http://127.0.0.1:{server.getsockname()[1]}/x.dtd">'))
        with pytest.raises(TimeoutError):
            server.accept()


def test_deep_nesting_yields_nothing() -> None:
    assert read(rss("<a>" * 200_000 + "</a>" * 200_000)).entries == ()


def test_entries_beyond_the_limit_are_counted() -> None:
    feed = read(rss(ITEM * 50_000))
    assert (len(feed.entries), feed.dropped) == (ENTRIES_MAX, 50_000 - ENTRIES_MAX)


def test_unstorable_characters_leave_the_title() -> None:
    assert only(read(rss(item(title="Br\0i\u202edge\u200b")))).title == "Bridge"


def test_title_is_composed_and_on_one_line() -> None:
    assert only(read(rss(item(title="Cafe\u0301 \n &lt;b&gt;opens&lt;/b&gt;")))).title == "Café opens"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://u:p@h.example/",
        "https:\\\\h.example",
        "",
    ],
)
def test_link_that_leads_nowhere_we_go_is_skipped(link: str) -> None:
    feed = read(rss(item(link=link) + ITEM))
    assert [entry.url for entry in feed.entries] == ["https://news.example/1"]
    assert feed.skipped == 1


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("//other.example/a", "https://other.example/a"),
        ("a?b=1", "https://news.example/rss/a?b=1"),
        ("/a/../b#c", "https://news.example/b"),
    ],
)
def test_relative_link_is_resolved(link: str, url: str) -> None:
    assert only(read(rss(item(link=link)))).url == url


def test_guid_is_opaque() -> None:
    assert only(read(rss(item(guid="../../etc/passwd")))).guid == "../../etc/passwd"
    assert only(read(rss(item(guid="x" * 5_000)))).guid is None


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 00:00:00 GMT",
        "Sat, 31 Feb 2024 10:00:00 GMT",
        "2023-02-29",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Wed, 17 Jun 2026 12:00:00 GMT",
    ],
)
def test_implausible_date_is_null_and_flagged(date: str) -> None:
    published = only(read(rss(item(pubDate=date)))).published
    assert published.at is None
    assert published.reason is DateReason.IMPLAUSIBLE


@pytest.mark.parametrize("date", ["yesterday", "2 hours ago", "May"])
def test_date_in_words_is_not_guessed(date: str) -> None:
    assert only(read(rss(item(pubDate=date)))).published.reason is DateReason.NO_EVIDENCE


def test_date_of_a_repaired_feed_is_read() -> None:
    body = rss(item(pubDate="Wed, 01 May 2024 10:00:00 GMT")).replace(
        '<?xml version="1.0"?>', '<?xml?xml version="1.0"?>'
    )
    assert only(read(body)).published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_wrong_encoding_declaration_is_survived() -> None:
    body = rss(item(title="Café")).replace('version="1.0"?', 'version="1.0" encoding="utf-16"?')
    assert only(read(body)).title == "Café"
    assert only(read(body.encode("utf-16"))).title == "Café"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<!doctype html><html><body><p>Not found</p></body></html>",
        b"<html><head><title>x</title></head></html>",
        b"plain words",
        b'{"items": []}',
        b"{broken",
        b"[" * 100_000,
        b"{" + b'"a":{' * 100_000,
        bytes(range(256)) * 10,
        b"\x1f\x8b\x08\x00" + b"x" * 100,
        b" " * BODY_MAX_BYTES + b"<rss/>",
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed) as caught:
        read(body)
    assert 0 < len(caught.value.reason) <= 200


def test_reason_does_not_quote_the_body() -> None:
    with pytest.raises(NotAFeed) as caught:
        read("secret words")
    assert "secret" not in caught.value.reason


def test_feed_without_entries_is_empty() -> None:
    assert read(rss("")).entries == ()


def test_truncated_feed_keeps_what_is_whole() -> None:
    whole = rss(ITEM * 10)
    feed = read(whole[: len(whole) // 2])
    assert 3 <= len(feed.entries) <= 5


DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
DIALECTS = (
    'xmlns:a="http://www.w3.org/2005/Atom" xmlns:m="http://search.yahoo.com/mrss/"'
    ' xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
)
TWO = "".join(f"<item><title>A {n}</title><link>https://news.example/{n}</link></item>" for n in (1, 2))


@pytest.mark.parametrize(
    "items",
    [
        "<item><title>A</title><guid>https://news.example/1</guid></item>",
        '<item><title>A</title><a:link rel="self" href="/self"/><link>https://news.example/1</link></item>',
        "<item><title>A</title><link>https://x.example/9</link><f:origLink>https://news.example/1</f:origLink></item>",
        "<item><m:content><m:title>Photo</m:title></m:content><title>A</title><link><![CDATA[/1]]></link></item>",
    ],
    ids=["guid is the link", "atom link beside", "link of a service that counts", "media"],
)
def test_dialect_leads_to_the_article(items: str) -> None:
    entry = only(read(rss(items).replace("<rss", f"<rss {DIALECTS}")))
    assert (entry.url, entry.title) == ("https://news.example/1", "A")


@pytest.mark.parametrize(
    "entry",
    [
        '<link rel="self" href="/e"/><link rel="edit" href="/r"/><link rel="alternate" href="/1"/><title>A b</title>',
        "<id>https://news.example/1</id><title>A b</title>",
        '<link href="/1"/><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>b</b></div></title>',
        '<link href="1" xml:base="https://news.example/"/><title type="html">A &lt;i&gt;b&lt;/i&gt;</title>',
    ],
)
def test_atom_entry_leads_to_the_article(entry: str) -> None:
    found = only(read(f"<feed {ATOM}><title>News</title><entry>{entry}</entry></feed>"))
    assert (found.url, found.title) == ("https://news.example/1", "A b")


def test_rdf_item_without_link_is_named_by_its_about() -> None:
    feed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>'
        '<item rdf:about="https://news.example/1"><title>A</title></item></rdf:RDF>'
    )
    assert only(feed).url == "https://news.example/1"


def test_all_authors_are_read() -> None:
    named = "<dc:creator>Ann Lee</dc:creator><dc:creator>Bo Ray</dc:creator><dc:date>2024-05-01T10:00:00Z</dc:date>"
    entry = only(read(rss(f"<item {DC}><title>A</title><link>/1</link>{named}</item>")))
    assert entry.authors == ("Ann Lee", "Bo Ray")
    assert entry.published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        (rss(TWO.replace("A 1", "A & 1")), "A & 1"),
        (rss(TWO.replace("A 1", "A&nbsp;1&rsquo;s")), "A 1’s"),
        (rss(TWO.replace("</item>", "", 1)), "A 1"),
        (rss(TWO.replace("A 1", "A <b>1")), "A 1"),
        (rss(TWO.replace("A 1", "5 < 6")), "5 < 6"),
        (rss(TWO).replace('version="2.0"', "version=2.0"), "A 1"),
        ("<br />\n<b>Warning</b>: in line 3\n" + rss(TWO), "A 1"),
        (rss(TWO) + "<script>x</script>", "A 1"),
    ],
)
def test_broken_xml_is_read_patiently(broken: str, title: str) -> None:
    feed = read(broken)
    assert [entry.url for entry in feed.entries] == ["https://news.example/1", "https://news.example/2"]
    assert feed.entries[0].title == title


def test_item_that_is_cut_is_left_out() -> None:
    whole = rss(TWO)
    assert [entry.url for entry in read(whole[: whole.index("example/2") + 3]).entries] == ["https://news.example/1"]


def test_dates_of_a_broken_feed_are_its_own() -> None:
    items = item(pubDate="Wed, 29 Feb 2023 10:00:00 GMT", title="A & B") + item(pubDate="2024-05-01T10:00:00Z")
    first, second = read(rss(items)).entries
    assert first.published.reason is DateReason.IMPLAUSIBLE
    assert second.published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)


CAFE = rss(TWO.replace("A 1", "Café"))


def declared(encoding: str) -> str:
    return CAFE.replace('version="1.0"', f'version="1.0" encoding="{encoding}"', 1)


@pytest.mark.parametrize(
    "body",
    [
        declared("utf-16").encode(),
        declared("utf-8").encode("latin-1"),
        declared("iso-8859-1").encode(),
        declared("iso-8859-1").encode("latin-1"),
        declared("klingon").encode(),
        declared("utf-16").encode("utf-16"),
        declared("utf-16").encode("utf-16-le"),
        CAFE.encode("cp1252"),
        CAFE.encode("utf-8-sig"),
    ],
)
def test_encoding_declared_wrongly_is_seen_through(body: bytes) -> None:
    assert read(body).entries[0].title == "Café"


def test_encoding_of_the_header_counts_where_the_feed_declares_none() -> None:
    body = rss(TWO.replace("A 1", "Мост")).encode("cp1251")
    assert read_feed(FeedBody("https://news.example/", body, NOW, "cp1251")).entries[0].title == "Мост"


def test_feed_that_is_a_file_name_opens_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(rss(ITEM))
    with pytest.raises(NotAFeed):
        read(str(secret).encode())


def test_json_feed_item_may_be_named_by_its_id_alone() -> None:
    body = {"version": "https://jsonfeed.org/version/1", "items": [{"id": "https://news.example/1"}]}
    assert only(read("\ufeff" + json.dumps(body))).url == "https://news.example/1"
