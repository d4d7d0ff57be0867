"""Words joined by spaces, so that a pattern may run over them, and the way back to their places in the text."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from schemas.extraction import Span
from services.extract.reading.language.tokens import Token


class Line:
    """The words of a clause: ``plain`` is in lower case, with one space between two words."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.plain = " ".join(token.word for token in tokens)
        self._starts = list(accumulate((len(token.word) + 1 for token in tokens), initial=0))

    def index(self, at: int) -> int:
        """Return the index of the word that holds a character."""
        return bisect_right(self._starts, at) - 1

    def words(self, match: re.Match[str]) -> tuple[Span, ...]:
        """Return the places of a match's words, joined where nothing but a space parts them."""
        return joined(self.tokens[self.index(match.start()) : self.index(max(match.start(), match.end() - 1)) + 1])

    def is_one(self, found: Sequence[Span], word: str) -> bool:
        """Tell whether words found are this one."""
        return any(token.word == word for token in self.tokens if found and (token.start, token.end) == found[0])

    def find(
        self, pattern: re.Pattern[str], fits: Callable[["Line", re.Match[str]], bool] | None = None
    ) -> tuple[Span, ...]:
        """Return the words of the first match that fits, or none."""
        found = (match for match in pattern.finditer(self.plain) if fits is None or fits(self, match))
        return next((self.words(match) for match in found), ())


def joined(tokens: Sequence[Token]) -> tuple[Span, ...]:
    """Return the span of neighbouring words, in pieces where more than a space is between them."""
    spans: list[Span] = []
    for token in tokens:
        if spans and token.start - spans[-1][1] <= 1:
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
    return tuple(spans)
