"""Rules for contents that follow their cue: clauses, infinitives and noun phrases."""

from collections.abc import Sequence

from services.extract.reading.attribution.contents import (
    CLAUSE_LOOK,
    CLAUSE_MIN_UNITS,
    LEAD_MAX_UNITS,
    Content,
    Rule,
    leads_in,
    made,
)
from services.extract.reading.attribution.hits import Hit
from services.extract.reading.attribution.phrases import HARD
from services.extract.reading.language.cues import CUES, Frame
from services.extract.reading.language.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    GENERIC_ADDRESSEES,
    OBJECT_PRONOUNS,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    TIME_WORDS,
    words,
)
from services.extract.reading.language.stretches import Unit
from services.extract.reading.language.verbs import is_adverb, is_negator

_NO_CLAUSE = AUXILIARIES | (SUBORDINATORS - {"if", "when", "since", "once"}) | {"nothing", "such"}
"""Words that begin no clause after a cue: "which he said would fail", "said so", "said nothing"."""

_SUMS = words("something accusation allegation assertion charge claim contention suggestion")
"""Nouns by which what is said is taken up again to tell who denies it; of a "plan" or "view" there are others too."""

_ANSWERS = frozenset(("yes", "no"))


def _lead_end(units: Sequence[Unit], hit: Hit, limit: int) -> int:
    """Return where a clause after the cue can begin: behind times, adverbs and the addressee of "told"."""
    at = hit.end
    if Frame.ADDRESSEE in hit.cue.frames and at < limit:
        at = _after_addressee(units, at, limit)
    while at < limit and (units[at].word in TIME_WORDS - DETERMINERS or is_adverb(units[at].word)):
        at += 1
    if at < limit and units[at].word in {"on", "late", "early"} and at + 1 < limit and units[at + 1].word in TIME_WORDS:
        at += 2
    return at


def _after_addressee(units: Sequence[Unit], at: int, limit: int) -> int:
    if units[at].word in OBJECT_PRONOUNS | GENERIC_ADDRESSEES:
        return at + 1
    start = at
    while at < limit and (units[at].capital or units[at].word in {"'s", "of"}):
        at += 1
    if at == start and units[at].word in DETERMINERS:
        return next((i + 1 for i in range(at, min(limit, at + 6)) if units[i].word in PEOPLE), start)
    return at


def that_clause(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find the clause behind "that", which may follow an addressee, a time or a place."""
    if not hit.cue.frames & {Frame.CLAUSE, Frame.THAT, Frame.QUOTE}:
        return None
    for at in range(hit.end, min(limit, hit.end + LEAD_MAX_UNITS)):
        if units[at].word == "that":
            rule = Rule.PARTICIPLE if hit.inherits else Rule.THAT
            start = at if units[at + 1 : at + 2] and units[at + 1].word in AUXILIARIES else at + 1
            quoted = any(unit.quote is not None for unit in units[at + 1 : limit])
            return made(units, rule, start, limit, 1 if quoted else CLAUSE_MIN_UNITS)
        inside = at > hit.end and (units[at].word in HARD | AUXILIARIES or units[at].word in CUES)
        if units[at].quote is not None or units[at].word in HARD or inside:
            return None
        if at == hit.end and not (
            leads_in(units, at, at + 1) or units[at].word in PREPOSITIONS or _addressed(units, hit)
        ):
            return None
    return None


def _addressed(units: Sequence[Unit], hit: Hit) -> bool:
    return Frame.ADDRESSEE in hit.cue.frames or units[hit.end].word in TIME_WORDS


def bare_clause(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find a clause without "that"."""
    at = _lead_end(units, hit, limit)
    if Frame.CLAUSE not in hit.cue.frames or at >= limit or units[at].quote is not None:
        return None
    word, told = units[at].word, Frame.ADDRESSEE in hit.cue.frames and at == hit.end
    if told or word in HARD | CONJUNCTIONS | {"to"} or word in _NO_CLAUSE:
        return None
    if word in PREPOSITIONS and not any(unit.word == "," for unit in units[at : at + LEAD_MAX_UNITS]):
        return None
    verb = any(
        u.word in AUXILIARIES or u.word.endswith("ed") or u.word in CUES for u in units[at + 1 : at + CLAUSE_LOOK]
    )
    begins = word in PRONOUNS | DETERMINERS or Frame.QUOTE in hit.cue.frames
    likely = begins and Frame.NOUN not in hit.cue.frames and limit - at > CLAUSE_MIN_UNITS
    if not (verb or likely):
        return None
    rule = Rule.PARTICIPLE if hit.inherits else Rule.BARE_CLAUSE
    return made(units, rule, at, limit, CLAUSE_MIN_UNITS)


def infinitive(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find "to cut taxes" behind a promise, and "his advisers to find a way" behind an order."""
    if Frame.ADDRESSEE in hit.cue.frames and (command := _command(units, hit, limit)) is not None:
        return command
    if Frame.INFINITIVE not in hit.cue.frames:
        return None
    at = hit.end + 1 if hit.end < limit and units[hit.end].word == "not" else hit.end
    if at + 1 >= limit or units[at].word != "to" or units[at + 1].word in DETERMINERS or units[at + 1].capital:
        return None
    return made(units, Rule.INFINITIVE, hit.end, limit, 2)


def _command(units: Sequence[Unit], hit: Hit, limit: int) -> Content | None:
    """Find what is demanded in "told his advisers to find a way"."""
    for at in range(hit.end + 1, min(limit - 1, hit.end + LEAD_MAX_UNITS)):
        if units[at].word in HARD | AUXILIARIES | SUBORDINATORS or units[at].quote is not None:
            return None
        if units[at].word == "to" and not units[at + 1].capital and units[at + 1].word not in DETERMINERS:
            return made(units, Rule.INFINITIVE, hit.end, limit, CLAUSE_MIN_UNITS)
    return None


def relative(units: Sequence[Unit], hit: Hit, floor: int, _limit: int) -> Content | None:
    """Find what ", which the ministry has rejected" says is rejected: the noun phrase before it.

    Of ", something that the ministry has rejected" and ", a charge which it denies", the predicate before it, which
    such a noun sums up (summative modifiers: Williams, Style, 1981).
    """
    at = hit.start - 1
    if (resumed := _resumed(units, hit, floor)) is not None:
        return resumed
    if Frame.NOUN not in hit.cue.frames or at <= floor or units[at].word != "which" or units[at - 1].word != ",":
        return None
    closes = hit.end >= len(units) or units[hit.end].word in HARD | PREPOSITIONS
    start = at - 1
    while start > floor and units[start - 1].word not in HARD | PREPOSITIONS | SUBORDINATORS | AUXILIARIES:
        start -= 1
    return made(units, Rule.RELATIVE, start, at - 1) if closes and at - 1 - start < LEAD_MAX_UNITS else None


def _resumed(units: Sequence[Unit], hit: Hit, floor: int) -> Content | None:
    at = hit.start - 1
    comma = at - 2 if units[at - 1].word == "something" else at - 3
    if comma <= floor or units[comma].word != "," or units[at].word not in {"that", "which"}:
        return None
    if Frame.NOUN not in hit.cue.frames or not _sums_up([unit.word for unit in units[comma + 1 : at]]):
        return None
    closes = hit.end >= len(units) or units[hit.end].word in HARD | PREPOSITIONS
    before = range(comma - 1, floor - 1, -1)
    start = next((here + 1 for here in before if units[here].word in HARD or _begins_predicate(units[here])), floor)
    is_predicate = start > floor and _begins_predicate(units[start - 1])
    return made(units, Rule.RELATIVE, start, comma, 2) if closes and is_predicate else None


def _sums_up(phrase: Sequence[str]) -> bool:
    return phrase[-1] in _SUMS and (len(phrase) == 1 or phrase[0] in {"a", "an"})


def _begins_predicate(unit: Unit) -> bool:
    """Tell whether what follows is what is said, or what somebody is said to do."""
    is_cue = unit.word in CUES and not unit.capital
    return is_cue or unit.word in SUBORDINATORS | AUXILIARIES or is_negator(unit.word)


def noun(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find the phrase that a verb like "rejected" or "called for" takes, to the end of its clause."""
    if Frame.NOUN not in hit.cue.frames or hit.end >= limit:
        return None
    word = units[hit.end].word
    prepositional = word in PREPOSITIONS or word in SUBORDINATORS | CONJUNCTIONS | HARD | {"to"}
    return None if prepositional else made(units, Rule.NOUN_PHRASE, hit.end, limit)


def answer(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find "no" in "asked whether it was dead, she said no"."""
    if Frame.QUOTE not in hit.cue.frames or hit.end >= limit or units[hit.end].word not in _ANSWERS:
        return None
    return made(units, Rule.BARE_CLAUSE, hit.end, limit)
