"""Lines of capitals are told from sentences."""

from services.extract.reading.names.casing import casing_of


def shouted(text: str, headings: frozenset[int] = frozenset()) -> bool:
    return bool(casing_of(text, [(0, len(text))], headings).shouted)


def test_title_case_and_upper_case_are_shouted() -> None:
    assert shouted("Ferry Chaos Grows as Minister Waits")
    assert shouted("FERRY CHAOS GROWS")


def test_sentence_case_is_not_shouted() -> None:
    assert not shouted("Ferry chaos grows as Minister Klein waits", frozenset((0,)))


def test_sentence_of_names_is_not_shouted() -> None:
    assert not shouted("Klein, Weber, Orsel and Caldo.")


def test_heading_may_end_with_a_full_stop() -> None:
    assert shouted("Ferry Chaos Grows.", frozenset((0,)))


def test_words_are_known_as_they_are_written() -> None:
    casing = casing_of("Labour is labour. “Orsel” met Klein’s aide.", [(0, 17), (18, 43)], ())
    assert "labour" in casing.small
    assert casing.inside == {"klein"}
