"""Decoding: from the bytes of an answer to its text, or the finding that it is none.

The order is a browser's: byte order mark, Content-Type header, declaration in the markup, then UTF-8. Only encodings of
the WHATWG Encoding Standard are known, so codecs that hide markup in plain letters (UTF-7, unicode_escape) are not.
"""

import codecs

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from services.ingest.fetching.responses import Fetched

KNOWN_ENCODINGS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "utf-16-be", "utf-16-le", "gb18030", "big5hkscs", "koi8-r", "koi8-u", "mac-roman"),
        *("mac-cyrillic", "euc_jp", "iso2022_jp", "cp932", "cp949", "cp866", "cp874"),
        *(f"cp{page}" for page in range(1250, 1259)),
        *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
)
"""The encodings of the Encoding Standard, by the names Python gives them (Latin-1 is read as windows-1252 there)."""

_BINARY_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/gzip")
_BINARY_STARTS = (
    *(b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"OggS", b"ID3", b"wOF", b"\x7fELF"),
    *(b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"Rar!", b"7z\xbc\xaf"),
)
"""How documents, pictures, sound, fonts and archives begin. A gzip body is never unpacked a second time."""

SAMPLE_LENGTH = 4_096
"""Characters whose control characters are counted; text has next to none, random bytes one in nine."""

MAX_CONTROL_SHARE = 0.02
"""Of the sample: above it the body is no text."""

MAX_STRAY_CONTROLS = 4
"""Control characters that even a very short text may have."""


class NotHtml(ValueError):
    """The body is no text at all, whatever its label says."""


def header_charset(content_type: str | None) -> str | None:
    """Return the codec that a Content-Type header names, or None if it names none that is known."""
    return _known(http_content_type_encoding(content_type))


def decode(fetched: Fetched) -> tuple[str, bool]:
    """Return the text of the body, and whether U+FFFD had to stand for bytes that do not fit its encoding.

    Raises `NotHtml`.
    """
    body = fetched.body
    if (fetched.content_type or "").startswith(_BINARY_TYPES) or body.startswith(_BINARY_STARTS):
        raise NotHtml("a binary format, by its label or its first bytes")
    encoding, mark = read_bom(body)
    if encoding is None or mark is None:
        encoding, mark = _declared(fetched), b""
    text, replaced = _decode(body[len(mark) :], encoding)
    if _is_binary(text[:SAMPLE_LENGTH]):
        raise NotHtml("more control characters than a text has")
    return text, replaced


def _declared(fetched: Fetched) -> str:
    in_header = fetched.charset
    if in_header is not None and not in_header.startswith("utf-16"):
        return in_header
    if in_header is not None and 0 in fetched.body[:2]:
        return "utf-16-be" if fetched.body[0] == 0 else "utf-16-le"
    # A declaration that could be read as ASCII cannot be UTF-16, so neither is the page.
    in_markup = _known(html_body_declared_encoding(fetched.body))
    return in_markup if in_markup is not None and not in_markup.startswith("utf-16") else "utf-8"


def _decode(body: bytes, encoding: str) -> tuple[str, bool]:
    try:
        return body.decode(encoding), False
    except UnicodeDecodeError:
        return to_unicode(body, encoding), True


def _known(codec: str | None) -> str | None:
    return codec if codec in KNOWN_ENCODINGS else None


def _is_binary(sample: str) -> bool:
    controls = sum(char < " " and char not in "\t\n\f\r" for char in sample)
    return controls > max(MAX_STRAY_CONTROLS, len(sample) * MAX_CONTROL_SHARE)
