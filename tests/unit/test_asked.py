"""The question that a claim answers is found beside it."""

import pytest

from services.extract.reading.sayings.asked import find_asked


def asked(text: str, *, content: str, cue: str, speaker: str) -> str | None:
    spans = [[(text.index(words), text.index(words) + len(words))] for words in (content, cue, speaker)]
    found = find_asked(text, (0, len(text)), *spans)
    return None if found is None else text[slice(*found)]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Asked whether the span was weak, Ferro said no.", "the span was weak"),
        ("Asked on Monday if he would stay, run and win, Ferro said no.", "he would stay, run and win"),
        ("When asked by a reporter for the Courier why it fell, Ferro said no.", "why it fell"),
        ("Pressed on whether the span was weak, Ferro said no.", "the span was weak"),
        ("Repeatedly questioned about who had paid, Ferro said no.", "who had paid"),
        ("To a question about whether the span was weak, Ferro said no.", "the span was weak"),
        ("Ferro said no when asked if the span was weak.", "the span was weak"),
        ("Ferro, asked whether the span was weak, said no.", "the span was weak"),
        ("Ferro was asked whether the span was weak and said no.", "the span was weak"),
        ("The mayor asked whether the span was weak, and Ferro said no.", None),
        ("Ferro said no to those who asked for more.", None),
        ("Ferro said no.", None),
    ],
)
def test_question_of_an_answer_is_found(text: str, question: str | None) -> None:
    assert asked(text, content="no", cue="said", speaker="Ferro") == question


def test_question_inside_the_content_is_none() -> None:
    text = "Ferro said he was asked whether the span was weak."
    assert asked(text, content="he was asked whether the span was weak", cue="said", speaker="Ferro") is None
