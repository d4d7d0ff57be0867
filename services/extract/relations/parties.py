"""Parties: who speaks, and for whom, so that a country and its president can be seen to say one thing."""

from functools import lru_cache
from itertools import pairwise

from schemas.extraction import MentionType
from services.extract.entities.keys import entity_key, government_key
from services.extract.reading.language.lexicon import TITLES
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.names.demonyms import people_of
from services.extract.relations.statement import Statement


def one_speaker(a: Statement, b: Statement) -> bool:
    """Tell whether both are known to be said by one and the same."""
    return a.speaker is not None and b.speaker is not None and a.speaker.entity_id == b.speaker.entity_id


def one_party(a: Statement, b: Statement) -> bool:
    """Tell whether both are said by one and the same, or one speaks for the country that is the other."""
    return one_speaker(a, b) or _speaks_for(a, b) or _speaks_for(b, a)


def _speaks_for(one: Statement, other: Statement) -> bool:
    """Tell whether a person is called by an office of the country that speaks in the other statement.

    The office stands in the statement's sentence or the speaker's words, with the country or its people before it.
    """
    if one.speaker is None or other.speaker is None or one.speaker.type is not MentionType.PERSON:
        return False
    if other.speaker.type is not MentionType.GPE:
        return False
    words = one.claim.speaker.text if one.claim.speaker else ""
    tokens = [token.word for token in (*tokens_of(one.sentence), *tokens_of(words))]
    countries = _names_of(other.speaker.name)
    heads = {word for word, after in pairwise(tokens) if after in TITLES}
    return any(word in countries or people_of(word, countries) is not None for word in heads)


@lru_cache(1_000)
def _names_of(country: str) -> frozenset[str]:
    """Return a country's names in lower case: the one given and, of its seat of government, its own."""
    keys = (entity_key(country, MentionType.GPE), government_key(country))
    titles = {key.title for key in keys if key is not None and key.title is not None}
    return frozenset(name.lower().removeprefix("the ") for name in (country, *titles))
