import pytest

from schemas.extraction import Span
from services.extract.reading.statements.unsaid import SENTENCE_MAX_TOKENS, Clause, Said, find_clauses

NOBODY = ("", "", "")


def at(text: str, words: str) -> tuple[Span, ...]:
    start = text.index(words)
    return ((start, start + len(words)),) if words else ()


def clauses(text: str, *said: tuple[str, str, str]) -> list[Clause]:
    claims = [Said(at(text, content), at(text, cue), at(text, speaker)) for content, cue, speaker in said]
    return list(find_clauses(text, (0, len(text)), claims))


def shown(text: str, *said: tuple[str, str, str]) -> list[str]:
    return [" … ".join(text[slice(*span)] for span in clause.spans) for clause in clauses(text, *said)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge was never inspected.", ["The bridge was never inspected"]),
        ("However, the bridge was shut.", ["the bridge was shut"]),
        ("So far it has held.", ["So far it has held"]),
        ("The span, which is old, fell at dawn.", ["The span … fell at dawn"]),
        ("The span fell on the ferry crew, who were asleep.", ["The span fell on the ferry crew"]),
        ("Two hundred jobs will go, the Courier can reveal.", ["Two hundred jobs will go"]),
        ("The road was shut at five, and no one was hurt.", ["The road was shut at five", "no one was hurt"]),
        ("The firm closed the yard and opened a shop.", ["The firm closed the yard and opened a shop"]),
        (
            "Ines Caldo left in May and had no key to the yard.",
            ["Ines Caldo left in May", "Ines Caldo … had no key to the yard"],
        ),
        ("The yard has two docks; the third was filled in.", ["The yard has two docks", "the third was filled in"]),
        ("Will it hold?", []),
        ("Not now.", []),
    ],
)
def test_clauses_of_a_sentence_without_claims(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("The pier is shut, Ferro said.", ("The pier is shut", "said", "Ferro"), []),
        ("Two men fell; one, she said, lives.", ("one", "said", "she"), ["Two men fell"]),
        (
            "The cause remains unknown, but experts believe a bolt broke.",
            ("a bolt broke", "believe", "experts"),
            ["The cause remains unknown"],
        ),
        (
            "The plan does not touch the pier, something that Ferro has rejected.",
            ("something", "rejected", "Ferro"),
            ["The plan does not touch the pier"],
        ),
        ("After the storm, Ferro said it was shut.", ("it was shut", "said", "Ferro"), []),
        ("Asked about the pier, Ferro said no.", ("no", "said", "Ferro"), []),
    ],
)
def test_clauses_beside_a_claim(text: str, said: tuple[str, str, str], expected: list[str]) -> None:
    assert shown(text, said) == expected


def test_clause_around_what_its_noun_reports_is_whole() -> None:
    text = "Reports that the pier fell are without any foundation."
    [clause] = clauses(text, ("the pier fell", "Reports", ""))
    assert (clause.spans, clause.holds) == (((0, len(text) - 1),), True)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("It is said that the pier will be sold.", "It is said"),
        ("The pier is widely believed to be unsafe.", "is widely believed to"),
        ("One man is reportedly in hospital.", "reportedly"),
        ("There is talk in town of an inquiry.", "There is talk"),
        ("Officially it is nine.", "Officially "),
    ],
)
def test_hearsay_of_nobody_is_found_with_its_frame(text: str, frame: str) -> None:
    [clause] = clauses(text)
    assert clause.hearsay is not None
    assert text[slice(*clause.hearsay)] == frame
    assert shown(text) == [text.rstrip(".")]


def test_claim_whose_cue_is_hearsay_of_nobody_takes_nothing() -> None:
    text = "It is thought that nine men fell, and one is reportedly dead."
    assert shown(text, ("nine men fell", "is thought", "It")) == [
        "It is thought that nine men fell",
        "one is reportedly dead",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The pier is believed by engineers to be unsafe.", ("to be unsafe", "is believed", "engineers")),
        ("Ferro reportedly denied the leak.", ("the leak", "denied", "Ferro")),
        ("Ferro said the pier is believed to be safe.", ("the pier is believed to be safe", "said", "Ferro")),
    ],
)
def test_hearsay_of_somebody_is_no_clause(text: str, said: tuple[str, str, str]) -> None:
    assert shown(text, said) == []


def test_sentence_that_is_a_list_yields_nothing() -> None:
    assert shown("the pier was shut, " * SENTENCE_MAX_TOKENS) == []
