"""The reader: the learnt model's folder opened, and a text read with it, cut by cut."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

from schemas.extraction import Span
from services.extract.reading.model.cuts import Cut, Words, cut
from services.extract.reading.model.labels import FLAT, NAMES, ROLES, columns_of, places_from
from services.extract.reading.model.marks import Attribution, Layer, Marks, Name, NameKind, Tag, Traces, joined
from services.extract.reading.model.paths import best_path, spans_of
from services.extract.reading.model.pieces import Pieces

WEIGHTS = Path(__file__).with_name("weights")
"""The folder of the model that comes with the project."""

WORDS_MAX = 20_000
"""Words and marks of one text that are read, more than the longest report has: what comes behind them is left to the
rules, so that no text takes a worker for half a minute."""

TRIAL = "Klein said that it is so."
"""What a model is tried with, so that one that does not fit fails at the start."""

ERRORS = 3
"""ONNX Runtime's severity of errors; what it says below that is for its own developers."""

T = TypeVar("T")
Scores = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Reader:
    """A model ready to read; one thread, no state between texts."""

    pieces: Pieces
    words: InferenceSession
    roles: InferenceSession

    def read(self, text: str, paragraphs: Sequence[Span], *, ours: bool = True) -> Marks:
        """Return what is marked in the paragraphs (spans of ``text``), in the order of the text.

        ``ours``: by our own guidelines, else as the public data sets that it learnt from are annotated.
        """
        words = Words.of(text, paragraphs, ours=ours)
        parts = takewhile(lambda part: part.first < WORDS_MAX, cut(words, self.pieces))
        marked = [self._read(words, part) for part in parts]
        return Marks(
            tuple(name for marks in marked for name in marks.names),
            tuple(attribution for marks in marked for attribution in marks.attributions),
            tuple(tag for marks in marked for tag in marks.tags),
            joined([marks.traces for marks in marked]),
        )

    def _read(self, words: Words, part: Cut) -> Marks:
        row = (np.array([column]) for column in (part.ids, part.shapes, part.lines))
        given = dict(zip(("ids", "shapes", "lines"), row, strict=True)) | {"starts": np.array(part.starts)}
        flat, names, queries, keys = self.words.run(None, given)
        seen = _Seen(
            words.spans[part.first : part.first + part.count], words.lines[part.first : part.first + part.count]
        )
        tagged = seen.spans(flat, FLAT)
        tags = tuple(Tag(seen.span(first, last), Layer(kind)) for first, last, kind in tagged)
        cues = [(first, last) for first, last, kind in tagged if kind == Layer.CUE]
        attributions = tuple(self._attributions(seen, cues, flat, queries, keys))
        return Marks(tuple(seen.names(names)), attributions, tags, seen.traces(flat))

    def _attributions(
        self, seen: "_Seen", cues: Sequence[Span], flat: Scores, queries: Scores, keys: Scores
    ) -> Iterator[Attribution]:
        if not cues:
            return
        means = np.stack([queries[first:last].mean(0) for first, last in cues])
        places = np.array([places_from(range(*cue), len(seen.words)) for cue in cues])
        (roles,) = self.roles.run(None, {"queries": means, "keys": keys, "places": places})
        for (first, last), scores in zip(cues, roles, strict=True):
            sure = float(np.exp(np.logaddexp(*flat[first:last, CUE_LABELS].T).mean()))
            yield seen.attribution((first, last), scores, sure)


LABELS = {layer: columns_of(FLAT, layer) for layer in Layer}
"""Columns of the flat labels by layer, in the order that ``Traces`` has."""

CUE_LABELS = LABELS[Layer.CUE]


@dataclass(frozen=True)
class _Seen:
    """The words of one cut: their spans in the text, and their paragraphs."""

    words: Sequence[Span]
    lines: Sequence[int]

    def spans(self, scores: Scores, table: tuple[str, ...]) -> list[tuple[int, int, str]]:
        return spans_of(best_path(scores, table, self.lines), table, self.lines)

    def span(self, first: int, last: int) -> Span:
        return self.words[first][0], self.words[last - 1][1]

    def traces(self, flat: Scores) -> Traces:
        chances = np.exp(flat)
        starts = np.array([start for start, _ in self.words], np.int64)
        return Traces(starts, np.stack([chances[:, columns].sum(1) for columns in LABELS.values()], 1))

    def names(self, scores: Scores) -> Iterator[Name]:
        for first, last, kind in self.spans(scores, NAMES):
            score = float(np.exp(np.logaddexp(*scores[first:last, columns_of(NAMES, kind)].T).mean()))
            yield Name(self.span(first, last), NameKind(kind), score)

    def attribution(self, cue: Span, scores: Scores, sure: float) -> Attribution:
        path = best_path(scores, ROLES, self.lines)
        along = float(np.exp(scores[np.arange(len(path)), path].mean()))
        parts = spans_of(path, ROLES, self.lines)
        source, content = (
            tuple(self.span(first, last) for first, last, kind in parts if kind == role)
            for role in ("source", "content")
        )
        return Attribution(self.span(*cue), source, content, sure * along)


class BadModel(OSError):
    """The folder of a model lacks a file, or holds one that cannot be used; the message names both."""


def open_reader(folder: Path = WEIGHTS) -> Reader:
    """Open the model of a folder: ``tokenizer.json``, ``reader.onnx``, ``roles.onnx``; and try it.

    Raises:
        BadModel: one of them is missing or damaged.
    """
    pieces = open_part(folder / "tokenizer.json", lambda path: Pieces(path.read_text("utf-8")))
    reader = Reader(
        pieces, open_part(folder / "reader.onnx", open_session), open_part(folder / "roles.onnx", open_session)
    )
    try:
        reader.read(TRIAL, [(0, len(TRIAL))])
    except Exception as error:  # whatever it is, no text could be read
        raise BadModel(f"the model's folder {folder}: its files do not fit this version: {error}") from error
    return reader


def open_part(path: Path, opened: Callable[[Path], T]) -> T:
    """Open a file of a model's folder. Raises ``BadModel`` where it is missing or damaged."""
    if not path.is_file():
        raise BadModel(f"the model's folder {path.parent} lacks {path.name}")
    try:
        return opened(path)
    except Exception as error:  # what the libraries raise for a damaged file has no common base
        raise BadModel(f"the model's folder {path.parent}: {path.name} is damaged: {error}") from error


def open_session(path: Path) -> InferenceSession:
    """Open a graph for one thread that does not spin."""
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = ERRORS
    options.enable_mem_pattern = False  # it would keep a plan for each length of a cut
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(path, options, providers=["CPUExecutionProvider"])


@cache
def reader_of(folder: Path) -> Reader:
    """Return the reader of a folder, opened once in a process."""
    return open_reader(folder)
