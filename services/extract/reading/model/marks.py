"""What the learnt reader marks in a text: names, and attributions by their cue."""

from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is marked in one text, in its order."""

    names: tuple[Name, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    tags: tuple[Tag, ...] = ()
