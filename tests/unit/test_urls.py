"""URLs: what is refused, what is normalised, and what is the same article."""

from ipaddress import IPv6Address
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.urls import (
    MAX_URL_LENGTH,
    BadUrl,
    article_id,
    canonical_url,
    choose_canonical,
    host_key,
    resolve,
)

PAGE = "https://www.example.com/news/today.html?page=2"


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("/a", "https://www.example.com/a"),
        ("b.html", "https://www.example.com/news/b.html"),
        ("../c", "https://www.example.com/c"),
        ("?page=3", "https://www.example.com/news/today.html?page=3"),
        ("#top", "https://www.example.com/news/today.html?page=2"),
        ("//other.example/d", "https://other.example/d"),
        ("http://other.example", "http://other.example/"),
        ("\n  https://other.example/e \t", "https://other.example/e"),
        ("HTTPS://OTHER.Example:443/F", "https://other.example/F"),
        ("http://other.example:8080/", "http://other.example:8080/"),
        ("https://other.example./", "https://other.example/"),
        ("https://other.example/a/../b/%2e%2e/c d", "https://other.example/c%20d"),
        ("https://other.example/ä?q=ö", "https://other.example/%C3%A4?q=%C3%B6"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://аррӏе.example/", "https://xn--80ak6aa92e.example/"),
        ("https://my_site.example/", "https://my_site.example/"),
        ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1/"),
        ("http://１２７．０．０．１/", "http://127.0.0.1/"),
        ("http://[0:0::1]/", "http://[::1]/"),
        ("http://[::ffff:10.0.0.1]:80/", f"http://[{IPv6Address('::ffff:10.0.0.1')}]/"),
    ],
)
def test_reference_is_resolved_and_normalised(reference: str, meant: str) -> None:
    assert resolve(PAGE, reference) == meant


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " \n ",
        "javascript:alert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com:70/",
        "mailto:someone@example.com",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://@example.com/",
        "https://example.com@127.0.0.1/",
        "https:\\\\example.com\\",
        "https://example.com\\@127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://1.2.3.4.5/",
        "http://256.0.0.1/",
        "http://[::1].example.com/",
        "http://example.com[::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://[v1.x]/",
        "http://exa mple.com/",
        "http://exa%6dple.com/",
        "http://example..com/",
        "http://.example.com/",
        "http://-\u0301.com/",
        f"http://{'a' * 64}.com/",
        "http:///path",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:８０/",
        "http://example.com/\x00a",
        "http://exam\tple.com/",
        "http://example.com/\ud800",
        "https://example.com/" + "a" * 10_240,
        "https://example.com/" + "ä" * 400,
    ],
)
def test_unusable_reference_is_refused(reference: str) -> None:
    with pytest.raises(BadUrl) as refused:
        resolve(PAGE, reference)
    assert 0 < len(refused.value.reason) < 200


def test_relative_reference_without_base_is_refused() -> None:
    with pytest.raises(BadUrl):
        resolve("", "/a")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Example.com", "https://example.com/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1&b=1", "https://example.com/a?a=1&b=1&b=2"),
        ("https://example.com/a?utm_source=x&utm_medium=y&id=7", "https://example.com/a?id=7"),
        ("https://example.com/a?fbclid=x&gclid=y&msclkid=z", "https://example.com/a"),
        ("https://example.com/a?UTM_Source=x", "https://example.com/a"),
        ("https://example.com/a?mc_cid=1&mc_eid=2&at_medium=RSS&at_campaign=rss&xtor=RSS-1", "https://example.com/a"),
        ("https://example.com/a?cid=1&source=2&uid=3&pk_id=4", "https://example.com/a?cid=1&pk_id=4&source=2&uid=3"),
        ("https://example.com/a/", "https://example.com/a/"),
        ("https://example.com/a%c3%a4", "https://example.com/a%C3%A4"),
        ("https://example.com/a?20240101", "https://example.com/a?20240101="),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?PHPSESSID=1&jsessionid=2&ASP.NET_SessionId=3&id=4", "https://example.com/a?id=4"),
        ("https://example.com/a;jsessionid=0A1B?id=4", "https://example.com/a?id=4"),
        ("https://example.com/a?sid=4&session=5", "https://example.com/a?session=5&sid=4"),
        ("https://example.com/2024/05/bridge/amp", "https://example.com/2024/05/bridge"),
        ("https://example.com/2024/05/12/bridge/amp/", "https://example.com/2024/05/12/bridge"),
        (
            "https://example.com/news/bridge-will-be-closed-until-may/amp",
            "https://example.com/news/bridge-will-be-closed-until-may",
        ),
        ("https://example.com/news/bridge-1234567/amp/", "https://example.com/news/bridge-1234567"),
        ("https://example.com/news/1234567/amp", "https://example.com/news/1234567"),
        ("https://example.com/news/1234567-bridge/amp", "https://example.com/news/1234567-bridge"),
        ("https://example.com/bridge.html/amp", "https://example.com/bridge.html"),
        ("https://example.com/bridge.amp.html", "https://example.com/bridge.html"),
        ("https://example.com/bridge.amp", "https://example.com/bridge"),
        ("https://example.com/amp", "https://example.com/amp"),
        ("https://example.com/amp/bridge", "https://example.com/amp/bridge"),
        ("https://example.com/bridge-amp", "https://example.com/bridge-amp"),
        ("https://example.com/a?amp", "https://example.com/a"),
        ("https://example.com/a?amp=1&id=4&outputType=amp", "https://example.com/a?id=4"),
        ("https://example.com/a?print=true&view=mobile", "https://example.com/a"),
        ("https://example.com/a?print=42&view=full", "https://example.com/a?print=42&view=full"),
        ("https://example.com/2024/bridge/index.html", "https://example.com/2024/bridge/"),
        ("https://example.com/index.php?id=4", "https://example.com/?id=4"),
        ("https://example.com/a/default.aspx", "https://example.com/a/"),
        ("https://example.com/fund-index.html", "https://example.com/fund-index.html"),
    ],
)
def test_canonical_url_keeps_only_what_names_the_article(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_bad_url_has_no_canonical_form() -> None:
    with pytest.raises(BadUrl):
        canonical_url("ftp://example.com/a")


QUERY_TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF), max_size=12)


@given(path=QUERY_TEXT, query=QUERY_TEXT)
def test_canonical_url_twice_changes_nothing(path: str, query: str) -> None:
    try:
        once = canonical_url(f"https://example.com/{path}?{query}")
    except BadUrl:
        return
    assert canonical_url(once) == once
    assert resolve("", once) == once


@given(st.text(max_size=80))
def test_any_text_is_resolved_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/", f"https://example.com/{text}"):
        try:
            sent = resolve(PAGE, url)
        except BadUrl:
            continue
        assert sent.startswith(("http://", "https://"))
        assert sent.isascii()
        assert len(sent) <= MAX_URL_LENGTH
        assert resolve("", sent) == sent


def test_article_id_is_made_from_the_canonical_url() -> None:
    url = "https://example.com/a"
    assert article_id(url) == uuid5(NAMESPACE_URL, url)
    assert str(article_id(url)) == "6639460f-3425-5329-8097-a58f06127860"


@pytest.mark.parametrize(
    ("declared", "chosen"),
    [
        (None, "https://www.example.com/news/today.html?page=2"),
        ("/news/today.html", "https://www.example.com/news/today.html"),
        ("https://example.com/news/today.html", "https://example.com/news/today.html"),
        ("http://www.example.com/news/today.html", "https://www.example.com/news/today.html"),
        ("https://www.example.com/t?utm_source=x", "https://www.example.com/t"),
    ],
)
def test_canonical_link_on_the_same_host_counts(declared: str | None, chosen: str) -> None:
    assert choose_canonical(PAGE, declared) == chosen


@pytest.mark.parametrize(
    "declared",
    [
        "https://other.example/news/today.html",
        "https://m.example.com/news/today.html",
        "https://www.example.com.evil.example/news",
        "https://www.example.com:8443/news",
        "https://www.example.com/",
        "javascript:alert(1)",
        "https://user@www.example.com/news",
        "",
    ],
)
def test_canonical_link_elsewhere_is_not_identity(declared: str) -> None:
    assert choose_canonical(PAGE, declared) == PAGE


@pytest.mark.parametrize("host", ["m", "mobile", "amp", "www.m", "print"])
def test_page_of_a_rendition_is_named_by_what_it_renders(host: str) -> None:
    assert choose_canonical(f"https://{host}.example.com/a", "https://www.example.com/b") == "https://www.example.com/b"
    assert choose_canonical(f"https://{host}.example.com/a", "https://example.com/b") == "https://example.com/b"


def test_page_of_another_subdomain_is_not() -> None:
    assert choose_canonical("https://blog.example.com/a", "https://example.com/b") == "https://blog.example.com/a"
    assert choose_canonical("https://m.com/a", "https://com/b") == "https://m.com/a"


def test_front_page_may_name_itself() -> None:
    assert choose_canonical("https://example.com/?", "https://example.com/") == "https://example.com/"


def test_page_read_over_http_may_be_named_by_https() -> None:
    assert choose_canonical("http://example.com/a", "https://example.com/a") == "https://example.com/a"


def test_host_key_ignores_scheme_path_and_default_port() -> None:
    assert host_key("http://Example.com:80/a") == host_key("https://example.com/b?c") == "example.com"
    assert host_key("https://example.com:8443/") == "example.com:8443"
    assert host_key("http://[::1]:8081/") == "[::1]:8081"
