"""Whether a text is English, as far as its frequent words tell."""

from itertools import islice

from services.extract.reading.language.lexicon import ENGLISH, FOREIGN, words
from services.extract.reading.language.tokens import tokens_of

SAMPLE_WORDS = 2_000
"""Words; more tell nothing new."""

LATIN_LIMIT = 0x250
"""Code point; letters from here on are of another script than English is written in."""

_SHARED = words("a i in on at as was is he we or my has an")
"""Of the frequent words of English, those that other languages write too."""

TELLING_WORDS = 20
"""Words of a text from which on the share of frequent ones tells: a headline may do without."""

ENGLISH_MIN_SHARE = 0.05
"""Of the words that English alone writes: annotated English news has 0.09 and more, other languages next to none."""


def is_english(text: str, language: str | None = None) -> bool:
    """Return whether a text is English: its frequent words are, unless ``language`` (ISO 639 code) says otherwise."""
    found = [token.word for token in islice(tokens_of(text), SAMPLE_WORDS) if token.word[0].isalpha()]
    own = sum(word in ENGLISH and word not in _SHARED for word in found)
    if len(found) >= TELLING_WORDS and own < ENGLISH_MIN_SHARE * len(found):
        return False
    if language is not None:
        return language.lower().split("-")[0] in {"en", "eng"}
    foreign = sum(word in FOREIGN or ord(word[0]) >= LATIN_LIMIT for word in found)
    return foreign <= sum(word in ENGLISH for word in found) or foreign * 5 < len(found)
