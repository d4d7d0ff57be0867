"""Polarity, force and speech act follow the words of content and cue."""

import re
import time

import pytest

from schemas.extraction import Force, Form, Polarity, Span, SpeechAct, Voice
from services.extract.reading.stance.stance import Stance, form_in, is_denied, read_stance

AFFIRMED, DENIED = Polarity.AFFIRMED, Polarity.DENIED
_MARK = re.compile(r"[\[\]{}<>]")


def marked(shown: str) -> tuple[str, dict[str, list[Span]]]:
    """Return a text without its marks, and where [content], {cue} and <speaker> stand."""
    spans: dict[str, list[Span]] = {"[": [], "{": [], "<": []}
    text, opened = "", 0
    for part in re.split(r"([\[\]{}<>])", shown):
        if not _MARK.fullmatch(part):
            text += part
        elif part in spans:
            opened = len(text)
        else:
            spans[{"]": "[", "}": "{", ">": "<"}[part]].append((opened, len(text)))
    return text, spans


def stance(shown: str, voice: Voice = Voice.ATTRIBUTED) -> tuple[Stance, list[str]]:
    text, spans = marked(shown)
    read = read_stance(text, spans["["], spans["{"], spans["<"], voice=voice)
    return read, [text[start:end] for start, end in read.force_words]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("the bridge is not safe", True),
        ("the bridge isn’t safe", True),
        ("no such bill had been paid", True),
        ("nobody has asked", True),
        ("nobody’s asked", True),
        ("it never happened", True),
        ("it has no plans to close", True),
        ("it has neither agreed nor refused", True),
        ("he is not to be heard", True),
        ("me not to print it", True),
        ("no", True),
        ("she never saw it and did not ask", True),
        ("the bridge is safe", False),
        ("the bridge is unlikely to close", False),
        ("the firm failed to pay", False),
        ("it is not only a loan", False),
        ("nine piers, not ten, are safe", False),
        ("no matter what happens, the bridge stays", False),
        ("no matter which road they choose, nobody will pay", True),
        ("it was not impossible that it would close", False),
        ("every lease must ensure that the firm would not leave", False),
        ("people who do not vote are wrong", False),
        ("the men who had not been paid were sent home", False),
        ("if it does not rain, we go", False),
        ("there is no doubt that it is safe", False),
        ("everyone knows that nobody paid", True),
        ("I don't think it fell", True),
        ("I don't believe nobody paid", False),
        ("she left with what was not hers", False),
        ("they were advised to sign nothing", False),
        ("yes, but not on Monday", False),
        ("it fell, but nobody was hurt", False),
    ],
)
def test_main_clause_decides_denial(text: str, denied: bool) -> None:
    assert is_denied(text, (0, len(text))) is denied


@pytest.mark.parametrize(
    ("shown", "polarity", "force", "act"),
    [
        ("<Klein> {denied} that [it was unsafe].", DENIED, Force.BARE, SpeechAct.DENY),
        ("<Klein> {ruled} it {out}: [a retrial].", DENIED, Force.BARE, SpeechAct.DENY),
        ("<Klein>’s {denial} that [he took money] was heard.", DENIED, Force.BARE, SpeechAct.DENY),
        ("<Klein> has {withdrawn} [its statement].", DENIED, Force.BARE, SpeechAct.DENY),
        ("<Klein> {did not rule out} [further cuts].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> has never {denied} [the loan].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> refused to {rule out} [a strike].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("Nor does <she> {deny} [the loan].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Nobody> {denied} that [it was unsafe].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> {said} [he no longer rules out a leak].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> {does not expect} [the law to pass].", DENIED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> is {not convinced} [it will hold].", DENIED, Force.BARE, SpeechAct.SAY),
        ("<Klein> {did not accept} [he had lied].", DENIED, Force.BARE, SpeechAct.DENY),
        ("<Klein> {said} [it may close].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> {said} [May was a bad month].", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("<Klein> {hinted} that [it closes soon].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> {suggested} [it had been sold].", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("<Klein> {suggested} [selling it].", AFFIRMED, Force.PROPOSED, SpeechAct.PROPOSE),
        ("<Klein> {said} [it closes if it may rain].", AFFIRMED, Force.CONDITIONAL, SpeechAct.SAY),
        ("<Klein> {asked} [her if it was safe].", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("<Klein> {said} [it would close, provided the law passes].", AFFIRMED, Force.CONDITIONAL, SpeechAct.PROMISE),
        ("<Klein> {said} [it could have stood had he kept to the plan].", AFFIRMED, Force.CONDITIONAL, SpeechAct.SAY),
        ("<Klein> {said} [it reportedly could close].", AFFIRMED, Force.REPORTED, SpeechAct.SAY),
        ("<Klein> reportedly {told} friends [it was over].", AFFIRMED, Force.REPORTED, SpeechAct.SAY),
        ("<Klein> {said} [it should close].", AFFIRMED, Force.PROPOSED, SpeechAct.DEMAND),
        ("<Klein> {told} [us not to print it].", DENIED, Force.PROPOSED, SpeechAct.DEMAND),
        ("<Klein> {told} us [it was printed].", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("<Klein> {called for} [a strike].", AFFIRMED, Force.PROPOSED, SpeechAct.DEMAND),
        ("{his promise to} [close it]", AFFIRMED, Force.INTENDED, SpeechAct.PROMISE),
        ("<Klein> {agreed} [to close it].", AFFIRMED, Force.INTENDED, SpeechAct.PROMISE),
        ("<Klein> {agreed} [it was late].", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("[“We will close it,”] <Klein> {said}.", AFFIRMED, Force.INTENDED, SpeechAct.PROMISE),
        ("<Klein> {said} [he would close it].", AFFIRMED, Force.INTENDED, SpeechAct.PROMISE),
        ("<Klein> {said} [they would close it].", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("<The unions> {said} [they would resign].", AFFIRMED, Force.INTENDED, SpeechAct.WARN),
        ("[“It will rain,”] <Klein> {said}.", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("[“Look. It is safe. It was not before,”] <Klein> {said}.", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("[“Is it safe? It never was,”] <Klein> {said}.", DENIED, Force.BARE, SpeechAct.DENY),
        ("<Klein> {accused} [the board of lying].", AFFIRMED, Force.BARE, SpeechAct.ACCUSE),
        ("<Klein> {warned} that [it is unsafe].", AFFIRMED, Force.BARE, SpeechAct.WARN),
        ("{In} <her> {view} [the law is unfair].", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("{According to} <Klein>, [it isn’t safe].", DENIED, Force.BARE, SpeechAct.DENY),
        ("[“No.”] That was <Klein>’s word.", DENIED, Force.BARE, SpeechAct.DENY),
    ],
)
def test_stance_follows_the_words(shown: str, polarity: Polarity, force: Force, act: SpeechAct) -> None:
    found, _ = stance(shown)
    assert (found.polarity, found.force, found.act) == (polarity, force, act)


@pytest.mark.parametrize(
    ("shown", "polarity", "force", "act"),
    [
        ("[Minister denies leak]", DENIED, Force.BARE, SpeechAct.DENY),
        ("[Bank not for sale, says mayor]", DENIED, Force.BARE, SpeechAct.SAY),
        ("[Board keeps silent as river may rise]", AFFIRMED, Force.BARE, SpeechAct.SAY),
        ("[Firm offers talks]", AFFIRMED, Force.INTENDED, SpeechAct.PROMISE),
        ("[Mayor says bridge may close]", AFFIRMED, Force.HEDGED, SpeechAct.SAY),
        ("[Mayor: bridge is safe]", AFFIRMED, Force.BARE, SpeechAct.SAY),
    ],
)
def test_saying_of_a_headline_is_its_cue(shown: str, polarity: Polarity, force: Force, act: SpeechAct) -> None:
    found, _ = stance(shown, Voice.HEADLINE)
    assert (found.polarity, found.force, found.act) == (polarity, force, act)


def test_saying_in_the_articles_voice_is_no_cue() -> None:
    found, _ = stance("[The mayor who denied it has left]", Voice.ARTICLE)
    assert (found.polarity, found.act) == (AFFIRMED, SpeechAct.SAY)


def test_hearsay_of_nobody_is_reported() -> None:
    found, shown = stance("[It is understood that he was not told]", Voice.ARTICLE)
    assert (found.polarity, found.force, shown) == (DENIED, Force.REPORTED, ["It is understood"])


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("<Klein> {did not rule out} [further cuts].", ["did not rule out"]),
        ("<Klein> has never {denied} [the loan].", ["has never denied"]),
        ("<Klein> {ruled} nothing {out}.", []),
        ("[“We will not sell the pier,”] {said} <Oskine>.", ["will"]),
        ("<Klein> {vowed} [he would never sell].", ["would"]),
        ("<Klein> {said} [“If it rains,”] he added, [“we close.”]", ["If"]),
        ("<Klein> {said} [it cannot be entirely excluded].", ["cannot be entirely excluded"]),
    ],
)
def test_words_that_decide_the_force_are_kept(shown: str, words: list[str]) -> None:
    assert stance(shown)[1] == words


@pytest.mark.parametrize(
    ("shown", "quotations", "form"),
    [
        ("[“It stands,”] he said. [“Ask anyone.”]", ["“It stands,”", "“Ask anyone.”"], Form.DIRECT),
        ("he said [it “stands where it has always stood”]", ["“stands where it has always stood”"], Form.MIXED),
        ("he said [it was a “done deal”]", ["“done deal”"], Form.PARTIAL),
        ("he said [it stands]", [], Form.INDIRECT),
        ("“He said that [it stands],” she said", ["“He said that it stands,”"], Form.INDIRECT),
        ("he said [“no” was not a “yes”]", ["“no”", "“yes”"], Form.PARTIAL),
    ],
)
def test_form_follows_the_quotations_of_the_content(shown: str, quotations: list[str], form: Form) -> None:
    text, spans = marked(shown)
    quoted = [(text.index(quotation), text.index(quotation) + len(quotation)) for quotation in quotations]
    assert form_in(text, spans["["], quoted) is form


@pytest.mark.parametrize("unit", ["if not ", "x", "“", "no, ", "which who that ", "he would had he ", "’s "])
def test_hostile_content_costs_bounded_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    read_stance(text, [(0, len(text))], [(10, len(text))], [(0, len(text))])
    assert time.process_time() - start < 2
