"""Statements: ``python -m training.statements [--write]`` learns which clauses in the article's voice are claims.

A logistic regression over the features of ``relevance``. It learns from the corpus's part ``train``: each article as
annotated, and again with a fifth of its attributed claims left out at random, as a reader misses some. Figures: by
affair, of weights that did not see it, and on the part ``dev``. ``--write`` writes ``relevance.json``. Seeded; some
seconds.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import services.extract.reading.statements.relevance as judge
from bench.quality import regression
from bench.quality.judging import CONTENT_MIN
from bench.quality.regression import Vector, chances
from bench.quality.scores import assign, best_first
from bench.quality.words import WORD, Cut, jaccard
from corpus.articles import Article
from corpus.compile import AFFAIR, HERE
from schemas.extraction import Voice
from services.extract.reading.layout.layout import lay_out
from services.extract.reading.statements.statements import Candidate, find_candidates
from services.extract.reading.statements.unsaid import Said

PENALTY = 0.5
"""On half the square of each weight but the bias; from 0.3 to 1 affairs left out are judged alike."""

WRONG = 1.5
"""How many claims that are missed one that is none weighs: what nobody claims is not to be served."""

MISSED = 0.2
"""The share of attributed claims left out of a copy; about what a reader misses."""

COPIES = 3


class Case(NamedTuple):
    """A clause of an affair: its features, and whether it is a claim; optional ones are in no case."""

    affair: str
    features: Vector
    right: bool


def load(split: str) -> list[Article]:
    """Return the articles of a part of the corpus."""
    paths = sorted(path for path in (HERE / split).glob("*/*.json") if path.name != AFFAIR)
    return [Article.model_validate_json(path.read_bytes()) for path in paths]


def cases_of(articles: Sequence[Article], missed: float, seed: int) -> Iterator[Case]:
    """Yield the cases of articles of whose attributed claims a share is not known."""
    chance = np.random.default_rng(seed)
    for article in articles:
        said = [
            Said(one.content.spans, one.cue.spans if one.cue else (), one.speaker.spans if one.speaker else ())
            for one in article.claims
            if one.voice is Voice.HEADLINE or (one.voice is Voice.ATTRIBUTED and chance.random() >= missed)
        ]
        layout = lay_out(article.text, article.headline)
        silent = frozenset(layout.silent) | layout.lines | layout.asked
        found = list(find_candidates(article.text, layout.sentences, silent, article.mentions, said))
        right, excused = matched(article, found)
        for number, one in enumerate(found):
            if number not in excused:
                yield Case(article.affair, np.array([*one.features.values(), 1.0]), number in right)


def matched(article: Article, found: Sequence[Candidate]) -> tuple[set[int], set[int]]:
    """Return the numbers of the candidates that are claims, and of those that are optional ones."""
    cut = Cut(article.text, WORD)
    contents = [cut.inside(one.clause.spans) for one in found]
    right: set[int] = set()
    parts = []
    for optional in (False, True):
        golds = [one for one in article.claims if one.voice is Voice.ARTICLE and one.optional is optional]
        choices = {}
        for number, gold in enumerate(golds):
            words = cut.inside(gold.content.spans)
            fits = {at: jaccard(words, content) for at, content in enumerate(contents) if at not in right}
            choices[number] = best_first(fits, CONTENT_MIN)
        parts.append(set(assign(choices).values()))
        right |= parts[0]
    return parts[0], parts[1]


def fit(cases: Sequence[Case]) -> Vector:
    """Return the weights, the bias last, that make the cases likeliest under the penalty, at ``WRONG`` to one."""
    x, y = np.array([case.features for case in cases]), np.array([case.right for case in cases], dtype=float)
    weights = regression.fit(x, y, PENALTY)
    weights[-1] -= np.log(WRONG)
    return weights


def left_out(learnt: Sequence[Case], asked: Sequence[Case]) -> Vector:
    """Return the probabilities of cases, each by weights that saw nothing of its affair."""
    answer = np.zeros(len(asked))
    for affair in sorted({case.affair for case in asked}):
        weights = fit([case for case in learnt if case.affair != affair])
        rows = [at for at, case in enumerate(asked) if case.affair == affair]
        answer[rows] = chances(np.array([asked[at].features for at in rows]), weights)
    return answer


def report(name: str, p: Vector, cases: Sequence[Case], wanted: int) -> None:
    """Print precision, recall and F1 from each threshold on, and how far the probabilities are from the shares."""
    right = np.array([case.right for case in cases])
    print(f"{name}: {wanted} claims, {int(right.sum())} among {len(cases)} clauses")
    for least in np.arange(0.1, 0.95, 0.1):
        kept = p >= least
        hits, found = int(right[kept].sum()), int(kept.sum())
        band = kept & (p < least + 0.1)
        share = f"{right[band].mean():.2f} of {int(band.sum())}" if band.any() else "-"
        scores = f"P {hits / max(1, found):.2f} R {hits / wanted:.2f} F {2 * hits / max(1, found + wanted):.3f}"
        print(f"  from {least:.1f}: {scores}; right in this tenth: {share}")


def main() -> None:
    """Learn, print the figures, and write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write relevance.json")
    write = parser.parse_args().write
    parts = {split: load(split) for split in ("train", "dev")}
    wanted = {
        split: sum(one.voice is Voice.ARTICLE and not one.optional for article in articles for one in article.claims)
        for split, articles in parts.items()
    }
    whole = list(cases_of(parts["train"], 0, 0))
    copies = [list(cases_of(parts["train"], MISSED, seed)) for seed in range(1, COPIES + 1)]
    learnt = whole + [case for copy in copies for case in copy]
    weights = fit(learnt)
    dev, missing = list(cases_of(parts["dev"], 0, 0)), list(cases_of(parts["dev"], MISSED, 1))
    report("train, by affair, all said known", left_out(learnt, whole), whole, wanted["train"])
    report("train, by affair, a fifth unknown", left_out(learnt, copies[0]), copies[0], wanted["train"])
    report("dev, all said known", chances(np.array([c.features for c in dev]), weights), dev, wanted["dev"])
    report("dev, a fifth unknown", chances(np.array([c.features for c in missing]), weights), missing, wanted["dev"])
    names = [*judge.FEATURES, "bias"]
    table = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
    print(json.dumps(table, indent=2))
    if write:
        path = Path(judge.__file__).with_name(judge.WEIGHTS)
        path.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
