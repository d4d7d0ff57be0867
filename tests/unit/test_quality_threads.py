"""The measure of threads, on invented sentences."""

from collections.abc import Mapping

import pytest

from bench.quality.pairs import Annotated, relations_of
from bench.quality.threads import Threads, propositions_of, score
from corpus.affairs import Affair
from schemas.extraction import Polarity
from services.extract.relations.statement import Statement
from tests.statements import statement

CLOSES = "the Tarrow bridge will close for repairs in May"
SAID: dict[str, Statement] = {
    "one#c1": statement(CLOSES, article="one"),
    "two#c1": statement(CLOSES, article="two"),
    "three#c1": statement(
        "the Tarrow bridge will not close for repairs in May", article="three", polarity=Polarity.DENIED
    ),
    "four#c1": statement("nurses at the clinic asked for higher pay", article="four"),
    "four#c2": statement("the clinic will be sold to a bank", article="four"),
}


def annotated(*relations: Mapping[str, object], optional: frozenset[str] = frozenset()) -> Annotated:
    affair = Affair.model_validate(
        {
            "affair": "bridge",
            "summary": "A bridge.",
            "setting": "invented",
            "articles": ["one", "two", "three", "four"],
            "entities": [{"id": "tarrow", "type": "LOC", "name": "Tarrow", "forms": ["Tarrow"]}],
            "relations": [{"note": "as told", **relation} for relation in relations],
            "origins": [],
        }
    )
    return Annotated(affair, SAID, optional, relations_of(affair))


BRIDGE = {"kinds": ["agrees"], "a": ["one#c1"], "b": ["two#c1"]}
DENIAL = {"kinds": ["contradicts", "tension"], "a": ["one#c1", "two#c1"], "b": ["three#c1"]}
CLINIC = {"kinds": ["tension", "agrees"], "a": ["four#c1"], "b": ["one#c1"]}


def test_people_join_what_they_rather_see_agree_or_contradict() -> None:
    found = propositions_of(annotated(BRIDGE, DENIAL, CLINIC))
    assert found["three#c1"] == {"one#c1", "two#c1", "three#c1"}
    assert found["four#c1"] == {"four#c1"}


def test_threads_as_people_join_them_are_right_and_claims_alone_count_nowhere() -> None:
    assert score(annotated(BRIDGE, DENIAL), list(SAID.items())) == Threads(3.0, 3, 3.0, 3)


def test_a_stranger_in_a_thread_costs_precision_and_one_that_is_missing_recall() -> None:
    stranger = score(annotated(BRIDGE), list(SAID.items()))
    assert (stranger.found, stranger.reached, stranger.wanted) == (3, 2.0, 2)
    assert stranger.precision == pytest.approx(100 * (2 / 3 + 2 / 3 + 1 / 3) / 3)
    unread = {name: said for name, said in SAID.items() if name != "three#c1"}
    missing = score(annotated(BRIDGE, DENIAL), list(unread.items()))
    assert missing.precision == pytest.approx(100)
    assert missing.recall == pytest.approx(100 * 4 / 9)
    assert missing.f1 == pytest.approx(61.5, abs=0.1)


def test_an_optional_claim_counts_for_nothing_itself() -> None:
    left = score(annotated(BRIDGE, DENIAL, optional=frozenset({"three#c1"})), list(SAID.items()))
    assert (left.found, left.wanted) == (2, 2)


def test_nothing_has_no_measure() -> None:
    assert (Threads().precision, Threads().recall, Threads().f1) == (None, None, None)
