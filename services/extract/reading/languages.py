"""Whether a text is English, as far as its frequent words tell."""

from itertools import islice

from services.extract.reading.lexicon import ENGLISH, FOREIGN
from services.extract.reading.tokens import tokens_of

SAMPLE_WORDS = 2_000
"""Words; more tell nothing new."""

LATIN_LIMIT = 0x250
"""Code point; letters from here on are of another script than English is written in."""


def is_english(text: str, language: str | None = None) -> bool:
    """Return whether ``language`` (ISO 639 code) says English; without it, whether English function words prevail."""
    if language is not None:
        return language.lower().split("-")[0] in {"en", "eng"}
    words = [token.word for token in islice(tokens_of(text), SAMPLE_WORDS) if token.word[0].isalpha()]
    foreign = sum(word in FOREIGN or ord(word[0]) >= LATIN_LIMIT for word in words)
    return foreign <= sum(word in ENGLISH for word in words) or foreign * 5 < len(words)
