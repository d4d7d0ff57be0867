"""The source card as the command line writes it."""

from io import StringIO

import pytest
from rich.console import Console

from schemas.comparison import NoDate
from services.cli.cards import UNDATED, show_card
from services.cli.client import Item

WORDS = [{"spans": [[0, 12]], "text": "Ferry sinks!"}, {"spans": [[40, 55], [60, 66]], "text": "the ferry may … sink"}]


CARD: Item = {
    "title": {"spans": [[0, 24]], "text": "No inspection, says Venn"},
    "url": "https://harbour-post.example/ferry",
    "venue": None,
    "date": {
        "value": None,
        "reason": "relative",
        "not_before": None,
        "not_after": None,
        "evidence": [{"spans": [[71, 80]], "text": "last week"}],
    },
    "quotes": {"direct": 0, "mixed": 0, "partial": 0},
    "attributed": [{"name": "Odra Venn", "anonymous": False, "claims": 3}],
    "shares": {"attributed": 0.75, "anonymous": 0.0, "own_voice": 0.25},
    "flags": [
        {"flag": "no_quote", "words": []},
        {"flag": "single_source_claim", "words": [{"spans": [[26, 55]], "text": "The ferry was never inspected"}]},
    ],
    "single_source": ["0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10"],
    "single_source_omitted": False,
    "disclosures": [],
}


def card(**fields: object) -> Item:
    return CARD | fields


def written(shown: Item) -> str:
    out = StringIO()
    show_card(Console(file=out, width=120, highlight=False), shown)
    return out.getvalue()


def test_gaps_are_told_with_reason_words_and_place() -> None:
    lines = written(card()).splitlines()
    at = lines.index("  date: none (relative): its text tells days only by when it was written")
    assert lines[at + 1] == "    last week  [71-80]"
    assert {"  venue: none named", "  no quote", "    The ferry was never inspected  [26-55]"} <= {*lines}
    assert "  claims: 75% attributed, 0% anonymous, 25% own voice" in lines


def test_firmer_and_weaker_words_are_told_apart() -> None:
    lines = written(card(flags=[{"flag": "headline_stronger_than_body", "spans": [], "words": WORDS}])).splitlines()
    at = lines.index("  headline stronger than body")
    assert lines[at + 1 : at + 3] == [
        "    firmer: Ferry sinks!  [0-12]",
        "    weaker: the ferry may … sink  [40-55, 60-66]",
    ]


def test_bounds_and_disclosures_are_told() -> None:
    date: Item = {"value": None, "reason": "no_evidence", "not_before": "2022-01-01", "not_after": None, "evidence": []}
    shown = written(card(date=date, disclosures=WORDS[:1], flags=[]))
    assert "date: none (no_evidence): its text tells none, from 2022-01-01" in shown
    assert shown.endswith("  disclosures\n    Ferry sinks!  [0-12]\n")


@pytest.mark.parametrize("reason", NoDate)
def test_reason_of_no_date_is_put_in_words(reason: NoDate) -> None:
    assert UNDATED[reason]
