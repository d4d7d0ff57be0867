"""Speakers of any phrase, asked for directly, resolve by what their article tells of persons, roles and bodies."""

import re

import pytest

from schemas.extraction import Mention, MentionType, Reason, ResolvedBy, Speaker
from services.extract.reading.language.stretches import find_stretches
from services.extract.reading.layout.layout import lay_out
from services.extract.reading.speakers.speakers import Speakers

PEOPLE = (
    "Marta Klein",
    "Jonas Weber",
    "Ilka Ferro",
    "Ane Caldo",
    "Oru Tamm",
    "Klein",
    "Weber",
    "Ferro",
    "Caldo",
    "Tamm",
)
ORGS = ("Calder Rail", "Port Council", "Brask Courier", "Fishers’ Union")


def reading(text: str) -> Speakers:
    full = {name.split()[-1]: name for name in PEOPLE if " " in name}
    found: dict[int, Mention] = {}
    for names, kind in ((PEOPLE, MentionType.PERSON), (ORGS, MentionType.ORG)):
        for name in names:
            for match in re.finditer(rf"\b{name}\b", text):
                mention = Mention(span=match.span(), text=name, type=kind, name=full.get(name, name))
                if not any(m.span[0] <= match.start() < m.span[1] for m in found.values()):
                    found[match.start()] = mention
    layout = lay_out(text)
    stretches = tuple(find_stretches(text, layout.sentences, layout.places, layout.quotes, layout.lines))
    return Speakers(text, tuple(found[start] for start in sorted(found)), stretches)


def ask(text: str, *outer: tuple[str, str]) -> Speaker:
    """Resolve the words between braces; ``outer``: speakers and contents of claims around them, asked for before."""
    start = text.index("{")
    end = text.index("}") - 1
    plain = text.replace("{", "").replace("}", "")
    speakers = reading(plain)
    for words, content in outer:
        at, said = plain.index(words), plain.index(content)
        speakers.resolve((at, at + len(words)), 0, at, content=((said, said + len(content)),))
    speaker = speakers.resolve((start, end), 0, start)
    assert speaker is not None
    return speaker


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Marta Klein told Jonas Weber to wait. {She} said it was late.", "Marta Klein"),
        ("Mrs Klein wrote to Mr Weber. It was late, {he} said.", "Jonas Weber"),
        ("Marta Klein spoke first. Jonas Weber had assured her of help, {she} said.", "Marta Klein"),
        ("Ane Caldo resigned. Asked about Oru Tamm, {she} said no.", "Ane Caldo"),
        ("Ane Caldo, whose brother is Oru Tamm, said {she} knew.", "Ane Caldo"),
        ("{He} swore it was safe. But engineer Oru Tamm had seen the crack.", "Oru Tamm"),
        ("His sister, Ane Caldo, came with Oru Tamm. It was late, {she} said.", "Ane Caldo"),
        ("Ane Caldo told Ilka Ferro to go, and {she} said she would.", "Ilka Ferro"),
        ("Ane Caldo came. According to {her}, it was late.", "Ane Caldo"),
    ],
)
def test_pronoun_goes_to_the_fitting_person(text: str, name: str) -> None:
    speaker = ask(text)
    assert (speaker.name, speaker.resolved_by) == (name, ResolvedBy.PRONOUN)


def test_pronoun_after_an_encounter_of_two_is_ambiguous() -> None:
    speaker = ask("Ane Caldo met Ilka Ferro on the quay. She had not slept, {she} said afterwards.")
    assert (speaker.name, speaker.name_reason, speaker.anonymous) == (None, Reason.AMBIGUOUS, False)


def test_pronoun_inside_a_quotation_is_not_its_speaker() -> None:
    text = "Jonas Weber left early. Oru Tamm was angry. “{He} said it was safe,” Tamm shouted."
    assert ask(text, ("Tamm shouted"[:4], "He said it was safe")).name == "Jonas Weber"


def test_first_person_is_who_is_quoted() -> None:
    text = "“{I} said no,” Oru Tamm answered."
    assert ask(text, ("Oru Tamm", "“I said no,”")).name == "Oru Tamm"


def test_first_person_outside_a_quotation_is_the_author() -> None:
    assert ask("The quay\n\nBy Ane Caldo\n\nThe quay is old. {I} think that it will fall.").name == "Ane Caldo"


def test_second_person_is_who_answers_next() -> None:
    text = "Klein: “It is late.”\n\n{You} promised a bridge.\n\nKlein: “I did.”\n\nAnd?\n\nKlein: “It came.”"
    assert ask(text).name == "Marta Klein"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Marta Klein, mayor of the town, came late. {The mayor} said no.", "Marta Klein"),
        ("The deputy minister, Oru Tamm, met the minister, Jonas Weber. {The deputy minister} said no.", "Oru Tamm"),
        ("{A former guard} claims it was known. Oru Tamm, 58, says he told them.", "Oru Tamm"),
        ("Oru Tamm spoke for an hour. “It is a lie,” said {the politician}.", "Oru Tamm"),
        ("“It broke,” said {a teller}, who asked to be called only Ane Caldo.", "Ane Caldo"),
        ("{Her granddaughter} said no. Ane Caldo’s granddaughter Ilka Ferro had come too.", "Ilka Ferro"),
    ],
)
def test_role_is_who_holds_it(text: str, name: str) -> None:
    speaker = ask(text)
    assert (speaker.name, speaker.resolved_by) == (name, ResolvedBy.TITLE)


def test_office_of_nobody_named_is_not_who_spoke_before() -> None:
    speaker = ask("Finance minister Oru Tamm spoke. {The captain} said the valve had failed.")
    assert (speaker.name, speaker.anonymous, speaker.name_reason) == (None, True, Reason.NO_NAME)


def test_unnamed_person_met_before_stays_unnamed() -> None:
    text = "Oru Tamm was right, a former player said. He won, {the player} said."
    assert (ask(text).name, ask(text).anonymous) == (None, True)


@pytest.mark.parametrize(
    ("text", "name", "anonymous"),
    [
        ("Calder Rail runs it. {The company} said it was safe.", "Calder Rail", False),
        ("Calder Rail told the Brask Courier so. {It} said the line was safe.", "Calder Rail", False),
        ("The Port Council met Calder Rail. {The council} said no.", "Port Council", False),
        ("{A spokesman for Calder Rail} said no.", "Calder Rail", True),
        ("The Port Council met. {A council spokeswoman} said no.", "Port Council", True),
        ("{An official of Calder Rail} said no.", "Calder Rail", True),
        ("{A report by the Port Council} found a crack.", "Port Council", False),
        ("A spokeswoman for Calder Rail came. It was safe, {she} said.", "Calder Rail", True),
    ],
)
def test_body_and_who_speaks_for_it_resolve_to_the_body(text: str, name: str, anonymous: bool) -> None:
    speaker = ask(text)
    assert (speaker.name, speaker.anonymous) == (name, anonymous)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("Oru Tamm spoke. {President Tamm’s willingness} showed that it was late.", ResolvedBy.NAME),
        ("Oru Tamm spoke. {His letter} says that it was late.", ResolvedBy.PRONOUN),
        ("{The opinion of Professor Oru Tamm} says that it was late.", ResolvedBy.NAME),
    ],
)
def test_words_of_a_person_speak_for_the_person(text: str, by: ResolvedBy) -> None:
    speaker = ask(text)
    assert (speaker.name, speaker.resolved_by) == ("Oru Tamm", by)


def test_name_of_a_body_is_a_name() -> None:
    assert ask("{Calder Rail} said no.").resolved_by is ResolvedBy.NAME


@pytest.mark.parametrize(
    "words",
    [
        "Officials",
        "Two of the nine jurors",
        "Some",
        "One of them",
        "A lawyer for Oru Tamm",
        "City Hall sources",
        "Both",
    ],
)
def test_generic_speakers_are_anonymous(words: str) -> None:
    speaker = ask(f"It was late, {{{words}}} said.")
    assert (speaker.name, speaker.name_reason, speaker.anonymous) == (None, Reason.NO_NAME, True)


@pytest.mark.parametrize("words", ["The ministry", "The police", "A letter seen by the Brask Courier", "Her office"])
def test_offices_and_writings_without_a_name_are_not_anonymous(words: str) -> None:
    speaker = ask(f"It was late. {{{words}}} said no.")
    assert (speaker.name, speaker.name_reason, speaker.anonymous) == (None, Reason.NO_NAME, False)


def test_group_pronoun_takes_whom_the_sentence_before_is_about() -> None:
    speaker = ask("Opposition deputies called it muddled. {They} demanded a vote.")
    assert (speaker.name, speaker.anonymous) == (None, True)


def test_relative_pronoun_is_its_antecedent() -> None:
    assert ask("It was bad for Oru Tamm, {who} has promised to resign.").name == "Oru Tamm"


def test_order_of_the_questions_does_not_matter() -> None:
    text = "Ane Caldo spoke. It was late, she said. Oru Tamm left. It was early, he said."
    spans = [match.span() for match in re.finditer(r"\b(?:she|he)\b", text)]
    forth, back = reading(text), reading(text)
    first = [speaker.name for span in spans if (speaker := forth.resolve(span, 0, span[0]))]
    last = [speaker.name for span in reversed(spans) if (speaker := back.resolve(span, 0, span[0]))]
    assert first == last[::-1] == ["Ane Caldo", "Oru Tamm"]


def test_given_name_tells_a_gender_that_the_article_does_not() -> None:
    assert ask("Marta Klein wrote to Jonas Weber. It was late, {he} said.").name == "Jonas Weber"


def test_title_outweighs_a_given_name() -> None:
    text = "Mr Marta Klein came. “No,” {he} said."
    assert ask(text).name == "Marta Klein"


def test_given_name_outweighs_pronouns_that_mean_another() -> None:
    text = "Marta Klein said he knew. Marta Klein added that he had slept. “No,” {he} said."
    assert ask(text).name is None


def test_trade_beside_a_name_tells_whose_the_company_is() -> None:
    text = "Calder Rail, the operator, paid the Fishers’ Union. {The operator} said so."
    assert ask(text).name == "Calder Rail"


def test_witness_is_one_person() -> None:
    assert ask("{The first witness, Jonas Weber, once a clerk}, said so.").name == "Jonas Weber"


def test_lawyers_of_a_person_are_not_that_person() -> None:
    assert ask("Jonas Weber came. {Weber’s lawyers} said so.").name is None
