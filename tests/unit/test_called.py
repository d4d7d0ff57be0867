"""What a speaker's words call a person beside the name."""

import pytest

from schemas.extraction import Mention, MentionType, ResolvedBy, Speaker
from services.extract.reading.speakers.called import find_called

PEOPLE = ("Odra Venn", "Bo Karr", "Lise Korn")


def called(words: str, name: str = "Odra Venn") -> list[str]:
    """Read words that begin somewhere in a text, in which all of ``PEOPLE`` are names."""
    text = f"On Monday {words} said so."
    start = len("On Monday ")
    found = [(text.index(one), one) for one in {*PEOPLE, name} if one in text]
    mentions = [
        Mention(span=(at, at + len(one)), text=one, type=MentionType.PERSON, name=one) for at, one in sorted(found)
    ]
    number = next(at for at, one in enumerate(mentions) if one.text == name)
    span = (start, start + len(words))
    speaker = Speaker(spans=(span,), text=words, mention=number, name=name, resolved_by=ResolvedBy.NAME)
    return find_called(text, speaker, mentions)


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("harbour master Odra Venn", ["harbour master"]),
        ("President Odra Venn", ["President"]),
        ("its president, Odra Venn", ["president"]),
        ("the port's former head of safety, Odra Venn", ["port's former head of safety"]),
        ("The Chairman, Mr Odra Venn", ["Chairman"]),
        ("the Chairman, the Hon. Odra Venn", []),
        ("Odra Venn, head of the port, 58", ["head of the port"]),
        ("Odra Venn, formerly head of the port", ["formerly head of the port"]),
        ("General Odra Venn, Deputy Minister of Transport", ["General", "Deputy Minister of Transport"]),
        ("Mayor “Odra Venn", ["Mayor"]),
        ("Odra Venn, head of the port, Bo Karr and Lise Korn", ["head of the port"]),
        ("Odra Venn", []),
        ("Mr Odra Venn", []),
        ("Dr. Odra Venn", []),
        ("The Odra Venn", []),
        ("both Odra Venn", []),
        ("a smiling Odra Venn", []),
        ("Odra Venn, Jr.", []),
        ("Odra Venn, from Leeds", []),
        ("Odra Venn, 58 years old", []),
        ("Odra Venn, her", []),
        ("Odra Venn, who runs the port", []),
        ("Odra Venn, aged 58", []),
        ("his wife, Odra Venn", []),
        ("Odra Venn, his wife", []),
        ("a report by Odra Venn", []),
        ("the wife of President Odra Venn", []),
        ("the expert opinion of Captain Odra Venn", []),
        ("Odra Venn, Bo Karr and Lise Korn", []),
        ("Odra Venn and the mayor, Lise Korn", []),
        ("the mayor, Bo Karr, and Odra Venn", []),
        (f"Odra Venn, {'very ' * 20}old mayor", []),
    ],
)
def test_role_is_what_stands_beside_the_name(words: str, roles: list[str]) -> None:
    assert called(words) == roles


def test_what_is_no_person_is_called_nothing() -> None:
    text = "The owner, Kestrel Line said so."
    mentions = [Mention(span=(11, 23), text="Kestrel Line", type=MentionType.ORG, name="Kestrel Line")]
    speaker = Speaker(spans=((0, 23),), text=text[:23], mention=0, name="Kestrel Line", resolved_by=ResolvedBy.NAME)
    assert find_called(text, speaker, mentions) == []


def test_speaker_without_a_name_is_called_nothing() -> None:
    speaker = Speaker(spans=((0, 9),), text="the mayor", name_reason="no_name")
    assert find_called("the mayor said so.", speaker, []) == []
