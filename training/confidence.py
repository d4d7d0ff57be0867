"""Confidence: ``python -m training.confidence [--write]`` learns how likely an attributed claim is right.

A logistic regression over the features of ``reading.confidence``, from the corpus's part ``dev``, which the reader's
weights have not seen: right is a claim with content and speaker of an annotated one (``bench.quality.judging``).
Figures: by affair, of weights that did not see it. ``--write`` writes ``confidence.json``.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import services.extract.reading.confidence as judge
from bench.quality import regression
from bench.quality.affairs import load
from bench.quality.judging import judge as match
from bench.quality.judging import names_of
from bench.quality.regression import Vector
from corpus.compile import HERE, read_affair
from schemas.extraction import Voice
from services.extract.reading.article import Article, extract
from services.extract.reading.confidence import Evidence, features_of
from services.extract.reading.model.reader import WEIGHTS, Reader, open_reader
from training.unseen import left_out

PENALTY = 2.0
"""On half the square of each weight but the bias: a few hundred claims tell little of rare features."""

SPLIT = "dev"
STEP = 1e-7
"""Between the confidences that tell which claim is of which evidence."""


class Case(NamedTuple):
    """A claim of an affair: its features, and whether it is right; those right of an optional one are in no case."""

    affair: str
    features: Vector
    right: bool


class Recorder:
    """Stands for the confidence of each claim, and keeps its evidence under it."""

    def __init__(self) -> None:
        self.evidence: dict[float, Evidence] = {}

    def __call__(self, evidence: Evidence) -> float:
        """Return a confidence that no other claim has; all are sure, so that none is kept back."""
        number = 1 - STEP * len(self.evidence)
        self.evidence[number] = evidence
        return number


def cases_of(split: str, reader: Reader) -> Iterator[Case]:
    """Yield the attributed claims of a part of the corpus that a reader finds."""
    for article in load(split):
        recorder = Recorder()
        title = article.headline
        found = extract(Article(article.text, title, publisher=article.publisher), reader, recorder).claims
        judged = match(article, found, names_of(read_affair(HERE / split / article.affair)))
        right, excused = set(judged.right.values()), set(judged.excused.values())
        for number, claim in enumerate(found):
            evidence = recorder.evidence.get(claim.confidence)
            if claim.voice is Voice.ATTRIBUTED and evidence is not None and evidence.score and number not in excused:
                features = features_of(evidence)
                yield Case(article.affair, np.array([*features.values(), 1.0]), number in right)


def fit(cases: Sequence[Case]) -> Vector:
    """Return the weights, the bias last."""
    x, y = np.array([case.features for case in cases]), np.array([case.right for case in cases], dtype=float)
    return regression.fit(x, y, PENALTY)


def report(p: Vector, cases: Sequence[Case]) -> None:
    """Print how many claims are right from each confidence on."""
    right = np.array([case.right for case in cases])
    for least in np.arange(0, 1, 0.1):
        kept, band = p >= least, (p >= least) & (p < least + 0.1)
        share = f"{right[band].mean():.2f} of {int(band.sum())}" if band.any() else "-"
        precision = right[kept].mean() if kept.any() else 0
        print(f"  from {least:.1f}: P {precision:.2f} of {int(kept.sum())}; right in this tenth: {share}")


def main() -> None:
    """Learn, print the figures, and write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write confidence.json")
    parser.add_argument("--model", type=Path, default=WEIGHTS, help="the folder of the reader")
    given = parser.parse_args()
    cases = list(cases_of(SPLIT, open_reader(given.model)))
    print(f"{len(cases)} claims of {SPLIT}, {sum(case.right for case in cases)} right; by affair left out:")
    report(left_out(cases, fit), cases)
    names = [*judge.FEATURES, "bias"]
    table = {name: round(float(weight), 3) for name, weight in zip(names, fit(cases), strict=True)}
    print(json.dumps(table, indent=2))
    if given.write:
        path = Path(judge.__file__).with_name(judge.WEIGHTS)
        path.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
