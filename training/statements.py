"""Statements: ``python -m training.statements [--model FOLDER] [--write]``: which clauses are an article's own claims.

A logistic regression over the features of ``relevance``, learnt from the clauses that the reader leaves over in the
articles of the corpus's part ``train``: what it misses of what people are said to say is then among them. A reader that
learnt from all of these articles misses less of them than of news; the project's learnt from 40 of the 220. Figures: by
affair, of weights that did not see it, and on the part ``dev``. ``--write`` writes ``relevance.json``. Half a minute.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import services.extract.reading.statements.relevance as judge
from bench.quality import regression
from bench.quality.affairs import load
from bench.quality.judging import CONTENT_MIN
from bench.quality.regression import Vector, chances
from bench.quality.scores import assign, best_first
from bench.quality.words import WORD, Cut, jaccard
from corpus import articles as corpus
from schemas.extraction import Voice
from services.extract.reading.article import Article, find_unsaid
from services.extract.reading.model.reader import WEIGHTS, Reader, open_reader
from services.extract.reading.statements.statements import Candidate
from training.unseen import left_out

PENALTY = 0.5
"""On half the square of each weight but the bias; from 0.3 to 1 affairs left out are judged alike."""

WRONG = 1.25
"""How many claims that are missed one that is none weighs: what nobody claims is not to be served."""


class Case(NamedTuple):
    """A clause of an affair: its features, and whether it is a claim; optional ones are in no case."""

    affair: str
    features: Vector
    right: bool


def cases_of(articles: Sequence[corpus.Article], reader: Reader) -> Iterator[Case]:
    """Yield the clauses of articles that a reader leaves over."""
    for article in articles:
        found = find_unsaid(Article(article.text, article.headline, publisher=article.publisher), reader)
        right, excused = matched(article, found)
        for number, one in enumerate(found):
            if number not in excused:
                yield Case(article.affair, np.array([*one.features.values(), 1.0]), number in right)


def matched(article: corpus.Article, found: Sequence[Candidate]) -> tuple[set[int], set[int]]:
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
    parser.add_argument("--model", type=Path, default=WEIGHTS, help="the reader's folder; the project's own if none")
    parser.add_argument("--write", action="store_true", help="write relevance.json")
    given = parser.parse_args()
    reader = open_reader(given.model)
    parts = {split: load(split) for split in ("train", "dev")}
    wanted = {
        split: sum(one.voice is Voice.ARTICLE and not one.optional for article in articles for one in article.claims)
        for split, articles in parts.items()
    }
    train, dev = (list(cases_of(parts[split], reader)) for split in ("train", "dev"))
    weights = fit(train)
    report("train, by affair", left_out(train, fit), train, wanted["train"])
    report("dev", chances(np.array([case.features for case in dev]), weights), dev, wanted["dev"])
    names = [*judge.FEATURES, "bias"]
    table = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
    print(json.dumps(table, indent=2))
    if given.write:
        path = Path(judge.__file__).with_name(judge.WEIGHTS)
        path.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
