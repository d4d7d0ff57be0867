"""Noun phrases for speakers, found in a stretch by the closed words around them."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Sequence

from schemas.extraction import Span
from services.extract.reading.language.cues import CUES, Frame, Tense
from services.extract.reading.language.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    PEOPLE,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    TIME_WORDS,
    TITLES,
)
from services.extract.reading.language.stretches import Unit
from services.extract.reading.language.verbs import is_adverb

PHRASE_MAX_UNITS = 25
"""Words; the longest noun phrase taken for a speaker."""

JOINED_MAX_UNITS = 5
"""Words before "and" that can be the first of two joined subjects."""

APPOSITIONS_MAX = 3
"""Appositions behind one name; more are a list."""

APPOSITION_MAX_UNITS = 30
"""Words between the commas of "Smith, who …, said"."""

HARD = frozenset(',;:()[]{}—–…"“”') | {"--", "...", "?", "!", "."}
"""Marks that end a phrase."""

_DASHES = frozenset(("—", "–", "--"))


def subject_before(units: Sequence[Unit], end: int, floor: int = 0) -> Span | None:
    """Return the noun phrase that ends before unit ``end``, looking through "…, who chairs it," and "who"."""
    last = end - 1
    if last >= floor and units[last].word == "who":
        comma = last - 1 >= floor and units[last - 1].word == ","
        return _antecedent(units, last - 1 if comma else last, floor)
    if last >= floor and (units[last].word in {",", ")"} or units[last].word in _DASHES):
        opening = _opening(units, last, floor)
        named = None if opening is None else _named(units, opening, floor)
        if named is None or opening is None:
            return None
        bracket = units[last].word == ")"
        whole = bracket or _explains(units, opening + 1) or _names_role(units, named, units[opening + 1 : last])
        return (named[0], last + bracket) if whole else named
    return _with_relative(units, end, floor)


def _with_relative(units: Sequence[Unit], end: int, floor: int) -> Span | None:
    """Return the phrase before unit ``end``; "saw it" in "a steward who saw it said" brings the steward."""
    phrase = noun_phrase(units, end, floor)
    if phrase is None or phrase[0] - 1 <= floor or units[phrase[0] - 1].word != "who":
        return phrase
    whom = _antecedent(units, phrase[0] - 1, floor)
    return None if whom is None else (whom[0], end)


def _opening(units: Sequence[Unit], closing: int, floor: int) -> int | None:
    """Return the mark that opens the apposition which ``closing`` closes."""
    partner = "(" if units[closing].word == ")" else units[closing].word
    inner = range(closing - 1, max(floor, closing - APPOSITION_MAX_UNITS) - 1, -1)
    opening = next((at for at in inner if units[at].word == partner), None)
    return None if opening is None or any(units[at].quote is not None for at in range(opening, closing)) else opening


def _named(units: Sequence[Unit], end: int, floor: int) -> Span | None:
    """Return the phrase before an apposition; a role with the name before it: "Smith, head of X, which …"."""
    phrase = noun_phrase(units, end, floor)
    if phrase is None or units[phrase[0]].capital or phrase[0] - 1 <= floor or units[phrase[0] - 1].word != ",":
        return phrase
    name = noun_phrase(units, phrase[0] - 1, floor)
    return (name[0], phrase[1]) if name is not None and units[name[0]].capital else phrase


def _names_role(units: Sequence[Unit], role: Span, apposed: Sequence[Unit]) -> bool:
    """Tell whether a bare name follows a role: "the mayor of the town, Ines Caldo"."""
    held = any(unit.word in TITLES | PEOPLE and not unit.capital for unit in units[slice(*role)])
    return held and bool(apposed) and all(unit.capital and unit.word not in TIME_WORDS for unit in apposed)


def _antecedent(units: Sequence[Unit], end: int, floor: int) -> Span | None:
    """Return whom "who" means: the capitalised words before it, or what the nearest determiner begins."""
    start = end
    while start > floor and units[start - 1].capital and units[start - 1].quote is None:
        start -= 1
    if start == end:
        nearest = range(end - 1, max(floor, end - PHRASE_MAX_UNITS) - 1, -1)
        start = next((at for at in nearest if units[at].word in DETERMINERS | HARD or units[at].quote is not None), end)
    return (start, end) if start < end and _plausible(units, start, end) else None


def noun_phrase(units: Sequence[Unit], end: int, floor: int) -> Span | None:
    """Return the noun phrase that ends before unit ``end`` and begins where a clause does, or None."""
    start = given = end
    while start > floor and end - start <= PHRASE_MAX_UNITS and not _bounds(units, start - 1, floor):
        start -= 1
    while end > start and (units[end - 1].word in TIME_WORDS or (units[end - 1].word == "on" and end < given)):
        end -= 1
    start = _trim(units, start, end)
    return (start, end) if 0 < end - start <= PHRASE_MAX_UNITS and _plausible(units, start, end) else None


def _bounds(units: Sequence[Unit], at: int, floor: int) -> bool:
    """Tell whether the unit at ``at`` stands before a noun phrase, not in it."""
    unit = units[at]
    if unit.quote is not None or unit.word in HARD or unit.word in SUBORDINATORS or unit.word in AUXILIARIES:
        return True
    if unit.word in {"and", "or"}:
        joined = at > floor and units[at - 1].capital and units[at + 1].capital
        return not (joined or _opens_clause(units, at, floor))
    return unit.word in CONJUNCTIONS | {"after", "before", "amid", "despite"} or _finite_verb(units, at)


def _opens_clause(units: Sequence[Unit], at: int, floor: int) -> bool:
    """Tell whether a short phrase without a verb stands between "and" and the mark or start before it."""
    start = at
    while start > floor and units[start - 1].word not in HARD and units[start - 1].quote is None:
        start -= 1
        word = units[start].word
        verb = word in AUXILIARIES or word in CUES or _past(units[start])
        if at - start > JOINED_MAX_UNITS or verb or word in SUBORDINATORS:
            return False
    return start < at and units[start].word not in PREPOSITIONS


def _past(unit: Unit) -> bool:
    return len(unit.word) > 4 and unit.word.endswith("ed") and not unit.capital  # noqa: PLR2004


def with_apposition(units: Sequence[Unit], phrase: Span) -> Span:
    """Return a phrase after its verb with what explains it: "Smith (D-Ohio), a lawyer for the group, who chairs it"."""
    start, end = phrase
    if end < len(units) and units[end].word == "(":
        end = next((at + 1 for at in range(end, min(len(units), end + 8)) if units[at].word == ")"), end)
    for _ in range(APPOSITIONS_MAX):
        at = end + 1
        if at >= len(units) or units[end].word != "," or not _explains(units, at):
            break
        while at < len(units) and units[at].quote is None and units[at].word not in HARD:
            at += 1
        if at - end > APPOSITION_MAX_UNITS:
            break
        end = at
    return start, end


def _explains(units: Sequence[Unit], at: int) -> bool:
    article = units[at].word.isdigit() or units[at].word in {
        "of",
        "a",
        "an",
        "the",
        "who",
        "one",
        "his",
        "her",
        "its",
        "whose",
        "another",
    }
    near = units[at : at + 4]
    return article or (any(unit.word in TITLES | PEOPLE for unit in near) and not units[at].word.endswith("ing"))


def _finite_verb(units: Sequence[Unit], at: int) -> bool:
    cue = CUES.get(units[at].word)
    if cue is None or units[at].capital or Frame.QUOTE not in cue.frames:
        return False
    noun_like = at > 0 and (units[at - 1].word in DETERMINERS or units[at - 1].word.endswith("'s"))
    return cue.tense is Tense.PAST and not noun_like


def _trim(units: Sequence[Unit], start: int, end: int) -> int:
    """Drop adverbs, times and prepositional phrases that open a clause before its subject."""
    while start < end:
        word = units[start].word
        if (
            word in TIME_WORDS - DETERMINERS
            or (is_adverb(word) and not units[start].word.endswith("'s"))
            or word in "-•*#"
        ):
            start += 1
        elif word in DETERMINERS and start + 1 < end and units[start + 1].word in TIME_WORDS:
            start += 2
        elif word in PREPOSITIONS:
            start = _after_phrase(units, start + 1, end)
        else:
            return start
    return start


def _after_phrase(units: Sequence[Unit], start: int, end: int) -> int:
    """Return where the noun phrase from ``start`` probably ends: before the next determiner, pronoun or capital."""
    at = start + 1
    while at < end:
        begins_name = units[at].capital and not units[at - 1].capital and units[at - 1].word not in DETERMINERS
        if units[at].word in DETERMINERS | PRONOUNS or begins_name:
            return at if units[at - 1].word not in PREPOSITIONS else _after_phrase(units, at, end)
        at += 1
    return end


def _plausible(units: Sequence[Unit], start: int, end: int) -> bool:
    first, last = units[start], units[end - 1]
    if first.word in PREPOSITIONS:
        return False
    if last.word.endswith(("'s", "s'")):
        return False
    if end - start == 1 and (not first.capital or first.word in DETERMINERS):
        plural = len(first.word) > 3 and first.word.endswith("s")  # noqa: PLR2004
        return (
            first.word in PRONOUNS
            or first.word in DETERMINERS - POSSESSIVES - {"the", "a", "an"}
            or plural
            or first.word in PEOPLE
        )
    return last.word not in PREPOSITIONS | DETERMINERS and any(unit.word[:1].isalnum() for unit in units[start:end])


def phrase_after(units: Sequence[Unit], start: int) -> Span | None:
    """Return the noun phrase that begins at unit ``start``: up to a mark, a new clause or a time, or None."""
    end = start
    while end < len(units) and end - start <= PHRASE_MAX_UNITS and not _stops(units, end, start):
        end += 1
    return (start, end) if 0 < end - start <= PHRASE_MAX_UNITS and _plausible(units, start, end) else None


def _stops(units: Sequence[Unit], at: int, start: int) -> bool:
    unit = units[at]
    if unit.quote is not None or unit.word in HARD or unit.word in SUBORDINATORS or unit.word in AUXILIARIES:
        return True
    if unit.word in {"in", "on", "at", "during", "after", "before", "by", "to", "about", "earlier", "later", "via"}:
        return True
    if _past(unit):
        return True
    if unit.word in TIME_WORDS and not (at > start and units[at - 1].capital and unit.word == "may"):
        return True
    if unit.word in {"and", "or"}:
        return not (at + 1 < len(units) and units[at + 1].capital and units[at - 1].capital)
    cue = CUES.get(unit.word)
    return unit.word in CONJUNCTIONS or is_adverb(unit.word) or (cue is not None and cue.tense is Tense.ING)
