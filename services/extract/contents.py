"""What a hit attributes: the quotation, clause or phrase that is its content, in indices of units."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.extract.cues import CUES, Frame
from services.extract.hits import ACCORDING, Hit
from services.extract.lexicon import (
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
)
from services.extract.phrases import HARD, is_adverb
from services.extract.stretches import Unit

LEAD_MAX_UNITS = 14
"""Words between a cue and its content: "told reporters in the capital on Friday that …"."""

CLAUSE_MIN_UNITS = 3
"""Words; fewer are no clause."""

_CLAUSE_LOOK = 40
"""Words of a clause without "that" in which its verb must stand."""

_ANSWERS = frozenset(("yes", "no"))


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
    FREE_QUOTE = "free_quote"
    UNCLOSED_QUOTE = "unclosed_quote"
    HEADLINE = "headline"
    LIKELY_HEADLINE = "likely_headline"


@dataclass(frozen=True, slots=True)
class Content:
    """Ranges of units in order, and the rule that found them."""

    rule: Rule
    ranges: tuple[tuple[int, int], ...]


def content_of(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Return the content of ``hit`` between ``floor`` and ``limit`` (where the next hit beside it begins), or None."""
    if hit.cue is ACCORDING:
        return _of_according(units, hit, floor, limit)
    rules = (_quote_before, _quote_after, _that, _postposed, _bare, _infinitive, _relative, _noun, _answer)
    found = (rule(units, hit, floor, limit) for rule in rules)
    return next((content for content in found if content is not None), None)


def tidy(units: Sequence[Unit], start: int, end: int) -> tuple[int, int]:
    """Leave out marks and conjunctions around a range, but no quotation and no closing bracket."""
    while start < end and units[start].quote is None and units[start].word in HARD - {"("}:
        start += 1
    while start < end and units[end - 1].quote is None and units[end - 1].word in HARD | CONJUNCTIONS - {")"}:
        if units[end - 1].word == ")":
            break
        end -= 1
    return start, end


def _made(units: Sequence[Unit], rule: Rule, start: int, end: int, least: int = 1) -> Content | None:
    start, end = tidy(units, start, end)
    return Content(rule, ((start, end),)) if end - start >= least else None


def _quote_before(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    at = hit.start - 1
    if at > floor and units[at].word in {",", "—", "–"}:
        at -= 1
    if Frame.QUOTE not in hit.cue.frames or hit.inherits or at < floor or units[at].quote is None:
        return None
    if at > floor and units[at - 1].quote is None and units[at - 1].word not in HARD | CONJUNCTIONS:
        return _quoted_end(units, at, floor, leads=hit.end < limit and units[hit.end].word not in HARD)
    resumed = next(
        (i for i in range(hit.end, min(limit, hit.end + LEAD_MAX_UNITS)) if units[i].quote is not None), None
    )
    if resumed is not None and units[resumed - 1].word in {",", "—", "–", ":", "but", "and"}:
        return Content(Rule.QUOTE, ((at, at + 1), (resumed, resumed + 1)))
    return Content(Rule.QUOTE, ((at, at + 1),))


def _quoted_end(units: Sequence[Unit], at: int, floor: int, *, leads: bool) -> Content | None:
    """Return the clause that ends in the quotation at ``at``, unless that is a term in the opening of another clause."""
    if units[at - 1].word in PREPOSITIONS and leads:
        return None
    return _made(units, Rule.POSTPOSED, floor, at + 1)


def _quote_after(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    if Frame.QUOTE not in hit.cue.frames:
        return None
    within = range(hit.end, min(limit, hit.end + LEAD_MAX_UNITS))
    at = next((i for i in within if units[i].quote is not None), None)
    if at is None or any(units[i].word == "that" for i in range(hit.end, at)):
        return None
    if at > hit.end and units[at - 1].word not in {",", ":"} and not _leads(units, hit.end, at):
        return None
    follower = units[at + 1].word if at + 1 < limit else "."
    if follower in HARD or follower in {"when", "as", "after", "in", "during", "and", "but", "while", "on"}:
        return Content(Rule.QUOTE, ((at, at + 1),))
    return _made(units, Rule.BARE_CLAUSE, at, limit)


def _leads(units: Sequence[Unit], start: int, end: int) -> bool:
    """Tell whether units between cue and content are an addressee, a time or a place, and no part of the content."""
    return all(
        unit.word in TIME_WORDS | OBJECT_PRONOUNS | GENERIC_ADDRESSEES
        or is_adverb(unit.word)
        or unit.word in {"to", "on"}
        for unit in units[start:end]
    )


def _lead_end(units: Sequence[Unit], hit: Hit, limit: int) -> int:
    """Return where a clause after the cue can begin: behind times, adverbs and, for verbs like "told", the addressee."""
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


def _that(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    if not hit.cue.frames & {Frame.CLAUSE, Frame.THAT, Frame.QUOTE}:
        return None
    for at in range(hit.end, min(limit, hit.end + LEAD_MAX_UNITS)):
        if units[at].word == "that":
            rule = Rule.PARTICIPLE if hit.inherits else Rule.THAT
            quoted = any(unit.quote is not None for unit in units[at + 1 : limit])
            return _made(units, rule, at + 1, limit, 1 if quoted else CLAUSE_MIN_UNITS)
        inside = at > hit.end and (units[at].word in HARD | AUXILIARIES or units[at].word in CUES)
        if units[at].quote is not None or units[at].word in HARD or inside:
            return None
        if at == hit.end and not (
            _leads(units, at, at + 1) or units[at].word in PREPOSITIONS or _addressed(units, hit)
        ):
            return None
    return None


def _addressed(units: Sequence[Unit], hit: Hit) -> bool:
    return Frame.ADDRESSEE in hit.cue.frames or units[hit.end].word in TIME_WORDS


def _postposed(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Find the clause before ", she said" at its end, or around it where the clause goes on."""
    before = hit.start - 1
    speech = hit.cue.frames & {Frame.QUOTE, Frame.CLAUSE}
    if not speech or hit.inherits or before < floor or units[before].word not in {",", "—", "–"}:
        return None
    ends = hit.end >= len(units) or units[hit.end].word in HARD | PREPOSITIONS | TIME_WORDS | {"when", "as"}
    if not ends or any(unit.word == "that" for unit in units[hit.end : hit.end + LEAD_MAX_UNITS]):
        return None
    first, last = tidy(units, floor, before)
    if last - first < CLAUSE_MIN_UNITS and not _resumes(units, hit, first, limit):
        return None
    if _resumes(units, hit, first, limit):
        rest = tidy(units, hit.end + 1, limit)
        return Content(Rule.POSTPOSED, ((first, last), rest)) if last > first and rest[1] > rest[0] else None
    opening = units[first].word in PREPOSITIONS | SUBORDINATORS
    return None if opening and not _has_verb(units, first, last) else Content(Rule.POSTPOSED, ((first, last),))


def _resumes(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> bool:
    """Tell whether the clause that ", she said," interrupts goes on behind it."""
    if hit.end + 2 >= limit or units[hit.end].word != ",":
        return False
    word = units[hit.end + 1].word
    opening = units[floor].word in SUBORDINATORS
    return word not in CONJUNCTIONS | {"who", "which", "as", "when"} and (opening or not word.endswith("ing"))


def _has_verb(units: Sequence[Unit], start: int, end: int) -> bool:
    words = [unit.word for unit in units[start : min(end, start + _CLAUSE_LOOK)]]
    return any(word in AUXILIARIES or word.endswith(("ed", "n't")) or word in CUES for word in words) or (
        sum(word.endswith("s") for word in words) > 0
    )


def _bare(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find a clause without "that"."""
    at = _lead_end(units, hit, limit)
    if Frame.CLAUSE not in hit.cue.frames or at >= limit or units[at].quote is not None:
        return None
    word, told = units[at].word, Frame.ADDRESSEE in hit.cue.frames and at == hit.end
    if told or word in HARD | CONJUNCTIONS | {"to"} or word in SUBORDINATORS - {"if", "when", "since", "once"}:
        return None
    if word in PREPOSITIONS and not any(unit.word == "," for unit in units[at : at + LEAD_MAX_UNITS]):
        return None
    verb = any(
        u.word in AUXILIARIES or u.word.endswith("ed") or u.word in CUES for u in units[at + 1 : at + _CLAUSE_LOOK]
    )
    begins = word in PRONOUNS | DETERMINERS
    if not (verb or ((begins or Frame.QUOTE in hit.cue.frames) and limit - at > CLAUSE_MIN_UNITS)):
        return None
    rule = Rule.PARTICIPLE if hit.inherits else Rule.BARE_CLAUSE
    return _made(units, rule, at, limit, CLAUSE_MIN_UNITS)


def _infinitive(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    if Frame.ADDRESSEE in hit.cue.frames and (command := _command(units, hit, limit)) is not None:
        return command
    if Frame.INFINITIVE not in hit.cue.frames:
        return None
    at = hit.end + 1 if hit.end < limit and units[hit.end].word == "not" else hit.end
    if at + 1 >= limit or units[at].word != "to" or units[at + 1].word in DETERMINERS or units[at + 1].capital:
        return None
    return _made(units, Rule.INFINITIVE, hit.end, limit, 2)


def _command(units: Sequence[Unit], hit: Hit, limit: int) -> Content | None:
    """Find what is demanded in "told his advisers to find a way"."""
    for at in range(hit.end + 1, min(limit - 1, hit.end + LEAD_MAX_UNITS)):
        if units[at].word in HARD | AUXILIARIES | SUBORDINATORS or units[at].quote is not None:
            return None
        if units[at].word == "to" and not units[at + 1].capital and units[at + 1].word not in DETERMINERS:
            return _made(units, Rule.INFINITIVE, hit.end, limit, CLAUSE_MIN_UNITS)
    return None


def _relative(units: Sequence[Unit], hit: Hit, floor: int, _limit: int) -> Content | None:
    """Find what ", which the ministry has rejected" says is rejected: the noun phrase before it."""
    at = hit.start - 1
    if Frame.NOUN not in hit.cue.frames or at <= floor or units[at].word != "which" or units[at - 1].word != ",":
        return None
    closes = hit.end >= len(units) or units[hit.end].word in HARD | PREPOSITIONS
    start = at - 1
    while start > floor and not (units[start - 1].word in HARD | PREPOSITIONS | SUBORDINATORS | AUXILIARIES):
        start -= 1
    return _made(units, Rule.RELATIVE, start, at - 1) if closes and at - 1 - start < LEAD_MAX_UNITS else None


def _noun(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    if Frame.NOUN not in hit.cue.frames or hit.end >= limit:
        return None
    word = units[hit.end].word
    prepositional = word in PREPOSITIONS or word in SUBORDINATORS | CONJUNCTIONS | HARD | {"to"}
    return None if prepositional else _made(units, Rule.NOUN_PHRASE, hit.end, limit)


def _answer(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    if Frame.QUOTE not in hit.cue.frames or hit.end >= limit or units[hit.end].word not in _ANSWERS:
        return None
    return _made(units, Rule.BARE_CLAUSE, hit.end, limit)


def _of_according(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Find the clause after a leading "according to X,", before a closing one, or around one in the middle."""
    first, last = tidy(units, floor, hit.start)
    behind = hit.end < limit and units[hit.end].word == ","
    rest = tidy(units, hit.end + 1, limit) if behind else (0, 0)
    if last - first < CLAUSE_MIN_UNITS and rest[1] - rest[0] >= CLAUSE_MIN_UNITS and last <= first:
        return Content(Rule.ACCORDING_TO, (rest,))
    if last - first >= CLAUSE_MIN_UNITS and _has_verb(units, first, last):
        return Content(Rule.ACCORDING_TO, ((first, last),))
    around = last > first and rest[1] > rest[0]
    return Content(Rule.ACCORDING_TO, ((first, last), rest)) if around else None
