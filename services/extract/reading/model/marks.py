"""What the learnt reader marks in a text: names, and attributions by their cue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from schemas.extraction import Span


class NameKind(StrEnum):
    """What a name names, as far as the reader has learnt to tell; states and places are one."""

    PERSON = "PERSON"
    ORG = "ORG"
    LOC = "LOC"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as marked, without its title; ``score``: how sure of it, 0 to 1, not calibrated."""

    span: Span
    kind: NameKind
    score: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """A cue with the words of its source and its content, each in spans of one paragraph; either may have none.

    ``score``: how sure of the cue and of the other words, 0 to 1, not calibrated.
    """

    cue: Span
    source: tuple[Span, ...]
    content: tuple[Span, ...]
    score: float


class Layer(StrEnum):
    """The kinds of words of an attribution."""

    SOURCE = "source"
    CUE = "cue"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Tag:
    """A span of one layer, whatever attribution it belongs to: a cue over a source over a content."""

    span: Span
    layer: Layer


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """How like a source, a cue and a content each word looks, whatever was made of it.

    ``starts``: where the words begin, in order, ``[words]``; ``chances``: their probabilities of each, ``[words, 3]``.
    """

    starts: NDArray[np.int64]
    chances: NDArray[np.float32]

    def strongest(self, spans: Iterable[Span]) -> tuple[float, float, float]:
        """Return the greatest of each among the words that begin in any of the spans; zeros where none does."""
        most = np.zeros(len(Layer), np.float32)
        for span in spans:
            first, last = np.searchsorted(self.starts, span)
            most = np.maximum(most, self.chances[first:last].max(0, initial=0))
        source, cue, content = map(float, most)
        return source, cue, content


NO_TRACES = Traces(np.zeros(0, np.int64), np.zeros((0, len(Layer)), np.float32))
"""Of a text that the reader did not see."""


def joined(parts: Sequence[Traces]) -> Traces:
    """Return the traces of a text from those of its parts in order."""
    if not parts:
        return NO_TRACES
    return Traces(np.concatenate([part.starts for part in parts]), np.concatenate([part.chances for part in parts]))


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is marked in one text, in its order."""

    names: tuple[Name, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    tags: tuple[Tag, ...] = ()
    traces: Traces = NO_TRACES
