"""Merging: which entities are one after all, as a pure function of those that share a surname or initials.

Nothing hangs on the order in which they came: the same set gives the same merges. What fits several fits none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid5

from schemas.extraction import MentionType
from services.extract.entities.keys import NAMESPACE, entity_key
from services.extract.entities.organisations import body_words, initials_of, is_acronym
from services.extract.entities.persons import PersonName, person_name

CROWD = 500
"""Entities of one bucket; where more share a surname or initials, these tell nobody."""

Pair = tuple[UUID, UUID]


class MergeRule(StrEnum):
    """Why two entities are one."""

    PINNED = "pinned"
    SHORTER_NAME = "shorter_name"
    SURNAME = "surname"
    ACRONYM = "acronym"
    TOWN = "town"
    RENAMED = "renamed"
    """What named it is read otherwise now, and has another id."""


SCORES = {
    MergeRule.PINNED: 1.0,
    MergeRule.RENAMED: 1.0,
    MergeRule.SHORTER_NAME: 0.9,
    MergeRule.TOWN: 0.8,
    MergeRule.SURNAME: 0.8,
    MergeRule.ACRONYM: 0.7,
}
"""How sure each rule is, between 0 and 1: an operator looks at the lowest first."""


class Known(NamedTuple):
    """An entity that some stored article names."""

    id: UUID
    name: str
    type: MentionType


class Merge(NamedTuple):
    """Into which entity another one goes, and why."""

    into: UUID
    rule: MergeRule
    score: float


class _Edge(NamedTuple):
    short: UUID
    full: UUID
    rule: MergeRule


def bucket_of(name: str, kind: MentionType, entity_id: UUID) -> str:
    """Return what all entities share that this one may be one with: of a surname, initials or a town's name the hash.

    So it can be kept when the words are to go. Of what can be one with nobody it is the entity's id.
    """
    shared = _shared(name, kind)
    return str(entity_id if shared is None else uuid5(NAMESPACE, shared))


def _shared(name: str, kind: MentionType) -> str | None:
    if kind is MentionType.PERSON:
        return f"person {person_name(name).bucket}" if person_name(name).words else None
    if kind is MentionType.ORG:
        words = body_words(name)
        initials = "".join(words) if is_acronym(name) else initials_of(words)
        return f"body {initials}" if initials else None
    return None if kind is MentionType.NORP else f"place {town_of(name)}"


def town_of(name: str) -> str:
    """Return a place's name without the state or country after its comma, in small letters."""
    return name.partition(",")[0].strip().casefold()


def merges_of(known: Collection[Known], same: Collection[Pair] = (), apart: Collection[Pair] = ()) -> dict[UUID, Merge]:
    """Return which entities go into which other, each into one that goes into none itself.

    ``same`` and ``apart`` are an operator's pins: what is pinned apart never is one, also not by way of a third.
    """
    by_id = {each.id: each for each in known}
    pinned = [_Edge(min(pair), max(pair), MergeRule.PINNED) for pair in same if by_id.keys() >= set(pair)]
    ruled = sorted(_ruled(by_id.values()), key=lambda edge: (-SCORES[edge.rule], edge))
    groups: dict[UUID, frozenset[UUID]] = {key: frozenset((key,)) for key in by_id}
    joined: list[_Edge] = []
    for edge in (*sorted(pinned), *ruled):
        group = groups[edge.short] | groups[edge.full]
        if not any(group.issuperset(pair) for pair in apart):
            groups |= dict.fromkeys(group, group)
            joined.append(edge)
    return dict(_rooted(by_id, groups, joined))


def _rooted(
    by_id: Mapping[UUID, Known], groups: Mapping[UUID, frozenset[UUID]], joined: Iterable[_Edge]
) -> Iterator[tuple[UUID, Merge]]:
    rules = {edge.short: edge.rule for edge in joined if edge.rule is not MergeRule.PINNED}
    for key, group in groups.items():
        root = max(group, key=lambda each: _fullness(by_id[each]))
        if key != root:
            rule = rules.get(key, MergeRule.PINNED)
            yield key, Merge(root, rule, SCORES[rule])


def _fullness(each: Known) -> tuple[bool, int, int, UUID]:
    """Return by what the fullest name of a group is told; the id decides among equals."""
    return not is_acronym(each.name), len(each.name.split()), len(each.name), each.id


def _ruled(known: Iterable[Known]) -> Iterator[_Edge]:
    """Yield what the rules find, within the buckets that are no crowd."""
    buckets: dict[str, list[Known]] = defaultdict(list)
    for each in sorted(known):
        buckets[bucket_of(each.name, each.type, each.id)].append(each)
    for bucket in buckets.values():
        if len(bucket) <= CROWD:
            yield from _edges(bucket)


def _edges(known: Iterable[Known]) -> Iterator[_Edge]:
    persons = [(each.id, person_name(each.name)) for each in known if each.type is MentionType.PERSON]
    yield from _persons(persons)
    unknown = [each for each in known if entity_key(each.name, each.type).title is None]
    bodies = [each for each in unknown if each.type is MentionType.ORG]
    full = [each.id for each in bodies if not is_acronym(each.name)]
    if len(full) == 1:
        yield from (_Edge(each.id, full[0], MergeRule.ACRONYM) for each in bodies if is_acronym(each.name))
    places = [each for each in unknown if each.type in {MentionType.GPE, MentionType.LOC}]
    told = [each.id for each in places if "," in each.name]
    if len(told) == 1:
        yield from (_Edge(each.id, told[0], MergeRule.TOWN) for each in places if "," not in each.name)


def _persons(persons: Collection[tuple[UUID, PersonName]]) -> Iterator[_Edge]:
    for key, name in persons:
        fuller = [(other, full) for other, full in persons if name.is_form_of(full)]
        if not fuller:
            continue
        top, fullest = max(fuller, key=lambda each: (len(each[1].words), sum(map(len, each[1].words)), each[0]))
        if all(other == top or full.is_form_of(fullest) for other, full in fuller):
            yield _Edge(key, top, MergeRule.SHORTER_NAME if name.given else MergeRule.SURNAME)
