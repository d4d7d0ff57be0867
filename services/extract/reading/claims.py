"""Claims: what was found to be said, with its speaker, its stance and its other fields."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from schemas.extraction import Claim, Force, Form, Reason, Span, Speaker, Voice, Words
from services.extract.reading.attribution.joining import Found
from services.extract.reading.attribution.rules import headline_subject
from services.extract.reading.attribution.titles import find_headline_statements
from services.extract.reading.confidence import Evidence
from services.extract.reading.language.spans import at_place, holds
from services.extract.reading.language.stretches import Stretch
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.layout.layout import Layout
from services.extract.reading.speakers.speakers import Speakers
from services.extract.reading.stance.attitudes import ATTITUDES, PHRASES
from services.extract.reading.stance.stance import form_in, read_stance
from services.extract.reading.statements.statements import Statement

NEST_LOOK = 40
"""Claims before and after; a claim inside another's content stands in the same sentence, and so near it in the list."""


@dataclass(eq=False)
class Claims:
    """Makes the claims of one article."""

    text: str
    layout: Layout
    speakers: Speakers
    stretches: Sequence[Stretch]
    sure: Callable[[Evidence], float]
    _quoted: list[Span] = field(init=False)
    _starts: list[int] = field(init=False)
    _ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Note where quotations, stretches and sentences stand."""
        self._quoted = sorted(chain.from_iterable(quote.spans for quote in self.layout.quotes))
        self._starts = [self.layout.sentences[stretch.sentence][0] for stretch in self.stretches]
        self._ends = [end for _, end in self.layout.sentences]

    def attributed(self, found: Sequence[Found]) -> Iterator[Claim]:
        """Yield what is said by somebody, in the order given: outer claims before those inside them."""
        for each in found:
            yield self._attributed(each, self._speaker(each))

    def _speaker(self, found: Found) -> Speaker | None:
        stretch = max(0, bisect_right(self._starts, found.at) - 1)
        return self.speakers.resolve(found.speaker, stretch, found.content[0][0], content=found.content)

    def _attributed(self, found: Found, speaker: Speaker | None) -> Claim:
        text, cue = self.text, (found.cue,) if found.cue else ()
        stance = read_stance(text, found.content, cue, speaker.spans if speaker else ())
        form = form_in(text, found.content, self._near(found.content))
        return Claim(
            content=Words.of(text, *found.content),
            cue=Words.of(text, *cue) if cue else None,
            speaker=speaker,
            speaker_reason=None if speaker else Reason.NO_EVIDENCE,
            voice=Voice.ATTRIBUTED,
            form=form,
            polarity=stance.polarity,
            force=stance.force,
            force_words=Words.of(text, *stance.force_words) if stance.force_words else None,
            speech_act=stance.act,
            sentence=at_place(self._ends, found.content[0][0]),
            confidence=self.sure(self._evidence(found, speaker, form)),
        )

    def _evidence(self, found: Found, speaker: Speaker | None, form: Form) -> Evidence:
        return Evidence(
            score=found.score,
            rule=found.rule,
            words=sum(len(self.text[slice(*span)].split()) for span in found.content),
            pieces=len(found.content),
            speaker=speaker,
            form=form,
            known=found.cue is not None and self._is_known(found.cue),
            that=self.text.endswith("that ", 0, found.content[0][0]),
        )

    def _is_known(self, cue: Span) -> bool:
        return any(token.word in ATTITUDES or token.word in PHRASES for token in tokens_of(self.text, *cue))

    def headline(self) -> Iterator[Claim]:
        """Yield the statements of the title, each in the headline's voice, with whom the first says to have said it."""
        if self.layout.headline is None:
            return
        title = self.layout.sentences[self.layout.headline]
        stretch = max(0, bisect_right(self._starts, title[0]) - 1)
        subject = headline_subject(self.stretches[stretch])
        speaker = self.speakers.resolve(subject, stretch, title[0]) if subject else None
        sure = HEADLINE_SURE if self.layout.headline_sure else HEADLINE_LIKELY
        for span in find_headline_statements(self.text, title, self._near((title,))):
            yield self._unattributed((span,), Voice.HEADLINE, sure, speaker if span[0] == title[0] else None)

    def statements(self, statements: Iterable[Statement]) -> Iterator[Claim]:
        """Yield what the article says itself."""
        for statement in statements:
            claim = self._unattributed(statement.spans, Voice.ARTICLE, round(statement.score, 3), None)
            yield claim if statement.hearsay is None else self._reported(claim, statement.hearsay)

    def is_quoted(self, spans: Sequence[Span]) -> bool:
        """Tell whether words stand wholly in quotations: those are somebody's, whoever it is."""
        return all(any(s <= span[0] and span[1] <= e + 1 for s, e in self._near((span,))) for span in spans)

    def _reported(self, claim: Claim, hearsay: Span) -> Claim:
        """Return what is hearsay as reported, unless a condition is stronger."""
        if claim.force in {Force.CONDITIONAL, Force.REPORTED}:
            return claim
        return claim.model_copy(update={"force": Force.REPORTED, "force_words": Words.of(self.text, hearsay)})

    def _unattributed(
        self, content: tuple[Span, ...], voice: Voice, confidence: float, speaker: Speaker | None
    ) -> Claim:
        stance = read_stance(self.text, content, voice=voice)
        return Claim(
            content=Words.of(self.text, *content),
            speaker=speaker,
            voice=voice,
            polarity=stance.polarity,
            force=stance.force,
            force_words=Words.of(self.text, *stance.force_words) if stance.force_words else None,
            speech_act=stance.act,
            sentence=at_place(self._ends, content[0][0]),
            confidence=confidence,
        )

    def _near(self, content: Sequence[Span]) -> Sequence[Span]:
        """Return the quotations that overlap a content."""
        at = max(0, bisect_left(self._quoted, (content[0][0], 0)) - 1)
        return self._quoted[at : bisect_left(self._quoted, (content[-1][1], 0))]


HEADLINE_SURE, HEADLINE_LIKELY = 0.9, 0.7
"""Of a headline that is given, and of one that was found."""


def nest(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Yield the claims, each with the smallest claim near it whose content holds its content, cue and speaker."""
    widths = [_width(claim) if claim.voice is Voice.ATTRIBUTED else 0 for claim in claims]
    for number, claim in enumerate(claims):
        width = _width(claim)
        near = range(max(0, number - NEST_LOOK), min(len(claims), number + NEST_LOOK + 1))
        wider = [other for other in near if widths[other] > width] if claim.cue else []
        outers = [other for other in wider if holds(claims[other].content.spans, _parts(claim))]
        outer = min(outers, key=lambda other: (widths[other], other), default=None)
        yield claim.model_copy(update={"nested_in": outer})


def _width(claim: Claim) -> int:
    return sum(end - start for start, end in claim.content.spans)


def _parts(claim: Claim) -> list[Span]:
    return [*claim.content.spans, *(claim.cue.spans if claim.cue else ())]
