"""The content of a claim in indices of units, and what the rules that find it share."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.extract.reading.attribution.phrases import HARD
from services.extract.reading.language.cues import CUES
from services.extract.reading.language.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    GENERIC_ADDRESSEES,
    OBJECT_PRONOUNS,
    TIME_WORDS,
)
from services.extract.reading.language.stretches import Unit
from services.extract.reading.language.verbs import is_adverb

LEAD_MAX_UNITS = 14
"""Words between a cue and its content: "told reporters in the capital on Friday that …"."""

CLAUSE_MIN_UNITS = 3
"""Words; fewer are no clause."""

CLAUSE_LOOK = 40
"""Words of a clause without "that" in which its verb must stand."""


class Rule(StrEnum):
    """By what a claim was found; each kind has one confidence."""

    QUOTE = "quote"
    THAT = "that"
    ACCORDING_TO = "according_to"
    POSTPOSED = "postposed"
    BARE_CLAUSE = "bare_clause"
    INFINITIVE = "infinitive"
    NOUN_PHRASE = "noun_phrase"
    PARTICIPLE = "participle"
    RELATIVE = "relative"
    COLON = "colon"
    ANSWER = "answer"
    FREE_QUOTE = "free_quote"
    UNCLOSED_QUOTE = "unclosed_quote"


ALONE = {
    Rule.QUOTE: 0.9,
    Rule.COLON: 0.9,
    Rule.ANSWER: 0.9,
    Rule.ACCORDING_TO: 0.7,
    Rule.FREE_QUOTE: 0.6,
    Rule.THAT: 0.5,
    Rule.RELATIVE: 0.5,
}
"""How sure a find of a rule alone is, where it leaves little doubt; too few to fit."""


@dataclass(frozen=True, slots=True)
class Content:
    """Ranges of units in order, and the rule that found them."""

    rule: Rule
    ranges: tuple[tuple[int, int], ...]


def tidy(units: Sequence[Unit], start: int, end: int) -> tuple[int, int]:
    """Leave out marks and conjunctions around a range, but no quotation and no closing bracket."""
    while start < end and units[start].quote is None and units[start].word in HARD - {"("}:
        start += 1
    while start < end and units[end - 1].quote is None and units[end - 1].word in HARD | CONJUNCTIONS - {")"}:
        if units[end - 1].word == ")":
            break
        end -= 1
    return start, end


def made(units: Sequence[Unit], rule: Rule, start: int, end: int, least: int = 1) -> Content | None:
    """Return a tidied range as content, or None where fewer than ``least`` units are left."""
    start, end = tidy(units, start, end)
    return Content(rule, ((start, end),)) if end - start >= least else None


def leads_in(units: Sequence[Unit], start: int, end: int) -> bool:
    """Tell whether units between cue and content are an addressee, a time or a place, and no part of the content."""
    return all(
        unit.word in TIME_WORDS | OBJECT_PRONOUNS | GENERIC_ADDRESSEES
        or is_adverb(unit.word)
        or unit.word in {"to", "on"}
        for unit in units[start:end]
    )


def has_verb(units: Sequence[Unit], start: int, end: int) -> bool:
    """Tell whether a range holds, near its beginning, a word that can be a verb."""
    found = [unit.word for unit in units[start : min(end, start + CLAUSE_LOOK)]]
    return any(word in AUXILIARIES or word.endswith(("ed", "n't", "s")) or word in CUES for word in found)
