"""The relations, cards, entities and answers, on what the API serves."""

import pytest

from tests.acceptance.answers import check_answer
from tests.acceptance.cards import check_card
from tests.acceptance.entities import check_entity
from tests.acceptance.gold import Gold, params
from tests.acceptance.relations import check_relation
from tests.acceptance.served import Served


@pytest.mark.parametrize("item", params("R"))
def test_relation_holds(gold: Gold, served: Served, item: str) -> None:
    for line in gold.items[item]:
        check_relation(served, line)


@pytest.mark.parametrize("item", params("K"))
def test_card_holds(gold: Gold, served: Served, item: str) -> None:
    check_card(served, gold.row(item))


@pytest.mark.parametrize("item", params("E"))
def test_entity_holds(gold: Gold, served: Served, item: str) -> None:
    check_entity(served, gold.row(item))


@pytest.mark.parametrize("item", params("A"))
def test_answer_holds(gold: Gold, served: Served, item: str) -> None:
    check_answer(served, gold.row(item))
