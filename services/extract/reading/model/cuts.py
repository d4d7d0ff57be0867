"""Cuts: as many whole paragraphs as an encoder reads at once, so that each has its neighbours for context."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from schemas.extraction import Span
from services.extract.reading.model.pieces import Pieces
from services.extract.reading.model.words import Line, Shape, find_words, line_of, shape_of

CUT_PIECES = 200
"""Pieces of one cut at most: two or three paragraphs of news; attention costs the square."""

MOST_PIECES = 512
"""What the encoders have positions for."""

_ENDS = frozenset((".", "?", "!"))


@dataclass(eq=False)
class Words:
    """The words of a text: as shown, whether each is glued to the one before, and the number of its paragraph.

    ``ours``: to be read by our own guidelines, rather than as the public data sets are annotated.
    """

    shown: list[str] = field(default_factory=list)
    glued: list[bool] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    ours: bool = True

    @classmethod
    def of(cls, text: str, paragraphs: Sequence[Span], *, ours: bool = True) -> "Words":
        """Return the words of paragraphs, given as spans of ``text``."""
        words = cls(ours=ours)
        for number, paragraph in enumerate(paragraphs):
            found = find_words(text, *paragraph)
            words.spans += found
            words.shown += [text[start:end] for start, end in found]
            words.glued += [False, *(before[1] == after[0] for before, after in pairwise(found))] if found else []
            words.lines += [number] * len(found)
        return words

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.shown)


@dataclass(frozen=True, eq=False)
class Cut:
    """Some words as ids: ``starts`` is where each word's first piece stands; the rest is one value a piece."""

    first: int
    count: int
    starts: list[int]
    ids: list[int]
    shapes: list[Shape]
    lines: list[Line]


def cut(words: Words, pieces: Pieces, most: int = CUT_PIECES, first_most: int | None = None) -> Iterator[Cut]:
    """Yield the cuts of some words, each of ``most`` pieces or fewer: whole paragraphs, a longer one by sentences.

    ``first_most``: for the first cut another size, so that a learner meets each text cut in several ways.
    """
    sizes = [len(pieces.of(shown, glued=glued)) for shown, glued in zip(words.shown, words.glued, strict=True)]
    start, room = 0, first_most or most
    while start < len(sizes):
        end = _end(words, sizes, start, room)
        yield encode(words, start, end - start, pieces)
        start, room = end, most


def _end(words: Words, sizes: Sequence[int], start: int, most: int) -> int:
    """Return where a cut from ``start`` ends: behind the last paragraph, else sentence, else word that has room."""
    end, count = start, 0
    while end < len(sizes) and (end == start or count + sizes[end] <= most):
        count += sizes[end]
        end += 1
    if end == len(sizes):
        return end
    paragraph = next((at for at in range(end, start, -1) if words.lines[at - 1] != words.lines[at]), start)
    sentence = next((at for at in range(end, start, -1) if words.shown[at - 1] in _ENDS), start)
    return paragraph if paragraph > start else sentence if sentence > start + (end - start) // 2 else end


def encode(words: Words, first: int, count: int, pieces: Pieces) -> Cut:
    """Return some words as ids, a mark of separation between paragraphs."""
    starts, shapes, lines = list[int](), [Shape.NONE], [Line.PLAIN]
    ids = [pieces.ours if words.ours else pieces.begin]
    for number, group in groupby(range(first, first + count), key=lambda at: words.lines[at]):
        inside = list(group)
        shown = [shape_of(words.shown[at]) for at in inside]
        line = line_of(shown)
        if number != words.lines[first]:
            ids.append(pieces.end)
            shapes.append(Shape.NONE)
            lines.append(line)
        for at, shape in zip(inside, shown, strict=True):
            found = pieces.of(words.shown[at], glued=words.glued[at])
            starts.append(min(len(ids), MOST_PIECES - 2))
            ids += found
            shapes += [shape] * len(found)
            lines += [line] * len(found)
    kept = MOST_PIECES - 1
    return Cut(
        first,
        count,
        starts,
        [*ids[:kept], pieces.end],
        [*shapes[:kept], Shape.NONE],
        [*lines[:kept], Line.PLAIN],
    )
