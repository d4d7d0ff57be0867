"""Aliases: which of an article's names are shorter forms of a fuller one, and so what it calls each most fully."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from schemas.extraction import MentionType
from services.extract.reading.language.lexicon import words
from services.extract.reading.names.countries import country_of

FULLER_MAX = 30
"""Names; a word that more names share tells none of them."""

INITIALS_MIN = 3
"""Words; the initials of fewer are too often another name's."""

ACRONYM_WORD_MIN = 4
"""Letters; initials that are not spoken one by one, as newspapers write them: "Nato"."""

_LANDFORMS = words(
    "river lake mountains mountain range ridge valley sea gulf bay strait desert peninsula island islands of"
)
"""Words that a place's name may be given with or without."""

Parts = tuple[str, ...]


def fullest_names(types: Mapping[str, MentionType]) -> dict[str, str]:
    """Return, for each name that is a shorter form of one other in the article, that fuller name.

    A last name, a first name or initials with a last name are a person's; words of an organisation's name,
    or its initials, are that organisation's; a river is one with or without its noun; all names of a country are
    its longest.
    """
    by_type: dict[MentionType, list[str]] = defaultdict(list)
    for name in sorted(types):
        by_type[types[name]].append(name)
    return {
        **dict(_resolved(by_type[MentionType.PERSON], _is_form_of_person)),
        **dict(_resolved(by_type[MentionType.ORG], _is_form_of_body)),
        **dict(_resolved(by_type[MentionType.LOC], _is_form_of_land)),
        **_of_countries(by_type[MentionType.GPE]),
    }


def _resolved(names: Iterable[str], is_form: Callable[[str, str], bool]) -> Iterator[tuple[str, str]]:
    by_word: dict[str, set[str]] = defaultdict(set)
    for name in names:
        parts = _parts(name)
        if len(parts) > 1:
            for word in {*parts, *initials_of(name)}:
                by_word[word].add(name)
    for name in names:
        parts = _parts(name)
        hooks = (*parts[:1], *parts[-1:], name.replace(".", "").casefold())
        near = set[str]().union(*(by_word.get(word, set()) for word in hooks))
        if len(near) <= FULLER_MAX:
            fuller = sorted((other for other in near if is_form(name, other)), key=lambda other: (-len(other), other))
            if fuller and all(is_form(other, fuller[0]) for other in fuller[1:]):
                yield name, fuller[0]


def _parts(name: str) -> Parts:
    return tuple(part for word in name.casefold().replace("’", "'").split() if (part := word.strip(".,")))


def initials_of(name: str) -> set[str]:
    """Return the initials of a name of several words: of all, and of those with a capital."""
    shown = name.replace("-", " ").split()
    if len(shown) < INITIALS_MIN:
        return set()
    capital = "".join(word[0] for word in shown if word[0].isupper())
    return {initials.casefold() for initials in (capital, "".join(word[0] for word in shown)) if len(initials) > 1}


def _is_form_of_person(short: str, full: str) -> bool:
    """Tell whether a name is a first name, a last name, or leaves out or abbreviates names before the last."""
    some, parts = _parts(short), _parts(full)
    if len(some) == 1:
        return len(parts) > 1 and some[0] in {parts[0], parts[-1]}
    if len(some) > len(parts) or some[-1] != parts[-1] or short == full:
        return False
    rest = iter(parts[:-1])
    return all(any(_is_initial(part, other) for other in rest) for part in some[:-1])


def _is_initial(part: str, other: str) -> bool:
    return part == other or (len(part) == 1 and other.startswith(part)) or (len(other) == 1 and part.startswith(other))


def _is_form_of_body(short: str, full: str) -> bool:
    """Tell whether a name is the words beside one another of a body's name, or its initials."""
    some, parts = _parts(short), _parts(full)
    if len(some) >= len(parts):
        return False
    letters = short.replace(".", "")
    if (letters.isupper() or len(letters) >= ACRONYM_WORD_MIN) and letters.casefold() in initials_of(full):
        return True
    return any(parts[at : at + len(some)] == some for at in range(len(parts) - len(some) + 1))


def _is_form_of_land(short: str, full: str) -> bool:
    some, parts = _parts(short), _parts(full)
    return len(some) < len(parts) and tuple(part for part in parts if part not in _LANDFORMS) == some


def _of_countries(names: Iterable[str]) -> dict[str, str]:
    by_code: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if (code := country_of(name)) is not None:
            by_code[code].append(name)
    return {name: max(same, key=lambda each: (len(each), each)) for same in by_code.values() for name in same}
