"""Export: ``python -m training.export ENCODER WEIGHTS FOLDER`` writes what the reader runs, in eight bits.

Dynamic quantisation, per channel, of matrices and embeddings (ONNX Runtime's ``quantize_dynamic``). Two graphs, each of
one cut at a time: ``reader.onnx`` from pieces to words, their labels, and what roles are read from; ``roles.onnx`` from
the latter to the role of each word as each cue sees it. All scores are logarithms of probabilities.
"""

import argparse
import shutil
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from typing_extensions import override

from services.extract.reading.model.labels import REACH
from training.network import ROLE_WIDTH, Network

EXAMPLE_PIECES, EXAMPLE_WORDS, EXAMPLE_CUES = 48, 40, 3
"""Sizes of the inputs that the graphs are drawn with; all of them may vary."""


class Reader(nn.Module):
    """From ``ids``, ``shapes``, ``lines`` ``[1, pieces]`` and ``starts`` ``[words]`` to scores of words."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    @override
    def forward(self, ids: Tensor, shapes: Tensor, lines: Tensor, starts: Tensor) -> tuple[Tensor, ...]:
        """Return flat labels, names, queries and keys, each ``[words, …]``."""
        network = self.network
        read = network.encoder.embeddings.word_embeddings(ids) + network.shape(shapes) + network.line(lines)
        vectors = network.encoder(inputs_embeds=read).last_hidden_state[0]
        words = vectors[starts]
        flat, names = network.flat(words).log_softmax(-1), network.names(words).log_softmax(-1)
        return flat, names, network.query(words), network.key(words)


class Roles(nn.Module):
    """From a cue's mean query ``[cues, width]``, keys ``[words, width]`` and ``places`` ``[cues, words]`` to roles."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.place, self.role = network.place, network.role

    @override
    def forward(self, queries: Tensor, keys: Tensor, places: Tensor) -> Tensor:
        """Return ``[cues, words, roles]``."""
        mixed = nn.functional.gelu(queries[:, None] + keys[None] + self.place(places))
        scores: Tensor = self.role(mixed).log_softmax(-1)
        return scores


def write(network: Network, encoder: Path, folder: Path) -> None:
    """Write both graphs and the tokenizer to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces, words, cues = torch.export.Dim("pieces"), torch.export.Dim("words"), torch.export.Dim("cues")
    ids = torch.ones((1, EXAMPLE_PIECES), dtype=torch.long)
    marks = (ids, torch.zeros_like(ids), torch.zeros_like(ids), torch.arange(EXAMPLE_WORDS))
    along = {1: pieces}
    export(
        Reader(network),
        marks,
        (along, along, along, {0: words}),
        ("flat", "names", "queries", "keys"),
        folder / "reader.onnx",
    )
    seen = (
        torch.randn(EXAMPLE_CUES, ROLE_WIDTH),
        torch.randn(EXAMPLE_WORDS, ROLE_WIDTH),
        torch.full((EXAMPLE_CUES, EXAMPLE_WORDS), REACH),
    )
    export(Roles(network), seen, ({0: cues}, {0: words}, {0: cues, 1: words}), ("roles",), folder / "roles.onnx")
    shutil.copy(encoder / "tokenizer.json", folder)


def export(
    graph: nn.Module,
    given: tuple[Tensor, ...],
    shapes: tuple[dict[int, Any], ...],
    outputs: tuple[str, ...],
    path: Path,
) -> None:
    """Write a graph in eight bits."""
    whole = path.with_suffix(".whole.onnx")
    program = torch.onnx.export(
        graph.eval(), given, dynamic_shapes=shapes, output_names=list(outputs), dynamo=True, external_data=False
    )
    if program is None:
        raise RuntimeError("nothing was exported")
    model = program.model_proto
    # The exporter's shapes of transposed weights are those before it transposed them.
    del model.graph.value_info[:]
    onnx.save(model, whole)
    quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()


def main() -> None:
    """Export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    network = Network(given.encoder)
    held = torch.load(given.weights, map_location="cpu", weights_only=True)
    network.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in held.items()}
    )
    write(network, given.encoder, given.folder)


if __name__ == "__main__":
    main()
