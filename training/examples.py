"""Examples: annotated paragraphs as words with labels, and their cuts as an encoder reads them."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from training.words import Line, Pieces, Shape, Span, find_words, line_of, shape_of

FLAT = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
"""One label a word, whatever attribution it belongs to: cue over source over content."""

ROLES = ("O", "B-source", "I-source", "B-content", "I-content")
"""One label a word as one cue sees it, so that attributions may lie in one another."""

NAMES = ("O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG", "B-LOC", "I-LOC")

CUT_PIECES = 200
"""Pieces of one cut: nine paragraphs in ten are shorter, and attention costs the square."""

SMALL_WORD = 3
"""Characters up to which headlines keep a word small."""

MOST_PIECES = 512
"""What the encoders have positions for."""

Labels = list[int]


@dataclass(frozen=True)
class Frame:
    """One attribution: the words of its cue, and each word's role as that cue sees it (``ROLES``)."""

    cue: tuple[int, ...]
    roles: Labels


@dataclass(eq=False)
class Example:
    """A paragraph: its words, which of them are glued to the one before, and the labels that are known."""

    words: list[str]
    glued: list[bool]
    flat: Labels | None = None
    names: Labels | None = None
    frames: list[Frame] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Cut:
    """Some words of an example as ids; ``starts`` is where each word's first piece stands."""

    example: Example
    first: int
    count: int
    ids: list[int]
    starts: list[int]
    shapes: list[Shape]
    line: Line


def read_attributions(path: Path) -> list[Example]:
    """Return the paragraphs of a file of attributions, of each text the first annotation.

    A line is a JSON object ``{text, attributions: [{source, cue, content}]}``, each a list of ``[start, end)``.
    """
    seen: set[str] = set()
    found = []
    for line in path.open(encoding="utf-8"):
        item = json.loads(line)
        if item["text"] not in seen:
            seen.add(item["text"])
            found += list(_paragraphs(item["text"], item["attributions"]))
    return found


def read_names(path: Path) -> list[Example]:
    """Return the texts of a file of names: lines ``{text, entities: [[start, end, label]]}``; other labels are none."""
    found = []
    for line in path.open(encoding="utf-8"):
        item = json.loads(line)
        words = find_words(item["text"])
        labels = [0] * len(words)
        for start, end, kind in item["entities"]:
            if f"B-{kind}" in NAMES:
                _mark(labels, _touching(words, (start, end)), kind, NAMES)
        if words:
            found.append(_example(item["text"], words, names=labels))
    return found


def _paragraphs(text: str, attributions: Sequence[dict[str, Any]]) -> Iterator[Example]:
    start = 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        words = find_words(text, start, end)
        if words:
            yield _example(text, words, flat=_flat(words, attributions), frames=list(_frames(words, attributions)))
        start = end + 1


def _example(text: str, words: Sequence[Span], **labels: Any) -> Example:
    glued = [False, *(before[1] == after[0] for before, after in pairwise(words))]
    return Example([text[start:end] for start, end in words], glued, **labels)


def _flat(words: Sequence[Span], attributions: Sequence[dict[str, Any]]) -> Labels:
    labels = [0] * len(words)
    for kind in ("content", "source", "cue"):
        for attribution in attributions:
            for span in attribution[kind]:
                _mark(labels, _touching(words, span), kind, FLAT)
    return _opened(labels, FLAT)


def _frames(words: Sequence[Span], attributions: Sequence[dict[str, Any]]) -> Iterator[Frame]:
    for attribution in attributions:
        cue = sorted(index for span in attribution["cue"] for index in _touching(words, span))
        roles = [0] * len(words)
        for kind in ("content", "source"):
            for span in attribution[kind]:
                _mark(roles, _touching(words, span), kind, ROLES)
        if cue and any(roles):
            yield Frame(tuple(cue), _opened(roles, ROLES))


def _touching(words: Sequence[Span], span: Sequence[int]) -> list[int]:
    start, end = span
    return [index for index, word in enumerate(words) if word[0] < end and word[1] > start]


def _mark(labels: Labels, where: Sequence[int], kind: str, table: Sequence[str]) -> None:
    for index in where:
        labels[index] = table.index(f"{'I' if index != where[0] else 'B'}-{kind}")


def _opened(labels: Labels, table: Sequence[str]) -> Labels:
    """Return labels where each inside that follows nothing of its kind begins a span."""
    out = list(labels)
    for index, label in enumerate(labels):
        before = table[out[index - 1]] if index else "O"
        if table[label][0] == "I" and before[2:] != table[label][2:]:
            out[index] = label - 1
    return out


def cut(example: Example, pieces: Pieces, most: int = CUT_PIECES) -> Iterator[Cut]:
    """Yield the cuts of an example, each of about ``most`` pieces at most, after a sentence where there is one."""
    sizes = [len(pieces.of(word, glued=glued)) for word, glued in zip(example.words, example.glued, strict=True)]
    first = 0
    while first < len(sizes):
        end, count = first, 0
        while end < len(sizes) and (end == first or count + sizes[end] <= most):
            count += sizes[end]
            end += 1
        if end < len(sizes):
            near = range(end, first + (end - first) // 2, -1)
            end = next((at for at in near if example.words[at - 1] in {".", "?", "!"}), end)
        yield encode(example, first, end - first, pieces, example.words)
        first = end


def encode(example: Example, first: int, count: int, pieces: Pieces, words: Sequence[str]) -> Cut:
    """Return some words of an example as ids; ``words``: as they are to be read, which may differ in case."""
    chosen, glued = words[first : first + count], example.glued[first : first + count]
    shapes = [shape_of(word) for word in chosen]
    ids, starts, each = [pieces.begin], [], [Shape.NONE]
    for word, joined, shape in zip(chosen, glued, shapes, strict=True):
        found = pieces.of(word, glued=joined)
        starts.append(min(len(ids), MOST_PIECES - 2))
        ids += found
        each += [shape] * len(found)
    ids, each = ids[: MOST_PIECES - 1], each[: MOST_PIECES - 1]
    return Cut(example, first, count, [*ids, pieces.end], starts, [*each, Shape.NONE], line_of(shapes))


@dataclass(frozen=True)
class Recasing:
    """How often a line is written anew in another case, so that a headline's capitals are learnt to be no names."""

    title: float
    upper: float
    lower: float

    def apply(self, words: Sequence[str], chance: random.Random) -> Sequence[str]:
        """Return the words, now and then in another case."""
        drawn = chance.random()
        if drawn < self.title:
            return [word[0].upper() + word[1:] if len(word) > SMALL_WORD else word for word in words]
        if drawn < self.title + self.upper:
            return [word.upper() for word in words]
        return [word.lower() for word in words] if drawn < self.title + self.upper + self.lower else words
