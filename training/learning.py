"""Learning: ``python -m training.learning ENCODER OUT --data FOLDER``; seeded, and goes on where it was stopped.

First from public attributions and names, then from those and our corpus, batches drawn side by side; AdamW, a rate that
falls linearly to zero over both, gradients cut at 1. Of each part the mean of the weights over its last steps is kept
(Polyak and Juditsky 1992); what is written is the mean of both parts, which is better than the second alone on what
the first has learnt, and as good on our corpus (Wortsman et al. 2022).
"""

import argparse
import os
import random
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from services.extract.reading.model.cuts import CUT_PIECES, cut
from services.extract.reading.model.pieces import Pieces
from training import batches, scores
from training.batches import IGNORED, Part
from training.examples import Example, Recasing, read_attributions, read_corpus, read_names
from training.network import Network

NAME_FILES = ("train_crossner", "train_gum", "train_uner_ewt", "train_wikigold", "train_wnut17")

NEWS_RECASING = Recasing(title=0.01, upper=0.005, lower=0.005)
NAMES_RECASING = Recasing(title=0.03, upper=0.015, lower=0.01)

FIRST_LEAST = 40
"""Pieces of the smallest first cut of a text."""

CORPUS = Path("corpus/train")

LAST_EPOCHS, LAST_RATE = 1.0, 0.27
"""The end of the learning, in which our corpus takes part: small as it is, it comes many times over, at low rates."""

OURS: dict[str, Any] = {"names_share": 0.3, "corpus_share": 0.22, "begins": LAST_RATE, "ends": 0.0}

ALONE_EPOCHS = 40
"""Of our corpus where there is nothing else."""

WARM_STEPS = 100
"""Steps over which the rate rises."""

MEAN_DECAY = 0.998
"""Of the running mean of the weights, a step: the last 500 steps or so."""


@dataclass(frozen=True)
class Plan:
    """How to learn: ``epochs`` of public attributions; of all pieces a share is of names, a share of our corpus.

    The rates fall linearly, from ``begins`` of what they are to ``ends`` of it.
    """

    epochs: float
    begins: float = 1.0
    ends: float = 0.0
    names_share: float = 0.35
    corpus_share: float = 0.0
    rate: float = 2.5e-4
    head_rate: float = 2e-3
    batch_pieces: int = 1_600
    seed: int = 0
    device: str = "cpu"
    save_steps: int = 200


@dataclass
class State:
    """How far the learning has come."""

    seen: int = 0
    step: int = 0
    mean: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    """What is learnt from."""

    news: Sequence[Example]
    names: Sequence[Example]
    corpus: Sequence[Example]

    @classmethod
    def of(cls, public: Path | None, corpus: Path, seed: int) -> "Data":
        """Read the public data sets, if their folder is given, and a part of our corpus."""
        ours = read_corpus(corpus)
        if public is None:
            return cls([], [], ours)
        chance = random.Random(seed)  # noqa: S311 (no secret)
        names = [one for name in NAME_FILES for one in read_names(public / f"ner/{name}.jsonl", chance)]
        return cls(read_attributions(public / "attribution/train.jsonl"), names, ours)


class Learner:
    """Learns by a plan, and writes ``OUT.part`` on the way; goes on from there, or begins with ``begin``."""

    def __init__(self, plan: Plan, encoder: Path, data: Data, out: Path, begin: Path | None = None) -> None:
        self._plan, self._data, self._out = plan, data, out
        self._chance = random.Random(plan.seed)  # noqa: S311 (no secret)
        torch.manual_seed(plan.seed)
        self.pieces = Pieces((encoder / "tokenizer.json").read_text("utf-8"))
        alone = data.news or data.corpus
        share = plan.names_share + plan.corpus_share if data.news else 0
        self._epoch = int(sum(len(part.ids) for one in alone for part in cut(one.words, self.pieces)) / (1 - share))
        self._total = int(self._epoch * plan.epochs)
        self.network = Network(encoder).to(plan.device)
        if begin is not None:
            self.network.load_state_dict(load(begin))
        self._optimiser = torch.optim.AdamW(self._groups(), weight_decay=0.01, fused=True)
        self._rates = [group["lr"] for group in self._optimiser.param_groups]
        self._state = State(mean={name: value.clone() for name, value in self.network.state_dict().items()})
        self._resume()

    def _groups(self) -> list[dict[str, Any]]:
        """Return the weights by how fast they learn: words hardly, heads fast."""
        inner: list[nn.Parameter] = []
        outer: list[nn.Parameter] = []
        heads: list[nn.Parameter] = []
        for name, weight in self.network.named_parameters():
            group = heads if not name.startswith("encoder.") else outer if "embeddings" in name else inner
            group.append(weight)
        rate = self._plan.rate
        return [
            {"params": inner, "lr": rate},
            {"params": outer, "lr": rate / 4},
            {"params": heads, "lr": self._plan.head_rate},
        ]

    @property
    def _part(self) -> Path:
        return self._out.with_suffix(".part")

    def _resume(self) -> None:
        if self._part.exists():
            held = torch.load(self._part, map_location=self._plan.device, weights_only=True)
            self.network.load_state_dict(held["network"])
            self._optimiser.load_state_dict(held["optimiser"])
            self._state = State(held["seen"], held["step"], held["mean"])
            self._chance.seed(self._plan.seed + self._state.step)

    def _save(self) -> None:
        held = {"network": self.network.state_dict(), "optimiser": self._optimiser.state_dict(), **vars(self._state)}
        torch.save(held, self._part.with_suffix(".new"))
        self._part.with_suffix(".new").replace(self._part)

    def learn(self) -> None:
        """Learn to the plan's end, and write the mean of the weights to ``OUT``, as halves."""
        state, started, running = self._state, time.process_time(), 0.0
        batches_left: list[list[Part]] = []
        while state.seen < self._total:
            batches_left = batches_left or self._draw()
            loss, count = self._step(batches_left.pop())
            state.step += 1
            state.seen += count
            running = loss if state.step == 1 else 0.98 * running + 0.02 * loss
            if state.step % self._plan.save_steps == 0:
                self._save()
                told = f"step {state.step} {state.seen / self._total:.1%} loss {running:.4f}"
                print(told, f"CPU {time.process_time() - started:.0f} s", flush=True)
        self.network.load_state_dict(state.mean)
        halves = {name: value.half() if value.is_floating_point() else value for name, value in state.mean.items()}
        torch.save(halves, self._out)
        self._part.unlink(missing_ok=True)

    def _draw(self) -> list[list[Part]]:
        """Return the batches of one pass over the public attributions, with as much of the rest as the plan says."""
        plan, data = self._plan, self._data
        names = self._many(data.names, NAMES_RECASING, self._epoch * plan.names_share)
        corpus = self._many(data.corpus, NEWS_RECASING, self._epoch * (plan.corpus_share if data.news else 1))
        news = self._parts(data.news, NEWS_RECASING)
        drawn = [batch for parts in (news, names, corpus) for batch in self._gather(parts)]
        self._chance.shuffle(drawn)
        return drawn

    def _many(self, examples: Sequence[Example], recasing: Recasing, pieces: float) -> list[Part]:
        """Return cuts of examples, over and over, of about so many pieces in all."""
        parts: list[Part] = []
        while examples and sum(len(part.cut.ids) for part in parts) < pieces:
            parts += self._parts(examples, recasing)
        taken = list(accumulate(len(part.cut.ids) for part in parts))
        return parts[: bisect_left(taken, pieces) + 1] if pieces else []

    def _parts(self, examples: Sequence[Example], recasing: Recasing) -> list[Part]:
        """Return the cuts of all examples in any order, each text cut anew."""
        parts = [
            Part(example, part)
            for example in examples
            for part in cut(
                recasing.apply(example.words, self._chance),
                self.pieces,
                first_most=self._chance.randint(FIRST_LEAST, CUT_PIECES),
            )
        ]
        self._chance.shuffle(parts)
        return parts

    def _gather(self, parts: Sequence[Part]) -> Iterator[list[Part]]:
        return batches.gather(parts, self._plan.batch_pieces, self._chance)

    def _step(self, batch: Sequence[Part]) -> tuple[float, int]:
        plan, state = self._plan, self._state
        falling = plan.begins + (plan.ends - plan.begins) * min(1.0, state.seen / self._total)
        factor = min(1.0, state.step / WARM_STEPS + 0.05) * falling
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        self.network.train()
        given = batches.read([part.cut for part in batch], self.pieces.pad, plan.device)
        loss = self._loss(batch, given)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self._average()
        return loss.item(), int(given.mask.sum())

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(MEAN_DECAY, (self._state.step + 1) / (self._state.step + 10))
        for name, value in self.network.state_dict().items():
            mean = self._state.mean[name]
            mean.lerp_(value, 1 - decay) if value.is_floating_point() else mean.copy_(value)

    def _loss(self, batch: Sequence[Part], given: batches.Input) -> Tensor:
        """Return the sum of the heads' cross-entropies, each over the words whose label is known."""
        device, most = self._plan.device, given.starts.shape[1]
        frames = batches.frames_of(batch, most, device)
        with torch.autocast(device, dtype=torch.bfloat16):
            vectors = self.network(given.ids, given.mask, given.shapes, given.lines)
            words = batches.at_words(vectors, given.starts)
            flat = batches.labels_of(batch, [part.example.flat for part in batch], most, device)
            names = batches.labels_of(batch, [part.example.names for part in batch], most, device)
            heads = [(self.network.flat(words), flat), (self.network.names(words), names)]
            if frames is not None:
                heads.append((self.network.roles(words, frames.cues, frames.rows, frames.places), frames.roles))
        known = [(out, labels) for out, labels in heads if bool((labels != IGNORED).any())]
        losses = [
            nn.functional.cross_entropy(out.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
            for out, labels in known
        ]
        return torch.stack(losses).sum()


def load(path: Path) -> dict[str, Tensor]:
    """Return weights that were written as halves."""
    held: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return {name: part.float() if part.is_floating_point() else part for name, part in held.items()}


def main() -> None:
    """Learn from public data first, then also from our corpus, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, help="public data sets; without them our corpus alone is learnt from")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--epochs", type=float, default=5.4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    given = parser.parse_args()
    # Two threads on loaded cores burn their time at barriers.
    torch.set_num_threads(1 if given.device == "cpu" else os.cpu_count() or 1)
    data = Data.of(given.data, given.corpus, given.seed)
    if given.data is None:
        Learner(Plan(ALONE_EPOCHS, seed=given.seed, device=given.device), given.encoder, data, given.out).learn()
        return
    general = given.out.with_suffix(".general.pt")
    whole = Plan(given.epochs - LAST_EPOCHS, ends=LAST_RATE, seed=given.seed, device=given.device)
    if not general.exists():
        Learner(whole, given.encoder, data, general).learn()
    end = given.out.with_suffix(".end.pt")
    if not end.exists():
        Learner(replace(whole, epochs=LAST_EPOCHS, **OURS), given.encoder, data, end, general).learn()
    torch.save({name: part.half() for name, part in mean([load(general), load(end)]).items()}, given.out)
    measure(given.encoder, given.out, given.data, given.device)


def mean(weights: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of several weights of one origin (Wortsman et al. 2022, model soups)."""
    return {name: torch.stack([each[name].float() for each in weights]).mean(0) for name in weights[0]}


def measure(encoder: Path, weights: Path, data: Path, device: str) -> None:
    """Print what weights are worth."""
    network = Network(encoder).to(device)
    network.load_state_dict(load(weights))
    pieces = Pieces((encoder / "tokenizer.json").read_text("utf-8"))
    for name, figure in scores.measure(network, pieces, data, device).items():
        print(f"{name}: {figure:.1f}")


if __name__ == "__main__":
    main()
