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


def best_path(scores: Scores, table: tuple[str, ...], lines: Sequence[int] | None = None) -> list[int]:
    """Return the best path (Viterbi 1967) under scores ``[words, labels]``: no inside without its begin.

    ``lines``: the paragraph of each word; no span goes on into another. Where each word's best label may follow the
    one before, these are the best path.
    """
    steps, first = _allowed(table)
    opens = _opens(len(scores), lines)
    greedy = scores.argmax(1)
    into = np.where(opens, first[greedy], steps[np.roll(greedy, 1), greedy])
    return greedy.tolist() if not into.any() else _viterbi(scores, steps, first, opens)


def _opens(count: int, lines: Sequence[int] | None) -> NDArray[np.bool_]:
    """Return which words begin a paragraph."""
    opens = np.zeros(count, np.bool_)
    opens[0] = True
    if lines is not None:
        opens[1:] = np.diff(lines) != 0
    return opens


def _viterbi(scores: Scores, steps: Scores, first: Scores, opens: NDArray[np.bool_]) -> list[int]:
    best, back = scores[0] + first, []
    labels = np.arange(scores.shape[1])
    for at in range(1, len(scores)):
        reached = best[:, None] + (first[None] if opens[at] else steps)
        chosen = reached.argmax(0)
        back.append(chosen)
        best = reached[chosen, labels] + scores[at]
    path = [int(best.argmax())]
    for chosen in reversed(back):
        path.append(int(chosen[path[-1]]))
    return path[::-1]


def spans_of(
    labels: Sequence[int], table: Sequence[str], lines: Sequence[int] | None = None
) -> list[tuple[int, int, str]]:
    """Return the spans that labels name, as ``[start, end)`` in words, and their kinds; none over two ``lines``."""
    found: list[tuple[int, int, str]] = []
    start: int | None = None
    kind = ""
    for at, label in enumerate([*(table[label] for label in labels), "O"]):
        parted = lines is not None and 0 < at < len(lines) and lines[at] != lines[at - 1]
        if start is not None and (parted or label[0] != "I" or label[2:] != kind):
            found.append((start, at, kind))
            start = None
        if label != "O" and start is None:
            start, kind = at, label[2:]
    return found
