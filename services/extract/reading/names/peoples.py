"""Peoples in a text: where it names the people of a land, faith or party, by noun or adjective, outside other names."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from schemas.extraction import Span
from services.extract.reading.language.lexicon import FUNCTION_WORDS, words
from services.extract.reading.names.casing import Casing
from services.extract.reading.names.demonyms import is_common, is_people, people_of, people_within
from services.extract.reading.names.places import place_names

WORDS_MAX = 3
"""Words of the longest names of peoples: "Papua New Guinean"."""

_SPEAK = words("speak speaks spoke spoken speaking learn learned learning teach taught translate translated written")
_INTO = words("in into from")
"""Words before the name of a language, which is no people where no noun follows it."""

_FORM = re.compile(r"[^\W\d_]{3,}[ie]ans\Z")
_AGENT = re.compile(r"(?:ici|ari|ori|edi|odi|ardi|ivili|estri|lympi)ans\Z")
"""Forms of a people's plural, and those that trades have too ("technicians"); in the singular it is any adjective's."""


def find_peoples(casing: Casing, taken: Collection[int], places: Collection[str]) -> Iterator[Span]:
    """Yield where peoples are named; ``taken``: tokens in other names, ``places``: this text's, in lower case."""
    at, count = 0, len(casing.tokens)
    while at < count:
        if not casing.shown(at)[0].isalpha() or at in taken:
            at += 1
            continue
        length = next((n for n in range(WORDS_MAX, 0, -1) if _names(casing, at, n, taken, places)), 0)
        if length:
            yield _span(casing, at, length)
        elif (within := people_within(casing.tokens[at].word)) is not None:
            start = casing.tokens[at].start
            if casing.text[start + within[0]].isupper():
                yield start + within[0], start + within[1]
        at += max(length, 1)


def _names(casing: Casing, at: int, length: int, taken: Collection[int], places: Collection[str]) -> bool:
    tokens = casing.tokens[at : at + length]
    if (
        len(tokens) < length
        or not all(token.capital for token in tokens)
        or any(at + n in taken for n in range(length))
    ):
        return False
    if "-" in tokens[-1].word and casing.shown(at + length - 1).partition("-")[2][:1].islower():
        return False
    if any(casing.text[before.end : token.start] != " " for before, token in pairwise(tokens)):
        return False
    word = " ".join([*(token.word for token in tokens[:-1]), tokens[-1].word.removesuffix("'s")])
    if is_people(word):
        return not (length == 1 and (_is_language(casing, at) or (is_common(word) and not _is_proper(casing, at))))
    return _is_proper(casing, at) and _derives(word, length, places)


def _is_proper(casing: Casing, at: int) -> bool:
    """Tell whether a word's capital tells here, or elsewhere in the text."""
    word = casing.tokens[at].word
    if word in casing.inside:
        return True
    return at not in casing.first and at not in casing.shouted and word not in casing.small


def _derives(word: str, length: int, places: Collection[str]) -> bool:
    if word in FUNCTION_WORDS:
        return False
    formed = length == 1 and bool(_FORM.match(word)) and not _AGENT.search(word)
    return formed or people_of(word, places) is not None or people_of(word, place_names(), bare=False) is not None


def _is_language(casing: Casing, at: int) -> bool:
    """Tell whether a word names a language here: "speaks German", "in German, she said"."""
    before = casing.tokens[at - 1].word if at else ""
    after = casing.tokens[at + 1].word if at + 1 < len(casing.tokens) else ""
    alone = not after[:1].isalpha() or after in FUNCTION_WORDS
    return alone and (before in _SPEAK or before in _INTO)


def _span(casing: Casing, at: int, length: int) -> Span:
    start, last = casing.tokens[at].start, casing.tokens[at + length - 1]
    word = last.word.removesuffix("'s")
    return start, last.end - len(last.word) + len(word)
