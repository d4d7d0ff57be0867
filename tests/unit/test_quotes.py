"""Quotation marks are paired by rule."""

import pytest

from services.extract.reading.layout.paragraphs import find_paragraphs
from services.extract.reading.layout.quotes import ends_speech, find_quotes


def quotes(text: str) -> list[list[str]]:
    return [[text[a:b] for a, b in quote.spans] for quote in find_quotes(text, find_paragraphs(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said "we won" today.', ['"we won"']),
        ("He said “we won” today.", ["“we won”"]),
        ("He said «we won» today.", ["«we won»"]),
        ("He said „we won“ today.", ["„we won“"]),
        ("He said ''we won'' today.", ["''we won''"]),
        ("He said ‘we won’ today.", ["‘we won’"]),
        ("He said 'we won' today.", ["'we won'"]),
        ("“She told me ‘go home’ twice,” he said.", ["“She told me ‘go home’ twice,”"]),
        ("\"She told me 'go home' twice,\" he said.", ["\"She told me 'go home' twice,\""]),
        ("‘The officials’ plan isn’t bad,’ he said.", ["‘The officials’ plan isn’t bad,’"]),
        ("Tom’s and the Smiths’ house, rock ’n’ roll, the ’90s.", []),
        ("Tom's and the Smiths' house, rock 'n' roll, the '90s.", []),
        ('A 6" pipe and a 5\' 10" man.', []),
        ("“The first. “The second,” he said.", ["“The second,”"]),
        ("He said \"yes\" and 'no' and “never”.", ['"yes"', "'no'", "“never”"]),
    ],
)
def test_marks_are_paired(text: str, expected: list[str]) -> None:
    assert quotes(text) == [[quote] for quote in expected]


def test_quotation_over_paragraphs_is_one_with_several_spans() -> None:
    text = "“The first part.\n\n“The second part.\n\n“The end,” he said."
    assert quotes(text) == [["“The first part.", "“The second part.", "“The end,”"]]


def test_straight_quotation_over_paragraphs_is_one_with_several_spans() -> None:
    assert quotes('"The first part.\n\n"The end," he said. "Really."') == [
        ['"The first part.', '"The end,"'],
        ['"Really."'],
    ]


def test_unclosed_quotation_ends_with_its_paragraph() -> None:
    (quote,) = find_quotes("“Never closed.\nNo mark here.", find_paragraphs("“Never closed.\nNo mark here."))
    assert (quote.spans, quote.closed) == (((0, 14),), False)


def test_stray_mark_inside_a_paragraph_is_no_quotation() -> None:
    assert quotes("He said “we won and left.\n\n“I did,” she said.") == [["“I did,”"]]


@pytest.mark.parametrize(
    ("text", "ends"), [('"yes,"', True), ('"yes", ', True), ('"yes" man', False), ('"Why?"', True)]
)
def test_speech_ends_with_a_stop_or_comma(text: str, ends: bool) -> None:
    assert ends_speech(text, (0, text.rindex('"') + 1)) is ends
