"""Words and punctuation marks of a text, each with its place: what every rule of extraction reads."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator
from typing import NamedTuple

from services.extract.reading.language.lexicon import ABBREVIATIONS

_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}"
    rf"|(?:{'|'.join(sorted(map(re.escape, ABBREVIATIONS), key=len, reverse=True))})\."
    r"|[^\W\d_]\.(?=\s)"
    r"|\d+(?:[.,]\d+)*(?:[^\W_]+)?"
    r"|\w+(?:[’'\-‑]\w+)*"
    r"|\.{2,}|-{2,}|''|[^\w\s]"
)
"""Each branch either takes a run of characters that no other part of it can take, or one character: linear time."""


class Token(NamedTuple):
    """A word or mark: ``[start, end)`` in code points, and the word in lower case with straight apostrophes."""

    start: int
    end: int
    word: str
    capital: bool


def tokens_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Yield the tokens of ``text[start:end]`` in order."""
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        shown = match.group()
        yield Token(match.start(), match.end(), shown.lower().replace("’", "'").replace("‑", "-"), shown[0].isupper())
