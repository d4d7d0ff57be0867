"""A report: an article's text, how it is laid out and what was read of it, from which card and fingerprint are made."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from schemas.extraction import Claim, Extraction, Span, Voice, Words
from services.extract.reading.language.lexicon import FUNCTION_WORDS
from services.extract.reading.layout.layout import Layout, lay_out
from services.lexemes import lexemes_of

SENTENCE_CODE_POINTS = 1_500
"""How far a sentence is looked into; what is longer is no prose, and would cost the square of its length."""


@dataclass(frozen=True)
class Report:
    """What is known of an article."""

    text: str
    layout: Layout
    extraction: Extraction
    title: str | None = None
    publisher: str | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that was found, also those that are not served by default."""
        return self.extraction.claims

    @cached_property
    def headline(self) -> Span | None:
        """Where the headline stands, null where the text has none."""
        return None if self.layout.headline is None else self.layout.sentences[self.layout.headline]

    @cached_property
    def prose(self) -> tuple[Span, ...]:
        """The sentences of the report itself: no headline, heading, notice or question; of a long one the beginning."""
        unsaid = self.layout.lines | self.layout.silent.keys() | self.layout.asked
        spans = (span for number, span in enumerate(self.layout.sentences) if number not in unsaid)
        return tuple((start, min(end, start + SENTENCE_CODE_POINTS)) for start, end in spans)

    @cached_property
    def quoted(self) -> tuple[Span, ...]:
        """Where quotations stand, with their marks, in order."""
        return tuple(sorted(span for quote in self.layout.quotes for span in quote.spans))

    def is_quoted(self, span: Span) -> bool:
        """Tell whether words stand within a quotation."""
        return any(start <= span[0] and span[1] <= end for start, end in self.quoted)

    def shown(self, span: Span) -> str:
        """Return the words at a span."""
        return self.text[slice(*span)]

    def words(self, *spans: Span) -> Words:
        """Return the words that spans show."""
        return Words.of(self.text, *spans)

    def attributed(self) -> Iterator[Claim]:
        """Yield the claims that somebody is said to have made."""
        return (claim for claim in self.claims if claim.voice is Voice.ATTRIBUTED)


def read(text: str, title: str | None, publisher: str | None, extraction: Extraction) -> Report:
    """Return the report that an extraction of a text is of."""
    return Report(text, lay_out(text, title), extraction, title, publisher)


def hull(claim: Claim) -> Span:
    """Return where a claim stands: from the first to the last word of its cue and content."""
    spans = (*claim.content.spans, *(claim.cue.spans if claim.cue else ()))
    return min(start for start, _ in spans), max(end for _, end in spans)


def stems_of(words: str) -> frozenset[str]:
    """Return the stems of words, without those that only join others."""
    found = (lexeme for lexeme in lexemes_of(words) if words[lexeme.start : lexeme.end].lower() not in FUNCTION_WORDS)
    return frozenset(lexeme.form for lexeme in found if len(lexeme.form) > 1)
