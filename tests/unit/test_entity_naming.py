"""Naming within an article: by how a name is used, and by the other names there."""

from itertools import pairwise

import pytest

from schemas.extraction import Mention, MentionType
from services.extract.entities.keys import Key, entity_key
from services.extract.entities.naming import name_mentions, names_shown

PERSON, ORG, GPE, LOC, NORP = MentionType
ARTICLE = "3b0d5c39"


def mentions(text: str, *named: tuple[str, MentionType]) -> list[Mention]:
    """The names in their order in the text."""
    found, at = [], 0
    for name, kind in named:
        start = text.index(name, at)
        at = start + len(name)
        found.append(Mention(span=(start, at), text=name, type=kind, name=name))
    return found


def keys(text: str, *named: tuple[str, MentionType], speakers: tuple[int, ...] = ()) -> tuple[Key, ...]:
    return name_mentions(text, mentions(text, *named), speakers, ARTICLE)


@pytest.mark.parametrize(
    ("text", "speaks", "government"),
    [
        ("Kyiv has firmly rejected it.", False, True),
        ("They said Kyiv is willing to talk.", False, True),
        ("That is Kyiv’s previous insistence.", False, True),
        ("Some of Kyiv's partners agreed.", False, True),
        ("A deal in which Kyiv would exchange land.", False, True),
        ("Kyiv: it was enough.", True, False),
        ("The reply came from Kyiv, in short.", True, True),
        ("Kyiv, Ukraine – He spoke.", False, False),
        ("He spoke in Kyiv on Monday.", False, False),
        ("The Kyiv talks continue.", False, False),
        ("Kyiv was hit again.", False, False),
        ("Kyiv’s streets were empty.", False, False),
        ("They met between Riga and Kyiv then.", False, False),
    ],
)
def test_capital_is_the_government_where_it_acts(text: str, speaks: bool, government: bool) -> None:
    *_, key = keys(text, ("Kyiv", GPE), speakers=(0,) if speaks else ())
    assert key == entity_key("Ukraine" if government else "Kyiv", GPE)


def test_capital_of_which_nothing_tells_is_what_it_is_elsewhere() -> None:
    text = "Kyiv has rejected it. It was seen between Riga and Kyiv then. He lives in Kyiv now."
    assert [key.title for key in keys(text, *[("Kyiv", GPE)] * 3)] == ["Ukraine", "Ukraine", None]


def test_acronym_is_learnt_from_its_brackets() -> None:
    text = "The Union of Harbour Hands (UHAH) met. Later UHAH left."
    long, *short = keys(text, ("Union of Harbour Hands", ORG), ("UHAH", ORG), ("UHAH", ORG))
    assert short == [long, long]


def test_words_in_brackets_are_no_acronym_of_another_name() -> None:
    text = "The Harbour Union (Kestrel) met."
    assert len({*keys(text, ("Harbour Union", ORG), ("Kestrel", ORG))}) == 2


def test_two_towns_of_one_name_are_told_apart() -> None:
    text = "Portland, Oregon, wrote to Portland, Maine. Then Portland waited."
    named = (("Portland", GPE), ("Oregon", GPE), ("Portland", GPE), ("Maine", GPE), ("Portland", GPE))
    west, oregon, east, _, last = keys(text, *named)
    assert (west.title, east.title, last) == ("Portland, Oregon", "Portland, Maine", east)
    assert oregon == entity_key("Oregon", GPE)


def test_surname_is_the_one_person_of_it() -> None:
    text = "Odra Venn met Tam Skarne and Tam Skarne Jr. Venn left, Skarne stayed."
    named = [(name, PERSON) for name in ("Odra Venn", "Tam Skarne", "Tam Skarne Jr.", "Venn", "Skarne")]
    odra, father, son, venn, skarne = keys(text, *named)
    assert venn == odra
    assert len({father, son, skarne}) == 3


def test_common_noun_is_the_last_named_with_it() -> None:
    text = "The Ostrel Court sat. The Tarrow Court rose. The Court was empty."
    *_, tarrow, court = keys(text, ("Ostrel Court", ORG), ("Tarrow Court", ORG), ("Court", ORG))
    assert court == tarrow


def test_alliance_is_the_organisation_named() -> None:
    text = "NATO kept its door open, and the Alliance said so."
    nato, alliance = keys(text, ("NATO", ORG), ("Alliance", ORG))
    assert alliance == nato


def test_common_noun_alone_is_one_of_its_article() -> None:
    (court,) = keys("The Court was empty.", ("Court", ORG))
    text = "The Court was empty."
    (other,) = name_mentions(text, mentions(text, ("Court", ORG)), (), "another")
    assert court.id != other.id


def test_names_shown_are_those_in_the_text_but_for_common_nouns() -> None:
    text = "The Ostrel Court sat. The Court rose."
    found = mentions(text, ("Ostrel Court", ORG), ("Court", ORG))
    assert {form for _, form, _ in names_shown(found, name_mentions(text, found, (), ARTICLE))} == {"Ostrel Court"}


def test_naming_takes_time_about_linear_in_the_names() -> None:
    text = " ".join(f"Odra Venn{number} spoke." for number in range(1_500))
    named = name_mentions(
        text, mentions(text, *((f"Odra Venn{number}", PERSON) for number in range(1_500))), (), ARTICLE
    )
    assert all(one.id != other.id for one, other in pairwise(named))
