"""Names are found, trimmed and typed by rule."""

from schemas.extraction import Mention
from services.extract.reading.mentions import find_mentions
from services.extract.reading.paragraphs import find_paragraphs
from services.extract.reading.sentences import find_sentences


def mentions(text: str, headings: frozenset[int] = frozenset()) -> tuple[Mention, ...]:
    return find_mentions(text, find_sentences(text, find_paragraphs(text)), headings)


def found(text: str) -> dict[str, str]:
    return {mention.text: mention.type.value for mention in mentions(text)}


def test_titles_are_trimmed_and_make_a_person() -> None:
    assert found("On Monday the Belgian President Marta Klein met Mr. Weber.") == {
        "Belgian": "NORP",
        "Marta Klein": "PERSON",
        "Weber": "PERSON",
    }


def test_last_name_takes_the_full_name_of_the_article() -> None:
    names = [mention.name for mention in mentions("Marta Klein came. Later Klein left. She thanked Klein’s staff.")]
    assert names == ["Marta Klein"] * 3


def test_shared_last_name_stays_unresolved() -> None:
    text = "Marta Klein and Jonas Klein came. Then Klein left."
    assert mentions(text)[-1].name == "Klein"


def test_initials_take_the_full_name_of_the_body() -> None:
    text = "The Tarrow Bridge Organisation closed. Later the TBO opened."
    assert mentions(text)[-1].name == "Tarrow Bridge Organisation"


def test_suffix_words_make_organisations_and_places() -> None:
    text = "The firm Klein Holdings sued the Bank of Tarrow near the Skarne River in Kenya."
    assert found(text) == {
        "Klein Holdings": "ORG",
        "Bank of Tarrow": "ORG",
        "Skarne River": "LOC",
        "Kenya": "GPE",
    }


def test_name_has_one_type_in_an_article() -> None:
    types = {
        m.type for m in mentions("He lives in Tarrow. He works in Tarrow. Once Tarrow said no.") if m.text == "Tarrow"
    }
    assert len(types) == 1


def test_first_word_of_a_sentence_is_no_name_by_itself() -> None:
    assert found("Bridges fall. Nobody knows why. Officials said so.") == {}


def test_title_case_heading_adds_no_names() -> None:
    text = "Ferry Chaos Grows As Minister Klein Waits\nThe boss said Klein is late."
    assert {mention.text for mention in mentions(text, frozenset((0,)))} == {"Klein"}


def test_body_is_told_from_a_person() -> None:
    text = "They took the Lady Anna. The ferry firm Kestrel Marn paid, and the Seafarers’ Union waited."
    assert found(text) == {"Lady Anna": "ORG", "Kestrel Marn": "ORG", "Seafarers’ Union": "ORG"}


def test_compound_with_a_name_is_no_name() -> None:
    assert found("They left the Kenya-based firm.") == {}


def test_weekdays_and_months_are_no_names() -> None:
    assert found("They met on Friday, and in March, again.") == {}
