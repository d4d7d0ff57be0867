"""From a record's bytes to a reading: an article and what it claims, an erasure, or the reason why there is neither."""

import hashlib
import re
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID

import orjson
from pydantic import ValidationError

from schemas.events import ArticleIngested
from schemas.extraction import Extraction
from schemas.outcomes import DeadLetterReason
from services.extract.comparable import Comparable, find_comparable
from services.extract.entities.keys import Key
from services.extract.entities.naming import keys_of
from services.extract.identity import keep_sound
from services.extract.reading.article import Article, extract
from services.extract.reading.model.reader import TRIAL, WEIGHTS, BadModel, Reader, reader_of
from services.extract.reading.model.sentences import Sentences, sentences_of
from services.extract.vectors import Vectors, find_vectors

REASON_MAX_CHARACTERS = 500
"""How much of an error's text a dead letter keeps: enough to find the fault, too little to hold an article."""

_VERSION = re.compile(r"\d+")


class UnusableRecord(Exception):
    """The record can never be handled; its reason is from a closed list."""

    def __init__(self, reason: DeadLetterReason, detail: str, article_id: UUID | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.article_id = article_id


@dataclass(frozen=True)
class Read:
    """An article and what reading it found; ``refused`` claims had spans that are not their words."""

    event: ArticleIngested
    extraction: Extraction
    vectors: Vectors
    comparable: Comparable
    refused: int
    seconds: float
    named: tuple[Key, ...] = ()
    """What each mention names, where the worker found it."""

    traceparent: str | None = None
    """The span of the record that it was read from."""

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """What each mention names."""
        return self.named or keys_of(self.event.text, self.extraction, str(self.event.article_id))


@dataclass(frozen=True)
class Unusable:
    """Why a record became a dead letter; ``article_id`` is the one its event names, where its key may name another."""

    reason: DeadLetterReason
    exception: str
    article_id: UUID | None = None


@dataclass(frozen=True)
class Erasure:
    """The order to forget an article: a null value."""

    article_id: UUID


Reading = Read | Unusable | Erasure


def prepare(model: Path) -> None:
    """Open the models of a folder and read a sentence with them, so that no record pays for what is loaded once.

    Raises:
        BadModel: the model's folder cannot be used.
    """
    extract(Article(TRIAL), reader_of(model))
    sentences_of(model).embed([TRIAL])


def read(record: tuple[bytes | None, bytes | None], model: Path = WEIGHTS) -> Reading:
    """Read a record's key and value; runs in a worker, and answers for whatever a record does to our code.

    Raises:
        BadModel: the model's folder cannot be used; that is not the record's fault.
    """
    key, value = record
    try:
        if value is None:
            return Erasure(_article_id(key))
        return _read_article(decode(key, value), reader_of(model), sentences_of(model))
    except UnusableRecord as error:
        return Unusable(error.reason, str(error)[:REASON_MAX_CHARACTERS], error.article_id)
    except (MemoryError, BadModel):
        raise
    except Exception as error:  # noqa: BLE001 (our code failed on this record, so the record goes aside)
        detail = f"{type(error).__name__}: {error}"
        return Unusable(DeadLetterReason.EXTRACTION_FAILED, detail[:REASON_MAX_CHARACTERS])


def _read_article(event: ArticleIngested, reader: Reader, sentences: Sentences) -> Read:
    started = time.perf_counter()
    found = extract(
        Article(
            text=event.text,
            title=event.title,
            paragraphs=event.paragraphs,
            published_at=event.published.at,
            publisher=event.publisher.name,
            language=event.language,
        ),
        reader,
    )
    extraction, refused = keep_sound(found, event.text)
    vectors = find_vectors(event, extraction)
    named = keys_of(event.text, extraction, str(event.article_id))
    comparable = find_comparable(event, extraction, sentences.embed)
    return Read(event, extraction, vectors, comparable, refused, time.perf_counter() - started, named=named)


def decode(key: bytes | None, value: bytes) -> ArticleIngested:
    """Return the event of a record.

    Raises:
        UnusableRecord: with the reason why it is none.
    """
    event = _validate(_load(value))
    if _article_id(key) != event.article_id:
        detail = "the key is not the event's article_id"
        raise UnusableRecord(DeadLetterReason.KEY_MISMATCH, detail, event.article_id)
    if hashlib.sha256(event.text.encode()).hexdigest() != event.text_sha256:
        raise UnusableRecord(DeadLetterReason.TEXT_MISMATCH, "text_sha256 is not that of the text")
    return event


def _article_id(key: bytes | None) -> UUID:
    try:
        return UUID((key or b"").decode("ascii"))
    except ValueError:
        raise UnusableRecord(DeadLetterReason.BAD_KEY, "the key is not an article's id") from None


def _load(value: bytes) -> dict[str, object]:
    if not value:
        raise UnusableRecord(DeadLetterReason.EMPTY_VALUE, "the value is empty; an erasure has a null value")
    try:
        loaded = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise UnusableRecord(DeadLetterReason.NOT_JSON, error.msg) from None
    if not isinstance(loaded, dict):
        raise UnusableRecord(DeadLetterReason.INVALID_EVENT, f"a JSON {type(loaded).__name__}, not an object")
    return loaded


def _validate(loaded: dict[str, object]) -> ArticleIngested:
    major = _VERSION.match(str(loaded.get("schema_version", "1.0")))
    if major is None or major.group() != "1":
        raise UnusableRecord(DeadLetterReason.UNKNOWN_VERSION, "only major version 1 of the event is understood")
    try:
        return ArticleIngested.model_validate(loaded)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        told = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'event'}: {fault['msg']}" for fault in faults[:5])
        raise UnusableRecord(DeadLetterReason.INVALID_EVENT, told) from None
