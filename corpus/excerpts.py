"""Finds marked words in a text: an excerpt is copied from the text, with braces around the words that are meant."""

import re
from collections.abc import Iterator

from schemas.extraction import Span

TAGS = ("cue", "by", "c", "f", "q", "at")
"""Cue, speaker, content, force words, question, and the words that tell when it was said."""

Piece = tuple[str, Span]
"""A tag and the span of its words; the tag is empty where an excerpt has plain braces."""

_TAGGED = re.compile(r"\{(" + "|".join(TAGS) + r")\s+|\{|\}")
_PLAIN = re.compile(r"\{()|\}")
_OCCURRENCE = re.compile(r"#(\d+)\s+")


class Unfit(ValueError):
    """The notes do not fit the text; the message names the words."""


def _unmark(marked: str, *, tagged: bool) -> tuple[str, list[Piece]]:
    """Return the excerpt without its braces, and the pieces in it, innermost first."""
    plain, at, opened, pieces = "", 0, list[tuple[str, int]](), list[Piece]()
    for brace in (_TAGGED if tagged else _PLAIN).finditer(marked):
        plain, at = plain + marked[at : brace.start()], brace.end()
        if brace[0] != "}":
            if brace[1] is None:
                raise Unfit(f"a brace without a tag ({', '.join(TAGS)}) in: {marked}")
            opened.append((brace[1], len(plain)))
        elif opened:
            tag, start = opened.pop()
            pieces.append((tag, (start, len(plain))))
        else:
            raise Unfit(f"a closing brace too many in: {marked}")
    if opened or not pieces:
        raise Unfit(f"braces that do not close, or none, in: {marked}")
    return plain + marked[at:], pieces


def _places(text: str, plain: str) -> Iterator[list[int]]:
    """Yield, for each place where the words stand, the offset in the text of each character and of the end."""
    parts = re.split(r"(\s+)", plain)
    pattern = "".join(r"(\s+)" if part.isspace() else f"({re.escape(part)})" for part in parts)
    for found in re.finditer(f"(?={pattern})", text):
        offsets: list[int] = []
        for number, part in enumerate(parts, start=1):
            start = found.start(number)
            offsets += [start] * len(part) if part.isspace() else range(start, start + len(part))
        yield [*offsets, found.end(len(parts))]


def find(text: str, marked: str, *, tagged: bool = True) -> list[Piece]:
    """Return the pieces that an excerpt marks, with their spans in the text, in the order of the text.

    Any run of white space in the excerpt fits any in the text. ``#2 `` before the excerpt means its second place.
    Raises ``Unfit`` where the words do not stand in the text, or stand there more than once.
    """
    nth = _OCCURRENCE.match(marked)
    plain, pieces = _unmark(marked[nth.end() :] if nth else marked, tagged=tagged)
    places = list(_places(text, plain))
    if not places:
        raise Unfit(f"not in the text: {plain}")
    if len(places) > 1 and nth is None:
        raise Unfit(f"{len(places)} times in the text (add words around it, or #n before it): {plain}")
    if nth and not 1 <= int(nth[1]) <= len(places):
        raise Unfit(f"only {len(places)} times in the text: {plain}")
    place = places[int(nth[1]) - 1 if nth else 0]
    spans = ((tag, _trimmed(text, place[start], place[end])) for tag, (start, end) in pieces)
    return sorted(spans, key=lambda piece: piece[1])


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    span = (start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))
    if span[0] >= span[1]:
        raise Unfit(f"braces around nothing near: {text[max(0, start - 30) : end + 30]}")
    return span
