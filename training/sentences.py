"""Sentences: ``python -m training.sentences ENCODER FOLDER`` writes the graph of sentence vectors, in eight bits.

A text's vector is the mean of its pieces' vectors, the marks at both ends with them, at length 1 (the recipe of
sentence-transformers for all-MiniLM-L6-v2). One text at a time: of a batch, eight bits would make a text's vector
depend on its neighbours. Prints the cosines of what is written to what it was made of, on ``corpus/train``.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel
from typing_extensions import override

from corpus.articles import Article
from corpus.compile import AFFAIR, HERE
from services.extract.reading.model.sentences import GRAPH, PIECES_MAX, open_sentences
from training.export import EXAMPLE_PIECES, export
from training.nearness import told
from training.network import load_encoder


class Mean(nn.Module):
    """From ``ids`` ``[1, pieces]`` to ``[1, width]``."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder

    @override
    def forward(self, ids: Tensor) -> Tensor:
        """Return the mean of the pieces' vectors, of length 1."""
        vectors: Tensor = self.encoder(input_ids=ids).last_hidden_state
        return nn.functional.normalize(vectors.mean(1), dim=-1)


def cosines(mean: Mean, encoder: Path, folder: Path) -> list[float]:
    """Return, of each claim of the corpus's training part, the cosine of its vector in eight bits to that in 32."""
    paths = sorted(path for path in (HERE / "train").glob("*/*.json") if path.name != AFFAIR)
    articles = [Article.model_validate_json(path.read_bytes()) for path in paths]
    texts = [told(claim) for article in articles for claim in article.claims]
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(PIECES_MAX)
    with torch.inference_mode():
        whole = [mean(torch.tensor([tokenizer.encode(text).ids]))[0].numpy() for text in texts]
    return [float(np.dot(a, b)) for a, b in zip(whole, open_sentences(folder).embed(texts), strict=True)]


def main() -> None:
    """Write the graph and print how near it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    mean = Mean(load_encoder(given.encoder)).eval()
    ids = torch.ones((1, EXAMPLE_PIECES), dtype=torch.long)
    export(mean, (ids,), ({1: torch.export.Dim("pieces", max=512)},), ("vectors",), given.folder / GRAPH)
    near = cosines(mean, given.encoder, given.folder)
    print(f"cosine to 32 bits, {len(near)} claims: mean {np.mean(near):.4f}, least {min(near):.4f}")


if __name__ == "__main__":
    main()
