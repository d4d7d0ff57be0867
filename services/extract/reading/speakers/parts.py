"""What part a phrase has in its sentence, told by the words beside it: whose it is, or who acts in it."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Sequence
from enum import IntEnum

from services.extract.reading.language.cues import CUES, Frame
from services.extract.reading.language.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBORDINATORS,
    TIME_WORDS,
)
from services.extract.reading.language.stretches import Unit

PHRASE_LOOK = 5
"""Words before a noun that may belong to its phrase."""

SEEN = frozenset(("seen", "obtained", "reviewed", "read", "heard", "viewed", "learned", "learnt", "consulted"))
"""What a newspaper does with a document that is not its own."""

REGULAR_MIN = 5
"""Letters; shorter words in -ed are mostly none: "red", "need"."""

CLAUSE_LOOK = 30
"""Words before a phrase among which the verb of its clause stands."""

PHRASE_DETERMINERS = DETERMINERS | {"one"}
BOUNDARIES = frozenset(',;:—–-()[]“”"«»„‘…') | {"--", "...", ".", "?", "!"}
_OPENERS = CONJUNCTIONS | ADVERBS | TIME_WORDS
STOPS = (FUNCTION_WORDS - PHRASE_DETERMINERS - ADVERBS) | AUXILIARIES


class Part(IntEnum):
    """A figure's part in its sentence, the more salient the higher."""

    OWNER = 1
    OBJECT = 2
    SUBORDINATE = 4
    SUBJECT = 8


def bare_word(word: str) -> str:
    """Return a word without its possessive ending."""
    return word[:-2] if word.endswith("'s") else word.removesuffix("'")


def is_verb(word: str) -> bool:
    """Tell whether a word is likely a verb: a cue that is no noun, an auxiliary, or one in -ed."""
    cue = CUES.get(word)
    regular = len(word) >= REGULAR_MIN and word.endswith("ed")
    return regular or word in AUXILIARIES or (cue is not None and not cue.noun)


def phrase_start(units: Sequence[Unit], at: int) -> int:
    """Return where the noun phrase begins whose head or name stands at ``at``."""
    first = at
    while first > 0 and at - first < PHRASE_LOOK:
        unit = units[first - 1]
        if unit.word in PHRASE_DETERMINERS or (unit.word.endswith(("'s", "s'")) and unit.word not in AUXILIARIES):
            owner = unit.word.endswith(("'s", "s'")) and not unit.capital and first > 1
            return first - 2 if owner and units[first - 2].word in PHRASE_DETERMINERS else first - 1
        if unit.quote is not None or unit.word in BOUNDARIES or unit.word in STOPS or unit.word in ADVERBS:
            break
        if is_verb(unit.word) or unit.word.isdigit():
            break
        first -= 1
    return first


def part_of(units: Sequence[Unit], first: int, end: int) -> Part:
    """Return the part that the phrase from unit ``first`` to ``end`` has, by the words beside it."""
    part = _part_after(units, first)
    if end >= len(units) or not is_verb(units[end].word) or first == 0:
        return part
    before = units[first - 1].word
    if part is Part.SUBJECT and before in CUES:
        return Part.SUBORDINATE
    if part is Part.OBJECT and before not in PREPOSITIONS and before not in AUXILIARIES:
        return (
            Part.SUBORDINATE
            if any(is_verb(unit.word) for unit in units[max(0, first - CLAUSE_LOOK) : first])
            else Part.SUBJECT
        )
    return part


def _part_after(units: Sequence[Unit], first: int) -> Part:
    """Return the part of a phrase by the word before it."""
    if first == 0 or units[first - 1].quote is not None:
        return Part.SUBJECT
    word, earlier = units[first - 1].word, units[first - 2] if first > 1 else None
    if earlier is not None and earlier.quote is not None and word not in BOUNDARIES | PREPOSITIONS:
        return Part.SUBJECT
    if word == "to" and earlier is not None and earlier.word == "according":
        return Part.SUBJECT
    if word in SUBORDINATORS or word.startswith("who"):
        return Part.SUBORDINATE
    if word in PREPOSITIONS and word not in ADVERBS:
        return Part.OBJECT
    return Part.SUBJECT if word in BOUNDARIES or word in _OPENERS else _part_of_verb(word, earlier)


def _part_of_verb(word: str, earlier: Unit | None) -> Part:
    """Return the part of a phrase behind what may be a verb: "said Caldo", "nor did Caldo", "told Caldo"."""
    if word in AUXILIARIES:
        inverted = earlier is not None and earlier.word in {"nor", "neither", "so", ","}
        return Part.SUBJECT if inverted else Part.OBJECT
    cue = CUES.get(word)
    if cue is None or Frame.ADDRESSEE in cue.frames:
        return Part.OWNER if word in POSSESSIVES else Part.OBJECT
    begins = earlier is None or earlier.word in BOUNDARIES
    return Part.SUBJECT if begins and Frame.QUOTE in cue.frames else Part.SUBORDINATE
