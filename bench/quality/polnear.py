"""The measures on PolNeAR's development part: US political news in which people marked who said what."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.quality.answers import PROCESSES, ask
from bench.quality.attributions import (
    LAYERS,
    Attribution,
    attributions_of,
    exact_spans,
    score_claims,
    score_exact,
    trim,
)
from bench.quality.rows import Row, row
from bench.quality.scores import Score
from bench.quality.words import Cut
from schemas.extraction import Span
from services.extract.reading.model.reader import Reader, open_reader

NOTHING: dict[str, tuple[Span, ...]] = {"source": (), "cue": (), "content": ()}

GROUP = "PolNeAR dev"
TAGGER = "PolNeAR dev, tagger"


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article and what people marked in it."""

    id: str
    title: str | None
    text: str
    attributions: tuple[Attribution, ...]


def load(path: Path) -> Iterator[Annotated]:
    """Yield the articles of a file of JSON lines, of a text annotated twice the first annotation."""
    seen = set()
    for line in path.read_text("utf-8").splitlines():
        fields = json.loads(line)
        if fields["text"] in seen:
            continue
        seen.add(fields["text"])
        marked = (
            Attribution(*(tuple((start, end) for start, end in each[kind]) for kind in Attribution._fields))
            for each in fields["attributions"]
        )
        yield Annotated(fields["id"], fields["title"], fields["text"], tuple(marked))


def measure(path: Path) -> list[Row]:
    """Compare what ``claimwire text --min-confidence 0`` writes with PolNeAR's development part.

    Only claims in somebody's voice count; a leading "that" and outer quotation marks are cut from wanted and found
    alike; words are runs of letters or digits, or single marks. All is micro, over all articles, in percent:

    - source, cue, content, exact F1: spans of one layer (``exact_spans``) with both ends right.
    - claims, precision and recall: ``score_claims``, content and source at a Jaccard of words of 0.5 or more.

    The tagger's exact F1 is ``tagger_rows``.
    """
    layers = {layer: Score() for layer in LAYERS}
    claims = Score()
    articles = list(load(path))
    answers = ask(
        ({"id": each.id, "title": each.title, "text": each.text} for each in articles),
        min_confidence=0.0,
        processes=PROCESSES,
    )
    for article, answer in zip(articles, answers, strict=True):
        cut = Cut(article.text)
        sides = (article.attributions, attributions_of(answer))
        wanted, found = ([trim(article.text, each) for each in side] for side in sides)
        marked, ours = exact_spans(cut, wanted), exact_spans(cut, found)
        layers = {layer: score + score_exact(marked, ours, layer) for layer, score in layers.items()}
        claims += score_claims(cut, wanted, found)
    exact = [(f"{layer}, exact F1", layers[layer].f1) for layer in Attribution._fields]
    pairs = [*exact, ("claims, precision", claims.precision), ("claims, recall", claims.recall)]
    return tagger_rows(articles, open_reader()) + [row(GROUP, *pair) for pair in pairs]


def tagger_rows(articles: Iterable[Annotated], reader: Reader) -> list[Row]:
    """Measure what the learnt reader alone tags, read as this data set is annotated: exact F1 of spans of one layer.

    Nothing is cut off; spans end with their paragraph (line).
    """
    scores = {layer: Score() for layer in LAYERS}
    for article in articles:
        cut, lines = Cut(article.text), [line.span() for line in re.finditer(r"[^\n]+", article.text)]
        tags = reader.read(article.text, lines, ours=False).tags
        wanted = exact_spans(cut, article.attributions)
        found = exact_spans(cut, [Attribution(**NOTHING | {tag.layer: (tag.span,)}) for tag in tags])
        scores = {layer: score + score_exact(wanted, found, layer) for layer, score in scores.items()}
    return [row(TAGGER, f"{layer}, exact F1", scores[layer].f1) for layer in Attribution._fields]
