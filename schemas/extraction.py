"""What reading one article yields: its sentences, mentions and claims, every span checked against the text.

Spans are half-open ``[start, end)`` in Unicode code points of the text as given, written in JSON as a pair.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

EXTRACTOR_VERSION = 7
"""Grows by one whenever the same text may be read differently; an article's claims belong to its highest version."""

JOINT = " … "
"""Stands between the pieces of a text that has several spans, as in an interrupted quotation."""

Start = Annotated[int, Field(ge=0)]
Span = tuple[Start, Start]
"""``[start, end)`` in code points."""


class Value(BaseModel):
    """A value that does not change; fields of newer minor versions are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MentionType(StrEnum):
    """What a name names."""

    PERSON = "PERSON"
    ORG = "ORG"
    GPE = "GPE"
    LOC = "LOC"
    NORP = "NORP"


class Voice(StrEnum):
    """In whose voice a claim stands."""

    ATTRIBUTED = "attributed"
    ARTICLE = "article"
    HEADLINE = "headline"


class Form(StrEnum):
    """How the words of an attributed claim are given."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"
    PARTIAL = "partial"


class Polarity(StrEnum):
    """Whether the content is affirmed or denied."""

    AFFIRMED = "affirmed"
    DENIED = "denied"


class Force(StrEnum):
    """How firmly the content is put."""

    BARE = "bare"
    HEDGED = "hedged"
    CONDITIONAL = "conditional"
    PROPOSED = "proposed"
    INTENDED = "intended"
    REPORTED = "reported"


class SpeechAct(StrEnum):
    """What the speaker does in saying it."""

    SAY = "say"
    DENY = "deny"
    PROMISE = "promise"
    DEMAND = "demand"
    PROPOSE = "propose"
    ACCUSE = "accuse"
    WARN = "warn"
    ASK = "ask"
    DEEM = "deem"


class ResolvedBy(StrEnum):
    """By what a speaker's words were resolved to a name."""

    NAME = "name"
    PRONOUN = "pronoun"
    TITLE = "title"
    ORGANISATION = "organisation"
    NONE = "none"


class Reason(StrEnum):
    """Why a value is null."""

    NO_EVIDENCE = "no_evidence"
    AMBIGUOUS = "ambiguous"
    NO_NAME = "no_name"
    NOT_SUPPORTED = "not_supported"
    LANGUAGE = "language"
    """The text is in a language that is not read."""


class Words(Value):
    """Some words of the text: their spans in order, and the words as shown."""

    spans: tuple[Span, ...] = Field(min_length=1)
    text: str

    def fits(self, text: str) -> bool:
        """Tell whether the spans, in order and without overlap, show exactly these words of ``text``."""
        ends = [0, *(end for _, end in self.spans)]
        ordered = all(
            before <= start < end <= len(text) for before, (start, end) in zip(ends, self.spans, strict=False)
        )
        return ordered and JOINT.join(text[start:end] for start, end in self.spans) == self.text

    @classmethod
    def of(cls, text: str, *spans: Span) -> Self:
        """Return the words that ``spans`` show of ``text``."""
        return cls(spans=spans, text=JOINT.join(text[start:end] for start, end in spans))


class Mention(Value):
    """A span that names something; ``name`` is what this article calls it most fully."""

    span: Span
    text: str
    type: MentionType
    name: str


class Speaker(Words):
    """Who a claim is attributed to, as far as the article tells.

    ``mention`` is the index in ``Extraction.mentions`` of the name among the words. ``name`` is what the words
    resolve to in this article; null with ``name_reason``. ``anonymous``: an unnamed person or group.
    """

    mention: Annotated[int, Field(ge=0)] | None = None
    name: str | None = None
    name_reason: Reason | None = None
    anonymous: bool = False
    resolved_by: ResolvedBy = ResolvedBy.NONE

    @model_validator(mode="after")
    def _null_has_a_reason(self) -> Self:
        if (self.name is None) != (self.name_reason is not None):
            raise ValueError("a speaker has either a name or a reason for none")
        return self


class SaidAt(Value):
    """When the text says a claim was made: from ``start`` to before ``end`` (ISO dates), with the words that say so."""

    not_before: str | None = None
    not_after: str | None = None
    evidence: Words | None = None


class Claim(Value):
    """A statement attributed to somebody, or made in the article's or the headline's own voice.

    ``sentence`` is the index in ``Extraction.sentences`` of the first sentence that holds it, ``nested_in`` that of
    the claim around it in ``Extraction.claims``. ``force_words`` are the words that decided the force.
    """

    content: Words
    cue: Words | None = None
    speaker: Speaker | None = None
    speaker_reason: Reason | None = None
    voice: Voice
    form: Form | None = None
    polarity: Polarity = Polarity.AFFIRMED
    force: Force = Force.BARE
    force_words: Words | None = None
    speech_act: SpeechAct = SpeechAct.SAY
    nested_in: Annotated[int, Field(ge=0)] | None = None
    question: Words | None = None
    sentence: Annotated[int, Field(ge=0)]
    said_at: SaidAt | None = None
    said_at_reason: Reason | None = Reason.NO_EVIDENCE
    confidence: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _nulls_have_reasons(self) -> Self:
        if self.voice is Voice.ATTRIBUTED and (self.speaker is None) != (self.speaker_reason is not None):
            raise ValueError("an attributed claim has either a speaker or a reason for none")
        if (self.voice is Voice.ATTRIBUTED) != (self.form is not None):
            raise ValueError("an attributed claim has a form, and only such a claim")
        if (self.said_at is None) != (self.said_at_reason is not None):
            raise ValueError("said_at is either stated or null with a reason")
        return self

    def words(self) -> tuple[Words, ...]:
        """Return every group of words of the claim."""
        evidence = self.said_at.evidence if self.said_at else None
        found = (self.content, self.cue, self.speaker, self.force_words, self.question, evidence)
        return tuple(words for words in found if words is not None)


class Extraction(Value):
    """What one reading of a text found; ``claims_reason``: why none were looked for, null where they were."""

    extractor_version: int = EXTRACTOR_VERSION
    sentences: tuple[Span, ...] = ()
    mentions: tuple[Mention, ...] = ()
    claims: tuple[Claim, ...] = ()
    claims_reason: Reason | None = None

    @model_validator(mode="after")
    def _claims_need_no_reason(self) -> Self:
        if self.claims and self.claims_reason is not None:
            raise ValueError("where there are claims, there is no reason for none")
        return self

    def violations(self, text: str) -> list[int]:
        """Return the indices of claims whose words are not the words of ``text`` at their spans."""
        return [number for number, claim in enumerate(self.claims) if not all(w.fits(text) for w in claim.words())]
