"""The wording of a text: the stems of its words that carry meaning, and how much of them two texts share."""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

from services.extract.reading.language.lexicon import FUNCTION_WORDS, TITLE_ABBREVIATIONS, words
from services.extract.relations.opposites import stem

TEXTS_KEPT = 5_000
"""Texts whose stems are remembered: those of the claims that one article is compared with."""

_WORD = re.compile(r"[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)?|\d[\d.,]*\d|\d")
_EMPTY = FUNCTION_WORDS | TITLE_ABBREVIATIONS | words("said say says told mr not no")

Stems = frozenset[str]


@lru_cache(TEXTS_KEPT)
def every_stem_of(text: str) -> Stems:
    """Return the stems of all words of a text (Snowball's English stemmer)."""
    return frozenset(map(stem, _words(text)))


@lru_cache(TEXTS_KEPT)
def stems_of(text: str) -> Stems:
    """Return the stems of a text's words but function words and single letters."""
    return frozenset(stem(word) for word in _words(text) if word not in _EMPTY and len(word) > 1)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("\u2019", "'").replace("\u2011", "-"))


def covered(some: AbstractSet[str], others: AbstractSet[str]) -> float:
    """Return the share of the shorter one's words that both have; 0 where one has none."""
    least = min(len(some), len(others))
    return len(some & others) / least if least else 0.0


def jaccard(some: AbstractSet[str], others: AbstractSet[str]) -> float:
    """Return the share of common words among all words of both (Jaccard 1912); 0 where both have none."""
    both = len(some & others)
    every = len(some) + len(others) - both
    return both / every if every else 0.0
