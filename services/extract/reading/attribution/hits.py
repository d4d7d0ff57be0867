"""Where a cue attributes: the verb, who is its subject, and where what was said before it must stop."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.extraction import Polarity, Span, SpeechAct
from services.extract.reading.attribution.phrases import (
    HARD,
    noun_phrase,
    phrase_after,
    subject_before,
    with_apposition,
)
from services.extract.reading.language.cues import CUES, PHRASES, Cue, Frame, Tense
from services.extract.reading.language.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    DEMONSTRATIVES,
    DOCUMENTS,
    GROUPS,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    TIME_WORDS,
    words,
)
from services.extract.reading.language.stretches import Unit
from services.extract.reading.language.verbs import Shape, verb_group

ACCORDING = Cue("according", Tense.BASE, frozenset((Frame.CLAUSE,)), SpeechAct.SAY, Polarity.AFFIRMED)
"""The cue "according to", which has no verb."""

_PARTICIPLE_AFTER = frozenset((",", "by", "after", "while", "before", "and", "—", "–", "in", "but", "or"))
_AFTER_INVERSION = PREPOSITIONS | TIME_WORDS | {"who", "when", "as", "and", "while", "but"} | HARD
_PLURAL = words("they we i some many others several most few both all people police men women")
_NOBODY = words("no nobody none neither no-one nothing anyone anybody")
_QUESTION_WORDS = words("if whether about what why how who when where by")


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue in a stretch, in indices of units: it is ``[first, after)``, and its subject, if it has one, ``subject``.

    ``cut``: where a content that began before must stop, null where the hit lies inside that content.
    ``inverted``: the subject stands after the verb. ``inherits``: the subject is that of an earlier hit.
    """

    first: int
    after: int
    cue: Cue
    subject: Span | None
    cut: int | None = None
    inverted: bool = False
    inherits: bool = False
    negated: bool = False

    @property
    def start(self) -> int:
        """The first unit of subject and cue."""
        return self.first if self.subject is None or self.inverted else min(self.subject[0], self.first)

    @property
    def end(self) -> int:
        """The unit after subject and cue."""
        return self.after if self.subject is None or not self.inverted else max(self.subject[1], self.after)


def find_hits(units: Sequence[Unit], floor: int = 0) -> list[Hit]:
    """Return the hits of a stretch from unit ``floor`` on, in order; a participle's subject is an earlier hit's."""
    hits: list[Hit] = []
    holder: Span | None = None
    for at in range(floor, len(units)):
        for hit in _hit(units, at, floor):
            if not hit.inherits:
                holder = hit.subject if holder is None or hit.cut is not None else holder
                hits.append(hit)
            elif (subject := holder or main_subject(units, floor)) is not None:
                hits.append(_inheriting(hit, subject))
                holder = subject
    return hits


def _inheriting(hit: Hit, subject: Span) -> Hit:
    return Hit(hit.first, hit.after, hit.cue, subject, hit.cut, inherits=True, negated=hit.negated)


def _hit(units: Sequence[Unit], at: int, floor: int) -> Iterator[Hit]:
    if units[at].word == "according" and at + 1 < len(units) and units[at + 1].word == "to":
        yield from _according(units, at)
        return
    cue, after = cue_at(units, at)
    if cue is None or units[at].capital:
        return
    group = verb_group(units, at, cue)
    first = max(group.first, floor)
    if group.shape is Shape.PARTICIPLE and (at == floor or units[first - 1].word in _PARTICIPLE_AFTER):
        comma = _beside(units, first - 1, floor)
        yield Hit(first, after, cue, None, comma, inherits=True)
    elif group.shape is Shape.FINITE:
        yield from _finite(units, Hit(first, after, cue, None, negated=group.negated), floor)


def _beside(units: Sequence[Unit], at: int, floor: int) -> int | None:
    """Return where a participle's part begins: the comma or conjunction at ``at``, with the mark before it."""
    if at <= floor or units[at].word not in {",", "and", "but", "while", "or", "—", "–"}:
        return None
    return at - 1 if units[at].word != "," and units[at - 1].word == "," else at


def cue_at(units: Sequence[Unit], at: int) -> tuple[Cue | None, int]:
    """Return the cue whose verb stands at ``at``, and the index after its words."""
    for then, cue in PHRASES.get(units[at].word, ()):
        if tuple(unit.word for unit in units[at + 1 : at + 1 + len(then)]) == then:
            after = at + 1 + len(then)
            longer = cue.lemma == "go" and [unit.word for unit in units[after : after + 2]] == ["to", "say"]
            return cue, after + 2 if longer else after
    return CUES.get(units[at].word), at + 1


def _finite(units: Sequence[Unit], hit: Hit, floor: int) -> Iterator[Hit]:
    subject = _inverted(units, hit, floor)
    if subject is not None:
        yield Hit(hit.first, hit.after, hit.cue, subject, _cut(units, hit.first, floor), inverted=True)
        return
    before = units[hit.first - 1].word if hit.first > floor else ""
    subject = subject_before(units, hit.first, floor)
    if subject is not None and _speaks(units, subject, hit):
        cut = _cut(units, subject[0], floor)
        yield Hit(hit.first, hit.after, hit.cue, subject, cut, negated=hit.negated)
    elif subject is None and before in CONJUNCTIONS and hit.cue.tense is not Tense.BASE:
        comma = hit.first - 2 if hit.first - 2 >= floor and units[hit.first - 2].word == "," else hit.first - 1
        yield Hit(hit.first, hit.after, hit.cue, None, comma, inherits=True, negated=hit.negated)


def _inverted(units: Sequence[Unit], hit: Hit, floor: int) -> Span | None:
    """Return the subject after the verb, as in '"…," said the minister'."""
    if Frame.QUOTE not in hit.cue.frames or hit.first == floor or hit.negated:
        return None
    before = units[hit.first - 1]
    if before.quote is None and before.word != ",":
        return None
    subject = phrase_after(units, hit.after)
    if subject is None or not _speaks(units, subject, hit):
        return None
    if before.quote is None and not _names_someone(units, subject):
        return None
    follower = units[subject[1]].word if subject[1] < len(units) else "."
    return with_apposition(units, subject) if follower in _AFTER_INVERSION else None


def _names_someone(units: Sequence[Unit], subject: Span) -> bool:
    """Tell a speaker after ", said" from a clause: a capital, a pronoun, or a short phrase for people or a body."""
    head, first = head_of(units, subject), units[subject[0]]
    return first.capital or first.word in PRONOUNS or head.word in PEOPLE | GROUPS | DOCUMENTS


def _cut(units: Sequence[Unit], start: int, floor: int) -> int | None:
    """Return the mark before a subject at ``start`` that stands beside, not inside, what was said before it."""
    at = start - 1
    if at > floor and units[at].word in CONJUNCTIONS and units[at - 1].word in HARD:
        at -= 1
    return at if at >= floor and units[at].word in HARD else None


def _speaks(units: Sequence[Unit], subject: Span, hit: Hit) -> bool:
    """Decide whether the subject fits the cue: no "this", one who can speak for verbs of evidence, number agreeing."""
    words = [unit.word for unit in units[subject[0] : subject[1]]]
    if words[0] in _NOBODY or (words[0] in DEMONSTRATIVES and len(words) == 1):
        return False
    head, tense, helped = head_of(units, subject), hit.cue.tense, units[hit.first].word in AUXILIARIES
    if tense is Tense.BASE and not (helped or head.word.endswith("s") or words[0] in _PLURAL or "and" in words):
        return False
    if Frame.EVIDENCE not in hit.cue.frames and not (
        hit.cue.noun and not helped and tense in {Tense.BASE, Tense.PRESENT}
    ):
        return True
    return can_speak(units, subject)


def can_speak(units: Sequence[Unit], subject: Span) -> bool:
    """Tell whether a noun phrase is a name, a person, a body, a document, or a pronoun for one."""
    head = head_of(units, subject)
    return head.capital or head.word in PEOPLE | GROUPS | DOCUMENTS or (head.word in PRONOUNS - {"it"})


def head_of(units: Sequence[Unit], phrase: Span) -> Unit:
    """Return the head of a noun phrase: the last word before what follows it ("of …", "in …")."""
    start, end = phrase
    stop = next((at for at in range(start + 1, end) if units[at].word in PREPOSITIONS | {",", "(", "who"}), end)
    return units[stop - 1]


def _according(units: Sequence[Unit], at: int) -> Iterator[Hit]:
    subject = phrase_after(units, at + 2)
    if subject is None and at + 2 < len(units) and units[at + 2].word in {"him", "her", "them"}:
        subject = (at + 2, at + 3)
    if subject is not None:
        cut = at - 1 if at > 0 and units[at - 1].word in HARD else at
        yield Hit(at, at + 2, ACCORDING, subject, cut if at > 0 else None, inverted=True)


def main_subject(units: Sequence[Unit], floor: int) -> Span | None:
    """Return the subject of the stretch's main clause: the first name or pronoun after an opening phrase."""
    start = floor
    if start < len(units) and units[start].word in PREPOSITIONS | SUBORDINATORS:
        comma = next((at for at in range(start, min(len(units), start + 30)) if units[at].word == ","), None)
        start = start if comma is None else comma + 1
    end = start
    while end < len(units) and not _ends_subject(units[end]):
        end += 1
    phrase = noun_phrase(units, end, start) if end > start else None
    return phrase if phrase is not None and can_speak(units, phrase) else None


def _ends_subject(unit: Unit) -> bool:
    lower = not unit.capital
    verb = unit.word in AUXILIARIES or (lower and unit.word.endswith("ed")) or (lower and unit.word in CUES)
    return verb or unit.quote is not None or unit.word in HARD


def find_question(units: Sequence[Unit]) -> tuple[int, int] | None:
    """Return the units of "when asked whether …": up to the comma before the answer, or to the end."""
    at = next((at for at, unit in enumerate(units) if unit.word == "asked" and _asks(units, at)), None)
    if at is None:
        return None
    start = at
    while start > 0 and units[start - 1].word in {"when", "after", "was", "were", "being", "he", "she", "they"}:
        start -= 1
    answer = next((hit for hit in find_hits(units, at + 1) if not hit.inherits and hit.subject), None)
    if start <= 1 and answer is not None:
        comma = max((i for i in range(at, answer.start) if units[i].word == ","), default=None)
        return None if comma is None else (start, comma)
    end = len(units)
    return start, end - 1 if units[-1].word in HARD else end


def _asks(units: Sequence[Unit], at: int) -> bool:
    leads = at == 0 or units[at - 1].word in {"when", ",", "was", "were", "and", "after", "being", "but"}
    return leads and at + 1 < len(units) and units[at + 1].word in _QUESTION_WORDS
