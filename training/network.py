"""The network: one encoder; heads for names and for attribution; and a head that gives each cue its source and content.

The last is as semantic role labelling has it (biaffine scores of predicate and word; Dozat and Manning 2017, Cai et al.
2018), with sums in the place of products: a word's role is read from the word, the cue, and how far it stands from it.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel
from typing_extensions import override

from services.extract.reading.model.labels import FLAT, NAMES, REACH, ROLES
from services.extract.reading.model.words import Line, Shape

ROLE_WIDTH = 160

_OF_OTHERS = frozenset({"architectures", "model_type", "dtype", "torch_dtype", "transformers_version"})


def load_encoder(folder: Path) -> BertModel:
    """Return the encoder of a folder (``config.json``, ``model.safetensors``)."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    kept = {name: value for name, value in config.items() if name not in _OF_OTHERS}
    # Attention is not dropped out: the draws alone would cost a fourth of the learning.
    encoder = BertModel(BertConfig(**kept | {"attention_probs_dropout_prob": 0.0}), add_pooling_layer=False)
    encoder.set_attn_implementation("eager")
    stored = load_file(folder / "model.safetensors")
    weights = {
        name.removeprefix("bert."): value.float()
        for name, value in stored.items()
        if "pooler" not in name and "position_ids" not in name
    }
    encoder.load_state_dict(weights)
    return encoder


class Network(nn.Module):
    """Scores of words. What an encoder reads is ``[cuts, pieces]``, what heads read ``[cuts, words, size]``."""

    def __init__(self, folder: Path) -> None:
        """Begin with the weights of an encoder's folder."""
        super().__init__()
        self.encoder = load_encoder(folder)
        size = self.encoder.config.hidden_size
        self.shape = nn.Embedding(len(Shape), size)
        self.line = nn.Embedding(len(Line), size)
        nn.init.zeros_(self.shape.weight)
        nn.init.zeros_(self.line.weight)
        self.drop = nn.Dropout(0.1)
        self.flat = nn.Linear(size, len(FLAT))
        self.names = nn.Linear(size, len(NAMES))
        self.query = nn.Linear(size, ROLE_WIDTH)
        self.key = nn.Linear(size, ROLE_WIDTH)
        self.place = nn.Embedding(2 * REACH + 1, ROLE_WIDTH)
        self.role = nn.Linear(ROLE_WIDTH, len(ROLES))

    @override
    def forward(self, ids: Tensor, mask: Tensor, shapes: Tensor, lines: Tensor) -> Tensor:
        """Return the vectors of pieces."""
        read = self.encoder.embeddings.word_embeddings(ids) + self.shape(shapes) + self.line(lines)
        vectors: Tensor = self.encoder(inputs_embeds=read, attention_mask=mask).last_hidden_state
        dropped: Tensor = self.drop(vectors)
        return dropped

    def roles(self, words: Tensor, cues: Tensor, rows: Tensor, places: Tensor) -> Tensor:
        """Return ``[frames, words, roles]``.

        ``words``: ``[cuts, words, size]``; ``cues``: ``[frames, words]``, each cue's words with weights that sum to 1;
        ``rows``: the cut of each frame; ``places``: ``[frames, words]``, how far each word stands from the cue, from 0.
        """
        chosen = words[rows]
        query = self.query(torch.einsum("fw,fws->fs", cues, chosen))
        scores: Tensor = self.role(nn.functional.gelu(query[:, None] + self.key(chosen) + self.place(places)))
        return scores
