"""Pages become articles, or end in the outcome that says why not."""

import gzip
import json
import pickle
import textwrap
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.events import TEXT_MAX_CODE_POINTS, Dated, DateReason, Evidence, ParagraphKind
from schemas.outcomes import PageOutcome
from services.ingest.cleaning.cleaner import Cleaned, Page, Rejected, clean, clean_plain
from services.ingest.discovery.entries import Entry
from services.ingest.markup import HTML_MAX_CODE_POINTS

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
URL = "https://news.example/bridge"
PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages"

LEAD = "The bridge over the river will open in May, the council said on Monday, two years later than it was promised."
QUOTED = (
    "“We have waited for this day for a very long time,” the mayor told reporters at the river, where work went on."
)
LAST = "The opposition called the cost a scandal and asked for an inquiry, which the council is to vote on next week."
SHORT = f"<p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>"


def page(
    body: str = "", head: str = "", *, lang: str = ' lang="en"', url: str = URL, entry: Entry | None = None
) -> Page:
    body = body or f"<p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>"
    html = f"<!doctype html><html{lang}><head>{head}</head><body><article>{body}</article></body></html>"
    return Page(url, url, html, NOW, entry)


def json_ld(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def pieces(cleaned: Cleaned) -> list[tuple[str, ParagraphKind]]:
    return [(cleaned.text[slice(*paragraph.span)], paragraph.kind) for paragraph in cleaned.paragraphs]


def refused(given: Page) -> PageOutcome:
    with pytest.raises(Rejected) as caught:
        clean(given)
    assert caught.value.reason
    return caught.value.outcome


def test_text_is_its_paragraphs_joined_by_blank_lines() -> None:
    cleaned = clean(page())
    assert cleaned.text == f"{LEAD}\n\n{QUOTED}\n\n{LAST}"
    assert pieces(cleaned) == [(words, ParagraphKind.TEXT) for words in (LEAD, QUOTED, LAST)]


def test_heading_item_and_quotation_keep_their_kind() -> None:
    body = (
        f"<p>{LEAD}</p><h2>Long delays</h2><p>{QUOTED}</p><ul><li>Two lanes for cars and one for trams</li>"
        "<li>A <b>path</b> for bicycles</li></ul><blockquote><p>It is a scandal.</p><p>And a shame.</p></blockquote>"
        f"<p>{LAST}</p>"
    )
    assert pieces(clean(page(body))) == [
        (LEAD, ParagraphKind.TEXT),
        ("Long delays", ParagraphKind.HEADING),
        (QUOTED, ParagraphKind.TEXT),
        ("Two lanes for cars and one for trams", ParagraphKind.ITEM),
        ("A path for bicycles", ParagraphKind.ITEM),
        ("It is a scandal.", ParagraphKind.QUOTE),
        ("And a shame.", ParagraphKind.QUOTE),
        (LAST, ParagraphKind.TEXT),
    ]


def test_line_break_parts_paragraphs() -> None:
    assert f"{LEAD}\n\n{LAST}" in clean(page(f"<p>{LEAD}<br><br>{LAST}</p><p>{QUOTED}</p>")).text


def test_quotation_element_gets_its_marks() -> None:
    body = f"<p>{LEAD}</p><p>She said <q>it <em>will</em> open</q> and left, <q>“soon”</q>, by car.</p><p>{LAST}</p>"
    assert "She said “it will open” and left, “soon”, by car." in clean(page(body)).text


def test_title_printed_again_is_marked() -> None:
    head = meta("og:title", "Bridge to open in May &#8211; at last")
    first = pieces(
        clean(page(f"<h1>Bridge to open in May - at last</h1><p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>", head))
    )[0]
    assert first == ("Bridge to open in May - at last", ParagraphKind.TITLE)


def test_characters_that_nobody_sees_are_removed() -> None:
    odd = "\u202eThe cafe\u0301 Zel\u200bensky\u00ad &#0;&#xD800;\ud800\ufffe&#x1b; opened\u00a0\u2003again."
    cleaned = clean(page(f"<p>{LEAD}</p><p>{odd}</p><p>{LAST}</p>"))
    assert cleaned.text == f"{LEAD}\n\nThe café Zelensky opened again.\n\n{LAST}"


def test_markup_in_words_keeps_its_meaning() -> None:
    words = 'He wrote "&lt;/script&gt; &lt;b&gt;" &amp;amp; +ADw-script+AD4- on the board of the school'
    assert (
        'He wrote "</script> <b>" &amp; +ADw-script+AD4- on the board'
        in clean(page(f"<p>{LEAD}</p><p>{words}</p><p>{LAST}</p>")).text
    )


def test_title_comes_from_what_is_trusted_most() -> None:
    head = (
        json_ld(headline="From JSON-LD &amp; more")
        + meta("og:title", "From the card")
        + "<title>From the tab | News</title>"
    )
    entry = Entry(url=URL, title="From the feed")
    assert clean(page(head=head, entry=entry)).title == "From JSON-LD & more"
    assert clean(page(head=head.partition("</script>")[2], entry=entry)).title == "From the card"
    assert clean(page(head="<title>From the tab | News</title>", entry=entry)).title == "From the feed"
    assert clean(page(head="<title>From the tab | News</title>")).title == "From the tab"
    assert clean(page()).title is None


def test_name_of_the_site_leaves_the_title() -> None:
    head = meta("og:title", "Bridge: to open | The News") + meta("og:site_name", "The News")
    assert clean(page(head=head)).title == "Bridge: to open"


def test_publisher_section_and_canonical_link_are_as_declared() -> None:
    head = json_ld(publisher={"@type": "Organization", "name": "The News"}, articleSection=["Local", "City"])
    cleaned = clean(page(head=head + '<link rel="canonical" href="/bridge?a=1#top">'))
    assert (cleaned.publisher_name, cleaned.section) == ("The News", "Local")
    assert cleaned.canonical_link == "https://news.example/bridge?a=1"


def test_canonical_link_that_is_no_url_is_ignored() -> None:
    assert clean(page(head='<link rel="canonical" href="javascript:x">')).canonical_link is None


def test_authors_are_persons() -> None:
    authors = [
        {"@type": "Person", "name": "Ann Lee"},
        {"@type": "Organization", "name": "Condor Nest"},
        "By Bo Ek and Staff",
    ]
    entry = Entry(url=URL, authors=("desk@news.example (Cy Oz)", "Ann Lee"))
    assert clean(page(head=json_ld(author=authors), entry=entry)).authors == ("Ann Lee", "Bo Ek")
    assert clean(page(head=json_ld(author="Staff"), entry=entry)).authors == ("Cy Oz", "Ann Lee")


def test_person_by_type_may_be_named_as_a_paper_is() -> None:
    named = [{"@type": "Person", "name": name} for name in ("Ada Post", "Bo Service", "News Desk", "Skarne Staff")]
    assert clean(page(head=json_ld(author=named))).authors == ("Ada Post", "Bo Service")
    assert clean(page(head=json_ld(author=["Ada Post", "Bo Service", "Cy Oz"]))).authors == ("Cy Oz",)


def test_authors_have_the_evidence_that_names_them() -> None:
    entry = Entry(url=URL, authors=("Ann Lee",))
    cleaned = clean(page(head=json_ld(author="Bo Ek") + meta("article:author", "Cy Oz"), entry=entry))
    assert (cleaned.authors, cleaned.evidence["authors"]) == (("Bo Ek",), Evidence.JSON_LD)


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("404 gulls counted", "“Sorry, the page you requested has been moved,” the site said to all who asked."),
        ("Access denied: convoys turned back", "“Check your network,” the guard told the drivers."),
    ],
)
def test_second_sign_alone_makes_no_wall(title: str, line: str) -> None:
    assert clean(page(f"{SHORT}<p>{line}</p>", f"<title>{title}</title>")).text.endswith(line)


def test_date_comes_from_the_evidence_trusted_most() -> None:
    entry = Entry(url=URL, published=Dated(at=NOW, precision="second", evidence=Evidence.FEED, reason=None))
    head = json_ld(datePublished="2024-05-01T10:00:00Z") + meta("article:published_time", "2024-05-02T10:00:00Z")
    dated = "https://news.example/2024/05/03/bridge"
    body = f"<p>Published May 4, 2024</p><p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>"
    pages = [
        page(body, head, url=dated, entry=entry),
        page(body, head.partition("</script>")[2], url=dated, entry=entry),
        page(body, url=dated, entry=entry),
        page(body, url=dated),
        page(body),
    ]
    found = [clean(each).published for each in pages]
    assert [each.evidence for each in found] == list(Evidence)[:5]
    assert [each.at.day for each in found if each.at] == [1, 2, 15, 3, 4]


def test_time_element_counts_where_all_name_one_day() -> None:
    time = '<time datetime="2024-05-0{}">then</time>'
    body = f"<p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>"
    one = clean(page(body + time.format(1) * 2)).published
    assert (one.evidence, one.precision) == (Evidence.TEXT, "day")
    assert clean(page(body + time.format(1) + time.format(5))).published.reason is DateReason.CONTRADICTED


def test_page_without_a_date_has_none() -> None:
    cleaned = clean(page())
    assert cleaned.published == cleaned.modified == Dated()


def test_dates_that_contradict_are_null() -> None:
    first, second = (json_ld(datePublished=f"2024-05-0{day}") for day in (1, 5))
    assert clean(page(head=first + second)).published.reason is DateReason.CONTRADICTED
    early = json_ld(datePublished="2024-05-05", dateModified="2024-05-01")
    assert clean(page(head=early)).modified.reason is DateReason.CONTRADICTED


def test_broken_json_ld_costs_only_itself() -> None:
    broken = '<script type="application/ld+json">{"headline": "' + '\\"' * 32_768 + "</script>"
    assert clean(page(head=broken + json_ld(headline="Bridge to open"))).title == "Bridge to open"


@pytest.mark.parametrize("value", [None, [], {}, 5, [[["x"]]], {"@graph": "x"}, {"name": {"name": {}}}])
def test_json_ld_of_any_shape_is_survived(value: object) -> None:
    names = (
        "headline",
        "author",
        "publisher",
        "datePublished",
        "dateModified",
        "articleSection",
        "inLanguage",
        "isAccessibleForFree",
    )
    assert clean(page(head=json_ld(**dict.fromkeys(names, value)))).text


def test_paywall_is_told() -> None:
    assert clean(page(head=json_ld(isAccessibleForFree=False))).paywalled
    assert clean(page(head=json_ld(isAccessibleForFree="False"))).paywalled
    assert clean(page(head=meta("article:content_tier", "locked"))).paywalled
    assert not clean(page(head=json_ld(isAccessibleForFree=True))).paywalled


def test_wire_and_disclosure_are_told() -> None:
    note = "This article was translated with the help of artificial intelligence and checked by an editor."
    cleaned = clean(page(f"<p>RIVERTOWN (AP) — {LEAD}</p><p>{QUOTED}</p><p>{LAST}</p><p>{note}</p>"))
    assert (cleaned.wire_credit, cleaned.disclosures, cleaned.ai_use) == ("AP", (note,), True)


def test_language_is_declared_and_tested() -> None:
    german = (
        "<p>"
        + "Die Brücke über den Fluss wird im Mai eröffnet, sagte der Rat am Montag nach zwei Jahren. " * 4
        + "</p>"
    )
    assert clean(page()).language == "en"
    assert clean(page(lang="")).language == "en"
    assert clean(page(german, lang=' lang="de-AT"')).language == "de"
    assert clean(page(german)).language is None


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ("<p " + " ".join(f"a{number}=1" for number in range(40_000)) + ">", PageOutcome.HOSTILE_MARKUP),
        ("<p title='" + "x" * 70_000 + "'>", PageOutcome.HOSTILE_MARKUP),
        ("<p>" + "x" * HTML_MAX_CODE_POINTS + "</p>", PageOutcome.TOO_LARGE),
        ("<p>" + "x" * (TEXT_MAX_CODE_POINTS + 1) + "</p>", PageOutcome.TOO_LARGE),
        ("<div>" * 20_000 + "x" + "</div>" * 20_000, PageOutcome.NO_TEXT),
        ("<p>Not much.</p>", PageOutcome.TOO_SHORT),
        ("<img src=x>", PageOutcome.NO_TEXT),
    ],
)
def test_page_without_an_article_is_refused(given: str, outcome: PageOutcome) -> None:
    assert refused(page(given)) is outcome


@pytest.mark.parametrize(
    "html",
    [
        "",
        "plain words " * 100,
        "%PDF-1.7\n<p>x</p>",
        "\x89PNG\r\n<p>x</p>",
        "\x1f\ufffd\x08\x00<p>x</p>",
        "".join(map(chr, range(256))) * 10,
        "\ufffd\ufffd<p>" * 500,
        '{"html": 1 < 2}',
    ],
)
def test_what_is_no_html_is_refused(html: str) -> None:
    assert refused(Page(URL, URL, html, NOW)) is PageOutcome.NOT_HTML


@pytest.mark.parametrize(
    ("title", "line", "outcome"),
    [
        ("404 - Page not found", "Sorry, there is nothing under this address.", PageOutcome.SOFT_404),
        ("Error 404 | The Skarne Post", "The page could not be found.", PageOutcome.SOFT_404),
        ("Article not found", "Check the address, or go to the home page.", PageOutcome.SOFT_404),
        ("Just a moment...", "We are checking your browser.", PageOutcome.COOKIE_WALL),
        ("Access Denied", "You don’t have permission to read this. Reference #18.", PageOutcome.COOKIE_WALL),
        ("Are you a robot?", "Solve the captcha, please.", PageOutcome.COOKIE_WALL),
    ],
)
def test_error_page_and_cookie_wall_are_no_article(title: str, line: str, outcome: PageOutcome) -> None:
    assert refused(page(f"<p>{line}</p>{SHORT}", f"<title>{title}</title>")) is outcome


@pytest.mark.parametrize(
    "title",
    [
        "404 migrants rescued off the coast",
        "Vaccine no longer available to under-50s",
        "Forbidden City reopens to tourists",
        "Access denied: convoys turned back",
        "Security check at airport ends in chaos",
        "404",
        "Access denied",
    ],
)
def test_short_news_is_an_article_whatever_its_title(title: str) -> None:
    assert clean(page(SHORT, f"<title>{title} | The Skarne Post</title>")).text.endswith(LAST)


def test_link_that_was_removed_is_news() -> None:
    said = "The link between the two towns has been removed, the mayor said."
    assert clean(page(f"<p>{said}</p>{SHORT}")).text.startswith(said)


def test_fine_for_cookies_is_news() -> None:
    fine = (
        "The regulator fined the company 3 million for a cookie that it set before readers could reject all cookies. "
        "Its button to accept all stood first, and it spoke of legitimate interests."
    )
    assert clean(page(f"<p>{fine}</p>{SHORT}")).text.startswith(fine)


def test_words_of_a_wall_tell_it_without_a_title() -> None:
    gone = "<p>Sorry, the page you asked for could not be found. " + "It may have another address by now. " * 8 + "</p>"
    assert refused(page(gone)) is PageOutcome.SOFT_404
    wall = "<p>We and our 312 partners use cookies to measure performance. Accept all, or manage options. </p>" * 5
    assert refused(page(wall)) is PageOutcome.COOKIE_WALL


def test_news_of_errors_and_cookies_is_an_article() -> None:
    body = f"<p>{LEAD} The page could not be found on Monday, and cookies were blamed.</p><p>{QUOTED}</p><p>{LAST}</p>"
    assert clean(page(body)).text.endswith(LAST)


def test_first_sentences_of_an_article_that_is_sold_are_a_stub() -> None:
    stub = f"<p>{LEAD}</p><p>Subscribe to continue reading this article.</p>"
    assert refused(page(stub)) is PageOutcome.PAYWALL_STUB
    assert (
        refused(page(f"<p>{LEAD}</p><p>{QUOTED}</p>", json_ld(isAccessibleForFree=False))) is PageOutcome.PAYWALL_STUB
    )
    whole = clean(page(f"<p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p><p>Subscribe to continue reading our news.</p>"))
    assert whole.text.endswith(LAST)


def test_fields_tell_their_evidence() -> None:
    head = json_ld(headline="Bridge to open", author="Ann Lee") + meta("article:section", "City")
    assert clean(page(head=head)).evidence == {
        "title": Evidence.JSON_LD,
        "authors": Evidence.JSON_LD,
        "language": Evidence.META,
        "section": Evidence.META,
    }
    body = f'<h1>Bridge to open</h1><a rel="author" href="/a">Bo Ek</a><p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>'
    bare = clean(page(body, lang=""))
    assert (bare.title, bare.authors) == ("Bridge to open", ("Bo Ek",))
    assert bare.evidence == dict.fromkeys(("title", "authors", "language"), Evidence.TEXT)


def test_date_that_the_page_contradicts_is_doubtful() -> None:
    head = json_ld(datePublished="2024-05-01T10:00:00Z")
    near, far = (meta("article:published_time", day) for day in ("2024-05-02", "2021-01-09"))
    assert not clean(page(head=head + near)).published.doubtful
    doubtful = clean(page(head=head + far)).published
    assert doubtful.doubtful
    assert doubtful.at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_date_is_the_one_shown_next_to_the_headline() -> None:
    body = (
        f"<h1>Bridge</h1><div>May 1, 2024</div><p>{LEAD}</p><p>{QUOTED}</p><p>{LAST}</p><ul><li>May 9, 2024</li></ul>"
    )
    assert clean(page(body)).published.at == datetime(2024, 5, 1, tzinfo=UTC)


def test_date_in_broken_json_ld_is_read() -> None:
    broken = '<script type="application/ld+json">{"datePublished": "2024-05-01", "tags": [1,,]}</script>'
    assert clean(page(head=broken)).published.evidence is Evidence.JSON_LD


def test_own_encoding_declaration_is_ignored() -> None:
    html = page(f"<p>Café: {LEAD}</p><p>{QUOTED}</p><p>{LAST}</p>", '<meta charset="utf-16">').html
    assert clean(Page(URL, URL, '<?xml version="1.0" encoding="latin-1"?>' + html, NOW)).text.startswith("Café: ")


def test_rejection_travels_between_processes() -> None:
    again = pickle.loads(pickle.dumps(Rejected(PageOutcome.TOO_SHORT, "3 characters")))
    assert (again.outcome, again.reason) == (PageOutcome.TOO_SHORT, "3 characters")


def test_plain_text_is_parted_by_blank_lines() -> None:
    cleaned = clean_plain(f"Bridge to open\n\n{LEAD}\r\n \r\n{QUOTED}\n{LAST}\n", title="Bridge to open")
    assert pieces(cleaned) == [
        ("Bridge to open", ParagraphKind.TITLE),
        (LEAD, ParagraphKind.TEXT),
        (f"{QUOTED} {LAST}", ParagraphKind.TEXT),
    ]
    assert (cleaned.title, cleaned.language, cleaned.published) == ("Bridge to open", "en", Dated())


def test_lines_of_a_plain_text_are_paragraphs_unless_they_were_wrapped() -> None:
    long = f"{LEAD} {QUOTED}"
    assert pieces(clean_plain(f"Bridge to open\n{long}\n{LAST}\n{long}")) == [
        (line, ParagraphKind.TEXT) for line in ("Bridge to open", long, LAST, long)
    ]
    wrapped = "\n".join(textwrap.wrap(f"{LEAD} {LAST}", 72))
    assert pieces(clean_plain(f"Bridge to open\n{wrapped}\n{QUOTED[:60]}")) == [
        (line, ParagraphKind.TEXT) for line in ("Bridge to open", f"{LEAD} {LAST}", QUOTED[:60].strip())
    ]


def test_plain_text_without_words_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        clean_plain(" \n\n \0 … \n")
    assert caught.value.outcome is PageOutcome.NO_TEXT


@pytest.mark.skipif(not PAGES.is_dir(), reason="the 181 real pages are not here")
def test_real_pages_give_their_text() -> None:
    outcomes: Counter[str] = Counter()
    for file in sorted((PAGES / "html").iterdir()):
        html = gzip.decompress(file.read_bytes()).decode(errors="replace")
        try:
            outcomes[clean(Page(URL, URL, html, NOW)).text and "text"] += 1
        except Rejected as rejected:
            outcomes[rejected.outcome] += 1
    assert outcomes["text"] >= 180, outcomes
