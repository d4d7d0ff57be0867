"""Polarity, force and speech act follow the words."""

import pytest

from schemas.extraction import Force, Polarity, SpeechAct
from services.extract.reading.article import Article, extract
from services.extract.reading.stance import is_denied


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("the bridge is not safe", True),
        ("the bridge isn’t safe", True),
        ("no such bill had been paid", True),
        ("nobody has asked", True),
        ("it never happened", True),
        ("it has no plans to close", True),
        ("the bridge is safe", False),
        ("the bridge is unlikely to close", False),
        ("the firm failed to pay", False),
        ("it is not only a loan", False),
        ("no matter what happens, the bridge stays", False),
        ("no matter which road they choose, nobody will pay", True),
        ("it was not impossible that it would close", False),
        ("every lease must ensure that the firm would not leave", False),
        ("people who do not vote are wrong", False),
        ("if it does not rain, we go", False),
        ("there is no doubt that it is safe", False),
    ],
)
def test_main_clause_decides_denial(text: str, denied: bool) -> None:
    assert is_denied(text, (0, len(text))) is denied


@pytest.mark.parametrize(
    ("text", "polarity", "force", "act"),
    [
        ("Klein denied that it was unsafe.", Polarity.DENIED, Force.BARE, SpeechAct.DENY),
        ("Klein rejected the offer.", Polarity.DENIED, Force.BARE, SpeechAct.DENY),
        ("The court ruled out a retrial.", Polarity.DENIED, Force.BARE, SpeechAct.DENY),
        ("The ministry has withdrawn its statement.", Polarity.DENIED, Force.BARE, SpeechAct.DENY),
        ("Klein did not rule out further cuts.", Polarity.AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("Klein did not deny that talks were held.", Polarity.AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("Klein does not expect the law to pass.", Polarity.DENIED, Force.BARE, SpeechAct.DEEM),
        ("Klein said it was not impossible.", Polarity.AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("Klein said it may close.", Polarity.AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("Klein hinted that it closes soon.", Polarity.AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("Klein said it closes if it may rain.", Polarity.AFFIRMED, Force.CONDITIONAL, SpeechAct.SAY),
        ("Klein said it would close, provided the law passes.", Polarity.AFFIRMED, Force.CONDITIONAL, SpeechAct.SAY),
        ("Klein said it reportedly could close.", Polarity.AFFIRMED, Force.REPORTED, SpeechAct.SAY),
        ("Klein said it should close.", Polarity.AFFIRMED, Force.PROPOSED, SpeechAct.SAY),
        ("Klein demanded that it be closed.", Polarity.AFFIRMED, Force.PROPOSED, SpeechAct.DEMAND),
        ("Klein promised to close it.", Polarity.AFFIRMED, Force.INTENDED, SpeechAct.PROMISE),
        ("“We will close it,” Klein said.", Polarity.AFFIRMED, Force.INTENDED, SpeechAct.SAY),
        ("“It will rain,” Klein said.", Polarity.AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("“I believe that it is not safe,” Klein said.", Polarity.DENIED, Force.BARE, SpeechAct.SAY),
        ("“It is safe. It was not before,” Klein said.", Polarity.AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("Klein accused the board of lying.", Polarity.AFFIRMED, Force.BARE, SpeechAct.ACCUSE),
        ("Klein warned that it is unsafe.", Polarity.AFFIRMED, Force.BARE, SpeechAct.WARN),
    ],
)
def test_stance_follows_the_words(text: str, polarity: Polarity, force: Force, act: SpeechAct) -> None:
    (claim,) = extract(Article(text, language="en")).claims
    assert (claim.polarity, claim.force, claim.speech_act) == (polarity, force, act)


def test_words_that_decide_the_force_are_kept() -> None:
    (claim,) = extract(Article("Klein did not rule out further cuts.", language="en")).claims
    assert claim.force_words is not None
    assert claim.force_words.text == "did not rule out"


def test_turn_into_denial_makes_two_claims() -> None:
    text = "According to Klein, it is being discussed, but no one has asked her."
    claims = extract(Article(text, language="en")).claims
    assert [(claim.content.text, claim.polarity) for claim in claims] == [
        ("it is being discussed", Polarity.AFFIRMED),
        ("no one has asked her", Polarity.DENIED),
    ]


def test_words_of_force_leave_out_the_quotation_mark_before_them() -> None:
    text = '"We will not sell the pier," said Petr Oskine.'
    (claim,) = extract(Article(text)).claims
    assert (claim.force, claim.force_words and claim.force_words.text) == (Force.INTENDED, "We will")
