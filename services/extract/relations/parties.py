"""Parties: who speaks, and for whom, so that a country and its president can be seen to say one thing."""

from itertools import pairwise

from schemas.extraction import MentionType
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

    The office stands by the name in the statement's sentence, with the country or its people before it.
    """
    if one.speaker is None or other.speaker is None or one.speaker.type is not MentionType.PERSON:
        return False
    if other.speaker.type is not MentionType.GPE:
        return False
    tokens = [token.word for token in tokens_of(one.sentence)]
    country = other.speaker.name.lower().removeprefix("the ")
    heads = {word for word, after in pairwise(tokens) if after in TITLES}
    return any(word == country or people_of(word, [country]) is not None for word in heads)
