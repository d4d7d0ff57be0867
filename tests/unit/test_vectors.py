from schemas.extraction import Reason
from services.extract.vectors import PLACE_MAX, PLACES_MAX, TEXT_MAX_CHARACTERS, VECTOR_MAX_BYTES, find_vectors
from tests.builders import article, claim, reading


def vector(text: str, title: str | None = None) -> dict[str, list[str]]:
    """The places of each lexeme in an article's vector."""
    event = article(text, title=title)
    return parse(reading(event).vectors.article)


def parse(shown: str) -> dict[str, list[str]]:
    pairs = (entry.rpartition("'") for entry in shown.split(" ") if entry)
    return {form[1:]: places.removeprefix(":").split(",") for form, _, places in pairs}


def test_article_is_found_by_its_title_before_its_text() -> None:
    assert vector("The bridges close.", "A bridge") == {
        "a": ["1A"],
        "bridg": ["2A", "5"],
        "the": ["4"],
        "close": ["6"],
    }


def test_no_phrase_leads_from_the_title_into_the_text() -> None:
    assert vector("two", "one") == {"one": ["1A"], "two": ["3"]}


def test_claim_is_found_by_its_content_and_its_speaker() -> None:
    text = "Banks fail, said Odra Banks of Tarrow."
    [shown] = reading(article(text), claim(text, "Banks fail", speaker="Odra Banks")).vectors.claims
    assert parse(shown) == {
        "bank": ["1A", "5B"],
        "fail": ["2A"],
        "odra": ["4B"],
        "@odra": [""],
        "@banks": [""],
    }


def test_speaker_without_a_name_is_found_by_the_words() -> None:
    text = "Banks fail, the minister said."
    said = claim(text, "Banks fail", speaker="the minister")
    assert said.speaker is not None
    nameless = said.speaker.model_copy(update={"name": None, "name_reason": Reason.NO_NAME})
    event, read = article(text), reading(article(text), said.model_copy(update={"speaker": nameless}))
    [shown] = find_vectors(event, read.extraction).claims
    assert {"@the", "@minister"} <= parse(shown).keys()


def test_places_are_what_postgresql_can_count() -> None:
    found = vector("end " + "word " * 20_000 + "last")
    assert len(found["word"]) == PLACES_MAX
    assert found["last"] == [str(PLACE_MAX)]


def test_beginning_of_a_long_text_is_searched() -> None:
    text = "a" + " b" * (TEXT_MAX_CHARACTERS // 2 - 1) + " beyond"
    assert set(vector(text)) == {"a", "b"}


def test_vector_stays_within_what_postgresql_takes() -> None:
    # Two hundred thousand code points of four bytes each, in words that all differ.
    letters = [chr(0x10400 + number) for number in range(40)] + [chr(0x1E900 + number) for number in range(34)]
    text = " ".join(a + b + c for a in letters for b in letters for c in letters)[:TEXT_MAX_CHARACTERS]
    found = vector("-".join(text.split(" ")[:7]) + " " + text)
    assert sum(len(form.encode()) + 2 + 2 * len(places) for form, places in found.items()) <= VECTOR_MAX_BYTES
