"""The pure reading of an article: its sentences, the names in it, and the claims it reports."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Claim, Extraction, Form, Mention, Reason, Span, Voice, Words
from services.extract.reading.attribution import (
    CONTENT_MAX_CODE_POINTS,
    Attribution,
    find_attributions,
    headline_attribution,
)
from services.extract.reading.contents import Rule
from services.extract.reading.languages import is_english
from services.extract.reading.mentions import find_mentions
from services.extract.reading.quotes import Quote, find_quotes
from services.extract.reading.sentences import find_paragraphs, find_sentences, paragraph_ends
from services.extract.reading.speakers import Speakers
from services.extract.reading.stance import form_of, is_denied, stance_of
from services.extract.reading.stretches import Stretch, find_stretches

CLAIMS_MAX = 2_000
"""Claims kept of one article: the longest text allowed has some 80,000 words, and real news a claim in 40 of them; a
text with more is made to flood, and its event must stay below Kafka's 4 MiB."""

SERVED_MIN_CONFIDENCE = 0.5
"""What the services keep: claims right more often than not on annotated news."""

NEST_LOOK = 40
"""Claims before and after; a claim inside another's content stands in the same sentence, and so near it in the list."""

HEADLINE_MIN_WORDS = 4
"""Words; a shorter line before the body is a label, not a headline."""

_TITLE_END = " .!?…,\"'”’»"
"""Marks that a page sets at the end of its headline, and a feed does not."""

_TURN = re.compile(r", but (?=(?:he|she|it|they|we|i|there|this|that|the|no|nobody|none|nothing|[A-Z]\S*) )")
_QUOTED = frozenset((Rule.QUOTE, Rule.COLON, Rule.FREE_QUOTE, Rule.UNCLOSED_QUOTE))

CONFIDENCE: dict[Rule, float] = {
    Rule.QUOTE: 0.9,
    Rule.COLON: 0.75,
    Rule.THAT: 0.85,
    Rule.ACCORDING_TO: 0.8,
    Rule.POSTPOSED: 0.75,
    Rule.BARE_CLAUSE: 0.75,
    Rule.PARTICIPLE: 0.65,
    Rule.INFINITIVE: 0.6,
    Rule.NOUN_PHRASE: 0.5,
    Rule.RELATIVE: 0.5,
    Rule.FREE_QUOTE: 0.5,
    Rule.UNCLOSED_QUOTE: 0.4,
    Rule.HEADLINE: 0.9,
    Rule.LIKELY_HEADLINE: 0.6,
}
"""By kind of rule, in the order in which the rules were found to hold; not a probability."""


@dataclass(frozen=True, slots=True)
class Article:
    """What is read: the text as given, and what is known of it; paragraphs are found where none are given."""

    text: str
    title: str | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    published_at: datetime | None = None
    publisher: str | None = None
    language: str | None = None


def extract(article: Article) -> Extraction:
    """Return the sentences, mentions and claims of an article; a text that is not English has neither of the latter.

    Deterministic, without I/O, in time about linear in the text. Spans are code points of ``article.text``.
    """
    text = article.text
    paragraphs, rule = _with_title(text, article.paragraphs or find_paragraphs(text), article)
    sentences = find_sentences(text, paragraphs)
    if not is_english(text, article.language):
        return Extraction(sentences=sentences)
    places = paragraph_ends(paragraphs, sentences)
    lines = {ParagraphKind.TITLE, ParagraphKind.HEADING}
    headings = frozenset(at for at, place in enumerate(places) if paragraphs[place].kind in lines)
    quotes = find_quotes(text, paragraphs)
    mentions = find_mentions(text, sentences, headings)
    stretches = tuple(find_stretches(text, sentences, places, quotes, headings))
    reader = _Reader(text, sentences, mentions, quotes, stretches)
    title = next((s for s in stretches if s.heading and paragraphs[s.paragraph].kind is ParagraphKind.TITLE), None)
    claims = [] if title is None else [reader.headline(title, rule)]
    claims.extend(reader.claims(CLAIMS_MAX - len(claims)))
    return Extraction(sentences=sentences, mentions=mentions, claims=tuple(nest(claims)))


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


def _with_title(text: str, paragraphs: Sequence[Paragraph], article: Article) -> tuple[tuple[Paragraph, ...], Rule]:
    """Mark the headline: the title where it begins the text, else a likely line before the body of a bare text."""
    if not paragraphs or any(paragraph.kind is ParagraphKind.TITLE for paragraph in paragraphs):
        return tuple(paragraphs), Rule.HEADLINE
    if article.title is not None:
        return _titled(text, paragraphs, article.title.strip()), Rule.HEADLINE
    at = None if article.paragraphs else _likely_headline(text, paragraphs)
    marked = (
        Paragraph(span=paragraph.span, kind=ParagraphKind.TITLE) if number == at else paragraph
        for number, paragraph in enumerate(paragraphs)
    )
    return tuple(marked), Rule.LIKELY_HEADLINE


def _titled(text: str, paragraphs: Sequence[Paragraph], title: str) -> tuple[Paragraph, ...]:
    start, end = paragraphs[0].span
    core = title.rstrip(_TITLE_END)
    if not core or not text.startswith(core, start) or start + len(core) > end:
        return tuple(paragraphs)
    bare = not text[start + len(core) : end].strip(_TITLE_END)
    stop = end if bare else start + len(title)
    if not (bare or text.startswith(title, start)):
        return tuple(paragraphs)
    rest = text[stop:end].lstrip(" .:-–—|\t")
    if rest and (text[stop].isalnum() or rest[0].islower()):
        return tuple(paragraphs)
    first = Paragraph(span=(start, stop if rest else end), kind=ParagraphKind.TITLE)
    return (first, *([Paragraph(span=(end - len(rest), end))] if rest else []), *paragraphs[1:])


def _likely_headline(text: str, paragraphs: Sequence[Paragraph]) -> int | None:
    for number, paragraph in enumerate(paragraphs[:-1]):
        if paragraph.kind is not ParagraphKind.HEADING:
            return None
        if len(text[slice(*paragraph.span)].split()) >= HEADLINE_MIN_WORDS:
            return number
    return None


class _Reader:
    """Turns attributions into claims, in the order of the text."""

    def __init__(
        self,
        text: str,
        sentences: Sequence[Span],
        mentions: Sequence[Mention],
        quotes: Sequence[Quote],
        stretches: Sequence[Stretch],
    ) -> None:
        self._text = text
        self._quotes = quotes
        self._stretches = stretches
        self._quoted = [span for quote in quotes for span in quote.spans]
        self._sentences = sentences
        self._sentence_ends = [end for _, end in sentences]
        self._speakers = Speakers(text, mentions, stretches)

    def headline(self, stretch: Stretch, rule: Rule) -> Claim:
        """Return the claim of a headline, in its own voice; what it says that somebody said has that speaker."""
        number = self._stretches.index(stretch)
        span = self._sentences[stretch.sentence]
        said = headline_attribution(self._text, number, stretch, self._quotes) if stretch.units else None
        claim = self._claim(said or Attribution(rule, (span,), number))
        update = {"voice": Voice.HEADLINE, "form": None, "confidence": CONFIDENCE[rule], "speaker_reason": None}
        return claim.model_copy(update=update)

    def claims(self, most: int) -> Iterator[Claim]:
        """Yield at most ``most`` claims."""
        found = find_attributions(self._text, self._stretches, self._quotes)
        turned = (part for attribution in found for part in self._turned(attribution))
        yield from (self._claim(attribution) for attribution in islice(turned, most))

    def _turned(self, found: Attribution) -> Iterator[Attribution]:
        """Yield the two halves of "it is discussed, but nobody has asked" apart, where one is denied and one is not."""
        (start, end), *others = found.content
        turn = _TURN.search(self._text, start, min(end, start + CONTENT_MAX_CODE_POINTS))
        if others or turn is None or found.rule in _QUOTED or any(start <= s < end for s, _ in self._near(start, end)):
            yield found
            return
        first, second = (start, turn.start()), (turn.end(), end)
        if is_denied(self._text, first) == is_denied(self._text, second):
            yield found
        else:
            yield from (replace(found, content=(first,)), replace(found, content=(second,)))

    def _near(self, start: int, end: int) -> Sequence[Span]:
        """Return the quotations that overlap a range."""
        at = max(0, bisect_left(self._quoted, (start, 0)) - 1)
        return self._quoted[at : bisect_left(self._quoted, (end, 0))]

    def _claim(self, found: Attribution) -> Claim:
        text = self._text
        speaker = self._speakers.resolve(found.speaker, found.stretch, self._before(found))
        sentence = bisect_right(self._sentence_ends, found.content[0][0])
        first = (found.content[0][0], min(found.content[0][1], self._sentence_ends[sentence]))
        stance = stance_of(text, first, found.cue, found.verb, negated=found.negated)
        return Claim(
            content=Words.of(text, *found.content),
            cue=Words.of(text, found.cue) if found.cue else None,
            speaker=speaker,
            speaker_reason=None if speaker else Reason.NO_EVIDENCE,
            voice=Voice.ATTRIBUTED,
            form=self._form(found),
            polarity=stance.polarity,
            force=stance.force,
            force_words=Words.of(text, stance.force_words) if stance.force_words else None,
            speech_act=stance.act,
            question=Words.of(text, found.question) if found.question else None,
            sentence=sentence,
            confidence=CONFIDENCE[found.rule],
        )

    def _before(self, found: Attribution) -> int:
        return found.speaker[0] if found.speaker else found.content[0][0]

    def _form(self, found: Attribution) -> Form:
        quoted = self._near(found.content[0][0], found.content[-1][1])
        whole = found.rule in _QUOTED
        return form_of(self._text, found.content, quoted, whole=whole)


def nest(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Yield the claims, each with the smallest claim near it whose content holds its content, cue and speaker."""
    for number, claim in enumerate(claims):
        near = range(max(0, number - NEST_LOOK), min(len(claims), number + NEST_LOOK + 1))
        outers = [other for other in near if other != number and _holds(claims[other], claim)]
        outer = min(outers, key=lambda other: (_width(claims[other]), other), default=None)
        yield claim.model_copy(update={"nested_in": outer})


def _width(claim: Claim) -> int:
    return sum(end - start for start, end in claim.content.spans)


def _holds(outer: Claim, inner: Claim) -> bool:
    if inner.cue is None or outer.voice is not Voice.ATTRIBUTED or _width(inner) >= _width(outer):
        return False
    parts = [*inner.content.spans, *inner.cue.spans]
    return all(any(s <= start and end <= e for s, e in outer.content.spans) for start, end in parts)
