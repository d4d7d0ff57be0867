"""Unseen: how likely each case is by weights that saw nothing of its affair, for figures that hold for new ones."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from bench.quality.regression import Vector, chances


class Case(Protocol):
    """What is learnt from: its affair, and its features with a one for the bias."""

    @property
    def affair(self) -> str:
        """Its affair's name."""
        ...

    @property
    def features(self) -> Vector:
        """Its features in order, and a one for the bias."""
        ...


C = TypeVar("C", bound=Case)


def left_out(cases: Sequence[C], fit: Callable[[Sequence[C]], Vector]) -> Vector:
    """Return the probabilities of cases, each by the weights that ``fit`` makes of all that are of other affairs."""
    answer = np.zeros(len(cases))
    for affair in sorted({case.affair for case in cases}):
        weights = fit([case for case in cases if case.affair != affair])
        rows = [at for at, case in enumerate(cases) if case.affair == affair]
        answer[rows] = chances(np.array([cases[at].features for at in rows]), weights)
    return answer
