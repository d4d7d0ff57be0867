"""Relations: ``python -m training.relations WITHOUT-0 WITHOUT-1``: which pairs of statements speak of one proposition.

A logistic regression over the features of ``relations``, learnt from every pair of annotated claims of each affair of
the corpus's part ``train``. Pairs that are not listed are none; those of optional claims are left out. An affair's
vectors are of the encoder that was tuned without its half (``training.nearness --without``), as any new affair's are.
Figures: by affair, of weights that did not see it, and on the part ``dev``, with the vectors of ``--model``; of the
pairs alone, and of what is shown for them (without the rules), by its kind and reasons. ``--write`` writes
``scorer.json``. Two minutes.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.quality import regression
from bench.quality.affairs import load
from bench.quality.pairs import Annotated, read_annotated
from bench.quality.ranking import average_precision
from bench.quality.regression import Vector, chances
from corpus.affairs import RelationKind
from services.extract.reading.model.reader import WEIGHTS as MODEL
from services.extract.reading.model.sentences import open_sentences
from services.extract.relations.candidates import is_candidate
from services.extract.relations.features import NAMES, features_of
from services.extract.relations.judge import judged
from services.extract.relations.scorer import WEIGHTS
from services.extract.relations.statement import Statement
from training.halves import half_of
from training.unseen import left_out

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


def report(name: str, p: Vector, cases: Sequence[Case]) -> None:
    """Print precision and recall from each threshold on, and the average precision."""
    right = np.array([case.related for case in cases])
    mean = average_precision(p, right) / 100
    print(f"{name}: {int(right.sum())} related of {len(cases)} pairs; average precision {mean:.3f}")
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = p >= least
        print(
            f"  from {least}: P {right[kept].mean():.2f} R {right[kept].sum() / right.sum():.3f} of {int(kept.sum())}"
        )


def report_shown(p: Vector, cases: Sequence[Case]) -> None:
    """Print how many of those that are shown people find defensible, by kind and reasons."""
    right: dict[str, list[bool]] = {}
    reached = 0
    for chance, case in zip(p, cases, strict=True):
        found = judged(case.a, case.b, float(chance)) if is_candidate(case.a, case.b) else None
        if found is not None:
            name = " ".join([found.kind, *sorted(ground.reason for ground in found.grounds)])
            right.setdefault(name, []).append(found.kind in case.kinds)
            reached += case.related and found.kind in case.kinds
    shown = [each for answers in right.values() for each in answers]
    wanted = sum(case.related for case in cases)
    print(f"  shown: P {sum(shown) / max(1, len(shown)):.3f} R {reached / wanted:.3f} of {len(shown)}")
    for name, answers in sorted(right.items()):
        print(f"    {name}: {np.mean(answers):.2f} of {len(answers)}")


def read_unseen(encoders: Sequence[Path]) -> Iterator[Annotated]:
    """Yield the training affairs, each with vectors of the encoder that was tuned without its half of the corpus."""
    affairs = load("train")
    for half, encoder in enumerate(encoders):
        own = [each for each in affairs if half_of(each.affair) == half]
        yield from read_annotated("train", own, open_sentences(encoder))


def main() -> None:
    """Learn, print the figures, and write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("without", type=Path, nargs=2, help="folders of encoders tuned without half 0, without half 1")
    parser.add_argument("--model", type=Path, default=MODEL, help="the folder of the vectors that are served")
    parser.add_argument("--write", action="store_true", help="write scorer.json")
    given = parser.parse_args()
    train = list(cases_of(list(read_unseen(given.without))))
    dev = list(cases_of(read_annotated("dev", load("dev"), open_sentences(given.model))))
    print(Counter(str(case.kinds[0]) for case in train))
    weights = fit(train)
    for name, p, cases in (
        ("train, by affair", left_out(train, fit), train),
        ("dev", chances(np.array([case.features for case in dev]), weights), dev),
    ):
        report(name, p, cases)
        report_shown(p, cases)
    table = {name: round(float(weight), 4) for name, weight in zip((*NAMES, "bias"), weights, strict=True)}
    print(json.dumps(table, indent=2))
    if given.write:
        WEIGHTS.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
