"""Batches: cuts of about the same length as tensors, with what is to be learnt of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from services.extract.reading.model.cuts import Cut
from services.extract.reading.model.labels import places_from
from training.examples import Example, Labels

IGNORED = -100
"""The label of what is not known, as PyTorch's losses have it."""

POOL_CUTS = 800
"""Cuts drawn by chance, then put beside those of their length."""


@dataclass(frozen=True)
class Input:
    """What the encoder reads, and where each word begins: all ``[cuts, …]``."""

    ids: Tensor
    mask: Tensor
    shapes: Tensor
    lines: Tensor
    starts: Tensor


@dataclass(frozen=True)
class Frames:
    """The attributions of a batch: ``[frames, words]``, but ``rows``, the cut of each, ``[frames]``."""

    cues: Tensor
    rows: Tensor
    places: Tensor
    roles: Tensor


@dataclass(frozen=True, eq=False)
class Part:
    """A cut of an example."""

    example: Example
    cut: Cut

    def of(self, labels: Labels) -> Labels:
        """Return those of an example's labels that lie in the cut."""
        return labels[self.cut.first : self.cut.first + self.cut.count]


def gather(parts: Sequence[Part], pieces_max: int, chance: random.Random) -> Iterator[list[Part]]:
    """Yield batches of at most about ``pieces_max`` pieces with their padding."""
    for at in range(0, len(parts), POOL_CUTS):
        batch: list[Part] = []
        for part in sorted(parts[at : at + POOL_CUTS], key=lambda part: len(part.cut.ids) + chance.random()):
            if batch and (len(batch) + 1) * len(part.cut.ids) > pieces_max:
                yield batch
                batch = []
            batch.append(part)
        if batch:
            yield batch


def read(batch: Sequence[Cut], pad: int, device: str) -> Input:
    """Return a batch as the encoder reads it."""
    longest, most = max(len(cut.ids) for cut in batch), max(cut.count for cut in batch)
    ids = torch.full((len(batch), longest), pad)
    mask, shapes, lines = torch.zeros_like(ids), torch.zeros_like(ids), torch.zeros_like(ids)
    starts = torch.zeros((len(batch), most), dtype=torch.long)
    for row, cut in enumerate(batch):
        ids[row, : len(cut.ids)] = torch.tensor(cut.ids)
        mask[row, : len(cut.ids)] = 1
        shapes[row, : len(cut.ids)] = torch.tensor(cut.shapes)
        lines[row, : len(cut.ids)] = torch.tensor(cut.lines)
        starts[row, : cut.count] = torch.tensor(cut.starts)
    return Input(*(tensor.to(device) for tensor in (ids, mask, shapes, lines, starts)))


def at_words(vectors: Tensor, starts: Tensor) -> Tensor:
    """Return the vectors of the words' first pieces."""
    return torch.gather(vectors, 1, starts[:, :, None].expand(-1, -1, vectors.shape[2]))


def labels_of(batch: Sequence[Part], known: Sequence[Labels | None], most: int, device: str) -> Tensor:
    """Return the labels of a batch's words, ``IGNORED`` where none are known."""
    labels = torch.full((len(batch), most), IGNORED)
    for row, (part, given) in enumerate(zip(batch, known, strict=True)):
        if given is not None:
            labels[row, : part.cut.count] = torch.tensor(part.of(given))
    return labels.to(device)


def frames_of(batch: Sequence[Part], most: int, device: str) -> Frames | None:
    """Return the attributions whose cue lies in a cut, or None where none does."""
    rows, cues, places, roles = [], [], [], []
    for row, part in enumerate(batch):
        cut = part.cut
        for frame in part.example.frames:
            cue = [index - cut.first for index in frame.cue if 0 <= index - cut.first < cut.count]
            if not cue:
                continue
            weights = torch.zeros(most)
            weights[cue] = 1 / len(cue)
            role = torch.full((most,), IGNORED)
            role[: cut.count] = torch.tensor(part.of(frame.roles))
            rows.append(row)
            cues.append(weights)
            places.append(torch.tensor(places_from(range(cue[0], cue[-1] + 1), most)))
            roles.append(role)
    if not rows:
        return None
    stacked = (torch.stack(cues), torch.tensor(rows), torch.stack(places), torch.stack(roles))
    return Frames(*(tensor.to(device) for tensor in stacked))
