from pathlib import Path

import numpy as np
import pytest

from services.extract.reading.model.reader import WEIGHTS, BadModel
from services.extract.reading.model.sentences import WIDTH, open_sentences, sentences_of

BRIDGE = "The bridge over the Odra will close in May."
ALIKE = "In May the Odra bridge is to be shut."
OTHER = "Nurses at the clinic asked for higher pay."


def test_vectors_are_of_length_one() -> None:
    vectors = sentences_of(WEIGHTS).embed([BRIDGE, "", "word " * 3_000])
    assert vectors.shape == (3, WIDTH)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_alike_sentences_lie_nearer_than_others() -> None:
    bridge, alike, other = sentences_of(WEIGHTS).embed([BRIDGE, ALIKE, OTHER])
    assert bridge @ alike > 0.8
    assert bridge @ other < 0.3


def test_vector_does_not_depend_on_its_neighbours() -> None:
    sentences = sentences_of(WEIGHTS)
    alone = sentences.embed([BRIDGE])[0]
    among = sentences.embed(["word " * 400, OTHER, BRIDGE, "", ALIKE])[2]
    assert np.array_equal(alone, among)


def test_no_texts_are_no_vectors() -> None:
    assert sentences_of(WEIGHTS).embed([]).shape == (0, WIDTH)


def test_folder_without_the_graph_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((WEIGHTS / "tokenizer.json").read_bytes())
    with pytest.raises(BadModel, match=r"lacks sentences\.onnx"):
        open_sentences(tmp_path)
