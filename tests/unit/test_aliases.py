"""Shorter forms of a name are joined to the one fuller form that an article has."""

from schemas.extraction import MentionType
from services.extract.reading.names.aliases import fullest_names

PERSON, ORG, GPE, LOC = MentionType.PERSON, MentionType.ORG, MentionType.GPE, MentionType.LOC


def test_person_is_joined_by_last_name_first_name_and_initial() -> None:
    names = {"Ines Maria Caldo": PERSON, "Caldo": PERSON, "Ines": PERSON, "I. Caldo": PERSON, "Ines Caldo": PERSON}
    assert fullest_names(names) == dict.fromkeys(set(names) - {"Ines Maria Caldo"}, "Ines Maria Caldo")


def test_shared_last_name_stays_apart() -> None:
    assert fullest_names({"Marta Klein": PERSON, "Jonas Klein": PERSON, "Klein": PERSON}) == {}


def test_body_is_joined_by_its_words_and_initials() -> None:
    full = "Tarrow Bridge Organisation"
    names = {full: ORG, "Bridge Organisation": ORG, "Tarrow": ORG, "TBO": ORG, "T.B.O.": ORG}
    assert fullest_names(names) == dict.fromkeys(set(names) - {full}, full)


def test_words_that_two_bodies_share_stay_apart() -> None:
    assert fullest_names({"Tarrow Bank": ORG, "Tarrow Rail": ORG, "Tarrow": ORG}) == {}


def test_name_of_another_type_stays_apart() -> None:
    assert fullest_names({"Tarrow Bank": ORG, "Tarrow": GPE}) == {}


def test_names_of_a_country_are_its_longest() -> None:
    names = {"U.S.": GPE, "America": GPE, "United States": GPE, "Kenya": GPE}
    assert fullest_names(names) == {
        "U.S.": "United States",
        "America": "United States",
        "United States": "United States",
        "Kenya": "Kenya",
    }


def test_river_is_joined_to_its_name_with_the_noun() -> None:
    assert fullest_names({"Skarne": LOC, "Skarne River": LOC}) == {"Skarne": "Skarne River"}


def test_word_that_too_many_names_share_joins_none() -> None:
    names = dict.fromkeys((f"{letter}{other}x Klein" for letter in "ABCDEF" for other in "abcdef"), PERSON)
    assert fullest_names({**names, "Klein": PERSON}) == {}
