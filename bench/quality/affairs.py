"""The measures on a split of the corpus, of what is served by default."""

from collections.abc import Sequence
from pathlib import Path

from bench.quality.answers import read_articles
from bench.quality.calibration import calibration_error, guesses_of, right_when_sure
from bench.quality.judging import Judged, judge, names_of
from bench.quality.rows import Row, row
from bench.quality.scores import Score
from bench.quality.words import WORD, Cut, share
from corpus.articles import Article
from corpus.compile import AFFAIR, HERE, read_affair
from schemas.extraction import ResolvedBy, Voice

LEANING = frozenset((ResolvedBy.PRONOUN, ResolvedBy.TITLE))
"""Speakers whose words hold no name, while the article tells it."""

HALF = 0.5
"""The share of a served content's words from which on it is made of a non-claim."""


def load(split: str, root: Path = HERE) -> list[Article]:
    """Return the articles of a split, by affair and name."""
    paths = sorted(path for path in (root / split).glob("*/*.json") if path.name != AFFAIR)
    return [Article.model_validate_json(path.read_bytes()) for path in paths]


def judge_split(split: str, root: Path = HERE) -> list[Judged]:
    """Read each article as the services would, with its title and publisher, and match what is served of it."""
    articles = load(split, root)
    answers = read_articles(articles, min_confidence=None)
    names = {name: names_of(read_affair(root / split / name)) for name in {article.affair for article in articles}}
    return [
        judge(article, answer.claims, names[article.affair]) for article, answer in zip(articles, answers, strict=True)
    ]


def field_right(judged: Sequence[Judged], field: str) -> float | None:
    """Return how many claims of the same content have a field's value among those annotated, in percent.

    The form counts where the claim is annotated as somebody's: the other voices have none.
    """
    pairs = [pair for each in judged for pair in each.pairs]
    if field == "form":
        pairs = [(gold, ours) for gold, ours in pairs if gold.voice is Voice.ATTRIBUTED]
    return share(sum(getattr(ours, field) in getattr(gold, field) for gold, ours in pairs), len(pairs))


def speakers_resolved(judged: Sequence[Judged]) -> float | None:
    """Return how many claims of the same content have the right speaker, in percent.

    Of those whose speaker is a pronoun or title (by the preferred value) for somebody whom the article names.
    """
    leaning = [
        gold in each.right
        for each in judged
        for gold in sorted({**each.right, **each.near})
        if (speaker := each.article.claims[gold].speaker) and speaker.resolved_by[0] in LEANING
    ]
    return share(sum(leaning), len(leaning))


def hits(judged: Judged) -> list[bool]:
    """Tell of each non-claim whether a served claim's content holds words of it.

    Terms, scare quotes and questions may stand inside what is said, so words that an annotated content holds are not
    counted, unless half the served content or more is the non-claim.
    """
    cut = Cut(judged.article.text, WORD)
    said = cut.inside(span for claim in judged.article.claims for span in claim.content.spans)
    contents = [cut.inside(claim.content.spans) for claim in judged.served]
    answer = []
    for non_claim in judged.article.non_claims:
        words = cut.inside(non_claim.words.spans)
        answer.append(any(c & (words - said) or (c and len(c & words) >= HALF * len(c)) for c in contents))
    return answer


def rows_of(group: str, judged: Sequence[Judged]) -> list[Row]:
    """Measure what is served by default of a split; all is micro, over all its claims, in percent.

    - claims, F1 (precision, recall): a served claim is right with the content at a Jaccard of words of 0.8 or more and
      the right voice and speaker (``is_right_speaker``), matched one to one; optional ones are left out.
    - polarity, force, form: of the claims matched by content, whoever their speaker, those with a value annotated.
    - speakers resolved: ``speakers_resolved``, of the same.
    - non-claims hit: ``hits``, of all non-claims.
    - right at 0.9: of the served claims so sure, those that are right; calibration error: ``calibration_error``.
    """
    score = sum((each.score for each in judged), Score())
    hit = [one for each in judged for one in hits(each)]
    guesses = list(guesses_of(judged))
    higher = [
        ("claims, F1", score.f1),
        ("claims, precision", score.precision),
        ("claims, recall", score.recall),
        *((field, field_right(judged, field)) for field in ("polarity", "force", "form")),
        ("speakers resolved", speakers_resolved(judged)),
        ("right at 0.9", right_when_sure(guesses)),
    ]
    lower = [("calibration error", calibration_error(guesses)), ("non-claims hit", share(sum(hit), len(hit)))]
    rows = [row(group, name, value) for name, value in higher]
    rows += [row(group, name, value, lower_is_better=True) for name, value in lower]
    return rows
