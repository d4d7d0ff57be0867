"""Keys: the one name under which all spellings and forms of a name go, and the entity's id made of it."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from schemas.extraction import Mention, MentionType
from services.extract.entities.organisations import body_words, organisation_of
from services.extract.entities.persons import person_name
from services.extract.entities.places import (
    capital_code,
    country_code,
    country_name,
    own_name,
    seat_code,
    state_of,
)
from services.extract.entities.spelling import NAMES_KEPT, words_in

NAMESPACE = UUID("5a3f6f0e-6d0f-5c55-9d4b-2f1c1a8f7f10")
"""The namespace of entity ids; it never changes."""


class Sort(StrEnum):
    """What kind of thing a key names; a place is one whether it has a government or not."""

    PERSON = "person"
    BODY = "body"
    PLACE = "place"
    PEOPLE = "people"


class Key(NamedTuple):
    """What an entity is known by; ``title`` is what a well-known one is called everywhere, else None."""

    sort: Sort
    name: str
    type: MentionType
    title: str | None = None

    @property
    def id(self) -> UUID:
        """The entity's id."""
        return uuid5(NAMESPACE, f"{self.sort}:{self.name}")


@lru_cache(NAMES_KEPT)
def entity_key(name: str, kind: MentionType) -> Key:
    """Return the key of what a name of a type names, whatever the country, spelling, title or legal form."""
    if kind is MentionType.PERSON:
        person = person_name(name)
        return Key(Sort.PERSON, " ".join((*person.words, *([person.suffix] if person.suffix else []))), kind)
    if kind is MentionType.NORP:
        return Key(Sort.PEOPLE, " ".join(_singular(words_in(name))), kind)
    body = organisation_of(name)
    if body is not None:
        return Key(Sort.BODY, f"organisation {' '.join(words_in(body))}", MentionType.ORG, body)
    words = words_in(name)
    code = _country(words, kind) if _is_whole(name) else None
    if code is not None:
        return country_key(code)
    if kind is MentionType.ORG:
        return Key(Sort.BODY, " ".join(body_words(name)) or name, kind)
    state = state_of(words)
    return Key(Sort.PLACE, " ".join(own_name(words if state is None else words_in(state))) or name, kind, state)


def _country(words: tuple[str, ...], kind: MentionType) -> str | None:
    """Return the country that a name stands for: by its own name a place, by that of its seat its government."""
    named = country_code(words)
    return named or (None if kind is MentionType.LOC else seat_code(words))


def _is_whole(name: str) -> bool:
    """Tell whether a name is no cut-off part of another one, as "US -" is."""
    return name[-1:].isalnum() or name[-1:] in {".", ")"}


def country_key(code: str) -> Key:
    """Return the key of a country, which is also that of its government."""
    return Key(Sort.PLACE, f"country {code}", MentionType.GPE, country_name(code))


def government_key(name: str) -> Key | None:
    """Return the key of the country whose government a capital's name stands for, or None."""
    code = capital_code(words_in(name))
    return None if code is None else country_key(code)


def entity_id(mention: Mention) -> UUID:
    """Return the id of what a mention names by its name alone."""
    return entity_key(mention.name, mention.type).id


def _singular(words: tuple[str, ...]) -> tuple[str, ...]:
    last = words[-1:] and words[-1]
    return (*words[:-1], last[:-1]) if last and len(last) > 3 and last.endswith("s") else words  # noqa: PLR2004
