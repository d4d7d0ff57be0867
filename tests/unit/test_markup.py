"""The pre-scan of markup, and the JSON-LD that is let through."""

import time

import pytest
from lxml import html

from services.ingest.markup import (
    JSON_LD_MAX_BYTES,
    TAG_MAX_CODE_POINTS,
    TAG_MAX_EQUALS,
    encode,
    hostile,
    read_json_ld,
)


def attributes(count: int, value: str = "1") -> str:
    return " ".join(f"a{number}={value}" for number in range(count))


@pytest.mark.parametrize(
    "markup",
    [
        "<p>a < b and b > c</p>",
        f"<p {attributes(TAG_MAX_EQUALS)}>x</p>",
        "<script>" + "a<b;x=1;" * 20_000 + "</script><p>x</p>",
        "<!-- <p " + attributes(2_000) + " -->",
        "<style>" + "a=b" * 2_000 + "</style>",
        "<p title='" + "=" * 900 + "'>",
        "no tag at all " * 10_000,
    ],
)
def test_ordinary_markup_passes(markup: str) -> None:
    assert hostile(markup) is None


@pytest.mark.parametrize(
    "markup",
    [
        f"<p {attributes(40_000)}>x</p>",
        f"<p {attributes(TAG_MAX_EQUALS + 1)}>x</p>",
        "<p " + attributes(2_000, '">"') + ">",
        "<p " + attributes(2_000, "'>'") + ">",
        "<p title='" + "x" * TAG_MAX_CODE_POINTS + "'>",
        "<script>a<b</script><p " + attributes(2_000) + ">",
        "<!--><p " + attributes(2_000) + ">-->",
        "<!-- x --!><p " + attributes(2_000) + ">-->",
        "<SCRIPT " + attributes(2_000) + ">x</SCRIPT>",
        "<p " + attributes(2_000),
    ],
)
def test_tag_too_dear_to_read_is_hostile(markup: str) -> None:
    assert hostile(markup) is not None


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "<a=", '<a="', "<a='\"", "<a= ", "<script ", "<script>", "<!--", "<!-->", "<title>", "</script"],
)
def test_scan_is_linear(piece: str) -> None:
    started = time.process_time()
    hostile(piece * (2_000_000 // len(piece)))
    assert time.process_time() - started < 3


def test_json_ld_is_decoded_and_stays() -> None:
    tree = html.document_fromstring('<script type="application/ld+json">{"a": "b\tc"}</script><p>x')
    assert read_json_ld(tree) == [{"a": "b\tc"}]
    assert tree.find(".//script") is not None


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "' + '\\"' * 32_768,
        '{"a": "' + "x" * JSON_LD_MAX_BYTES + '"}',
        '{"a": "' + "é" * (JSON_LD_MAX_BYTES // 2) + '"}',
        "[" * 100_000,
        "not json",
        "",
    ],
)
def test_json_ld_that_is_broken_or_too_long_is_dropped(text: str) -> None:
    tree = html.document_fromstring(f'<script type="application/ld+json">{text}</script><p>kept</p>')
    assert read_json_ld(tree) == []
    assert tree.find(".//script") is None
    assert tree.xpath("string()") == "kept"


@pytest.mark.parametrize("piece", ["\0", "\x1b", "\ud800", "\ufffe", "&#0;", "&#xD800;", "&#65534", "&#99999999999;"])
def test_what_no_tree_can_hold_is_removed(piece: str) -> None:
    assert encode(f"a{piece}b") == b"ab"


def test_other_references_stay() -> None:
    assert encode("a&#8217;b&#x2019;c&amp;d\fe") == b"a&#8217;b&#x2019;c&amp;d e"
