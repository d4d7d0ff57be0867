"""Contents, cues and speakers are told apart."""

import pytest

from schemas.extraction import Claim, Form, Voice
from services.extract.reading.article import SERVED_MIN_CONFIDENCE, Article, confident, extract


def claims(text: str, minimum: float = 0.0) -> list[Claim]:
    found = confident(extract(Article(text, language="en")), minimum)
    return [claim for claim in found.claims if claim.voice is Voice.ATTRIBUTED]


def read(text: str, minimum: float = 0.0) -> list[tuple[str | None, str | None, str]]:
    return [
        (claim.speaker.text if claim.speaker else None, claim.cue.text if claim.cue else None, claim.content.text)
        for claim in claims(text, minimum)
    ]


@pytest.mark.parametrize(
    ("text", "speaker", "cue", "content"),
    [
        ("Klein said that the bridge is safe.", "Klein", "said", "the bridge is safe"),
        ("A source said that would not be soon.", "A source", "said", "that would not be soon"),
        ("Klein said the bridge is safe.", "Klein", "said", "the bridge is safe"),
        ("Officials said Tuesday that the bridge was closed.", "Officials", "said", "the bridge was closed"),
        ("The bridge is safe, Klein said.", "Klein", "said", "The bridge is safe"),
        ("The bridge is safe, said Ms Klein.", "Ms Klein", "said", "The bridge is safe"),
        ("The bridge, Klein said, is safe.", "Klein", "said", "The bridge … is safe"),
        ("According to Klein, the bridge is safe.", "Klein", "According to", "the bridge is safe"),
        ("The bridge is safe, according to Klein.", "Klein", "according to", "The bridge is safe"),
        ("The bridge, according to the report, is safe.", "the report", "according to", "The bridge … is safe"),
        ('"It is safe," Klein said.', "Klein", "said", '"It is safe,"'),
        ("“It is safe,” said Klein.", "Klein", "said", "“It is safe,”"),
        ("‘It is safe’, said Klein.", "Klein", "said", "‘It is safe’"),
        ('Klein said: "It is safe."', "Klein", "said", '"It is safe."'),
        ('Marta Klein: "We are ready."', "Marta Klein", ":", '"We are ready."'),
        ('"It," she said, "is safe."', "she", "said", '"It," … "is safe."'),
        ('"It is safe," Klein grinned, "and dry."', "Klein", "grinned", '"It is safe," … "and dry."'),
        ('"It is safe," snapped Klein, "and dry."', "Klein", "snapped", '"It is safe," … "and dry."'),
        ('"It is safe," Klein said. "It always was."', "Klein", "said", '"It is safe," … "It always was."'),
        ("Klein, who chairs the board, said it was safe.", "Klein", "said", "it was safe"),
        ("“It is safe,” said Klein, a lawyer.", "Klein, a lawyer", "said", "“It is safe,”"),
        ("Some want to sue the council for the money.", "Some", "want", "to sue the council for the money"),
        ("The mayor promised to cut taxes.", "The mayor", "promised", "to cut taxes"),
        ("Klein accused the board of lying.", "Klein", "accused", "the board of lying"),
        ("Klein called for an inquiry.", "Klein", "called for", "an inquiry"),
        ("The company ordered its workers to stay at home.", "The company", "ordered", "its workers to stay at home"),
        ("Klein told reporters on Friday that it was safe.", "Klein", "told", "it was safe"),
        ("The union waits for the law, which Klein has rejected.", "Klein", "rejected", "the law"),
        (
            "The plan would raise taxes in Orle, something that the mayor rejected.",
            "the mayor",
            "rejected",
            "raise taxes in Orle",
        ),
        ("The plan would raise taxes, a charge that the mayor rejected.", "the mayor", "rejected", "raise taxes"),
        ('Klein wrote:\n\n"This is the whole letter."', "Klein", "wrote", '"This is the whole letter."'),
    ],
)
def test_claim_has_its_parts(text: str, speaker: str, cue: str, content: str) -> None:
    assert read(text) == [(speaker, cue, content)]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Prosecutors said Klein took bribes, a charge which he denies.", ("he", "denies", "Klein took bribes")),
        (
            "Venn accused the board of lying, an accusation that Klein denied.",
            ("Klein", "denied", "the board of lying"),
        ),
    ],
)
def test_what_is_taken_up_again_is_what_was_said(text: str, denied: tuple[str, str, str]) -> None:
    assert denied in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "The council published its plan, a plan that the mayor rejected.",
        "He signed an order, something that the court rejected on Friday.",
        "The house has a garden and a terrace, a view that tourists praised.",
    ],
)
def test_what_nobody_said_is_not_taken_up_again(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “green zone” was quiet.",
        "She loves “War and Peace” and reads it often.",
        "He declined to say whether taxes would rise.",
        "The mayor refused to comment.",
        "It should be noted that the bridge is old.",
        "The pay demands being drafted remain secret.",
        "Klein did not say that the bridge is safe.",
        "This suggests that the bridge is old.",
        "Klein was told that the bridge is old.",
    ],
)
def test_what_nobody_says_is_no_served_claim(text: str) -> None:
    assert read(text, SERVED_MIN_CONFIDENCE) == []


def test_participle_speaks_for_the_subject_of_its_sentence() -> None:
    text = "Klein changed her mind on Monday, stating that the bridge is safe."
    assert read(text) == [("Klein", "stating", "the bridge is safe")]


def test_content_stops_where_its_speaker_goes_on() -> None:
    text = "Klein said the bridge had failed, but insisted that she would stay."
    assert read(text) == [("Klein", "said", "the bridge had failed"), ("Klein", "insisted", "she would stay")]


def test_denial_before_according_to_is_kept_whole() -> None:
    text = "The town has not seen any bids, though some may come, according to Marta Klein."
    (claim,) = claims(text)
    first, last = claim.content.spans[0], claim.content.spans[-1]
    assert text[slice(*first)].startswith("The town has not seen any bids")
    assert text[slice(*last)].endswith("some may come")
    assert claim.polarity.value == "denied"


def test_question_is_never_the_answer() -> None:
    (claim,) = claims("Asked whether the plan was dead, she said no.")
    assert (claim.content.text, claim.polarity.value) == ("no", "denied")
    assert claim.question is not None
    assert claim.question.text == "the plan was dead"


def test_question_behind_a_quotation_is_kept() -> None:
    (claim,) = claims('"We never do that," Klein said when asked if taxes would rise.')
    assert (claim.content.text, claim.question and claim.question.text) == (
        '"We never do that,"',
        "taxes would rise",
    )


def test_wordless_answer_leaves_what_is_stated() -> None:
    text = "When asked if the town would pay, Klein replied negatively, saying no such bill existed."
    assert read(text, SERVED_MIN_CONFIDENCE) == [("Klein", "saying", "no such bill existed")]


def test_claim_inside_a_claim_is_nested() -> None:
    outer, inner = claims("Anna Schmidt said that the ministry had announced that the bridge was safe.")
    found = (outer.content.text, inner.content.text, inner.nested_in)
    assert found == ("the ministry had announced that the bridge was safe", "the bridge was safe", 0)


def test_quotation_of_its_own_goes_to_who_spoke_last() -> None:
    first, second = claims('Klein said the bridge is bad.\n\n"It has been bad for many years."')
    assert second.cue in (None, first.cue)
    assert second.speaker == first.speaker
    assert second.form is Form.DIRECT


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('"It is safe," Klein said.', Form.DIRECT),
        ("Klein said it was safe.", Form.INDIRECT),
        ('Klein said it was "a very safe bridge" now.', Form.MIXED),
        ('Klein said it was "safe" now.', Form.PARTIAL),
    ],
)
def test_form_follows_the_quotation(text: str, form: Form) -> None:
    assert [claim.form for claim in claims(text)] == [form]
