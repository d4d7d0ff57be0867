"""Statements of an article as it was read, without a store."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

from schemas.comparison import Card
from schemas.extraction import Claim, Extraction, Span
from services.extract.entities.keys import Key
from services.extract.entities.naming import keys_of, speaker_key
from services.extract.identity import claim_id
from services.extract.reading.model.sentences import Sentences
from services.extract.relations.meaning import told
from services.extract.relations.statement import Named, Statement


def statements_read(
    article_id: UUID,
    text: str,
    extraction: Extraction,
    sentences: Sentences,
    *,
    title: str | None = None,
    publisher: str | None = None,
    card: Card | None = None,
) -> list[Statement]:
    """Return the statements that are the claims of a reading, in their order."""
    keys = keys_of(text, extraction, str(article_id))
    vectors = sentences.embed([told(claim) for claim in extraction.claims])
    return [
        Statement(
            claim_id=claim_id(article_id, sha256(text.encode()).hexdigest(), claim),
            article_id=article_id,
            claim=claim,
            sentence=sentence_of(text, extraction.sentences, claim),
            embedding=vector,
            title=title,
            publisher=publisher,
            entities=_entities(extraction, keys, claim),
            speaker=_speaker(extraction, keys, claim),
            said=_said(claim),
            own_date=card.date.value if card else None,
        )
        for claim, vector in zip(extraction.claims, vectors, strict=True)
    ]


def sentence_of(text: str, sentences: Sequence[Span], claim: Claim) -> str:
    """Return the text of the sentences that hold a claim's content."""
    first, last = claim.content.spans[0][0], claim.content.spans[-1][1]
    return " ".join(text[start:end] for start, end in sentences if start < last and first < end)


def _entities(extraction: Extraction, keys: Sequence[Key], claim: Claim) -> tuple[Named, ...]:
    inside = (
        Named(key.id, mention.name, key.type)
        for mention, key in zip(extraction.mentions, keys, strict=True)
        if any(start <= mention.span[0] < end for start, end in claim.content.spans)
    )
    return tuple({named.entity_id: named for named in inside}.values())


def _speaker(extraction: Extraction, keys: Sequence[Key], claim: Claim) -> Named | None:
    key = speaker_key(claim.speaker, extraction.mentions, keys) if claim.speaker else None
    return Named(key.id, claim.speaker.name or claim.speaker.text, key.type) if key and claim.speaker else None


def _said(claim: Claim) -> tuple[date | None, date | None] | None:
    if claim.said_at is None:
        return None
    first, end = claim.said_at.not_before, claim.said_at.not_after
    days = (first and date.fromisoformat(first[:10]), end and date.fromisoformat(end[:10]))
    return (days[0] or None, days[1] or None) if any(days) else None
