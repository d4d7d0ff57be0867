"""The casing of a text: where a capital is a sign of a name, and where only that of a title, a shout or a sentence."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from schemas.extraction import Span
from services.extract.reading.language.lexicon import FUNCTION_WORDS
from services.extract.reading.language.tokens import Token, tokens_of

_WORD_MIN = 4
"""Letters; style books set shorter words small in titles, or large: they tell nothing."""

_WORDS_MIN = 3
"""Words of that length; a line with fewer may be all names."""

_SMALL_SHARE = 8
"""Of so many words one may be small in a line in title case, as houses differ over prepositions and particles."""

_OPENERS = frozenset("\"“‘«(['")
_STOPS = (".", "!", "?", "…", ":", ";", ",")


@dataclass(frozen=True, slots=True)
class Casing:
    """The tokens of a text, and by their index those that begin a sentence, are shouted, or stand in a sentence.

    ``shouted``: in a line of capitals; a dateline's are ``within`` none. ``small``: the words written without a capital
    somewhere; ``inside``: with one where neither a sentence's beginning nor a line of capitals explains it.
    """

    text: str
    tokens: tuple[Token, ...]
    starts: tuple[int, ...]
    first: frozenset[int]
    shouted: frozenset[int]
    within: frozenset[int]
    small: frozenset[str]
    inside: frozenset[str]

    def at(self, place: int) -> int:
        """Return the index of the first token at or after a code point."""
        return bisect_left(self.starts, place)

    def holding(self, place: int) -> int:
        """Return the index of the token that holds a code point, or of the first after it."""
        at = bisect_left(self.starts, place + 1) - 1
        return at if at >= 0 and self.tokens[at].end > place else at + 1

    def shown(self, at: int) -> str:
        """Return a token as the text has it."""
        return self.text[self.tokens[at].start : self.tokens[at].end]


def casing_of(text: str, sentences: Sequence[Span], headings: Collection[int]) -> Casing:
    """Read the casing of a text; a heading, or a sentence without a full stop, may be a line of capitals."""
    tokens = tuple(tokens_of(text))
    starts = tuple(token.start for token in tokens)
    first, shouted, within = set[int](), set[int](), set[int]()
    for number, (start, end) in enumerate(sentences):
        places = range(bisect_left(starts, start), bisect_left(starts, end))
        within.update(places)
        words = (at for at in places if tokens[at].word[0].isalnum())
        first.add(next(words, -1))
        line = number in headings or not text[start:end].rstrip("\"”’' ").endswith(_STOPS)
        if line and is_shouted([tokens[at] for at in places], text):
            shouted.update(places)
    first.update(at + 1 for at, token in enumerate(tokens) if token.word in _OPENERS)
    plain = [token for at, token in enumerate(tokens) if at not in first and at not in shouted and token.capital]
    small = frozenset(token.word for token in tokens if not token.capital)
    inside = frozenset(token.word.removesuffix("'s") for token in plain)
    return Casing(text, tokens, starts, frozenset(first), frozenset(shouted), frozenset(within), small, inside)


def is_shouted(tokens: Sequence[Token], text: str) -> bool:
    """Tell whether all of a line's longer words have capitals: title case or upper case."""
    long = [token for token in tokens if token.end - token.start >= _WORD_MIN and token.word[0].isalpha()]
    told = [token for token in long if token.word not in FUNCTION_WORDS or text[token.start : token.end].isupper()]
    small = sum(not token.capital for token in told)
    return len(told) >= _WORDS_MIN and small * _SMALL_SHARE <= len(told)
