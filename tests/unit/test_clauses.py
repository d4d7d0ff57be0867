"""Where one statement of a speaker ends and another begins."""

import re

import pytest

from services.extract.reading.attribution.clauses import TURN_CODE_POINTS, cuts_in


def parts(text: str, quoted: str | None = None) -> list[str]:
    """Return what the cuts leave of a text; the words in braces are the cue of another attribution."""
    cues = [(found.start() - 2 * n, found.end() - 2 * n - 2) for n, found in enumerate(re.finditer(r"\{.*?\}", text))]
    plain = text.replace("{", "").replace("}", "")
    spans = [(plain.index(quoted), plain.index(quoted) + len(quoted))] if quoted else []
    found, start = [], 0
    for before, after in cuts_in(plain, (0, len(plain)), spans, cues):
        found.append(plain[start:before])
        start = after
    return [*found, plain[start:]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it was safe and that it was new", ["it was safe", "it was new"]),
        ("it was safe, that it had been painted", ["it was safe", "it had been painted"]),
        ("it was safe; the rest was new", ["it was safe", "the rest was new"]),
        ("it had been paid and could be shut", ["it had been paid", "could be shut"]),
        ("it is discussed, but nobody has asked him", ["it is discussed", "nobody has asked him"]),
        ("it was a draft and had never been sent", ["it was a draft", "had never been sent"]),
        ("it was safe but {denied} that it was new", ["it was safe", ""]),
    ],
)
def test_statements_of_their_own_are_parted(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "it was safe and had been painted",
        "the council and the mayor would come",
        "apples; pears",
        "it was safe that night",
        "Klein and Weber {said} so",
    ],
)
def test_one_statement_stays_whole(text: str) -> None:
    assert parts(text) == [text.replace("{", "").replace("}", "")]


def test_quotation_is_not_parted() -> None:
    text = "“it was safe and that it was new”"
    assert parts(text, quoted=text) == [text]


def test_turn_is_looked_for_in_the_first_sentence_alone() -> None:
    long = "it was safe " * (TURN_CODE_POINTS // 12 + 1)
    assert parts(f"{long}; the rest was new") == [f"{long}; the rest was new"]
