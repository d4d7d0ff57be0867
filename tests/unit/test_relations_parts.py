"""What relations are read from: amounts, words, attitudes, parties, objects, days, candidates and rules."""

from datetime import date

import pytest

from schemas.comparison import Order, RelationKind
from schemas.extraction import MentionType, Polarity
from services.extract.relations.amounts import DATE, amounts_of, apart, shared
from services.extract.relations.attitude import is_against, is_refused
from services.extract.relations.candidates import is_candidate
from services.extract.relations.features import NAMES, features_of
from services.extract.relations.meaning import meaning, told
from services.extract.relations.objects import objects_of, phrases_of
from services.extract.relations.opposites import opposed
from services.extract.relations.ordering import order_of
from services.extract.relations.parties import one_party
from services.extract.relations.rules import rule_of
from services.extract.relations.wording import covered, every_stem_of, jaccard, stems_of
from tests.statements import claimed, named, statement

HOLM = named("Odra Holm", MentionType.PERSON)
CALDO = named("Ines Caldo", MentionType.PERSON)
VARLAND = named("Varland", MentionType.GPE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at least 3,000 barrels were lost", {3000.0: "barrel"}),
        ("two hundred and fifty people left", {250.0: "person"}),
        ("twenty-five pupils, 1.2 million crowns", {25.0: "pupil", 1.2e6: "crown"}),
        ("it cost $4 million in all", {4e6: "dollar"}),
        ("a fine of 412 mln marens", {412e6: "maren"}),
        ("debts of 2 trillion yen", {2e12: "yen"}),
        ("nine wells, not eleven", {9.0: "well"}),
        ("45 per cent of them", {45.0: "%"}),
        ("built in 1953, opened on 4 May", {1953.0: DATE, 4.0: DATE}),
        ("one of them fell", {}),
    ],
)
def test_amounts_are_numbers_with_what_they_count(text: str, found: dict[float, str]) -> None:
    amounts = {amount.number: amount.units for amount in amounts_of(text)}
    assert amounts.keys() == found.keys()
    assert all(found[number] in units for number, units in amounts.items())


def test_amounts_are_apart_where_the_same_is_counted_otherwise() -> None:
    assert apart(amounts_of("84 homes lost"), amounts_of("97 houses are gone"))
    assert not apart(amounts_of("84 homes lost"), amounts_of("three dead"))
    assert apart(amounts_of("the number of people aboard at 187, including 19 crew"), amounts_of("212 people aboard"))
    assert not apart(amounts_of("the number of people is known; at 187 it was"), amounts_of("212 people aboard"))
    assert not apart(amounts_of("84 homes lost, two dead"), amounts_of("84 houses, three dead"))
    assert shared(amounts_of("a figure of 84"), amounts_of("84 homes"))


def test_words_that_carry_meaning_are_compared_by_stem() -> None:
    assert stems_of("The bridge was closing") == stems_of("closed bridges")
    assert covered({"a", "b"}, {"a", "b", "c"}) == 1
    assert jaccard({"a", "b"}, {"b", "c"}) == pytest.approx(1 / 3)
    assert covered(set(), {"a"}) == jaccard(set(), set()) == 0


def test_opposites_are_words_of_both_sides_that_neither_shares() -> None:
    def pair(a: str, b: str) -> object:
        return opposed(every_stem_of(a), every_stem_of(b))

    assert pair("prices rose, and will increase", "prices will fall") == ("increas", "fall")
    assert pair("prices increase or fall", "prices fall") is None
    assert pair("prices increase", "prices increase") is None


def test_meaning_holds_the_question_and_no_quotation_marks() -> None:
    said = claimed("“No,”", question="whether the bridge would close")
    assert meaning(said) == "whether the bridge would close? No,"


@pytest.mark.parametrize(
    ("content", "cue", "polarity", "refused"),
    [
        ("the plan", "rejected", Polarity.DENIED, True),
        ("the plan", "opposed", Polarity.AFFIRMED, True),
        ("that it had refused the plan", "denied", Polarity.DENIED, False),
        ("the plan is sound", None, Polarity.AFFIRMED, False),
    ],
)
def test_refusal_is_a_no_once(content: str, cue: str | None, polarity: Polarity, refused: bool) -> None:
    assert is_refused(statement(content, cue=cue, polarity=polarity)) is refused


def test_threat_is_named_without_a_no() -> None:
    feared = statement("the dam as a grave threat to the delta", speaker=HOLM)
    assert is_against(feared)
    assert not is_refused(feared)


def test_office_speaks_for_its_country() -> None:
    state = statement("the treaty holds", article="b", speaker=VARLAND)
    head = statement("the treaty holds", speaker=HOLM, sentence="Varland President Odra Holm said the treaty holds.")
    clerk = statement("the treaty holds", speaker=CALDO, sentence="Ines Caldo said the treaty holds.")
    assert one_party(state, head)
    assert one_party(head, state)
    assert not one_party(state, clerk)
    assert not one_party(head, clerk)


def test_phrases_leave_out_function_words_and_verbs() -> None:
    assert phrases_of("Varland has not received any offers to trade its occupied territories") == (
        "Varland",
        "offers",
        "occupied territories",
    )


def test_objects_part_what_both_name_from_what_one_does() -> None:
    rail, city = named("Calder Rail"), named("Tarrow", MentionType.GPE)
    a = statement("Calder Rail paid Tarrow for the bridge", entities=(rail, city))
    b = statement("Calder Rail paid a ransom for the bridge", article="b", entities=(rail,))
    found = objects_of(a, b)
    assert found.shared == ("Calder Rail",)
    assert found.own == ("Tarrow",)
    assert found.other == ("ransom",)
    assert objects_of(b, a) == found.inverse


def test_order_is_told_by_days_that_do_not_overlap() -> None:
    early = statement("it fell", own_date=date(1931, 5, 9))
    late = statement("it fell", article="b", said=(date(1931, 5, 10), None))
    open_ = statement("it fell", article="c", said=(None, date(1931, 6, 1)))
    assert order_of(early, late) is Order.EARLIER
    assert order_of(late, early) is Order.LATER
    assert order_of(early, open_) is Order.UNKNOWN
    assert order_of(early, statement("it fell", article="d")) is Order.UNKNOWN


def test_candidates_are_alike_and_of_one_entity_or_very_alike() -> None:
    bridge = "the Tarrow bridge will close for repairs in May"
    a = statement(bridge, speaker=HOLM)
    assert is_candidate(a, statement(f"{bridge} or June", article="b", speaker=CALDO))
    assert not is_candidate(a, a)
    loose = "repairs of bridges cost the county money"
    assert is_candidate(a, statement(loose, article="b", speaker=HOLM))
    assert not is_candidate(a, statement(loose, article="b", speaker=CALDO))
    assert not is_candidate(a, statement("nurses asked for higher pay", article="b", speaker=HOLM))


def test_candidates_are_not_years_apart() -> None:
    days = (date(1931, 5, 9), date(1933, 5, 9))
    a, b = (statement("it closed in May", article=str(day), speaker=HOLM, own_date=day) for day in days)
    assert not is_candidate(a, b)
    assert is_candidate(a, statement("it closed in May", article="c", speaker=HOLM))


def test_vector_of_a_claim_is_of_its_meaning_behind_who_says_it() -> None:
    assert (
        told(statement("“it closed”", speaker=HOLM, question="Is it open?").claim)
        == "Odra Holm: Is it open?? it closed"
    )
    assert told(statement("it closed").claim) == "it closed"


def test_features_are_the_same_from_both_sides() -> None:
    a = statement("Calder Rail lent the city 40 million crowns", speaker=HOLM)
    b = statement("the city owes Calder Rail no crowns", article="b", speaker=VARLAND, polarity=Polarity.DENIED)
    assert features_of(a, b) == features_of(b, a)
    assert len(features_of(a, b).row) == len(NAMES) + 1


def test_what_is_left_open_contradicts_what_is_told() -> None:
    told = statement(
        "Varland asked for loan guarantees from Norgrund and Solgate",
        speaker=HOLM,
        entities=(named("Norgrund"), named("Solgate")),
    )
    open_ = statement("the exact nature of the loan guarantees for Varland remains undisclosed", article="b")
    found = rule_of(told, open_)
    assert found is not None
    assert found.kind is RelationKind.CONTRADICTS
    assert rule_of(open_, told) == found


@pytest.mark.parametrize(
    ("words", "names", "lists"),
    [
        ("Varland asked for loan guarantees from Norgrund and Solgate", ("Norgrund", "Solgate"), True),
        (
            "Varland asked for loan guarantees from Norgrund, Solgate Inc., and the Lorung",
            ("Solgate Inc.", "Lorung"),
            True,
        ),
        ("Varland asked for loan guarantees in Norgrund, Solgate", ("Norgrund", "Solgate"), False),
        ("Norgrund asked for loan guarantees from the bank of Solgate", ("Norgrund", "Solgate"), False),
        ("Varland asked for loan guarantees from Norgrund and Norgrund", ("Norgrund",), False),
        ("Varland asked for loan guarantees", (), False),
    ],
)
def test_list_of_names_alone_tells_of_what_kind_something_is(words: str, names: tuple[str, ...], lists: bool) -> None:
    told = statement(words, speaker=HOLM, entities=tuple(map(named, names)))
    open_ = statement("the exact nature of the loan guarantees for Varland remains undisclosed", article="b")
    assert (rule_of(told, open_) is not None) is lists


def test_lists_with_some_names_in_common_are_in_tension() -> None:
    names = [named(name, MentionType.GPE) for name in ("Varland", "Norgrund", "Solgate", "Taferka", "Lorung")]
    a = statement("guarantees from Varland, Norgrund and Solgate", speaker=HOLM, entities=tuple(names[:3]))
    b = statement("guarantees by Varland, Taferka and Lorung", article="b", entities=(names[0], *names[3:]))
    found = rule_of(a, b)
    assert found is not None
    assert found.kind is RelationKind.TENSION
    assert "Taferka, Lorung" in found.grounds[0].words
