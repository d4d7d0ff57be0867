"""Examples: annotated texts as words with labels."""

import json
import random
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from schemas.extraction import Span
from services.extract.reading.model.cuts import Words
from services.extract.reading.model.labels import FLAT, NAMES, ROLES

STATES = {"GPE": "LOC"}
"""States are learnt as places."""

SMALL_WORD = 3
"""Characters up to which headlines keep a word small."""

TOGETHER_MOST = 4
"""Texts of names, mostly single sentences, that are put together as the paragraphs of one text."""

Labels = list[int]


@dataclass(frozen=True)
class Frame:
    """One attribution: the words of its cue, and each word's role as that cue sees it (``ROLES``)."""

    cue: tuple[int, ...]
    roles: Labels


@dataclass(eq=False)
class Example:
    """A text: its words, and the labels that are known."""

    words: Words
    flat: Labels | None = None
    names: Labels | None = None
    frames: list[Frame] = field(default_factory=list)


def read_attributions(path: Path) -> list[Example]:
    """Return the texts of a file of attributions, each in its first annotation.

    A line is a JSON object ``{text, attributions: [{source, cue, content}]}``, each a list of ``[start, end)``.
    """
    seen: set[str] = set()
    found = []
    for line in path.open(encoding="utf-8"):
        item = json.loads(line)
        if item["text"] not in seen:
            seen.add(item["text"])
            words = Words.of(item["text"], _lines(item["text"]), ours=False)
            attributions = item["attributions"]
            found.append(Example(words, flat=_flat(words, attributions), frames=list(_frames(words, attributions))))
    return found


def read_corpus(folder: Path) -> list[Example]:
    """Return the articles of a part of our corpus (``*/*.json``), annotated by our own guidelines.

    Claims of one cue are one attribution; what has no cue, or stands in the voice of article or headline, is none.
    """
    found = []
    for path in sorted(folder.glob("*/*.json")):
        item = json.loads(path.read_text("utf-8"))
        if "claims" in item:
            words, attributions = Words.of(item["text"], _lines(item["text"])), _by_cue(item["claims"])
            spans = [(*each["span"], STATES.get(each["type"], each["type"])) for each in item["mentions"]]
            frames = list(_frames(words, attributions))
            found.append(Example(words, _flat(words, attributions), _names_of(words, spans), frames))
    return found


def _by_cue(claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    by_cue: dict[str, dict[str, Any]] = {}
    for claim in claims:
        if claim["cue"]:
            spans = claim["cue"]["spans"]
            each = by_cue.setdefault(json.dumps(spans), {"cue": spans, "source": [], "content": []})
            each["content"] += claim["content"]["spans"]
            each["source"] = each["source"] or (claim["speaker"] or {"spans": []})["spans"]
    return list(by_cue.values())


def read_names(path: Path, together: random.Random | None = None) -> list[Example]:
    """Return the texts of a file of names: lines ``{text, entities: [[start, end, label]]}``; other labels are none.

    ``together``: by its chance up to ``TOGETHER_MOST`` neighbours become the paragraphs of one text. Names are the same
    by all guidelines, so every other text is read by ours.
    """
    items = [json.loads(line) for line in path.open(encoding="utf-8")]
    found: list[Example] = []
    while items:
        count = together.randint(1, TOGETHER_MOST) if together else 1
        found.append(_named(items[:count], ours=len(found) % 2 == 0))
        items = items[count:]
    return [example for example in found if len(example.words)]


def _named(items: Sequence[dict[str, Any]], *, ours: bool) -> Example:
    text, spans, entities = "", [], []
    for item in items:
        at = len(text)
        entities += [(start + at, end + at, kind) for start, end, kind in item["entities"]]
        text += item["text"] + "\n"
        spans.append((at, len(text) - 1))
    words = Words.of(text, spans, ours=ours)
    return Example(words, names=_names_of(words, entities))


def _names_of(words: Words, entities: Iterable[tuple[int, int, str]]) -> Labels:
    labels = [0] * len(words)
    for start, end, kind in entities:
        if f"B-{kind}" in NAMES:
            _mark(labels, _touching(words.spans, (start, end)), kind, NAMES)
    return labels


def _lines(text: str) -> list[Span]:
    return [found.span() for found in re.finditer(r"[^\n]+", text)]


def _flat(words: Words, attributions: Sequence[dict[str, Any]]) -> Labels:
    labels = [0] * len(words)
    for kind in ("content", "source", "cue"):
        for attribution in attributions:
            for span in attribution[kind]:
                _mark(labels, _touching(words.spans, span), kind, FLAT)
    return _opened(labels, words.lines, FLAT)


def _frames(words: Words, attributions: Sequence[dict[str, Any]]) -> Iterator[Frame]:
    for attribution in attributions:
        cue = sorted(index for span in attribution["cue"] for index in _touching(words.spans, span))
        roles = [0] * len(words)
        for kind in ("content", "source"):
            for span in attribution[kind]:
                _mark(roles, _touching(words.spans, span), kind, ROLES)
        if cue and any(roles):
            yield Frame(tuple(cue), _opened(roles, words.lines, ROLES))


def _touching(words: Sequence[Span], span: Sequence[int]) -> list[int]:
    start, end = span
    first = bisect_right(words, start, key=lambda word: word[1])
    return list(range(first, max(first, bisect_left(words, end, key=lambda word: word[0]))))


def _mark(labels: Labels, where: Sequence[int], kind: str, table: Sequence[str]) -> None:
    for index in where:
        labels[index] = table.index(f"{'I' if index != where[0] else 'B'}-{kind}")


def _opened(labels: Labels, lines: Sequence[int], table: Sequence[str]) -> Labels:
    """Return labels where each inside that follows nothing of its kind, or opens a paragraph, begins a span."""
    out = list(labels)
    for index, label in enumerate(labels):
        before = table[out[index - 1]] if index and lines[index - 1] == lines[index] else "O"
        if table[label][0] == "I" and before[2:] != table[label][2:]:
            out[index] = label - 1
    return out


@dataclass(frozen=True)
class Recasing:
    """How often a line is written anew in another case, so that a headline's capitals are learnt to be no names."""

    title: float
    upper: float
    lower: float

    def apply(self, words: Words, chance: random.Random) -> Words:
        """Return the words, now and then a paragraph in another case."""
        shown: list[str] = []
        for _, group in groupby(range(len(words)), key=words.lines.__getitem__):
            shown += self._line([words.shown[at] for at in group], chance)
        return replace(words, shown=shown)

    def _line(self, words: list[str], chance: random.Random) -> list[str]:
        drawn = chance.random()
        if drawn < self.title:
            return [word[0].upper() + word[1:] if len(word) > SMALL_WORD else word for word in words]
        if drawn < self.title + self.upper:
            return [word.upper() for word in words]
        return [word.lower() for word in words] if drawn < self.title + self.upper + self.lower else words
