"""Places are told apart by gazetteer and by the words in and beside their names."""

import pytest

from schemas.extraction import MentionType
from services.extract.reading.names.countries import country_of
from services.extract.reading.names.places import place_type


@pytest.mark.parametrize(
    ("name", "before", "after", "kind"),
    [
        ("kenya", "the", ",", MentionType.GPE),
        ("netherlands", "the", ",", MentionType.GPE),
        ("texas", "", "", MentionType.GPE),
        ("western europe", "", "", MentionType.LOC),
        ("skarne river", "", "", MentionType.LOC),
        ("gulf of skarne", "", "", MentionType.LOC),
        ("lake skarne", "", "", MentionType.LOC),
        ("republic of skarne", "", "", MentionType.GPE),
        ("skarne county", "", "", MentionType.GPE),
        ("skarne", "the port town of", ".", MentionType.GPE),
        ("skarne", "the island of", ".", MentionType.LOC),
        ("skarne", "", "province", MentionType.GPE),
        ("skarne", "the", "river", MentionType.LOC),
        ("skarne", "along the", ",", MentionType.LOC),
        ("skarne", "the", "ferry", None),
        ("skarne beach", "in", ".", None),
        ("skarne", "in", ".", None),
    ],
)
def test_place_is_told_by_its_words(name: str, before: str, after: str, kind: MentionType | None) -> None:
    assert place_type(name.split(), before.split(), after) is kind


def test_country_is_one_in_all_its_names() -> None:
    assert {country_of(name) for name in ("Russia", "Russian Federation")} == {"RU"}
    assert {country_of(name) for name in ("U.S.", "America", "United States")} == {"US"}


def test_town_and_people_are_no_country() -> None:
    assert [country_of(name) for name in ("Berlin", "Thai", "Orsel", "it")] == [None] * 4
