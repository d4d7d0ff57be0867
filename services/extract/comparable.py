"""What comparing needs of an article besides its reading: vectors of its claims, its card and its fingerprint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.comparison import Card
from schemas.events import ArticleIngested
from schemas.extraction import Extraction
from services.extract.reading.article import SERVED_MIN_CONFIDENCE
from services.extract.relations.meaning import told
from services.extract.sourcing.card import make_card
from services.extract.sourcing.fingerprint import Fingerprint, fingerprint, lsh_keys
from services.extract.sourcing.report import read

COMPARED_MAX = 500
"""Claims of one article that are compared: a long live blog has some 200, and vectors cost more than all else."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Returns the vectors of texts, ``[texts, 384]``, each of length 1."""


@dataclass(frozen=True, eq=False)
class Comparable:
    """``compared`` are the numbers of the claims that are, in order, ``vectors`` theirs."""

    compared: tuple[int, ...]
    vectors: NDArray[np.float16]
    card: Card
    fingerprint: Fingerprint
    origin_keys: tuple[int, ...]


def find_comparable(event: ArticleIngested, extraction: Extraction, embed: Embed) -> Comparable:
    """Return what comparing needs of an article; claims that are not served are not compared."""
    served = [number for number, claim in enumerate(extraction.claims) if claim.confidence >= SERVED_MIN_CONFIDENCE]
    compared = tuple(served[:COMPARED_MAX])
    vectors = embed([told(extraction.claims[number]) for number in compared])
    report = read(event.text, event.title, event.publisher.name, extraction)
    prints = fingerprint(report)
    return Comparable(
        compared=compared,
        vectors=vectors.astype(np.float16),
        card=make_card(report, event.published.at),
        fingerprint=prints,
        origin_keys=tuple(lsh_keys(prints)),
    )
