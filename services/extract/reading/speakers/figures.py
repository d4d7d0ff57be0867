"""Who stands in a text: every person, group, body and writing it names or describes, and its part in its sentence."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.extraction import Mention, MentionType
from services.extract.reading.language.cues import CUES
from services.extract.reading.language.lexicon import FUNCTION_WORDS, PERSONAL, POSSESSIVES, TITLES
from services.extract.reading.language.stretches import Unit
from services.extract.reading.speakers.nouns import BODIES, PAPERS, is_people, is_person
from services.extract.reading.speakers.parts import (
    BOUNDARIES,
    PHRASE_DETERMINERS,
    SEEN,
    STOPS,
    Part,
    bare_word,
    is_verb,
    part_of,
    phrase_start,
)

MERGE_LOOK = 4
"""Figures back that a name may explain: those between stand in the phrase of the first."""

COMPLEMENT_MAX = 9
"""Words between a noun and the comma after it: "the mayor of the old town, …"."""


class Kind(StrEnum):
    """What a figure is, as far as pronouns and descriptions tell them apart."""

    PERSON = "person"
    PEOPLE = "people"
    BODY = "body"
    PAPER = "paper"


class Owned(StrEnum):
    """Whose a figure is, as its words tell: nobody's, "the fisherman's son", "his son" or "Caldo's son"."""

    BY_NOBODY = "by_nobody"
    BY_NOUN = "by_noun"
    BY_NAME = "by_name"


@dataclass(slots=True)
class Figure:
    """A phrase for somebody or something that can speak, or a pronoun.

    ``start`` and ``end``: where its words stand, titles and all. ``words``: the modifiers and noun that describe it,
    head last; ``after``: those that stand beside its name. ``quote``: the quotation it stands in. ``bare``: a person's
    name without a role. ``joined``: it is named in one breath with the figure before it. ``loose``: a role without an
    article, that counts only beside a name. ``says``: a verb of saying follows. ``told``: it is whom somebody tells, or
    by whom something was seen.
    """

    start: int
    end: int
    kind: Kind
    part: Part
    stretch: int
    name: str | None = None
    words: tuple[str, ...] = ()
    quote: int | None = None
    definite: bool = False
    owned: Owned = Owned.BY_NOBODY
    bare: bool = False
    joined: bool = False
    pronoun: str | None = None
    loose: bool = False
    says: bool = False
    told: bool = False
    after: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """The noun at the head, or nothing."""
        return self.words[-1] if self.words else ""


_WHO = frozenset(("mr", "mr.", "mrs", "mrs.", "ms", "ms.", "dr", "dr.", "prof", "prof."))


def figures_of(
    units: Sequence[Unit], named: Mapping[int, Mention], stretch: int, quote: int | None = None
) -> list[Figure]:
    """Return the figures of a run of words in order: of a stretch outside its quotations, or of one quotation."""
    found: list[tuple[Figure, int]] = []
    at = 0
    while at < len(units):
        here = _at(units, at, named, stretch)
        if here is None:
            at += 1
            continue
        figure, end = here
        figure.quote = quote
        _join(units, found, figure)
        if not _merge(units, found, figure, end):
            found.append((figure, end))
        at = end
    return [figure for figure, _ in found if not figure.loose]


def _join(units: Sequence[Unit], found: Sequence[tuple[Figure, int]], figure: Figure) -> None:
    """Give the second of two joined by "and" the part of the first."""
    if not found:
        return
    before, stop = found[-1]
    linked = stop < len(units) and units[stop].word in {"and", "&"} and figure.start - units[stop].end in {0, 1}
    if linked and before.kind is figure.kind and not figure.pronoun:
        figure.joined, figure.part = True, before.part


def _merge(units: Sequence[Unit], found: list[tuple[Figure, int]], figure: Figure, end: int) -> bool:
    """Make one of "the mayor of the town, Ines Caldo" or "Ines Caldo, mayor of the town"; tell whether it was."""
    if figure.pronoun or not found:
        return False
    before, stop = found[-1]
    if figure.name is None:
        close = before.name is not None and before.kind is figure.kind and _between(units, stop, figure.start) == [","]
        if close and figure.part is Part.SUBJECT and not _is_clause(units, end):
            before.after.append(figure.words)
            before.bare = False
            found[-1] = before, end
            return True
        return False
    for number in range(len(found) - 1, max(-1, len(found) - 1 - MERGE_LOOK), -1):
        role, stop = found[number]
        if role.kind is not figure.kind or role.name is not None or role.pronoun or not role.words:
            continue
        between = _between(units, stop, figure.start)
        if between is not None and _introduces(between):
            figure.start, figure.part, figure.bare = role.start, role.part, False
            figure.after.append(role.words)
            del found[number:]
            return False
    return False


def _introduces(between: Sequence[str]) -> bool:
    return between[-1:] == [","] or list(between[-2:]) == ["name", "of"] or between[-1:] in (["named"], ["called"])


def _is_clause(units: Sequence[Unit], end: int) -> bool:
    """Tell whether a verb follows the phrase at once, so that it is a subject of its own."""
    return end < len(units) and is_verb(units[end].word)


def _between(units: Sequence[Unit], stop: int, start: int) -> list[str] | None:
    """Return the words from ``stop`` to the phrase at ``start``; None where a verb or a mark is among them."""
    found: list[str] = []
    for unit in units[stop : stop + COMPLEMENT_MAX]:
        if unit.start >= start:
            return found
        if (
            unit.quote is not None
            or found[-1:] == [","]
            or (is_verb(unit.word) and unit.word not in {"named", "called"})
        ):
            return None
        if unit.word in BOUNDARIES and unit.word != ",":
            return None
        found.append(unit.word)
    return None


def _at(units: Sequence[Unit], at: int, named: Mapping[int, Mention], stretch: int) -> tuple[Figure, int] | None:
    unit = units[at]
    if unit.quote is not None:
        return None
    mention = named.get(unit.start)
    if mention is not None and mention.type is not MentionType.NORP:
        return _named(units, at, mention, stretch)
    if unit.word in PERSONAL:
        part = _pronoun_part(units, at)
        says = any(each.word in CUES for each in units[at + 1 : at + 3])
        return Figure(unit.start, unit.end, Kind.PERSON, part, stretch, pronoun=unit.word, says=says), at + 1
    return _described(units, at, named, stretch)


def _pronoun_part(units: Sequence[Unit], at: int) -> Part:
    word, follower = units[at].word, units[at + 1].word if at + 1 < len(units) else "."
    if word in {"his", "her"} and follower and follower not in BOUNDARIES | STOPS:
        return Part.OWNER
    part = part_of(units, at, at + 1)
    if word in {"he", "she"}:
        said = at > 0 and units[at - 1].word in CUES and follower and follower not in BOUNDARIES
        return Part.SUBORDINATE if said else max(part, Part.SUBORDINATE)
    return part


def _named(units: Sequence[Unit], at: int, mention: Mention, stretch: int) -> tuple[Figure, int]:
    end = at + 1
    while end < len(units) and units[end].quote is None and units[end].start < mention.span[1]:
        end += 1
    person = mention.type is MentionType.PERSON
    first = phrase_start(units, at)
    titles = tuple(unit.word for unit in units[first:at] if unit.word not in PHRASE_DETERMINERS)
    titled = any(is_person(word) or word in TITLES or word in BODIES for word in titles)
    if not titled and not (first < at and units[first].word in PHRASE_DETERMINERS and not person):
        first = at
    owner = units[end - 1].end > mention.span[1] or (end < len(units) and units[end].word in {"'", "’"})
    part = Part.OWNER if owner else part_of(units, first, end)
    kind = Kind.PERSON if person else Kind.BODY
    words = titles if titled else ()
    plain = person and not any(word not in _WHO for word in words)
    start = units[first].start
    told = _is_told(units, first, end)
    figure = Figure(
        start, mention.span[1], kind, part, stretch, mention.name, words, definite=True, bare=plain, told=told
    )
    return figure, end


def _is_told(units: Sequence[Unit], first: int, end: int) -> bool:
    """Tell whether a name is of whom somebody tells, or who has seen what is told of."""
    before = [unit.word for unit in units[max(0, first - 2) : first]]
    after = [unit.word for unit in units[end : end + 2]]
    cue = CUES.get(before[-1]) if before else None
    seen = len(before) > 1 and before[-1] == "by" and before[-2] in SEEN
    return seen or (cue is not None and cue.lemma == "tell") or (len(after) > 1 and after[1] in SEEN)


def _described(units: Sequence[Unit], at: int, named: Mapping[int, Mention], stretch: int) -> tuple[Figure, int] | None:
    word = bare_word(units[at].word)
    kind = _kind(word)
    if kind is None or _goes_on(units, at, named):
        return None
    first = phrase_start(units, at)
    determiner = units[first].word
    owned = determiner.endswith(("'s", "s'"))
    loose = determiner not in PHRASE_DETERMINERS and not owned and kind is not Kind.PEOPLE and word != "counsel"
    if (loose and (first == 0 or units[first - 1].word != ",")) or (determiner == "our" and kind is Kind.PERSON):
        return None
    part = Part.OWNER if word != units[at].word else part_of(units, first, at + 1)
    indefinite = {"a", "an", "one", "another", "some", "any", "no", "every", "each"}
    definite = owned or word == "counsel" or (determiner in PHRASE_DETERMINERS and determiner not in indefinite)
    words = tuple(bare_word(unit.word) for unit in units[first : at + 1] if not _specifies(unit.word))
    start = units[first].start
    figure = Figure(start, units[at].end, kind, part, stretch, words=words, definite=definite, loose=loose)
    figure.owned = _owned(units[first : at + 1])
    return figure, at + 1


def _owned(phrase: Sequence[Unit]) -> Owned:
    owner = next((unit for unit in phrase[:-1] if unit.word.endswith(("'s", "s'"))), None)
    if phrase[0].word in POSSESSIVES or (owner is not None and owner.capital):
        return Owned.BY_NAME
    return Owned.BY_NOBODY if owner is None else Owned.BY_NOUN


def _specifies(word: str) -> bool:
    return word in PHRASE_DETERMINERS or word.endswith(("'s", "s'")) or word in {"own", "same"}


def _kind(word: str) -> Kind | None:
    if is_person(word):
        return Kind.PERSON
    if is_people(word):
        return Kind.PEOPLE
    return Kind.BODY if word in BODIES else Kind.PAPER if word in PAPERS else None


def _goes_on(units: Sequence[Unit], at: int, named: Mapping[int, Mention]) -> bool:
    """Tell whether a noun only stands before another noun or a name: "the museum director", "chief Lund"."""
    if at + 1 >= len(units) or bare_word(units[at].word) != units[at].word:
        return False
    follower = units[at + 1]
    if follower.quote is not None or follower.word in BOUNDARIES:
        return False
    mention = named.get(follower.start)
    if mention is not None and mention.type is not MentionType.NORP:
        return True
    word = bare_word(follower.word)
    return _kind(word) is not None and follower.word not in CUES and word not in FUNCTION_WORDS
