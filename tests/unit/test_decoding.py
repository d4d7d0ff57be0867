"""Decoding: bytes, their labels, and the text they are."""

import gzip
import random
import zlib
from datetime import UTC, datetime

import pytest

from services.ingest.fetching.decoding import NotHtml, decode, header_charset
from services.ingest.fetching.responses import Fetched, read_media_type

PAGE = "<html><body><p>Größe, « déjà » – naïve</p></body></html>"


def fetched(body: bytes, content_type: str | None = "text/html") -> Fetched:
    """An answer with that body."""
    return Fetched(
        requested_url="https://example.com/",
        final_url="https://example.com/",
        status=200,
        content_type=read_media_type(content_type),
        charset=header_charset(content_type),
        body=body,
        truncated=False,
        etag=None,
        last_modified=None,
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        cache_max_age_seconds=None,
        redirects=(),
        moved_permanently_to=None,
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE.encode(), None),
        (PAGE.encode(), "text/html; charset=utf-8"),
        (PAGE.encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        (PAGE.encode("cp1252"), "text/html; charset=iso-8859-1"),
        (PAGE.encode("cp1252"), 'text/html; charset="Windows-1252"'),
        (PAGE.encode("utf-16"), "text/html"),
        (b"\xfe\xff" + PAGE.encode("utf-16-be"), "text/html; charset=utf-8"),
        (PAGE.encode("utf-16-le"), "text/html; charset=utf-16"),
        (PAGE.encode("utf-16-be"), "text/html; charset=utf-16"),
        (PAGE.encode(), "text/html; charset=utf-16"),
        (PAGE.encode(), "text/html; charset=x-unknown"),
    ],
)
def test_page_is_decoded_by_mark_header_or_default(body: bytes, content_type: str | None) -> None:
    assert decode(fetched(body, content_type)) == (PAGE, False)


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="windows-1252">', "<meta http-equiv=Content-Type content='text/html; charset=ISO-8859-1'>"],
)
def test_page_is_decoded_by_its_own_declaration(declaration: str) -> None:
    page = declaration + PAGE
    assert decode(fetched(page.encode("cp1252"))) == (page, False)


def test_declared_utf_16_that_could_be_read_is_utf_8() -> None:
    page = '<meta charset="utf-16">' + PAGE
    assert decode(fetched(page.encode())) == (page, False)


def test_bytes_that_do_not_fit_are_replaced_and_flagged() -> None:
    text, replaced = decode(fetched("<p>déjà vu</p>".encode("latin-1"), "text/html; charset=utf-8"))
    assert (text, replaced) == ("<p>d\ufffdj\ufffd vu</p>", True)


def test_replacement_character_of_the_page_itself_is_not_flagged() -> None:
    assert decode(fetched("<p>\ufffd</p>".encode())) == ("<p>\ufffd</p>", False)


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "raw_unicode_escape", "punycode", "idna", "hex", "rot13"])
def test_encoding_that_hides_markup_is_text_as_it_stands(label: str) -> None:
    body = rb"<p>+ADw-script+AD4- \u003cscript\u003e 3c736372697074</p>"
    assert decode(fetched(body, f"text/html; charset={label}")) == (body.decode(), False)
    declared = f'<meta charset="{label}">'.encode() + body
    assert decode(fetched(declared)) == (declared.decode(), False)


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7 some words",
        b"\x89PNG\r\n\x1a\n" + b"words" * 100,
        b"GIF89a words",
        b"\xff\xd8\xff\xe0 words",
        b"PK\x03\x04 words",
        gzip.compress(b"<p>words</p>", mtime=0),
        zlib.compress(random.Random(1).randbytes(4_000)),
        random.Random(2).randbytes(10_000),
        b"\x00" * 10_000,
        b"<p>" + b"\x01" * 6,
    ],
)
def test_binary_body_is_not_html_whatever_its_label(body: bytes) -> None:
    with pytest.raises(NotHtml):
        decode(fetched(body))


@pytest.mark.parametrize("content_type", ["image/png", "video/mp4", "application/pdf", "Audio/MPEG; x=y"])
def test_binary_label_is_not_html_whatever_the_body(content_type: str) -> None:
    with pytest.raises(NotHtml):
        decode(fetched(PAGE.encode(), content_type))


def test_stray_control_characters_are_kept_for_the_cleaner() -> None:
    text, replaced = decode(fetched(b"<title>a\x00b</title>"))
    assert (text, replaced) == ("<title>a\x00b</title>", False)


def test_empty_body_is_empty_text() -> None:
    assert decode(fetched(b"")) == ("", False)


def test_wrong_label_on_a_whole_page_is_still_text() -> None:
    page = "<p>" + "Съешь ещё этих мягких французских булок. " * 200
    text, replaced = decode(fetched(page.encode("cp1251"), "text/html; charset=utf-8"))
    assert replaced
    assert text.startswith("<p>\ufffd")
