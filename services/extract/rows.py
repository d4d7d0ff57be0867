"""The rows that one reading makes: its article, its text, its mentions, its claims and what they change."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from schemas.events import ArticleExtracted, ArticleIngested
from schemas.extraction import Claim, Speaker
from schemas.tables import ChangeKind, RetractedBy
from services import changes
from services.extract.entities.naming import speaker_key
from services.extract.identity import Successors, claim_id
from services.extract.reading.article import SERVED_MIN_CONFIDENCE
from services.extract.reading.speakers.called import find_called
from services.extract.records import Read
from services.extract.relating.rows import statement_rows

Values = dict[str, Any]

SHARED_FIELDS = frozenset(ArticleExtracted.model_fields) & frozenset(ArticleIngested.model_fields) - {"schema_version"}
"""What ``ArticleExtracted`` repeats of ``ArticleIngested``, so that its reader need not look the article up."""


def article_row(reading: Read) -> Values:
    """Return the row of the article."""
    event = reading.event
    return {
        "article_id": event.article_id,
        "revision": event.revision,
        "extractor_version": reading.extraction.extractor_version,
        "arrival": event.arrival,
        "url": event.url,
        "canonical_url": event.canonical_url,
        "publisher_domain": event.publisher.domain,
        "publisher_name": event.publisher.name,
        "title": event.title,
        "language": event.language,
        "published_at": event.published.at,
        "fetched_at": event.fetched_at,
        "related_at": None,
        "leased_until": None,
        "lease_token": None,
        "card": reading.comparable.card.model_dump(mode="json"),
        "fingerprint": reading.comparable.fingerprint.model_dump(mode="json"),
        "origin_keys": list(reading.comparable.origin_keys),
        "search": reading.vectors.article,
        "claims_reason": reading.extraction.claims_reason,
    }


def revision_row(event: ArticleIngested) -> Values:
    """Return the row of the article's text; what else the event says stays beside it."""
    return {
        "article_id": event.article_id,
        "revision": event.revision,
        "text_sha256": event.text_sha256,
        "text": event.text,
        "event": event.model_dump(mode="json", exclude={"text"}),
        "fetched_at": event.fetched_at,
    }


class ClaimRows:
    """What saving one reading does to its article's claims, given the words of those that are live."""

    def __init__(self, reading: Read, live: Mapping[UUID, str], *, newer_text: bool) -> None:
        self._reading = reading
        self._live = live
        self._why = RetractedBy.REVISION if newer_text else RetractedBy.EXTRACTOR
        event = reading.event
        claims = reading.extraction.claims
        self._ids = [claim_id(event.article_id, event.text_sha256, claim) for claim in claims]
        self._words = {key: claim.content.text for key, claim in zip(self._ids, claims, strict=True)}
        self._dumped = [claim.model_dump(mode="json") for claim in claims]

    @property
    def rows(self) -> list[Values]:
        """The rows of the claims found."""
        return [self._claim_row(number, claim) for number, claim in enumerate(self._reading.extraction.claims)]

    @property
    def statements(self) -> Iterator[Values]:
        """The rows of what comparing those of them needs that are compared."""
        mentions = [key.id for key in self._reading.keys]
        claims = self._reading.extraction.claims
        speakers = [self._entity_of(claim.speaker) if claim.speaker else None for claim in claims]
        return statement_rows(self._reading, self._ids, mentions, speakers)

    def _entity_of(self, speaker: Speaker) -> UUID | None:
        key = speaker_key(speaker, self._reading.extraction.mentions, self._reading.keys)
        return None if key is None else key.id

    def _claim_row(self, ordinal: int, claim: Claim) -> Values:
        event, extraction = self._reading.event, self._reading.extraction
        speaker = claim.speaker
        return {
            "claim_id": self._ids[ordinal],
            "article_id": event.article_id,
            "revision": event.revision,
            "extractor_version": extraction.extractor_version,
            "ordinal": ordinal,
            "publisher_domain": event.publisher.domain,
            "arrival": event.arrival,
            "language": event.language,
            "fetched_at": event.fetched_at,
            "content": claim.content.text,
            "speaker": speaker and speaker.text,
            "speaker_name": speaker and speaker.name,
            "roles": (speaker and find_called(event.text, speaker, extraction.mentions)) or None,
            "entity_id": speaker and self._entity_of(speaker),
            "voice": claim.voice,
            "form": claim.form,
            "polarity": claim.polarity,
            "force": claim.force,
            "speech_act": claim.speech_act,
            "confidence": claim.confidence,
            "nested_in": None if claim.nested_in is None else self._ids[claim.nested_in],
            "served": claim.confidence >= SERVED_MIN_CONFIDENCE,
            "reading": self._dumped[ordinal],
            "search": self._reading.vectors.claims[ordinal],
            "retracted_at": None,
            "retracted_by": None,
            "replaced_by": None,
        }

    @cached_property
    def retractions(self) -> list[tuple[UUID, RetractedBy, UUID | None]]:
        """The live claims this reading does not find again, why they go, and what replaces them."""
        gone = sorted(self._live.keys() - self._words.keys())
        successors = Successors(self._words)
        return [(key, self._why, successors.find(self._live[key])) for key in gone]

    @property
    def change(self) -> changes.NewChange:
        """The row of the change log, with the event for Kafka."""
        event, extraction = self._reading.event, self._reading.extraction
        retracted = [key for key, _, _ in self.retractions]
        return changes.NewChange(
            kind=ChangeKind.EXTRACTED,
            article_id=event.article_id,
            revision=event.revision,
            extractor_version=extraction.extractor_version,
            added=[key for key in self._ids if key not in self._live],
            updated=[key for key in self._ids if key in self._live],
            retracted=retracted,
            event=self._event(retracted),
            traceparent=self._reading.traceparent,
        )

    def _event(self, retracted: list[UUID]) -> Values:
        event, extraction = self._reading.event, self._reading.extraction
        claims = [{**claim, "claim_id": str(key)} for key, claim in zip(self._ids, self._dumped, strict=True)]
        return {
            **event.model_dump(mode="json", include=set(SHARED_FIELDS)),
            "schema_version": ArticleExtracted.model_fields["schema_version"].default,
            "extractor_version": extraction.extractor_version,
            "claims": claims,
            "claims_reason": extraction.claims_reason,
            "retracted": [str(key) for key in retracted],
        }
