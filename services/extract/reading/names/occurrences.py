"""Further occurrences of the names that a text surely holds, where they are not marked."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from schemas.extraction import Span
from services.extract.reading.language.lexicon import FUNCTION_WORDS, TITLES
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.names.casing import Casing

NAME_MAX_TOKENS = 8
"""Tokens; longer names are seldom repeated, and each length is looked for at each word."""

UPPER_MIN = 4
"""Letters; a shorter name in upper case may be another word: "Who" and "WHO"."""

Shown = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """Names to look for, by the tokens that they are shown with; by their first token the numbers of their tokens."""

    names: dict[Shown, str] = field(default_factory=dict)
    lengths: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, name: str) -> None:
        """Look for a name, also in upper case."""
        for form in {name, name.upper()} if len(name) >= UPPER_MIN else {name}:
            shown = tuple(form[token.start : token.end] for token in tokens_of(form))
            if 0 < len(shown) <= NAME_MAX_TOKENS:
                self.names.setdefault(shown, name)
                self.lengths[shown[0]].add(len(shown))


def find_occurrences(casing: Casing, names: Iterable[str], taken: Collection[int]) -> Iterator[tuple[Span, str]]:
    """Yield where the names stand unmarked, the longest first, each with its name; ``taken``: tokens of marked ones.

    What stands there may differ from the name in spaces and capitals.
    """
    sought = Sought()
    for name in sorted(names):  # of two that differ in spaces alone always the same one
        sought.add(name)
    at, count = 0, len(casing.tokens)
    while at < count:
        length = next((n for n in _lengths(casing, at, sought) if _stands(casing, at, n, sought, taken)), 0)
        if length:
            start = casing.tokens[at].start
            yield (start, start + _width(casing, at, length)), sought.names[_form(casing, at, length)]
        at += max(length, 1)


def _lengths(casing: Casing, at: int, sought: Sought) -> list[int]:
    lengths = sought.lengths.get(casing.shown(at), set()) | sought.lengths.get(_bare(casing.shown(at)), set())
    return sorted((n for n in lengths if at + n <= len(casing.tokens)), reverse=True)


def _stands(casing: Casing, at: int, length: int, sought: Sought, taken: Collection[int]) -> bool:
    if _form(casing, at, length) not in sought.names or any(place in taken for place in range(at, at + length)):
        return False
    return length > 1 or _is_name(casing, at)


def _form(casing: Casing, at: int, length: int) -> Shown:
    """Return the tokens that stand there, without a possessive at the end."""
    shown = [casing.shown(place) for place in range(at, at + length)]
    return (*shown[:-1], _bare(shown[-1]))


def _is_name(casing: Casing, at: int) -> bool:
    """Tell whether a single word is the whole name here: no capital beside it, and a capital that tells."""
    word = _bare(casing.tokens[at].word)
    if at in casing.shouted:
        return word not in casing.small
    if at in casing.first and word in casing.small:
        return False
    before = at > 0 and _adjoin(casing, at - 1) and _is_part(casing, at - 1)
    after = not _has_possessive(casing.shown(at)) and _adjoin(casing, at) and _is_part(casing, at + 1)
    return not before and not after


def _is_part(casing: Casing, at: int) -> bool:
    token = casing.tokens[at]
    return token.capital and token.word not in TITLES and token.word not in FUNCTION_WORDS


def _adjoin(casing: Casing, at: int) -> bool:
    """Tell whether only a space parts a token from the next."""
    if at + 1 >= len(casing.tokens):
        return False
    return casing.text[casing.tokens[at].end : casing.tokens[at + 1].start] in {" ", "\u00a0"}


def _width(casing: Casing, at: int, length: int) -> int:
    last = at + length - 1
    end = casing.tokens[last].end - len(casing.shown(last)) + len(_bare(casing.shown(last)))
    return end - casing.tokens[at].start


def _bare(shown: str) -> str:
    return shown[:-2] if _has_possessive(shown) else shown


def _has_possessive(shown: str) -> bool:
    return shown[-2:] in {"'s", "’s", "'S", "’S"}
