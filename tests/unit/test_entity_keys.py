"""Keys of names: what is one in all its spellings, and what is not."""

from importlib.resources import files
from itertools import takewhile

import pytest

from schemas.extraction import MentionType
from services.extract.entities.keys import entity_key, government_key
from services.extract.entities.organisations import body_words, is_acronym, organisation_of
from services.extract.entities.persons import person_name

PERSON, ORG, GPE, LOC, NORP = MentionType


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (PERSON, "Odra Vennskyy", "Odra Vennskiy"),
        (PERSON, "Odra Vénn", "ODRA VENN"),
        (PERSON, "President Odra Venn", "Odra Venn"),
        (PERSON, "U.S. Secretary of State Odra Venn", "Odra Venn"),
        (PERSON, "Tam McSkarne", "Tam Mc Skarne"),
        (PERSON, "Tam O’Skarne", "Tam O'Skarne"),
        (PERSON, "J. K. Venn", "JK Venn"),
        (PERSON, "Tam Skarne Jr.", "Tam Skarne Junior"),
        (PERSON, "Jean-Odra Venn", "Jean Odra Venn"),
        (GPE, "U.S.", "United States"),
        (GPE, "US", "the United States of America"),
        (GPE, "Britain", "United Kingdom"),
        (GPE, "UK", "Great Britain"),
        (GPE, "Russia", "Russian Federation"),
        (GPE, "Kremlin", "Russia"),
        (GPE, "Persia", "Iran"),
        (GPE, "Türkiye", "Turkey"),
        (GPE, "State of Texas", "Texas"),
        (GPE, "Fla.", "Florida"),
        (ORG, "NATO", "North Atlantic Treaty Organization"),
        (ORG, "Nato", "North Atlantic Treaty Organisation"),
        (ORG, "UN", "United Nations"),
        (ORG, "World Food Programme", "UN World Food Programme"),
        (ORG, "U.S. Congress", "United States Congress"),
        (ORG, "Defence Ministry", "Ministry of Defense"),
        (ORG, "Kestrel Line Ltd", "Kestrel Line"),
        (ORG, "Venn & Skarne", "Venn and Skarne"),
        (NORP, "Russians", "Russian"),
    ],
)
def test_spellings_and_forms_are_one(kind: MentionType, one: str, other: str) -> None:
    assert entity_key(one, kind).id == entity_key(other, kind).id


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (PERSON, "Tam Skarne", "Tam Skarne Jr."),
        (PERSON, "Odra Venn", "Harl Venn"),
        (PERSON, "Tam Skarne II", "Tam Skarne III"),
        (GPE, "North Korea", "South Korea"),
        (GPE, "Niger", "Nigeria"),
        (GPE, "Gulf of Mexico", "Mexico"),
        (GPE, "Kyiv", "Ukraine"),
        (ORG, "Who", "World Health Organization"),
        (NORP, "Russian", "Russia"),
    ],
)
def test_what_differs_is_two(kind: MentionType, one: str, other: str) -> None:
    assert entity_key(one, kind).id != entity_key(other, kind).id


def test_place_is_one_whether_it_has_a_government_or_not() -> None:
    assert entity_key("Ostrel", GPE).id == entity_key("Ostrel", LOC).id
    assert entity_key("Ostrel", GPE).id != entity_key("Ostrel", PERSON).id


def test_body_of_several_states_is_one_whatever_it_is_taken_for() -> None:
    assert entity_key("European Union", GPE) == entity_key("EU", ORG)
    assert entity_key("European Union", GPE).type is ORG


def test_building_is_no_government() -> None:
    assert entity_key("White House", LOC).id != entity_key("White House", ORG).id == entity_key("United States", GPE).id


@pytest.mark.parametrize(
    ("name", "country"), [("Kyiv", "Ukraine"), ("Kiev", "Ukraine"), ("Washington", "United States")]
)
def test_capital_has_a_government(name: str, country: str) -> None:
    assert government_key(name) == entity_key(country, GPE)


def test_seat_of_several_governments_stands_for_none() -> None:
    assert government_key("Brussels") is None


@pytest.mark.parametrize(("name", "known"), [("NATO", "NATO"), ("Unesco", "UNESCO"), ("can", None), ("Who", None)])
def test_acronym_is_known_where_it_is_written_as_one(name: str, known: str | None) -> None:
    assert organisation_of(name) == known


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Minusma", "MINUSMA"),
        ("UN Mission in South Sudan", "UNMISS"),
        ("World Court", "ICJ"),
        ("Special Court for Sierra Leone", "Special Court for Sierra Leone"),
        ("EU Commission", "European Commission"),
        ("European Council", "European Council"),
        ("Council of Europe", "CoE"),
        ("European Public Prosecutor's Office", "EPPO"),
        ("& &", None),
        ("# Others", None),
    ],
)
def test_organisation_is_known_by_its_names(name: str, known: str | None) -> None:
    assert organisation_of(name) == known


def test_no_name_is_of_two_organisations() -> None:
    listed = files("services.extract.entities").joinpath("organisations.txt").read_text("utf-8").splitlines()
    called: dict[tuple[str, ...], str] = {}
    for line in listed:
        short, _, names = line.partition(" = ")
        for name in (short, *filter(None, names.split(" | "))):
            assert called.setdefault(body_words(name), short) == short, name
    operations = listed[listed.index("# Peacekeeping operations of the United Nations, 1948 to 2024: all") + 1 :]
    shown = list(takewhile(lambda line: not line.startswith("#"), operations))
    assert len(shown) + len(("UNAVEM II", "UNAVEM III", "UNOSOM II")) == 71


@pytest.mark.parametrize(("name", "told"), [("HWU", True), ("H.W.U.", True), ("Hwu", False), ("Kestrel", False)])
def test_initials_are_told_by_their_capitals(name: str, told: bool) -> None:
    assert is_acronym(name) is told


@pytest.mark.parametrize(
    ("short", "full", "fits"),
    [
        ("Venn", "Odra Venn", True),
        ("van der Skarne", "Tam van der Skarne", True),
        ("Odra Venn", "Odra Maria Venn", True),
        ("O. Venn", "Odra Venn", True),
        ("Skarne", "Tam Skarne Jr.", True),
        ("Tam Skarne", "Tam Erik Skarne Jr.", False),
        ("Harl Venn", "Odra Venn", False),
        ("Odra", "Odra Venn", False),
        ("Odra Maria Venn", "Odra Venn", False),
    ],
)
def test_shorter_form_fits_the_fuller_name(short: str, full: str, fits: bool) -> None:
    assert person_name(short).is_form_of(person_name(full)) is fits


@pytest.mark.parametrize("name", ["", " ", "–", "Mr.", "the", "'s"])
@pytest.mark.parametrize("kind", [*MentionType])
def test_name_without_words_has_a_key(name: str, kind: MentionType) -> None:
    assert entity_key(name, kind).id
