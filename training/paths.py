"""Paths: the best sequence of labels under scores, and the spans that it names."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

NEVER = -1e9


@cache
def _allowed(table: tuple[str, ...]) -> tuple[Scores, Scores]:
    """Return what a path may not do, as scores to be added: from a label to a label, and to begin with one."""
    steps = np.zeros((len(table), len(table)), np.float32)
    for after, label in enumerate(table):
        for before, other in enumerate(table):
            if label[0] == "I" and other[2:] != label[2:]:
                steps[before, after] = NEVER
    return steps, np.array([NEVER if label[0] == "I" else 0 for label in table], np.float32)


def best_path(scores: Scores, table: tuple[str, ...]) -> list[int]:
    """Return the best path (Viterbi 1967) under scores ``[words, labels]``: no inside without its begin."""
    steps, first = _allowed(table)
    best, back = scores[0] + first, []
    for word in scores[1:]:
        reached = best[:, None] + steps
        chosen = reached.argmax(0)
        back.append(chosen)
        best = reached[chosen, np.arange(len(table))] + word
    path = [int(best.argmax())]
    for chosen in reversed(back):
        path.append(int(chosen[path[-1]]))
    return path[::-1]


def spans_of(labels: Sequence[int], table: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the spans that labels name, as ``[start, end)`` in words, and their kinds."""
    found: list[tuple[int, int, str]] = []
    start: int | None = None
    kind = ""
    for at, label in enumerate([*(table[label] for label in labels), "O"]):
        if start is not None and (label[0] != "I" or label[2:] != kind):
            found.append((start, at, kind))
            start = None
        if label != "O" and start is None:
            start, kind = at, label[2:]
    return found
