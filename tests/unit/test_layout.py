"""A bare text is laid out: its headline, headings and datelines, and the sentences in which nothing can be claimed."""

import pytest

from schemas.events import Paragraph, ParagraphKind
from services.extract.reading.layout.layout import Layout, lay_out
from services.extract.reading.layout.notices import Silence

BODY = "The old bridge over the Lenne will be closed to lorries from Monday, the council said. It did not say why."


def headline(text: str, title: str | None = None) -> str | None:
    laid = lay_out(text, title)
    return None if laid.headline is None else text[slice(*laid.sentences[laid.headline])]


def silent(text: str, title: str | None = None) -> dict[str, Silence]:
    laid = lay_out(text, title)
    return {text[slice(*laid.sentences[number])]: kind for number, kind in laid.silent.items()}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Bridge over the Lenne shut to lorries", "Bridge over the Lenne shut to lorries"),
        ("“Nobody asked the drivers”", "“Nobody asked the drivers”"),
        ("Who closed the bridge?", "Who closed the bridge?"),
        ("Council Shuts Old Bridge To Heavy Lorries.", "Council Shuts Old Bridge To Heavy Lorries."),
        ("Council shuts old bridge to lorries.", "Council shuts old bridge to lorries."),
        ("Bridge shut; mayor says no", "Bridge shut; mayor says no"),
        ("# Bridge over the Lenne shut", "Bridge over the Lenne shut"),
        ("The council has shut the bridge to lorries.", None),
        ("It rained on the Lenne. The bridge was shut.", None),
        ("Traffic", None),
    ],
)
def test_headline_is_found_by_its_shape(line: str, expected: str | None) -> None:
    assert headline(f"{line}\n\n{BODY}") == expected
    assert not lay_out(f"{line}\n\n{BODY}").headline_sure


def test_label_above_the_headline_is_none() -> None:
    text = f"Roads and rivers\n\nBridge over the Lenne shut to lorries\n\n{BODY}"
    assert headline(text) == "Bridge over the Lenne shut to lorries"
    assert silent(text) == {"Roads and rivers": Silence.SLOGAN}


def test_byline_and_date_below_the_headline_leave_it_the_headline() -> None:
    text = f"Three to two\nBy Ines Caldo\nTarrow, 4 May 1931\n\n{BODY}"
    assert headline(text) == "Three to two"
    assert silent(text) == {"By Ines Caldo": Silence.CREDIT, "Tarrow, 4 May 1931": Silence.DATELINE}


def test_sentence_with_a_stop_above_a_dateline_is_the_headline() -> None:
    assert (
        headline("A bridge was shut to lorries.\n\nTARROW (Wire) — The council met.") == "A bridge was shut to lorries."
    )


def test_text_that_begins_with_prose_has_no_headline() -> None:
    assert headline(f"{BODY}\n\nWhat comes next\n\n{BODY}") is None


@pytest.mark.parametrize(
    "title", ["Bridge shut to lorries", "BRIDGE SHUT TO LORRIES", "Bridge shut to lorries | The Post"]
)
def test_given_title_is_marked_where_it_stands(title: str) -> None:
    text = f"Roads\n\nBridge shut to lorries\n\n{BODY}"
    assert headline(text, title) == "Bridge shut to lorries"
    assert lay_out(text, title).headline_sure


def test_given_title_is_parted_from_the_sentence_behind_it() -> None:
    for joint in (" ", ". ", " – "):
        assert headline(f"Bridge shut to lorries{joint}{BODY}", "Bridge shut to lorries") == "Bridge shut to lorries"
    assert headline("Bridge shut to lorries by Monday.", "Bridge shut to lorries") is None, "a sentence begins so"


def test_title_that_is_not_printed_marks_nothing() -> None:
    assert headline(f"Bridge shut to lorries\n\n{BODY}", "Another title altogether") is None


def test_title_printed_again_is_a_heading() -> None:
    text = f"Bridge shut to lorries\nBridge shut to lorries\n\n{BODY}"
    laid = lay_out(text)
    assert [paragraph.kind for paragraph in laid.paragraphs[:2]] == [ParagraphKind.TITLE, ParagraphKind.HEADING]
    assert dict(laid.silent) == {1: Silence.HEADING}


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("EXCLUSIVE: Bridge shut to lorries", "Bridge shut to lorries"),
        ("MAYOR’S LAST STAND! Ferro clings to the bridge", "Ferro clings to the bridge"),
        ("Flood live: Bridge shut to lorries", "Bridge shut to lorries"),
        ("Bridge shut to lorries: here is what we know", "Bridge shut to lorries"),
        ("Bridge shut to lorries – as it happened", "Bridge shut to lorries"),
        ("Mayor: bridge shut to lorries", "Mayor: bridge shut to lorries"),
        ("NATO: No troops for Tarrow", "NATO: No troops for Tarrow"),
    ],
)
def test_label_in_the_headline_is_silent(line: str, own: str) -> None:
    text = f"{line}\n\n{BODY}"
    assert headline(text) == own
    assert set(silent(text).values()) == (set() if own == line else {Silence.SLOGAN})


def test_headings_and_time_stamps_are_silent() -> None:
    text = f"Bridge shut to lorries\n\n{BODY}\n\nA long wait\n\n{BODY}\n\n11:40 Who pays?\n\n11:42 — The mayor left."
    assert silent(text) == {
        "A long wait": Silence.HEADING,
        "11:40 Who pays?": Silence.HEADING,
        "11:42 —": Silence.DATELINE,
    }


def test_lines_in_a_row_are_points_and_not_headings() -> None:
    points = "Bridge closes on Monday\nLorries go by Tarrow\nFerries run at night"
    assert silent(f"{BODY}\n\n{points}\n\n{BODY}") == {}


def test_long_line_without_a_stop_is_prose() -> None:
    line = "The council was told in March that the bridge would have to be closed before the winter"
    assert silent(f"{BODY}\n\n{line}\n\n{BODY}") == {}


@pytest.mark.parametrize(
    ("line", "dateline"),
    [
        ("TARROW, Skarne, May 4 (Wire) — The council met.", "TARROW, Skarne, May 4 (Wire) —"),
        ("(Wire) – The council met.", "(Wire) –"),
        ("Update, 22:15: The council met.", "Update, 22:15:"),
        ("Posted 11:42 PM", "Posted 11:42 PM"),
        ("Tarrow, Friday, 20:30", "Tarrow, Friday, 20:30"),
    ],
)
def test_dateline_is_silent(line: str, dateline: str) -> None:
    assert silent(f"Bridge shut to lorries\n\n{line}\n\n{BODY}") == {dateline: Silence.DATELINE}


@pytest.mark.parametrize(
    "line",
    [
        "On Friday, Caldo — then mayor — met the council.",
        "PEPA – a rule on bridges – was read out.",
        "FERRO: The bridge is safe.",
        "Mayor Ferro Quits on Monday Night at 8 p.m. After Row.",
    ],
)
def test_prose_is_no_dateline(line: str) -> None:
    assert silent(f"{BODY}\n\n{line}\n\n{BODY}") == {}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("By our own reporter", Silence.CREDIT),
        ("Ines Caldo, political editor", Silence.CREDIT),
        ("(Reporting by Ines Caldo; Editing by P. Ferro)", Silence.CREDIT),
        ("(TPS/ab)", Silence.CREDIT),
        ("Photo: lorries before the bridge on Sunday.", Silence.CAPTION),
        ("Lorries before the bridge on Sunday (Ines Caldo/Wire Photo)", Silence.CAPTION),
        ("Sign up for our letter on roads.", Silence.BOILERPLATE),
        ("This story is being updated.", Silence.BOILERPLATE),
        ("Share this article with your friends.", Silence.BOILERPLATE),
        ("Tell us in the comments!", Silence.BOILERPLATE),
        ("About Calder Rail: Calder Rail runs nine lines.", Silence.BOILERPLATE),
        ("This article was rewritten from a report by the Post.", Silence.REWRITE),
        ("This article is not financial advice.", Silence.DISCLAIMER),
        ("It does not constitute legal advice.", Silence.DISCLAIMER),
        ("We may earn a commission from links on this page.", Silence.DISCLAIMER),
        ("Have you crossed the bridge?", Silence.QUESTION),
        ("“Till when?” called a voice.", Silence.QUESTION),
        ("Good evening.", Silence.GREETING),
    ],
)
def test_notice_is_silent(line: str, kind: Silence) -> None:
    assert silent(f"Bridge shut to lorries\n\n{BODY}\n\n{line}") == {line: kind}


@pytest.mark.parametrize(
    "line",
    [
        "“Sign up for our letter,” Caldo said.",
        "By Monday the bridge was shut.",
        "Caldo said the letter does not constitute an order.",
        "The report was compiled by nine engineers.",
        "“Is it safe? Nobody knows. We shut it.”",
        "“You were there, weren’t you?” Caldo said.",
        "“And go where?” asked Ines Caldo. “They all know me.”",
        "Asked whether it was safe, she said no.",
        "Follow the river and there is the bridge.",
    ],
)
def test_speech_and_prose_are_not_silent(line: str) -> None:
    assert silent(f"Bridge shut to lorries\n\n{BODY}\n\n{line}\n\n{BODY}") == {}


def test_answered_question_is_silent_where_another_answers() -> None:
    text = f"{BODY}\n\n“Who shut it?” asked the judge. “The mayor,” said Caldo."
    assert silent(text) == {"“Who shut it?” asked the judge.": Silence.QUESTION}


def test_what_a_fine_print_heading_stands_above_is_silent() -> None:
    text = f"{BODY}\n\nImportant notice\n\nResults may differ. No offer is made here.\n\nA new start\n\n{BODY}"
    assert set(silent(text).values()) == {Silence.DISCLAIMER, Silence.HEADING}
    assert "Results may differ." in silent(text)
    assert "It did not say why." not in silent(text)


def asked(laid: Layout, text: str) -> list[str]:
    return [text[slice(*laid.sentences[number])] for number in sorted(laid.asked)]


def test_interviewer_is_told_from_who_answers() -> None:
    text = (
        f"{BODY}\n\nMrs Ferro, the bridge is shut.\n\nFerro: It is safe.\n\nThe council says it is not."
        "\n\nFerro: Let it.\n\nDo you mind?\n\nFerro: No. I walk"
    )
    laid = lay_out(text)
    assert asked(laid, text) == ["Mrs Ferro, the bridge is shut.", "The council says it is not.", "Do you mind?"]
    assert silent(text) == {"Do you mind?": Silence.QUESTION}, "a label makes no heading"


def test_interviewer_with_a_label_is_known_by_his_questions() -> None:
    text = "POST: Is it safe?\nFERRO: It is.\nPOST: The gauge shows 9. Why?\nFERRO: It is old."
    assert asked(lay_out(text), text) == ["POST: Is it safe?", "POST: The gauge shows 9.", "Why?"]


def test_report_with_a_question_is_no_interview() -> None:
    text = f"{BODY}\n\nWho pays?\n\nNote: nobody.\n\nNote: somebody."
    assert not lay_out(text).asked


def test_given_kinds_hold_and_given_text_is_told_by_its_shape() -> None:
    lines = ["Bridge shut to lorries", "A long wait", "No word", BODY]
    text = "\n\n".join(lines)
    kinds = [ParagraphKind.TEXT, ParagraphKind.TEXT, ParagraphKind.QUOTE, ParagraphKind.TEXT]
    starts = [text.index(line) for line in lines]
    given = [
        Paragraph(span=(at, at + len(line)), kind=kind) for at, line, kind in zip(starts, lines, kinds, strict=True)
    ]
    found = [paragraph.kind for paragraph in lay_out(text, "Bridge shut to lorries", given).paragraphs]
    assert found == [ParagraphKind.TITLE, ParagraphKind.HEADING, ParagraphKind.QUOTE, ParagraphKind.TEXT]


def test_empty_text_has_no_layout() -> None:
    laid = lay_out(" \n ")
    assert (laid.paragraphs, laid.sentences, laid.headline) == ((), (), None)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a\n",
        "A\n",
        "A: b?\n",
        "“Word word. ",
        '"',
        ". ",
        ": ",
        "A - ",
        "A, ",
        "TARROW, Skarne (Wire) - ",
        "\n",
        "(photo ",
    ],
)
def test_hostile_text_is_laid_out_in_bounds(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    for title in (None, text[:20_000]):
        laid = lay_out(text, title)
        assert len(laid.places) == len(laid.sentences)
        assert all(start < end <= len(text) for start, end in laid.sentences)
        assert all(end <= start for (_, end), (start, _) in zip(laid.sentences, laid.sentences[1:], strict=False))
