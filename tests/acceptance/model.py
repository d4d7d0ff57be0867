"""The account that `claimwire text` gives, from the lines it writes."""

import json
from typing import Any

from tests.acceptance.account import Account, adapt
from tests.acceptance.gold import Gold, Pair


class Reading(Account):
    """An account that also tells the sentences of each article."""

    sentences: dict[str, list[Pair]]


def read(gold: Gold, lines: str) -> Reading:
    """Return the account of the five texts, as read whole and with nothing known of them."""
    answers = {one["id"].removesuffix(".txt"): one for one in map(json.loads, lines.splitlines())}
    claims = [claim for name, answer in answers.items() for claim in _claims(gold, name, answer["claims"])]
    reading = Reading(gold, gold.texts, claims)
    reading.sentences = {name: [[*span] for span in answer["sentences"]] for name, answer in answers.items()}
    return reading


def _claims(gold: Gold, article: str, claims: list[Any]) -> list[Any]:
    keys: dict[int | None, str | None] = {None: None, **{at: f"{article} {at}" for at in range(len(claims))}}
    return [
        adapt(gold.check, shown, article=article, key=keys[at], nested_in=keys[shown["nested_in"]])
        for at, shown in enumerate(claims)
    ]
