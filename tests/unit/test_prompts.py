"""Lines that speak to the reader go; sentences of the news that begin like them stay."""

import pytest

from schemas.events import ParagraphKind
from services.ingest.cleaning.prompts import LINE_MAX, TEASERS_LEAST, is_prompt, without_prompts

TEXT, HEADING = ParagraphKind.TEXT, ParagraphKind.HEADING


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Read more: Ferry to leave from the old pier",
            "RELATED: Ice on the channel",
            "[Related: Ice]",
            "More from Skarne:",
        ),
        *(
            "You may also like…",
            "Most read in Harbour",
            "Tags",
            "Filed under: Harbour",
            "Leggi anche: il porto",
            "Don’t miss",
        ),
        *("Advertisement", "Story continues below", "Comments (12)", "Share this article", "5 min read", "Print"),
        *(
            "Sign up for our newsletter",
            "Get the Post delivered to your inbox.",
            "Click here to subscribe.",
            "Follow us on Twitter",
        ),
        "Want more of this? Subscribe to the Post’s newsletter and never miss a boat.",
        *("Updated at 1:23 p.m.", "November 19, 2026 / 12:21 AM / Updated 14 hours ago", "Updated 3 hours ago"),
        *(
            "copyright Skarne Post 2026 - ISSN: 1234-5678",
            "(c) 2026 Skarne Post",
            "More in Sport",
            "Source: Skarne News",
        ),
        "Reporting by Ann Lee in Skarne; additional reporting by Bo van Ek, Cy Oz and Di Aa; Editing by E. Foe",
        "Tell us and have your say here.",
        "This material may not be published, broadcast or rewritten.",
        "Have a tip? Write to the desk at desk@post.example.",
        *("© 2026 The Skarne Post", "Copyright 2026 Skarne Press. All rights reserved.", "(Reporting by M. Klein)"),
        *("mklein@post.example", "@mklein", "https://twitter.com/mklein", "wide-browser-and-larger"),
        *(
            "Monday, October 5, 2026",
            "Published: 5 October 2026, 09:00 AM",
            "Last updated: 2026-10-05",
            "UPDATED: Oct. 5, 2026",
        ),
    ],
)
def test_line_to_the_reader_is_a_prompt(line: str) -> None:
    assert is_prompt(line)


@pytest.mark.parametrize(
    "line",
    [
        "More than 200 people signed up for the ferry.",
        "Watch officials said that the channel would freeze by Friday.",
        "Related costs, the minister said, will be paid by the town.",
        "Sources: the harbour master and two councillors.",
        "Share prices fell by a third, and comments on the site were closed.",
        "Get out of the way, he told the reporters.",
        "Subscribers to the ferry’s timetable were not told." * 9,
        "“Sign up for our newsletter,” he said.",
        "On October 5, 2026, the harbour closed.",
        "Follow the money, she said, and you will find the ice.",
        "The company’s copyright claim was dismissed.",
        "By Monday the ice was gone.",
        "A door-to-door search found nobody.",
        "Correction: An earlier version named the wrong pier.",
        "Copyright law must change, the culture minister said on Monday.",
        "Copyright 2026 rules will bind the port, the minister said.",
        "Copyright Act 1976 stays in force in Skarne.",
        "(c) the ferry leaves from the old pier;",
        "This material may not be safe, the harbour master said.",
        "The town kept, with all rights reserved to the crown, its pier.",
        "Reporting by the Skarne Post has shown that the company knew of the leak.",
        "Editing by the censor left four lines.",
        "Updated figures show that 3,000 people died in the flood.",
        "Posted to Skarne in 2009, Major Brandt led 40 men.",
        "Published 12 years ago, the novel sold 3 million copies.",
        "October 5, 2026, updated rules name 3 piers.",
        "Source: the minister herself, who spoke on Monday.",
        "Source: the minister herself, who spoke on Monday",
        "Related: the minister resigned on Monday.",
        "Listen to your members, Ilse Brandt told the party.",
        "The council sat late. Listen to your members, Ilse Brandt told it.",
        "Tell us the truth, the families said.",
        "Get the vaccine here and now, ministers urge",
        "Write to us, the fishermen’s wives say",
        "Register for free, they called from the pier.",
        "More in sorrow than in anger: the minister resigned on Monday.",
        "More in sorrow than in anger",
        "Thank you.",
    ],
)
def test_sentence_of_the_news_is_none(line: str) -> None:
    assert not is_prompt(line)


def test_long_line_is_never_a_prompt() -> None:
    assert is_prompt("Read more: " + "x" * (LINE_MAX - 11))
    assert not is_prompt("Read more: " + "x" * LINE_MAX)


def test_headings_that_head_nothing_go() -> None:
    row = [(f"Heading {n}", HEADING) for n in range(TEASERS_LEAST)]
    assert list(without_prompts([*row, ("Text.", TEXT), ("Last", HEADING)])) == [("Text.", TEXT)]
    assert list(without_prompts([*row[1:], ("Text.", TEXT)])) == [*row[1:], ("Text.", TEXT)]


def test_byline_goes() -> None:
    assert list(without_prompts([("Ann Lee", TEXT), ("Text.", TEXT)], ["Ann Lee"])) == [("Text.", TEXT)]
