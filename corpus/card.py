"""Makes an article's source card from its claims, its non-claims and what its header says."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from corpus.articles import Card, CardDate, Claim, Flag, NonClaim, NonClaimKind, Venue, Words
from corpus.excerpts import Unfit, find
from schemas.comparison import NoDate
from schemas.extraction import Form

DISCLOSURES = (NonClaimKind.REWRITE, NonClaimKind.CREDIT, NonClaimKind.DISCLAIMER)
"""Non-claims in which an article tells of its own making."""

JUDGED = {
    Flag.VAGUE_SOURCE,
    Flag.DUPLICATED_TITLE,
    Flag.HEADLINE_STRONGER_THAN_BODY,
    Flag.HEADLINE_NOT_SUPPORTED_BY_QUOTE,
    Flag.LEAD_STRONGER_THAN_QUOTE,
    Flag.SINGLE_SOURCE_CLAIM,
    Flag.ENTITY_TYPE_CONFLICT,
}
"""Flags that a reader sets; the others follow from the annotation."""


def words_at(text: str, marked: str) -> Words:
    """Return the words in the braces of a plain excerpt."""
    return Words.of(text, *(span for _, span in find(text, marked, tagged=False)))


def _evidenced(text: str, value: str) -> tuple[str, Words | None]:
    stated, bar, excerpt = value.partition("|")
    return stated.strip(), words_at(text, excerpt.strip()) if bar else None


def read_date(text: str, header: dict[str, str]) -> CardDate:
    """Return the card's date from the header's ``date`` and ``bounds`` lines; without one there is no evidence."""
    stated, evidence = _evidenced(text, header.get("date", NoDate.NO_EVIDENCE.value))
    bounds, bounding = _evidenced(text, header.get("bounds", ".."))
    first, dots, last = bounds.partition("..")
    if not dots:
        raise Unfit(f"bounds are <day>..<day>, either left out: {bounds}")
    reason = NoDate(stated) if stated in set(NoDate) else None
    return CardDate(
        value=None if reason else date.fromisoformat(stated),
        reason=reason,
        not_before=date.fromisoformat(first) if first else None,
        not_after=date.fromisoformat(last) if last else None,
        evidence=evidence or bounding,
    )


def read_venue(text: str, header: dict[str, str]) -> Venue | None:
    """Return the venue of the header; raises ``Unfit`` where its words are missing."""
    if "venue" not in header:
        return None
    name, words = _evidenced(text, header["venue"])
    if words is None:
        raise Unfit("a venue needs its words: venue: <name> | <excerpt with {braces}>")
    return Venue(name=name, words=words)


def _flags(card: Card, judged: Iterable[str], non_claims: Iterable[NonClaim]) -> tuple[Flag, ...]:
    flags = {Flag(flag) for flag in judged}
    if not flags <= JUDGED:
        raise Unfit(f"flags that follow by themselves: {', '.join(sorted(flags - JUDGED))}")
    kinds = {non_claim.kind for non_claim in non_claims}
    follows = {
        Flag.NO_QUOTE: not card.direct + card.mixed,
        Flag.NAMED_VENUE: card.venue is not None,
        Flag.NO_VENUE: card.venue is None,
        Flag.UNDATED: card.date.value is None,
        Flag.ANONYMOUS_ATTRIBUTION: bool(card.anonymous),
        Flag.SINGLE_SPEAKER: len(card.attributed) == 1 and not card.anonymous,
        Flag.SELF_DECLARED_REWRITE: NonClaimKind.REWRITE in kinds,
    }
    return tuple(sorted(flags | {flag for flag, holds in follows.items() if holds}))


def make_card(
    text: str, header: dict[str, str], claims: Sequence[Claim], non_claims: Collection[NonClaim], *, copies: bool
) -> Card:
    """Return the source card; ``copies`` tells that the article has its words from another one."""
    forms = [claim.form[0] for claim in claims if claim.form and claim.nested_in is None]
    speakers = [claim.speaker for claim in claims if claim.speaker]
    direct, mixed = forms.count(Form.DIRECT), forms.count(Form.MIXED)
    card = Card(
        venue=read_venue(text, header),
        date=read_date(text, header),
        direct=direct,
        mixed=mixed,
        partial=forms.count(Form.PARTIAL),
        first_hand_quotes=0 if copies else direct + mixed,
        attributed=tuple(sorted({speaker.entity for speaker in speakers if speaker.entity})),
        anonymous=tuple(dict.fromkeys(speaker.text for speaker in speakers if speaker.anonymous)),
        disclosures=tuple(non_claim.words for non_claim in non_claims if non_claim.kind in DISCLOSURES),
        flags=(),
    )
    return card.model_copy(update={"flags": _flags(card, header.get("flags", "").split(), non_claims)})
