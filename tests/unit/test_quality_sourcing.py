"""The measures of source cards and origins: what of a card is right, and which origins are found."""

import json
from pathlib import Path

import pytest

from bench.quality.answers import read_articles
from bench.quality.rows import Row
from bench.quality.sourcing import dice, fields_right, rows_of
from corpus.affairs import Affair
from corpus.articles import Article
from corpus.compile import AFFAIR, make_article
from corpus.notes import read_notes
from schemas.comparison import Attributed, Card, CardDate, Flag, Flagged, NoDate, Venue
from schemas.extraction import Words

REPORT = (
    "Anna Weller told Radio Orle that the old bridge of Klein might fall into the river before the winter is over.",
    "The town has no money for another one, and the ferry from Klein to Orle was sold to a circus last spring.",
    "Farmers now drive two hours to the market with their geese, their cheese and their grandmothers in the back.",
)
NAMES = {"weller": frozenset({"anna weller", "weller"})}


def affair(*origins: list[str]) -> dict[str, object]:
    return {
        "affair": "bridge",
        "summary": "A bridge falls.",
        "setting": "invented",
        "articles": ["post", "echo", "star"],
        "entities": [
            {"id": "weller", "type": "PERSON", "name": "Anna Weller", "forms": ["Anna Weller", "Weller"]},
            {"id": "radio", "type": "ORG", "name": "Radio Orle", "forms": ["Radio Orle"]},
            {"id": "klein", "type": "GPE", "name": "Klein", "forms": ["Klein"]},
            {"id": "orle", "type": "GPE", "name": "Orle", "forms": ["Orle"]},
        ],
        "relations": [],
        "origins": [
            {"articles": each, "source": None, "evidence": ["near_duplicate"], "note": "one text"} for each in origins
        ],
    }


def article(name: str, text: str) -> Article:
    source = (
        "genre: local\npublisher: The Post\ndate: no_evidence\nvenue: Radio Orle | {Radio Orle}\n=====\n"
        f"{text}\n=====\n"
        "[c1] who=weller indirect hedged\n"
        "    {by Anna Weller} {cue told} Radio Orle that {c the old bridge of Klein {f might} fall into the river}\n"
    )
    return make_article(read_notes(source), Affair.model_validate(affair()), name)


POST = article("post", "\n\n".join(("Bridge of Klein shut", *REPORT)))
ECHO = article("echo", "\n\n".join(("Geese in the car", *REPORT)))
STAR = article(
    "star", "Weller speaks\n\nAnna Weller told Radio Orle that the old bridge of Klein might fall into the river."
)


def card(**fields: object) -> Card:
    shown = {
        "venue": Venue(name="Radio Orle", words=Words(spans=((0, 1),), text="x")),
        "date": CardDate(reason=NoDate.NO_EVIDENCE),
        "attributed": (Attributed(name="Weller", anonymous=False, claims=1),),
        "flags": tuple(Flagged(flag=Flag(flag.value)) for flag in POST.card.flags),
    }
    return Card.model_validate(shown | fields)


def test_card_as_annotated_is_right_in_every_field() -> None:
    assert set(fields_right(POST, card(), NAMES).values()) == {1.0}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"venue": None}, {"venue"}),
        ({"date": CardDate(reason=NoDate.RELATIVE)}, {"date"}),
        ({"direct": 1}, {"direct"}),
        ({"attributed": ()}, {"attributed"}),
        ({"attributed": (Attributed(name="Klein", anonymous=False, claims=1),)}, {"attributed"}),
        ({"disclosures": (Words(spans=((0, 6),), text="Bridge"),)}, {"disclosures"}),
        ({"flags": ()}, {flag.value for flag in POST.card.flags}),
    ],
)
def test_wrong_field_is_told(fields: dict[str, object], wrong: set[str]) -> None:
    right = fields_right(POST, card(**fields), NAMES)
    assert {field for field, share in right.items() if share == 0} == wrong


def test_dice_counts_what_both_have() -> None:
    assert dice([], [], lambda _a, _b: True) == 1
    assert dice("ab", "bc", lambda a, b: a == b) == 0.5
    assert dice("a", "", lambda a, b: a == b) == 0


@pytest.mark.parametrize(
    ("origins", "value"),
    [([["post", "echo"]], 100), ([["post", "echo"], ["post", "star"]], 50), ([["echo", "star"]], 0)],
)
def test_origins_are_right_where_found_and_annotated(tmp_path: Path, origins: list[list[str]], value: float) -> None:
    for split, annotated in (("again", []), ("x", origins)):
        folder = tmp_path / split / "bridge"
        folder.mkdir(parents=True)
        (folder / AFFAIR).write_text(json.dumps(affair(*annotated)), "utf-8")
    rows = {each.measure: each for each in rows_of("corpus x", "x", [POST, ECHO, STAR], tmp_path)}
    assert rows["corpus x: origins exact"] == Row("corpus x: origins exact", value)
    cards = rows["corpus x: cards' fields"].value
    assert cards is not None
    assert cards > 80


def test_all_that_is_read_is_measured() -> None:
    assert all(
        0 <= claim.confidence <= 1 for reading in read_articles([STAR], min_confidence=0) for claim in reading.claims
    )
