"""Paragraphs and sentences have the right edges."""

import pytest

from schemas.events import ParagraphKind
from services.extract.reading.layout.paragraphs import find_paragraphs
from services.extract.reading.layout.sentences import find_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in find_sentences(text, find_paragraphs(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It snowed.", ["It rained.", "It snowed."]),
        ("Dr. Weber met Sen. Klein. They spoke.", ["Dr. Weber met Sen. Klein.", "They spoke."]),
        ("J. R. Weber came. He left.", ["J. R. Weber came.", "He left."]),
        ("It cost $4.5 million. It rose 3.2 percent.", ["It cost $4.5 million.", "It rose 3.2 percent."]),
        ("The U.S. Army left. It did.", ["The U.S. Army left.", "It did."]),
        ("He moved to the U.S. He liked it.", ["He moved to the U.S.", "He liked it."]),
        ("“It is over.” They left.", ["“It is over.”", "They left."]),
        ('"Is it over?" Weber asked. It was.', ['"Is it over?" Weber asked.', "It was."]),
        ('"Is it over?" he asked. It was.', ['"Is it over?" he asked.', "It was."]),
        ("He waited… and left. Then… Nothing.", ["He waited… and left.", "Then…", "Nothing."]),
        ("It grew by approx. 3 percent. Fine.", ["It grew by approx. 3 percent.", "Fine."]),
        ("We won! Really? Yes.", ["We won!", "Really?", "Yes."]),
        ("They say they don't. A third did.", ["They say they don't.", "A third did."]),
        ("It was Klein's. He left.", ["It was Klein's.", "He left."]),
        ("She beat then-Sen. Klein. Nobody cared.", ["She beat then-Sen. Klein.", "Nobody cared."]),
        ("He came to the U.S. Initially he liked it.", ["He came to the U.S.", "Initially he liked it."]),
        ("A club in Jupiter, Fla. — now shut — was sold.", ["A club in Jupiter, Fla. — now shut — was sold."]),
    ],
)
def test_sentence_ends_are_found(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_heading_is_never_glued_to_a_sentence() -> None:
    text = "A Long Way Home\nThe minister left on Monday.\n## What comes next\nNobody knows."
    assert sentences(text) == ["A Long Way Home", "The minister left on Monday.", "What comes next", "Nobody knows."]


@pytest.mark.parametrize("line", ["Tarrow, Skarne – ", "TARROW (Wire) - ", "TARROW, Skarne (Wire) — "])
def test_dateline_is_a_sentence_of_its_own(line: str) -> None:
    assert sentences(f"{line}The bridge is closed.") == [line.strip(), "The bridge is closed."]


def test_name_before_a_dash_is_no_dateline() -> None:
    assert sentences("Weber – a lawyer – left.") == ["Weber – a lawyer – left."]


def test_hard_wrapped_line_is_joined() -> None:
    text = "The ministry has said that it will close the bridge\nbefore the winter begins."
    assert len(find_paragraphs(text)) == 1


def test_mail_that_is_cut_at_a_column_is_joined() -> None:
    lines = [
        "The ministry has said that it will close the bridge in",
        "May, and that nobody will pay for it before the end of",
        "2031, when the works are done.",
    ]
    text = "Bridge to close\n\n" + "\n".join(lines) + "\n\nIt will open again."
    assert [text[slice(*paragraph.span)] for paragraph in find_paragraphs(text)] == [
        "Bridge to close",
        "\n".join(lines),
        "It will open again.",
    ]


def test_list_items_are_told_from_headings() -> None:
    kinds = [paragraph.kind for paragraph in find_paragraphs("- first point\nA heading\nA sentence stands here.")]
    assert kinds == [ParagraphKind.ITEM, ParagraphKind.HEADING, ParagraphKind.TEXT]
