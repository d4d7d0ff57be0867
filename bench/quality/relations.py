"""The measures of relations on a split of the corpus: between annotated claims, and between those that are served."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bench.quality import threads
from bench.quality.answers import read_articles
from bench.quality.judging import judge, names_of
from bench.quality.pairs import Annotated, Key, annotated, article_id, relations_of
from bench.quality.rows import Row, row
from bench.quality.scores import Score
from bench.quality.sourcing import report_of
from bench.quality.statements import statements_read
from bench.quality.threads import Threads
from corpus.affairs import RelationKind
from corpus.articles import Article
from corpus.compile import HERE, read_affair
from schemas.extraction import Extraction
from services.extract.reading.model.sentences import Sentences, open_sentences
from services.extract.relations.candidates import is_candidate
from services.extract.relations.judge import relate
from services.extract.relations.statement import Statement
from services.extract.sourcing.card import make_card

Kinds = Mapping[Key, tuple[RelationKind, ...]]
"""Every kind that people find defensible for a pair, the preferred one first."""


@dataclass(frozen=True)
class Known:
    """The relations that people found in an affair, and the claims that a careful reader may leave out."""

    kinds: Kinds
    optional: frozenset[str]

    @property
    def wanted(self) -> int:
        """How many pairs are to be found: those that people rather see in a relation than in none."""
        return sum(kinds[0] is not RelationKind.NONE for kinds in self.kinds.values())

    def excuses(self, key: Key) -> bool:
        """Tell whether a relation shown counts neither way: one of an optional claim that nobody listed."""
        return key not in self.kinds and bool(key & self.optional)


def rows_of(group: str, split: str, articles: Sequence[Article], root: Path = HERE) -> list[Row]:
    """Measure the relations of a split; micro, over all pairs of claims of each affair, in percent.

    A relation is right where its kind is among those annotated for the pair; a pair that is not listed has none. It is
    wanted where people prefer some relation to none. Of annotated claims: with all their fields as annotated. Served:
    from the texts alone; a served claim is the annotated one that it is matched with (``judging.judge``), whoever the
    speaker, and a relation of one that is matched with none is wrong. Threads: ``threads.score``.
    """
    sentences, rows = open_sentences(), []
    by_affair = defaultdict(list)
    for article in articles:
        by_affair[article.affair].append(article)
    scores = {"annotated claims": (Score(), Threads()), "served claims": (Score(), Threads())}
    for name, held in sorted(by_affair.items()):
        affair = annotated(read_affair(root / split / name), held, sentences)
        named = {"annotated claims": list(affair.statements.items()), "served claims": served(affair, held, sentences)}
        for what, (related, threaded) in scores.items():
            mine = score(named[what], known_of(affair)), threads.score(affair, named[what])
            scores[what] = related + mine[0], threaded + mine[1]
    for what, (related, _) in scores.items():
        rows.append(row(group, f"relations of {what}, precision", related.precision))
        rows.append(row(group, f"relations of {what}, recall", related.recall))
    for what, (_, threaded) in scores.items():
        rows.append(row(group, f"threads of {what}, B-cubed precision", threaded.precision))
        rows.append(row(group, f"threads of {what}, B-cubed recall", threaded.recall))
        rows.append(row(group, f"threads of {what}, B-cubed F1", threaded.f1))
    return rows


def known_of(affair: Annotated) -> Known:
    """Return what people found in an affair."""
    kinds = {key: relation.kinds for key, relation in relations_of(affair.affair).items()}
    return Known(kinds, affair.optional)


def served(affair: Annotated, articles: Sequence[Article], sentences: Sentences) -> list[tuple[str, Statement]]:
    """Return the claims as they are served, under the names of the annotated ones that they are."""
    names = names_of(affair.affair)
    named: list[tuple[str, Statement]] = []
    for article, reading in zip(articles, read_articles(articles, min_confidence=None), strict=True):
        judged = judge(article, reading.claims, names)
        golds = {ours: gold for gold, ours in {**judged.excused, **judged.near, **judged.right}.items()}
        for number, statement in enumerate(_statements(article, reading, sentences)):
            found = f"{article.article}#{article.claims[golds[number]].id}" if number in golds else ""
            named.append((found or f"{article.article} {number}", statement))
    return named


def score(named: Iterable[tuple[str, Statement]], known: Known) -> Score:
    """Return how many relations are shown, how many of them are right, and how many are wanted."""
    shown = [(key, kind) for key, kind in shown_among(named) if not known.excuses(key)]
    right = sum(kind in known.kinds.get(key, ()) for key, kind in shown)
    return Score(right, len(shown), known.wanted)


def shown_among(named: Iterable[tuple[str, Statement]]) -> Iterator[tuple[Key, str]]:
    """Yield the pairs that are shown in a relation, and its kind."""
    for (one, a), (other, b) in combinations(named, 2):
        found = relate(a, b) if is_candidate(a, b) else None
        if found is not None:
            yield frozenset((one, other)), str(found.kind)


def _statements(article: Article, reading: Extraction, sentences: Sentences) -> list[Statement]:
    card = make_card(report_of(article, reading), None)
    given = (article_id(article), article.text, reading, sentences)
    return statements_read(*given, title=article.headline, publisher=article.publisher, card=card)
