"""The judges themselves: they pass a world where all holds, and fail one where nothing is found or a thing is bad."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance import test_reading, test_served
from tests.acceptance.gold import FOLDER, Gold, expected_failures
from tests.acceptance.ideal import DAY, Ideal, claims_of, nothing, reading_of
from tests.acceptance.model import Reading
from tests.acceptance.negatives import check_reading, check_served, is_of_reading
from tests.acceptance.served import Recording, Served

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the acceptance set is absent")


def judge(gold: Gold, item: str, reading: Reading, recording: Recording) -> None:
    match item[0]:
        case "Q" | "C":
            test_reading.check_met(gold, item, reading)
        case "N":
            check_reading(gold, item, reading)
            if not is_of_reading(gold.items[item]):
                check_served(gold, item, Served(gold, recording))
        case "R":
            test_served.test_relation_holds(gold, Served(gold, recording), item)
        case "K":
            test_served.test_card_holds(gold, Served(gold, recording), item)
        case "E":
            test_served.test_entity_holds(gold, Served(gold, recording), item)
        case _:
            test_served.test_answer_holds(gold, Served(gold, recording), item)


def failing(gold: Gold, reading: Reading, recording: Recording) -> dict[str, str]:
    found = {}
    for item in gold.items:
        try:
            judge(gold, item, reading, recording)
        except AssertionError as error:
            found[item] = str(error)
    return found


def test_world_where_all_holds_passes(gold: Gold) -> None:
    assert failing(gold, reading_of(gold, claims_of(gold)), Ideal(gold).recording()) == {}


def test_world_where_nothing_is_found_fails_everything(gold: Gold) -> None:
    assert failing(gold, reading_of(gold, []), nothing(gold)).keys() == gold.items.keys()


def test_api_that_refuses_every_question_fails_what_it_is_asked(gold: Gold) -> None:
    whole = Ideal(gold).recording()
    known = {path: answer for path, answer in whole.asked.items() if path.endswith(("/text", "/claims"))}
    refused = Recording(whole.articles, whole.days, {**dict.fromkeys(whole.asked, (404, None)), **known})
    failed = failing(gold, reading_of(gold, claims_of(gold)), refused).keys()
    assert failed == {item for item in gold.items if item[0] in "RKEA" or item in ASKED}


ASKED = {"N4", "N6", "N7", "N8", "N9", "N10", "N12", "N14", "N15"}


def test_table_names_items_only(gold: Gold) -> None:
    assert expected_failures().keys() <= gold.items.keys()


def spoil_claim(gold: Gold, name: str, **values: Any) -> Reading:
    """Return a reading in which one claim is another's or of another kind."""
    claims = {claim.id: claim for claim in claims_of(gold)}
    for field, value in values.items():
        setattr(claims[name], field, value)
    return reading_of(gold, claims.values())


def add_claim(gold: Gold, like: str, place: list[int], **values: Any) -> Reading:
    """Return a reading with one more claim, made from another one."""
    claims = {claim.id: claim for claim in claims_of(gold)}
    fields = {**vars(claims[like]), "id": "more", "content": [place], **values}
    return reading_of(gold, [*claims.values(), gold.check.Claim(**fields)])


def first_place(gold: Gold, item: str, rule: int = 0) -> list[int]:
    found: list[int] = gold.row(item)["must_not"][rule]["on"][0]
    return found


def spoilt_readings(gold: Gold) -> dict[str, Reading]:
    speaker = gold.row("Q1")["speaker"]["any_of"]
    heading = next(iter(gold.row("N13")["must_not"][0]["on_in"].values()))[0]
    apostrophe = next(iter(gold.row("N11")["must_not"][0]["at"].values()))[0]
    return {
        "N1": spoil_claim(gold, "C25", speaker_names=speaker),
        "N2": spoil_claim(gold, "Q2", form="direct"),
        "N3": spoil_claim(gold, "C30", polarity="denied"),
        "N4": spoil_claim(gold, "C30", polarity="denied"),
        "N5": add_claim(gold, "C36", first_place(gold, "N5")),
        "N11": add_claim(gold, "C02", [apostrophe, apostrophe + 40], form="direct"),
        "N13": add_claim(gold, "C16", heading),
    }


@pytest.mark.parametrize("item", ["N1", "N2", "N3", "N4", "N5", "N11", "N13"])
def test_fault_in_a_reading_fails_its_negative(gold: Gold, item: str) -> None:
    with pytest.raises(AssertionError, match=r"^[a-z_]+: \["):
        judge(gold, item, spoilt_readings(gold)[item], Ideal(gold).recording())


def contradict(a: str, b: str, kind: str = "contradicts") -> Callable[[Ideal], None]:
    def spoil(world: Ideal) -> None:
        world.pairs.append({**world.pairs[0], "a": a, "b": b, "kind": kind})

    return spoil


def contradict_title(world: Ideal) -> None:
    """Have a claim of the headline contradict one of the body."""
    place = world.gold.row("N4")["must_not"][1]["a_on"][0]
    fields = {**vars(world.claims["C30"]), "id": "title", "content": [place], "voice": "headline", "form": None}
    world.claims["title"] = world.gold.check.Claim(**fields)
    contradict("title", "C30")(world)


def double(world: Ideal) -> None:
    world.entities["another"] = {**world.entities["entity 1"], "mentions": {}}


def merge(world: Ideal) -> None:
    """Have one entity hold the names of both objects."""
    (objects,) = (row["must_not"]["same_object"] for row in world.gold.items["N15"] if "same_object" in row["must_not"])
    world.entities["both"] = {**world.entities["entity 5"], "forms": [form for forms in objects for form in forms]}


def date_it(world: Ideal) -> None:
    world.published = dict.fromkeys(world.published, f"{DAY}T00:00:00Z")


def count_twice(world: Ideal) -> None:
    world.one_announcement = False


def slander(world: Ideal) -> None:
    world.cards[min(world.cards)]["flags"].append({"flag": "fabricated", "spans": []})


def find_nothing(world: Ideal) -> None:
    world.found = []


@pytest.mark.parametrize(
    ("item", "spoil"),
    [
        ("N4", contradict_title),
        ("N6", contradict("C16", "C22")),
        ("N7", contradict("C22", "C28a")),
        ("N8", count_twice),
        ("N9", date_it),
        ("N10", double),
        ("N12", slander),
        ("N14", find_nothing),
        ("N15", contradict("C02", "C22", "agrees")),
        ("N15", merge),
    ],
)
def test_fault_in_what_is_served_fails_its_negative(gold: Gold, item: str, spoil: Callable[[Ideal], None]) -> None:
    world = Ideal(gold)
    spoil(world)
    with pytest.raises(AssertionError, match=r"^[a-z_]+: \["):
        judge(gold, item, reading_of(gold, claims_of(gold)), world.recording())
