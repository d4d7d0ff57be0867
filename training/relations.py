"""Relations: ``python -m training.relations [--write]`` learns which pairs of statements speak of one proposition.

A logistic regression over the features of ``relations``, learnt from every pair of annotated claims of each affair of
the corpus's part ``train``. Pairs that are not listed are none; those of optional claims are left out. Figures: by
affair, of weights that did not see it, and on the part ``dev``; of the pairs alone and of what is shown, with its
kind. ``--write`` writes ``scorer.json``. About a minute.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bench.quality import regression
from bench.quality.affairs import load
from bench.quality.pairs import Annotated, read_annotated
from bench.quality.regression import Vector, chances
from corpus.affairs import RelationKind
from services.extract.reading.model.sentences import open_sentences
from services.extract.relations.features import NAMES, features_of
from services.extract.relations.scorer import WEIGHTS
from services.extract.relations.statement import Statement

PENALTY = 3.0
"""On half the square of each weight (of a standardised feature), not of the bias; from 1 to 10 all fare alike."""


class Case(NamedTuple):
    """A pair of an affair: its features, every kind that people find defensible, and both statements."""

    affair: str
    features: Vector
    kinds: tuple[RelationKind, ...]
    a: Statement
    b: Statement

    @property
    def related(self) -> bool:
        """Whether people prefer some relation to none."""
        return self.kinds[0] is not RelationKind.NONE


def cases_of(affairs: Sequence[Annotated]) -> Iterator[Case]:
    """Yield the pairs of affairs, but those that are optional and unlisted."""
    for each in affairs:
        for key, a, b in each.pairs():
            if key in each.relations or not key & each.optional:
                yield Case(each.affair.affair, features_of(a, b).row, each.kinds(key), a, b)


def fit(cases: Sequence[Case]) -> Vector:
    """Return the weights of the features as they are, the bias last."""
    x = np.array([case.features for case in cases])
    mean, spread = x.mean(0), x.std(0)
    mean[-1], spread[-1] = 0, 1
    spread[spread == 0] = 1
    weights = regression.fit((x - mean) / spread, np.array([case.related for case in cases], dtype=float), PENALTY)
    weights /= spread
    weights[-1] -= float((weights * mean)[:-1].sum())
    return weights


def left_out(cases: Sequence[Case]) -> Vector:
    """Return the probabilities of cases, each by weights that saw nothing of its affair."""
    answer = np.zeros(len(cases))
    for affair in sorted({case.affair for case in cases}):
        weights = fit([case for case in cases if case.affair != affair])
        rows = [at for at, case in enumerate(cases) if case.affair == affair]
        answer[rows] = chances(np.array([cases[at].features for at in rows]), weights)
    return answer


def report(name: str, p: Vector, cases: Sequence[Case]) -> None:
    """Print precision and recall from each threshold on, and the average precision."""
    right = np.array([case.related for case in cases])
    order = np.argsort(-p, kind="stable")
    precise = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    mean = float((precise * right[order]).sum() / right.sum())
    print(f"{name}: {int(right.sum())} related of {len(cases)} pairs; average precision {mean:.3f}")
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = p >= least
        print(
            f"  from {least}: P {right[kept].mean():.2f} R {right[kept].sum() / right.sum():.3f} of {int(kept.sum())}"
        )


def main() -> None:
    """Learn, print the figures, and write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write scorer.json")
    write = parser.parse_args().write
    sentences = open_sentences()
    train, dev = (list(cases_of(read_annotated(split, load(split), sentences))) for split in ("train", "dev"))
    print(Counter(str(case.kinds[0]) for case in train))
    weights = fit(train)
    report("train, by affair", left_out(train), train)
    report("dev", chances(np.array([case.features for case in dev]), weights), dev)
    table = {name: round(float(weight), 4) for name, weight in zip((*NAMES, "bias"), weights, strict=True)}
    print(json.dumps(table, indent=2))
    if write:
        WEIGHTS.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
