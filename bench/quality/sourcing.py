"""The measures of source cards and origins on a split of the corpus, made from what is read of its articles."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from bench.quality.answers import read_articles
from bench.quality.judging import Names, fold, names_of
from bench.quality.rows import Row, row
from bench.quality.scores import assign
from bench.quality.words import WORD, Cut, jaccard, share
from corpus.articles import Article, Flag
from corpus.compile import HERE, read_affair
from schemas.comparison import Card
from schemas.extraction import Extraction, Words
from services.extract.sourcing.card import make_card
from services.extract.sourcing.fingerprint import fingerprint
from services.extract.sourcing.origins import group
from services.extract.sourcing.report import Report, read
from services.lexemes import fold_name

T = TypeVar("T")
U = TypeVar("U")

COMPARED = frozenset((Flag.SINGLE_SOURCE_CLAIM,))
"""Flags that stand for what other articles leave out: no card has them by itself."""

WORDS_MIN = 0.5
"""The least Jaccard of the words at which a disclosure, or somebody unnamed, is the one annotated."""


def fields_right(article: Article, card: Card, names: Names) -> dict[str, float]:
    """Return how far each field of a card is as annotated, between 0 and 1.

    - venue: 1 for none where there is none, or a name that shares a word with that annotated.
    - date: 1 for the same day, or for null with the same reason. direct, mixed, partial: 1 for the same count.
    - attributed, anonymous, disclosures: of the expected and those shown, taken together, the share that is right
      (Dice); 1 where there are none. Names are right by any form of the entity, words at a Jaccard of a half.
    - each flag: 1 where it is there or not as annotated.
    """
    gold, cut = article.card, Cut(article.text, WORD)
    known = [one.name for one in card.attributed if not one.anonymous]
    unnamed = [frozenset(fold_name(one.name).split()) for one in card.attributed if one.anonymous]
    wanted = [frozenset(fold_name(words).split()) for words in gold.anonymous]

    def alike(a: Words, b: Words) -> bool:
        return jaccard(cut.inside(a.spans), cut.inside(b.spans)) >= WORDS_MIN

    def overlap(a: frozenset[str], b: frozenset[str]) -> bool:
        return len(a & b) >= WORDS_MIN * len(a | b)

    right = {
        "venue": _is_venue(gold.venue.name if gold.venue else None, card.venue.name if card.venue else None),
        "date": (card.date.value, str(card.date.reason)) == (gold.date.value, str(gold.date.reason)),
        "direct": card.direct == gold.direct,
        "mixed": card.mixed == gold.mixed,
        "partial": card.partial == gold.partial,
    }
    shown = {each.flag.value for each in card.flags}
    flags = {flag.value: (flag.value in shown) == (flag in gold.flags) for flag in Flag if flag not in COMPARED}
    sets = {
        "attributed": dice(gold.attributed, known, lambda entity, name: fold(name) in names[entity]),
        "anonymous": dice(wanted, unnamed, overlap),
        "disclosures": dice(gold.disclosures, card.disclosures, alike),
    }
    return {field: float(holds) for field, holds in (right | flags).items()} | sets


def dice(wanted: Sequence[T], found: Sequence[U], fits: Callable[[T, U], bool]) -> float:
    """Return twice the most pairs that fit over all there are of both; 1 where there are none (Dice, 1945)."""
    pairs = assign({a: [b for b, one in enumerate(found) if fits(each, one)] for a, each in enumerate(wanted)})
    both = len(wanted) + len(found)
    return 2 * len(pairs) / both if both else 1.0


def cards_right(articles: Sequence[Article], readings: Sequence[Extraction], folder: Path) -> dict[str, float]:
    """Return of each field of the cards how far it is right, on the average, in percent; ``folder``: of the split."""
    sums: defaultdict[str, float] = defaultdict(float)
    names = {article.affair: names_of(read_affair(folder / article.affair)) for article in articles}
    for article, reading in zip(articles, readings, strict=True):
        card = make_card(report_of(article, reading), None)
        for field, right in fields_right(article, card, names[article.affair]).items():
            sums[field] += right
    return {field: 100 * right / len(articles) for field, right in sums.items()}


def origins_exact(articles: Sequence[Article], readings: Sequence[Extraction], folder: Path) -> float | None:
    """Return of the origins of several articles, annotated or found, how many are both, in percent.

    Which leads agree is not told, as in an article that is compared before its relations are known.
    """
    affairs: defaultdict[str, dict[str, Extraction]] = defaultdict(dict)
    texts = {(article.affair, article.article): article for article in articles}
    for article, reading in zip(articles, readings, strict=True):
        affairs[article.affair][article.article] = reading
    right = found = 0
    for affair, own in affairs.items():
        prints = {name: fingerprint(report_of(texts[affair, name], reading)) for name, reading in own.items()}
        ours = _several(origin.articles for origin in group(prints))
        gold = _several(origin.articles for origin in read_affair(folder / affair).origins)
        right, found = right + len(ours & gold), found + len(ours | gold)
    return share(right, found)


def rows_of(group: str, split: str, articles: Sequence[Article], root: Path = HERE) -> list[Row]:
    """Measure cards and origins on the articles of a split, from their texts as they are.

    - origins exact: ``origins_exact``. cards' fields: the mean over ``fields_right``, each of the same weight.
    """
    readings = read_articles(articles, min_confidence=0)
    fields: Mapping[str, float] = cards_right(articles, readings, root / split)
    return [
        row(group, "origins exact", origins_exact(articles, readings, root / split)),
        row(group, "cards' fields", sum(fields.values()) / len(fields) if fields else None),
    ]


def report_of(article: Article, reading: Extraction) -> Report:
    """Return the report that a reading of an article is of."""
    return read(article.text, article.headline, article.publisher, reading)


def _several(groups: Iterable[Sequence[str]]) -> set[frozenset[str]]:
    return {frozenset(articles) for articles in groups if len(articles) > 1}


def _is_venue(wanted: str | None, found: str | None) -> bool:
    if wanted is None or found is None:
        return wanted is found
    return bool({*fold_name(wanted).split()} & {*fold_name(found).split()} - {"the", "a", "in", "at", "of"})
