"""Parties: who speaks, and for whom, so that a country and its president can be seen to say one thing."""

import re
from functools import lru_cache
from itertools import pairwise

from schemas.extraction import MentionType
from services.extract.entities.keys import entity_key, government_key
from services.extract.reading.language.lexicon import TITLES
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.names.demonyms import people_of
from services.extract.relations.meaning import meaning
from services.extract.relations.statement import Statement

_OF_US = re.compile(r"(?:I|we)\b", re.IGNORECASE)
_OF_ITSELF = re.compile(
    r"it (?!(?:is|was|takes|took)\b|(?:has|had|will|would|may|might) (?:be|been|take|taken)\b)", re.IGNORECASE
)
"""What a body tells of itself; "it was six hours" is of nobody."""

_OF_ANOTHER = re.compile(r"(?:he|she|they|it)\b", re.IGNORECASE)
"""Somebody whom the words do not name, and who may be anybody."""


def one_speaker(a: Statement, b: Statement) -> bool:
    """Tell whether both are known to be said by one and the same."""
    return a.speaker is not None and b.speaker is not None and a.speaker.entity_id == b.speaker.entity_id


def one_party(a: Statement, b: Statement) -> bool:
    """Tell whether both are said by one and the same, or one speaks for the country that is the other."""
    return one_speaker(a, b) or _speaks_for(a, b) or _speaks_for(b, a)


def of_other_acts(a: Statement, b: Statement) -> bool:
    """Tell whether a speaker tells of himself ("it has offered") and the other, of another party, does not name him."""
    return not one_party(a, b) and (_tells_of_himself(a, b) or _tells_of_himself(b, a))


def _tells_of_himself(one: Statement, other: Statement) -> bool:
    if one.speaker is None or _OF_ANOTHER.match(meaning(other.claim)):
        return False
    oneself = _OF_US if one.speaker.type is MentionType.PERSON else _OF_ITSELF
    named = {*other.entities, *((other.speaker,) if other.speaker else ())}
    known = any(each.entity_id == one.speaker.entity_id for each in named) or one.speaker.name in other.sentence
    return oneself.match(meaning(one.claim)) is not None and not known


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
