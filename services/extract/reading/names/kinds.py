"""The type of each name in an article: one for all its occurrences, by the votes of all that is seen of it."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from schemas.extraction import MentionType
from services.extract.reading.model.marks import Name, NameKind
from services.extract.reading.names.aliases import initials_of
from services.extract.reading.names.casing import Casing
from services.extract.reading.names.clues import clues_of
from services.extract.reading.names.countries import country_of
from services.extract.reading.names.demonyms import is_common, is_people, is_plural_people, people_of
from services.extract.reading.names.places import EXPLAINS_WORDS, place_type
from services.extract.reading.names.seats import government_of

PLACES = frozenset((MentionType.GPE, MentionType.LOC))

FULL_NAME_VOTE = 2.0
"""Of a person's or body's full name for its last word or initials: more than two marks that say otherwise."""

LONE_PERSON = 0.5
"""Of the votes for a person: newspapers give a person's whole name once at least."""

COUNTRY_VOTE = 0.5
"""Of a country's name for a place: less than one sure mark, as persons and teams bear such names too."""


def key_of(name: str) -> str:
    """Return what two spellings of one name share: without case, with straight apostrophes and single spaces."""
    return " ".join(name.casefold().replace("’", "'").split())


def types_of(casing: Casing, names: Iterable[Name]) -> dict[str, MentionType]:
    """Return the type of each name marked, by its key."""
    marked = [(key_of(casing.text[slice(*name.span)]), name) for name in names]
    votes = _votes(casing, marked)
    grounds: dict[str, Counter[MentionType]] = defaultdict(Counter)
    for key, name in marked:
        if max(votes[key], key=votes[key].__getitem__) is NameKind.LOC:
            shown = place_type(*_surroundings(casing, name))
            grounds[key].update([shown] if shown else [])
    types = {key: _type(key, votes[key], grounds[key]) for key in votes}
    places = {key for key, kind in types.items() if kind in PLACES}
    for key, kind in types.items():
        if kind is not MentionType.PERSON and " " not in key and people_of(key, places) is not None:
            types[key] = MentionType.NORP
    return types


def _votes(casing: Casing, marked: Iterable[tuple[str, Name]]) -> dict[str, dict[NameKind, float]]:
    votes: dict[str, dict[NameKind, float]] = defaultdict(lambda: dict.fromkeys(NameKind, 0.0))
    shown: dict[str, str] = {}
    for key, name in marked:
        shown[key] = casing.text[slice(*name.span)]
        for kind, weight in ((name.kind, name.score), *clues_of(casing, name)):
            votes[key][kind] += weight
    full = [(key, max(own, key=own.__getitem__)) for key, own in votes.items() if " " in key]
    parts: set[tuple[str, NameKind]] = {(key.rsplit(" ", 1)[1], kind) for key, kind in full if kind is NameKind.PERSON}
    _doubt_lone(votes, {part for key, kind in full if kind is NameKind.PERSON for part in key.split()})
    parts |= {(short, kind) for key, kind in full if kind is NameKind.ORG for short in initials_of(shown[key])}
    for short, kind in parts:
        if short in votes:
            votes[short][kind] += FULL_NAME_VOTE
    for key, own in votes.items():
        if country_of(key) is not None:
            own[NameKind.LOC] += COUNTRY_VOTE
    return votes


def _doubt_lone(votes: Mapping[str, dict[NameKind, float]], persons: Iterable[str]) -> None:
    """Trust less that a lone word is a person's name, where the article gives its persons' names in full."""
    known = frozenset(persons)
    for key, own in votes.items():
        if known and " " not in key and key not in known:
            own[NameKind.PERSON] *= LONE_PERSON


def _type(key: str, votes: Mapping[NameKind, float], grounds: Mapping[MentionType, int]) -> MentionType:
    kind = max(votes, key=lambda each: (votes[each], each.value))
    if is_plural_people(key) or (is_people(key) and kind is not NameKind.PERSON):
        return MentionType.ORG if is_common(key) and kind is NameKind.ORG else MentionType.NORP
    if kind is not NameKind.PERSON and government_of(key) is not None:
        return MentionType.GPE
    if kind is NameKind.LOC:
        lone = grounds.get(MentionType.LOC, 0) > grounds.get(MentionType.GPE, 0)
        return MentionType.LOC if lone else MentionType.GPE
    return MentionType.PERSON if kind is NameKind.PERSON else MentionType.ORG


def _surroundings(casing: Casing, name: Name) -> tuple[Sequence[str], Sequence[str], str]:
    first, last = casing.at(name.span[0]), casing.at(name.span[1])
    inside = key_of(casing.text[slice(*name.span)]).split()
    before = [token.word for token in casing.tokens[max(0, first - EXPLAINS_WORDS) : first]]
    return inside, before, casing.tokens[last].word if last < len(casing.tokens) else ""
