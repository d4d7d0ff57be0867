"""Logistic regression with a penalty on the square of its weights, by Newton's method; the bias is the last weight."""

import numpy as np
from numpy.typing import NDArray

STEPS_MAX = 50
Vector = NDArray[np.float64]

CONVERGED = 1e-9
"""A step of weights so small changes nothing that a double can tell."""


def fit(x: Vector, y: Vector, penalty: float) -> Vector:
    """Return the weights that make ``y`` (0 or 1 a row) likeliest under ``x`` ``[rows, features]`` and the penalty."""
    each = np.full(x.shape[1], penalty)
    each[-1] = 0
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS_MAX):
        p = chances(x, weights)
        slope = x.T @ (p - y) + each * weights
        curve = (x.T * (p * (1 - p))) @ x + np.diag(each)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < CONVERGED:
            break
    return weights


def chances(x: Vector, weights: Vector) -> Vector:
    """Return the probability of each row."""
    answer: Vector = 1 / (1 + np.exp(-(x @ weights)))
    return answer
