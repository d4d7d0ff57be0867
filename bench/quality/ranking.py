"""Ranking: how well scores put right ones before others."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def average_precision(scores: Numbers, right: NDArray[np.bool_]) -> float:
    """Return the mean of the precisions at each right one, from the highest score down, in percent."""
    order = np.argsort(-scores, kind="stable")
    precisions = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    return float(100 * (precisions * right[order]).sum() / right.sum())


def area(scores: Numbers, right: NDArray[np.bool_]) -> float:
    """Return how often a right one scores higher than another one (area under the ROC curve), in percent."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    least = right.sum() * (right.sum() + 1) / 2
    return float(100 * (ranks[right].sum() - least) / (right.sum() * (~right).sum()))
