"""Peoples are told by lists of their kind and by the form of their words."""

import pytest

from services.extract.reading.names.casing import casing_of
from services.extract.reading.names.demonyms import is_people, is_plural_people, people_of, people_within
from services.extract.reading.names.peoples import find_peoples


def peoples(text: str, places: frozenset[str] = frozenset()) -> list[str]:
    casing = casing_of(text, [(0, len(text))], ())
    return [text[slice(*span)] for span in find_peoples(casing, (), places)]


@pytest.mark.parametrize("word", ["kenyan", "frenchmen", "kurds", "sunni", "tories", "franco-german", "new zealander"])
def test_people_is_known(word: str) -> None:
    assert is_people(word)


@pytest.mark.parametrize("word", ["kenya", "laos", "guardian", "alabama", "paris", "library"])
def test_place_or_plain_word_is_no_people(word: str) -> None:
    assert not is_people(word)


def test_plural_is_told_from_adjective_and_place() -> None:
    assert [is_plural_people(word) for word in ("germans", "german", "laos", "swiss")] == [True, False, False, False]


@pytest.mark.parametrize("word", ["tarrovian", "tarrower", "tarrowers", "tarrowese"])
def test_people_of_a_place_is_told_by_its_form(word: str) -> None:
    assert people_of(word, {"tarrow", "tarrovia"}) in {"tarrow", "tarrovia"}


def test_people_whose_land_is_called_after_them_is_told() -> None:
    assert people_of("orsel", {"orselia"}) == "orselia"
    assert people_of("orsel", {"orselia"}, bare=False) is None


def test_place_is_not_its_own_people() -> None:
    assert people_of("tarrow", {"tarrow"}) is None


def test_people_stands_within_a_compound() -> None:
    assert people_within("pro-kenyan") == (4, 10)
    assert people_within("kenyan-backed") == (0, 6)
    assert people_within("hand-made") is None


def test_compounds_are_found_in_text() -> None:
    assert peoples("The pro-Kenyan group and Dutch-speaking guests left a Franco-German ship.") == [
        "Kenyan",
        "Dutch",
        "Franco-German",
    ]


def test_longest_people_is_found() -> None:
    assert peoples("A Papua New Guinean met two South Africans.") == ["Papua New Guinean", "South Africans"]


def test_language_is_no_people() -> None:
    assert peoples("She speaks German, and answered in French.") == []
    assert peoples("They met in French towns.") == ["French"]


def test_common_word_at_a_sentences_beginning_is_no_people() -> None:
    assert peoples("Conservative guesses were wrong.") == []
    assert peoples("The Conservative vote fell.") == ["Conservative"]


def test_trade_is_no_people() -> None:
    assert peoples("He asked the Technicians and the Tarrovians.") == ["Tarrovians"]
