"""Batches: cuts of about the same length as tensors, with what is to be learnt of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training.examples import Cut, Labels
from training.network import places_from

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
    line: Tensor
    starts: Tensor


@dataclass(frozen=True)
class Frames:
    """The attributions of a batch: ``[frames, words]``, but ``rows``, the cut of each, ``[frames]``."""

    cues: Tensor
    rows: Tensor
    places: Tensor
    roles: Tensor


def gather(cuts: Sequence[Cut], pieces_max: int, chance: random.Random) -> Iterator[list[Cut]]:
    """Yield batches of at most about ``pieces_max`` pieces with their padding."""
    for at in range(0, len(cuts), POOL_CUTS):
        batch: list[Cut] = []
        for cut in sorted(cuts[at : at + POOL_CUTS], key=lambda cut: len(cut.ids) + chance.random()):
            if batch and (len(batch) + 1) * len(cut.ids) > pieces_max:
                yield batch
                batch = []
            batch.append(cut)
        if batch:
            yield batch


def read(batch: Sequence[Cut], pad: int, device: str) -> Input:
    """Return a batch as the encoder reads it."""
    longest, most = max(len(cut.ids) for cut in batch), max(cut.count for cut in batch)
    ids = torch.full((len(batch), longest), pad)
    mask, shapes = torch.zeros_like(ids), torch.zeros_like(ids)
    starts = torch.zeros((len(batch), most), dtype=torch.long)
    for row, cut in enumerate(batch):
        ids[row, : len(cut.ids)] = torch.tensor(cut.ids)
        mask[row, : len(cut.ids)] = 1
        shapes[row, : len(cut.ids)] = torch.tensor(cut.shapes)
        starts[row, : cut.count] = torch.tensor(cut.starts)
    line = torch.tensor([cut.line for cut in batch])
    return Input(*(tensor.to(device) for tensor in (ids, mask, shapes, line, starts)))


def at_words(vectors: Tensor, starts: Tensor) -> Tensor:
    """Return the vectors of the words' first pieces."""
    return torch.gather(vectors, 1, starts[:, :, None].expand(-1, -1, vectors.shape[2]))


def labels_of(batch: Sequence[Cut], known: Sequence[Labels | None], most: int, device: str) -> Tensor:
    """Return the labels of a batch's words, ``IGNORED`` where none are known."""
    labels = torch.full((len(batch), most), IGNORED)
    for row, (cut, given) in enumerate(zip(batch, known, strict=True)):
        if given is not None:
            labels[row, : cut.count] = torch.tensor(given[cut.first : cut.first + cut.count])
    return labels.to(device)


def frames_of(batch: Sequence[Cut], most: int, device: str) -> Frames | None:
    """Return the attributions whose cue lies in a cut, or None where none does."""
    rows, cues, places, roles = [], [], [], []
    for row, cut in enumerate(batch):
        for frame in cut.example.frames:
            cue = [index - cut.first for index in frame.cue if 0 <= index - cut.first < cut.count]
            if not cue:
                continue
            weights = torch.zeros(most)
            weights[cue] = 1 / len(cue)
            role = torch.full((most,), IGNORED)
            role[: cut.count] = torch.tensor(frame.roles[cut.first : cut.first + cut.count])
            rows.append(row)
            cues.append(weights)
            places.append(torch.tensor(places_from(range(cue[0], cue[-1] + 1), most)))
            roles.append(role)
    if not rows:
        return None
    stacked = (torch.stack(cues), torch.tensor(rows), torch.stack(places), torch.stack(roles))
    return Frames(*(tensor.to(device) for tensor in stacked))
