"""Names held surely are found where they are not marked."""

from services.extract.reading.model.marks import Name, NameKind
from services.extract.reading.names.bounds import NAME_MAX_CODE_POINTS, trimmed
from services.extract.reading.names.casing import casing_of
from services.extract.reading.names.occurrences import find_occurrences


def occurrences(text: str, *names: str) -> list[str]:
    casing = casing_of(text, [(0, len(text))], ())
    return [text[slice(*span)] for span, _ in find_occurrences(casing, names, ())]


def trim(text: str, kind: NameKind = NameKind.PERSON) -> str | None:
    name = trimmed(text, Name((0, len(text)), kind, 1.0))
    return None if name is None else text[slice(*name.span)]


def test_name_is_found_with_a_possessive_and_in_upper_case() -> None:
    assert occurrences("He saw Klein’s boat, then KLEIN and Orsel Rail.", "Klein", "Orsel Rail") == [
        "Klein",
        "KLEIN",
        "Orsel Rail",
    ]


def test_word_of_another_name_is_no_occurrence() -> None:
    assert occurrences("He asked Klein Holdings, not Old Klein.", "Klein") == []


def test_title_before_a_name_is_not_of_it() -> None:
    assert occurrences("He asked Judge Klein.", "Klein") == ["Klein"]


def test_common_word_that_begins_a_sentence_is_no_occurrence() -> None:
    assert occurrences("Labour is hard. He likes labour, and Labour.", "Labour") == ["Labour"]


def test_longest_name_is_found() -> None:
    assert occurrences("They like Orsel Rail Group.", "Orsel Rail", "Orsel Rail Group") == ["Orsel Rail Group"]


def test_name_with_other_spaces_and_capitals_is_told_with_the_name_that_was_sought() -> None:
    text = "He chose Orsel+ and YILDIRIM Rail."
    casing = casing_of(text, [(0, len(text))], ())
    found = [(text[slice(*span)], name) for span, name in find_occurrences(casing, ["Orsel +", "Yıldırım Rail"], ())]
    assert found == [("Orsel+", "Orsel +")]
    text = "He chose YILDIRIM RAIL."
    casing = casing_of(text, [(0, len(text))], ())
    assert [name for _, name in find_occurrences(casing, ["Yıldırım Rail"], ())] == ["Yıldırım Rail"]


def test_taken_tokens_are_left() -> None:
    casing = casing_of("We saw Klein.", [(0, 13)], ())
    assert list(find_occurrences(casing, ["Klein"], {2})) == []


def test_titles_articles_and_marks_are_trimmed() -> None:
    assert trim("the Right Hon. Ines Caldo") == "Right Hon. Ines Caldo"
    assert trim("Prime Minister Ines Caldo's") == "Ines Caldo"
    assert trim("“The Orsel Times”,", NameKind.ORG) == "Orsel Times"
    assert trim("the sailors’", NameKind.ORG) == "sailors"


def test_title_that_is_all_there_is_is_kept() -> None:
    assert trim("Pope") == "Pope"


def test_title_of_something_is_a_name() -> None:
    assert trim("Lady of Orsel") == "Lady of Orsel"


def test_mark_weekday_and_line_are_no_names() -> None:
    assert [trim("."), trim("Friday"), trim(" “ "), trim("Orsel " * NAME_MAX_CODE_POINTS)] == [None] * 4
