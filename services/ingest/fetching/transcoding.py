"""Transcoding: the text of an XML or JSON document as UTF-8, whatever it says of its encoding.

Declarations are wrong in both directions, so bytes that can only be UTF-8 are read as that, before anything declared
counts; then the document's own declaration, the header's, and windows-1252, in which the rest is mostly written.
"""

import re
import zlib

from w3lib.encoding import read_bom, resolve_encoding, to_unicode

from services.ingest.fetching.decoding import KNOWN_ENCODINGS

GZIP_MAGIC = b"\x1f\x8b"

_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]{0,200}\?>", re.ASCII)
_DECLARED = re.compile(rb"^\s*<\?xml\b[^<>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""U+FFFE and U+FFFF in UTF-8: with the controls, what XML cannot hold (XML 1.0, section 2.2)."""

_STATEFUL = frozenset({"iso2022_jp"})
"""Encodings that write everything in ASCII bytes, so that only the declaration tells of them."""


class TooLarge(ValueError):
    """Unpacked, it is larger than allowed."""


def unpack(body: bytes, *, most: int) -> bytes:
    """Return what a gzip file holds, at most ``most`` bytes, and any other body as it is; once, not twice.

    Raises:
        TooLarge: it holds more.
        ValueError: it is broken from its beginning; one that is cut gives what was whole.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    inflater = zlib.decompressobj(wbits=31)
    try:
        whole = inflater.decompress(body, most + 1)
    except zlib.error as error:
        raise ValueError("broken gzip") from error
    if len(whole) > most:
        raise TooLarge(f"over {most} bytes unpacked")
    return whole


def as_utf8(body: bytes, charset: str | None = None) -> bytes:
    """Return the document in UTF-8, without a byte order mark, a declaration, or characters that XML cannot hold.

    ``charset`` is the codec that the header names, if any.
    """
    text = _DECLARATION.sub("", _decode(body, charset), count=1)
    whole = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    for each in _NONCHARACTERS:
        whole = whole.replace(each, b"")
    return whole


def _decode(body: bytes, charset: str | None) -> str:
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return str(to_unicode(body[len(mark) :], marked))
    if body[1:2] == b"\0" or body[:1] == b"\0":
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace")
    match = _DECLARED.search(body)
    declared = _known(match[1].decode()) if match else None
    if body.isascii() and declared not in _STATEFUL:
        return body.decode("ascii")
    for encoding in ("utf-8", declared, charset):
        if encoding is None or (encoding == "utf-8" and declared in _STATEFUL):
            continue
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return str(to_unicode(body, _legacy(declared, charset)))


def _legacy(*said: str | None) -> str:
    """Return the encoding that was meant where not all bytes fit it; one that has failed as Unicode is not."""
    return next((each for each in said if each is not None and not each.startswith("utf-")), "cp1252")


def _known(name: str) -> str | None:
    codec = resolve_encoding(name)
    return codec if codec in KNOWN_ENCODINGS and not codec.startswith("utf-16") else None
