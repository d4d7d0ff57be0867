"""What a person found in one article: its names, claims, non-claims and source card, each with its spans.

A field that holds several values lists every defensible reading, the preferred one first.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from schemas import extraction
from schemas.comparison import NoDate
from schemas.events import Line, Text
from schemas.extraction import Force, Form, Polarity, Reason, ResolvedBy, SpeechAct, Voice

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""The id of an affair, an article, an entity or a claim: unique among its own."""


class Value(extraction.Value):
    """A value that does not change and has no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(extraction.Words):
    """Some words of the text, as in ``schemas.extraction``, without other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Genre(StrEnum):
    """What kind of page the article is."""

    AGENCY = "agency"
    TABLOID = "tabloid"
    BROADCASTER = "broadcaster"
    BROADSHEET = "broadsheet"
    LOCAL = "local"
    TRADE = "trade"
    MAGAZINE = "magazine"
    BLOG = "blog"
    PRESS_RELEASE = "press_release"
    LIVE_BLOG = "live_blog"
    INTERVIEW = "interview"
    COURT_REPORT = "court_report"
    CONTENT_FARM = "content_farm"


class NonClaimKind(StrEnum):
    """Why words that look like speech or like a statement are no claim."""

    SCARE_QUOTES = "scare_quotes"
    QUOTED_TITLE = "quoted_title"
    TERM = "term"
    CAPTION = "caption"
    BOILERPLATE = "boilerplate"
    REWRITE = "rewrite"
    REFUSAL = "refusal"
    GREETING = "greeting"
    QUESTION = "question"
    CREDIT = "credit"
    SLOGAN = "slogan"
    DISCLAIMER = "disclaimer"
    HEADING = "heading"
    DATELINE = "dateline"


class Flag(StrEnum):
    """What a reader of the article's sourcing should know."""

    NO_QUOTE = "no_quote"
    NO_VENUE = "no_venue"
    NAMED_VENUE = "named_venue"
    UNDATED = "undated"
    ANONYMOUS_ATTRIBUTION = "anonymous_attribution"
    SINGLE_SPEAKER = "single_speaker"
    SELF_DECLARED_REWRITE = "self_declared_rewrite"
    VAGUE_SOURCE = "vague_source"
    DUPLICATED_TITLE = "duplicated_title"
    HEADLINE_STRONGER_THAN_BODY = "headline_stronger_than_body"
    HEADLINE_NOT_SUPPORTED_BY_QUOTE = "headline_not_supported_by_quote"
    LEAD_STRONGER_THAN_QUOTE = "lead_stronger_than_quote"
    SINGLE_SOURCE_CLAIM = "single_source_claim"
    ENTITY_TYPE_CONFLICT = "entity_type_conflict"


class Mention(extraction.Mention):
    """A name in the text and the entity of the affair that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    entity: Id


class Speaker(Words):
    """Whom the words say it of, and the entity they resolve to in this article, or null with a reason."""

    entity: Id | None
    name: Line | None
    name_reason: Reason | None
    anonymous: bool
    resolved_by: Annotated[tuple[ResolvedBy, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _null_has_a_reason(self) -> Self:
        if (self.name is None) != (self.name_reason is not None) or (self.name is None) != (self.entity is None):
            raise ValueError("a speaker has an entity and its name, or a reason for neither")
        if (self.name is None) != (self.resolved_by == (ResolvedBy.NONE,)):
            raise ValueError("a speaker without a name is resolved by none, and only such a speaker")
        return self


class SaidAt(Value):
    """When the text says the claim was made: from ``not_before`` to before ``not_after``, with its words."""

    not_before: date | None
    not_after: date | None
    evidence: Words


class Claim(Value):
    """A statement attributed to somebody, or made in the article's or the headline's own voice.

    ``optional``: a careful reader may leave it out; finding it is no fault and missing it is none.
    """

    id: Id
    voice: Voice
    content: Words
    cue: Words | None
    speaker: Speaker | None
    speaker_reason: Reason | None
    form: tuple[Form, ...]
    polarity: Annotated[tuple[Polarity, ...], Field(min_length=1)]
    force: Annotated[tuple[Force, ...], Field(min_length=1)]
    force_words: Words | None
    speech_act: Annotated[tuple[SpeechAct, ...], Field(min_length=1)]
    nested_in: Id | None
    question: Words | None
    said_at: SaidAt | None
    said_at_reason: Reason | None
    optional: bool

    @model_validator(mode="after")
    def _nulls_have_reasons(self) -> Self:
        attributed = self.voice is Voice.ATTRIBUTED
        if (attributed and self.speaker is None) != (self.speaker_reason is not None):
            raise ValueError("an attributed claim has either a speaker or a reason for none")
        if attributed != bool(self.form):
            raise ValueError("an attributed claim has a form, and only such a claim")
        if not attributed and (self.speaker or self.cue or self.question):
            raise ValueError("a claim in the article's or headline's voice has no speaker, cue or question")
        if (self.said_at is None) != (self.said_at_reason is not None):
            raise ValueError("said_at is either stated or null with a reason")
        return self

    def words(self) -> tuple[tuple[str, extraction.Words], ...]:
        """Return every group of words of the claim with the name of its field."""
        found = (
            ("content", self.content),
            ("cue", self.cue),
            ("speaker", self.speaker),
            ("force_words", self.force_words),
            ("question", self.question),
            ("said_at", self.said_at.evidence if self.said_at else None),
        )
        return tuple((field, words) for field, words in found if words is not None)


class NonClaim(Value):
    """Words that a hasty reader would take for a claim, and why they are none."""

    kind: NonClaimKind
    words: Words


class Venue(Value):
    """Where the words were first said or printed, as the article names it."""

    name: Line
    words: Words


class CardDate(Value):
    """The day that the text itself gives, or null with a reason, and the bounds that it allows."""

    value: date | None
    reason: NoDate | None
    not_before: date | None
    not_after: date | None
    evidence: Words | None

    @model_validator(mode="after")
    def _null_has_a_reason(self) -> Self:
        if (self.value is None) != (self.reason is not None) or (self.value is not None and self.evidence is None):
            raise ValueError("a card's date has its evidence, or is null with a reason")
        return self


class Card(Value):
    """What the article shows of its sourcing.

    ``direct``, ``mixed`` and ``partial`` count claims that are not nested; ``first_hand_quotes`` is direct and mixed
    together, or 0 in an article that copies another. ``attributed`` are entities, ``anonymous`` the words used.
    """

    venue: Venue | None
    date: CardDate
    direct: int
    mixed: int
    partial: int
    first_hand_quotes: int
    attributed: tuple[Id, ...]
    anonymous: tuple[str, ...]
    disclosures: tuple[Words, ...]
    flags: tuple[Flag, ...]


class Article(Value):
    """One article of an affair, annotated; ``publisher`` is what its page would say, null where it says nothing."""

    affair: Id
    article: Id
    genre: Genre
    publisher: Line | None
    text: Text
    title: Words | None
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...]
    non_claims: tuple[NonClaim, ...]
    card: Card

    @property
    def headline(self) -> str | None:
        """The title's words; null where there is none."""
        return self.title.text if self.title else None
