"""Valid values by default; a test shows only what it is about."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from schemas.events import Arrival, ArticleIngested, Dated, Evidence, Publisher
from schemas.extraction import Claim, Extraction, Form, Mention, MentionType, Reason, ResolvedBy, Speaker, Voice, Words
from schemas.tables import DIMENSIONS
from services.extract.comparable import find_comparable
from services.extract.records import Read
from services.extract.vectors import find_vectors
from services.kafka import Partition, Record

FETCHED_AT = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
TEXT = 'Anna Weller, the mayor, said: "The bridge is closed." Traffic was slow on Monday.'


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def article(
    text: str = TEXT, *, url: str = "https://news.example/a", revision: int = 1, **changes: object
) -> ArticleIngested:
    values: dict[str, object] = {
        "article_id": uuid5(NAMESPACE_URL, url),
        "revision": revision,
        "url": url,
        "canonical_url": url,
        "final_url": url,
        "arrival": Arrival.FETCHED,
        "publisher": Publisher(domain="news.example", name="The News"),
        "title": "Bridge closed",
        "text": text,
        "language": "en",
        "published": Dated(at=FETCHED_AT, precision="day", evidence=Evidence.META, reason=None),
        "fetched_at": FETCHED_AT,
        "text_sha256": sha256(text),
    }
    return ArticleIngested.model_validate({**values, **changes})


def claim(
    text: str, content: str, *, speaker: str | None = None, mention: int | None = None, **changes: object
) -> Claim:
    """A direct claim whose words are found in ``text``."""
    values: dict[str, object] = {
        "content": words(text, content),
        "voice": Voice.ATTRIBUTED,
        "form": Form.DIRECT,
        "sentence": 0,
        "confidence": 0.9,
    }
    if speaker is None:
        values["speaker_reason"] = Reason.NO_EVIDENCE
    else:
        said_by = words(text, speaker)
        resolved = {"name": speaker, "resolved_by": ResolvedBy.NAME, "mention": mention}
        values["speaker"] = Speaker(spans=said_by.spans, text=said_by.text, **resolved)
    return Claim.model_validate({**values, **changes})


def words(text: str, shown: str) -> Words:
    start = text.index(shown)
    return Words.of(text, (start, start + len(shown)))


def mention(text: str, name: str, kind: MentionType = MentionType.PERSON) -> Mention:
    start = text.index(name)
    return Mention(span=(start, start + len(name)), text=name, type=kind, name=name)


def reading(
    event: ArticleIngested | None = None, *claims: Claim, version: int = 1, mentions: tuple[Mention, ...] = ()
) -> Read:
    event = event or article()
    extraction = Extraction(extractor_version=version, sentences=((0, 10),), mentions=mentions, claims=claims)
    vectors, comparable = find_vectors(event, extraction), find_comparable(event, extraction, embed)
    return Read(event, extraction, vectors, comparable, refused=0, seconds=0.01)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors that are alike where texts have words in common: of each word a direction of its own."""
    return np.stack([_vector(text) for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)


def _vector(text: str) -> NDArray[np.float32]:
    counts = Counter(text.casefold().split())
    found = sum((_direction(word) * count for word, count in counts.items()), np.zeros(DIMENSIONS))
    return (found / (np.linalg.norm(found) or 1)).astype(np.float32)


@cache
def _direction(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).standard_normal(DIMENSIONS)


def record(value: bytes | None, key: bytes | None = None, *, offset: int = 0, partition: int = 0) -> Record:
    return Record(Partition("claimwire.articles.v1", partition), offset, key, value, ())


def record_of(event: ArticleIngested, *, offset: int = 0, partition: int = 0) -> Record:
    value = event.model_dump_json().encode()
    return record(value, str(event.article_id).encode(), offset=offset, partition=partition)


def key_of(article_id: UUID) -> bytes:
    return str(article_id).encode()
