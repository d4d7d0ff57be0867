"""Amounts: the numbers of a text with what they count, as figures or words."""

import re
from functools import lru_cache
from typing import NamedTuple

from services.extract.reading.language.lexicon import words as words_of

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TENTHS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate([*_ONES.split(), "seventeen", "eighteen", "nineteen"])}
_TENS = {word: 10 * number for number, word in enumerate(_TENTHS.split(), 2)}
_LARGE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "m": 1e6, "bn": 1e9}
_PART = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "dozen": 12.0, "once": 1.0, "twice": 2.0}
_WORD = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[%$£€]")
_BETWEEN = words_of("more less fewer of the a an and or about around some only nearly almost per to")
_UNITS = {"%": "percent", "$": "dollar", "£": "pound", "€": "euro", "per": "percent", "cent": "percent"}
_MONTHS = words_of("january february march april may june july august september october november december")
DATE = "(date)"
"""Unit of a day of a month or a year: another one is another time, no other amount."""

YEARS = range(1500, 2200)
"""Bare whole numbers that are read as years."""

TEXTS_KEPT = 5_000
"""Texts whose amounts are remembered: those of the claims that one article is compared with."""


class Amount(NamedTuple):
    """A number and the word that it counts, without a plural's s; empty where there is none."""

    number: float
    unit: str


@lru_cache(TEXTS_KEPT)
def amounts_of(text: str) -> frozenset[Amount]:
    """Return the amounts of a text; "one" alone is none, for it is mostly no number, nor is "not eleven"."""
    words = _WORD.findall(text.lower().replace("-", " "))
    found, at = set(), 0
    while at < len(words):
        number, end = _number(words, at)
        if number is None:
            at += 1
            continue
        if words[at - 1 : at] != ["not"]:
            found.add(Amount(number, _unit(words, at, end)))
        at = end
    return frozenset(found)


def shared(some: frozenset[Amount], others: frozenset[Amount]) -> bool:
    """Tell whether an amount is the same in both; one that counts nothing named may count anything."""
    return any(x.number == y.number and (x.unit == y.unit or not (x.unit and y.unit)) for x in some for y in others)


def apart(some: frozenset[Amount], others: frozenset[Amount]) -> tuple[Amount, Amount] | None:
    """Return two amounts of one thing that differ; null where there are none, or some amount is the same in both."""
    if shared(some, others):
        return None
    return next(((x, y) for x in sorted(some) for y in sorted(others) if x.unit and x.unit == y.unit), None)


def _number(words: list[str], at: int) -> tuple[float | None, int]:
    """Return the number that begins at a word, and where it ends; null where none does."""
    total: float | None = None
    end = at
    for word in words[at:]:
        value = _value(word)
        if value is not None and (total is None or (total % 100 == 0 and total) or total in _TENS.values()):
            total = value if total is None else total + value
        elif word in _LARGE and total is not None:
            total *= _LARGE[word]
        else:
            break
        end += 1
    return (None, at) if words[at : at + 1] == ["one"] and end == at + 1 else (total, end)


def _value(word: str) -> float | None:
    if word[0].isdigit():
        return float(word.replace(",", ""))
    return _SMALL.get(word, _TENS.get(word, _PART.get(word)))


def _unit(words: list[str], at: int, end: int) -> str:
    before, after = words[at - 1] if at else "", words[end : end + 3]
    if before in _MONTHS or (after and after[0] in _MONTHS):
        return DATE
    if before in {"$", "£", "€"}:
        return _UNITS[before]
    for word in after:
        if word in {"%", "cent", "percent"}:
            return "percent"
        if word not in _BETWEEN:
            return word.removesuffix("s")
    whole = words[at].isdigit() and end == at + 1
    return DATE if whole and int(words[at]) in YEARS else ""
