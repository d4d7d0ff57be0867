"""The scorer: how sure it is that two statements speak of one proposition, from the features of the pair."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from services.extract.relations.features import NAMES, Features, Row

WEIGHTS = Path(__file__).with_suffix(".json")
"""Weights by feature and the bias, of a logistic regression; ``training/relations.py`` makes them."""


def chance(features: Features) -> float:
    """Return the probability that the two stand in a relation, whichever it is."""
    return float(1 / (1 + np.exp(-(features.row @ _weights()))))


@cache
def _weights() -> Row:
    table = json.loads(WEIGHTS.read_text("utf-8"))
    return np.array([table[name] for name in (*NAMES, "bias")])
