"""One rule for what a stored text may hold."""

import sys
import unicodedata

import pytest

from services.ingest.characters import LINE_MAX, label, one_line, storable


@pytest.mark.parametrize(
    "code", [0x0, 0x8, 0x1B, 0x7F, 0x80, 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x202E, 0x2060, 0x2069]
)
def test_invisible_character_is_removed(code: int) -> None:
    assert storable(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("code", [0xD800, 0xDFFF, 0xFEFF, 0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFE, 0x10FFFF, 0xE0041])
def test_what_is_no_character_is_removed(code: int) -> None:
    assert storable(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("text", ["a\tb\nc\r\nd", "e\u0301"[:1], "\u0600", "« „x“ ‘y’ »", "😀", "\u2028", "\ufffd"])
def test_visible_character_stays(text: str) -> None:
    assert storable(text) == text


def test_joiner_stays_only_where_scripts_need_it() -> None:
    assert storable("می\u200cخواهم 👩\u200d🚒") == "می\u200cخواهم 👩\u200d🚒"
    assert storable("Zel\u200densky \u200c") == "Zelensky "


def test_every_result_can_be_stored() -> None:
    text = storable("".join(map(chr, range(sys.maxunicode + 1))))
    assert unicodedata.is_normalized("NFC", text)
    assert "\0" not in text
    text.encode()


def test_line_has_single_spaces() -> None:
    assert one_line(" a\u00a0\u2003b\n\tc\u2028 ") == "a b c"


def test_line_of_any_character_is_what_is_storable_of_it() -> None:
    texts = [text for code in range(sys.maxunicode + 1) if (text := f"a{chr(code)}b").isprintable() and code != 0x20]
    assert "".join(map(one_line, texts)) == storable("".join(texts))


def test_label_is_short_or_nothing() -> None:
    assert label("x" * 5_000) == "x" * LINE_MAX
    assert [label(value) for value in (" \u200b ", None, 5, ["x"])] == [None] * 4
