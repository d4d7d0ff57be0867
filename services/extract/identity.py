"""The identity of claims: the same text read the same way gives the same ids, for ever."""

import json
from collections import Counter
from collections.abc import Mapping
from uuid import UUID, uuid5

from schemas.extraction import Claim, Extraction, Words

REPLACED_SHARE = 0.5
"""A claim that is gone was replaced by the new one that has at least this share of its words."""


def claim_id(article_id: UUID, text_sha256: str, claim: Claim) -> UUID:
    """Return ``uuid5`` of the article's id and the canonical JSON of text, voice and spans."""
    parts = [text_sha256, claim.voice.value, _spans(claim.speaker), _spans(claim.cue), _spans(claim.content)]
    return uuid5(article_id, json.dumps(parts, separators=(",", ":"), ensure_ascii=False))


def _spans(words: Words | None) -> list[tuple[int, int]] | None:
    return None if words is None else list(words.spans)


def keep_sound(extraction: Extraction, text: str) -> tuple[Extraction, int]:
    """Return the reading without claims whose words are not the text's, and how many those were.

    A claim that repeats the spans and voice of an earlier one is dropped too: one id, one claim.
    """
    refused = set(extraction.violations(text))
    seen: set[str] = set()
    kept: dict[int, int] = {}
    for number, claim in enumerate(extraction.claims):
        key = json.dumps([claim.voice, _spans(claim.speaker), _spans(claim.cue), _spans(claim.content)])
        if number not in refused and key not in seen:
            kept[number] = len(kept)
            seen.add(key)
    if len(kept) == len(extraction.claims):
        return extraction, 0
    claims = tuple(_moved(extraction.claims[number], kept) for number in kept)
    return extraction.model_copy(update={"claims": claims}), len(refused)


def _moved(claim: Claim, kept: Mapping[int, int]) -> Claim:
    if claim.nested_in is None:
        return claim
    return claim.model_copy(update={"nested_in": kept.get(claim.nested_in)})


class Successors:
    """The claims of a new reading, one of which may take the place of an old one that it does not find again."""

    def __init__(self, contents: Mapping[UUID, str]) -> None:
        """Note in which contents each word stands, so that a look for one takes no time for those without its words."""
        self._keys = sorted(contents)
        self._holders: dict[str, list[tuple[int, int]]] = {}
        for at, key in enumerate(self._keys):
            for word, count in _counted(contents[key]).items():
                self._holders.setdefault(word, []).append((at, count))

    def find(self, content: str) -> UUID | None:
        """Return the claim with the largest share of a content's words, at least half; the smallest id on a tie."""
        words = _counted(content)
        shared = [0] * len(self._keys)
        for word, count in words.items():
            for at, theirs in self._holders.get(word, ()):
                shared[at] += min(theirs, count)
        most = max(shared, default=0)
        return self._keys[shared.index(most)] if most and most >= REPLACED_SHARE * words.total() else None


def _counted(content: str) -> Counter[str]:
    return Counter(content.casefold().split())
