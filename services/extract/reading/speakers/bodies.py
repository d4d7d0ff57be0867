"""Which body "the company", "the council" or "it" means in one article."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.extract.reading.language.lexicon import FIRMS
from services.extract.reading.speakers.figures import Figure, Kind
from services.extract.reading.speakers.nouns import BODIES, INSTITUTIONS
from services.extract.reading.speakers.parts import Part

LOOK_BACK = 12
"""Sentences back in which the body stands that "the company" means."""

FIGURES_MAX = 40
"""Figures of one sentence that are weighed: more are a list."""

_OTHER = frozenset(("group", "organisation", "organization", "body", "charity", "union", "agency", "club", "campaign"))
"""Nouns for bodies of any trade or office, by which a body is named again."""

_LINKS = frozenset(("of", "the", "and", "for", "&", "de", "la"))


@dataclass(slots=True)
class Bodies:
    """The bodies of one article by the words of their names, and by sentence."""

    outside: Sequence[Sequence[Figure]]
    names: Mapping[str, bool]
    _outlets: frozenset[str] = field(init=False)
    _by_word: dict[str, list[str]] = field(init=False, default_factory=dict)
    _by_trade: dict[str, set[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Note the words of each name; ``names``: every body's fullest name, and whether it is an organisation."""
        bodies = [each for figures in self.outside for each in figures if each.kind is Kind.BODY and each.name]
        acting = {each.name for each in bodies if each.part >= Part.SUBORDINATE and not each.told}
        self._outlets = frozenset(each.name for each in bodies if each.name and each.told) - acting
        for each in bodies:
            for words in (each.words, *each.after):
                self._by_trade.setdefault(words[-1] if words else "", set()).add(each.name or "")
        for name, organisation in self.names.items():
            for word in name.lower().replace("’", "'").split():
                if (organisation or word in BODIES) and word not in _LINKS:
                    self._by_word.setdefault(word, []).append(name)

    def described(self, words: Sequence[str], stretch: int, start: int) -> str | None:
        """Return the body that "the city museum" means: the one of that name or trade, or the firm last named."""
        if not words:
            return None
        noun = words[-1]
        named = self._by_word.get(noun, [])[:50]
        full = [name for name in named if all(word in name.lower() for word in words)]
        for names in (full, named if len(words) == 1 else []):
            if len(set(names)) == 1:
                return names[0]
            if names:
                return self._nearest(stretch, start, frozenset(names))
        told = self._by_trade.get(noun, set()) if len(words) == 1 else set[str]()
        if told:
            return next(iter(told)) if len(told) == 1 else self._nearest(stretch, start, frozenset(told))
        return self._nearest(stretch, start, None) if noun in FIRMS or noun in _OTHER else None

    def _nearest(self, stretch: int, start: int, among: frozenset[str] | None) -> str | None:
        for at in range(stretch, max(-1, stretch - LOOK_BACK), -1):
            near = [each for each in self.outside[at][:FIGURES_MAX] if each.end <= start and each.kind is Kind.BODY]
            fitting = [each for each in near if each.name and (each.name in among if among else self._is_firm(each))]
            if fitting:
                return max(fitting, key=lambda each: (each.part >= Part.SUBORDINATE, each.start)).name
        return None

    def _is_firm(self, each: Figure) -> bool:
        """Tell whether a name may be that of a firm: an organisation that does not name an office by its last word."""
        if not self.names.get(each.name or "", False) or each.name in self._outlets:
            return False
        words = (each.name or "").lower().split()
        return not any(word in INSTITUTIONS - FIRMS - _OTHER for word in words)

    def _acts(self, each: Figure) -> bool:
        """Tell whether a figure can be spoken of as one who acts: a place only where it is the subject."""
        return each.name is None or self.names.get(each.name, True) or each.part is Part.SUBJECT

    def last(self, stretch: int, start: int, *, kinds: frozenset[Kind], colon: bool) -> Figure | None:
        """Return what "it" or "they" before ``start`` means: the foremost of these kinds in the nearest sentence.

        ``colon``: a colon stands before it, so that it is the subject before that, whatever its kind.
        """
        for at in range(stretch, max(-1, stretch - LOOK_BACK), -1):
            near = [each for each in self.outside[at][:FIGURES_MAX] if each.end <= start and each.kind in kinds]
            near = [each for each in near if each.name not in self._outlets and self._acts(each)]
            if at == stretch and colon:
                near = [each for each in self.outside[at][:FIGURES_MAX] if each.end <= start and not each.pronoun]
            ahead = [each for each in near if each.part is Part.SUBJECT] or (near if at < stretch else [])
            if ahead:
                return max(ahead, key=lambda each: (each.part, -each.start))
        return None
