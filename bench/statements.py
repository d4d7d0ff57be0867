"""A store full of statements: real ones of the corpus, turned a little and given to affairs of their own.

The vectors of an affair are those of some real claims, all turned one way that is the affair's, and each a little
besides: so a claim has near ones in its own affair, as in news, and the store grows by affairs, not by copies of one.
Entities are the affair's own, but for some that many affairs name. Ids are made from numbers, so that a store of any
size begins with the same statements.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from bench.library import corpus_events
from services.extract.records import Read, read

CLAIMS_PER_ARTICLE = 20
ARTICLES_PER_AFFAIR = 10
"""An affair of some days."""

SAID_IN_AFFAIR = 40
"""Real claims that those of an affair are made of, each said about five times."""

FAMOUS = 200
"""Entities that affairs have in common; the n-th is named in a share of statements of about 1 in 10 n."""

TURNED = 0.9
"""How far the vectors of an affair are turned together, of length 1: what two affairs made of one claim have a cosine
of about 0.4."""

NOISE = 0.6
"""How far each is turned besides: two of one affair made of one claim have a cosine of about 0.85, others of 0.5."""

MIXED = 8
"""Real vectors that make up one direction."""

AT_ONCE = 50_000
"""Statements written by one COPY."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Originals:
    """Real claims as JSON, with their sentences and vectors ``[claims, 384]``."""

    claims: Sequence[str]
    sentences: Sequence[str]
    vectors: Vectors


@dataclass(frozen=True)
class Made:
    """A statement that was made: which original it is of, its article and affair, whom it names, and its vector."""

    number: int
    original: int
    entities: list[UUID]
    vector: Vectors

    @property
    def claim_id(self) -> UUID:
        """Return its claim's id."""
        return number_id("claim", self.number)

    @property
    def article_id(self) -> UUID:
        """Return its article's id."""
        return number_id("article", self.number // CLAIMS_PER_ARTICLE)


def number_id(kind: str, number: int) -> UUID:
    """Return the id of the so-manieth thing of a kind: as scattered as real ones are."""
    return UUID(hashlib.md5(f"{kind} {number}".encode(), usedforsecurity=False).hexdigest())


def read_originals() -> Originals:
    """Read the corpus' articles that are not held out, as the extract service does."""
    claims: list[str] = []
    sentences: list[str] = []
    vectors: list[Vectors] = []
    for event in corpus_events(("train", "dev")):
        found = read((str(event.article_id).encode(), event.model_dump_json().encode()))
        if isinstance(found, Read):
            _keep(found, claims, sentences)
            vectors.append(found.comparable.vectors.astype(np.float32))
    return Originals(claims, sentences, np.concatenate(vectors))


def _keep(found: Read, claims: list[str], sentences: list[str]) -> None:
    for number in found.comparable.compared:
        claim = found.extraction.claims[number].model_copy(update={"nested_in": None})
        start, end = found.extraction.sentences[claim.sentence]
        claims.append(claim.model_dump_json())
        sentences.append(found.event.text[start:end])


def make(originals: Originals, first: int, last: int) -> Iterator[Made]:
    """Yield the statements numbered ``first`` to ``last`` - 1."""
    for number in range(first, last):
        affair = number // (CLAIMS_PER_ARTICLE * ARTICLES_PER_AFFAIR)
        said, turn = _affair(affair, originals)
        random = np.random.default_rng((7, number))
        original = int(random.choice(said))
        vector = originals.vectors[original] + turn + NOISE * _direction(random, originals.vectors)
        famous = int(random.zipf(1.3))
        named = {number_id("entity", 1_000_000 + 5 * affair + int(random.integers(5)))}
        named |= {number_id("entity", famous)} if famous <= FAMOUS else set()
        yield Made(number, original, sorted(named), (vector / np.linalg.norm(vector)).astype(np.float32))


@lru_cache(maxsize=8)
def _affair(number: int, originals: Originals) -> tuple[NDArray[np.int64], Vectors]:
    random = np.random.default_rng((11, number))
    return random.integers(len(originals.claims), size=SAID_IN_AFFAIR), TURNED * _direction(random, originals.vectors)


def _direction(random: np.random.Generator, vectors: Vectors) -> Vectors:
    """Return a direction in which real vectors lie too: noise of all dimensions would be like no language."""
    some = vectors[random.integers(len(vectors), size=MIXED)]
    found = random.standard_normal(MIXED).astype(np.float32) @ some
    direction: Vectors = found / np.linalg.norm(found)
    return direction


async def prepare(connection: asyncpg.Connection, originals: Originals) -> None:
    """Keep the originals in a table of their own, and the affairs' entities out of it."""
    await connection.execute("CREATE TABLE original (original int PRIMARY KEY, reading jsonb, sentence text)")
    rows = [
        (n, claim, words) for n, (claim, words) in enumerate(zip(originals.claims, originals.sentences, strict=True))
    ]
    await connection.executemany("INSERT INTO original VALUES ($1, $2, $3)", rows)
    await connection.execute("""
        CREATE UNLOGGED TABLE made
            (claim_id uuid, article_id uuid, original int, entities uuid[], embedding halfvec(384))
    """)


async def fill(connection: asyncpg.Connection, originals: Originals, first: int, last: int, *, related: bool) -> None:
    """Store the statements numbered ``first`` to ``last`` - 1 with their claims and articles."""
    for start in range(first, last, AT_ONCE):
        await connection.execute("TRUNCATE made")
        source = BytesIO(_copy(make(originals, start, min(start + AT_ONCE, last))))
        await connection.copy_to_table("made", source=source, format="binary")
        await connection.execute(_ENTITIES)
        await connection.execute(_ARTICLES, related)
        await connection.execute(_CLAIMS)
        await connection.execute(_STATEMENTS)


def _copy(rows: Iterator[Made]) -> bytes:
    """Return rows in PostgreSQL's binary form of COPY."""
    out = bytearray(b"PGCOPY\n\xff\r\n\0" + bytes(8))
    for row in rows:
        out += struct.pack("!h", 5)
        for value in (row.claim_id.bytes, row.article_id.bytes, struct.pack("!i", row.original)):
            out += struct.pack("!i", len(value)) + value
        entities = struct.pack("!iiiii", 1, 0, 2950, len(row.entities), 1)
        entities += b"".join(struct.pack("!i", 16) + key.bytes for key in row.entities)
        vector = struct.pack("!hh", len(row.vector), 0) + row.vector.astype(">f2").tobytes()
        out += struct.pack("!i", len(entities)) + entities + struct.pack("!i", len(vector)) + vector
    return bytes(out + struct.pack("!h", -1))


_ENTITIES = """
    INSERT INTO entity (entity_id, name, type) SELECT DISTINCT unnest(entities), 'Somebody', 'PERSON' FROM made
    ON CONFLICT DO NOTHING
"""
_ARTICLES = """
    INSERT INTO article (article_id, revision, extractor_version, arrival, publisher_domain, title, language,
                         fetched_at, related_at, card, fingerprint)
    SELECT DISTINCT article_id, 1, 1, 'fetched', 'paper.example', 'A title', 'en', timestamptz '2026-10-20 00:00Z',
           CASE WHEN $1 THEN now() END, jsonb_build_object('date', jsonb_build_object('value', NULL)),
           '{"signature": [4294967295], "shingles": 0}'::jsonb
      FROM made
"""
_CLAIMS = """
    INSERT INTO claim (claim_id, article_id, revision, extractor_version, ordinal, publisher_domain, arrival, language,
                       fetched_at, content, voice, form, polarity, force, speech_act, confidence, reading, entity_id,
                       speaker_name)
    SELECT claim_id, article_id, 1, 1, 0, 'paper.example', 'fetched', 'en', timestamptz '2026-10-20 00:00Z',
           reading->'content'->>'text', reading->>'voice', reading->>'form', reading->>'polarity', reading->>'force',
           reading->>'speech_act', 0.9, reading, entities[1], 'Somebody'
      FROM made JOIN original USING (original)
"""
_STATEMENTS = """
    INSERT INTO statement (claim_id, article_id, embedding, entities, named, sentence, lead)
    SELECT claim_id, article_id, embedding, entities, jsonb_build_object('speaker', NULL, 'entities',
           (SELECT jsonb_agg(jsonb_build_array(key, 'Somebody', 'PERSON')) FROM unnest(entities) AS key)),
           sentence, false
      FROM made JOIN original USING (original)
"""
