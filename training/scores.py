"""Scores: what a network is worth on annotated news and names that it was not trained on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from services.extract.reading.model.cuts import cut
from services.extract.reading.model.labels import FLAT, NAMES, ROLES, places_from
from services.extract.reading.model.paths import best_path, spans_of
from services.extract.reading.model.pieces import Pieces
from training.batches import Part, at_words, gather, read
from training.examples import Example, Labels, read_attributions, read_names
from training.network import Network

JACCARD_MIN = 0.5
"""The least overlap at which a content, or a source, is the annotated one."""

PIECES_AT_ONCE = {"cpu": 4_096, "cuda": 65_536}

NAME_TESTS = ("uner_ewt", "crossner_politics", "wikigold")


@dataclass
class Reading:
    """What a network reads in an example: labels, and of each cue found the words of its source and content."""

    flat: Labels
    names: Labels
    frames: list[tuple[frozenset[int], frozenset[int]]] = field(default_factory=list)


def read_all(network: Network, examples: Sequence[Example], pieces: Pieces, device: str) -> list[Reading]:
    """Read examples, none of their labels."""
    network.eval()
    readings = {id(one): Reading([0] * len(one.words), [0] * len(one.words)) for one in examples}
    parts = [Part(one, part) for one in examples for part in cut(one.words, pieces)]
    with torch.inference_mode():
        for batch in gather(parts, PIECES_AT_ONCE[device], random.Random(0)):  # noqa: S311 (no secret)
            _read_batch(network, batch, pieces, device, readings)
    return [readings[id(one)] for one in examples]


def _read_batch(
    network: Network, batch: Sequence[Part], pieces: Pieces, device: str, readings: dict[int, Reading]
) -> None:
    given = read([part.cut for part in batch], pieces.pad, device)
    words = at_words(network(given.ids, given.mask, given.shapes, given.lines), given.starts)
    flat = network.flat(words).float().log_softmax(-1).cpu().numpy()
    names = network.names(words).float().log_softmax(-1).cpu().numpy()
    for row, part in enumerate(batch):
        first, count = part.cut.first, part.cut.count
        reading, lines = readings[id(part.example)], part.example.words.lines[first : first + count]
        path = best_path(flat[row, :count], FLAT, lines)
        reading.flat[first : first + count] = path
        reading.names[first : first + count] = best_path(names[row, :count], NAMES, lines)
        cues = [range(start, end) for start, end, kind in spans_of(path, FLAT, lines) if kind == "cue"]
        if cues:
            reading.frames += _read_frames(network, words[row, :count], cues, first)


def _read_frames(
    network: Network, words: torch.Tensor, cues: Sequence[range], first: int
) -> list[tuple[frozenset[int], frozenset[int]]]:
    weights = torch.zeros((len(cues), len(words)))
    for row, cue in enumerate(cues):
        weights[row, list(cue)] = 1 / len(cue)
    places = torch.tensor([places_from(cue, len(words)) for cue in cues])
    rows = torch.zeros(len(cues), dtype=torch.long)
    on = words.device
    scores = network.roles(words[None], weights.to(on), rows.to(on), places.to(on)).float().log_softmax(-1)
    return [_parts(best_path(one, ROLES), first) for one in scores.cpu().numpy()]


def _parts(roles: Labels, first: int = 0) -> tuple[frozenset[int], frozenset[int]]:
    """Return the words of the source and of the content."""
    kinds = [ROLES[role][2:] for role in roles]
    source = frozenset(first + at for at, kind in enumerate(kinds) if kind == "source")
    return source, frozenset(first + at for at, kind in enumerate(kinds) if kind == "content")


def measure(network: Network, pieces: Pieces, data: Path, device: str) -> dict[str, float]:
    """Return figures in per cent: attribution on the development news, names on the test files.

    source, cue, content: exact F1 of spans, micro. claims: content and source at a Jaccard of one half or more, each
    annotated one found once at most. Names: exact F1 of spans with their type, micro.
    """
    news = read_attributions(data / "attribution/dev.jsonl")
    readings = read_all(network, news, pieces, device)
    figures = {}
    for kind in ("source", "cue", "content"):
        found = [_of_kind(reading.flat, one, kind) for reading, one in zip(readings, news, strict=True)]
        figures[kind] = _f1(found, [_of_kind(one.flat or [], one, kind) for one in news])
    figures |= _claims(news, readings)
    for name in NAME_TESTS:
        texts = read_names(data / f"ner/test_{name}.jsonl")
        given = read_all(network, texts, pieces, device)
        spans = [set(spans_of(reading.names, NAMES)) for reading in given]
        figures[name] = _f1(spans, [set(spans_of(one.names or [], NAMES)) for one in texts])
    return figures


def _of_kind(labels: Labels, example: Example, kind: str) -> set[tuple[int, int, str]]:
    return {span for span in spans_of(labels, FLAT, example.words.lines) if span[2] == kind}


def _f1(found: Sequence[set[tuple[int, int, str]]], wanted: Sequence[set[tuple[int, int, str]]]) -> float:
    both = sum(len(one & other) for one, other in zip(found, wanted, strict=True))
    return 200 * both / max(1, sum(map(len, found)) + sum(map(len, wanted)))


def _claims(news: Sequence[Example], readings: Sequence[Reading]) -> dict[str, float]:
    right = found = wanted = 0
    for example, reading in zip(news, readings, strict=True):
        free = [parts for parts in (_parts(frame.roles) for frame in example.frames) if parts[1]]
        served = [parts for parts in reading.frames if parts[1]]
        found, wanted = found + len(served), wanted + len(free)
        for parts in served:
            match = next((other for other in free if _alike(parts, other)), None)
            if match is not None:
                free.remove(match)
                right += 1
    return {"claims, precision": 100 * right / max(1, found), "claims, recall": 100 * right / max(1, wanted)}


def _alike(one: tuple[frozenset[int], frozenset[int]], other: tuple[frozenset[int], frozenset[int]]) -> bool:
    return all(len(mine & theirs) >= JACCARD_MIN * len(mine | theirs) for mine, theirs in zip(one, other, strict=True))
