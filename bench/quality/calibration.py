"""Whether a confidence means what it says: of the claims at 0.9, nine in ten should be right."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bench.quality.judging import Judged
from bench.quality.words import share

BINS = 10
"""Of equal width over 0 to 1; a confidence of 1 is in the last."""

SURE = 0.9
"""The confidence from which on a claim is called sure."""

Guess = tuple[float, bool]
"""A claim's confidence, and whether it is right."""


class Bin(NamedTuple):
    """The guesses whose confidence is at least ``low`` and below the next bin's."""

    low: float
    guesses: int
    confidence: float
    right: float


def guesses_of(judged: Iterable[Judged]) -> Iterator[Guess]:
    """Yield every served claim that is no optional one: right where content and speaker are."""
    for each in judged:
        right, excused = set(each.right.values()), set(each.excused.values())
        for number, claim in enumerate(each.served):
            if number not in excused:
                yield claim.confidence, number in right


def bins_of(guesses: Iterable[Guess]) -> list[Bin]:
    """Return the bins that are not empty: mean confidence and share right, both 0 to 1."""
    kept: dict[int, list[Guess]] = {}
    for guess in guesses:
        # Rounded first: 0.7 * 10 is a little less than 7 for a machine.
        kept.setdefault(min(int(round(guess[0] * BINS, 9)), BINS - 1), []).append(guess)
    return [
        Bin(
            at / BINS, len(held), sum(said for said, _ in held) / len(held), sum(right for _, right in held) / len(held)
        )
        for at, held in sorted(kept.items())
    ]


def right_when_sure(guesses: Iterable[Guess]) -> float | None:
    """Return the share right of the guesses at ``SURE`` or more, in percent; null where there is none."""
    sure = [right for confidence, right in guesses if confidence >= SURE]
    return share(sum(sure), len(sure))


def calibration_error(guesses: Iterable[Guess]) -> float | None:
    """Return the expected calibration error in points of percent; null where there is nothing.

    The mean over all guesses of how far their bin's mean confidence is from its share right (Guo et al., 2017).
    """
    bins = bins_of(guesses)
    return share(
        sum(each.guesses * abs(each.confidence - each.right) for each in bins), sum(each.guesses for each in bins)
    )
