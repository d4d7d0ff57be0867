"""Amounts: the numbers of a text with what they count, as figures or words."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from services.extract.reading.language.lexicon import FUNCTION_WORDS, PEOPLE
from services.extract.reading.language.lexicon import words as words_of

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TENTHS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate([*_ONES.split(), "seventeen", "eighteen", "nineteen"])}
_TENS = {word: 10 * number for number, word in enumerate(_TENTHS.split(), 2)}
_THOUSANDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT = {"k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "bln": 1e9, "tn": 1e12, "trn": 1e12}
_LARGE = {"hundred": 1e2, **_THOUSANDS, **_SHORT}
_PART = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "dozen": 12.0, "once": 1.0, "twice": 2.0}
_WORD = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[%$£€,;:.!?()]")
_BETWEEN = words_of("more less fewer of the a an and or about around some only nearly almost to per")
_STOPS = frozenset(",;:.!?()")
_MONEY = {"$": "dollar", "£": "pound", "€": "euro"}
_SAME = {"home": "house", "percent": "%", "cent": "%", "life": "person", "dead": "person", "killed": "person"}
_MONTHS = words_of("january february march april may june july august september october november december")

DATE = "(date)"
"""Unit of a day of a month or a year: another one is another time, no other amount."""

YEARS = range(1500, 2200)
"""Bare whole numbers that are read as years."""

UNIT_MAX_WORDS = 3
"""Words behind a number among which is what it counts: "38,000 old customer records"."""

NUMBER_OF_MAX_WORDS = 8
"""Words before a number among which "the number of" tells what it counts: "the number of people aboard at 187"."""

TEXTS_KEPT = 5_000
"""Texts whose amounts are remembered: those of the claims that one article is compared with."""


class Amount(NamedTuple):
    """A number and the words behind it, one of which is what it counts; none where there is nothing."""

    number: float
    units: frozenset[str]


def shared(some: frozenset[Amount], others: frozenset[Amount]) -> bool:
    """Tell whether an amount is the same in both; one that counts nothing named may count anything."""
    return any(
        x.number == y.number and bool(x.units & y.units or not (x.units and y.units)) for x in some for y in others
    )


def apart(some: frozenset[Amount], others: frozenset[Amount]) -> Amount | None:
    """Return an amount of ``some`` that is another one in ``others``.

    Null where nothing is counted in both, or some amount is the same in both.
    """
    if shared(some, others):
        return None
    differing = (x for x in sorted(some, key=_in_order) if any(x.units & y.units for y in others))
    return next(differing, None)


def _in_order(amount: Amount) -> tuple[float, list[str]]:
    return amount.number, sorted(amount.units)


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
            found.add(Amount(number, _units(words, at, end)))
        at = end
    return frozenset(found)


def _number(words: list[str], at: int) -> tuple[float | None, int]:
    """Return the number that begins at a word, and where it ends; null where none does."""
    total: float | None = None
    end = at
    for word in words[at:]:
        value, before = _value(word), words[end - 1] if end > at else ""
        joined = total in _TENS.values() or before in _LARGE or before == "and"
        if value is not None and (total is None or (joined and not word[0].isdigit())):
            total = value if total is None else total + value
        elif word in _LARGE and total is not None:
            total *= _LARGE[word]
        elif word != "and" or before not in _LARGE or _value("".join(words[end + 1 : end + 2])) is None:
            break
        end += 1
    return (None, at) if words[at : at + 1] == ["one"] and end == at + 1 else (total, end)


def _value(word: str) -> float | None:
    if word[:1].isdigit():
        return float(word.replace(",", ""))
    return _SMALL.get(word, _TENS.get(word, _PART.get(word)))


def _units(words: list[str], at: int, end: int) -> frozenset[str]:
    before, after = words[at - 1] if at else "", words[end : end + UNIT_MAX_WORDS + 1]
    if before in _MONTHS or (after and after[0] in _MONTHS):
        return frozenset((DATE,))
    if before in _MONEY:
        return frozenset((_MONEY[before],))
    found: list[str] = []
    for word in after:
        if (
            word in _STOPS
            or (word in FUNCTION_WORDS and word not in _BETWEEN)
            or word in _MONEY
            or (found and _value(word) is not None)
        ):
            break
        if word not in FUNCTION_WORDS and _value(word) is None:
            found.append(_unit(word))
    found = found or _counted_before(words[max(0, at - NUMBER_OF_MAX_WORDS) : at])
    whole = words[at].isdigit() and end == at + 1
    if not found and whole and int(words[at]) in YEARS:
        return frozenset((DATE,))
    return frozenset(found[:UNIT_MAX_WORDS])


def _counted_before(words: list[str]) -> list[str]:
    """Return what "the number of … at" tells to be counted, as far as the clause holds it."""
    clause = words[max((place + 1 for place, word in enumerate(words) if word in _STOPS), default=0) :]
    for place, pair in enumerate(pairwise(clause)):
        if pair == ("number", "of"):
            return [_unit(word) for word in clause[place + 2 :] if word not in FUNCTION_WORDS]
    return []


def _unit(word: str) -> str:
    single = word.removesuffix("s")
    return "person" if word in PEOPLE or single == "passenger" else _SAME.get(single, single)
