"""What ``claimwire text`` answers to texts: the measures see what a user sees."""

import json
from collections.abc import Iterable, Mapping
from io import StringIO

from corpus.articles import Article
from schemas.extraction import Extraction
from services.extract.text import run

PROCESSES = 2
"""Texts read at a time where there are thousands of words; the machine that judges has two cores."""


class Unanswered(RuntimeError):
    """A text was refused; the message names it and says why."""


def ask(
    texts: Iterable[Mapping[str, str | None]], *, min_confidence: float | None, processes: int = 1
) -> list[Extraction]:
    """Return the reading of each text, in order; ``min_confidence`` null means what is served by default.

    A text is an object of ``id, text`` and perhaps ``title, publisher, language``.

    Raises:
        Unanswered: a text was refused.
    """
    lines, out, err = StringIO("".join(json.dumps(text) + "\n" for text in texts)), StringIO(), StringIO()
    run((), min_confidence=min_confidence, processes=processes, out=out, stdin=lines, err=err)
    return [_extraction(json.loads(line)) for line in out.getvalue().splitlines()]


def read_articles(articles: Iterable[Article], *, min_confidence: float | None) -> list[Extraction]:
    """Return the readings of annotated articles, in order, with their titles and publishers."""
    return ask(
        (
            {"id": each.article, "text": each.text, "title": each.headline, "publisher": each.publisher}
            for each in articles
        ),
        min_confidence=min_confidence,
    )


def _extraction(answer: dict[str, object]) -> Extraction:
    if "error" in answer:
        raise Unanswered(f"{answer['id']}: {answer['error']}")
    return Extraction.model_validate(answer)
