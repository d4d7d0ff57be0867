"""Statements in the article's own voice: which of the clauses that nobody is said to say are claims that matter."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.extraction import Span
from services.extract.reading.statements.relevance import Known, features_of, ground_of, probability, read_weights
from services.extract.reading.statements.unsaid import Clause, Said, find_clauses

SAID_NEAR_MAX = 50
"""Claims of one sentence that are looked at; real ones hold a few."""

_CLOSERS = "\"'”’»)] "  # noqa: RUF001  (the marks that newspapers print)


class Statement(NamedTuple):
    """A claim in the article's own voice: its content's spans, its sentence's number, and how likely it is a claim.

    ``hearsay``: words in it that name nobody ("it is said", "reportedly"): the words of its force, which is reported.
    """

    spans: tuple[Span, ...]
    sentence: int
    score: float
    hearsay: Span | None = None


class Candidate(NamedTuple):
    """A clause that may be a statement, its sentence's number, and the features that its likelihood is judged by."""

    clause: Clause
    sentence: int
    features: dict[str, float]


def find_statements(text: str, sentences: Sequence[Span], silent: frozenset[int], known: Known) -> Iterator[Statement]:
    """Yield every statement of an article with its probability, in the order of the text.

    ``silent``: the sentences in which the body claims nothing (headline, headings, captions); what is said in one of
    them without a cue is the headline's. Spans are code points. Time is linear in the text and in what is known of it.
    """
    weights = read_weights()
    for clause, sentence, features in find_candidates(text, sentences, silent, known):
        yield Statement(clause.spans, sentence, probability(features, weights), clause.hearsay)


def find_candidates(text: str, sentences: Sequence[Span], silent: frozenset[int], known: Known) -> Iterator[Candidate]:
    """Yield every clause that may be a statement, with its features; ``find_statements`` tells what is given.

    Where no headline is known, the first sentence stands for it.
    """
    near = _by_sentence(sentences, known.said)
    titles = [one for number in silent for one in near.get(number, ()) if not one.cue]
    lead = next((Said((span,)) for number, span in enumerate(sentences) if number not in silent), None)
    claimed = sum(number not in silent for number in near) / max(1, len(sentences) - len(silent))
    ground = ground_of(text, titles or ([lead] if lead else []), known, claimed)
    for number, (start, end) in enumerate(sentences):
        if number in silent or text[start:end].rstrip(_CLOSERS).endswith("?"):
            continue
        for clause in find_clauses(text, (start, end), near.get(number, ())):
            yield Candidate(clause, number, features_of(ground, clause))


def _by_sentence(sentences: Sequence[Span], said: Sequence[Said]) -> dict[int, list[Said]]:
    """Return the claims that touch each sentence, by its number."""
    starts, ends = [start for start, _ in sentences], [end for _, end in sentences]
    near: dict[int, list[Said]] = {}
    for one in said:
        spans = (*one.content, *one.cue, *one.speaker)
        for number in {n for start, end in spans for n in range(bisect_right(ends, start), bisect_left(starts, end))}:
            held = near.setdefault(number, [])
            if len(held) < SAID_NEAR_MAX:
                held.append(one)
    return near
