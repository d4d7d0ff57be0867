"""Everybody and everything in one article that can speak, read once: figures, roles, bodies and pronouns."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from schemas.extraction import Mention, MentionType
from services.extract.reading.language.stretches import Stretch, Unit
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.speakers.bodies import Bodies
from services.extract.reading.speakers.figures import Figure, Kind, figures_of
from services.extract.reading.speakers.pronouns import Pronouns
from services.extract.reading.speakers.roles import Roles

BYLINE_STRETCHES = 6
"""Sentences at the head of an article among which its author's line stands."""


INTERVIEW_LABELS = 3
"""Labels from which on an article is an interview."""


@dataclass(slots=True)
class Scene:
    """The figures of an article, by sentence outside quotations and by quotation inside, and what they mean."""

    text: str
    mentions: Sequence[Mention]
    stretches: Sequence[Stretch]
    outside: list[list[Figure]] = field(init=False)
    inside: dict[int, list[Figure]] = field(init=False, default_factory=dict)
    labels: list[tuple[int, str]] = field(init=False, default_factory=list)
    roles: Roles = field(init=False)
    bodies: Bodies = field(init=False)
    pronouns: Pronouns = field(init=False)
    _starts: list[int] = field(init=False)
    _quotes: list[tuple[int, int, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Find the figures; who holds a role is named by it; then resolve the pronouns of the narration."""
        named = {mention.span[0]: mention for mention in self.mentions}
        self.outside = [list(figures_of(each.units, named, at)) for at, each in enumerate(self.stretches)]
        self._starts = list(_starts(self.stretches))
        self._read_quotes(named)
        self._read_labels()
        self.roles = Roles.of(figure for figures in self.outside for figure in figures)
        for figures in (*self.outside, *self.inside.values()):
            for figure in figures:
                if figure.kind is Kind.PERSON and figure.name is None and figure.definite:
                    holders = self.roles.holders(figure.words)
                    figure.name = holders[0] if len(holders) == 1 else None
        bodies = {each.name: each.type is MentionType.ORG for each in self.mentions if each.type in _BODIES}
        self.bodies = Bodies(self.outside, bodies)
        described = frozenset(self.roles.described)
        self.pronouns = Pronouns(self.stretches, self.outside, self.inside, described, self._questions())

    def _read_quotes(self, named: dict[int, Mention]) -> None:
        for number, stretch in enumerate(self.stretches):
            for unit in stretch.units:
                if unit.quote is not None:
                    units = [Unit(*token) for token in tokens_of(self.text, unit.start, unit.end)]
                    figures = figures_of(units, named, number, unit.quote)
                    self.inside.setdefault(unit.quote, []).extend(figures)
                    self._quotes.append((unit.start, unit.end, unit.quote))

    def _read_labels(self) -> None:
        """Note the labels of an interview: a person's name, titles aside, before a colon at the head of a sentence."""
        for figures, stretch in zip(self.outside, self.stretches, strict=True):
            first = figures[0] if figures else None
            if first is None or first.name is None or first.kind is not Kind.PERSON or first.pronoun:
                continue
            if stretch.units[0].start == first.start and self.text[first.end : first.end + 1] == ":":
                self.labels.append((first.start, first.name))

    def _questions(self) -> frozenset[int]:
        """Return the sentences of an interview that ask."""
        if len(self.labels) < INTERVIEW_LABELS:
            return frozenset()
        marked = (number for number, each in enumerate(self.stretches) if each.units and each.units[-1].word == "?")
        return frozenset(marked)

    def stretch_at(self, place: int) -> int:
        """Return the number of the sentence that holds a place of the text."""
        return max(0, bisect_right(self._starts, place) - 1)

    def quote_at(self, place: int) -> int | None:
        """Return the quotation that holds a place of the text."""
        at = bisect_right(self._quotes, (place, len(self.text) + 1, 0)) - 1
        if at < 0:
            return None
        start, end, number = self._quotes[at]
        return number if start <= place < end else None

    def author(self) -> str | None:
        """Return whom the line "By …" at the head names."""
        for figures in self.outside[:BYLINE_STRETCHES]:
            for figure in figures[:BYLINE_STRETCHES]:
                if (
                    figure.kind is Kind.PERSON
                    and figure.name
                    and self.text[max(0, figure.start - 4) : figure.start].rstrip().endswith(("By", "by"))
                ):
                    return figure.name
        return None


_BODIES = frozenset((MentionType.ORG, MentionType.GPE, MentionType.LOC))


def _starts(stretches: Sequence[Stretch]) -> Iterator[int]:
    last = 0
    for stretch in stretches:
        last = stretch.units[0].start if stretch.units else last
        yield last
