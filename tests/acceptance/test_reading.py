"""The quotes, the claims and the negatives of single readings, on what `claimwire text` writes."""

import pytest

from tests.acceptance.gold import Gold, params
from tests.acceptance.model import Reading
from tests.acceptance.negatives import check_reading, check_served, is_of_reading


def check_met(gold: Gold, item: str, reading: Reading) -> None:
    unmet = [line["id"] for line in gold.items[item] if line["id"] not in reading.got]
    assert not unmet, f"{unmet} are not met"


@pytest.mark.parametrize("item", params("Q"))
def test_quote_is_met(gold: Gold, model: Reading, item: str) -> None:
    check_met(gold, item, model)


@pytest.mark.parametrize("item", params("C"))
def test_claim_is_met(gold: Gold, model: Reading, item: str) -> None:
    check_met(gold, item, model)


@pytest.mark.parametrize("item", params("N"))
def test_negative_holds(gold: Gold, model: Reading, item: str, request: pytest.FixtureRequest) -> None:
    check_reading(gold, item, model)
    if not is_of_reading(gold.items[item]):
        check_served(gold, item, request.getfixturevalue("served"))
