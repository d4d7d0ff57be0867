"""The pure reading of an article: its sentences, the names in it, and the claims it reports."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from schemas.events import Paragraph
from schemas.extraction import Claim, Extraction, Form, Reason
from services.extract.reading.attribution.joining import join
from services.extract.reading.attribution.rules import find_attributions
from services.extract.reading.attribution.tidying import Tidier
from services.extract.reading.claims import Claims, nest
from services.extract.reading.confidence import Evidence, confidence_of
from services.extract.reading.language.languages import is_english
from services.extract.reading.language.spans import overlap
from services.extract.reading.language.stretches import find_stretches
from services.extract.reading.layout.layout import Layout, lay_out
from services.extract.reading.model.reader import WEIGHTS, Reader, reader_of
from services.extract.reading.names.mentions import find_mentions
from services.extract.reading.sayings.beside import place
from services.extract.reading.sayings.dates import article_date
from services.extract.reading.speakers.speakers import Speakers
from services.extract.reading.statements.relevance import Known
from services.extract.reading.statements.statements import Candidate, find_candidates, find_statements
from services.extract.reading.statements.unsaid import Said

CLAIMS_MAX = 2_000
"""Claims kept of one article: the longest text allowed has some 80,000 words, and real news a claim in 40 of them; a
text with more is made to flood, and its event must stay below Kafka's 4 MiB."""

SERVED_MIN_CONFIDENCE = 0.5
"""What is served by default: from here on 0.85 of the claims of the corpus's development part are right at least. The
rest is kept, and asked for with ``min_confidence``."""

KEPT_MIN_CONFIDENCE = 0.4
"""What is kept at all: below it a find is wrong more often than not, and must not hide a statement of the article's."""


@dataclass(frozen=True, slots=True)
class Article:
    """What is read: the text as given, and what is known of it; paragraphs are found where none are given."""

    text: str
    title: str | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    published_at: datetime | None = None
    publisher: str | None = None
    language: str | None = None


def extract(
    article: Article, reader: Reader | None = None, sure: Callable[[Evidence], float] = confidence_of
) -> Extraction:
    """Return the sentences, mentions and claims of an article; a text that is not English has neither of the latter.

    ``reader``: the learnt model to read with, by default the one that comes with the project. ``sure``: tells the
    confidence of an attributed claim. Deterministic, in time about linear in the text. Spans are code points of
    ``article.text``.
    """
    layout = lay_out(article.text, article.title, article.paragraphs)
    if not is_english(article.text, article.language):
        return Extraction(sentences=layout.sentences, claims_reason=Reason.LANGUAGE)
    seen = _look(article, layout, reader or reader_of(WEIGHTS), sure)
    claims = sorted(_claims(article.text, seen), key=lambda claim: claim.content.spans)
    nested = list(nest(claims[:CLAIMS_MAX]))
    placed = place(article.text, layout.sentences, nested, article_date(article.text, article.published_at))
    return Extraction(sentences=layout.sentences, mentions=seen.known.mentions, claims=tuple(placed))


def find_unsaid(article: Article, reader: Reader) -> list[Candidate]:
    """Return the clauses of an article that nobody is found to say, whatever its language; those quoted too."""
    layout = lay_out(article.text, article.title, article.paragraphs)
    seen = _look(article, layout, reader, confidence_of)
    return list(find_candidates(article.text, layout.sentences, seen.silent, seen.known))


class _Seen(NamedTuple):
    """A text as far as it is read before its own statements are found."""

    layout: Layout
    claims: Claims
    said: Sequence[Claim]
    known: Known

    @property
    def silent(self) -> frozenset[int]:
        return self.layout.quiet | self.layout.asked


def _look(article: Article, layout: Layout, reader: Reader, sure: Callable[[Evidence], float]) -> _Seen:
    text = article.text
    marks = reader.read(text, [paragraph.span for paragraph in layout.paragraphs])
    mentions = find_mentions(text, layout.sentences, layout.lines, marks.names)
    stretches = tuple(find_stretches(text, layout.sentences, layout.places, layout.quotes, layout.quiet))
    learnt = Tidier(text, layout).tidied(marks.attributions)
    found = join(text, learnt, list(find_attributions(text, stretches, layout.quotes)), layout.answers)
    claims = Claims(text, layout, Speakers(text, mentions, stretches), stretches, sure)
    said = [*claims.headline(), *claims.attributed(found[:CLAIMS_MAX])]
    around = [_said(claim) for claim in said if claim.confidence >= KEPT_MIN_CONFIDENCE or claim.form is Form.DIRECT]
    return _Seen(layout, claims, said, Known(mentions, around, marks.traces))


def _claims(text: str, seen: _Seen) -> Iterator[Claim]:
    stated = find_statements(text, seen.layout.sentences, seen.silent, seen.known)
    statements = list(islice((each for each in stated if not seen.claims.is_quoted(each.spans)), CLAIMS_MAX))
    frames = [statement.hearsay for statement in statements if statement.hearsay]
    free = (claim for claim in seen.said if not claim.cue or not overlap(claim.cue.spans, frames))
    for claim in (*free, *seen.claims.statements(statements)):
        if claim.confidence >= KEPT_MIN_CONFIDENCE:
            yield claim


def _said(claim: Claim) -> Said:
    return Said(claim.content.spans, claim.cue.spans if claim.cue else (), claim.speaker.spans if claim.speaker else ())


def confident(extraction: Extraction, minimum: float) -> Extraction:
    """Return the extraction without the claims below ``minimum``; a claim nested in one of those moves outwards."""
    kept = [number for number, claim in enumerate(extraction.claims) if claim.confidence >= minimum]
    places = {number: at for at, number in enumerate(kept)}
    claims = []
    for number in kept:
        outer = extraction.claims[number].nested_in
        while outer is not None and outer not in places:
            outer = extraction.claims[outer].nested_in
        update = {"nested_in": None if outer is None else places[outer]}
        claims.append(extraction.claims[number].model_copy(update=update))
    return extraction.model_copy(update={"claims": tuple(claims)})
