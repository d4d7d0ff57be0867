"""Common nouns in place of names: "the Court" or "the Nation", with a capital, is one that the article names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from schemas.extraction import Mention, MentionType
from services.extract.entities.keys import Key, Sort
from services.extract.entities.organisations import words_of_body
from services.extract.entities.spelling import words_in
from services.extract.reading.names.places import GOVERNED
from services.extract.reading.speakers.nouns import BODIES, INSTITUTIONS

_LANDS = frozenset(("nation", "country", "republic", "kingdom", "union", "federation", "homeland", "motherland"))
"""What a country is called that needs no name."""

_PLACES = GOVERNED | _LANDS
_NOUNS = {MentionType.ORG: BODIES | INSTITUTIONS, MentionType.GPE: _PLACES, MentionType.LOC: _PLACES}


def is_common(mention: Mention) -> bool:
    """Tell whether a mention is a noun for many things of its kind, and no name."""
    nouns, words = _NOUNS.get(mention.type, frozenset()), words_in(mention.name)
    return bool(words) and all(word in nouns for word in words)


def meant(mentions: Sequence[Mention], keys: Sequence[Key], at: int, scope: str) -> Key:
    """Return what a common noun means: the last one named with that noun, else the country named most.

    Where the article names no such thing it is an entity of this article alone, which ``scope`` tells from others.
    """
    key, noun = keys[at], words_in(mentions[at].name)[-1]
    for other in chain(range(at - 1, -1, -1), range(at + 1, len(mentions))):
        words = {*words_in(mentions[other].name), *words_of_body(keys[other].title or "")}
        if len(words) > 1 and noun in words and keys[other].sort is key.sort and not is_common(mentions[other]):
            return keys[other]
    country = _most_named(keys) if noun in _LANDS and key.sort is Sort.PLACE else None
    return country or key._replace(name=f"{key.name} in {scope}", title=None)


def _most_named(keys: Sequence[Key]) -> Key | None:
    """Return the country named most; None where there is none, or two are named as often."""
    counted = Counter(_countries(keys)).most_common(2)
    alone = counted and (len(counted) == 1 or counted[0][1] > counted[1][1])
    return counted[0][0] if alone else None


def _countries(keys: Sequence[Key]) -> Iterator[Key]:
    return (key for key in keys if key.sort is Sort.PLACE and key.name.startswith("country "))
