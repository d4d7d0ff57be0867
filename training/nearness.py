"""Nearness: ``python -m training.nearness ENCODER OUT`` tunes an encoder: claims of one proposition are to lie near.

From each affair of ``corpus/train`` some claims are drawn, and a few of another affair. Each related pair is to lie
nearer than all that the claim stands in no relation to (supervised contrast, Khosla et al. 2020; the pair itself apart
from the sum, as Yeh et al. 2022 have it). Agreeing and contradicting claims are to lie near alike: they are of one
matter. A pair of an optional claim that nobody listed counts neither way. Word vectors stay as they are. Seeded; some
ten minutes.

Prints, after each epoch, the average precision of the cosine over all pairs of each affair of ``corpus/dev``.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from bench.quality.ranking import average_precision
from corpus.affairs import Affair, RelationKind
from corpus.articles import Article, Claim
from corpus.compile import HERE, read_affair
from services.extract.reading.model.sentences import PIECES_MAX
from services.extract.relations.meaning import attributed, worded
from training.halves import half_of
from training.network import load_encoder

EPOCHS = 2
VISITS = 2
"""Of each affair in an epoch, each time with other claims."""

RATE, WARM_STEPS = 5e-5, 20
TEMPERATURE = 0.07
DRAWN, DRAWN_ELSEWHERE = 72, 16
"""Claims of an affair that are compared with one another, and of another affair that they are to stay away from."""

NEVER = -1e4

Pieces = list[int]
Square = NDArray[np.float32]


class Matter(NamedTuple):
    """An affair's claims as pieces; which pairs are related, and of which that is known, ``[claims, claims]``."""

    claims: list[Pieces]
    related: Square
    known: Square


def read_matters(split: str, tokenizer: Tokenizer, without: int | None = None) -> Iterator[Matter]:
    """Yield the affairs of a part of the corpus, but for those of one half of it."""
    for path in sorted((HERE / split).glob("*/affair.json")):
        if half_of(path.parent.name) == without:
            continue
        affair = read_affair(path.parent)
        articles = [
            Article.model_validate_json((path.parent / f"{name}.json").read_bytes()) for name in affair.articles
        ]
        named = {f"{article.article}#{claim.id}": claim for article in articles for claim in article.claims}
        related, known = _squares(affair, named)
        yield Matter([tokenizer.encode(told(claim)).ids for claim in named.values()], related, known)


def told(claim: Claim) -> str:
    """Return an annotated claim as the services embed it."""
    who = (claim.speaker.name or claim.speaker.text) if claim.speaker else None
    return attributed(who, worded(claim.content, claim.question))


def _squares(affair: Affair, named: dict[str, Claim]) -> tuple[Square, Square]:
    place = {name: at for at, name in enumerate(named)}
    optional = np.array([claim.optional for claim in named.values()])
    related = np.zeros((len(named), len(named)), np.float32)
    known = (~(optional[:, None] | optional[None])).astype(np.float32)
    for relation in affair.relations:
        for a, b in ((place[one], place[other]) for one, other in relation.pairs):
            related[a, b] = related[b, a] = relation.kinds[0] is not RelationKind.NONE
            known[a, b] = known[b, a] = 1
    np.fill_diagonal(known, 0)
    return related, known


def embed(encoder: BertModel, claims: Sequence[Pieces]) -> Tensor:
    """Return ``[claims, width]``: the mean of each claim's vectors, of length 1."""
    longest = max(map(len, claims))
    ids = torch.tensor([claim + [0] * (longest - len(claim)) for claim in claims])
    mask = torch.tensor([[1] * len(claim) + [0] * (longest - len(claim)) for claim in claims])
    vectors = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return nn.functional.normalize((vectors * mask[..., None]).sum(1).float(), dim=-1)


def loss_of(vectors: Tensor, related: Tensor, known: Tensor) -> Tensor:
    """Return how far related claims lie apart, against those that are not, ``[]``; some pair must be related."""
    near = vectors @ vectors.T / TEMPERATURE
    away = near.masked_fill(known * (1 - related) == 0, NEVER).logsumexp(1, keepdim=True)
    lost = (torch.logaddexp(near, away) - near) * related
    rows = related.sum(1) > 0
    return (lost.sum(1)[rows] / related.sum(1)[rows]).mean()


def draw(matter: Matter, other: Matter, chance: np.random.Generator) -> tuple[list[Pieces], Tensor, Tensor]:
    """Return some claims of an affair and of another one, which pairs are related, and which are known."""
    own = np.sort(chance.permutation(len(matter.claims))[:DRAWN])
    elsewhere = chance.permutation(len(other.claims))[:DRAWN_ELSEWHERE]
    claims = [matter.claims[at] for at in own] + [other.claims[at] for at in elsewhere]
    related, known = torch.zeros(len(claims), len(claims)), torch.ones(len(claims), len(claims))
    related[: len(own), : len(own)] = torch.tensor(matter.related[np.ix_(own, own)])
    known[: len(own), : len(own)] = torch.tensor(matter.known[np.ix_(own, own)])
    return claims, related, known.fill_diagonal_(0)


def tune(encoder: BertModel, matters: Sequence[Matter], dev: Sequence[Matter]) -> None:
    """Tune an encoder's weights in place."""
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    tuned = [weight for weight in encoder.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(tuned, lr=RATE, weight_decay=0.01)
    steps = EPOCHS * VISITS * len(matters)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM_STEPS) * max(0.02, 1 - step / steps)
    )
    chance = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        encoder.train()
        for at in chance.permutation(np.repeat(np.arange(len(matters)), VISITS)):
            elsewhere = (at + 1 + chance.integers(len(matters) - 1)) % len(matters)
            claims, related, known = draw(matters[at], matters[elsewhere], chance)
            if related.any():
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    vectors = embed(encoder, claims)
                optimiser.zero_grad()
                loss_of(vectors, related, known).backward()
                nn.utils.clip_grad_norm_(tuned, 1.0)
                optimiser.step()
            rate.step()
        print(f"epoch {epoch + 1}: dev {precision_of(encoder, dev):.3f}", flush=True)


@torch.inference_mode()
def precision_of(encoder: BertModel, matters: Sequence[Matter]) -> float:
    """Return the average precision of the cosine over the pairs of each affair, of all affairs together."""
    encoder.eval()
    near, right = [], []
    for matter in matters:
        vectors = np.concatenate([embed(encoder, [claim]).numpy() for claim in matter.claims])
        rows, columns = np.triu_indices(len(vectors), 1)
        judged = matter.known[rows, columns] > 0
        near.append((vectors @ vectors.T)[rows, columns][judged])
        right.append(matter.related[rows, columns][judged])
    return average_precision(np.concatenate(near).astype(np.float64), np.concatenate(right) > 0) / 100


def main() -> None:
    """Tune, print the figures, and write a folder like the encoder's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", type=int, choices=(0, 1), help="leave out the affairs of one half of the corpus")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    tokenizer = Tokenizer.from_file(str(given.encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(PIECES_MAX)
    encoder = load_encoder(given.encoder)
    dev = list(read_matters("dev", tokenizer))
    print(f"before: dev {precision_of(encoder, dev):.3f}", flush=True)
    tune(encoder, list(read_matters("train", tokenizer, given.without)), dev)
    given.out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(given.encoder / name, given.out / name)
    save_file(
        {name: weight.contiguous() for name, weight in encoder.state_dict().items()}, given.out / "model.safetensors"
    )


if __name__ == "__main__":
    main()
