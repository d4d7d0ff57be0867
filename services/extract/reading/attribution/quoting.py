"""Rules for contents that stand before their cue or are quotations."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Sequence

from services.extract.reading.attribution.contents import (
    CLAUSE_MIN_UNITS,
    LEAD_MAX_UNITS,
    Content,
    Rule,
    has_verb,
    leads_in,
    made,
    tidy,
)
from services.extract.reading.attribution.hits import Hit
from services.extract.reading.attribution.phrases import HARD
from services.extract.reading.language.cues import Frame
from services.extract.reading.language.lexicon import (
    CONJUNCTIONS,
    PREPOSITIONS,
    SUBORDINATORS,
    TIME_WORDS,
)
from services.extract.reading.language.stretches import Unit


def quote_before(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Find '"…," she said', with the quotation that goes on behind the cue, if one does."""
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
    """Return the clause that ends in the quotation at ``at``, unless another clause follows and it only opens that."""
    if units[at - 1].word in PREPOSITIONS and leads:
        return None
    return made(units, Rule.POSTPOSED, floor, at + 1)


def quote_after(units: Sequence[Unit], hit: Hit, _floor: int, limit: int) -> Content | None:
    """Find 'she said: "…"', also behind an addressee, a time or a place."""
    if Frame.QUOTE not in hit.cue.frames:
        return None
    within = range(hit.end, min(limit, hit.end + LEAD_MAX_UNITS))
    at = next((i for i in within if units[i].quote is not None), None)
    if at is None or any(units[i].word == "that" for i in range(hit.end, at)):
        return None
    if at > hit.end and units[at - 1].word not in {",", ":"} and not leads_in(units, hit.end, at):
        return None
    follower = units[at + 1].word if at + 1 < limit else "."
    if follower in HARD or follower in {"when", "as", "after", "in", "during", "and", "but", "while", "on"}:
        return Content(Rule.QUOTE, ((at, at + 1),))
    return made(units, Rule.BARE_CLAUSE, at, limit)


def postposed(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Find the clause before ", she said" at its end, or around it where the clause goes on."""
    before = hit.start - 1
    speech = hit.cue.frames & {Frame.CLAUSE, Frame.THAT} and Frame.QUOTE in hit.cue.frames
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
    return None if opening and not has_verb(units, first, last) else Content(Rule.POSTPOSED, ((first, last),))


def _resumes(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> bool:
    """Tell whether the clause that ", she said," interrupts goes on behind it."""
    if hit.end + 2 >= limit or units[hit.end].word != ",":
        return False
    word = units[hit.end + 1].word
    opening = units[floor].word in SUBORDINATORS
    return word not in CONJUNCTIONS | {"who", "which", "as", "when"} and (opening or not word.endswith("ing"))


def according(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Find the clause after a leading "according to X,", before a closing one, or around one in the middle."""
    first, last = tidy(units, floor, hit.start)
    behind = hit.end < limit and units[hit.end].word == ","
    rest = tidy(units, hit.end + 1, limit) if behind else (0, 0)
    if last - first < CLAUSE_MIN_UNITS and rest[1] - rest[0] >= CLAUSE_MIN_UNITS and last <= first:
        return Content(Rule.ACCORDING_TO, (rest,))
    if last - first >= CLAUSE_MIN_UNITS and has_verb(units, first, last):
        return Content(Rule.ACCORDING_TO, ((first, last),))
    around = last > first and rest[1] > rest[0]
    return Content(Rule.ACCORDING_TO, ((first, last), rest)) if around else None
