"""Names that the reader marked are trimmed, confirmed, found again, and each of one type in an article."""

import re

from schemas.extraction import Mention
from services.extract.reading.model.marks import Name, NameKind
from services.extract.reading.names.mentions import find_mentions

PERSON, ORG, LOC = NameKind.PERSON, NameKind.ORG, NameKind.LOC


def marks(text: str, kinds: dict[str, NameKind], score: float = 0.95) -> list[Name]:
    """Mark every place where one of the words stands, the longer first."""
    pattern = "|".join(sorted(map(re.escape, kinds), key=len, reverse=True))
    return [Name(match.span(), kinds[match.group()], score) for match in re.finditer(rf"\b(?:{pattern})(?!\w)", text)]


def mentions(text: str, names: list[Name], headings: frozenset[int] = frozenset()) -> tuple[Mention, ...]:
    """Find the mentions of a text with a sentence on each line."""
    sentences = [match.span() for match in re.finditer(r"[^\n]+", text)]
    return find_mentions(text, sentences, headings, names)


def found(text: str, kinds: dict[str, NameKind], score: float = 0.95) -> dict[str, str]:
    return {mention.text: mention.type.value for mention in mentions(text, marks(text, kinds, score))}


def test_titles_articles_and_possessives_are_trimmed() -> None:
    text = "Dr Ines Caldo’s letter reached the Calder Rail."
    assert found(text, {"Dr Ines Caldo’s": PERSON, "the Calder Rail": ORG}) == {
        "Ines Caldo": "PERSON",
        "Calder Rail": "ORG",
    }


def test_every_mention_is_the_text_at_its_span() -> None:
    text = "The Tarrow’s Mayor Ines Caldo met “Ferro”.\nTARROW SAYS NO TO CALDO"
    names = [Name((0, 12), LOC, 0.9), Name((13, 29), PERSON, 0.9), Name((34, 42), PERSON, 0.4)]
    shown = mentions(text, names)
    assert shown
    assert all(text[slice(*mention.span)] == mention.text for mention in shown)


def test_overlapping_marks_give_one_mention() -> None:
    shown = mentions("Ines Caldo left.", [Name((0, 10), PERSON, 0.9), Name((5, 10), PERSON, 0.9)])
    assert [mention.text for mention in shown] == ["Ines Caldo"]


def test_last_name_has_the_full_names_type_and_name() -> None:
    text = "Marta Klein came. Later Klein left. She thanked Klein’s staff."
    shown = mentions(text, [Name((0, 11), PERSON, 0.9), Name((24, 29), ORG, 0.9)])
    assert [(mention.type, mention.name) for mention in shown] == [("PERSON", "Marta Klein")] * 3


def test_name_is_found_again_with_other_spaces_and_in_capitals_of_another_land() -> None:
    text = "We saw Orsel + today. Now Orsel+ is here."
    shown = mentions(text, [Name((7, 14), ORG, 0.95)])
    assert [(mention.text, mention.type) for mention in shown] == [("Orsel +", "ORG"), ("Orsel+", "ORG")]
    text = "We met Ada Yıldırım today.\nADA YILDIRIM LEAVES"
    shown = mentions(text, [Name((7, 19), PERSON, 0.95)])
    assert [mention.text for mention in shown] == ["Ada Yıldırım", "ADA YILDIRIM"]


def test_initials_have_the_long_forms_type_and_name() -> None:
    text = "The Tarrow Bridge Organisation closed. Later TBO opened."
    shown = mentions(text, marks(text, {"Tarrow Bridge Organisation": ORG, "TBO": LOC}))
    assert [(mention.type, mention.name) for mention in shown] == [("ORG", "Tarrow Bridge Organisation")] * 2


def test_name_has_the_type_of_most_of_its_marks() -> None:
    text = "Orsel pays. Orsel sells. Orsel waits."
    names = [Name((0, 5), ORG, 0.9), Name((12, 17), PERSON, 0.8), Name((25, 30), ORG, 0.6)]
    assert {mention.type for mention in mentions(text, names)} == {"ORG"}


def test_neighbours_outvote_an_unsure_mark() -> None:
    assert found("They met the mayor of Orsel.", {"Orsel": PERSON}, 0.5)["Orsel"] == "GPE"
    assert found("They met Judge Orsel.", {"Orsel": ORG}, 0.5)["Orsel"] == "PERSON"
    assert found("They bought the newspaper Orsel.", {"Orsel": ORG}, 0.5)["Orsel"] == "ORG"


def test_dateline_holds_a_place_and_an_agency() -> None:
    text = "ORSEL (QTA) - Nobody came."
    names = [Name((0, 5), PERSON, 0.5), Name((7, 10), ORG, 0.5)]
    shown = find_mentions(text, [(14, 26)], frozenset(), names)
    assert [mention.type for mention in shown] == ["GPE", "ORG"]


def test_line_of_capitals_adds_no_unsure_name() -> None:
    text = "Ferry Chaos Grows As Minister Klein Waits\nThe boss said Klein is late."
    names = [Name((0, 11), ORG, 0.6), Name((30, 35), PERSON, 0.6), Name((56, 61), PERSON, 0.9)]
    shown = mentions(text, names, frozenset((0,)))
    assert [mention.text for mention in shown] == ["Klein", "Klein"]


def test_line_of_capitals_keeps_a_sure_name_and_a_country() -> None:
    text = "Orsel Wins Again As Kenya Waits\nNobody came."
    names = [Name((0, 5), ORG, 0.95), Name((20, 25), LOC, 0.4)]
    shown = mentions(text, names, frozenset((0,)))
    assert [mention.text for mention in shown] == ["Orsel", "Kenya"]


def test_upper_case_headline_names_whom_the_body_names() -> None:
    text = "KLEIN LEAVES FERRY FIRM\nThe boss Marta Klein left."
    shown = mentions(text, marks(text, {"Marta Klein": PERSON}), frozenset((0,)))
    assert [(mention.text, mention.name) for mention in shown] == [
        ("KLEIN", "Marta Klein"),
        ("Marta Klein", "Marta Klein"),
    ]


def test_peoples_are_found_unmarked_and_marked() -> None:
    text = "The Kenyan firm met Orsellian and South African buyers. Russians came from Orsellia."
    assert found(text, {"Orsellia": LOC, "Russians": ORG}) == {
        "Kenyan": "NORP",
        "Orsellian": "NORP",
        "South African": "NORP",
        "Russians": "NORP",
        "Orsellia": "GPE",
    }


def test_person_with_a_peoples_word_for_a_name_stays_a_person() -> None:
    text = "Christian Orsel came. Christian left."
    assert found(text, {"Christian Orsel": PERSON, "Christian": PERSON}) == {
        "Christian Orsel": "PERSON",
        "Christian": "PERSON",
    }


def test_river_is_no_town() -> None:
    text = "The ferry crossed the Skarne, which floods.\nHe lives in Tarrow near the Orsel River."
    assert found(text, {"Skarne": LOC, "Tarrow": LOC, "Orsel River": LOC}) == {
        "Skarne": "LOC",
        "Tarrow": "GPE",
        "Orsel River": "LOC",
    }


def test_seat_of_a_government_is_a_place_with_one() -> None:
    assert found("The Kremlin was silent.", {"Kremlin": LOC}) == {"Kremlin": "GPE"}
    assert found("The Kremlin was silent.", {"Kremlin": ORG}) == {"Kremlin": "GPE"}


def test_text_without_names_has_none() -> None:
    assert mentions("Bridges fall. Nobody knows why.", []) == ()
