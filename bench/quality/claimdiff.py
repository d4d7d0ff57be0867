"""The measures on ClaimDiff: pairs of sentences of two articles on one topic, of which one may weaken the other."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray

from bench.quality import regression
from bench.quality.ranking import Numbers, area, average_precision
from bench.quality.rows import Row, row
from schemas.extraction import Claim, Polarity, Voice, Words
from services.extract.reading.model.sentences import Sentences, open_sentences
from services.extract.reading.stance.stance import is_denied
from services.extract.relations.features import features_of
from services.extract.relations.statement import Statement

GROUP = "ClaimDiff"

FOLDS = 5

PENALTY = 30.0
"""On half the square of each weight of a standardised feature; there are some 1,500 pairs to learn from."""

DRAWS = 1_000
"""Of topics, for the interval: pairs of one topic are no independent witnesses."""

SEED = 0


class Pair(NamedTuple):
    """Two sentences on a topic; whether the second strengthens the first, and whether it weakens it."""

    topic: str
    a: str
    b: str
    strengthens: bool
    weakens: bool

    @property
    def related(self) -> bool:
        """Whether the one bears on the other at all."""
        return self.strengthens or self.weakens


def load(folder: Path) -> list[Pair]:
    """Return the pairs of both files of a folder, in their order."""
    parts = [
        json.loads((folder / f"{name}_train.json").read_text("utf-8"))["data"] for name in ("strengthen", "weaken")
    ]
    found: dict[tuple[str, str, str], list[bool]] = {}
    for at, part in enumerate(parts):
        for each in part:
            key = (each["topic"], each["claim_a"], each["claim_b"])
            found.setdefault(key, [False, False])[at] = bool(each["relation"])
    return [Pair(*key, *labels) for key, labels in found.items()]


def folds_of(pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """Return the fold of each pair: whole topics, the largest first, each to the fold with the fewest pairs.

    Both orders of a pair are of one topic, and so in one fold.
    """
    sizes: dict[str, int] = {}
    for pair in pairs:
        sizes[pair.topic] = sizes.get(pair.topic, 0) + 1
    held, fold = [0] * FOLDS, {}
    for topic in sorted(sizes, key=lambda each: (-sizes[each], each)):
        fold[topic] = held.index(min(held))
        held[fold[topic]] += sizes[topic]
    return np.array([fold[pair.topic] for pair in pairs])


def statements_of(texts: Sequence[str], sentences: Sentences) -> dict[str, Statement]:
    """Return statements in nobody's voice, each of an article of its own."""
    vectors = sentences.embed(texts)
    return {text: _statement(text, vector) for text, vector in zip(texts, vectors, strict=True)}


def _statement(text: str, vector: NDArray[np.float32]) -> Statement:
    span = (0, len(text))
    polarity = Polarity.DENIED if is_denied(text, span) else Polarity.AFFIRMED
    claim = Claim(content=Words.of(text, span), voice=Voice.ARTICLE, polarity=polarity, sentence=0, confidence=1)
    name = uuid5(NAMESPACE_URL, text)
    return Statement(claim_id=name, article_id=name, claim=claim, sentence=text, embedding=vector)


def learnt(x: Numbers, y: NDArray[np.bool_], folds: NDArray[np.int64]) -> Numbers:
    """Return the probability of each row, by weights that saw nothing of its fold."""
    answer = np.zeros(len(y))
    for fold in range(FOLDS):
        seen = folds != fold
        mean, spread = x[seen].mean(0), x[seen].std(0)
        spread[spread == 0] = 1
        scaled = np.c_[(x - mean) / spread, np.ones(len(x))]
        weights = regression.fit(scaled[seen], y[seen].astype(float), PENALTY)
        answer[~seen] = regression.chances(scaled[~seen], weights)
    return answer


def interval(pairs: Sequence[Pair], scores: Numbers, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the bounds of 95 % of the average precisions of topics drawn anew (bootstrap, Efron 1979)."""
    by_topic: dict[str, list[int]] = {}
    for at, pair in enumerate(pairs):
        by_topic.setdefault(pair.topic, []).append(at)
    topics, chance, found = list(by_topic.values()), np.random.default_rng(SEED), []
    for _ in range(DRAWS):
        rows = np.concatenate([topics[at] for at in chance.integers(len(topics), size=len(topics))])
        if right[rows].any():
            found.append(average_precision(scores[rows], right[rows]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def measure(folder: Path) -> Iterator[Row]:
    """Measure the features of pairs, weighed anew in five folds by topic, against the cosine alone; all in percent.

    - weaken, average precision: of the pairs of which the one weakens the other; low and high: ``interval``.
    - weaken by cosine: the same of the cosine, or of its contrary where that is better.
    - related, area: pairs of which the one bears on the other, against those where it does not.
    """
    pairs, sentences = load(folder), open_sentences()
    known = statements_of(sorted({text for pair in pairs for text in (pair.a, pair.b)}), sentences)
    x = np.array([features_of(known[pair.a], known[pair.b]).row[:-1] for pair in pairs])
    weakens, related = (np.array([getattr(pair, name) for pair in pairs]) for name in ("weakens", "related"))
    folds, cosine = folds_of(pairs), np.array([known[pair.a].cosine(known[pair.b]) for pair in pairs])
    against = learnt(x, weakens, folds)
    low, high = interval(pairs, against, weakens)
    plain = max(average_precision(cosine, weakens), average_precision(-cosine, weakens))
    yield row(GROUP, "weaken, average precision", average_precision(against, weakens))
    yield row(GROUP, "weaken, average precision, low", low)
    yield row(GROUP, "weaken, average precision, high", high)
    yield row(GROUP, "weaken by cosine, average precision", plain)
    yield row(GROUP, "related, area", area(learnt(x, related, folds), related))
    yield row(GROUP, "related by cosine, area", area(cosine, related))
