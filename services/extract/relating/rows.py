"""The rows of statements: what is kept of a claim to compare it, without reading its article again."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from schemas.extraction import Claim, Mention, Span, Voice
from services.extract.records import Read

SENTENCE_MAX_CODE_POINTS = 1_000
"""Of a sentence that never ends; one of a newspaper has 200."""

MENTIONS_MAX = 100
"""Mentions looked at in one claim: a list of names is no statement about each of them."""

Named = tuple[str, str, str]
"""An entity's id, the name it has in the article, and its type."""


def statement_rows(
    reading: Read, claim_ids: Sequence[UUID], mention_ids: Sequence[UUID], speaker_ids: Sequence[UUID | None]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a reading's statements, given the ids of claims, of what mentions name and who speaks."""
    extraction, comparable = reading.extraction, reading.comparable
    own = [claim.voice is not Voice.HEADLINE for claim in extraction.claims]
    lead = own.index(True) if any(own) else None
    naming = _Naming(extraction.mentions, mention_ids)
    for number, vector in zip(comparable.compared, comparable.vectors.tolist(), strict=True):
        claim = extraction.claims[number]
        named, speaker = naming.within(claim.content.spans), naming.speaker(claim, speaker_ids[number])
        start, end = extraction.sentences[claim.sentence]
        yield {
            "claim_id": claim_ids[number],
            "article_id": reading.event.article_id,
            "embedding": vector,
            "entities": sorted({UUID(key) for key, _, _ in (*named, *([speaker] if speaker else []))}),
            "named": {"entities": named, "speaker": speaker},
            "sentence": reading.event.text[start : min(end, start + SENTENCE_MAX_CODE_POINTS)],
            "lead": number == lead,
        }


class _Naming:
    """The mentions of an article and the ids of what they name, found by where they stand."""

    def __init__(self, mentions: Sequence[Mention], ids: Sequence[UUID]) -> None:
        self._found = sorted(zip(mentions, ids, strict=True), key=lambda each: each[0].span)
        self._starts = [mention.span[0] for mention, _ in self._found]
        self._types = {key: mention.type for mention, key in self._found}

    def within(self, spans: Sequence[Span]) -> list[Named]:
        """Return what is named within spans, each once."""
        named: dict[UUID, Named] = {}
        for mention, key in islice(self._between(spans), MENTIONS_MAX):
            named.setdefault(key, (str(key), mention.name, mention.type.value))
        return list(named.values())

    def _between(self, spans: Sequence[Span]) -> Iterator[tuple[Mention, UUID]]:
        for start, end in spans:
            for mention, key in islice(self._found, bisect_left(self._starts, start), bisect_left(self._starts, end)):
                if mention.span[1] <= end:
                    yield mention, key

    def speaker(self, claim: Claim, key: UUID | None) -> Named | None:
        """Return who speaks, where that is an entity."""
        if claim.speaker is None or key is None:
            return None
        return str(key), claim.speaker.name or claim.speaker.text, self._types[key].value
