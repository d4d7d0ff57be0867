"""Verb groups: a cue with the auxiliaries and adverbs before it, and whether it can attribute."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from services.extract.reading.language.cues import Cue, Tense
from services.extract.reading.language.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DETERMINERS,
    HAVE_OR_DO,
    MODALS,
    NEGATORS,
    NOT_ADVERBS,
    PREPOSITIONS,
    WILL,
)
from services.extract.reading.language.stretches import Unit


class Shape(StrEnum):
    """How a verb group stands."""

    FINITE = "finite"
    PARTICIPLE = "participle"
    NONE = "none"


class VerbGroup(NamedTuple):
    """A cue with the auxiliaries and adverbs before it: indices of its first and last unit."""

    first: int
    last: int
    shape: Shape
    negated: bool


def is_adverb(word: str) -> bool:
    """Tell whether a word can stand between subject and verb without changing either."""
    return word in ADVERBS or (word.endswith("ly") and len(word) > 4 and word not in NOT_ADVERBS)  # noqa: PLR2004


def is_negator(word: str) -> bool:
    """Tell whether a word negates the verb it stands by."""
    return word in NEGATORS or word.endswith("n't")


def verb_group(units: Sequence[Unit], at: int, cue: Cue) -> VerbGroup:
    """Return the group around the cue verb at ``at``; its shape is none where the verb is passive, a noun or a wish."""
    first, helpers = at, list[str]()
    while first > 0 and (units[first - 1].word in AUXILIARIES or is_adverb(units[first - 1].word)):
        first -= 1
        helpers.append(units[first].word)
    negated = any(is_negator(word) for word in helpers)
    before = units[first - 1].word if first > 0 else ""
    return VerbGroup(first, at, _shape(cue.tense, [word for word in helpers if word in AUXILIARIES], before), negated)


def _shape(tense: Tense, helpers: Sequence[str], before: str) -> Shape:
    if before in {"to", "without", "not", "of"} or any(helper in MODALS for helper in helpers):
        return Shape.NONE
    nearest = helpers[0] if helpers else ""
    if tense is Tense.ING:
        return Shape.FINITE if nearest in BE else Shape.PARTICIPLE if not helpers else Shape.NONE
    passive = nearest in BE
    unhelped = tense is Tense.PARTICIPLE and nearest not in HAVE_OR_DO and not nearest.endswith("'ve")
    noun = tense in {Tense.BASE, Tense.PRESENT} and before in DETERMINERS | PREPOSITIONS
    wrongly_helped = tense is Tense.BASE and bool(nearest) and nearest not in HAVE_OR_DO | WILL
    return Shape.NONE if passive or unhelped or noun or wrongly_helped else Shape.FINITE
