"""Search vectors: the texts of the tsvectors under which articles and claims are found, made from their lexemes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.events import ArticleIngested
from schemas.extraction import Claim, Extraction
from services.lexemes import SPEAKER, fold_name, places_of

TEXT_MAX_CHARACTERS = 200_000
"""Of a longer text its beginning is searched."""

PLACE_MAX = 16_383
"""PostgreSQL counts no further: words beyond it are found, but next to nothing."""

PLACES_MAX = 255
"""PostgreSQL keeps no more of one lexeme."""

VECTOR_MAX_BYTES = 1_000_000
"""PostgreSQL refuses a tsvector of 1,048,576 bytes; what is over stays out, from the end of the text."""

OVERHEAD_BYTES = 4
"""What a lexeme takes at most besides itself and two bytes a place: how many places there are, and padding."""

_NUMBERS = [str(place) for place in range(PLACE_MAX + 1)]

Field = tuple[Mapping[str, Sequence[int]], str]
"""Where each form stands, and the weight of the field: A to D."""


@dataclass(frozen=True)
class Vectors:
    """The vectors of an article and of its claims, in their order."""

    article: str
    claims: tuple[str, ...]


def find_vectors(event: ArticleIngested, extraction: Extraction) -> Vectors:
    """Return the vectors under which an article and what it claims are found."""
    return Vectors(_article_vector(event), tuple(map(_claim_vector, extraction.claims)))


def _article_vector(event: ArticleIngested) -> str:
    """Return the vector of an article: its title with weight A, its text with D."""
    return _vector(((places_of(event.title or ""), "A"), (places_of(event.text[:TEXT_MAX_CHARACTERS]), "")))


def _claim_vector(claim: Claim) -> str:
    """Return the vector of a claim: its content with weight A, its speaker's name with B, and who speaks by itself.

    A speaker without a name is found by the words that stand for one.
    """
    name = "" if claim.speaker is None else claim.speaker.name or claim.speaker.text
    by_itself = {f"{SPEAKER}{form}": () for form in fold_name(name).split()}
    return _vector(((places_of(claim.content.text), "A"), (places_of(name), "B"), (by_itself, "")))


def _vector(fields: Iterable[Field]) -> str:
    """Return the text of a tsvector; between two fields a place is left free, so that no phrase leads across."""
    words: dict[str, list[str]] = {}
    before = size = 0
    for places, weight in fields:
        for form, found in places.items():
            kept = found[:PLACES_MAX]
            size += len(form.encode()) + OVERHEAD_BYTES + 2 * len(kept)
            if size > VECTOR_MAX_BYTES:
                break
            shown = [_NUMBERS[min(before + place, PLACE_MAX)] + weight for place in kept]
            if form in words:
                words[form] += shown
            else:
                words[form] = shown
        before += max((found[-1] for found in places.values() if found), default=0) + 1
    return " ".join([f"'{form}':{','.join(places)}" if places else f"'{form}'" for form, places in words.items()])
