"""Whom "he" and "she" mean in one article: the person fitting in gender who is foremost in the nearest sentence."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.extraction import Reason
from services.extract.reading.language.cues import CUES
from services.extract.reading.language.lexicon import PERSONAL, words
from services.extract.reading.language.stretches import Stretch, Unit
from services.extract.reading.speakers.figures import Figure, Kind, Owned
from services.extract.reading.speakers.genders import learn_genders
from services.extract.reading.speakers.nouns import gender_of, is_epithet
from services.extract.reading.speakers.parts import Part

LOOK_BACK = 12
"""Sentences; a person farther back is no longer what a pronoun means."""

EPITHET_LOOK = 4
"""Sentences back in which the person stands whom "the politician" means."""

LOOK_AHEAD = 2
"""Sentences ahead in which the person stands whom an article's first "he" means."""

FIGURES_MAX = 24
"""Figures of one sentence that are weighed: more are a list."""

LEAD = 2
"""By how much the foremost must lead: the difference between an object and one named beside it."""

KNOWN = 1
"""What a gender that the article tells counts beside the parts of a sentence."""

ENCOUNTERS = words(
    "met meets meet received receives saw sees visited visits caught catches joined joins telephoned phoned called"
    " calls rang rings spoke speaks talked talks sat sits embraced embraces passed passes approached approaches"
    " accompanied faced faces greeted greets found finds left leaves hugged followed follows confronted confronts"
)
"""Between two persons these leave open who speaks of it afterwards."""

_ENDS = frozenset(".?!…")
_FRONTED = words("asked pressed reminded questioned told speaking challenged asking informed quizzed")
_FRAMES = words("when as after before while although though if once because since whereas until")


@dataclass(frozen=True, slots=True)
class Referent:
    """Who is meant: a name, or an unnamed figure, or neither with a reason."""

    name: str | None = None
    figure: Figure | None = None
    reason: Reason | None = None


@dataclass(slots=True)
class Pronouns:
    """Resolves each pronoun outside quotations once, in the order of the text, and those inside when asked.

    ``outside``: the figures of each sentence outside quotations; ``inside``: those of each quotation. ``described``:
    the persons whose role the article tells. ``questions``: sentences that are the interviewer's.
    """

    stretches: Sequence[Stretch]
    outside: Sequence[Sequence[Figure]]
    inside: Mapping[int, Sequence[Figure]]
    described: frozenset[str]
    questions: frozenset[int]
    genders: dict[str, str] = field(init=False)
    _meant: dict[int, Referent] = field(init=False, default_factory=dict)
    _told: dict[int, str] = field(init=False, default_factory=dict)
    _called: dict[str, str] = field(init=False, default_factory=dict)
    _nouns: set[str] = field(init=False, default_factory=set)
    _encounters: dict[int, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Learn the genders, then read on from the first sentence."""
        self.genders = learn_genders(self.outside)
        for figures in self.outside:
            for number, figure in enumerate(figures):
                if figure.pronoun:
                    here = figures[max(0, number - FIGURES_MAX) : number]
                    self._meant[figure.start] = self._kept(self._resolve(figure, here), figure.pronoun)
                elif figure.kind is Kind.PERSON and figure.name is None:
                    figure.name = self._same(figure)
                    self._nouns.add(figure.noun)

    def meant(self, start: int, word: str, stretch: int, quote: int | None, not_by: str | None) -> Referent:
        """Return whom the pronoun ``word`` at ``start`` means; inside a quotation, not the speaker ``not_by``."""
        if start in self._meant:
            return self._meant[start]
        figure = Figure(start, start + len(word), Kind.PERSON, Part.SUBORDINATE, stretch, quote=quote, pronoun=word)
        if quote is None:
            return self._resolve(figure, _last(self.outside[stretch], start))
        near = [each for each in _last(self.inside.get(quote, ()), start) if not each.pronoun]
        found = self._foremost(near, figure, not_by, floor=Part.OBJECT)
        return found or self._back(figure, stretch, not_by)

    def who(self, figure: Figure) -> str | None:
        """Return the name of a figure outside quotations, a pronoun's too."""
        return self._meant[figure.start].name if figure.pronoun and figure.start in self._meant else figure.name

    def _kept(self, referent: Referent, pronoun: str) -> Referent:
        """Remember the gender of an unnamed person, and of his noun, by the pronoun that stood for him."""
        if referent.figure is not None:
            self._told.setdefault(referent.figure.start, PERSONAL[pronoun])
            self._called.setdefault(referent.figure.noun, PERSONAL[pronoun])
        return referent

    def _same(self, figure: Figure) -> str | None:
        """Return who "the politician" is: the subject of a sentence just before, if nobody else was called so.

        Only by a noun that is no office, or for a person whose office the article nowhere tells.
        """
        epithet = is_epithet(figure.noun)
        kin = figure.owned is Owned.BY_NOUN and not epithet
        if (
            not figure.definite
            or kin
            or figure.owned is Owned.BY_NAME
            or figure.part is not Part.SUBJECT
            or figure.noun in self._nouns
        ):
            return None
        gender = gender_of(figure.noun)
        for at in range(figure.stretch - 1, max(-1, figure.stretch - 1 - EPITHET_LOOK), -1):
            if self._is_apart(at):
                continue
            near = self.outside[at][-FIGURES_MAX:]
            names = {self.who(each) for each in near if each.kind is Kind.PERSON and each.part is Part.SUBJECT}
            if not names:
                continue
            name = names.pop() if len(names) == 1 else None
            if name is None or (gender and self.genders.get(name, gender) != gender):
                return None
            return name if epithet or name not in self.described else None
        return None

    def _is_apart(self, at: int) -> bool:
        """Tell whether a sentence is no part of the narration: a headline, or an interviewer's."""
        stretch = self.stretches[at]
        return at in self.questions or (stretch.heading and bool(stretch.units) and stretch.units[-1].word not in _ENDS)

    def _resolve(self, figure: Figure, here: Sequence[Figure]) -> Referent:
        allowed = self._before(figure, here)
        found = self._foremost(allowed, figure, None)
        if found is None and len(allowed) < len(here) and figure.stretch > 0:
            found = self._foremost(_last(self.outside[figure.stretch - 1], figure.start), figure, None)
            found = found or self._foremost([each for each in here if each.name], figure, None)
            if found is not None and found.name:
                return self._unless_open(found, figure, figure.stretch - 1)
        return found or self._back(figure, figure.stretch - 1, None)

    def _before(self, figure: Figure, here: Sequence[Figure]) -> list[Figure]:
        """Return who of the same sentence a pronoun may mean: a main subject or, of a clause under it, anyone."""
        units = self.stretches[figure.stretch].units
        if not here or not units or figure.part is not Part.SUBJECT:
            return list(here)
        at = bisect_left(units, figure.start, key=lambda unit: unit.start)
        part = max((i for i in range(at) if units[i].word == ";"), default=None)
        if part is not None and units[part + 1].word in _FRONTED:
            return [each for each in here if each.part is Part.SUBJECT and each.end <= units[part].start]
        if units[0].word in _FRONTED or (at > 1 and _is_parenthesis(units, at)):
            return []
        if at > 1 and units[at - 1].word == "and" and figure.says:
            answers = [each for each in here if each.told and each.kind is Kind.PERSON]
            if answers:
                return answers
        return [each for each in here if each.part is Part.SUBJECT or units[0].word in _FRAMES]

    def _back(self, figure: Figure, stretch: int, not_by: str | None) -> Referent:
        seen = False
        for at in range(stretch, max(-1, stretch - LOOK_BACK), -1):
            if self._is_apart(at):
                continue
            near = _last(self.outside[at], figure.start)
            seen = seen or any(each.name for each in near)
            found = self._foremost(near, figure, not_by)
            if found is not None:
                return self._unless_open(found, figure, at)
        return self._ahead(figure) or Referent(reason=Reason.AMBIGUOUS if seen else Reason.NO_NAME)

    def _ahead(self, figure: Figure) -> Referent | None:
        """Return the first subject named after a pronoun that begins an article: "He swore it. But Marek Dohl knew"."""
        for figures in self.outside[figure.stretch + 1 : figure.stretch + 1 + LOOK_AHEAD]:
            subjects = [each for each in figures if each.part is Part.SUBJECT and each.name and not each.pronoun]
            found = self._foremost(subjects[:FIGURES_MAX], figure, None)
            if found is not None:
                return found
        return None

    def _foremost(
        self, near: Iterable[Figure], figure: Figure, not_by: str | None, floor: Part = Part.OWNER
    ) -> Referent | None:
        """Return the fitting figure that leads the others, or that none does; None where nobody fits."""
        gender = PERSONAL[figure.pronoun or "he"]
        scores: dict[str, int] = {}
        meant: dict[str, Referent] = {}
        for each in near:
            referent = self._fits(each, gender, by_speaker=figure.quote is not None)
            if referent is None or each.part < floor or (referent.name is not None and referent.name == not_by):
                continue
            key = referent.name or (f"#{referent.figure.start}" if referent.figure else "?")
            known = KNOWN if self.genders.get(referent.name or "") == gender else 0
            score = each.part + known + (LEAD if each.pronoun else 0) - (1 if each.joined else 0)
            scores[key] = max(scores.get(key, 0), score)
            meant[key] = referent
        if not scores:
            return None
        first, *others = sorted(scores, key=lambda key: -scores[key])
        if others and scores[first] - scores[others[0]] < LEAD:
            return Referent(reason=Reason.AMBIGUOUS)
        return meant[first]

    def _fits(self, each: Figure, gender: str, *, by_speaker: bool) -> Referent | None:
        if each.kind is not Kind.PERSON:
            return None
        if each.pronoun:
            fits = PERSONAL[each.pronoun] == gender and each.start in self._meant
            return self._meant[each.start] if fits else None
        if each.name is not None:
            return Referent(each.name) if self.genders.get(each.name, gender) == gender else None
        if by_speaker and each.definite and each.part is not Part.SUBJECT:
            return None
        told = gender_of(each.noun) or self._told.get(each.start) or self._called.get(each.noun, gender)
        return Referent(figure=each, reason=Reason.NO_NAME) if told == gender else None

    def _unless_open(self, found: Referent, figure: Figure, stretch: int) -> Referent:
        """Leave it open who is meant where another who fits met the foremost one."""
        if stretch not in self._encounters:
            self._encounters[stretch] = any(unit.word in ENCOUNTERS for unit in self.stretches[stretch].units)
        if not self._encounters[stretch] or found.name is None:
            return found
        gender = PERSONAL[figure.pronoun or "he"]
        near = _last(self.outside[stretch], figure.start)
        others = (each for each in near if each.kind is Kind.PERSON and each.part is not Part.OWNER)
        names = {each.name for each in others if each.name and not each.pronoun}
        fitting = {name for name in names if self.genders.get(name, gender) == gender}
        return Referent(reason=Reason.AMBIGUOUS) if found.name in fitting and len(fitting) > 1 else found


def _last(figures: Sequence[Figure], start: int) -> Sequence[Figure]:
    """Return the last figures that end before ``start``."""
    at = bisect_left(figures, start, key=lambda figure: figure.start)
    return [each for each in figures[max(0, at - FIGURES_MAX) : at] if each.end <= start]


def _is_parenthesis(units: Sequence[Unit], at: int) -> bool:
    """Tell whether "he" at ``at`` with its verb is put after or into what he says: "…, he said"."""
    before = units[at - 1]
    if before.word != "," and before.quote is None:
        return False
    return any(unit.word in CUES for unit in units[at + 1 : at + 4])
