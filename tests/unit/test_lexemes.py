import time
import tracemalloc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lexemes import FORM_MAX_CHARACTERS, fold_name, lexemes_of, places_of, words_of

TEXTS = st.text(max_size=200) | st.text("aA1 .,-‑'’\u00ad北ش\u0301é\u200d😀", max_size=60)


def forms(text: str) -> list[str]:
    return [lexeme.form for lexeme in lexemes_of(text)]


def form(word: str) -> str:
    [only] = forms(word)
    return only


@pytest.mark.parametrize(
    "spellings",
    [
        "Zelensky Zelenskyy Zelenskiy Zelenskyj Zelenskij Zelenskii Zelenski ZELENSKY Zelensky's Zelenskyy’s",
        "Sergey Sergei Sergej",
        "Natalya Natalia Natalija",
        "Lodz Łódź ŁÓDŹ Lo\u0301dz\u0301",
        "Angstrom Ångström ångstro\u0308m",
        "strasse Straße STRASSE",
        "party parties Party's PARTIES",
        "inspection in\u00adspec\u00adtion inspections",
        "US U.S. u.s",
        "1000 1,000",
        "full Ｆｕｌｌ",
        "فلسطين فِلَسْطِين",
        "Himalaya Himalayas",
    ],
)
def test_spellings_of_a_word_have_one_form(spellings: str) -> None:
    assert len({form(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize("different", ["3.5 35", "1,5 15", "Paris Parish", "か が", "10 100", "Kiev Lviv"])
def test_different_words_differ(different: str) -> None:
    assert len({form(word) for word in different.split()}) == 2


@pytest.mark.parametrize("hyphen", "-\u2010\u2011\u2012\uff0d\ufe63")
def test_hyphen_of_any_kind_parts_a_word_that_is_also_one(hyphen: str) -> None:
    text = f"Article 5{hyphen}style pact"
    found = [(text[lexeme.start : lexeme.end], lexeme.place, lexeme.form) for lexeme in lexemes_of(text)]
    assert found == [
        ("Article", 1, "articl"),
        (f"5{hyphen}style", 2, "5style"),
        ("5", 2, "5"),
        ("style", 3, "style"),
        ("pact", 4, "pact"),
    ]


@pytest.mark.parametrize("apostrophe", "'’ʼ＇ʻ")
def test_apostrophe_parts_a_word_that_is_also_one(apostrophe: str) -> None:
    assert forms(f"O{apostrophe}Brien{apostrophe}s") == ["obrien", "o", "brien"]


def test_scripts_without_spaces_are_read_by_the_character() -> None:
    text = "北京大学です"
    assert [text[lexeme.start : lexeme.end] for lexeme in lexemes_of(text)] == list(text)


def test_script_from_right_to_left_is_read_in_the_order_of_the_text() -> None:
    text = "قال «الرئيس» إن\u200fالجسر"
    assert [text[lexeme.start : lexeme.end] for lexeme in lexemes_of(text)][:2] == ["قال", "الرئيس"]


@pytest.mark.parametrize("text", ["", " ", "😀 👩‍👩‍👧", "%", "& | ! <-> :*", "\u00ad\u200b", "\u0301", "— … “”", "'"])
def test_what_has_no_letter_or_digit_is_no_word(text: str) -> None:
    assert forms(text) == []


def test_names_are_not_stemmed() -> None:
    assert fold_name("Dr. Banks of Williams & Sons’") == "dr banks of williams sons"
    assert fold_name("Jean-Luc  Zelenskyj") == "jean luc zelensky"
    assert fold_name("…") == ""


@given(TEXTS)
def test_span_is_the_word_and_its_form_comes_from_it_alone(text: str) -> None:
    for start, end, place, found in lexemes_of(text):
        assert 0 <= start < end <= len(text)
        shown = text[start:end]
        assert not any(character.isspace() for character in shown)
        assert found in forms(shown)
        assert place >= 1
        assert 0 < len(found) <= FORM_MAX_CHARACTERS
        assert not set(found) & set(" '\"\\&|!:*()<>")


@given(TEXTS)
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    inside = {at for lexeme in lexemes_of(text) for at in range(lexeme.start, lexeme.end)}
    letters = {at for at, character in enumerate(text) if unicodedata.category(character) in {"Lu", "Ll", "Nd"}}
    assert letters <= inside


@given(TEXTS)
def test_three_ways_to_read_a_text_tell_the_same(text: str) -> None:
    lexemes = list(lexemes_of(text))
    assert [lexeme.place for lexeme in lexemes] == sorted(lexeme.place for lexeme in lexemes)
    places: dict[str, list[int]] = {}
    for lexeme in lexemes:
        places.setdefault(lexeme.form, []).append(lexeme.place)
    assert places_of(text) == places
    parts = [part.form for word in words_of(text) for part in word.parts if part.form]
    wholes = [word.whole.form for word in words_of(text) if word.whole is not None and word.whole.form]
    assert sorted(parts + wholes) == sorted(lexeme.form for lexeme in lexemes)


@given(st.lists(st.sampled_from(["word", "O'Brien", "5-style", "U.S.", "1,000", "北京", "Łódź"]), max_size=8))
def test_words_are_found_wherever_they_stand(words: list[str]) -> None:
    assert forms(" ".join(words)) == [found for word in words for found in forms(word)]
    assert forms(f"“{'” — “'.join(words)}”.") == forms(" ".join(words))


def test_lines_without_spaces_are_not_kept() -> None:
    lines = ["".join(chr(0x4E00 + (number * 7 + at) % 500) for at in range(60)) for number in range(2_000)]
    tracemalloc.start()
    try:
        for line in lines:
            assert len(places_of(line)) > 1
        assert tracemalloc.get_traced_memory()[0] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "unit", ["a", "1", "a-", "a'", "1.1,", "a.a.", "'", "-", "é\u0301", "\u0301", "\u00ad", "ab ", "….", "\u200d"]
)
def test_megabyte_without_spaces_is_read_in_bounded_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    assert all(len(found) <= FORM_MAX_CHARACTERS for found in places_of(text))
    assert time.process_time() - started < 10
