"""What each person of one article is called besides the name: "the mayor", "deputy minister", "his wife"."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.extract.reading.speakers.figures import Figure, Kind
from services.extract.reading.speakers.nouns import is_person

_SAME = {"justice": "judge", "pm": "minister"}
"""Nouns that mean one office."""

_EMPTY = frozenset(("former", "late", "new", "old", "longtime", "senior", "mr", "mrs", "ms", "dr", "prof", "acting"))
"""Modifiers that do not tell one office from another."""


def _core(words: Sequence[str]) -> frozenset[str]:
    return frozenset(_SAME.get(word, word) for word in words if word.rstrip(".") not in _EMPTY)


@dataclass(slots=True)
class Roles:
    """Who holds which role, in the order of the text."""

    _holders: dict[str, list[tuple[frozenset[str], str]]] = field(default_factory=lambda: defaultdict(list))
    described: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> "Roles":
        """Note the titles, appositions and descriptions that stand beside each person's name."""
        roles = cls()
        for figure in figures:
            if figure.name is None or figure.kind is not Kind.PERSON or figure.pronoun:
                continue
            for words in (figure.words, *figure.after):
                core = _core(words)
                heads = [_SAME.get(word, word) for word in words[-4:] if is_person(word) and word not in _EMPTY]
                for head in heads:
                    roles._holders[head].append((core, figure.name))
                if heads:
                    roles.described.add(figure.name)
        return roles

    def holders(self, words: Sequence[str]) -> list[str]:
        """Return who may be meant by "the deputy minister": holders of the head whose modifiers do not differ."""
        if not words:
            return []
        head = _SAME.get(words[-1], words[-1])
        wanted = _core(words) - {head}
        found: dict[str, bool] = {}
        for core, name in self._holders.get(head, ())[:100]:
            rest = core - {head}
            if wanted <= rest or not rest:
                found[name] = found.get(name, False) or (wanted <= rest and bool(rest or not wanted))
        exact = [name for name, fits in found.items() if fits]
        return exact or list(found)
