"""How many were found, wanted and right, and which of the found is which of the wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.quality.words import share


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over any number of texts; their sum is the micro average."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.found + other.found, self.wanted + other.wanted)

    @property
    def precision(self) -> float | None:
        """Of the found, those that are right, in percent."""
        return share(self.right, self.found)

    @property
    def recall(self) -> float | None:
        """Of the wanted, those that are found, in percent."""
        return share(self.right, self.wanted)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both, in percent (van Rijsbergen, 1979)."""
        return share(2 * self.right, self.found + self.wanted)


def assign(choices: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return a largest one-to-one matching: of each key at most one of its choices, each choice at most once.

    Augmenting paths (Kuhn, 1955): keys and choices are tried in their order, so the same input gives the same answer.
    """
    holder: dict[int, int] = {}

    def seek(key: int, seen: set[int]) -> bool:
        for choice in choices[key]:
            if choice not in seen:
                seen.add(choice)
                if choice not in holder or seek(holder[choice], seen):
                    holder[choice] = key
                    return True
        return False

    for key in choices:
        seek(key, set())
    return {key: choice for choice, key in holder.items()}


def best_first(fits: Mapping[int, float], least: float) -> list[int]:
    """Return the choices that fit at least so well, the best first, the smaller number where two fit alike."""
    return sorted((choice for choice, fit in fits.items() if fit >= least), key=lambda choice: (-fits[choice], choice))
