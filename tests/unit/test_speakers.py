"""Speakers resolve to names where the article tells, and to a reason where it does not."""

import pytest

from schemas.extraction import Reason, ResolvedBy, Speaker
from services.extract.reading.article import Article, extract


def speakers(text: str) -> list[Speaker]:
    return [claim.speaker for claim in extract(Article(text, language="en")).claims if claim.speaker]


def test_last_name_resolves_to_the_full_name() -> None:
    assert [s.name for s in speakers("Marta Klein came. Klein said it was over.")] == ["Marta Klein"]


def test_pronoun_resolves_to_who_spoke_before() -> None:
    text = "Marta Klein said it was over. Jonas Weber said it was not. He added that it would take years."
    assert [s.name for s in speakers(text)] == ["Marta Klein", "Jonas Weber", "Jonas Weber"]


@pytest.mark.parametrize(
    "words",
    ["The director of the port, Marta Klein,", "Aldern’s mayor, Marta Klein,", "The envoy to Aldern, Dr. Marta Klein,"],
)
def test_role_with_a_name_beside_it_is_the_one_named(words: str) -> None:
    named, pronoun = speakers(f"{words} said it was over. “We tried,” she added.")
    assert (named.text, named.name) == (words[:-1], "Marta Klein")
    assert pronoun.name == "Marta Klein"


def test_pronoun_between_equals_is_ambiguous() -> None:
    (speaker,) = speakers("Marta Klein and Jo Weber met. She said it went well.")
    assert (speaker.name, speaker.name_reason) == (None, Reason.AMBIGUOUS)


def test_pronoun_passes_over_the_wrong_title() -> None:
    text = "Mr. Jonas Weber said it was over. The mayor met Mrs. Marta Klein. He said it was good."
    assert speakers(text)[-1].name == "Jonas Weber"


def test_pronoun_without_a_person_is_nobody_named() -> None:
    (speaker,) = speakers("It rained. She said it was over.")
    assert (speaker.name, speaker.name_reason, speaker.anonymous) == (None, Reason.NO_NAME, True)


def test_pronoun_after_an_unnamed_person_is_nobody_named() -> None:
    text = "“Yes,” said Marta Klein. But a steward who saw it said it was full. She told us: “It was full.”"
    assert [s.name for s in speakers(text)] == ["Marta Klein", None, None]


def test_pronoun_after_an_ambiguous_one_is_ambiguous() -> None:
    text = "Marta Klein and Jo Weber met. She said it went well. She added that it was over."
    assert [s.name_reason for s in speakers(text)] == [Reason.AMBIGUOUS] * 2


def test_title_resolves_to_its_one_holder() -> None:
    text = "President Marta Klein came. The president said it was over."
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.resolved_by) == ("Marta Klein", ResolvedBy.TITLE)


def test_title_of_two_holders_is_ambiguous() -> None:
    text = "President Marta Klein met President Jonas Weber. The president said it was over."
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.name_reason) == (None, Reason.AMBIGUOUS)


@pytest.mark.parametrize("words", ["Officials", "A spokesman", "Analysts", "A spokeswoman for the company", "Some"])
def test_unnamed_people_are_anonymous(words: str) -> None:
    (speaker,) = speakers(f"{words} said it was over.")
    assert (speaker.anonymous, speaker.name, speaker.name_reason) == (True, None, Reason.NO_NAME)


@pytest.mark.parametrize("words", ["The report", "The ministry", "A survey"])
def test_documents_and_offices_are_not_anonymous(words: str) -> None:
    (speaker,) = speakers(f"{words} said it was over.")
    assert (speaker.anonymous, speaker.name_reason) == (False, Reason.NO_NAME)


def test_group_pronoun_takes_the_group_that_spoke() -> None:
    text = "Officials said it was over. They added that it would take years."
    assert [s.anonymous for s in speakers(text)] == [True, True]


def test_owner_of_an_unnamed_speaker_is_not_the_speaker() -> None:
    (speaker,) = speakers("Marta Klein’s spokesman said it was over.")
    assert (speaker.name, speaker.anonymous) == (None, True)


def test_body_by_a_common_word_resolves_to_the_one_body_before() -> None:
    text = "The Tarrow Ferry Company sank. The Company said it was over."
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.resolved_by) == ("Tarrow Ferry Company", ResolvedBy.ORGANISATION)


def test_relative_clause_names_whom_it_explains() -> None:
    text = "It was bad for the mayor. Nobody was surprised by Marta Klein, who said that she would resign."
    assert [s.name for s in speakers(text)] == ["Marta Klein"]


def test_mention_is_the_name_among_the_words() -> None:
    extraction = extract(Article("President Marta Klein said it was over.", language="en"))
    speaker = extraction.claims[0].speaker
    assert speaker is not None
    assert speaker.mention is not None
    assert extraction.mentions[speaker.mention].text == "Marta Klein"
