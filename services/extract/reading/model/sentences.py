"""Sentence vectors: what a few sentences mean as a point, so that alike ones lie near one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from services.extract.reading.model.reader import WEIGHTS, open_part, open_session

GRAPH = "sentences.onnx"

WIDTH = 384
"""Numbers of a vector."""

PIECES_MAX = 128
"""Of one text, the marks at both ends with them: what the encoder was trained with, some 90 words."""

TEXT_READ_CODE_POINTS = 2_000
"""Of one text: more than ``PIECES_MAX`` pieces hold of news, and a bound on what is cut into pieces."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sentences:
    """A model ready to embed; one thread, no state between texts."""

    tokenizer: Tokenizer
    graph: InferenceSession

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return ``[texts, 384]``, each vector of length 1; a text's vector does not depend on the others.

        Each text is read alone: eight bits are scaled to what is read at once. The mean of the pieces' vectors
        (Reimers and Gurevych 2019).
        """
        found = {text: self._vector(text) for text in dict.fromkeys(texts)}
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, WIDTH), np.float32)

    def _vector(self, text: str) -> Vectors:
        ids = self.tokenizer.encode(text[:TEXT_READ_CODE_POINTS]).ids
        (vectors,) = self.graph.run(None, {"ids": np.array([ids], np.int64)})
        vector: Vectors = vectors[0]
        return vector


def open_sentences(folder: Path = WEIGHTS) -> Sentences:
    """Open ``tokenizer.json`` and ``sentences.onnx`` of a model's folder.

    Raises:
        BadModel: one of them is missing or damaged.
    """
    return Sentences(open_part(folder / "tokenizer.json", _tokenizer), open_part(folder / GRAPH, open_session))


def _tokenizer(path: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(PIECES_MAX)
    return tokenizer


@cache
def sentences_of(folder: Path) -> Sentences:
    """Return the sentence vectors of a folder, opened once in a process."""
    return open_sentences(folder)
