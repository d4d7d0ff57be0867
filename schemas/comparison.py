"""What comparing articles yields: how two claims stand to one another, threads of claims, origins and source cards."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.extraction import Reason, Value, Words


class RelationKind(StrEnum):
    """How two claims stand to one another; most pairs stand in no relation."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    TENSION = "tension"


class RelationReason(StrEnum):
    """What two claims in a relation differ in."""

    OBJECT = "object"
    SCOPE = "scope"
    TIME = "time"
    FORCE = "force"
    POLARITY = "polarity"


class Order(StrEnum):
    """Whether a claim was made earlier or later than another one."""

    EARLIER = "earlier"
    LATER = "later"
    UNKNOWN = "unknown"

    @property
    def inverse(self) -> "Order":
        """How the other claim stands to this one."""
        return {Order.EARLIER: Order.LATER, Order.LATER: Order.EARLIER, Order.UNKNOWN: Order.UNKNOWN}[self]


class Ground(Value):
    """Why a relation was found: the reason, and a sentence for people with the words of both claims."""

    reason: RelationReason
    words: str


class Objects(Value):
    """What two claims are about: what both name, and what only the one and only the other one does."""

    shared: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def inverse(self) -> "Objects":
        """The same as seen from the other claim."""
        return Objects(shared=self.shared, own=self.other, other=self.own)


class Relation(Value):
    """How claim a stands to claim b; ``order`` tells whether a was made earlier or later than b."""

    kind: RelationKind
    score: Annotated[float, Field(ge=0, le=1)]
    reasons: tuple[Ground, ...] = ()
    order: Order = Order.UNKNOWN
    objects: Objects = Objects()

    @property
    def inverse(self) -> "Relation":
        """How b stands to a."""
        return self.model_copy(update={"order": self.order.inverse, "objects": self.objects.inverse})


class Side(StrEnum):
    """Where in a thread a claim stands: the side with more affirmed claims is affirming, denials alone deny."""

    AFFIRMING = "affirming"
    DENYING = "denying"


class ThreadStatus(StrEnum):
    """Whether a thread's proposition is contested, and whether more than one origin carries it."""

    DISPUTED = "disputed"
    UNCONTESTED = "uncontested"
    SINGLE_SOURCE = "single_source"


class OriginEvidence(StrEnum):
    """By what one sees that articles have their words from one place."""

    NEAR_DUPLICATE = "near_duplicate"
    WIRE_CREDIT = "wire_credit"
    SELF_DECLARED_REWRITE = "self_declared_rewrite"
    ANNOUNCEMENT = "announcement"


class Flag(StrEnum):
    """What a reader of an article's sourcing should know."""

    NO_QUOTE = "no_quote"
    NO_VENUE = "no_venue"
    NAMED_VENUE = "named_venue"
    UNDATED = "undated"
    ANONYMOUS_ATTRIBUTION = "anonymous_attribution"
    SINGLE_SPEAKER = "single_speaker"
    BEST_SOURCED = "best_sourced"
    SELF_DECLARED_REWRITE = "self_declared_rewrite"
    VAGUE_SOURCE = "vague_source"
    DUPLICATED_TITLE = "duplicated_title"
    HEADLINE_STRONGER_THAN_BODY = "headline_stronger_than_body"
    HEADLINE_NOT_SUPPORTED_BY_QUOTE = "headline_not_supported_by_quote"
    LEAD_STRONGER_THAN_QUOTE = "lead_stronger_than_quote"
    WORDING_GROWS_IN_BODY = "wording_grows_in_body"
    SINGLE_SOURCE_CLAIM = "single_source_claim"
    ENTITY_TYPE_CONFLICT = "entity_type_conflict"


class Flagged(Value):
    """A flag with the words that show it; none where it is the absence of words."""

    flag: Flag
    words: tuple[Words, ...] = ()


class NoDate(StrEnum):
    """Why an article's text tells no date of its own."""

    NO_EVIDENCE = Reason.NO_EVIDENCE.value
    RELATIVE = "relative"
    AMBIGUOUS = Reason.AMBIGUOUS.value


class CardDate(Value):
    """The day that the text itself gives, or null with a reason; the bounds it allows, ``not_after`` exclusive.

    ``relative`` are words such as *last week*, that tell a day only to who knows when they were written.
    """

    value: date | None = None
    reason: NoDate | None = None
    not_before: date | None = None
    not_after: date | None = None
    relative: Words | None = None
    evidence: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _null_has_a_reason(self) -> Self:
        if (self.value is None) != (self.reason is not None):
            raise ValueError("a card's date is a day, or null with a reason")
        return self


class Venue(Value):
    """Where the words were first said or printed, as the article names it."""

    name: str
    words: Words


class Attributed(Value):
    """Somebody to whom the article attributes claims, by name or, where ``anonymous``, by the words used."""

    name: str
    anonymous: bool
    claims: int


class Card(Value):
    """What an article shows of its sourcing; it is no score.

    ``title`` is the title as printed in the text; null where it has none. ``direct``, ``mixed`` and ``partial`` count
    claims that are not nested; the shares are of all claims but the headline's, between 0 and 1, null where there are
    none.
    """

    title: Words | None = None
    venue: Venue | None = None
    date: CardDate
    direct: int = 0
    mixed: int = 0
    partial: int = 0
    attributed: tuple[Attributed, ...] = ()
    share_attributed: float | None = None
    share_anonymous: float | None = None
    share_own_voice: float | None = None
    disclosures: tuple[Words, ...] = ()
    flags: tuple[Flagged, ...] = ()
