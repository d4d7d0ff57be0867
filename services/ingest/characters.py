"""Characters: one rule, everywhere, for what a stored text may hold.

Removed: NUL and other controls, lone surrogates, noncharacters, bidirectional controls, zero-width characters and soft
hyphens: they are invisible, and they hide words from search or show a text in another order than it is read. The two
zero-width joiners stay where both neighbours are outside ASCII, since Persian, Indic scripts and emoji need them. What
is left is brought to Unicode normal form C.
"""

import re
import unicodedata

LINE_MAX = 2_000
"""Code points of a title, name or section, as in the contract; a longer one is no such thing and is cut."""

_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_BLANK = re.compile(r"\s+")
_PRINTABLE_REMOVED = re.compile("[\ufff0-\ufffc\U000e0000-\U000e0fff]")
"""What is removed although ``str.isprintable`` does not tell it apart; all else that is removed is not printable."""


def storable(text: str) -> str:
    """Return ``text`` without the characters that are removed, in normal form C; line breaks stay."""
    return unicodedata.normalize("NFC", _REMOVED.sub("", text))


def one_line(text: str) -> str:
    """Return ``text`` as `storable` does, with every run of white space as one space."""
    words = " ".join(text.split())
    if words.isprintable() and (words.isascii() or not _PRINTABLE_REMOVED.search(words)):
        return unicodedata.normalize("NFC", words)
    return _BLANK.sub(" ", storable(text)).strip()


def label(value: object) -> str | None:
    """Return a title, name or section as one line of at most 2,000 code points, or None if it is empty or no text."""
    if not isinstance(value, str):
        return None
    return unicodedata.normalize("NFC", one_line(value)[:LINE_MAX]).strip() or None
